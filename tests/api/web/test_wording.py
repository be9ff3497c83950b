"""Numbers, dates and reported figures as people read them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import wording
from schemas.row import Value
from schemas.table import Field, common_tables


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (101961, "101.961", "101,961"),
        (-1234, "-1.234", "-1,234"),
        (1234.5, "1.234,5", "1,234.5"),
        (60.0, "60", "60"),
        (-0.25, "-0,25", "-0.25"),
        (15000000.0, "15.000.000", "15,000,000"),
        (12.34, "12,34", "12.34"),
    ],
)
def test_numbers(value: float, german: str, english: str) -> None:
    assert wording.number(value, "de") == german
    assert wording.number(value, "en") == english


@given(st.integers(-(10**15), 10**15))
def test_no_digit_of_an_integer_is_lost(value: int) -> None:
    assert int(wording.number(value, "de").replace(".", "")) == value


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_no_digit_of_a_number_is_lost(value: float) -> None:
    text = wording.number(value, "en").replace(",", "")

    assert float(text) == value


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 Byte"), (999, "999 Byte"), (2456, "2,5 kB"), (123456, "123 kB"), (71_000_000, "71 MB"), (10**13, "10.000 GB")]
)
def test_sizes(size: int, text: str) -> None:
    assert wording.size(size, "de") == text


def test_moments_are_told_in_the_citys_time() -> None:
    winter, summer = datetime(2026, 11, 20, 23, 30, tzinfo=UTC), datetime(2026, 7, 1, 22, 5, tzinfo=UTC)

    assert wording.minute(winter, "de") == "21. November 2026, 00:30 Uhr"
    assert wording.minute(summer, "en") == "2 July 2026, 00:05"


@pytest.mark.parametrize(
    ("iso", "german", "english"),
    [
        ("2023", "2023", "2023"),
        ("2023-06", "Juni 2023", "June 2023"),
        ("2023-06-12", "12. Juni 2023", "12 June 2023"),
        ("bald", "bald", "bald"),
    ],
)
def test_dates_are_as_precise_as_known(iso: str, german: str, english: str) -> None:
    assert (wording.partial_date(iso, "de"), wording.partial_date(iso, "en")) == (german, english)


@pytest.mark.parametrize(
    ("value", "qualifier", "unit", "german", "english"),
    [
        (250, "min", "persons", "über 250 Personen", "more than 250 persons"),
        (300, "max", "persons", "knapp 300 Personen", "just under 300 persons"),
        (270, "approx", "persons", "rund 270 Personen", "about 270 persons"),
        (893, "exact", "persons", "893 Personen", "893 persons"),
        (800, "mixed", "votes", "800 Stimmen (siehe Anmerkung)", "800 votes (see note)"),
        (60.0, "", "percent", "60 Prozent", "60 percent"),
        (7, "", "other", "7", "7"),
        (7, "", "", "7", "7"),
    ],
)
def test_a_reported_figure_keeps_its_qualifier_and_unit(value: float, qualifier: str, unit: str, german: str, english: str) -> None:
    assert wording.figure(value, qualifier=qualifier, unit_code=unit, language="de") == german
    assert wording.figure(value, qualifier=qualifier, unit_code=unit, language="en") == english


def test_every_qualifier_of_the_tables_has_words() -> None:
    codes = {each.value for each in common_tables()["figure"].field("qualifier").codes}

    assert codes == {*wording.QUALIFIERS, "exact", "mixed"}


_PROJECT = common_tables()["project"]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (_PROJECT.field("status"), "running", "laufend"),
        (_PROJECT.field("status"), "unheard-of", "unheard-of"),
        (_PROJECT.field("start"), "2023-06", "Juni 2023"),
        (_PROJECT.field("smart_city_model_project"), True, "ja"),
        (_PROJECT.field("title"), None, ""),
        (_PROJECT.field("title"), "1.5", "1.5"),
        (common_tables()["station"].field("longitude"), 7.76278, "7.76278"),
        (common_tables()["process"].field("participants"), 1204, "1.204"),
        (replace(_PROJECT.field("title"), type="datetime", kind=""), "2026-11-22T03:00:00Z", "22. November 2026, 04:00 Uhr"),
        (replace(_PROJECT.field("title"), type="datetime", kind=""), "irgendwann", "irgendwann"),
    ],
)
def test_cells_are_shown_by_label(field: Field, value: Value, text: str) -> None:
    assert wording.cell(value, field, "de") == text
