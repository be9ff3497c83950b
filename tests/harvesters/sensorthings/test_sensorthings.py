"""What becomes of SensorThings servers, good and bad."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from api.web.app import create_app
from catalog.files import Files
from catalog.plan import Guards, Outcome, Review
from harvesters.harvester import SourceConfig
from harvesters.http.faults import HttpError
from harvesters.run import harvest
from schemas.errors import ConfigurationError, SourceError
from schemas.model import Period
from schemas.values import Frequency
from tests.api.web.world import new_world
from tests.harvesters.http.servers import Script, reply, serving
from tests.harvesters.sensorthings.servers import BASE, NO2, WARMTH, Sta, network, stream, thing
from tests.harvesters.walked import Walked, _web, walked
from tests.neighbours import SOURCE as NEIGHBOUR
from tests.neighbours import listing, named, row_of

TABLE = "stadt-stickstoffdioxid"
_OUT = reply("gateway time-out", 504)


def harvested(server: Sta, folder: Path, *, path: str = BASE, **options: Any) -> Walked:
    return walked(server.routes, folder, "sensorthings", path, personal_data=False, legal_basis="", options=options)


def ids(found: Walked, table: str = TABLE) -> set[str]:
    return set(found.rows(table))


def lists(found: Walked) -> list[str]:
    """Paths of sets, in the order of the questions."""
    return [each.partition("?")[0].removeprefix(BASE) for each in found.targets]


def one(found: Walked, key: str = "1001", table: str = TABLE) -> Any:
    return found.rows(table)[key]


def failing(when: Callable[[str], bool], script: Script = _OUT) -> Callable[[str], Script | None]:
    return lambda target: script if when(target) else None


def top_of(target: str) -> int:
    return int(target.partition("&$top=")[2].partition("&")[0] or 0)


def test_a_datastream_is_a_row_of_its_layer(tmp_path: Path) -> None:
    found = harvested(Sta(network()), tmp_path)
    row = one(found)

    assert ids(found) == {"1001", "1002", "1003"}
    assert (row["station"], row["place"], row["operator"]) == ("Station 1", "Fruchthallstraße", "Stadtwerke")
    assert (row["longitude"], row["latitude"], row["position_basis"]) == (7.7689, 49.4447, None)
    assert (row["property"], row["unit"], row["sensor"]) == ("Stickstoffdioxid", "ug/m3", "Luftbox 3")
    assert (row["since"], row["until"], row["status"]) == ("2021-10-21", None, "active")
    assert row["live_url"] == f"{found.home[:-1]}{BASE}Datastreams(1001)/Observations"
    assert not found.findings, found.findings


def test_few_requests_are_enough_and_counts_are_asked_for(tmp_path: Path) -> None:
    found = harvested(Sta(network(20)), tmp_path, page_size=10)
    assert lists(found) == ["", "Things", "Things", "ObservedProperties", "Sensors"]


def test_the_root_is_asked_with_its_slash(tmp_path: Path) -> None:
    found = harvested(Sta(network()), tmp_path, path=BASE[:-1])
    assert found.targets[0] == BASE


def test_one_service_for_all_layers_and_a_query_for_each(tmp_path: Path) -> None:
    things = [*network(), thing(4, *(stream(each, properties={"layerName": "O'Zone & Co"}, ObservedProperty=WARMTH) for each in (1, 2)))]
    found = harvested(Sta(things), tmp_path, mqtt="mqtts://mqtt.example.org", licence="http://dcat-ap.de/def/licenses/dl-by-de/2.0")
    declared = list(found.walk.declarations.values())
    services = [each.services[0] for each in declared]
    home = f"{found.home[:-1]}{BASE}"

    assert {(each.name, each.endpoint_url, each.endpoint_description, each.shared) for each in services} == {
        ("stadt-sta", home, home, True)
    }
    assert services[0].conforms_to == ("http://www.opengis.net/def/serviceType/ogc/sta",)
    assert [each.services[1].endpoint_url for each in declared] == ["mqtts://mqtt.example.org"] * 2
    assert {each.licence.code for each in declared if each.licence} == {"dl-by-de/2.0"}
    asked = [each.access_url.removeprefix(home) for each in services]
    assert asked == [
        "Datastreams?$filter=properties/layerName%20eq%20'O''Zone%20%26%20Co'",
        "Datastreams?$filter=ObservedProperty/name%20eq%20'NO2'",
    ]


def test_an_open_series_has_no_end_a_dead_one_has_and_freshness_is_said_apart(tmp_path: Path) -> None:
    dead = stream(1009, phenomenonTime="2018-01-01T00:00:00Z/2021-03-04T11:00:00Z")
    silent = stream(1010, phenomenonTime=None)
    found = harvested(Sta([*network(), thing(9, dead, silent)]), tmp_path)

    assert [one(found, each)["status"] for each in ("1001", "1009", "1010")] == ["active", "ended", "unknown"]
    assert (one(found, "1009")["until"], one(found, "1010")["since"]) == ("2021-03-04", None)
    declared = found.walk.declarations[TABLE]
    assert isinstance(declared.temporal, Period)
    assert declared.temporal.end is None
    assert [each.last.isoformat() for each in found.walk.lately] == ["2026-11-22T04:50:00+01:00"]


def test_what_moves_with_every_observation_is_kept_nowhere(tmp_path: Path) -> None:
    later = {"phenomenonTime": "2021-10-20T22:00:00Z/2026-11-22T03:59:00Z", "resultTime": "2021-10-21T08:46:04Z/2026-11-22T04:00:00Z"}
    hull = {"type": "Polygon", "coordinates": [[[7.7, 49.4], [7.8, 49.4], [7.8, 49.5], [7.7, 49.4]]]}
    things = [thing(each, stream(1000 + each, **later, observedArea=hull)) for each in (1, 2, 3)]
    server = Sta([thing(each, stream(1000 + each, observedArea=hull)) for each in (1, 2, 3)])
    first, after = harvested(server, tmp_path), harvested(Sta(things), tmp_path)

    assert [each.content for each in first.archived] == [each.content for each in after.archived]
    assert [each.last.minute for each in first.walk.lately] == [50]
    assert [each.last.minute for each in after.walk.lately] == [59], "and noted all the same"
    assert not [each for each in after.archived for word in (b"resultTime", b"03:59", b"Polygon", b"Mustermann") if word in each.content]


def test_texts_of_properties_that_nobody_takes_are_named_and_not_kept(tmp_path: Path) -> None:
    said = {"contactName": "Erika Mustermann", "12 Personen": 1}
    found = harvested(Sta([thing(1, stream(1001, properties=said)), *network(3)[1:]]), tmp_path)

    assert "contactName" in found.findings["unread-field"].message
    assert "Personen" not in found.findings["unread-field"].message, "a key that is a sentence is not repeated"
    assert not [each for each in found.archived if b"contactName" in each.content]


@pytest.mark.parametrize(
    ("place", "position", "basis"),
    [
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [7.77, 49.44]}, "properties": {}}, (7.77, 49.44), None),
        ({"type": "LineString", "coordinates": [[7.76, 49.44], [7.78, 49.44]]}, (7.77, 49.44), "Mitte der Linie"),
        (
            {"type": "Polygon", "coordinates": [[[7.76, 49.43], [7.78, 49.43], [7.78, 49.45], [7.76, 49.45], [7.76, 49.43]]]},
            (7.77, 49.44),
            "Punkt in der Fläche",
        ),
        (
            {"type": "Point", "coordinates": [410_661.0, 5_477_429.0], "crs": {"type": "name", "properties": {"name": "EPSG:25832"}}},
            (7.768, 49.443),
            None,
        ),
        ({"type": "Point", "coordinates": [7.77, 49.44, 250.0]}, (7.77, 49.44), None),
    ],
)
def test_locations_come_in_many_shapes(place: Any, position: tuple[float, float], basis: str | None, tmp_path: Path) -> None:
    row = one(harvested(Sta([thing(1, stream(1001), point=place), *network(3)[1:]]), tmp_path))

    assert (row["longitude"], row["latitude"]) == pytest.approx(position, abs=1e-3)
    assert row["position_basis"] == basis


def test_without_a_location_the_area_of_a_fixed_station_says_where_it_is(tmp_path: Path) -> None:
    things = network()
    things[0]["Locations"] = []
    row = one(harvested(Sta(things), tmp_path))
    assert (row["longitude"], row["position_basis"]) == (7.77, "aus dem Gebiet der Messungen (observedArea)")


def test_swapped_axes_are_turned_and_said(tmp_path: Path) -> None:
    found = harvested(Sta([thing(1, stream(1001), point=(49.4447, 7.7689)), *network(3)[1:]]), tmp_path)
    assert (one(found)["longitude"], "swapped-axes" in found.findings) == (7.7689, True)


@pytest.mark.parametrize(
    "point", [(0.0, 0.0), (13.4, 52.5), {"type": "Point", "coordinates": ["x", 1]}, {"type": "Circle", "coordinates": [1]}]
)
def test_a_station_that_is_nowhere_costs_itself_and_is_not_taken_for_gone(point: Any, tmp_path: Path) -> None:
    found = harvested(Sta([thing(1, stream(1001), point=point), *network(4)[1:]]), tmp_path)

    assert ids(found) == {"1002", "1003", "1004"}
    assert found.walk.doubtful == {TABLE: {"stadt-1001"}}
    assert found.walk.is_complete(TABLE), "what else is gone is gone"
    assert "wrong-value" in found.findings


def test_units_may_be_empty_and_a_duration_may_be_none(tmp_path: Path) -> None:
    empty = {"name": "Anzahl", "symbol": None, "definition": None}
    things = [
        thing(each, stream(1000 + each, unitOfMeasurement=empty, properties={"aggregateDuration": said}))
        for each, said in enumerate(("P15M", "P1H", "PT15M", "PT15M", "PT15M"))
    ]
    found = harvested(Sta(things), tmp_path)
    quarters = next(name for name, each in found.walk.declarations.items() if each.resolution == "PT15M")

    assert len(found.rows(quarters)) == 3
    assert one(found, "1002", quarters)["aggregation"] == "PT15M"
    assert one(found, "1002", quarters)["unit_label"] == "Anzahl"
    assert found.walk.declarations[quarters].frequency is Frequency.CONTINUOUS
    rejected = [each.message for each in found.walk.findings if each.code == "unknown-duration"]
    assert ["P15M" in " ".join(rejected), "P1H" in " ".join(rejected)] == [True, True]


def test_what_the_source_itself_says_of_its_layers_comes_first(tmp_path: Path) -> None:
    said = {
        "serviceName": "HH_STA_Rad",
        "layerName": "Anzahl_Rad",
        "ownerData": "Stadt",
        "metadata": "https://registry.gdi-de.org/id/de.rp/x",
    }
    other = {**said, "metadata": "Urkunde 7"}
    found = harvested(Sta([thing(1, stream(1, properties=said)), thing(2, stream(2, properties=other, ObservedProperty=WARMTH))]), tmp_path)
    (declared,) = found.walk.declarations.values()

    assert declared.name.startswith("stadt-anzahl-rad-")
    assert declared.identifiers == ("https://registry.gdi-de.org/id/de.rp/x",), "referenced, and no data set of its own"
    assert declared.series is not None
    assert declared.series.title.de == "HH_STA_Rad"
    assert one(found, "1", declared.name)["operator"] == "Stadtwerke"
    assert "no-iri" in found.findings


def test_a_description_that_others_have_published_is_referenced_and_a_second_listing_of_it_is_noticed(tmp_path: Path) -> None:
    """The layer bears its identifier, on its page, too; where the catalogue lists the description itself, staff is told. Nothing goes."""
    there = named("rad")
    layer = Sta([thing(each, stream(each, properties={"layerName": "rad", "metadata": there.uri})) for each in (1, 2, 3)])
    world = new_world(tmp_path)
    with serving(layer.routes) as server:
        source = SourceConfig(
            name="netz", title="Netz", kind="sensorthings", url=server.url(BASE), folder=tmp_path, allow_private=("127.0.0.1",),
            guards=Guards(review=Review.NEVER),
        )  # fmt: skip
        runs = []
        for _ in range(2):
            world.clock.now += timedelta(seconds=1)
            runs.append(
                harvest(
                    source, store=world.store, publisher=world.publisher, archive=Files(tmp_path / "a"), now=world.clock.now, web=_web({})
                )
            )
            world.harvest(row_of(there), of=listing(), source=NEIGHBOUR)
    alone, beside = ({each.code for each in run.findings} for run in runs)
    page = TestClient(create_app(world.services())).get("/datasets/netz-rad", headers={"accept": "text/html"}).text
    described = {each.dataset.name: each.dataset for each in world.store.datasets()}
    world.close()

    assert [run.outcome for run in runs] == [Outcome.OK, Outcome.UNCHANGED]
    assert ("duplicate-candidate" in alone, "duplicate-candidate" in beside) == (False, True)
    assert set(described) >= {"netz-rad", "rad"}
    assert described["netz-rad"].identifiers == (there.uri,)
    assert "Auch beschrieben unter" in page
    assert there.uri in page


def multi(number: int, of: int, **more: Any) -> Any:
    """A series with three values at once, as FROST delivers it."""
    warm, moist = ({"name": None, "symbol": each, "definition": None} for each in ("°C", "%"))
    return {
        "@iot.id": number,
        "name": "Wetter",
        "description": "Betreut von Erika Mustermann",
        "multiObservationDataTypes": ["http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"] * 3,
        "unitOfMeasurements": [stream(1)["unitOfMeasurement"], warm, moist],
        "phenomenonTime": "2023-01-01T00:00:00Z/2026-11-22T03:55:00Z",
        "Thing": {"@iot.id": of},
        "Sensor": {"@iot.id": 29, "name": "Wetterstation 2"},
        "ObservedProperties": [NO2, WARMTH, {"@iot.id": 33, "name": "humidity", "definition": "https://example.org/def/h"}],
        **more,
    }


def test_a_series_of_several_values_is_a_datastream_in_the_layer_of_each(tmp_path: Path) -> None:
    """Ids of MultiDatastreams are other ones than those of Datastreams, though they may look alike."""
    server = Sta(network(), multi=[multi(1001, 1), multi(1002, 2), multi(1003, 3)])
    found = harvested(server, tmp_path)
    warmth = found.rows("stadt-lufttemperatur")

    assert ids(found) == {"1001", "1002", "1003", *(f"multi-100{each}-1" for each in (1, 2, 3))}
    assert set(warmth) == {f"multi-100{each}-2" for each in (1, 2, 3)}
    row = warmth["multi-1001-2"]
    assert (row["station"], row["name"], row["unit"], row["sensor"]) == ("Station 1", "Wetter · Temperature", "Cel", "Wetterstation 2")
    assert (row["since"], row["status"], row["longitude"]) == ("2023-01-01", "active", 7.7689)
    assert row["live_url"] == f"{found.home[:-1]}{BASE}MultiDatastreams(1001)/Observations"
    assert {each.table: each.last.isoformat() for each in found.walk.lately}["stadt-lufttemperatur"] == "2026-11-22T04:55:00+01:00"
    asked = found.walk.declarations["stadt-lufttemperatur"].services[0].access_url
    assert asked.endswith("MultiDatastreams?$filter=ObservedProperties/name%20eq%20'Temperature'")
    assert b"Mustermann" not in b"".join(each.content for each in found.archived)


def test_new_values_of_a_series_of_several_change_nothing_that_is_kept(tmp_path: Path) -> None:
    later = {"phenomenonTime": "2023-01-01T00:00:00Z/2026-11-22T03:59:00Z"}
    first, second = (harvested(Sta(network(), multi=[multi(1, 1, **more)]), tmp_path) for more in ({}, later))

    assert [each.content for each in first.archived] == [each.content for each in second.archived]


def test_where_none_of_them_is_left_those_of_earlier_runs_are_missed(tmp_path: Path) -> None:
    """Among thousands of Datastreams nobody would miss a few."""
    before, after = (harvested(Sta(network(), multi=each), tmp_path) for each in ([multi(1001, 1)], None))
    (part,) = after.walk.parts[TABLE]
    rows = [each.values for each in before.walk.rows[TABLE]]

    assert sorted(str(each["id"]) for each in rows if part.covers(each)) == ["stadt-multi-1001-1"]
    assert (len(rows), before.walk.parts) == (4, {})


def test_units_that_are_not_as_many_as_properties_belong_to_none(tmp_path: Path) -> None:
    found = harvested(Sta(network(), multi=[multi(each, each, unitOfMeasurements=[{"symbol": "°C"}]) for each in (1, 2, 3)]), tmp_path)

    assert found.rows("stadt-lufttemperatur")["multi-1-2"]["unit"] is None
    assert "multi-units" in found.findings


def test_a_set_that_is_named_and_cannot_be_read_fails_the_run(tmp_path: Path) -> None:
    broken = Sta(network(), multi=[multi(1, 1)], fault=failing(lambda target: "MultiDatastreams" in target))
    with pytest.raises(SourceError):
        harvested(broken, tmp_path)


def test_ids_may_be_strings(tmp_path: Path) -> None:
    name = "Mess'stelle/Süd 1"
    found = harvested(Sta([thing(1, stream(0, **{"@iot.id": name})), *network(3)[1:]]), tmp_path)
    (row,) = [each for key, each in found.rows(TABLE).items() if not key.isdigit()]

    assert str(row["id"]).startswith("stadt-mess-stelle-sued-1-")
    assert unquote(str(row["live_url"])).endswith("Datastreams('Mess''stelle/Süd 1')/Observations")


@pytest.mark.parametrize("name", ["eui-70b3d57ed0051234", "Box 00:1A:2B:3C:4D:5E", "SN 4711", "Luftbox 0012345678"])
def test_a_name_that_holds_the_number_of_a_device_is_left_out(name: str, tmp_path: Path) -> None:
    found = harvested(Sta([thing(1, stream(1001), name=name), *network(3)[1:]]), tmp_path)
    assert (one(found)["station"], "device-name" in found.findings) == (None, True)
    assert [each for each in tmp_path.rglob("*") if each.is_file() and name.encode() in each.read_bytes()] == []


# Pages


def test_a_server_that_shortens_pages_is_read_to_its_end(tmp_path: Path) -> None:
    assert len(ids(harvested(Sta(network(25), most=10), tmp_path))) == 25


def test_pages_that_end_early_are_followed(tmp_path: Path) -> None:
    assert len(ids(harvested(Sta(network(25), cut=7), tmp_path))) == 25


def test_a_server_that_refuses_long_pages_gets_shorter_ones(tmp_path: Path) -> None:
    found = harvested(Sta(network(120), most=30, refuses=True), tmp_path)
    assert len(ids(found)) == 120
    assert {top_of(unquote(each)) for each in found.targets if "Things?" in each} == {100, 50, 25}


def test_a_server_that_gives_up_over_long_pages_gets_shorter_ones(tmp_path: Path) -> None:
    server = Sta(network(120), fault=failing(lambda target: "Things?" in target and top_of(target) > 50))
    found = harvested(server, tmp_path)

    assert (len(ids(found)), "flat-sets" in found.findings) == (120, False)


def test_what_fails_in_the_middle_goes_on_from_there(tmp_path: Path) -> None:
    server = Sta(network(60), fault=failing(lambda target: "$skip=20&" in f"{target}&" and top_of(target) == 20))
    found = harvested(server, tmp_path, page_size=20)

    assert len(ids(found)) == 60
    assert "$top=10&$orderby=id&$skip=20" in unquote("".join(found.targets))


def test_a_server_that_cannot_expand_is_read_set_by_set(tmp_path: Path) -> None:
    server = Sta(network(30), fault=failing(lambda target: "Sensor($select" in target and "Things?" in target, reply("oops", 500)))
    found = harvested(server, tmp_path)
    whole = harvested(Sta(network(30)), tmp_path)

    assert "flat-sets" in found.findings
    assert [_without_addresses(each) for each in found.rows(TABLE).values()] == [
        _without_addresses(each) for each in whole.rows(TABLE).values()
    ]


def _without_addresses(row: Any) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "live_url"}


def test_lists_inside_a_thing_are_followed(tmp_path: Path) -> None:
    things = [thing(1, *(stream(each) for each in range(1001, 1151))), thing(2, stream(2001))]
    assert len(ids(harvested(Sta(things), tmp_path))) == 151


def test_a_list_that_is_shorter_than_it_says_is_read_in_another_way(tmp_path: Path) -> None:
    """GOST: thirteen Things a page, and then no next link."""
    server = Sta(network(26))
    server.fault = lambda target: _thirteen(server) if "Things?" in target and "Sensor(" in target else None
    found = harvested(server, tmp_path)

    assert (len(ids(found)), "flat-sets" in found.findings) == (26, True)


def _thirteen(server: Sta) -> Script:
    return reply(json.dumps({"@iot.count": 26, "value": server.things[:13]}), Content_Type="application/json")


def test_a_list_that_stays_shorter_than_it_says_fails_the_run(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nennt 30 Einträge, geliefert hat es 26"):
        harvested(Sta(network(26), counted=lambda name, count: 30 if name == "Things" else count), tmp_path)


def test_a_server_that_hides_datastreams_inside_fails_the_run(tmp_path: Path) -> None:
    things = network(5)
    server = Sta(things)
    hidden = [{**each, "Datastreams": []} if number == 3 else each for number, each in enumerate(things)]
    answer = reply(json.dumps({"@iot.count": 5, "value": hidden}), Content_Type="application/json")
    server.fault = lambda target: answer if "Things?" in target and "Sensor(" in target else None
    found = harvested(server, tmp_path)

    assert (len(ids(found)), "flat-sets" in found.findings) == (5, True)


def test_a_server_that_does_not_count_is_taken_at_its_word_and_that_is_said(tmp_path: Path) -> None:
    server = Sta(network(), counted=lambda name, count: None)
    server.fault = lambda target: reply("{}", 400) if "Datastreams($select=id;" in target else None
    found = harvested(server, tmp_path)

    assert (len(ids(found)), "unverified" in found.findings) == (3, True)


def test_properties_of_the_first_datastream_in_all_are_seen_and_put_right(tmp_path: Path) -> None:
    """django-ogc-sensorthings 1.2.0, measured."""
    things = [thing(each, stream(1000 + each), stream(2000 + each, ObservedProperty=WARMTH)) for each in range(1, 5)]
    found = harvested(Sta(things, first_in_all=True), tmp_path)

    assert "wrong-expand" in found.findings
    assert {each["property"] for each in found.rows(TABLE).values()} == {"Stickstoffdioxid"}
    other = next(each for each in found.walk.declarations if each != TABLE)
    assert ids(found, other) == {"2001", "2002", "2003", "2004"}
    assert {each["sensor"] for each in found.rows(other).values()} == {None}


def test_pages_of_one_property_each_are_not_believed_because_the_numbers_agree(tmp_path: Path) -> None:
    """Two pages, each with the first property in all: as many of either as there are."""
    things = [thing(each, stream(1000 + each), stream(2000 + each, ObservedProperty=WARMTH)) for each in (1, 2)]
    things += [thing(each, stream(2000 + each, ObservedProperty=WARMTH), stream(1000 + each)) for each in (3, 4)]
    found = harvested(Sta(things, first_in_all=True, most=2), tmp_path)

    assert "wrong-expand" in found.findings
    assert ids(found) == {"1001", "1002", "1003", "1004"}


def test_pages_that_are_of_one_property_each_stay_as_they_are(tmp_path: Path) -> None:
    things = [thing(each, stream(1000 + each)) for each in (1, 2)]
    things += [thing(each, stream(2000 + each, ObservedProperty=WARMTH)) for each in (3, 4)]
    found = harvested(Sta(things, most=2), tmp_path)

    rows = found.rows("stadt")
    assert "wrong-expand" not in found.findings
    assert {key: each["property"] for key, each in rows.items()} == {
        "1001": "Stickstoffdioxid",
        "1002": "Stickstoffdioxid",
        "2003": "Lufttemperatur",
        "2004": "Lufttemperatur",
    }
    assert {each["sensor"] for each in rows.values()} == {"Luftbox 3"}


def test_a_server_that_puts_datastreams_to_wrong_things_fails_the_run(tmp_path: Path) -> None:
    things = [thing(each, stream(1000 + each), stream(2000 + each, ObservedProperty=WARMTH)) for each in range(1, 5)]
    server = Sta(things, first_in_all=True, fault=failing(lambda target: "Things?" in target and "Sensor(" in target, reply("", 501)))
    with pytest.raises(SourceError, match="falschen Messgrößen"):
        harvested(server, tmp_path)


# Links


def test_links_to_an_internal_host_mean_the_configured_one_and_that_is_said_once(tmp_path: Path) -> None:
    found = harvested(Sta(network(25)), tmp_path, page_size=10)

    assert len(ids(found)) == 25
    assert "frost" in found.findings["internal-links"].message
    assert len([each for each in found.walk.findings if each.code == "internal-links"]) == 1


def test_links_inside_the_network_are_known_even_when_the_root_calls_itself_otherwise(tmp_path: Path) -> None:
    server = Sta(network(25), root=f"https://sta.example{BASE}", link_base=f"http://10.0.0.7:8080{BASE}")
    assert len(ids(harvested(server, tmp_path, page_size=10))) == 25


@pytest.mark.parametrize("base", [f"https://fremd.example{BASE}", "https://fremd.example/anderes/", "/anderswo/v1.1/x/"])
def test_a_link_that_leads_elsewhere_is_refused_and_nobody_is_asked_there(base: str, tmp_path: Path) -> None:
    server = Sta(network(25), link_base=base, root=f"https://sta.example{BASE}")
    with pytest.raises(HttpError) as refused:
        harvested(server, tmp_path, page_size=10)
    assert refused.value.fault == "host-not-permitted"


def test_pages_in_a_circle_end(tmp_path: Path) -> None:
    server = Sta(network(25))
    server.fault = lambda target: _circle(server) if "Things?" in target else None
    with pytest.raises(HttpError) as refused:
        harvested(server, tmp_path, page_size=10)
    assert refused.value.fault == "repeated-page"


def _circle(server: Sta) -> Script:
    return reply(
        json.dumps({"@iot.count": 25, "value": server.things[:10], "@iot.nextLink": f"{server.root}Things?$skip=10"}),
        Content_Type="application/json",
    )


# Samples


def test_how_often_values_come_is_seen_from_one_datastream_and_no_time_is_kept(tmp_path: Path) -> None:
    times = [f"2026-11-22T0{hour}:{minute:02}:00Z" for hour in range(4) for minute in (0, 15, 30, 45)]
    plain = {"value": [{"phenomenonTime": f"{each}/{each}"} for each in times]}
    rows = {"value": [{"components": ["id", "phenomenonTime"], "dataArray": [[1, each] for each in times]}]}
    ogc = "http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array"
    founds = [harvested(Sta(network(), observations=said, conformance=(ogc,)), tmp_path, sample=True) for said in (plain, rows)]
    for found in founds:
        declared = found.walk.declarations[TABLE]
        assert (declared.frequency, declared.resolution) == (Frequency.CONTINUOUS, "PT15M")
        assert [each.interval for each in found.walk.lately] == [900.0]
        assert sum("/Observations" in each for each in found.targets) == 1
        assert not [each for each in found.archived if "2026-11-22" in each.content.decode()]


def test_a_server_that_gives_no_times_costs_the_frequency_alone(tmp_path: Path) -> None:
    server = Sta(network(), fault=failing(lambda target: "/Observations" in target, reply("oops", 500)))
    found = harvested(server, tmp_path, sample=True)

    assert found.walk.declarations[TABLE].frequency is Frequency.UNKNOWN
    assert "no-sample" in found.findings


# Configuration and what is no server


def test_a_token_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ohne Anmeldung"):
        walked(Sta(network()).routes, tmp_path, "sensorthings", BASE, token_env="STA_TOKEN")


def test_a_root_without_things_is_no_sensorthings_server(tmp_path: Path) -> None:
    answer = reply(
        json.dumps({"value": [{"name": "Products", "url": "https://example.org/odata/Products"}]}), Content_Type="application/json"
    )
    with pytest.raises(SourceError, match="Things"):
        harvested(Sta([], fault=lambda target: answer), tmp_path)


def test_positions_can_be_coarsened(tmp_path: Path) -> None:
    row = one(harvested(Sta(network()), tmp_path, coarsen_metres=500))
    assert "500 Metern" in str(row["position_basis"])
    assert (row["longitude"], row["latitude"]) != (7.7689, 49.4447)


def test_the_same_observed_property_under_two_ids_is_one_layer(tmp_path: Path) -> None:
    again = {**NO2, "@iot.id": 99}
    found = harvested(Sta([*network(2), thing(3, stream(1003, ObservedProperty=again))]), tmp_path)
    assert ids(found) == {"1001", "1002", "1003"}
