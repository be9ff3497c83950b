"""Moments as CONSUL writes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.consul.days import day, month
from schemas.errors import WrongValue


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("2024-03-08 08:00:00 +0100", "2024-03-08"),
        ("2024-03-08 23:30:00 UTC", "2024-03-09"),
        ("2024-03-08T23:30:00Z", "2024-03-09"),
        ("2024-03-08T08:00:00.000+01:00", "2024-03-08"),
        ("2024-03-08 08:00", "2024-03-08"),
        ("2024-03-08", "2024-03-08"),
        ("08.03.2024", "2024-03-08"),
        ("08.03.2024 17:30", "2024-03-08"),
        ("", None),
        (None, None),
    ],
)
def test_every_form_is_a_day_of_the_city(said: object, found: str | None) -> None:
    assert day(said, "created_at") == found


@pytest.mark.parametrize("said", ["gestern", "32.03.2024", "2024-13-01", "3/8/2024", "2024-03-08 25:00:00 +0100", 20240308, True])
def test_what_is_no_day_is_refused_and_not_quoted(said: object) -> None:
    with pytest.raises(WrongValue, match="created_at") as caught:
        day(said, "created_at")
    assert str(said) not in str(caught.value)


def test_a_month_is_the_beginning_of_a_day() -> None:
    assert (month("2024-03-08"), month(None)) == ("2024-03", None)


@given(st.text(max_size=30) | st.datetimes().map(str) | st.dates().map(str))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        found = day(text, "x")
    except WrongValue:
        return
    assert found is None or re.fullmatch(r"\d{4}-\d\d-\d\d", found)
