"""Boxes of openSenseMap that bear the city's group tag. Owners are private persons: what could name one or a home is kept nowhere.

Names of boxes only by option, positions on a grid before anything is archived, titles and units only as far as the tables of this project
know them: all three are free text of a person (reference: sensors/sources.md 7). klar never logs in.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from harvesters.answers import parsed
from harvesters.features.addresses import with_query
from harvesters.features.places import axes_east_first, spot_of
from harvesters.harvester import Found, Remark, SourceConfig
from harvesters.http.paging import web
from harvesters.moments import moment_of
from harvesters.opensensemap.observations import BoxObservations
from harvesters.record import Record
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.options import SensorOptions, network_of, prefix_of
from harvesters.sensors.properties import observed
from harvesters.sensors.rows import coarsened
from harvesters.sensors.sightings import RECENT, Sightings
from harvesters.sensors.units import unit_of
from harvesters.sensors.walk import SensorRecord, walked
from schemas.crs import CRS84
from schemas.dates import PartialDate
from schemas.errors import ConfigurationError, MissingField, SourceError, WrongValue
from schemas.fetch import Fetch, Payload, WebFetch
from schemas.model import DataService
from schemas.row import Finding, Quarantined, Row
from schemas.values import FileFormat, Text

_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
#: Models as their makers write them: letters, digits, at least one digit. Anything else may be a person's own words.
_MODEL = re.compile(r"(?=.*[0-9])[A-Za-z0-9-]{2,20}", re.ASCII)
#: What a box measures of itself.
_DEVICE_UNITS = frozenset({"dbm", "v", "mv", "volt"})
_DEVICE = re.compile(r"wi-?fi|wlan|rssi|vcc|signal|batter|akku|spannung|voltage|uptime|laufzeit|heap|cpu", re.IGNORECASE)


class OpenSenseMapOptions(SensorOptions):
    """`[source.options]`"""

    grouptag: str = Field(
        min_length=2, max_length=100, description="Gruppe, mit der die Stadt die Boxen kennzeichnet; andere werden abgelehnt"
    )
    names: bool = Field(default=False, description="auch die Namen der Boxen übernehmen; sie können Personen nennen")
    coarsen_metres: float = Field(
        default=500.0,
        ge=0,
        le=10_000,
        allow_inf_nan=False,
        description="Positionen auf ein Raster von so vielen Metern runden; 0: gar nicht",
    )
    at_most: int = Field(default=300, ge=1, le=5000, description="nennt der Dienst mehr Boxen, wird nichts gelesen")


class OpenSenseMapHarvester:
    """Harvester `opensensemap`."""

    kind: ClassVar[str] = "opensensemap"
    Options: ClassVar[type[BaseModel]] = OpenSenseMapOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options and without a group tag, ConfigurationError for a source that is no address
        in the web, or that would log in."""
        self._options = OpenSenseMapOptions.model_validate(dict(source.options))
        if not source.is_remote:
            raise ConfigurationError(f"Quelle {source.name!r}: openSenseMap hat eine Adresse mit http:// oder https://.")
        if source.token_env or source.token_file:
            raise ConfigurationError(f"Quelle {source.name!r}: openSenseMap wird nur ohne Anmeldung gelesen.")
        self._source = source

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """Raises SourceError."""
        source, options = web(fetch), self._options
        home = source.list("")[0].rstrip("/")
        asked = with_query(f"{home}/boxes", grouptag=options.grouptag, exposure="outdoor", minimal="true")
        listing = source.get(asked, keep=_kept_list, expected=("json",))
        numbers = self._numbers(listing)
        boxes = Boxes(options=options, now=listing.fetched_at, home=home)
        for each in numbers:
            address = f"{home}/boxes/{each}"
            payload = source.get(address, keep=boxes.keeping(address), expected=("json",))
            boxes.take(parsed(payload.content, dict, address), address)
        network = network_of(self._source, options, services=self._services(home), provenance=_PROVENANCE)
        found = walked(network, boxes.records, now=boxes.now, districts=self._source.districts, metres=options.coarsen_metres)
        yield from boxes.sightings.told(found)
        yield from boxes.remarks()

    def observing(self, fetch: WebFetch) -> BoxObservations:
        """For `harvesters.sampling.taking`. Raises ConfigurationError while positions are rounded: a history would lead to the box."""
        if self._options.coarsen_metres:
            raise ConfigurationError(
                f"Quelle {self._source.name!r}: Messwerte werden nur von Boxen gesammelt, deren Position öffentlich ist "
                "(coarsen_metres = 0): Über die Werte ließe sich jede Box wiederfinden."
            )
        return BoxObservations()

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, SensorRecord)  # records() yields no other
        yield record.mapped()

    def _numbers(self, listing: Payload) -> list[str]:
        numbers: list[str] = parsed(listing.content, list, listing.url)
        if not numbers:
            raise SourceError(f"»{listing.url}«: Keine einzige Box trägt diese Gruppe; nichts davon wird übernommen.")
        if len(numbers) > self._options.at_most:
            raise SourceError(
                f"»{listing.url}«: Der Dienst nennt {len(numbers)} Boxen, mehr als erlaubt (options.at_most). Vielleicht beachtet er die "
                "Gruppe nicht; nichts davon wird übernommen."
            )
        return numbers

    def _services(self, home: str) -> tuple[DataService, ...]:
        """The service shows where boxes stand: no word of it while positions are rounded."""
        if self._options.coarsen_metres:
            return ()
        title = self._source.title
        service = DataService(
            name=f"{prefix_of(self._source, self._options)}-opensensemap",
            title=Text(de=f"{title}: openSenseMap", en=f"{self._options.title_en or title}: openSenseMap"),
            description=Text(de="Die Messwerte der Boxen.", en="The values of the boxes."),
            endpoint_url=home,
            formats=(FileFormat.JSON,),
            shared=True,
        )
        return (service,)


@dataclass(kw_only=True)
class Boxes:
    """What one walk has met."""

    options: OpenSenseMapOptions
    now: datetime
    home: str = ""  #: of the service
    records: list[SensorRecord] = field(default_factory=list)
    sightings: Sightings = field(default_factory=Sightings)
    others: int = 0  #: boxes that the service named and that do not bear the tag, or stand inside

    def keeping(self, address: str) -> Any:
        return lambda content: self._kept(parsed(content, dict, address))

    def take(self, box: Mapping[str, Any], address: str) -> None:
        if box.get("refused"):
            self.others += 1
            return
        for each in box["sensors"]:
            fields = {"box": box["_id"], **{name: box.get(name) for name in ("name", "geometry", "since")}, **each}
            self.records.append(SensorRecord(fields, origin=address, read=self._read))

    def remarks(self) -> Iterator[Remark]:
        if self.others:
            message = f"{self.others} Boxen tragen die Gruppe nicht oder stehen nicht im Freien; sie werden nicht gelesen."
            yield Remark(finding=Finding(code="not-ours", message=message))

    def _kept(self, box: Mapping[str, Any]) -> bytes:
        return _compact({"refused": True} if box.get("refused") or not self._is_ours(box) else self._allowed(box))

    def _is_ours(self, box: Mapping[str, Any]) -> bool:
        tags = box.get("grouptag")
        tagged = self.options.grouptag in (tags if isinstance(tags, list) else [tags])
        return tagged and box.get("exposure") == "outdoor" and isinstance(box.get("sensors"), list) and _is_id(box.get("_id"))

    def _allowed(self, box: Mapping[str, Any]) -> dict[str, Any]:
        """Filtering twice gives the same: what was rounded stays in the middle of its cell."""
        name = box.get("name")
        sensors = (
            self._sensor(each) for each in box["sensors"] if isinstance(each, dict) and _is_id(each.get("_id")) and not _of_device(each)
        )
        return {
            "_id": box["_id"],
            "grouptag": self.options.grouptag,
            "exposure": "outdoor",
            **({"name": name} if self.options.names and isinstance(name, str) else {}),
            "since": _month(box.get("since", box.get("createdAt"))),
            "geometry": self._rounded(box.get("geometry", box.get("currentLocation"))),
            "sensors": [each for each in sensors if each is not None],
        }

    def _sensor(self, sensor: Mapping[str, Any]) -> dict[str, Any] | None:
        title, unit, model = (_text(sensor.get(name)) for name in ("title", "unit", "sensorType"))
        known = observed(title)
        if known is None:
            return None
        return {
            "_id": sensor["_id"],
            "title": known.label.de,
            "unit": unit if unit_of(StatedUnit(symbol=unit)) else "",
            "sensorType": model if _MODEL.fullmatch(model) else "",
            "last": self._last(sensor),
        }

    def _last(self, sensor: Mapping[str, Any]) -> str:
        """As `Sightings` keeps it; what was kept before stays."""
        measured, before = sensor.get("lastMeasurement"), _text(sensor.get("last"))
        try:
            if isinstance(measured, dict):
                return self.sightings.kept(sensor["_id"], moment_of(measured["createdAt"]), self.now)
            return before if before == RECENT else moment_of(before).isoformat()
        except (KeyError, ValueError, TypeError, AttributeError):
            return ""

    def _rounded(self, location: object) -> dict[str, Any] | None:
        """As a point of GeoJSON; a position that is none stays empty, as its numbers may be somebody's home elsewhere."""
        if not isinstance(location, dict):
            return None
        try:
            spot = spot_of({"type": "Point", "coordinates": location.get("coordinates")}, axes_east_first(CRS84))
        except WrongValue:
            return None
        there = coarsened(Station(id="", longitude=spot.longitude, latitude=spot.latitude), self.options.coarsen_metres)
        return None if there.longitude is None else {"type": "Point", "coordinates": [there.longitude, there.latitude]}

    def _read(self, record: SensorRecord) -> tuple[Station, Datastream]:
        """Raises RecordError."""
        record.stream_id = f"{_short(record.text('box'))}-{_short(record.text('_id'))}"
        spot = spot_of(record.get("geometry"), axes_east_first(CRS84))
        if spot.longitude is None or math.isnan(spot.longitude):
            raise MissingField("»currentLocation«")
        box, sensor, title = _short(record.text("box")), record.text("_id"), record.text("title")
        name, since = record.get("name"), record.get("since")
        station = Station(
            id=box,
            name=name if isinstance(name, str) else "",
            longitude=spot.longitude,
            latitude=spot.latitude,
            since=since if isinstance(since, str) else "",
        )
        stream = Datastream(
            id=record.stream_id,
            station=box,
            property=title,
            unit=StatedUnit(symbol=_text(record.get("unit"))),
            sensor=_text(record.get("sensorType")),
            begin=datetime.combine(PartialDate(since).first_day(), time(), UTC) if isinstance(since, str) else None,
            end=self.sightings.end(sensor, _text(record.get("last")), self.now),
            url="" if self.options.coarsen_metres else f"{self.home}/boxes/{record.text('box')}/data/{sensor}",
        )
        return station, stream


def _kept_list(content: bytes) -> bytes:
    """The numbers of boxes in the open. Filtering twice gives the same. Raises SourceError."""
    found = parsed(content, list, "boxes")
    outdoor = [each.get("_id") for each in found if isinstance(each, dict) and each.get("exposure") == "outdoor"]
    return _compact(sorted({each for each in [*outdoor, *found] if _is_id(each)}))


def _of_device(sensor: Mapping[str, Any]) -> bool:
    said = " ".join(_text(sensor.get(name)) for name in ("title", "sensorType"))
    return _text(sensor.get("unit")).casefold() in _DEVICE_UNITS or bool(_DEVICE.search(said))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _short(number: str) -> str:
    """Another name for a box: its own leads to a page with the exact position."""
    return hashlib.sha256(f"opensensemap:{number}".encode()).hexdigest()[:12]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _month(value: object) -> str | None:
    said = _text(value)[:7]
    try:
        return PartialDate(said).iso if len(said) == 7 else None
    except ValueError:
        return None


def _compact(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


_PROVENANCE = Text(
    de="Von Boxen, die ihre Betreiber auf openSenseMap der Gruppe der Stadt zugeordnet haben. Positionen können gerundet sein.",
    en="From boxes that their owners have put into the city's group on openSenseMap. Positions may be rounded.",
)

HARVESTER = OpenSenseMapHarvester
