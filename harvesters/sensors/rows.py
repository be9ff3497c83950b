"""One datastream as a row of its layer's table: nothing in it moves with an observation."""

import math
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from harvesters.sensors.intervals import Rhythm, is_over, rhythm, stated
from harvesters.sensors.observed import Datastream, Station
from harvesters.sensors.properties import observed
from harvesters.sensors.units import unit_of
from schemas.districts import Assigned, Districts
from schemas.row import Row, Value


@dataclass(frozen=True, kw_only=True, slots=True)
class _There:
    """What all rows of one station say of it."""

    station: Station
    id: str
    longitude: float | None
    latitude: float | None
    position_basis: str | None
    district: Assigned | None


def row_key(prefix: str, stream: str) -> str:
    """`stream`: id of a datastream."""
    return f"{prefix}-{stream}"


class Rows:
    """Makes the rows of one network. `metres`: grid to which positions are rounded."""

    def __init__(self, *, prefix: str, now: datetime, districts: Districts | None = None, metres: float = 0.0) -> None:
        self._prefix = prefix
        self._now = now
        self._districts = districts
        self._metres = metres
        self._last: _There | None = None

    def made(self, stream: Datastream, station: Station, *, table: str, origin: str) -> Row:
        there = self._last if self._last is not None and self._last.station is station else self._at(station)
        known, unit = observed(stream.property, stream.property_definition), unit_of(stream.unit)
        ended = stream.end is not None and not stream.goes_on and is_over(stream.end, rhythm_of(stream), self._now)
        district = there.district
        key = row_key(self._prefix, stream.id)
        values: dict[str, Value] = {
            "id": key,
            "station_id": there.id,
            "station": station.name or None,
            "name": stream.name or None,
            "property": known.label.de if known else stream.property or None,
            "property_definition": stream.property_definition or None,
            "unit": unit.ucum if unit else stream.unit.symbol or stream.unit.name or None,
            "unit_label": unit.label.de if unit else stream.unit.name or None,
            "unit_definition": unit.qudt if unit else None,
            "aggregation": stream.aggregation if stated(stream.aggregation) else None,
            "sensor": stream.sensor or None,
            "operator": station.operator or None,
            "place": station.place or None,
            "district_id": district.district_id if district else None,
            "district_basis": district.basis if district else None,
            "longitude": there.longitude,
            "latitude": there.latitude,
            "position_basis": there.position_basis,
            "since": station.since or (_day(stream.begin.date()) if stream.begin else None),
            "until": station.until or (_day(stream.end.date()) if ended and stream.end else None),
            "status": "ended" if ended or station.until else "active" if stream.end or stream.goes_on else "unknown",
            "live_url": stream.url or None,
            "note": station.note or None,
        }
        return Row(table=table, key=key, values=values, source_url=station.url, origin=origin)

    def _at(self, station: Station) -> _There:
        """The datastreams of a station mostly come one after the other: where it lies is found out once."""
        near = coarsened(station, self._metres)
        longitude, latitude, districts = near.longitude, near.latitude, self._districts
        district = None if districts is None or longitude is None or latitude is None else districts.at(longitude, latitude)
        self._last = _There(
            station=station,
            id=f"{self._prefix}-{station.id}",
            longitude=longitude,
            latitude=latitude,
            position_basis=near.position_basis or None,
            district=district,
        )
        return self._last


@lru_cache(maxsize=4_096)  # many datastreams begin on one day, and rows are held
def _day(day: date) -> str:
    return day.isoformat()


def rhythm_of(stream: Datastream) -> Rhythm | None:
    return stated(stream.aggregation) or stream.beat or (rhythm(stream.taken) if stream.taken else None)


def coarsened(station: Station, metres: float) -> Station:
    """The same on a grid of so many metres, for sensors on private homes; the middle of the cell, so that neither corner is the house.
    0 leaves it as it is."""
    if metres <= 0 or station.longitude is None or station.latitude is None:
        return station
    height = metres / 111_320.0  # metres of a degree of latitude
    latitude = _middle(station.latitude, height)
    width = metres / (111_320.0 * math.cos(math.radians(latitude)))
    basis = f"auf ein Raster von {metres:g} Metern gerundet"
    return replace(station, longitude=round(_middle(station.longitude, width), 5), latitude=round(latitude, 5), position_basis=basis)


def _middle(value: float, step: float) -> float:
    return (math.floor(value / step) + 0.5) * step
