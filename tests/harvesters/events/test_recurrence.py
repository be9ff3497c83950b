"""Series of dates: what a rule gives within a period, and which rules nobody follows."""

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.events import feed
from harvesters.events.recurrence import BrokenSeries, Occurrence, Period, is_yearly, occurrences_of
from harvesters.events.spans import span_of
from harvesters.events.zones import Zones
from schemas.errors import SourceError, WrongValue
from tests.harvesters.events.sites import calendar, vevent

YEAR = Period(since=date(2026, 1, 1), until=date(2026, 12, 31), most=400)


def read(*lines: str, period: Period = YEAR, more: str = "") -> tuple[Occurrence, ...]:
    found = feed.feed_of(feed.kept("a", False, calendar(vevent("u", *lines), more=more).encode()), "a", descriptions=False)
    return occurrences_of(found.events, Zones(found.zones, is_yearly), period)


def clocks(*lines: str, more: str = "") -> list[tuple[str, str]]:
    spans = [span_of(each.start, each.end, exclusive=True) for each in read(*lines, more=more)]
    return [(each.first, each.time) for each in spans]


def test_a_series_keeps_its_clock_over_the_change_of_clocks() -> None:
    assert clocks("DTSTART;TZID=Europe/Berlin:20260325T180000", "RRULE:FREQ=WEEKLY;COUNT=2") == [
        ("2026-03-25", "18:00"),
        ("2026-04-01", "18:00"),
    ]
    assert clocks("DTSTART;TZID=Europe/Berlin:20261021T180000", "RRULE:FREQ=WEEKLY;COUNT=2") == [
        ("2026-10-21", "18:00"),
        ("2026-10-28", "18:00"),
    ]


def test_a_series_in_universal_time_changes_its_clock() -> None:
    assert clocks("DTSTART:20260325T170000Z", "RRULE:FREQ=WEEKLY;COUNT=2") == [("2026-03-25", "18:00"), ("2026-04-01", "19:00")]


def test_a_time_without_a_zone_is_the_citys() -> None:
    assert clocks("DTSTART:20260701T090000") == [("2026-07-01", "09:00")]


def test_a_zone_of_the_feeds_own_is_understood() -> None:
    """As calendar servers write it: the name is their own, the rules stand in the feed."""
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Kundenzone 1\r\n"
        "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\r\nEND:STANDARD\r\n"
        "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\nEND:DAYLIGHT\r\n"
        "END:VTIMEZONE"
    )
    assert clocks("DTSTART;TZID=Kundenzone 1:20260701T120000", more=zone) == [("2026-07-01", "18:00")]
    assert clocks("DTSTART;TZID=Kundenzone 1:20260701T120000") == [("2026-07-01", "12:00")], "without its rules it says nothing"


def test_two_feeds_may_mean_different_zones_by_one_name() -> None:
    def fixed(offset: str) -> str:
        part = f"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD"
        return f"BEGIN:VTIMEZONE\r\nTZID:Hauszeit\r\n{part}\r\nEND:VTIMEZONE"

    assert clocks("DTSTART;TZID=Hauszeit:20260701T120000", more=fixed("+0000")) == [("2026-07-01", "14:00")]
    assert clocks("DTSTART;TZID=Hauszeit:20260701T120000", more=fixed("+0500")) == [("2026-07-01", "09:00")]


def test_a_zone_whose_clocks_change_every_second_is_not_followed() -> None:
    part = "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0900\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD"
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Z\r\n{part}\r\nEND:VTIMEZONE"
    assert clocks("DTSTART;TZID=Z:20260701T120000", more=zone) == [("2026-07-01", "12:00")]


@pytest.mark.parametrize("name", ["Eastern Standard Time", "/citadel.org/20260101_1/America/New_York", "America/New_York"])
def test_a_zone_known_by_another_name_is_that_zone(name: str) -> None:
    assert clocks(f"DTSTART;TZID={name}:20260701T120000") == [("2026-07-01", "18:00")]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["DTSTART;VALUE=DATE:20260825", "DTEND;VALUE=DATE:20260827"], ("2026-08-25", "2026-08-26")),
        (["DTSTART;VALUE=DATE:20260825", "DTEND;VALUE=DATE:20260826"], ("2026-08-25", "")),
        (["DTSTART;VALUE=DATE:20260825"], ("2026-08-25", "")),
        (["DTSTART;VALUE=DATE:20260825", "DURATION:P2D"], ("2026-08-25", "2026-08-26")),
        (["DTSTART:20260825T180000", "DTEND:20260826T000000"], ("2026-08-25", "")),
        (["DTSTART:20260825T180000", "DURATION:PT31H"], ("2026-08-25", "2026-08-27")),
        (["DTSTART:20260825T000000", "DTEND:20260826T235959"], ("2026-08-25", "2026-08-26")),
        (["DTSTART:20260329T013000", "DTEND:20260329T033000"], ("2026-03-29", "")),
    ],
)
def test_the_last_day_is_the_last_on_which_something_happens(lines: list[str], days: tuple[str, str]) -> None:
    (found,) = read(*lines)
    span = span_of(found.start, found.end, exclusive=True)
    assert (span.first, span.last) == days


def test_what_happens_once_is_read_whenever_it_happens() -> None:
    (found,) = read("DTSTART;VALUE=DATE:20310101")
    assert (found.start, found.recurrence) == (date(2031, 1, 1), "")


def test_of_two_versions_the_newer_counts() -> None:
    both = calendar(vevent("u", "DTSTART:20260101T100000", "SEQUENCE:2"), vevent("u", "DTSTART:20260101T090000", "SEQUENCE:1"))
    found = feed.feed_of(both.encode(), "a", descriptions=False)
    (newer,) = occurrences_of(found.events, Zones((), is_yearly), YEAR)
    assert newer.start == datetime(2026, 1, 1, 10)  # noqa: DTZ001  # as the feed has it


def test_a_series_for_ever_ends_with_the_period() -> None:
    found = read("DTSTART;TZID=Europe/Berlin:20200101T180000", "RRULE:FREQ=WEEKLY")
    assert 52 <= len(found) <= 53


BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;INTERVAL=1",
    "FREQ=HOURLY",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;BYHOUR=0,1,2,3,4,5;BYMINUTE=0",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=WEEKLY;BYSETPOS=9",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=YEARLY;COUNT=99999999",
    "FREQ=DAILY;FREQ=SECONDLY",
    "FREQ=NIE",
    "",
]


@pytest.mark.parametrize("rule", BOMBS)
def test_rules_that_lead_nowhere_are_not_followed(rule: str) -> None:
    with pytest.raises(BrokenSeries):
        read("DTSTART:20260101T180000", f"RRULE:{rule}")


@pytest.mark.parametrize("line", ["DTSTART:00010101T000000", "DTSTART:99990101T000000", "DTSTART:gestern", "DTEND:heute", "LOCATION:Foyer"])
def test_dates_that_nobody_can_read_are_not_guessed(line: str) -> None:
    with pytest.raises(BrokenSeries):
        read(*(["DTSTART:20260101T180000"] if line.startswith("DTEND") else []), line, "RRULE:FREQ=DAILY;COUNT=2")


def test_a_series_of_too_many_dates_is_not_read() -> None:
    with pytest.raises(BrokenSeries, match="mehr als 5"):
        read("DTSTART:20260101T180000", "RRULE:FREQ=DAILY", period=Period(since=date(2026, 1, 1), until=date(2026, 12, 31), most=5))


_PROPERTIES = "DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID SEQUENCE GEO CATEGORIES BEGIN END SUMMARY LAST-MODIFIED"
_PARAMETERS = " ;VALUE=DATE ;TZID=Europe/Berlin ;TZID=Nirgendwo ;VALUE=PERIOD ;RANGE=THISANDFUTURE ;TZID="
_VALUES = (
    "20260101 20260101T180000 20260101T180000Z 20260101T180000Z/PT1H 20260329T023000 P1D -P9999999999D PT1H VEVENT VTIMEZONE 99991231 -1 "
    "1;2 nan;inf FREQ=WEEKLY;COUNT=3 FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260601 FREQ=DAILY;UNTIL=x FREQ=YEARLY;UNTIL=99991231T235959Z"
)
_LINES = st.lists(
    st.builds(
        lambda name, parameters, value: f"{name}{parameters}:{value}",
        st.sampled_from(_PROPERTIES.split()),
        st.sampled_from(_PARAMETERS.split(" ")),
        st.one_of(st.sampled_from(_VALUES.split()), st.text(max_size=30)),
    ),
    max_size=8,
)


@settings(max_examples=50, deadline=None)
@given(_LINES, _LINES)
def test_hostile_feeds_are_read_or_refused(one: list[str], other: list[str]) -> None:
    try:
        kept = feed.kept("a", True, calendar(vevent("u", *one), vevent("u", *other)).encode("utf-8", "surrogatepass"))
        found = feed.feed_of(kept, "a", descriptions=True)
    except SourceError:
        return
    assert feed.kept("a", True, kept) == kept, "filtering twice is filtering once"
    try:
        for each in occurrences_of(found.events, Zones(found.zones, is_yearly), YEAR):
            span_of(each.start, each.end, exclusive=True)
    except (BrokenSeries, WrongValue):
        pass


_PIECES = (b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"END:VEVENT", b"END:VCALENDAR", b"BEGIN:VALARM", b"BEGIN:VTIMEZONE", b"END:VTIMEZONE")
_PERSONAL = (b"ATTENDEE:Mustermann", b" Mustermann", b'ORGANIZER;CN="Mustermann":x', b"X-WHO:Mustermann", b"UID;CN=Mustermann:Mustermann")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.sampled_from(_PERSONAL), st.binary(max_size=20)), max_size=12))
def test_no_order_of_lines_lets_a_person_through(lines: list[bytes]) -> None:
    """But for what is folded into a title: that is for the personal-data check."""
    content = b"\r\n".join([b"BEGIN:VCALENDAR", *lines, b"END:VCALENDAR"])
    with suppress(SourceError):
        assert b"Mustermann" not in feed.kept("a", False, content)
