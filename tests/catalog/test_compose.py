"""Metadata from declaration, rows and curation."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import tables
from catalog.codec import dumps
from catalog.compose import coverage
from catalog.entries import ChangeKind
from catalog.plan import PublishedRow, RowState
from schemas.dates import PartialDate, Precision
from schemas.declaration import Declaration
from schemas.values import Licence
from tests.catalog.world import START, World, bench, declaration


def _row(built: str | None) -> PublishedRow:
    row = bench("b", built=built)
    return PublishedRow(source="s", row=row, state=RowState.CURRENT, state_since=None, acknowledged=False, changed_at=START, changed_run=1)


@pytest.mark.parametrize(
    ("dates", "start", "end"),
    [
        (["2019", "2021-05"], "2019", "2021-05"),
        (["2021-05-03", "2021-05"], "2021-05", "2021-05"),
        (["2023", "2023-01-01", "2023-12-31"], "2023", "2023"),
        (["2023-06-12T10:00:00Z"], "2023-06-12", "2023-06-12"),
        (["bald", None, "2020"], "2020", "2020"),
    ],
)
def test_coverage_is_as_precise_as_the_source(dates: list[str | None], start: str, end: str) -> None:
    period = coverage([_row(each) for each in dates], ("built",))

    assert period is not None
    assert (str(period.start), str(period.end)) == (start, end)


def test_no_date_is_no_coverage() -> None:
    assert coverage([_row(None), _row("bald")], ("built",)) is None
    assert coverage([_row("2020")], ()) is None


partial_dates = st.builds(
    lambda day, length: PartialDate(day.isoformat()[:length]), st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from([4, 7, 10])
)


@given(dates=st.lists(partial_dates, min_size=1))
def test_coverage_holds_every_date(dates: list[PartialDate]) -> None:
    period = coverage([_row(each.iso) for each in dates], ("built",))

    assert period is not None
    assert period.start in dates
    assert period.end in dates
    assert all(period.start.first_day() <= each.first_day() and each.last_day() <= period.end.last_day() for each in dates)
    assert period.start.precision in Precision


def test_an_attribution_is_named_only_where_the_licence_asks(world: World) -> None:
    named = replace(declaration(), licence=Licence.CC_BY_4, attribution="Bankfreunde e. V.")

    world.harvest(bench("b1"), of=named)
    first = world.store.dataset("baenke").dataset
    world.harvest(bench("b1", "x"), of=replace(named, licence=Licence.DL_ZERO_2))

    assert first.attribution == "Bankfreunde e. V."
    assert world.store.dataset("baenke").dataset.attribution == ""


def _wider() -> Declaration:
    own = declaration()
    return replace(own, table=replace(own.table, fields=(*own.table.fields, replace(own.table.fields[1], name="height"))))


def test_a_new_column_stands_in_new_editions_only(world: World) -> None:
    world.harvest(bench("b1"))

    world.harvest(bench("b1"), bench("b2"), of=_wider())

    assert world.content().splitlines()[0].startswith("id,place,built,height,source")
    assert world.content(number=1).splitlines()[0].startswith("id,place,built,source")
    assert world.store.dataset("baenke").dataset.columns.field("height").type == "string"


def test_a_column_that_a_later_version_declares_reaches_readers_without_a_harvest(world: World) -> None:
    world.harvest(bench("b1"))
    with world.store.database.write() as connection:
        connection.execute(tables.dataset.update().values(declaration=dumps(Declaration, _wider())))

    assert world.publisher.refresh() == ("baenke",)

    assert world.content().splitlines()[0].startswith("id,place,built,height,source")
    assert [(each.kind, each.edition) for each in world.store.changes()][-1] == (ChangeKind.EDITION, 2)
