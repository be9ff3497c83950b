"""One datastream as a row of its layer's table: nothing in it moves with an observation."""

import math
from dataclasses import replace
from datetime import datetime

from harvesters.located import with_district
from harvesters.sensors.intervals import Rhythm, is_over, rhythm, stated
from harvesters.sensors.observed import Datastream, Station
from harvesters.sensors.properties import observed
from harvesters.sensors.units import unit_of
from schemas.districts import Districts
from schemas.row import Row, Value


def row_of(
    stream: Datastream, station: Station, *, table: str, prefix: str, origin: str, now: datetime, districts: Districts | None = None
) -> Row:
    known, unit = observed(stream.property, stream.property_definition), unit_of(stream.unit)
    ended = stream.end is not None and is_over(stream.end, rhythm_of(stream), now)
    values: dict[str, Value] = {
        "id": f"{prefix}-{stream.id}",
        "station_id": f"{prefix}-{station.id}",
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
        "district_id": None,
        "district_basis": None,
        "longitude": station.longitude,
        "latitude": station.latitude,
        "position_basis": station.position_basis or None,
        "since": station.since or (stream.begin.date().isoformat() if stream.begin else None),
        "until": station.until or (stream.end.date().isoformat() if ended and stream.end else None),
        "status": "ended" if ended or station.until else "active" if stream.end or stream.goes_on else "unknown",
        "live_url": stream.url or None,
        "note": station.note or None,
    }
    row = Row(table=table, key=str(values["id"]), values=values, source_url=station.url, origin=origin)
    return with_district(row, districts)


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
