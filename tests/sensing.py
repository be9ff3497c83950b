"""A network of sensors that is made up, walked as every kind walks its own, and published by the real publisher."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from catalog.plan import Lately, Outcome, RunRecord
from harvesters.harvester import Found
from harvesters.sensors.layers import Layer, Network
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.walk import SensorRecord, walked
from schemas.declaration import Declaration
from schemas.districts import Districts
from schemas.model import DataService, SourceReference
from schemas.row import Row
from schemas.values import FileFormat, Text
from tests.api.web.world import World

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
STA = "http://www.opengis.net/def/serviceType/ogc/sta"
SOURCE = SourceReference(name="klima", title="Klimamessnetz", url="https://iot.example.org/v1.1/")
CELSIUS, PERCENT, COUNT = StatedUnit(symbol="°C"), StatedUnit(symbol="%"), StatedUnit(name="Anzahl")
PROPERTIES = (("Temperature", CELSIUS), ("humidity", PERCENT), ("NO2", StatedUnit(symbol="µg/m³")))


def services(endpoint: str = "https://iot.example.org/v1.1/") -> tuple[DataService, ...]:
    """An endpoint and a broker, as every network may have them."""
    return (
        DataService(
            name="klima-sensorthings",
            title=Text(de="Klimamessnetz: SensorThings API", en="Climate network: SensorThings API"),
            description=Text(de="Messstellen und Messwerte.", en="Stations and values."),
            endpoint_url=endpoint,
            endpoint_description=endpoint,
            formats=(FileFormat.JSON,),
            shared=True,
            conforms_to=(STA,),
        ),
        DataService(
            name="klima-mqtt",
            title=Text(de="Klimamessnetz: MQTT-Broker", en="Climate network: MQTT broker"),
            description=Text(de="Neue Messwerte, sobald sie da sind.", en="New values as they come."),
            endpoint_url="mqtts://iot.example.org:8883",
            formats=(FileFormat.JSON,),
            shared=True,
        ),
    )


def network(endpoint: str = "https://iot.example.org/v1.1/") -> Network:
    return Network(
        prefix="klima",
        title=Text(de="Klimamessnetz", en="Climate network"),
        services=services(endpoint),
        provenance=Text(de="Aus der Schnittstelle des Messnetzes.", en="From the interface of the network."),
    )


def station(number: int, **more: object) -> Station:
    made = Station(
        id=str(number),
        name=f"Messstelle {number}",
        longitude=7.72 + 0.01 * (number % 8),
        latitude=49.42 + 0.01 * (number // 8),
        operator="Stadtwerke",
        place=f"Platz {number}",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # test shorthand


def stream(number: int, of: Station, name: str, unit: StatedUnit, *, last: datetime = NOW, **more: object) -> Datastream:
    made = Datastream(
        id=str(number),
        station=of.id,
        name=f"{name} {of.id}",
        property=name,
        unit=unit,
        aggregation="PT15M",
        begin=NOW - timedelta(days=400),
        end=last,
        url=f"https://iot.example.org/v1.1/Datastreams({number})",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # test shorthand


def records(pairs: Sequence[tuple[Station, Datastream]]) -> list[SensorRecord]:
    return [SensorRecord({}, origin=f"https://iot.example.org/v1.1/#{n}", read=_reads(pair)) for n, pair in enumerate(pairs)]


def _reads(pair: tuple[Station, Datastream]) -> Callable[[SensorRecord], tuple[Station, Datastream]]:
    return lambda _: pair


def generated(count: int = 12, *, last: datetime = NOW, endpoint: str = "https://iot.example.org/v1.1/") -> list[SensorRecord]:
    """`count` stations, each with three observed properties."""
    stations = [station(each) for each in range(count)]
    numbered = [(n * 10 + k, each, name, unit) for n, each in enumerate(stations) for k, (name, unit) in enumerate(PROPERTIES)]
    return records([(each, stream(n, each, name, unit, last=last, url=f"{endpoint}Datastreams({n})")) for n, each, name, unit in numbered])


def asked_at(endpoint: str = "https://iot.example.org/v1.1/") -> "_Access":
    return _Access(endpoint)


@dataclass(frozen=True)
class _Access:
    endpoint: str

    def __call__(self, layer: Layer) -> str:
        return f"{self.endpoint}Datastreams?%24filter=ObservedProperty%2Fname%20eq%20%27{layer.streams[0].property}%27"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a walk gave."""

    declarations: tuple[Declaration, ...]
    rows: tuple[Row, ...]
    lately: tuple[Lately, ...]
    others: tuple[Found, ...]

    def of(self, table: str) -> tuple[Row, ...]:
        return tuple(each for each in self.rows if each.table == table)


def walk(
    read: Sequence[SensorRecord],
    *,
    now: datetime = NOW,
    endpoint: str = "https://iot.example.org/v1.1/",
    of: Network | None = None,
    districts: Districts | None = None,
) -> Seen:
    found = list(walked(of or network(endpoint), read, now=now, access=asked_at(endpoint), districts=districts))
    return Seen(
        declarations=tuple(each for each in found if isinstance(each, Declaration)),
        rows=tuple(each.mapped() for each in found if isinstance(each, SensorRecord)),
        lately=tuple(each for each in found if isinstance(each, Lately)),
        others=tuple(each for each in found if not isinstance(each, Declaration | SensorRecord | Lately)),
    )


def sense(world: World, seen: Seen, *, at: datetime = NOW, source: SourceReference = SOURCE, outcome: Outcome = Outcome.OK) -> None:
    """One run of the network: its layers published, its freshness kept with the run."""
    world.clock.now = max(world.clock.now, at)
    for each in seen.declarations:
        world.harvest(*seen.of(each.name), of=each, source=source)
    number = world.store.start_run(source.name, source.title)
    world.store.finish_run(
        RunRecord(id=number, source=source.name, started_at=at, finished_at=at, outcome=outcome, message="", counts={}, lately=seen.lately)
    )
