"""From a registry to data sets: what one broken or odd datastream does to the others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog.plan import Lately
from harvesters.harvester import Remark, Unreadable
from harvesters.sensors.layers import Network
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.walk import SensorRecord, walked
from schemas.declaration import Declaration
from schemas.errors import SourceError, WrongValue
from schemas.values import Text

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NETWORK = Network(prefix="wetter", title=Text(de="Wetternetz"))
CELSIUS = StatedUnit(symbol="°C")


def record(number: int, **more: object) -> SensorRecord:
    stream = Datastream(id=str(number), station="7", property="Temperature", unit=CELSIUS, aggregation="PT15M", end=NOW)

    def read(taken: SensorRecord) -> tuple[Station, Datastream]:
        taken.get("id")
        return Station(id="7"), replace(stream, **more)  # type: ignore[arg-type]  # test shorthand

    return SensorRecord({"id": number}, origin="https://sta.example/", read=read)


def broken(number: int) -> SensorRecord:
    def read(taken: SensorRecord) -> tuple[Station, Datastream]:
        raise WrongValue("»location«")

    return SensorRecord({"id": number}, origin="https://sta.example/", read=read)


def test_a_broken_datastream_costs_itself_and_takes_nothing_away() -> None:
    found = list(walked(NETWORK, [*map(record, range(4)), broken(9)], now=NOW))

    assert [each.name for each in found if isinstance(each, Declaration)] == ["wetter-lufttemperatur-pt15m"]
    assert len([each for each in found if isinstance(each, SensorRecord)]) == 4
    unreadable = [each for each in found if isinstance(each, Unreadable)]
    assert [(each.tables, each.others_count) for each in unreadable] == [(("wetter-lufttemperatur-pt15m",), True)]


def test_what_broke_is_told_once_for_each_station_in_german() -> None:
    def nowhere(taken: SensorRecord) -> tuple[Station, Datastream]:
        raise WrongValue("Things(103), »location«: Diese Position liegt nicht im Gebiet.")

    two = [SensorRecord({"id": each}, origin="https://sta.example/", read=nowhere) for each in (8, 9)]
    found = list(walked(NETWORK, [*map(record, range(4)), *two, broken(7)], now=NOW))

    assert [each.finding.message for each in found if isinstance(each, Unreadable)] == [
        "2 Messreihen sind nicht lesbar: Things(103), »location«: Diese Position liegt nicht im Gebiet.",
        "Eine Messreihe ist nicht lesbar: »location« hat keinen lesbaren Wert.",
    ]


def test_a_network_without_datastreams_is_an_error() -> None:
    with pytest.raises(SourceError, match="keine einzige Messreihe"):
        list(walked(NETWORK, [], now=NOW))


def test_freshness_is_the_latest_observation_and_a_clock_that_runs_ahead_tells_nothing() -> None:
    streams = [record(0), record(1, end=NOW - timedelta(hours=1)), record(2, end=NOW + timedelta(days=900))]
    found = [each for each in walked(NETWORK, streams, now=NOW) if isinstance(each, Lately)]
    assert found == [Lately(table="wetter-lufttemperatur-pt15m", last=NOW, interval=900.0)]


def test_units_and_properties_that_nobody_knows_are_reported_once() -> None:
    streams = [record(each, property="Gammablitze", unit=StatedUnit(symbol="Bq")) for each in range(5)]
    remarks = [each.finding for each in walked(NETWORK, streams, now=NOW) if isinstance(each, Remark)]
    assert [each.code for each in remarks] == ["unknown-unit", "unknown-property"]
    assert all("5 Messreihen" in each.message for each in remarks)
