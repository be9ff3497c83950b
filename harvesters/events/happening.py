"""What one event says, whichever form it came in, and the row it becomes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harvesters.catalogues.texts import line, plain
from harvesters.events.options import EventsOptions
from harvesters.events.spans import Span
from harvesters.harvester import SourceConfig
from schemas.errors import MissingField
from schemas.personal_data.places import place_keys
from schemas.row import Row, Value
from schemas.table import common_tables

TABLE = "event"
_LONGEST_TITLE = 500
_LONGEST_NOTE = 4000
#: Most calendars know no state of a date, so editors put it before the title.
_SAID_FIRST = re.compile(
    r"^\W*(?:(?P<cancelled>abgesagt|entfällt|fällt aus|ausgefallen)|(?P<postponed>verschoben|vertagt))\b", re.IGNORECASE
)
#: `Rathaus, Platz 1, 67657 Stadt` as calendar programs write places, `Rathaus, Platz 1, Stadt, 67657, Germany` as The Events Calendar does.
_ADDRESSED = re.compile(
    r"(?P<name>[^,]+(?:,[^,]+)?),\s*[^,]*\d[^,]*,\s*(?:\d{5}\s+(?P<town>[^,\d]+)|(?P<city>[^,\d]+),\s*\d{5})(?:,\s*(?:Deutschland|Germany))?"
)
_POSTCODE = re.compile(r"\b\d{5}\b")
_LONGEST_PLACE = 300
_WEB = re.compile(r"https?://[^\s/?#]+\S*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Texts as the source has them; codes of the table `event`, "" for what it does not say."""

    title: str
    span: Span
    place: str = ""
    position: tuple[float, float] | None = None  #: longitude, latitude
    mode: str = ""
    status: str = ""
    availability: str = ""
    capacity: int | None = None
    recording_url: str = ""
    description: str = ""
    modified_on: str = ""  #: ISO day
    address: str = ""  #: page about it
    categories: tuple[str, ...] = ()


def row_of(happening: Happening, *, key: str, origin: str, options: EventsOptions, source: SourceConfig) -> Row:
    """Raises MissingField."""
    title = line(happening.title)[:_LONGEST_TITLE]
    if not title:
        raise MissingField("»Titel«")
    known: dict[str, Value] = {
        "id": key,
        "process_id": options.process_id,
        "project_id": options.project_id,
        "title": title,
        "start": happening.span.first,
        "end": happening.span.last,
        "start_time": happening.span.time,
        "place": place_of(happening.place, options.places),
        "mode": _mode(happening, options),
        "status": happening.status or status_said(title),
        "capacity": happening.capacity,
        "availability": happening.availability,
        "recording_url": web_address(happening.recording_url),
        "note": plain(happening.description)[:_LONGEST_NOTE] if options.descriptions else "",
        "source_title": source.title,
        "source_date": happening.modified_on,
        "source_date_basis": "stated" if happening.modified_on else "",
        **_district(happening, source),
    }
    values = {name: None if known.get(name) == "" else known.get(name) for name in common_tables()[TABLE].field_names}
    return Row(table=TABLE, key=key, values=values, source_url=web_address(happening.address), origin=origin)


def is_wanted(happening: Happening, options: EventsOptions) -> bool:
    """Whether it has one of the categories that are asked for."""
    return not options.categories or not _names(options.categories).isdisjoint(_names(happening.categories))


def status_said(title: str) -> str:
    """ "" unless the title begins with it: `Abgesagt: Bürgerdialog`."""
    found = _SAID_FIRST.match(title)
    return found.lastgroup or "" if found else ""


def place_of(text: str, named: Mapping[str, str] | None = None) -> str:
    """In one line. Of a named place with its postal address, name and town: the address belongs to the name, and would be a person's if it
    stood alone. An address in the web is a way into a meeting, not a place: `online` stands for it. `named`: text of the source -> name of
    the place."""
    said = ", ".join(filter(None, map(line, without_links(plain(text)).split("\n"))))[:_LONGEST_PLACE]
    known = {line(place).casefold(): name for place, name in (named or {}).items()}.get(said.casefold())
    if known:
        return known
    found = _ADDRESSED.fullmatch(said)
    return _without_street(f"{found['name'].strip()}, {(found['town'] or found['city']).strip()}" if found else said)


def without_links(place: str) -> str:
    """Who has the address of a meeting is in it, often without another word: the address is neither published nor archived."""
    return _WEB.sub("online", place)


def _without_street(place: str) -> str:
    """A house that has no name may be somebody's home: only its town stays. With a postcode, the check of personal data sees it, and a
    person decides."""
    first, *others = place.split(",")
    if not place_keys(first)[0] or _POSTCODE.search(place):
        return place
    return ", ".join(each.strip() for each in others if each.strip() and not any(map(str.isdigit, each)))


def web_address(text: str) -> str:
    return text.strip() if _WEB.fullmatch(text.strip()) else ""


def _mode(happening: Happening, options: EventsOptions) -> str:
    if happening.mode:
        return happening.mode
    by_category = {name.casefold(): mode for name, mode in options.modes.items()}
    named = [by_category[each] for each in sorted(_names(happening.categories)) if each in by_category]
    if named:
        return named[0] if len(set(named)) == 1 else "hybrid" if set(named) == {"analog", "digital"} else "unknown"
    return "digital" if place_of(happening.place) == "online" else options.mode


def _names(categories: Iterable[str]) -> frozenset[str]:
    return frozenset(line(each).casefold() for each in categories)


def _district(happening: Happening, source: SourceConfig) -> dict[str, Value]:
    if source.districts is None or happening.position is None:
        return {}
    found = source.districts.at(*happening.position)
    return {"district_id": found.district_id, "district_basis": found.basis} if found else {}


def position_of(latitude: object, longitude: object) -> tuple[float, float] | None:
    """(longitude, latitude) from numbers or texts; None for what is no place on earth, and for 0/0, which stands for nothing."""
    try:
        north, east = float(str(latitude)), float(str(longitude))
    except ValueError:
        return None
    on_earth = -90 <= north <= 90 and -180 <= east <= 180
    return (east, north) if on_earth and (north, east) != (0, 0) else None
