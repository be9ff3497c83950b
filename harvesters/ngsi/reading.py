"""From kept entities to stations and datastreams: one entity with n measurements is one station with n datastreams. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from harvesters.ngsi.asking import entity_address
from harvesters.ngsi.values import local_name
from harvesters.sensors.layers import slug
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.sightings import Sightings
from harvesters.sensors.walk import SensorRecord
from schemas.crs import CRS84, Misplaced, placed
from schemas.errors import MissingField, RecordError, WrongValue

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DATASET = re.compile(r"^urn:ngsi-ld:(Dataset:)?")
_GEOMETRIES = {"LineString": "Mitte einer Strecke", "MultiLineString": "Punkt auf einer Strecke"}
_UNKNOWN_TERM = "https://uri.etsi.org/ngsi-ld/default-context/"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What all entities of a run have in common. `base`: of the interface; "" for a broker behind a login."""

    now: datetime
    base: str
    sightings: Sightings

    def records(self, entity: Mapping[str, Any], origin: str, *, stamped: bool) -> Iterator[SensorRecord]:
        """One for each measurement; one that is broken for an entity without id. `stamped`: the entity of now is another one in an hour, so
        no address leads to it."""
        measures = entity.get("measures") or ({} if entity.get("id") else {"": {}})
        station = _station(entity)
        twice = _twice(measures)
        shared = {name: entity[name] for name in ("id", "type", "model", "dataset") if name in entity}
        read = partial(self._pair, station=station, base="" if stamped else self.base)
        for name, measured in measures.items():
            own = name if local_name(name) in twice else local_name(name)
            yield SensorRecord({**shared, "attribute": name, "measured": measured, "key": _key(own)}, origin=origin, read=read)

    def _pair(self, record: SensorRecord, *, station: Station | RecordError, base: str) -> tuple[Station, Datastream]:
        """Raises MissingField, WrongValue."""
        name, identity, kind = (str(record.get(each) or "") for each in ("attribute", "id", "type"))
        measured = record.take("measured", dict)
        dataset, model, key = (str(record.get(each) or "") for each in ("dataset", "model", "key"))
        record.stream_id = f"{_station_id(identity)}-{key}" if identity and key else ""
        if isinstance(station, RecordError):
            raise station
        code = str(measured.get("unit", ""))
        return station, Datastream(
            id=record.stream_id,
            station=station.id,
            property=local_name(name),
            property_definition=name if "://" in name and not name.startswith(_UNKNOWN_TERM) else "",
            unit=StatedUnit(symbol=code, code=code) if code else StatedUnit(),
            station_type=local_name(kind),
            layer=_DATASET.sub("", dataset),
            sensor=model,
            end=self.sightings.end(f"{identity} {name}", str(measured.get("seen", "")), self.now),
            url=entity_address(base, identity, name) if base else "",
        )


def _station_id(identity: str) -> str:
    return slug(identity.removeprefix("urn:ngsi-ld:"))


def _station(entity: Mapping[str, Any]) -> Station | RecordError:
    """Once for all its measurements."""
    identity = str(entity.get("id") or "")
    if not identity:
        named_after = entity.get("type") == "DevEUI"
        return MissingField("»id«: die Kennung ist die DevEUI eines Geräts" if named_after else "»id« oder »type«")
    try:
        longitude, latitude, basis = _position(entity.get("point"), str(entity.get("basis") or ""))
    except WrongValue as error:
        return WrongValue(f"{identity}, {error.detail}")
    name, place, operator, since = (str(entity.get(each) or "") for each in ("name", "place", "operator", "since"))
    return Station(
        id=_station_id(identity),
        name=name,
        longitude=longitude,
        latitude=latitude,
        position_basis=basis,
        place=place,
        operator=operator,
        since=since,
    )


def _position(point: object, geometry: str) -> tuple[float | None, float | None, str]:
    """Raises WrongValue. An entity may do without; one that says something has to say where it is."""
    if point is None:
        return None, None, ""
    if not isinstance(point, list) or len(point) != 2:
        raise WrongValue("»location« ist keine Position")
    try:
        found = placed(float(point[0]), float(point[1]), CRS84)
    except Misplaced as error:
        raise WrongValue(f"»location«: {error}") from None
    basis = _GEOMETRIES.get(geometry, "Punkt in einer Fläche") if geometry else ""
    if found.remark == "swapped-axes":
        basis = f"{basis}; " * bool(basis) + "Länge und Breite waren vertauscht"
    return found.longitude, found.latitude, basis


@cache
def _key(name: str) -> str:
    """`relativeHumidity` → `relative-humidity`."""
    return slug(_HUMP.sub("-", name).lower())


def _twice(measures: Mapping[str, Any]) -> set[str]:
    """Last parts that two attributes of different vocabularies have in common."""
    seen: set[str] = set()
    found: set[str] = set()
    for each in map(local_name, measures):
        (found if each in seen else seen).add(each)
    return found
