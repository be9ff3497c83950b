"""A Thing as a station, a Datastream as a datastream. Traps: reference/sensors/sources.md, section 1."""

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from harvesters.sensors.intervals import stated
from harvesters.sensors.layers import slug
from harvesters.sensors.observed import NO_UNIT, Datastream, StatedUnit, Station
from harvesters.sensors.walk import SensorRecord
from harvesters.sensorthings.devices import A_DEVICE
from harvesters.sensorthings.keeping import Json, crs_name, geometry, moment
from harvesters.sensorthings.reading import Registry, Stream
from schemas.crs import CRS84, Misplaced, UnknownCrs, derivation, placed
from schemas.errors import RecordError, WrongValue

_ELDA = re.compile(r"[?&]uri=(https?://[^&]+)")
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]{1,500}", re.ASCII)
_REMARKS = {
    "unknown-duration": "Die Angabe »aggregateDuration: {}« ist keine Dauer in Tagen, Stunden oder Minuten und wird nicht verwendet",
    "swapped-axes": "Die Achsen sind vertauscht; gelesen ist die Position andersherum",
    "zone-missing": "Der Position fehlt die Nummer der Zone; sie ist ergänzt",
    "zone-added": "Die Position hat eine Zone, die ihr Koordinatensystem nicht hat",
    "no-iri": "Die Angabe »metadata« ist keine Webadresse und wird nicht verwendet",
    "device-name": "Der Name enthält die Nummer eines Geräts und wird nicht übernommen",
}
_NOTHING: dict[str, str] = {}
#: What a position was made of, in the words of its row.
_BASES = {"LineString": "Mitte der Linie", "MultiLineString": "Mitte der Linie", "Point": ""}


class Reading:
    """One run's reading of its registry: pure but for what it counts. `ends`: literal of a Datastream -> its latest observation, where
    that is known."""

    def __init__(self, registry: Registry, ends: Mapping[str, datetime], home: str) -> None:
        self._registry = registry
        self._ends = ends
        self._home = home
        self._stations: dict[str, Station | RecordError] = {}
        self._of_things: dict[str, dict[str, str]] = {}  # literal of a Thing -> what it says in its properties
        self._said: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        self._observed: dict[str, tuple[str, str]] = {}  # literal of an ObservedProperty -> its name and definition
        self._models: dict[str, str] = {}  # literal of a Sensor -> its name
        self._kinds: dict[str, str] = {}
        self._units: dict[tuple[tuple[str, str], ...], StatedUnit] = {}
        self.remarks: Counter[tuple[str, str]] = Counter()  #: (code, what it says) -> how often

    def records(self) -> Iterator[SensorRecord]:
        """All of them, each once: the registry lets go of what is theirs, so that words and what is made of them are never held both."""
        streams = self._registry.streams
        streams_left = deque(streams.values())
        streams.clear()
        while streams_left:
            stream = streams_left.popleft()
            yield SensorRecord(stream.fields, origin=stream.origin, read=partial(self._pair, stream))

    def sentences(self) -> tuple[tuple[str, str], ...]:
        """(code, German sentence)"""
        return tuple((code, f"{_REMARKS[code].format(what)} ({count}-mal).") for (code, what), count in sorted(self.remarks.items()))

    def _pair(self, stream: Stream, record: SensorRecord) -> tuple[Station, Datastream]:
        """Raises RecordError."""
        record.stream_id = self._id(record)
        station = self._station(stream.thing, record.get("observedArea"))
        said = self._of_things[stream.thing] | self._stated(record.get("properties"))
        name, definition = self._property(stream.property)
        begin, end, goes_on = self._period(stream, record.get("phenomenonTime"))
        return station, Datastream(
            id=record.stream_id,
            station=station.id,
            name=self._name(record.get("name")),
            property=name,
            property_definition=definition,
            unit=self._unit(record.get("unitOfMeasurement")),
            kind=self._kind(record.get("observationType")),
            aggregation=self._duration(said.get("aggregateDuration", "")),
            layer=said.get("layerName", ""),
            network=said.get("serviceName", ""),
            sensor=self._model(stream.sensor),
            begin=begin,
            end=end,
            goes_on=goes_on,
            record=self._iri(said.get("metadata", "")),
            url=f"{self._home}{stream.path()}/Observations",
        )

    def _id(self, record: SensorRecord) -> str:
        return slug(str(record.get("@iot.id")))

    def _station(self, literal: str, area: object) -> Station:
        """Raises RecordError: a Datastream whose station is nowhere costs itself."""
        if literal not in self._stations:
            try:
                self._stations[literal] = self._made(literal, area)
            except RecordError as error:
                self._stations[literal] = error
        found = self._stations[literal]
        if isinstance(found, RecordError):
            raise found
        return found

    def _made(self, literal: str, area: object) -> Station:
        thing = self._registry.things.pop(literal, None)
        if thing is None:
            raise WrongValue("»Thing«: Die Messstelle der Messreihe fehlt")
        said = self._of_things[literal] = self._stated(thing.get("properties"))
        location, geojson = _place(thing.get("Locations"))
        try:
            position, basis = self._position(geojson or area, is_area=not geojson)
        except WrongValue as error:
            raise WrongValue(f"Things({literal}), {error.detail}") from None
        longitude, latitude = position or (None, None)
        return Station(
            id=slug(str(thing.get("@iot.id"))),
            name=self._name(thing.get("name")),
            longitude=longitude,
            latitude=latitude,
            position_basis=basis if position else "",
            place=self._name(location.get("name")),
            operator=said.get("ownerData") or said.get("ownerThing") or "",
            url=f"{self._home}Things({literal})",
        )

    def _position(self, geojson: object, *, is_area: bool) -> tuple[tuple[float, float] | None, str]:
        """Raises WrongValue for a position that is none, or that is not in the city."""
        if not isinstance(geojson, dict) or not geojson.get("coordinates"):
            return None, ""
        x, y = representative(geojson)
        crs = crs_name(geojson) or CRS84
        try:
            found = placed(x, y, crs)
        except (Misplaced, UnknownCrs) as error:
            raise WrongValue(f"»location«: {error}".rstrip(".")) from None
        if found.remark:
            self.remarks[found.remark, ""] += 1
        kind = str(geojson.get("type"))
        basis = "aus dem Gebiet der Messungen (observedArea)" if is_area else _BASES.get(kind, "Punkt in der Fläche")
        if survey := derivation(crs):
            basis = f"{basis}; {survey}" if basis else survey
        return (found.longitude, found.latitude), basis

    def _period(self, stream: Stream, said: object) -> tuple[datetime | None, datetime | None, bool]:
        """Begin, end, and whether it goes on although nobody knows its end any more."""
        if not isinstance(said, str):
            return None, None, False
        begin, _, end = said.partition("/")
        goes_on = end == ".."
        last = self._ends.get(stream.literal) or (moment(end) if end and not goes_on else None)
        return moment(begin), last, goes_on

    def _stated(self, properties: object) -> dict[str, str]:
        """Explicit keys. What a Thing says holds for its Datastreams, unless they say otherwise; they all say the same few things."""
        if not isinstance(properties, dict) or not properties:
            return _NOTHING
        key = tuple(properties.items())  # of texts alone: the filter lets nothing else through
        found = self._said.get(key)
        if found is None:
            found = self._said[key] = {name: said.strip() for name, said in key if isinstance(said, str) and said.strip()}
        return found

    def _property(self, literal: str) -> tuple[str, str]:
        if literal not in self._observed:
            what = self._registry.properties.get(literal, {})
            self._observed[literal] = _text(what.get("name")), _text(what.get("definition"))
        return self._observed[literal]

    def _kind(self, said: object) -> str:
        if not isinstance(said, str):
            return ""
        if said not in self._kinds:
            self._kinds[said] = observation_type(said)
        return self._kinds[said]

    def _unit(self, said: object) -> StatedUnit:
        if not isinstance(said, dict):
            return NO_UNIT
        key = tuple(said.items())
        found = self._units.get(key)
        if found is None:
            found = self._units[key] = StatedUnit(*(_text(said.get(name)) for name in ("name", "symbol", "definition")))
        return found

    def _model(self, literal: str) -> str:
        if literal not in self._models:
            self._models[literal] = self._name(self._registry.sensors.get(literal, {}).get("name"))
        return self._models[literal]

    def _duration(self, said: str) -> str:
        if said and not stated(said):
            self.remarks["unknown-duration", said[:40]] += 1
            return ""
        return said

    def _iri(self, said: str) -> str:
        if said and not _IRI.fullmatch(said):
            self.remarks["no-iri", ""] += 1
            return ""
        return said

    def _name(self, said: object) -> str:
        """Without the number of a device: such a name is left out, and was before anything was kept."""
        text = _text(said)
        if text == A_DEVICE:
            self.remarks["device-name", ""] += 1
            return ""
        return text


def observation_type(said: object) -> str:
    """The IRI itself, also where it is wrapped in the address of a page about it (Hamburg)."""
    text = _text(said)
    found = _ELDA.search(text)
    return found[1] if found else text


def representative(geojson: Json) -> tuple[float, float]:
    """A point of it, as the source's numbers. Raises WrongValue."""
    kind = geojson.get("type")
    try:
        if kind == "Point":
            x, y = geojson["coordinates"][:2]
            if isinstance(x, bool) or isinstance(y, bool):
                raise TypeError
            return float(x), float(y)
        made: Any = shape(geojson)
        if made.is_empty or not all(map(_is_finite, made.bounds)):
            raise ValueError
        point = made.interpolate(0.5, normalized=True) if kind == "LineString" else made.representative_point()
        return float(point.x), float(point.y)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, ShapelyError, shapely.GEOSException):
        raise WrongValue("»location«: Die Geometrie ist nicht lesbar") from None


def _is_finite(number: float) -> bool:
    return abs(number) < 1e12


def _place(locations: object) -> tuple[Json, Json]:
    """The Location to go by, and its geometry: a point before others, then by id, so that the same one is taken tomorrow."""
    found = [each for each in locations if isinstance(each, dict)] if isinstance(locations, list) else []
    read = [(each, geometry(each["location"])) for each in found if isinstance(each.get("location"), dict)]
    read = [pair for pair in read if pair[1].get("coordinates")]
    if not read:
        return (found[0] if found else {}), {}
    return min(read, key=lambda pair: (pair[1].get("type") != "Point", str(pair[0].get("@iot.id"))))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
