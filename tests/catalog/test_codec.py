"""Domain objects as stored JSON."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.codec import dumps, loads
from catalog.plan import FieldChange, Guards, Review
from schemas.declaration import Declaration, city_wide
from schemas.links import StatedLicence
from schemas.model import CurationNote, Dataset, Period
from schemas.row import Finding, Row
from schemas.values import FileFormat, Licence, Text, Theme
from tests.catalog.world import World, bench
from tests.dcat.samples import PROJECTS


@pytest.mark.parametrize("name", sorted(city_wide()))
def test_every_declaration_survives_storage(name: str) -> None:
    assert loads(Declaration, dumps(Declaration, city_wide()[name])) == city_wide()[name]


values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(content=st.dictionaries(st.text(), values), before=values, after=values)
def test_values_keep_their_type(content: dict[str, str | int | float | bool | None], before: str | None, after: str | None) -> None:
    row = Row(table="t", key="k", values=content)
    change = FieldChange(field="f", before=before, after=after)

    back = loads(Row, dumps(Row, row))

    assert repr(dict(back.values)) == repr(content)
    assert back.digest == row.digest
    assert repr(loads(FieldChange, dumps(FieldChange, change))) == repr(change)


def test_enums_are_stored_by_name_so_that_titles_may_change() -> None:
    assert dumps(tuple[Theme, ...], (Theme.ENVIRONMENT,)) == '["ENVIRONMENT"]'
    assert loads(FileFormat, '"NDJSON"') is FileFormat.NDJSON, "shares its code with JSON"


def test_what_is_at_its_default_is_left_out_and_unknown_fields_are_ignored() -> None:
    assert dumps(Period, Period()) == "{}"
    assert dumps(Finding, Finding(code="c", message="m", row=0)) == '{"code":"c","message":"m","row":0}'
    assert loads(Text, '{"de":"x","fr":"y"}') == Text(de="x")


def test_times_and_durations_come_back() -> None:
    guards = Guards(remove_after=timedelta(hours=36, microseconds=5), review=Review.ALWAYS)
    now = datetime(2026, 11, 22, 4, 0, 0, 1, tzinfo=UTC)

    assert loads(Guards, dumps(Guards, guards)) == guards
    assert loads(datetime, dumps(datetime, now)) == now


def test_a_stored_data_set_is_the_data_set(world: World) -> None:
    world.harvest(bench("b1", built="2020"))

    dataset = world.store.dataset("baenke").dataset

    assert loads(type(dataset), dumps(type(dataset), dataset)) == dataset
    assert dataset.curation == ()
    assert loads(tuple[CurationNote, ...], "[]") == ()


def test_what_has_no_stored_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no stored form"):
        dumps(object, object())


def test_a_value_of_a_list_or_a_description_of_one_comes_back() -> None:
    for licence in (Licence.CC_ZERO, StatedLicence(stated="nach Absprache"), StatedLicence()):
        dataset = replace(PROJECTS, table=None, licence=licence)
        assert loads(Dataset, dumps(Dataset, dataset)) == dataset
