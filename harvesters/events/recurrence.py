"""Series of dates, expanded within a period (RFC 5545, 3.8.5) by recurring-ical-events, which follows any rule however far it leads.

So no rule reaches it that a public calendar has no use for: more often than daily, or for a day that may never come. dateutil, which
does the counting, looks for such a day until the year 9999 (4 s for one that counts days), and for ever with INTERVAL=0.
"""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar
import recurring_ical_events

from harvesters.events.feed import BROKEN, TAKEN, Block
from harvesters.events.zones import Zones
from schemas.errors import RecordError

_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_PARTS_NAMES = """
FREQ INTERVAL COUNT UNTIL BYDAY BYMONTHDAY BYMONTH BYSETPOS BYHOUR BYMINUTE BYSECOND WKST
"""
_PARTS = frozenset(_PARTS_NAMES.split())
_NUMBERS = re.compile(r"[+-]?\d{1,4}(,[+-]?\d{1,4}){0,60}", re.ASCII)
_DAYS = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)){0,60}", re.ASCII)
_TIMES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE"})
_EARLIEST, _LATEST = 1970, 2100
_MOST_LISTED = 2000
#: What the two libraries raise for content that their checks let through.
_FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, AssertionError, RecursionError)


class BrokenSeries(RecordError):
    """These dates cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One date of a series, or an event that happens once."""

    recurrence: str  #: its RECURRENCE-ID as part of a key; "" for an event without recurrence
    start: date | datetime
    end: date | datetime | None
    fields: Mapping[str, object]  #: everything else that is kept, as text or number


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days, both included, in which dates are looked for."""

    since: date
    until: date
    most: int  #: dates of one series


def occurrences_of(events: Sequence[Block], zones: Zones, period: Period) -> tuple[Occurrence, ...]:
    """Dates of one UID. An event that happens once is one, whenever it happens. Raises BrokenSeries."""
    for each in events:
        _require_harmless(each)
    try:
        parsed = icalendar.Calendar.from_ical("\r\n".join(["BEGIN:VCALENDAR", *map(str, zones.read(events)), "END:VCALENDAR", ""]))
        return _expanded(parsed, period)
    except _FAULTS:
        raise BrokenSeries("Beginn, Ende oder Wiederholung sind nicht zu lesen.") from None


def is_yearly(rule: str) -> bool:
    """Whether it is a rule by which clocks change: once or twice a year, for ever."""
    try:
        _require_harmless_rule(rule)
    except BrokenSeries:
        return False
    return "FREQ=YEARLY" in rule.upper() and "COUNT" not in rule.upper()


def _expanded(parsed: icalendar.Calendar, period: Period) -> tuple[Occurrence, ...]:
    events = parsed.walk("VEVENT")
    broken = sorted({name for each in events for name, _ in each.errors if name in _TIMES})
    if broken:
        raise BrokenSeries(f"Nicht zu lesen: {', '.join(broken)}.")
    if not any(name in each for each in events for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        newest = max(events, key=lambda each: int(each.get("SEQUENCE", 0)))
        return (_occurrence(newest),)
    # A day more on both sides: dates without a zone and moments of other zones are compared as they stand.
    since, until = period.since - timedelta(days=1), period.until + timedelta(days=2)
    found = recurring_ical_events.of(parsed).between(since, until)
    if len(found) > period.most:
        raise BrokenSeries(f"Die Reihe hat mehr als {period.most} Termine im Zeitraum (options.at_most_each).")
    return tuple(_occurrence(each) for each in found)


def _occurrence(event: icalendar.Component) -> Occurrence:
    """Raises BrokenSeries."""
    start = _moment(event.get("DTSTART"))
    identity = _moment(event.get("RECURRENCE-ID"))
    end = _moment(event.get("DTEND"))
    length = getattr(event.get("DURATION"), "dt", None)
    if start is None:
        raise BrokenSeries("Der Beginn fehlt.")
    if end is None and isinstance(length, timedelta):
        end = start + length
    fields = {str(name).upper(): _plain(value) for name, value in event.items() if name not in _TIMES}
    return Occurrence(recurrence=_identity(identity) if identity else "", start=start, end=end, fields=fields)


def _moment(value: object) -> date | datetime | None:
    """Of a property that holds one."""
    found = getattr(value, "dt", None)
    return found if isinstance(found, date) else None


def _plain(value: object) -> object:
    """Text of any property, several of one name joined by commas, as CATEGORIES are."""
    if isinstance(value, list):
        return ",".join(str(_plain(each)) for each in value)
    if isinstance(value, icalendar.vCategory):
        return ",".join(str(each) for each in value.cats)
    if isinstance(value, icalendar.vGeo):
        return f"{value.latitude};{value.longitude}"
    if isinstance(value, icalendar.vDDDTypes):
        return value.dt if isinstance(value.dt, date) else str(value.dt)
    return str(value)


def _identity(moment: date | datetime) -> str:
    """The instant, whatever zone it is written in; `20260401`, or `20260401t160000z`."""
    if not isinstance(moment, datetime):
        return moment.strftime("%Y%m%d")
    if moment.tzinfo is None:
        return moment.strftime("%Y%m%dt%H%M%S")
    return (moment - (moment.utcoffset() or timedelta(0))).strftime("%Y%m%dt%H%M%Sz")


def _require_harmless(event: Block) -> None:
    """Raises BrokenSeries."""
    rules = [each.value for each in event.lines if each.name == "RRULE"]
    if len(rules) > 5:
        raise BrokenSeries("Der Termin hat mehr als fünf Wiederholungsregeln.")
    for each in rules:
        _require_harmless_rule(each)
    if sum(each.value.count(",") + 1 for each in event.lines if each.name in ("RDATE", "EXDATE")) > _MOST_LISTED:
        raise BrokenSeries(f"Der Termin nennt mehr als {_MOST_LISTED} einzelne Tage (RDATE, EXDATE).")
    for each in (line.value for line in event.lines if line.name in ("DTSTART", "DTEND", "RECURRENCE-ID")):
        year = each.strip()[:4]
        if year.isdigit() and not _EARLIEST <= int(year) <= _LATEST:
            raise BrokenSeries(f"Das Jahr {int(year)} kann nicht stimmen.")


def _require_harmless_rule(rule: str) -> None:
    """Raises BrokenSeries. FREQ=WEEKLY;INTERVAL=2;BYDAY=WE is harmless; FREQ=SECONDLY is not."""
    pairs = [each.partition("=") for each in rule.strip().upper().rstrip(";").split(";")]
    parts = {name: value for name, _, value in pairs}
    strange = sorted(parts.keys() - _PARTS)
    if len(parts) != len(pairs) or strange:
        raise BrokenSeries("Die Wiederholungsregel hat Teile, die hier niemand versteht.")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise BrokenSeries("Die Wiederholungsregel zählt nicht in Tagen, Wochen, Monaten oder Jahren.")
    if not 1 <= _number(parts.get("INTERVAL", "1")) <= 1000 or not 1 <= _number(parts.get("COUNT", "1")) <= 10_000:
        raise BrokenSeries("INTERVAL oder COUNT der Wiederholungsregel kann nicht stimmen.")
    for name in ("BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND"):
        if name in parts and not _NUMBERS.fullmatch(parts[name]):
            raise BrokenSeries(f"{name} der Wiederholungsregel ist nicht zu lesen.")
    if any("," in parts.get(name, "") for name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
        raise BrokenSeries("Die Wiederholungsregel nennt mehrere Uhrzeiten am Tag.")
    if "BYDAY" in parts and not _DAYS.fullmatch(parts["BYDAY"]):
        raise BrokenSeries("BYDAY der Wiederholungsregel ist nicht zu lesen.")
    if not _comes_true(parts):
        raise BrokenSeries("Die Tage der Wiederholungsregel gibt es nicht.")


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else 0


def _comes_true(parts: Mapping[str, str]) -> bool:
    """Whether the days it looks for exist: 30 February never comes, every seventh day may never be a Tuesday, a day has no fifth one."""
    if "BYSETPOS" in parts and parts["FREQ"] in ("DAILY", "WEEKLY"):
        return False
    months = [int(each) for each in parts.get("BYMONTH", "").split(",") if each] or list(range(1, 13))
    days = [abs(int(each)) for each in parts.get("BYMONTHDAY", "").split(",") if each] or [1]
    longest = max((calendar.monthrange(2024, each)[1] for each in months if 1 <= each <= 12), default=0)
    if not any(1 <= each <= longest for each in days):
        return False
    return not (parts["FREQ"] == "DAILY" and parts.get("INTERVAL", "1") != "1" and parts.keys() & {"BYDAY", "BYMONTHDAY", "BYMONTH"})


def problems_of(event: Block) -> tuple[str, ...]:
    """Names of properties that nobody knows, and what could not be read at all."""
    return tuple(dict.fromkeys(each.name for each in event.lines if each.name not in TAKEN or each.name == BROKEN))
