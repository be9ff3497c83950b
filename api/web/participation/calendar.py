"""Events for calendars (iCalendar, RFC 5545, with NAME, SOURCE and REFRESH-INTERVAL of RFC 7986).

An event whose day is not known cannot stand in a calendar: it is left out. One with a time on a single day begins at that instant,
written in UTC, so that no table of time zones is needed; its end is not told, for no source tells it. One of several days, or without a
time, is given as whole days. What the rows say of persons they do not hold, so there is no ORGANIZER and no ATTENDEE.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.web.participation.moments import instant_of
from api.web.participation.wording import code_words, date_of, text_of
from api.web.published import PublishedValues
from api.web.reported import source_name
from api.web.templating import Addresses
from api.web.texts import text
from schemas.dates import Precision

if TYPE_CHECKING:
    import icalendar

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT = "-//klar//Veranstaltungen//DE"
#: RFC 5545, 3.8.1.11. It has no word for "postponed": at this time it does not take place for certain.
_STATUS: Mapping[str, str] = {"planned": "CONFIRMED", "held": "CONFIRMED", "postponed": "TENTATIVE", "cancelled": "CANCELLED"}


@dataclass(frozen=True, kw_only=True)
class Feed:
    title: str
    path: str  #: of the calendar itself


def calendar(rows: Iterable[PublishedValues], feed: Feed, addresses: Addresses) -> bytes | None:
    """The events in the order of their days; None when none has a day, for a calendar holds at least one (RFC 5545, 3.6)."""
    dated = sorted((each for each in rows if _day(each, "start")), key=lambda each: (text_of(each, "start"), text_of(each, "id")))
    if not dated:
        return None
    import icalendar  # heavy: 95 ms

    made = icalendar.Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("name", feed.title)
    made.add("x-wr-calname", feed.title)  # what most programs read instead
    made.add("source", addresses.absolute(feed.path), parameters={"VALUE": "URI"})
    made.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    for each in dated:
        made.add_component(_event(each, addresses, icalendar.Event()))
    content: bytes = made.to_ical()
    return content


def _event(row: PublishedValues, addresses: Addresses, event: "icalendar.Event") -> "icalendar.Event":
    changed = datetime.fromisoformat(text_of(row, "changed_at")).astimezone(UTC)
    event.add("uid", f"{row['id']}@{urlsplit(addresses.site.uri_base).hostname}")
    event.add("dtstamp", changed)  # without METHOD: when this was last revised (RFC 5545, 3.8.7.2)
    event.add("last-modified", changed)
    for name, value in _times(row).items():
        event.add(name, value)
    event.add("summary", _summary(row))
    if row.get("place"):
        event.add("location", text_of(row, "place"))
    event.add("description", _description(row))
    if row.get("status") in _STATUS:
        event.add("status", _STATUS[text_of(row, "status")])
    if address := _address(row, addresses):
        event.add("url", address)
    return event


def _times(row: PublishedValues) -> dict[str, date | datetime]:
    """DTEND of whole days is the day after the last one (RFC 5545, 3.6.1)."""
    first, last = _day(row, "start"), _day(row, "end")
    assert first is not None
    begin = instant_of(first.isoformat(), text_of(row, "start_time"))
    if begin is not None and (last is None or last <= first):
        return {"dtstart": begin.astimezone(UTC)}
    return {"dtstart": first, "dtend": max(first, last or first) + timedelta(days=1)}


def _day(row: PublishedValues, column: str) -> date | None:
    found = date_of(row.get(column))
    return found.first_day() if found is not None and found.precision is Precision.DAY else None


def has_days(rows: Iterable[PublishedValues]) -> bool:
    """Whether there is anything for a calendar."""
    return any(_day(each, "start") for each in rows)


def _summary(row: PublishedValues) -> str:
    """Not every program shows STATUS."""
    status = text_of(row, "status")
    before = f"{code_words('event', 'status', status, 'de').capitalize()}: " if status in ("cancelled", "postponed") else ""
    return before + text_of(row, "title")


def _description(row: PublishedValues) -> str:
    clock = text_of(row, "start_time") if row.get("end") else ""
    lines = [
        code_words("event", "mode", row.get("mode"), "de") if row.get("mode") != "unknown" else "",
        text("event_begin", "de", time=clock) if clock else "",
        text_of(row, "note"),
        " ".join(each for each in (text("event_source", "de"), source_name(row), text_of(row, "source_url")) if each),
    ]
    return "\n".join(each for each in lines if each)


def _address(row: PublishedValues, addresses: Addresses) -> str:
    process, project = row.get("process_id"), row.get("project_id")
    if process or project:
        return addresses.absolute(f"/processes/{process}" if process else f"/projects/{project}")
    return text_of(row, "source_url")
