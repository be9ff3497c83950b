"""iCalendar, line by line (RFC 5545, 3.1): what is kept of a feed, before any library sees it.

Persons stand in ATTENDEE, ORGANIZER, CONTACT, COMMENT and DESCRIPTION, in alarms, in parameters (CN, EMAIL) and in whatever X- properties
a program invents: so only what is on the list below stays, with the three parameters that say what a time is. A UID often is an e-mail
address; it becomes a digest. An event with a CLASS other than PUBLIC is nobody's business (3.8.1.3) and goes as a whole.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harvesters.events.happening import without_links
from schemas.errors import SourceError

#: Why something of an event is not as it was: nobody else may say so.
BROKEN = "X-KLAR-BROKEN"
_TAKEN_NAMES = """
UID RECURRENCE-ID DTSTART DTEND DURATION SUMMARY LOCATION GEO STATUS SEQUENCE LAST-MODIFIED RRULE RDATE EXDATE CATEGORIES URL
DESCRIPTION
"""
TAKEN = frozenset(_TAKEN_NAMES.split())
_LEFT_NAMES = """
ATTENDEE ORGANIZER CONTACT COMMENT ATTACH DTSTAMP CREATED CLASS PRIORITY TRANSP RELATED-TO REQUEST-STATUS RESOURCES EXRULE COLOR IMAGE
CONFERENCE NAME SOURCE REFRESH-INTERVAL STRUCTURED-DATA STYLED-DESCRIPTION PARTICIPANT LOCATION-TYPE CONCEPT LINK REFID
"""
_LEFT = frozenset(_LEFT_NAMES.split())
_OF_ZONES = frozenset(["TZID", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"])
_PARAMETERS = frozenset({"TZID", "VALUE", "RANGE"})
_VALUE = r'(?:"[^"]*"|[^",;:]*)(?:,(?:"[^"]*"|[^",;:]*))*'
_LINE = re.compile(rf"([A-Za-z0-9-]{{1,60}})((?:;[A-Za-z0-9-]+={_VALUE})*):(.*)", re.DOTALL)
_PARAMETER = re.compile(rf";([A-Za-z0-9-]+)=({_VALUE})")
#: Some programs write the organiser's mailbox where the page of the event belongs.
_CONTACT = re.compile(r"\s*(mailto|tel|sms|callto):", re.IGNORECASE)
_DIGEST = re.compile(r"[0-9a-f]{20}")
_NESTED = 4


@dataclass(frozen=True, kw_only=True)
class Line:
    """One content line, unfolded."""

    name: str  #: upper case
    parameters: tuple[tuple[str, str], ...] = ()
    value: str = ""

    def parameter(self, name: str) -> str:
        return next((value.strip('"') for each, value in self.parameters if each == name), "")

    def __str__(self) -> str:
        return "".join([self.name, *(f";{name}={value}" for name, value in self.parameters), ":", self.value])


@dataclass(frozen=True, kw_only=True)
class Block:
    """One VEVENT or VTIMEZONE."""

    name: str
    lines: tuple[Line, ...]

    def first(self, name: str) -> Line | None:
        return next((each for each in self.lines if each.name == name), None)

    def value(self, name: str) -> str:
        found = self.first(name)
        return found.value.strip() if found else ""

    def __str__(self) -> str:
        return "\r\n".join([f"BEGIN:{self.name}", *map(str, self.lines), f"END:{self.name}"])


@dataclass(frozen=True, kw_only=True)
class Feed:
    zones: tuple[Block, ...]
    events: tuple[Block, ...]


def kept(address: str, descriptions: bool, content: bytes) -> bytes:
    """What is archived of a feed. Doing it twice is doing it once. Raises SourceError for what is no whole calendar."""
    feed = feed_of(content, address, descriptions=descriptions)
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//klar//DE", *map(str, (*feed.zones, *feed.events)), "END:VCALENDAR", ""]
    ).encode()


def feed_of(content: bytes, address: str, *, descriptions: bool) -> Feed:
    """Raises SourceError."""
    lines = list(_lines(content))
    if not lines or not _is(lines[0], "BEGIN", "VCALENDAR"):
        raise SourceError(f"»{address}« sollte einen Kalender liefern (iCalendar) und liefert etwas anderes.")
    if not _is(lines[-1], "END", "VCALENDAR"):
        raise SourceError(f"»{address}«: Der Kalender hört mittendrin auf; nichts davon wird übernommen.")
    blocks = list(_blocks(lines))
    return Feed(
        zones=tuple(_zone(each) for each in blocks if each.name == "VTIMEZONE"),
        events=tuple(_event(each, descriptions) for each in blocks if each.name == "VEVENT" and _is_public(each)),
    )


def _lines(content: bytes) -> Iterator[Line]:
    """Folded ones joined (3.1); bytes that are no UTF-8 cost themselves only. What is no content line comes with the name BROKEN."""
    content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    text = re.sub(rb"\n[ \t]", b"", content).decode("utf-8-sig", "replace")  # a fold may stand inside a letter
    for each in text.split("\n"):
        if not each.strip():
            continue
        found = _LINE.fullmatch(each)
        if found is None:
            yield Line(name=BROKEN, value="1")
            continue
        parameters = tuple((name.upper(), value) for name, value in _PARAMETER.findall(found[2]))
        yield Line(name=found[1].upper(), parameters=parameters, value=found[3])


def _is(line: Line, name: str, value: str) -> bool:
    return line.name == name and line.value.strip().upper() == value


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """Components right below the calendar. What lies inside an event (alarms) goes; parts of a zone stay."""
    inside: list[str] = []
    collected: list[Line] = []
    for each in lines:
        name = each.value.strip().upper()
        if each.name == "BEGIN":
            inside.append(name)
            if len(inside) > 2:
                collected += [Line(name="BEGIN", value=name)] if _is_zone_part(inside) else []
        elif each.name == "END" and inside and name in inside:
            if len(inside) == 2:
                yield Block(name=inside[1], lines=tuple(collected))
                collected = []
            elif _is_zone_part(inside):
                collected.append(Line(name="END", value=name))
            del inside[len(inside) - 1 - inside[::-1].index(name) :]
        elif each.name != "END" and (len(inside) == 2 or _is_zone_part(inside)):
            collected.append(each)


def _is_zone_part(inside: Sequence[str]) -> bool:
    return len(inside) == 3 and inside[1] == "VTIMEZONE" and inside[2] in ("STANDARD", "DAYLIGHT")


def _is_public(event: Block) -> bool:
    return event.value("CLASS").upper() in ("", "PUBLIC")


def _zone(zone: Block) -> Block:
    parts = [each for each in zone.lines if each.name in _OF_ZONES | {"BEGIN", "END"}]
    return Block(name=zone.name, lines=tuple(_discreet(parts)))


def _event(event: Block, descriptions: bool) -> Block:
    taken = TAKEN if descriptions else TAKEN - {"DESCRIPTION"}
    stays = [each for each in event.lines if each.name in taken and not (each.name == "URL" and _CONTACT.match(each.value))]
    known = taken | _LEFT | {"DESCRIPTION"}
    strange = dict.fromkeys(
        each.name for each in event.lines if each.name not in known and (each.name == BROKEN or not each.name.startswith("X-"))
    )
    return Block(name=event.name, lines=(*_discreet(stays), *(Line(name=name, value="1" if name == BROKEN else "") for name in strange)))


def _discreet(lines: Iterable[Line]) -> Iterator[Line]:
    for each in lines:
        parameters = tuple((name, value) for name, value in each.parameters if name in _PARAMETERS)
        yield Line(name=each.name, parameters=parameters, value=_DISCREET.get(each.name, str)(each.value))


def digest_of(uid: str) -> str:
    """The first 20 digits of its SHA-256; what is one already stays."""
    said = uid.strip()
    if not said or _DIGEST.fullmatch(said):
        return said
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:20]


#: Lines of which not everything is kept.
_DISCREET: Mapping[str, Callable[[str], str]] = {"UID": digest_of, "LOCATION": without_links}
