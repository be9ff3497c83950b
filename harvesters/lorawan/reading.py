"""From kept devices to stations and datastreams. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from harvesters.sensors.layers import slug
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.sightings import Sightings
from harvesters.sensors.walk import SensorRecord
from schemas.durations import seconds_of
from schemas.errors import MissingField, WrongValue

_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Reading:
    now: datetime
    sightings: Sightings

    def records(self, device: Mapping[str, Any], origin: str) -> Iterator[SensorRecord]:
        """One for each quantity; one that is broken for a device that names none."""
        seen: dict[str, int] = {}
        for quantity, unit in device.get("measures") or [["", ""]]:
            name = slug(quantity.lower()) if quantity else ""
            seen[name] = seen.get(name, 0) + 1
            stream = name if seen[name] == 1 else f"{name}-{seen[name]}"
            own = {"quantity": quantity, "unit": unit, "stream": stream}
            yield SensorRecord({**{key: each for key, each in device.items() if key != "measures"}, **own}, origin=origin, read=self.read)

    def read(self, record: SensorRecord) -> tuple[Station, Datastream]:
        """Raises MissingField, WrongValue."""
        stream = record.text("stream")
        record.stream_id = f"{record.text('key')}-{stream}"
        station = _station(record)
        quantity, unit = record.text("quantity"), record.text("unit")
        dataset, interval = str(record.get("dataset") or ""), str(record.get("interval") or "")
        model, seen = str(record.get("model") or ""), str(record.get("seen") or "")
        if not quantity:
            raise MissingField(f"»quantity« (Gerät {station.id})")
        return station, Datastream(
            id=record.stream_id,
            station=station.id,
            property=quantity,
            unit=StatedUnit(symbol=unit) if unit else StatedUnit(),
            layer=dataset,
            sensor=model,
            end=self.sightings.end(station.id, seen, self.now),
            taken=_beat(interval),
        )


def _station(record: SensorRecord) -> Station:
    key, misplaced, point = record.text("key"), record.get("misplaced"), record.get("point")
    name, basis, installed = (str(record.get(each) or "") for each in ("name", "basis", "installed"))
    if misplaced is not None:
        raise WrongValue(f"»lat« und »lon« (Gerät {key}): {misplaced}")
    longitude, latitude = point if isinstance(point, list) else (None, None)
    return Station(id=key, name=name, longitude=longitude, latitude=latitude, position_basis=basis, since=installed)


def _beat(interval: str) -> tuple[datetime, ...]:
    """How often the device is set to send, as moments of some day: nobody asks it when it did."""
    step = timedelta(seconds=seconds_of(interval))
    return tuple(_SOME_TIME + number * step for number in range(3)) if step else ()
