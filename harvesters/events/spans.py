"""From and until when, in the city's days and times, whatever a source writes."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from harvesters.moments import BERLIN
from schemas.errors import WrongValue


@dataclass(frozen=True, kw_only=True)
class Span:
    """Days in ISO 8601, as precisely as known."""

    first: str
    last: str = ""  #: "" for an event of one day
    time: str = ""  #: HH:MM of its beginning; "" for whole days


def span_of(
    start: date | datetime, end: date | datetime | None = None, *, exclusive: bool = False, all_day: bool = False, wall_clock: bool = False
) -> Span:
    """Without a zone, a time is the city's. `exclusive`: a bare date as `end` is the day after the last (RFC 5545, 3.6.1). `wall_clock`:
    the zones a source names are wrong, its clocks are right. Raises WrongValue for what no calendar of the city holds."""
    try:
        first = local(start, wall_clock=wall_clock)
        last = local(end, wall_clock=wall_clock) if end is not None else None
        return _span(first, last, exclusive=exclusive, all_day=all_day)
    except (OverflowError, ValueError):
        raise WrongValue("Beginn oder Ende") from None


def local(moment: date | datetime, *, wall_clock: bool = False, zone: tzinfo = BERLIN) -> date | datetime:
    """A bare date stays one. Raises OverflowError at the ends of the calendar."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None or wall_clock:
        return moment.replace(tzinfo=zone)
    return moment.astimezone(zone)


def _span(first: date | datetime, last: date | datetime | None, *, exclusive: bool, all_day: bool) -> Span:
    whole = all_day or not isinstance(first, datetime) or _covers_days(first, last)
    begin = _day(first)
    finish = _last_day(first, last, exclusive=exclusive)
    clock = "" if whole or not isinstance(first, datetime) else first.strftime("%H:%M")
    return Span(first=begin.isoformat(), last="" if finish == begin else finish.isoformat(), time=clock)


def _covers_days(first: datetime, last: date | datetime | None) -> bool:
    """Many plug-ins write a whole day as 00:00 until 23:59."""
    return first.time() == time(0) and isinstance(last, datetime) and (last.hour, last.minute) == (23, 59)


def _last_day(first: date | datetime, last: date | datetime | None, *, exclusive: bool) -> date:
    if last is None:
        return _day(first)
    if isinstance(last, datetime):
        ends_at_midnight = last.time() == time(0) and last.date() > _day(first)
        return last.date() - timedelta(days=1) if ends_at_midnight else last.date()
    return last - timedelta(days=1) if exclusive and last > _day(first) else last


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
