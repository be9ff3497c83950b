"""One schema.org `Event` as `harvesters.events.linked` keeps it, read (https://schema.org/Event)."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin

from harvesters.catalogues.texts import line
from harvesters.events.feed import digest_of
from harvesters.events.happening import Happening, position_of
from harvesters.events.linked import short
from harvesters.events.record import optional
from harvesters.events.spans import Span, span_of
from harvesters.moments import BERLIN, day_of
from harvesters.record import Record
from schemas.errors import WrongValue

_STATUS = {
    "EventScheduled": "planned",
    "EventRescheduled": "planned",
    "EventMovedOnline": "planned",
    "EventCancelled": "cancelled",
    "EventPostponed": "postponed",
}
_MODES = {"OfflineEventAttendanceMode": "analog", "OnlineEventAttendanceMode": "digital", "MixedEventAttendanceMode": "hybrid"}
_OFFERS = {"InStock": "free", "LimitedAvailability": "few", "SoldOut": "full", "OutOfStock": "full"}
_MONTH = re.compile(r"\d{4}(-\d{2})?", re.ASCII)


def identity_of(node: Mapping[str, Any], *, base: str, with_start: bool) -> str:
    """What an event is recognised by: its `@id` or its address, as a digest; "" for one that has neither."""
    said = next((text for name in ("@id", "url") if isinstance(text := node.get(name), str) and text.strip()), "")
    if not said:
        return ""
    start = str(node.get("startDate")) if with_start else ""
    return digest_of(" ".join(filter(None, (joined(base, said.strip()), start))))


def joined(base: str, address: str) -> str:
    """The whole address; one that cannot be joined stays as it is."""
    try:
        return urljoin(base, address)
    except ValueError:  # brackets that hold no IPv6 address
        return address


def day_said(node: Mapping[str, Any]) -> date | None:
    """The city's day on which it begins; None for what nobody can read, and for a month."""
    try:
        return date.fromisoformat(day_of(str(node.get("startDate")), BERLIN))
    except (ValueError, OverflowError):
        return None


def happening_of(record: Record, *, wall_clock: bool, few: int) -> Happening:
    """Raises MissingField, WrongValue."""
    record.get("@id")
    places = [each for each in _list(record.get("location")) if each]
    status = short(optional(record, "eventStatus"))
    return Happening(
        title=record.text("name"),
        span=_span(record, wall_clock=wall_clock),
        place=_place(places),
        position=next((found for each in places if (found := _position(each))), None),
        mode=_mode(short(optional(record, "eventAttendanceMode")), status, places),
        status=_STATUS.get(status, ""),
        availability=_availability(record.get("remainingAttendeeCapacity"), record.get("offers"), few),
        capacity=_whole(record.get("maximumAttendeeCapacity")),
        recording_url=next(
            (str(each["url"]) for each in _list(record.get("recordedIn")) if isinstance(each, dict) and each.get("url")), ""
        ),
        description=optional(record, "description"),
        modified_on=_modified(optional(record, "dateModified")),
        address=optional(record, "url"),
        categories=_categories(record),
    )


def _span(record: Record, *, wall_clock: bool) -> Span:
    said = record.text("startDate")
    end = optional(record, "endDate")
    if _MONTH.fullmatch(said):
        return Span(first=said, last=end if _MONTH.fullmatch(end) and end != said else "")
    return span_of(_moment(said), _moment(end) if end else None, wall_clock=wall_clock)


def _moment(text: str) -> date | datetime:
    """`2026-08-25`, `2026-08-25T18:00`, with an offset or without. Raises WrongValue."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise WrongValue("»startDate« oder »endDate«") from None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _types(place: object) -> list[str]:
    return _list(place.get("@type")) if isinstance(place, dict) else []


def _place(places: list[Any]) -> str:
    """The first that is one: its name and its town, or its town alone; `online` where there is only a virtual one."""
    real = [each for each in places if "VirtualLocation" not in _types(each)]
    if not real:
        return "online" if places else ""
    first = real[0]
    if isinstance(first, str):
        return first
    address = first.get("address")
    if isinstance(address, str):
        return line(str(first.get("name") or address))
    parts = address if isinstance(address, dict) else {}
    return ", ".join(dict.fromkeys(line(str(each)) for each in (first.get("name"), parts.get("addressLocality")) if each))


def _position(place: object) -> tuple[float, float] | None:
    geo = place.get("geo") if isinstance(place, dict) else None
    return position_of(geo.get("latitude"), geo.get("longitude")) if isinstance(geo, dict) else None


def _mode(said: str, status: str, places: list[Any]) -> str:
    """As stated; else a virtual place says as much as the attendance mode would."""
    if said in _MODES:
        return _MODES[said]
    virtual = ["VirtualLocation" in _types(each) for each in places]
    if status == "EventMovedOnline" or (virtual and all(virtual)):
        return "digital"
    return "hybrid" if any(virtual) else ""


def _availability(remaining: object, offers: object, few: int) -> str:
    """The Ampel frei, wenige, ausgebucht. Of several offers, the one that lets most people in."""
    left = _whole(remaining)
    if left is not None:
        return "full" if left <= 0 else "few" if left <= few else "free"
    said = {_OFFERS.get(short(str(each.get("availability"))), "") for each in _list(offers) if isinstance(each, dict)}
    return next((each for each in ("free", "few", "full") if each in said), "")


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,7}", value.strip(), re.ASCII) else None


def _modified(text: str) -> str:
    try:
        return day_of(text, BERLIN) if text else ""
    except (ValueError, OverflowError):
        return ""


def _categories(record: Record) -> tuple[str, ...]:
    said = record.get("keywords")
    words = said.split(",") if isinstance(said, str) else [each for each in _list(said) if isinstance(each, str)]
    return tuple(each.strip() for each in (*words, *_list(record.get("@type"))) if each.strip())
