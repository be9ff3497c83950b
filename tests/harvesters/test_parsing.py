"""Cells as German offices write them, and nothing guessed."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.parsing import Cell, NumberStyle, Parse, parse_cell, slug
from schemas.dates import PartialDate
from schemas.errors import WrongValue
from schemas.row import Value

PLAIN = NumberStyle()
GERMAN = NumberStyle(decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("cell", "how", "style", "expected"),
    [
        (" Bäume ", "text", PLAIN, "Bäume"),
        (7.0, "text", PLAIN, "7"),
        (datetime(2023, 6, 12), "text", PLAIN, "2023-06-12"),  # noqa: DTZ001  Excel knows no zones
        ("1.234", "integer", GERMAN, 1234),
        ("12345678901234567890", "integer", PLAIN, 12345678901234567890),
        (12.0, "integer", PLAIN, 12),
        ("-1.234,5", "number", GERMAN, -1234.5),
        ("1,5", "number", GERMAN, 1.5),
        ("1234.5", "number", PLAIN, 1234.5),
        ("ja", "boolean", PLAIN, True),
        ("Nein", "boolean", PLAIN, False),
        ("x", "boolean", PLAIN, True),
        (False, "boolean", PLAIN, False),
        ("12.06.2023", "date", PLAIN, "2023-06-12"),
        ("1.6.2023", "date", PLAIN, "2023-06-01"),
        ("06.2023", "date", PLAIN, "2023-06"),
        ("2023", "date", PLAIN, "2023"),
        (2023, "date", PLAIN, "2023"),
        (date(2023, 6, 12), "date", PLAIN, "2023-06-12"),
        ("05.01.2024", "day", PLAIN, "2024-01-05"),
        ("17 Uhr", "time", PLAIN, "17:00"),
        ("9.30 Uhr", "time", PLAIN, "09:30"),
        ("17:00:00", "time", PLAIN, "17:00"),
        (time(17, 0), "time", PLAIN, "17:00"),
        ("2026-11-22T05:00:00+01:00", "datetime", PLAIN, "2026-11-22T04:00:00Z"),
        (datetime(2026, 11, 22, 4, tzinfo=UTC), "datetime", PLAIN, "2026-11-22T04:00:00Z"),
        (1, "excel-date", PLAIN, "1900-01-01"),
        (59, "excel-date", PLAIN, "1900-02-28"),
        (61, "excel-date", PLAIN, "1900-03-01"),
        (45089, "excel-date", PLAIN, "2023-06-12"),
        (45089.0, "excel-date", PLAIN, "2023-06-12"),
        ("45089", "excel-date", PLAIN, "2023-06-12"),
        (2_958_465, "excel-date", PLAIN, "9999-12-31"),
        (0, "excel-date", NumberStyle(epoch=1904), "1904-01-01"),
        (43627, "excel-date", NumberStyle(epoch=1904), "2023-06-12"),
        (43627, "excel-date-1904", PLAIN, "2023-06-12"),
        (2_957_003, "excel-date-1904", PLAIN, "9999-12-31"),
        (date(2023, 6, 12), "excel-date", PLAIN, "2023-06-12"),
    ],
)
def test_a_cell_is_read_as_it_is_meant(cell: Cell, how: Parse, style: NumberStyle, expected: Value) -> None:
    found = parse_cell(cell, how, style)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("cell", "how", "style"),
    [
        ("1.5", "number", GERMAN),  # Frictionless reads 15
        ("12.34", "number", GERMAN),
        ("1,5", "number", PLAIN),
        ("1_000", "integer", PLAIN),
        ("٣", "integer", PLAIN),
        ("1.5", "integer", PLAIN),
        ("NaN", "number", PLAIN),
        ("Infinity", "number", PLAIN),
        ("1e5", "number", PLAIN),
        (float("nan"), "number", PLAIN),
        (10**400, "number", PLAIN),
        ("9" * 400, "number", PLAIN),
        (True, "integer", PLAIN),
        ("ca. 20", "integer", PLAIN),
        ("vielleicht", "boolean", PLAIN),
        (2, "boolean", PLAIN),
        ("31.02.2023", "date", PLAIN),
        ("12.13.2023", "date", PLAIN),
        ("12.6.23", "date", PLAIN),
        (45000.5, "date", PLAIN),
        ("2023-06", "day", PLAIN),
        (60, "excel-date", PLAIN),  # 29 February 1900
        (0, "excel-date", PLAIN),
        (-1, "excel-date-1904", PLAIN),
        (2_958_466, "excel-date", PLAIN),
        (45089.5, "excel-date", PLAIN),
        (True, "excel-date", PLAIN),
        ("12.06.2023", "excel-date", PLAIN),
        ("1.234", "number", NumberStyle(undecided=True)),
        ("1,234", "integer", NumberStyle(undecided=True)),
        ("25 Uhr", "time", PLAIN),
        ("17:00:30", "time", PLAIN),
        ("abends", "time", PLAIN),
        ("2026-11-22T05:00:00", "datetime", PLAIN),
        ("gestern", "datetime", PLAIN),
    ],
)
def test_what_is_not_sure_is_refused_without_quoting_it(cell: Cell, how: Parse, style: NumberStyle) -> None:
    with pytest.raises(WrongValue) as caught:
        parse_cell(cell, how, style)

    assert not isinstance(cell, str) or cell not in caught.value.detail


@pytest.mark.parametrize("how", ["text", "integer", "number", "boolean", "date", "day", "time", "datetime"])
@pytest.mark.parametrize("cell", [None, "", "  "])
def test_an_empty_cell_is_no_value(cell: Cell, how: Parse) -> None:
    assert parse_cell(cell, how, PLAIN) is None


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_a_german_number_reads_back(whole: int, cents: int) -> None:
    sign = "-" if whole < 0 else ""
    text = f"{sign}{abs(whole):,}".replace(",", ".") + f",{cents:02}"

    assert parse_cell(text, "number", GERMAN) == float(f"{sign}{abs(whole)}.{cents:02}")


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["year", "month", "day"]))
def test_a_german_date_keeps_its_precision(day: date, precision: str) -> None:
    text = {"year": f"{day:%Y}", "month": f"{day.month}.{day:%Y}", "day": f"{day.day}.{day.month}.{day:%Y}"}[precision]

    found = parse_cell(text, "date", PLAIN)

    assert PartialDate(str(found)).iso == day.isoformat()[: {"year": 4, "month": 7, "day": 10}[precision]]


@given(
    st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.dates(), st.times()),
    st.sampled_from(["text", "integer", "number", "boolean", "date", "day", "time", "datetime"]),
    st.sampled_from([PLAIN, GERMAN]),
)
def test_any_cell_gives_a_value_or_a_refusal(cell: Cell, how: Parse, style: NumberStyle) -> None:
    try:
        found = parse_cell(cell, how, style)
    except WrongValue:
        return
    assert found is None or isinstance(found, (str, int, float, bool))


def test_a_slug_is_ascii_and_german() -> None:
    assert slug("Straße & Bäume: Übergang Élysée (2. Bauabschnitt)") == "strasse-baeume-uebergang-elysee-2-bauabschnitt"
    assert slug("A\u0308pfel") == "aepfel"  # decomposed, as some systems write file names
    assert slug("!?") == ""


def test_long_slugs_stay_apart() -> None:
    one, other = slug("wort " * 60 + "eins"), slug("wort " * 60 + "zwei")

    assert one != other
    assert len(one) <= 128


@given(st.text())
def test_a_slug_fits_a_key_and_is_its_own_slug(text: str) -> None:
    found = slug(text)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*|", found, re.ASCII)
    assert slug(found) == found
    assert len(found) <= 128


@given(st.integers(61, 2_958_465))
def test_days_counted_from_1900_and_from_1904_are_1462_apart(number: int) -> None:
    assert parse_cell(number, "excel-date", PLAIN) == (date(1899, 12, 30) + timedelta(days=number)).isoformat()
    if number > 1462:
        assert parse_cell(number, "excel-date", PLAIN) == parse_cell(number - 1462, "excel-date-1904", PLAIN)


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=2), st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'")]))
def test_a_number_with_two_decimals_is_read_alike_in_its_style_and_without_one(number: Decimal, style: tuple[str, str]) -> None:
    decimal, thousands = style
    written = f"{number:,.2f}".translate(str.maketrans(",.", thousands + decimal))

    assert parse_cell(written, "number", NumberStyle(decimal=decimal, thousands=thousands)) == float(number)
    assert parse_cell(written, "number", NumberStyle(undecided=True)) == float(number)
