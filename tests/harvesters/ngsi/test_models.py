"""Entities of the Smart Data Models in all four forms: every one is read, and no oddity costs more than itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters.ngsi.keeping import Keeping, is_measurement, stripped
from harvesters.ngsi.places import Unreadable, point_of
from harvesters.ngsi.reading import Reading
from harvesters.ngsi.values import local_name, moment, names, number, plain, references, taken, text, unit
from harvesters.sensors.observed import StatedUnit
from harvesters.sensors.units import unit_of
from harvesters.sensors.walk import SensorRecord
from schemas.errors import RecordError
from tests.shared import SHARED

FIXTURES = SHARED / "reference/sensors/fixtures"
MODELS = sorted((FIXTURES / "smart-data-models").glob("*.json*"))
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
#: What must not be kept of the Device and EVChargingStation models.
SECRETS = (
    "192.14.56.78",
    "person.org",
    "l%3D0.22",
    "vehiculoelectrico",
    "Zorrilla",
    "KA23F2345",
    "67855734",
    "84068784",
    "rssi",
    "batteryLevel",
)

needs_fixtures = pytest.mark.skipif(not MODELS, reason=f"no payloads in {FIXTURES}")


def kept(entity: dict[str, Any]) -> dict[str, Any]:
    return Keeping(now=NOW).entity(entity)


def read(entity: dict[str, Any]) -> Iterator[Any]:
    keeping = Keeping(now=NOW)
    reading = Reading(now=NOW, base="https://broker.example/ngsi-ld/v1", sightings=keeping.sightings)
    for record in reading.records(keeping.entity(entity), "a", stamped=False):
        yield record.pair


def streams(entity: dict[str, Any]) -> dict[str, Any]:
    return {stream.property: stream for _, stream in read(entity)}


def entities(path: Path) -> list[dict[str, Any]]:
    found = json.loads(path.read_text(encoding="utf-8"))
    found = found.get("data", found) if isinstance(found, dict) else found
    return found if isinstance(found, list) else [found]


@needs_fixtures
@pytest.mark.parametrize("path", MODELS, ids=lambda each: str(each.name))
def test_every_model_is_read_without_an_exception(path: Path) -> None:
    for entity in entities(path):
        for record in Reading(now=NOW, base="", sightings=Keeping(now=NOW).sightings).records(kept(entity), "a", stamped=False):
            assert isinstance(record.pair, tuple | RecordError)
        assert not [each for each in SECRETS if each in json.dumps(kept(entity))]


@needs_fixtures
@pytest.mark.parametrize("path", MODELS, ids=lambda each: str(each.name))
def test_filtering_twice_is_filtering_once(path: Path) -> None:
    keeping = Keeping(now=NOW)
    once = keeping.page(json.dumps(entities(path)).encode(), "a", 0)
    assert keeping.page(once, "a", 0) == once


#: Measured attributes of a model, in whichever form.
MEASURED = {
    "AirQualityObserved": {"no", "so2", "nox", "temperature", "relativeHumidity", "windSpeed", "windDirection", "co"},
    "WeatherObserved": {"temperature", "relativeHumidity", "atmosphericPressure", "windSpeed", "illuminance", "snowHeight"},
    "OffStreetParking": {"availableSpotNumber", "occupiedSpotNumber", "occupancy"},
    "BikeHireDockingStation": {"availableBikeNumber", "freeSlotNumber"},
    "CrowdFlowObserved": {"peopleCount"},
    "FloodMonitoring": {"currentLevel", "measuredDistance"},
    "Device": {"fillingLevel", "temperature"},
    "DeviceModel": {"fillingLevel", "temperature"},
}
NEVER = {"charge", "reliability", "rssi", "batteryLevel", "capacity", "totalSpotNumber", "binCapacity", "amountCollected", "referenceLevel"}


@needs_fixtures
@pytest.mark.parametrize("path", MODELS, ids=lambda each: str(each.name))
def test_what_is_measured_is_the_same_in_all_forms(path: Path) -> None:
    for entity in entities(path):
        found = set(kept(entity)["measures"])
        assert MEASURED.get(str(entity["type"]), set()) <= found
        assert not found & NEVER


@needs_fixtures
def test_the_answers_of_other_brokers_are_read() -> None:
    (station,) = entities(FIXTURES / "ngsi/ngsild-ckan-notification-hydrometric.json")
    assert kept(station)["dataset"] == "urn:ngsi-ld:Dataset:HydrometricStations:2"
    assert {name: each["unit"] for name, each in kept(station)["measures"].items()} == {"flow": "G51", "waterLevel": "MMT"}
    for path in sorted((FIXTURES / "ngsi").glob("stellio-*.json")):
        hive = [each for each in entities(path) if each["type"] == "BeeHive"]
        assert [kept(each)["measures"]["temperature"]["unit"] for each in hive] == ["CEL"]
        assert "Scalpa" not in json.dumps([kept(each) for each in hive]), "who keeps the bees"


# The same shapes, of our own.


def ld(value: object, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **more}


def v2(value: object, kind: str = "Number", **metadata: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "metadata": {name: {"value": each} for name, each in metadata.items()}}


@pytest.mark.parametrize("temperature", [21.5, ld(21.5), {"value": 21.5}, v2(21.5), v2("21.5"), [ld(20), ld(21.5)]])
def test_a_known_quantity_is_a_measurement_in_every_form(temperature: object) -> None:
    assert is_measurement("temperature", temperature)
    assert is_measurement("https://smartdatamodels.org/temperature", temperature), "an unknown @context leaves IRIs"


@pytest.mark.parametrize("value", ["warm", True, ld(False), ld("21.5"), v2(True, "Boolean"), {"a": 1}, [1, 2], ld({"min": 1})])
def test_what_is_no_number_is_no_measurement(value: object) -> None:
    assert not is_measurement("temperature", value)


@pytest.mark.parametrize(
    ("attribute", "counts"),
    [
        (ld(3), False),
        (3, False),
        (ld(3, unitCode="GQ"), True),
        (ld(3, observedAt="2026-11-22T03:00:00Z"), True),
        (v2(3, unitCode="GQ"), True),
    ],
)
def test_an_unknown_quantity_needs_a_unit_or_a_time(attribute: object, counts: bool) -> None:
    assert is_measurement("benzo", attribute) is counts


@pytest.mark.parametrize("name", ["rssi", "batteryLevel", "serialNumber", "speed", "capacity", "binFullnessThreshold", "totalSlotNumber"])
def test_what_says_something_of_the_device_is_no_measurement(name: str) -> None:
    assert not is_measurement(name, ld(3, unitCode="P1", observedAt="2026-11-22T03:00:00Z"))


def test_a_known_quantity_without_a_value_just_now_stays() -> None:
    assert is_measurement("temperature", None)


@pytest.mark.parametrize(
    ("said", "instant"),
    [
        ("2026-07-01T12:00:00", "2026-07-01T10:00:00+00:00"),  # the city's own time
        ("2018-08-07T11:10:00/2018-08-07T11:15:00", "2018-08-07T09:15:00+00:00"),
        ("2018-08-07T11:10:00Z/..", "2018-08-07T11:10:00+00:00"),
        ({"@type": "DateTime", "@value": "2026-07-01T12:00:00Z"}, "2026-07-01T12:00:00+00:00"),
        (ld({"@type": "DateTime", "@value": "2026-07-01T12:00:00+05:30"}), "2026-07-01T06:30:00+00:00"),
        (v2("2026-07-01T12:00:00.00Z", "DateTime"), "2026-07-01T12:00:00+00:00"),
        ("gestern", None),
        (12, None),
        ("", None),
    ],
)
def test_times_in_every_form(said: object, instant: str | None) -> None:
    found = moment(said)
    assert (found.isoformat() if found else None) == instant


@pytest.mark.parametrize(
    ("location", "point"),
    [
        ({"type": "Point", "coordinates": [7.76, 49.44]}, (7.76, 49.44)),
        ({"type": "GeoProperty", "value": {"type": "Point", "coordinates": [7.76, 49.44, 230.0]}}, (7.76, 49.44)),
        ({"type": "geo:json", "value": {"type": "Point", "coordinates": [7.76, 49.44]}}, (7.76, 49.44)),
        ({"type": "geo:point", "value": "49.44, 7.76"}, (7.76, 49.44)),
        ("49.44,7.76", (7.76, 49.44)),
        ({"type": "LineString", "coordinates": [[7.0, 49.0], [8.0, 49.0]]}, (7.5, 49.0)),
        ({"type": "Polygon", "coordinates": [[[7.0, 49.0], [8.0, 49.0], [8.0, 50.0], [7.0, 50.0], [7.0, 49.0]]]}, (7.5, 49.5)),
        ({"type": "geo:box", "value": ["49.0,7.0", "50.0,8.0"]}, (7.5, 49.5)),
        ({"type": "geo:line", "value": ["49.0,7.0", "49.0,8.0"]}, (7.5, 49.0)),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [7.76, 49.44]}}, (7.76, 49.44)),
    ],
)
def test_positions_in_every_form(location: object, point: tuple[float, float]) -> None:
    found = point_of(location)
    assert found is not None
    assert found[0] == pytest.approx(point)


@pytest.mark.parametrize(
    "location",
    [
        "Rathaus",
        {"type": "Point"},
        {"type": "Point", "coordinates": ["7", "49"]},
        {"type": "Polygon", "coordinates": []},
        [7.7, 49.4],
        7,
        {"type": "Kreis", "coordinates": [1, 2]},
        {"type": "LineString", "coordinates": [[None, 1], [2, 3]]},
        {"type": "Point", "coordinates": [True, 1]},
    ],
)
def test_a_position_that_is_none_is_said_to_be_none(location: object) -> None:
    with pytest.raises(Unreadable):
        point_of(location)


def test_swapped_axes_are_put_right_and_said() -> None:
    (pair,) = read({"id": "a", "type": "T", "location": {"type": "Point", "coordinates": [49.44, 7.76]}, "temperature": 1})
    station, _ = pair
    assert (station.longitude, station.latitude, station.position_basis) == (7.76, 49.44, "Länge und Breite waren vertauscht")


def test_a_place_outside_the_area_costs_the_entity() -> None:
    (pair,) = read({"id": "a", "type": "T", "location": {"type": "Point", "coordinates": [-3.7, 40.4]}, "temperature": 1})
    assert isinstance(pair, RecordError)


def test_an_entity_without_a_place_is_a_station_without_one() -> None:
    ((station, _),) = read({"id": "urn:ngsi-ld:FloodMonitoring:Pune-NoiseLevelObserved", "type": "FloodMonitoring", "temperature": 1})
    assert (station.longitude, station.latitude) == (None, None)


def test_no_value_tells_a_unit_so_that_the_next_one_moves_no_row() -> None:
    """Smart Data Models write relative humidity from 0 to 1, brokers in percent: a station that sends 0 for a day changes nothing."""
    found = [streams({"id": "a", "type": "T", "relativeHumidity": value})["relativeHumidity"] for value in (0.54, 1, 0, 54)]
    assert {each.unit for each in found} == {StatedUnit()}


def test_a_stated_unit_of_humidity_stays() -> None:
    assert streams({"id": "a", "type": "T", "relativeHumidity": ld(0.5, unitCode="P1")})["relativeHumidity"].unit.code == "P1"


@pytest.mark.parametrize(("code", "ucum"), [("GQ", "ug/m3"), ("GP", "mg/m3"), ("CEL", "Cel"), ("MMT", "mm"), ("MTR", "m"), ("G51", "L/s")])
def test_codes_of_un_cefact_are_units(code: str, ucum: str) -> None:
    found = unit_of(streams({"id": "a", "type": "T", "x": ld(1, unitCode=code)})["x"].unit)
    assert found is not None
    assert found.ucum == ucum


@pytest.mark.parametrize(
    "dataset", ["urn:ngsi-ld:Dataset:klima", {"type": "Relationship", "object": ["urn:ngsi-ld:Dataset:klima"]}, {"object": "klima"}]
)
@pytest.mark.parametrize("name", ["servesDataset", "belongsToDataset"])
def test_the_data_set_that_the_broker_names_is_the_layer(name: str, dataset: object) -> None:
    assert streams({"id": "a", "type": "T", "temperature": 1, name: dataset})["temperature"].layer == "klima"


def test_percent_encoded_texts_are_decoded() -> None:
    assert text("Stra%C3%9Fe") == "Straße"
    assert text("100 % Regen") == "100 % Regen"
    assert text("%FF") == "%FF"


@pytest.mark.parametrize("said", ["[A,B,C]", ["A", "B", "C"], ld(["A", "B", "C"]), ld("[A,B,C]"), "A, B, C"])
def test_a_list_may_be_written_as_a_text(said: object) -> None:
    assert names(said) == ("A", "B", "C")


def test_a_device_measures_what_it_says_it_controls() -> None:
    assert set(streams({"id": "d", "type": "Device", "controlledProperty": ["temperature", "fillingLevel"]})) == {
        "temperature",
        "fillingLevel",
    }


@pytest.mark.parametrize(
    ("identity", "station"),
    [
        ("Spain-WeatherObserved-Valladolid-2016-11-30T07:00:00.00Z", "Spain-WeatherObserved-Valladolid"),
        ("Valladolid.2016-11-30T07-00-00.00Z", "Valladolid"),
        ("Madrid-AmbientObserved-28079004-2016-03-15T11:00:00", "Madrid-AmbientObserved-28079004"),
        ("urn:ngsi-ld:X:kl-20161130T070000+0100", "urn:ngsi-ld:X:kl"),
        ("urn:ngsi-ld:Station:2016-11-30", "urn:ngsi-ld:Station:2016-11-30"),  # a day alone may be a name
        ("2016-11-30T07:00", "2016-11-30T07:00"),
    ],
)
def test_a_moment_in_an_id_is_not_part_of_the_station(identity: str, station: str) -> None:
    assert stripped(identity) == station


@pytest.mark.parametrize("entity", [None, 3, "a", [], {}, {"id": 3, "type": "T"}, {"id": "a"}, {"id": "a", "type": []}])
def test_what_is_no_entity_is_a_broken_record(entity: Any) -> None:
    reading = Reading(now=NOW, base="", sightings=Keeping(now=NOW).sightings)
    pairs = [each.pair for each in reading.records(kept(entity), "a", stamped=False)]
    assert not [each for each in pairs if not isinstance(each, RecordError)]


@pytest.mark.parametrize(("digits", "broken"), [("70b3d57ed8000019", True), ("70B3D57ED8000019", True), ("1234567890123456", False)])
def test_an_entity_named_after_a_deveui_is_broken_and_its_id_kept_nowhere(digits: str, broken: bool) -> None:
    entity = {"id": f"urn:ngsi-ld:Device:{digits}", "type": "Device", "temperature": 1}
    assert (digits in json.dumps(kept(entity))) is not broken
    (pair,) = read(entity)
    assert isinstance(pair, RecordError) is broken


def test_entities_about_persons_are_not_kept() -> None:
    found = kept({"id": "urn:ngsi-ld:Person:erika", "type": "Person", "name": "Erika Mustermann", "temperature": ld(37.2, unitCode="CEL")})
    assert "Mustermann" not in json.dumps(found)
    assert "measures" not in found


def test_small_things_of_values() -> None:
    assert local_name("https://uri.etsi.org/ngsi-ld/default-context/no2") == "no2"
    assert (number(ld(3)), number(ld(True)), number("3")) == (3.0, None, None)
    assert plain(ld({"@type": "DateTime", "@value": "x"})) == "x"
    assert plain({"type": "LanguageProperty", "languageMap": {"de": "Brücke", "en": "Bridge"}}) == "Brücke"
    assert references({"type": "Text", "value": "uri:ngsi:1"}) == ("uri:ngsi:1",)
    assert unit([ld(1), ld(2, unitCode="CEL")]) == "CEL"
    assert taken(ld(1)) is None
    assert isinstance(SensorRecord({}, origin="a", read=lambda each: each.take("x", tuple)).pair, RecordError)
