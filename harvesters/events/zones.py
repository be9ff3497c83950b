"""Which zone a TZID of a feed means: the names are the feed's own (RFC 5545, 3.2.19).

icalendar remembers the rules a feed gives for a name, and would lend them to the next feed that uses it: so each gets a name of its own.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from harvesters.events.feed import Block, Line

_MOST_LINES = 200


class Zones:
    """The zones of one feed. `is_harmless`: whether the libraries can follow the rule by which clocks change."""

    def __init__(self, blocks: Sequence[Block], is_harmless: Callable[[str], bool]) -> None:
        good = [each for each in blocks if _is_followed(each, is_harmless)]
        self._own = {each.value("TZID"): _renamed(each) for each in good}
        self.unknown: set[str] = set()  #: names that say nothing: their times are taken as the city's

    def read(self, events: Sequence[Block]) -> tuple[Block, ...]:
        """These events with names that mean the same everywhere, and the rules of those that do not, first."""
        told = tuple(replace(each, lines=tuple(map(self._told, each.lines))) for each in events)
        names = {line.parameter("TZID") for each in told for line in each.lines}
        return (*(zone for zone in self._own.values() if zone.value("TZID") in names), *told)

    def _told(self, line: Line) -> Line:
        said = line.parameter("TZID")
        others = tuple((name, value) for name, value in line.parameters if name != "TZID")
        name = self._meant(said) if said else ""
        return replace(line, parameters=(*others, *((("TZID", name),) if name else ())))

    def _meant(self, name: str) -> str:
        known = _known(name)
        if known:
            return known
        if name in self._own:
            return self._own[name].value("TZID")
        self.unknown.add(name)
        return ""


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _known(name: str) -> str:
    """The name in the tz database: as it stands, of Windows, or behind a vendor's name (`/citadel.org/20260101_1/Europe/Berlin`)."""
    candidates = (name, WINDOWS_TO_OLSON.get(name, ""), "/".join(name.split("/")[-2:]))
    return next((each for each in candidates if each in _names()), "")


def _is_followed(zone: Block, is_harmless: Callable[[str], bool]) -> bool:
    rules = [each.value for each in zone.lines if each.name == "RRULE"]
    return len(zone.lines) <= _MOST_LINES and all(map(is_harmless, rules))


def _renamed(zone: Block) -> Block:
    name = "klar-" + hashlib.sha256(str(zone).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return replace(zone, lines=tuple(replace(each, value=name) if each.name == "TZID" else each for each in zone.lines))
