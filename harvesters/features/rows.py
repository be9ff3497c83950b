"""One feature as a station and its datastreams, or as rows of the common table of stations: by the names that the options give."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from harvesters.features.lately import Times
from harvesters.features.naming import Constant, Said, StationNames, StreamNames, names_in
from harvesters.features.places import Axes, Spot, spot_at, spot_of
from harvesters.keys import key_of
from harvesters.located import with_district
from harvesters.moments import day_of
from harvesters.record import Record
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.properties import observed
from harvesters.sensors.rows import coarsened
from harvesters.sensors.units import unit_of
from schemas.dates import PartialDate
from schemas.districts import Districts
from schemas.errors import MissingField, WrongValue
from schemas.row import Row

TABLE = "station"
_ID, _GEOMETRY = "id", "geometry"
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?", re.ASCII)


def fields_of(feature: Mapping[str, Any], named: Collection[str]) -> dict[str, object]:
    """The feature as one level: a property called `id` stays apart from the feature's own. `named`: properties that are read."""
    properties = {_at(name): value for name, value in feature["properties"].items() if name in named}
    return {_ID: feature.get("id"), _GEOMETRY: feature.get("geometry"), **properties}


def _at(name: str) -> str:
    return f"properties.{name}"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads a record of `fields_of` as one of the datastreams of its feature."""

    station: StationNames
    stream: StreamNames
    crs: str  #: of positions that stand in properties
    times: Times | None = None  #: of this run; None: nothing says when a station last measured

    @cached_property
    def names(self) -> frozenset[str]:
        """Properties that are read."""
        return frozenset(names_in(self.station, self.stream))

    def pair(self, record: Record, axes: Axes) -> tuple[Station, Datastream]:
        """Raises RecordError."""
        station = self._station(record, axes)
        return station, self._datastream(record, station)

    def stream_id(self, record: Record) -> str:
        """Of the datastream of a record. Raises MissingField."""
        identity = self._id(record)
        return f"{identity}-{self.stream.key}" if self.stream.key else identity

    def _station(self, record: Record, axes: Axes) -> Station:
        names = self.station
        identity = self._id(record)
        try:
            spot = self._spot(record, axes)
        except WrongValue as error:
            raise WrongValue(f"{identity}, {error.detail}") from None
        return Station(
            id=identity,
            name=_text(record, names.name),
            longitude=spot.longitude,
            latitude=spot.latitude,
            position_basis=spot.basis,
            place=_text(record, names.place),
            operator=_text(record, names.operator),
            since=_day(record, names.since),
            until=_day(record, names.until),
            note=_text(record, names.note),
            url=_address(record, names.url),
        )

    def _datastream(self, record: Record, station: Station) -> Datastream:
        names = self.stream
        observed_property = _text(record, names.property)
        if not observed_property:
            raise MissingField("»property«")
        return Datastream(
            id=self.stream_id(record),
            station=station.id,
            name=" · ".join(each for each in (station.name, observed_property) if each),
            property=observed_property,
            property_definition=_text(record, names.definition),
            unit=StatedUnit(symbol=_text(record, names.unit)),
            aggregation=_text(record, names.aggregation),
            sensor=_text(record, names.sensor),
            url=_address(record, names.url),
            end=self._end(record),
        )

    def _end(self, record: Record) -> datetime | None:
        last = self.stream.last
        if not last or self.times is None:
            return None
        return self.times.end(record.get(_at(self.station.id) if self.station.id else _ID), last, record.get(_at(last)))

    def _id(self, record: Record) -> str:
        upstream = record.get(_ID) if not self.station.id else record.get(_at(self.station.id))
        record.skip(_ID)
        if not isinstance(upstream, str | int) or upstream == "":
            raise MissingField("»id«")
        return key_of("", upstream).removeprefix("-")

    def _spot(self, record: Record, axes: Axes) -> Spot:
        geometry, names = record.get(_GEOMETRY), self.station
        if geometry is not None or not (names.longitude and names.latitude):
            return spot_of(geometry, axes)
        x, y = _number(record, names.longitude), _number(record, names.latitude)
        return Spot() if x is None or y is None else spot_at(x, y, self.crs)


def row_of_station(
    station: Station,
    stream: Datastream,
    *,
    prefix: str,
    source_title: str,
    origin: str,
    metres: float = 0.0,
    districts: Districts | None = None,
) -> Row:
    """In the common table. Raises MissingField for a station without a name."""
    if not station.name:
        raise MissingField("»name«")
    known, unit, there = observed(stream.property, stream.property_definition), unit_of(stream.unit), coarsened(station, metres)
    written = unit.symbol if unit else stream.unit.symbol
    values = {
        "id": f"{prefix}-{stream.id}",
        "station_id": f"{prefix}-{station.id}",
        "name": station.name,
        "operator": station.operator or None,
        "observed_property": known.label.de if known else stream.property,
        "unit": written or None,
        "unit_basis": "stated" if written else None,
        "technology": stream.sensor or None,
        "place": station.place or None,
        "district_id": None,
        "district_basis": None,
        "longitude": there.longitude,
        "latitude": there.latitude,
        "position_basis": there.position_basis or None,
        "since": station.since or None,
        "until": station.until or None,
        "status": "ended" if station.until else "unknown",
        "external_id": station.id,
        "live_url": stream.url or station.url or None,
        "note": station.note or None,
        "source_title": source_title,
        "source_date": None,
        "source_date_basis": "unknown",
    }
    row = Row(table=TABLE, key=str(values["id"]), values=values, source_url=station.url, origin=origin)
    return with_district(row, districts)


def without_future_end(station: Station, now: datetime) -> Station:
    """An end that lies ahead is a plan, and no end."""
    ahead = station.until and PartialDate(station.until).last_day() >= now.date()
    return replace(station, until="") if ahead else station


def _text(record: Record, said: Said) -> str:
    """Numbers as they stand; "" for nothing. Raises WrongValue."""
    if isinstance(said, Constant):
        return said.constant
    value = record.get(_at(said)) if said else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WrongValue(f"»{said}«")
    return str(value).strip()


def _day(record: Record, said: Said) -> str:
    """ISO 8601 or German, as precise as it is. Raises WrongValue."""
    text = _text(record, said)
    if not text:
        return ""
    try:
        return PartialDate.from_german(text).iso
    except ValueError:
        pass
    try:
        return day_of(text)
    except ValueError:
        raise WrongValue(f"»{said}«") from None


def _address(record: Record, said: Said) -> str:
    text = _text(record, said)
    if text and not text.startswith(("http://", "https://")):
        raise WrongValue(f"»{said}«")
    return text


def _number(record: Record, name: str) -> float | None:
    text = _text(record, name)
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise WrongValue(f"»{name}«")
    return float(text.replace(",", "."))
