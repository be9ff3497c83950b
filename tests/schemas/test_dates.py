"""Dates of reduced precision: what is read comes back, and what does not exist is refused."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dates import PARTIAL_DATE_PATTERN, PartialDate, Precision

DAYS = st.dates(min_value=date(1, 1, 1))
PARTIAL = st.builds(lambda day, length: PartialDate(day.isoformat()[:length]), DAYS, st.sampled_from([4, 7, 10]))


@given(PARTIAL)
def test_a_partial_date_lies_between_its_first_and_its_last_day(partial: PartialDate) -> None:
    assert partial.first_day() <= partial.last_day()
    assert partial.first_day().isoformat().startswith(partial.iso)
    assert partial.last_day().isoformat().startswith(partial.iso)


@given(DAYS)
def test_a_day_is_within_its_month_and_its_year(day: date) -> None:
    for length in (4, 7, 10):
        wider = PartialDate(day.isoformat()[:length])
        assert wider.first_day() <= day <= wider.last_day()


@given(PARTIAL)
def test_the_next_day_belongs_to_another_partial_date(partial: PartialDate) -> None:
    if partial.last_day() < date.max:
        following = date.fromordinal(partial.last_day().toordinal() + 1)
        assert not following.isoformat().startswith(partial.iso)


@given(PARTIAL)
def test_german_spelling_means_the_same(partial: PartialDate) -> None:
    german = ".".join(reversed(partial.iso.split("-")))

    assert PartialDate.from_german(german) == PartialDate.from_german(f" {partial.iso} ") == partial


@given(PARTIAL)
def test_the_pattern_of_the_table_schema_accepts_every_partial_date(partial: PartialDate) -> None:
    assert re.fullmatch(PARTIAL_DATE_PATTERN, partial.iso)


@given(st.text(max_size=12))
def test_any_other_text_is_refused_or_is_a_date(text: str) -> None:
    try:
        read = PartialDate.from_german(text)
    except ValueError:
        return
    assert PartialDate(read.iso) == read
    assert read.precision in Precision


@pytest.mark.parametrize(
    "text",
    [
        "",
        "23",
        "2023-",
        "2023-13",
        "2023-00",
        "2023-02-30",
        "2023-6",
        "2023-06-1",
        "12.06.23",
        "31.02.2023",
        "2023/06",
        "٢٠٢٣",
        "2023-06-12T00:00",
        "0000",
        "31. Februar 2023",
        "Sommer 2023",
        "Juni",
        "12 Juni 2023",
        "Juni 23",
        "Juni bis Juli 2023",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.from_german(text)


@pytest.mark.parametrize(
    ("text", "iso", "precision"),
    [
        ("12.06.2023", "2023-06-12", Precision.DAY),
        ("1.6.2023", "2023-06-01", Precision.DAY),
        ("06.2023", "2023-06", Precision.MONTH),
        ("2023", "2023", Precision.YEAR),
        ("29.02.2024", "2024-02-29", Precision.DAY),
        ("12. Juni 2023", "2023-06-12", Precision.DAY),
        ("1.März 2020", "2020-03-01", Precision.DAY),
        ("März 2020", "2020-03", Precision.MONTH),
        ("dezember  2019", "2019-12", Precision.MONTH),
        ("Sept. 2021", "2021-09", Precision.MONTH),
    ],
)
def test_german_dates_keep_their_precision(text: str, iso: str, precision: Precision) -> None:
    read = PartialDate.from_german(text)

    assert (read.iso, read.precision) == (iso, precision)
