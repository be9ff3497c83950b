"""A broker in one harvest: which questions it is asked, and what follows from its answers."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from harvesters.http.faults import HttpError
from harvesters.http.links import links_of, next_link
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError, SourceError
from tests.harvesters.http.servers import in_turn, reply
from tests.harvesters.ngsi.brokers import LD, V2, Broker, Json, old_station, said, station
from tests.harvesters.sensors.installation import installed
from tests.harvesters.walked import Walked, walked

NO2 = "stadt-air-quality-observed-stickstoffdioxid"
AIR = "stadt-air-quality-observed-lufttemperatur"
WEATHER = "stadt-weather-observed-lufttemperatur"
CONTEXT = "https://smart-data-models.example/context.jsonld"


def ask(broker: Broker, folder: Path, **options: Any) -> Walked:
    return walked(broker.routes, folder, "ngsi", options={"smallest_layer": 1, **options})


def stations(count: int) -> list[Json]:
    return [station(number) for number in range(1, count + 1)]


def test_an_entity_is_a_station_with_a_datastream_for_each_measurement(tmp_path: Path) -> None:
    found = ask(Broker([station(1)]), tmp_path)
    ((key, row),) = found.rows(NO2).items()
    ((_, other),) = found.rows(AIR).items()
    assert key.startswith("airqualityobserved-kl-1")
    assert (row["station"], row["station_id"], row["unit"], row["status"]) == ("Messstelle 1", other["station_id"], "ug/m3", "active")
    assert (row["longitude"], row["latitude"]) == (7.761, 49.44)
    assert str(row["live_url"]).endswith("/ngsi-ld/v1/entities/urn%3Angsi-ld%3AAirQualityObserved%3Akl-1?attrs=no2")


def test_a_layer_is_a_type_and_a_quantity(tmp_path: Path) -> None:
    found = ask(Broker([station(1), {**station(2), "type": "WeatherObserved", "id": "urn:ngsi-ld:WeatherObserved:kl-2"}]), tmp_path)
    assert set(found.walk.declarations) == {NO2, AIR, "stadt-weather-observed-stickstoffdioxid", WEATHER}
    assert found.walk.declarations[AIR].title.de == "Mitmachen: Lufttemperatur (Luftqualität)"


def test_the_broker_s_own_data_set_comes_first(tmp_path: Path) -> None:
    dataset = {"type": "Relationship", "object": "urn:ngsi-ld:Dataset:luft"}
    assert set(ask(Broker([station(1, servesDataset=dataset)]), tmp_path).walk.declarations) == {"stadt-luft"}


def test_a_layer_has_one_service_and_says_how_to_ask_it(tmp_path: Path) -> None:
    (service,) = ask(Broker([station(1)]), tmp_path).walk.declarations[NO2].services
    assert service.shared
    assert service.endpoint_url.endswith(LD)
    assert service.access_url.endswith("/entities?type=AirQualityObserved&attrs=no2")


def test_a_broker_behind_a_login_is_no_service_for_readers(tmp_path: Path) -> None:
    broker = Broker([station(1)])
    found = walked(broker.routes, tmp_path, "ngsi", environ={"BROKER": "geheim-geheim"}, token_env="BROKER", options={"smallest_layer": 1})
    assert found.walk.declarations[NO2].services == ()
    assert [row["live_url"] for row in found.rows(NO2).values()] == [None]
    assert {each.headers["authorization"] for each in broker.asked} == {"Bearer geheim-geheim"}


def test_types_are_asked_first_and_no_question_is_without_one(tmp_path: Path) -> None:
    targets = ask(Broker(stations(2)), tmp_path).targets
    assert targets[0] == f"{LD}/types"
    assert all("type=AirQualityObserved" in each for each in targets[1:])
    assert len(targets) == 2


def test_context_and_tenant_go_along_and_the_context_is_never_fetched(tmp_path: Path) -> None:
    broker = Broker([station(1)])
    ask(broker, tmp_path, context=CONTEXT, tenant="stadt")
    assert len(broker.asked) == 2
    for each in broker.asked:
        assert each.headers["link"] == f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
        assert each.headers["ngsild-tenant"] == "stadt"


@pytest.mark.parametrize("pages", ["count", "link"])
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pages_are_read_to_the_end_however_the_broker_names_them(pages: str, size: int, tmp_path: Path) -> None:
    assert len(ask(Broker(stations(5), pages=pages), tmp_path, page_size=size).rows(NO2)) == 5


def test_a_limit_that_is_too_large_is_made_smaller(tmp_path: Path) -> None:
    broker = Broker(stations(45), most=30)
    assert len(ask(broker, tmp_path, page_size=500).rows(NO2)) == 45
    limits = [each.target.partition("limit=")[2].partition("&")[0] for each in broker.asked if "limit=" in each.target]
    assert limits == ["500", "100", "30", "30"]


def test_a_list_shorter_than_its_count_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nennt 3 Entitäten .* geliefert hat er 2"):
        ask(Broker(stations(2), miscount=1), tmp_path)


def test_a_broker_that_ignores_the_offset_is_not_taken(tmp_path: Path) -> None:
    same = said([station(1)], headers={"NGSILD_Results_Count": "2"})
    with pytest.raises(SourceError, match="blättert nicht"):
        walked({**Broker([station(1)]).routes, f"{LD}/entities": same}, tmp_path, "ngsi", options={})


def test_a_next_page_elsewhere_is_not_followed(tmp_path: Path) -> None:
    away = said([station(1)], headers={"Link": '<https://fremd.example/x>; rel="next"'})
    with pytest.raises(HttpError, match="follow_hosts"):
        walked({**Broker([station(1)]).routes, f"{LD}/entities": away}, tmp_path, "ngsi", options={})


def test_a_broker_without_types_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="keinen einzigen Typ"):
        ask(Broker([]), tmp_path)


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_is_missing_is_named(status: int, tmp_path: Path) -> None:
    with pytest.raises(HttpError, match=f"verweigert den Zugang .{status}."):
        walked({"*": reply("{}", status)}, tmp_path, "ngsi", options={})


def test_an_error_in_the_middle_fails_the_run(tmp_path: Path) -> None:
    pages = in_turn(said(stations(1), headers={"NGSILD_Results_Count": "2"}), reply("{}", 404))
    with pytest.raises(SourceError):
        walked({**Broker([station(1)]).routes, f"{LD}/entities": pages}, tmp_path, "ngsi", options={})


@pytest.mark.parametrize(
    ("options", "left"), [({"types": ["WeatherObserved"]}, {WEATHER}), ({"exclude_types": ["AirQualityObserved"]}, {WEATHER})]
)
def test_types_can_be_chosen(options: Json, left: set[str], tmp_path: Path) -> None:
    weather = {name: each for name, each in station(2).items() if name != "no2"}
    broker = Broker([station(1), {**weather, "type": "WeatherObserved"}])
    assert set(ask(broker, tmp_path, **options).walk.declarations) == left
    assert not [each for each in broker.asked if "AirQuality" in each.target]


def test_a_type_that_is_too_large_is_reported_and_nothing_is_taken_for_gone(tmp_path: Path) -> None:
    found = ask(Broker([*stations(5), {**station(9), "type": "WeatherObserved"}]), tmp_path, at_most=4)
    assert "Vom Typ »AirQualityObserved« gibt es 5 Entitäten" in found.findings["too-many"].message
    assert len([each for each in found.targets if "AirQualityObserved" in each]) == 1, "counted on the first page, and left"
    assert len(found.rows(WEATHER)) == 1
    assert not found.walk.is_complete(NO2)


def test_entities_with_a_moment_in_their_id_are_one_station(tmp_path: Path) -> None:
    hours = [{**station(1), "id": f"urn:ngsi-ld:AirQualityObserved:kl-1-2026-11-01T{hour:02d}:00:00"} for hour in range(24)]
    found = ask(Broker(hours), tmp_path, page_size=10)
    assert len(found.rows(NO2)) == 1
    assert "24 Entitäten mit einem Zeitpunkt" in found.findings["growing-type"].message
    assert [row["live_url"] for row in found.rows(NO2).values()] == [None], "the entity of now is another one in an hour"


def test_an_unknown_context_leaves_iris_and_is_remarked(tmp_path: Path) -> None:
    iri = "https://uri.etsi.org/ngsi-ld/default-context/"
    entity = {"id": "urn:ngsi-ld:X:1", "type": f"{iri}Wetter", f"{iri}temperature": {"type": "Property", "value": 3}}
    found = ask(Broker([entity]), tmp_path)
    assert [row["property"] for row in found.rows("stadt-wetter-lufttemperatur").values()] == ["Lufttemperatur"]
    assert "context" in found.findings["unknown-context"].message


def test_a_broken_entity_costs_only_itself(tmp_path: Path) -> None:
    misplaced = station(2, location={"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-3.7, 40.4]}})
    found = ask(Broker([station(1), misplaced, {"type": "AirQualityObserved"}]), tmp_path)
    assert len(found.rows(NO2)) == 1
    assert "liegt nicht im Gebiet" in found.findings["wrong-value"].message
    assert not found.walk.is_complete(NO2)


def test_values_and_people_are_not_archived(tmp_path: Path) -> None:
    found = ask(
        Broker([station(1, no2={"type": "Property", "value": 4711, "unitCode": "GQ", "observedAt": "2026-11-20T12:34:56Z"})]), tmp_path
    )
    kept = b"".join(each.content for each in found.archived)
    assert b"kl-1" in kept
    assert not [each for each in (b"4711", b"12:34", b"mustermann", b"Musterweg", b"GEHEIM", b"value") if each in kept]


def test_the_old_language_is_read_as_well(tmp_path: Path) -> None:
    broker = Broker([old_station(number) for number in range(1, 4)])
    found = ask(broker, tmp_path, form="v2", tenant="stadt", service_path="/#", page_size=2)
    row = next(iter(found.rows(WEATHER).values()))
    assert (row["station"], row["unit"], row["longitude"], row["latitude"]) == ("Wetter 1", "Cel", 7.761, 49.44)
    assert len(found.rows(WEATHER)) == 3
    assert found.targets[0] == f"{V2}/types?limit=1000"
    assert "options=count" in found.targets[1]
    assert {(each.headers["fiware-service"], each.headers["fiware-servicepath"]) for each in broker.asked} == {("stadt", "/#")}


def test_a_broker_that_gives_key_values_only_is_read(tmp_path: Path) -> None:
    entity = {
        "id": "wetter-1",
        "type": "WeatherObserved",
        "temperature": 3.5,
        "location": "49.44,7.76",
        "refDevice": "d1",
        "owner": "E. M.",
    }
    row = next(iter(ask(Broker([entity]), tmp_path, form="v2").rows(WEATHER).values()))
    assert (row["longitude"], row["latitude"], row["unit"]) == (7.76, 49.44, None)


@pytest.mark.parametrize("path", ["/", "/orion", "/orion/", f"/orion{LD}", f"/orion{LD}/"])
def test_the_address_may_end_as_people_copy_it(path: str, tmp_path: Path) -> None:
    prefix = "" if path == "/" else "/orion"
    routes = {prefix + each: script for each, script in Broker([station(1)]).routes.items()}
    assert len(walked(routes, tmp_path, "ngsi", path=path, options={"smallest_layer": 1}).rows(NO2)) == 1


@pytest.mark.parametrize(
    "options", [{"form": "v2", "context": CONTEXT}, {"service_path": "/"}, {"tenant": "a\r\nb"}, {"context": "file:///etc"}, {"x": 1}]
)
def test_options_that_do_not_fit_are_refused(options: Json, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        harvester_of(SourceConfig(name="a", title="A", kind="ngsi", url="https://a.example/", folder=tmp_path, options=options))


def test_new_values_change_nothing_and_a_replay_gives_the_same_rows(tmp_path: Path) -> None:
    broker = Broker(stations(3))
    with installed(tmp_path, broker.routes, kind="ngsi", options={}) as here:
        first = here.run()
        assert first.outcome is Outcome.OK
        broker.entities = [station(number, at="2026-11-03T03:00:00Z") for number in range(1, 4)]
        again = here.run(days=2)
        assert again.outcome is Outcome.UNCHANGED
        assert here.kept(again) == []
        assert {each.last.day for each in again.lately} == {3}
        assert "dieselben Zeilen" in here.made.replay(first.id).message


def test_a_series_that_fell_silent_has_ended_in_a_replay_too(tmp_path: Path) -> None:
    with installed(
        tmp_path, Broker([station(number, at="2024-03-01T12:00:00Z") for number in range(1, 4)]).routes, kind="ngsi", options={}
    ) as here:
        run = here.run()
        rows = here.rows("netz-air-quality-observed-stickstoffdioxid").values()
        assert {(each.values["status"], each.values["until"]) for each in rows} == {("ended", "2024-03-01")}
        assert "dieselben Zeilen" in here.made.replay(run.id).message


@pytest.mark.parametrize(
    ("header", "following"),
    [
        ('<https://a/c>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json", </e?offset=2>;rel="next"', "/e?offset=2"),
        ("</e?a=1,2;b=3>; rel=next", "/e?a=1,2;b=3"),
        ('</e>; title="a, b; rel=\\"next\\""', None),
        ('</e>; rel="prev next"', "/e"),
        ('</e>; REL="NEXT"', "/e"),
        ('</e>; rel="next"; anchor="#x"', None),
        ('</e>; rel="prev"; rel="next"', None),
        ('</a>; rel="prev", </b>; rel="next"', "/b"),
        ("", None),
        ("next", None),
        ("<unfinished", None),
        ("<>; rel=next", None),
    ],
)
def test_the_next_page_is_told_from_the_context(header: str, following: str | None) -> None:
    assert next_link(header) == following


@settings(max_examples=50)
@given(st.text(alphabet='<>;,="\\ abrelnxt/', max_size=60))
def test_no_header_breaks_the_parser(header: str) -> None:
    assert len(list(links_of(header))) <= header.count("<")


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(alphabet="abc/?=&,;", min_size=1, max_size=10), st.sampled_from(["next", "prev", "last"])), max_size=4))
def test_every_link_that_is_written_is_read(written: list[tuple[str, str]]) -> None:
    header = ", ".join(f'<{target}>; rel="{relation}"' for target, relation in written)
    assert [(each.target, set(each.relations)) for each in links_of(header)] == [(target, {relation}) for target, relation in written]
