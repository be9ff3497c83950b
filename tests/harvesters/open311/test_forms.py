"""Answers in JSON and XML, periods and positions: pure."""

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.open311.keeping import Keeping, listed, services
from harvesters.open311.rows import position_of
from harvesters.open311.windows import looks_cut, periods
from harvesters.open311.xmlform import NoList, elements_of
from schemas.errors import SourceError
from tests.harvesters.open311.offices import office, xml

_NAMES = ["service_request_id", "status", "service_code", "address", "extra"]
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.dictionaries(st.sampled_from(_NAMES), _TEXT | st.none(), max_size=4), max_size=4))
@settings(max_examples=50)
def test_what_is_written_in_xml_is_read_as_it_was(found: list[dict[str, str | None]]) -> None:
    read = elements_of(xml(found, "service_requests", "request").encode(), "service_requests", "request")
    assert read == [{name: (value.strip() or None) if value else None for name, value in each.items()} for each in found]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=50)
def test_whatever_comes_it_is_a_list_or_an_error_of_the_source(content: bytes) -> None:
    for each in (content, b"<" + content, b"[" + content):
        try:
            found = listed(each, "x", "service_requests", "request")
        except SourceError:
            continue
        assert all(isinstance(one, dict) for one in found)


@given(
    st.lists(st.dictionaries(st.sampled_from([*_NAMES, "description", "lat"]), st.none() | _TEXT | st.integers(), max_size=5), max_size=4)
)
@settings(max_examples=50)
@pytest.mark.parametrize("texts", [False, True])
def test_filtering_twice_is_filtering_once(texts: bool, found: list[dict[str, Any]]) -> None:
    keeping = Keeping(texts=texts)
    once = keeping.requests(json.dumps(found).encode(), "x")
    assert keeping.requests(once, "x") == once
    assert b'"address"' not in once


@pytest.mark.parametrize("form", ["json", "xml"])
def test_of_a_person_nothing_is_kept_in_either_form(form: str) -> None:
    found = office().requests
    content = json.dumps(found) if form == "json" else xml(found, "service_requests", "request")
    kept = Keeping().requests(content.encode(), "x")
    assert b"1-2026" in kept
    assert not [each for each in (b"ustermann", b"usterweg", b"Loch", b"foto") if each in kept]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><services><service><name>&b;</name></service></services>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "DOCTYPE"),
        ('<!DOCTYPE services SYSTEM "http://127.0.0.1/x.dtd"><services/>', "DOCTYPE"),
        ("<services>" + "<a>" * 50, "stehen sollte"),
        ("<services><service>" + "<a>" * 50, "tief"),
        ("<other/>", "fehlt"),
        ("<services><service>", "unvollständig"),
        ('<?xml version="1.0" encoding="nonsense"?><services/>', "unvollständig"),
        ("<services>&nbsp;</services>", "unvollständig"),
    ],
)
def test_xml_that_is_no_such_list_is_refused(content: str, said: str) -> None:
    with pytest.raises(NoList, match=said):
        elements_of(content.encode(), "services", "service")
    with pytest.raises(SourceError):
        services(content.encode(), "x")


def test_an_element_with_elements_in_it_is_named_and_not_read() -> None:
    content = "<services><service><name>a<b>c</b></name><code> 1 </code></service></services>"
    assert elements_of(content.encode(), "services", "service") == [{"name": None, "code": "1"}]


@given(st.dates(date(2021, 1, 1), date(2035, 12, 31)), st.integers(1, 800), st.integers(1, 90))
@settings(max_examples=50)
def test_periods_leave_no_gap_and_are_the_same_from_day_to_day(today: date, days: int, width: int) -> None:
    found = list(periods(today, days=days, width=timedelta(days=width)))
    assert found[0].start.date() <= today - timedelta(days=days)
    assert found[-1].start.date() <= today < found[-1].end.date() + timedelta(days=1)
    assert all(one.end == other.start for one, other in pairwise(found))
    tomorrow = list(periods(today + timedelta(days=1), days=days, width=timedelta(days=width)))
    assert len({*found} ^ {*tomorrow}) <= 2


def test_halves_of_a_period_are_the_period() -> None:
    (whole,) = list(periods(date(2026, 11, 1), days=0, width=timedelta(days=90)))
    first, second = whole.halves()
    assert (first.start, first.end, second.end) == (whole.start, second.start, whole.end)


@pytest.mark.parametrize(("count", "cut"), [(0, False), (49, False), (50, True), (199, False), (200, True), (1000, True), (1001, False)])
def test_round_numbers_look_like_a_limit(count: int, cut: bool) -> None:
    assert looks_cut(count) == cut


@pytest.mark.parametrize(
    ("longitude", "latitude", "expected"),
    [
        (7.7688, 49.4454, (7.7688, 49.4454, False)),
        (49.4454, 7.7688, (7.7688, 49.4454, True)),
        ('"7,7688"', '"49,4454"', (7.7688, 49.4454, False)),
        ("7.7688", "49.4454", (7.7688, 49.4454, False)),
        (0, 0, None),
        (None, 49.4454, None),
        (True, True, None),
        ("sieben", "49.4", None),
        (float("nan"), 49.4454, None),
        (13.4, 52.5, None),
    ],
)
def test_a_position_lies_in_the_city_or_is_none(longitude: object, latitude: object, expected: object) -> None:
    assert position_of(longitude, latitude) == expected


def test_an_object_where_a_value_should_stand_is_kept_without_what_stands_in_it() -> None:
    content = json.dumps([{"service_request_id": "1", "status": {"by": "Erika Mustermann"}, "service_name": [{"by": "Mustermann"}, "a"]}])
    kept = Keeping().requests(content.encode(), "x")
    assert json.loads(kept) == [{"service_request_id": "1", "status": {}, "service_name": [{}, "a"]}]


def test_the_name_of_a_field_is_kept_only_where_it_is_one() -> None:
    kept = Keeping().requests(json.dumps([{"service_request_id": "1", "Herr Mustermann, Musterweg 5": 1, "neu": 2}]).encode(), "x")
    assert json.loads(kept) == [{"service_request_id": "1", "…": None, "neu": None}]
