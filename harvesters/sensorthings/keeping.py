"""What is kept of an answer: the fields that are taken, and nothing that moves with an observation.

A period `begin/end` becomes `begin/..` while its end is recent, and the end is noted for this run alone: so an unchanged network gives
the same bytes tomorrow. An old end stands still and stays. Filtering what was filtered changes nothing.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from harvesters.answers import parsed, uncollected
from harvesters.moments import moment_of
from harvesters.sensorthings.devices import A_DEVICE, names_a_device
from harvesters.sensorthings.questions import literal_of

#: What of `properties` is taken: the names that German servers use (reference/sensors/mapping.md, section 1).
STATED = ("serviceName", "layerName", "ownerData", "ownerThing", "metadata", "aggregateDuration")
_OPEN = ".."
_STILL = timedelta(days=30)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}", re.ASCII)
_MOST_NAMES = 200
Json = dict[str, Any]
#: Known for other use, and left out on purpose: texts about a Thing, times that only say when it was written.
_LEFT = frozenset({"infoLastUpdate", "keywords", "language", "topic", "resultNature", "mediaMonitored"})

_KNOWN = _LEFT.union(STATED)


class Keeping:
    """One run's filter. `now` is the run's time."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.ends: dict[str, datetime] = {}  #: literal of a Datastream -> when its latest observation was
        self.unknown: Counter[str] = Counter()  #: names in `properties` that nobody takes
        self._names: dict[str, bool] = {}
        self._last: tuple[bytes, Json] = (b"", {})
        self._takers: tuple[tuple[str, Callable[[Json], Json | None]], ...] = (
            *((name, self._entity) for name in ("Datastreams", "Thing", "Sensor", "ObservedProperty", "Locations")),
            ("properties", self._properties),
            ("unitOfMeasurement", _unit),
            ("location", geometry),
            ("observedArea", _fixed),
        )

    def kept(self, url: str, content: bytes) -> bytes:
        """Raises SourceError."""
        with uncollected():
            found = _page(parsed(content, dict, url), self._entity)
            said = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self._last = (said, found)
        return said

    def read(self, url: str, content: bytes) -> Json:
        """The page that was kept. Raises SourceError."""
        return self._last[1] if self._last[0] is content else parsed(content, dict, url)

    def _entity(self, entity: Json) -> Json:
        found = {name: entity[name] for name in _PLAIN if name in entity}
        said = found.get("name")
        if isinstance(said, str) and self._is_device(said):
            found["name"] = A_DEVICE
        if len(found) == len(entity):  # most: Sensors and ObservedProperties, which come with every Datastream
            return found
        for name, taken in self._takers:
            value = entity.get(name)
            if value is None:
                continue
            if isinstance(value, dict):
                found[name] = taken(value)
            elif isinstance(value, list):
                found[name] = [taken(each) for each in value if isinstance(each, dict)]
        if "phenomenonTime" in entity:
            found["phenomenonTime"] = self._period(entity.get("@iot.id"), entity["phenomenonTime"])
        return found

    def _is_device(self, name: str) -> bool:
        """Sensors and ObservedProperties come with each Datastream, and their names with them: each is looked at once."""
        found = self._names.get(name)
        if found is None:
            found = names_a_device(name)
            if len(self._names) < _MOST_NAMES:
                self._names[name] = found
        return found

    def _properties(self, said: Json) -> Json:
        others = said.keys() - _KNOWN
        if others and len(self.unknown) < _MOST_NAMES:
            self.unknown.update(each for each in others if _NAME.fullmatch(each))
        return {name: said[name] for name in STATED if isinstance(said.get(name), str)}

    def _period(self, identifier: object, said: object) -> str | None:
        if not isinstance(said, str):
            return None
        begin, mark, end = said.partition("/")
        last = moment(end) if mark and end != _OPEN else None
        if last is None:
            return said if end == _OPEN else begin
        try:
            self.ends[literal_of(identifier)] = min(last, self._now)  # forecasts lie ahead
        except ValueError:
            return said  # its record is refused, with its own sentence
        return said if self._now - last > _STILL else f"{begin}/{_OPEN}"


#: Fields as they stand, of all entities.
_PLAIN = ("@iot.id", "name", "definition", "observationType", "Datastreams@iot.count", "Datastreams@iot.nextLink")


def moment(text: str) -> datetime | None:
    """None for what is no time."""
    try:
        return moment_of(text)
    except (ValueError, OverflowError):
        return None


def _page(page: Json, taken: Callable[[Json], Json]) -> Json:
    """A list of entities; what is no list stays without one, and reading it says so."""
    found: Json = {name: page[name] for name in ("@iot.count", "@iot.nextLink") if name in page}
    if isinstance(page.get("value"), list):
        found["value"] = [taken(each) if isinstance(each, dict) else None for each in page["value"]]
    return found


def _unit(said: Json) -> Json:
    return {name: said[name] for name in ("name", "symbol", "definition") if isinstance(said.get(name), str)}


def geometry(said: Json) -> Json:
    """A geometry, whether it stands alone or in a Feature; other members of a Feature may say anything."""
    inner = said.get("geometry")
    if isinstance(inner, dict):
        crs = {"crs": said["crs"]} if "crs" in said else {}
        return geometry({**crs, **inner})
    found: Json = {name: said[name] for name in ("type", "coordinates") if name in said}
    if name := crs_name(said):
        found["crs"] = {"type": "name", "properties": {"name": name}}
    return found


def crs_name(said: Json) -> str:
    """Of GeoJSON 2008, which could have one; "" for none."""
    crs = said.get("crs")
    inner = crs.get("properties") if isinstance(crs, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else ""


def _fixed(said: Json) -> Json | None:
    """The area of a fixed station is a point. Any other is a hull that grows with each wrong fix (limits.md, section 3)."""
    found = geometry(said)
    return found if found.get("type") == "Point" else None
