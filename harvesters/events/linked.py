"""Pages with schema.org events in them: what is kept of a page, and where else to look.

Only nodes whose type is a kind of `Event` are kept, and of those only what is on the list: persons, organisations and texts are not.
No `@context` is ever fetched: it is the names that count, as search engines read them (schema.org, JSON-LD blocks of type
`application/ld+json`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from harvesters.answers import parsed
from schemas.errors import SourceError

#: Event and its subtypes by their names in schema.org (a page never says which version it follows), without those that are no dates with
#: a public: broadcasts, deliveries, clicks of users.
_EVENTS_NAMES = """
Event BusinessEvent ChildrensEvent ComedyEvent ConferenceEvent CourseInstance DanceEvent EducationEvent EventSeries ExhibitionEvent
Festival FoodEvent Hackathon LiteraryEvent MusicEvent PerformingArtsEvent SaleEvent ScreeningEvent SocialEvent SportsEvent TheaterEvent
VisualArtsEvent
"""
EVENTS = frozenset(_EVENTS_NAMES.split())
#: Where events stand within other things.
_AROUND = ("@graph", "itemListElement", "item", "mainEntity", "event", "events", "subEvent", "subEvents", "hasPart")
_TEXTS_NAMES = """
@id url name startDate endDate eventStatus eventAttendanceMode maximumAttendeeCapacity remainingAttendeeCapacity keywords dateModified
"""
_TEXTS = _TEXTS_NAMES.split()
TAKEN = frozenset((*_TEXTS, "@type", "location", "offers", "recordedIn", "description"))
_LEFT_NAMES = """
@context performer performers organizer organizers attendee attendees actor director composer contributor creator author funder funding
sponsor translator producer publisher image photo logo video aggregateRating review about audience doorTime duration inLanguage
isAccessibleForFree typicalAgeRange workFeatured workPerformed superEvent additionalType alternateName disambiguatingDescription
mainEntityOfPage potentialAction sameAs subjectOf eventSchedule previousStartDate maximumPhysicalAttendeeCapacity
maximumVirtualAttendeeCapacity identifier description subEvent subEvents datePublished dateCreated
"""
_LEFT = frozenset(_LEFT_NAMES.split())
_CONTACT = re.compile(r"\s*(mailto|tel|sms|callto):", re.IGNORECASE)
_NESTED = 12
_MOST_EVENTS = 5000


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is kept of one page."""

    events: tuple[Mapping[str, Any], ...]
    broken: int  #: blocks that are no JSON
    blocks: int
    links: tuple[str, ...]  #: as they stand in the page


def page_of(content: bytes, address: str) -> Page:
    """A page as `kept` leaves it. Raises SourceError."""
    found = parsed(content, dict, address)
    return Page(events=tuple(found["events"]), broken=found["broken"], blocks=found["blocks"], links=tuple(found["links"]))


def kept(address: str, links: str, descriptions: bool, content: bytes) -> bytes:
    """What is archived of a page, as JSON. Doing it twice is doing it once. Raises SourceError."""
    page = _again(content, address) if content.startswith(b'{"blocks"') else _first(content, links)
    events = [_kept_event(each, descriptions) for each in page.events]
    return json.dumps({"blocks": page.blocks, "broken": page.broken, "events": events, "links": page.links}).encode()


def names_of(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Its types, without where they are defined: `https://schema.org/Event` is `Event`."""
    said = node.get("@type")
    found = said if isinstance(said, list) else [said]
    return tuple(short(each) for each in found if isinstance(each, str))


def short(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].rsplit("#", 1)[-1].strip()


def _again(content: bytes, address: str) -> Page:
    """What this filter left before, or what somebody wants it to believe so."""
    found = parsed(content, dict, address)
    events, links = found.get("events"), found.get("links")
    if not isinstance(events, list) or not isinstance(links, list):
        raise SourceError(f"»{address}« ist keine Webseite.")
    return Page(
        events=tuple(each for each in events if isinstance(each, dict) and _is_event(each)),
        broken=_count(found.get("broken")),
        blocks=_count(found.get("blocks")),
        links=tuple(each for each in links if isinstance(each, str)),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _first(content: bytes, links: str) -> Page:
    tree = LexborHTMLParser(_decoded(content))
    texts = [each.text() for each in tree.css("script") if _is_linked_data(each.attributes.get("type"))]
    events: list[Mapping[str, Any]] = []
    broken = 0
    for each in texts:
        try:
            events += _events(json.loads(each, strict=False), 0)
        except (ValueError, RecursionError):
            broken += 1
    return Page(events=tuple(events[:_MOST_EVENTS]), broken=broken, blocks=len(texts), links=_links(tree, links) if links else ())


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _is_linked_data(kind: str | None) -> bool:
    return (kind or "").partition(";")[0].strip().lower() == "application/ld+json"


def _links(tree: LexborHTMLParser, css: str) -> tuple[str, ...]:
    try:
        found = [each.attributes.get("href") for each in tree.css(css)]
    except SelectolaxError as error:
        raise SourceError(f"»{css}« ist keine CSS-Auswahl (options.links).") from error
    addresses = (each.partition("#")[0].strip() for each in found if each and not _CONTACT.match(each))
    return tuple(dict.fromkeys(filter(None, addresses)))


def _events(value: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > _NESTED:
        return
    if isinstance(value, list):
        for each in value:
            yield from _events(each, depth + 1)
    elif isinstance(value, dict):
        if _is_event(value):
            yield value
        for name in _AROUND:
            yield from _events(value.get(name), depth + 1)


def _is_event(node: Mapping[str, Any]) -> bool:
    return not EVENTS.isdisjoint(names_of(node))


def _kept_event(node: Mapping[str, Any], descriptions: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": [each for each in names_of(node) if each in EVENTS]}
    for name, value in node.items():
        if name in _TEXTS:
            found[name] = _plain(value)
        elif name == "location":
            found[name] = [each for each in map(_place, value if isinstance(value, list) else [value]) if each]
        elif name == "offers":
            found[name] = [{"availability": _plain(each.get("availability"))} for each in _nodes(value)]
        elif name == "recordedIn":
            found[name] = [{"url": _plain(each.get("url") or each.get("contentUrl"))} for each in _nodes(value)]
        elif name == "description" and descriptions:
            found[name] = _plain(value)
        elif name not in _LEFT and not name.startswith("@"):
            found[name] = None
    return found


def _plain(value: object) -> object:
    """A text, a number, or a list of texts; the value of `{"@value": …}`, the address of `{"@id": …}`; nothing else. What leads to a
    mailbox or a telephone is none of them."""
    if isinstance(value, dict):
        value = value.get("@value", value.get("@id"))
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str) and not _CONTACT.match(each)]
    if isinstance(value, str) and _CONTACT.match(value):
        return None
    return value if isinstance(value, str | int | float) else None


def _nodes(value: object) -> list[dict[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def _place(value: object) -> object:
    """A text, or of a place its name, its town and where it lies; of a person nothing. A street is never kept: beside a name it is not
    needed, and without one it may be where somebody lives."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or "Person" in names_of(value):
        return None
    address, geo = value.get("address"), value.get("geo")
    found: dict[str, Any] = {"@type": list(names_of(value)), "name": _plain(value.get("name"))}
    if isinstance(address, dict):
        found["address"] = {"addressLocality": _plain(address.get("addressLocality"))}
    elif isinstance(address, str) and not found["name"]:
        found["address"] = address
    if isinstance(geo, dict):
        found["geo"] = {name: _plain(geo.get(name)) for name in ("latitude", "longitude")}
    return found
