"""Stations listed as features: one list however it is asked for, and only what the options name."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from catalog.plan import Outcome, RunRecord
from harvesters.features.keeping import UNNAMED, kept
from harvesters.features.lately import Times
from harvesters.features.places import NOWHERE, axes_by_authority, axes_east_first, spot_of
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of
from harvesters.run import harvest
from schemas.boundaries import Boundaries
from schemas.crs import has_grid
from schemas.errors import ConfigurationError, SourceError, WrongValue
from schemas.place import inside_city
from tests.harvesters.features.services import COLLECTION, OPTIONS, PLACE, Json, OgcApi, Wfs, answer, exception, file_of, station
from tests.harvesters.http.servers import Script, reply, serving
from tests.harvesters.http.world import START
from tests.harvesters.walked import Walked, _web, walked
from tests.harvesters.world import Intake, intake
from tests.shared import SHARED

FIXTURES = SHARED / "reference/sensors/fixtures/captured"
WFS = "/geoserver/wfs?map=umwelt"
FILE = "/stationen.geojson"


def walk(routes: dict[str, Script], folder: Path, form: str, path: str, **options: Any) -> Walked:
    given = {"form": form, **OPTIONS, **options}
    return walked(routes, folder, "features", path, personal_data=False, legal_basis="", options=given)


def of_ogcapi(server: OgcApi, folder: Path, **options: Any) -> Walked:
    return walk(server.routes, folder, "ogcapi", COLLECTION, **options)


def of_wfs(server: Wfs, folder: Path, **options: Any) -> Walked:
    return walk(server.routes, folder, "wfs", WFS, **{"type_name": "umwelt:stationen", **options})


def of_file(content: Any, folder: Path, **options: Any) -> Walked:
    return walk(file_of(lambda: content), folder, "geojson", FILE, **options)


def stations(count: int) -> list[Json]:
    return [station(number) for number in range(1, count + 1)]


def collection(*features: Json, **more: Any) -> Json:
    return {"type": "FeatureCollection", "features": list(features), **more}


def positions(found: Walked, table: str) -> set[tuple[object, object]]:
    return {(row["longitude"], row["latitude"]) for row in found.rows(table).values()}


EXPECTED = {(round(PLACE[0] + number / 1000, 7), PLACE[1]) for number in range(1, 6)}
LAYER = "stadt-lufttemperatur"
LATELY = {"datastream": [{"property": "groesse", "unit": "einheit", "last": "gemessen"}]}
_DISTRICTS = """
[[table]]
table = "district"
file = "orte.csv"
[table.columns]
id = "id"
name = "name"
kind = { constant = "local-district" }
"""


def test_the_next_link_counts_and_not_the_size_of_a_page(tmp_path: Path) -> None:
    server = OgcApi(stations(5))
    found = of_ogcapi(server, tmp_path)
    assert len(found.rows(LAYER)) == 5
    assert len(server.requests) == 3
    assert positions(found, LAYER) == EXPECTED


def test_a_row_says_what_the_options_name(tmp_path: Path) -> None:
    row = of_ogcapi(OgcApi(stations(3)), tmp_path).rows(LAYER)["1"]
    shown = {name: row[name] for name in ("station", "property", "unit", "operator", "since", "status")}
    assert shown == {
        "station": "Messstation 1",
        "property": "Lufttemperatur",
        "unit": "Cel",
        "operator": "Stadt",
        "since": "2023-06-12",
        "status": "unknown",
    }


def test_degrees_are_asked_for_by_name_and_a_server_that_refuses_the_question_is_asked_without(tmp_path: Path) -> None:
    server = OgcApi(stations(3), knows_crs=False)
    assert len(of_ogcapi(server, tmp_path).rows(LAYER)) == 3
    assert "crs=http" in server.requests[0]
    assert not [each for each in server.requests[1:] if "crs=" in each]


def test_latitude_comes_first_where_the_answer_says_so(tmp_path: Path) -> None:
    assert positions(of_ogcapi(OgcApi(stations(5), north_first=True), tmp_path), LAYER) == EXPECTED


def test_a_list_that_is_shorter_than_its_count_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nennt 6 Features, geliefert hat er 5"):
        of_ogcapi(OgcApi(stations(5), hidden=1), tmp_path)


def test_a_list_that_moves_while_it_is_read_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nennt 5 Features, geliefert hat er 4"):
        of_ogcapi(OgcApi(stations(5), moves=True), tmp_path)


def test_a_feature_that_is_named_twice_alike_is_one(tmp_path: Path) -> None:
    found = of_file(collection(*stations(3), station(3)), tmp_path)
    assert len(found.walk.rows[LAYER]) == 3
    other = of_file(collection(*stations(3), station(3, name="Anders")), tmp_path)
    assert len(other.walk.rows[LAYER]) == 4, "who is right is for people to say"


def test_slices_of_a_wfs_begin_where_the_last_one_ended(tmp_path: Path) -> None:
    server = Wfs(stations(5), most=2)
    found = of_wfs(server, tmp_path)
    assert [each["startIndex"] for each in server.requests] == ["0", "2", "4"]
    assert {each["srsName"] for each in server.requests} == {"urn:ogc:def:crs:EPSG::25832"}
    assert {each["map"] for each in server.requests} == {"umwelt"}
    assert positions(found, LAYER) == EXPECTED
    assert sorted(found.rows(LAYER))[0] == "stationen.1"


def test_a_wfs_that_does_not_count_ends_with_an_empty_slice(tmp_path: Path) -> None:
    server = Wfs(stations(4), counts=False)
    assert len(of_wfs(server, tmp_path).rows(LAYER)) == 4
    assert [each["startIndex"] for each in server.requests] == ["0", "2", "4"]


def test_a_wfs_that_ignores_where_to_begin_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="noch einmal"):
        of_wfs(Wfs(stations(5), slices=False), tmp_path)


def test_an_exception_report_with_status_200_is_no_empty_list_and_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="InvalidParameterValue") as raised:
        of_wfs(Wfs(stations(3)), tmp_path, type_name="umwelt:andere")
    assert "Mustermann" not in str(raised.value)


def test_identifiers_that_change_with_each_answer_are_refused(tmp_path: Path) -> None:
    features = [{**each, "id": f"stationen.fid--7c5a_{number}"} for number, each in enumerate(stations(3))]
    with pytest.raises(SourceError, match="wechseln"):
        of_file(collection(*features), tmp_path)
    found = of_file(collection(*features), tmp_path, station={**OPTIONS["station"], "id": "name"}, ignore=["betreuung"])
    assert "wrong-value" in found.findings, "a name is no identifier either"


def test_the_system_that_an_old_geojson_names_is_the_one_it_is_read_in(tmp_path: Path) -> None:
    at = {"type": "Point", "coordinates": [410_759.6724, 5_477_621.3672]}
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    found = of_file(collection(*({**each, "geometry": at} for each in stations(3)), crs=named), tmp_path)
    assert positions(found, LAYER) == {(7.7689, 49.4447)}


def test_a_file_may_be_a_bare_list_and_its_positions_columns(tmp_path: Path) -> None:
    plain = [{"nr": f"T{number}", "x": "7,7689", "y": "49,4447", "groesse": "Lufttemperatur", "einheit": "°C"} for number in range(3)]
    options = {"station": {"id": "nr", "longitude": "x", "latitude": "y"}}
    found = of_file(plain, tmp_path, **options)
    assert sorted(found.rows(LAYER)) == ["t0", "t1", "t2"]
    assert positions(found, LAYER) == {(7.7689, 49.4447)}


def test_a_feature_may_be_several_datastreams(tmp_path: Path) -> None:
    streams = [
        {"key": "temperatur", "property": {"constant": "Lufttemperatur"}, "unit": {"constant": "°C"}},
        {"key": "feuchte", "property": {"constant": "Luftfeuchte"}, "unit": {"constant": "%"}},
    ]
    found = of_file(collection(*stations(3)), tmp_path, datastream=streams, ignore=["betreuung", "groesse", "einheit"])
    assert sorted(found.rows("stadt-luftfeuchte")) == ["1-feuchte", "2-feuchte", "3-feuchte"]
    assert len(found.rows("stadt-lufttemperatur")) == 3
    assert {row["station_id"] for row in found.rows("stadt-luftfeuchte").values()} == {"stadt-1", "stadt-2", "stadt-3"}
    assert not found.findings


def test_stations_may_go_into_the_common_table(tmp_path: Path) -> None:
    found = of_file(collection(*stations(2)), tmp_path, table="station")
    row = found.rows("station")["1"]
    assert (row["name"], row["observed_property"], row["unit"], row["status"]) == ("Messstation 1", "Lufttemperatur", "°C", "unknown")
    assert set(found.walk.declarations) == {"station"}


def test_what_nobody_names_is_kept_nowhere_and_said_once(tmp_path: Path) -> None:
    found = of_ogcapi(OgcApi(stations(5)), tmp_path)
    told = [each for each in found.walk.findings if each.code == "unread-field"]
    assert [each.field for each in told] == ["betreuung"]
    assert not [each for each in found.archived if b"Mustermann" in each.content]
    quiet = of_ogcapi(OgcApi(stations(5)), tmp_path, ignore=["betreuung"])
    assert "unread-field" not in quiet.findings


def test_an_unchanged_list_is_kept_as_the_same_bytes(tmp_path: Path) -> None:
    server = OgcApi(stations(3))
    first, second = of_ogcapi(server, tmp_path), of_ogcapi(server, tmp_path)
    assert [each.content for each in first.archived if b"next" not in each.content] == [
        each.content for each in second.archived if b"next" not in each.content
    ]


def test_one_broken_feature_costs_itself(tmp_path: Path) -> None:
    broken = station(9)
    broken["geometry"] = {"type": "Point", "coordinates": [13.4, 52.5]}
    found = of_file(collection(*stations(3), broken, {"nonsense": True}, "text"), tmp_path)  # type: ignore[arg-type]  # on purpose
    assert sorted(found.rows(LAYER)) == ["1", "2", "3"]
    assert [each.message for each in found.walk.failures if each.code == "wrong-value"] == [
        "Eine Messreihe ist nicht lesbar: 9, »geometry«: Diese Position liegt nicht im Gebiet.",
        "2 Messreihen sind nicht lesbar: »id« fehlt.",
    ]
    assert found.walk.doubtful == {LAYER: {"stadt-9"}}
    assert not found.walk.is_complete(LAYER), "nobody knows which ones have no id"


def test_a_list_or_an_object_as_a_value_is_a_wrong_value(tmp_path: Path) -> None:
    found = of_file(collection(*stations(3), station(4, name={"de": "Erika Mustermann"})), tmp_path)
    assert sorted(found.rows(LAYER)) == ["1", "2", "3"]
    assert not [each for each in found.archived if b"Mustermann" in each.content]


@pytest.mark.parametrize(
    "said", [answer(collection()), answer({"type": "Feature"}), reply(exception("NoApplicableCode")), reply("<html>Anmelden")]
)
def test_what_is_no_list_changes_nothing(said: Script, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        walk({FILE: said}, tmp_path, "geojson", FILE)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"form": "wfs"}, "type_name"),
        ({"form": "ogcapi", "crs": "EPSG:25832"}, "CRS84"),
        ({"form": "geojson", "crs": "EPSG:99999999"}, "unbekannt"),
        ({"form": "geojson", "datastream": [{"property": "a"}, {"property": "b"}]}, "key"),
        ({"form": "geojson", "datastream": []}, "datastream"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(options: Json, sentence: str, tmp_path: Path) -> None:
    source = SourceConfig(name="a", title="A", kind="features", url="https://a.example", folder=tmp_path, options={**OPTIONS, **options})
    with pytest.raises(ConfigurationError, match=sentence):
        harvester_of(source)


def test_a_list_that_says_when_a_station_last_measured_says_how_fresh_it_is_and_keeps_no_moment(tmp_path: Path) -> None:
    """In several ways of writing; what is no moment says nothing, and what is long gone has ended."""
    said = ["2026-11-22T03:45:00Z", "22.11.2026 04:30", "2026-11-22T04:15:00", "gestern", "2026-01-05T10:00:00Z"]
    found = of_file(collection(*[station(n, gemessen=each) for n, each in enumerate(said, start=1)]), tmp_path, **LATELY)

    assert [(each.table, each.last) for each in found.walk.lately] == [(LAYER, datetime(2026, 11, 22, 3, 45, tzinfo=UTC))]
    rows = [found.rows(LAYER)[str(n)] for n in range(1, 6)]
    assert [row["status"] for row in rows] == ["active", "active", "active", "unknown", "ended"]
    assert [row["until"] for row in rows] == [None, None, None, None, "2026-01-05"]
    [answered] = found.archived
    assert b"2026-11-22" not in answered.content
    assert b"gestern" not in answered.content


def test_a_new_measurement_changes_nothing_that_is_kept(tmp_path: Path) -> None:
    moments = ("2026-11-22T03:30:00Z", "2026-11-22T03:45:00Z")
    first, second = (of_file(collection(*[station(n, gemessen=each) for n in (1, 2, 3)]), tmp_path, **LATELY) for each in moments)

    assert first.archived[0].content == second.archived[0].content
    assert first.rows(LAYER) == second.rows(LAYER)
    assert first.walk.lately != second.walk.lately


def test_moments_that_are_filtered_twice_are_filtered_once() -> None:
    def filtered(content: bytes) -> bytes:
        return kept(content, "a", named=["at"], ignored=(), lists=False, times=Times(now=START, names={"at"}))

    said = collection(station(1, at="2026-11-22T03:30:00Z"), station(2, at="2020-01-01T00:00:00Z"), station(3, at=7))
    once = filtered(json.dumps(said).encode())

    assert [each["properties"]["at"] for each in json.loads(once)["features"]] == ["recent", "2020-01-01T01:00:00+01:00", ""]
    assert filtered(once) == once


def test_a_station_in_a_district_that_is_not_published_comes_in_without_it_and_gets_it_later(tmp_path: Path) -> None:
    """Negative control: the district that is published counts at once."""
    west, south = PLACE
    districts = Boundaries(
        {"dorf": box(west - 0.01, south - 0.01, west + 0.0025, south + 0.01), "stadt": box(west + 0.0025, 49.4, 7.9, 49.5)}
    )
    made = intake(tmp_path)
    place = Place(made, districts)
    place.publish("stadt")
    with serving(file_of(lambda: collection(*stations(4)))) as server:
        place.url = server.url(FILE)
        first = place.harvest()
        before = place.districts
        place.publish("stadt", "dorf")
        second, third = place.harvest(), place.harvest()
        after = place.districts
    made.close()

    assert (first.outcome, first.counts["quarantined"]) == (Outcome.OK, 0), first
    assert (
        "»dorf« steht nicht im Datensatz »ortsbezirke«; 2 Zeilen"
        in {each.code: each for each in first.findings}["unpublished-district"].message
    )
    assert before == [(None, None), (None, None), ("stadt", "calculated"), ("stadt", "calculated")]
    assert [each for each, _ in after] == ["dorf", "dorf", "stadt", "stadt"]
    assert (second.outcome, third.outcome) == (Outcome.OK, Outcome.UNCHANGED)


@dataclass
class Place:
    """An installation with boundaries, a published list of districts and one list of stations."""

    made: Intake
    boundaries: Boundaries
    url: str = ""

    def publish(self, *names: str) -> None:
        made = self.made
        made.map(_DISTRICTS)
        made.drop("orte.csv", "id,name\n" + "".join(f"{each},{each.title()}\n" for each in names))
        assert made.run(days=1).outcome is Outcome.OK

    def harvest(self) -> RunRecord:
        made = self.made
        made.clock.now += timedelta(seconds=1)
        source = SourceConfig(
            name="netz", title="Netz", kind="features", url=self.url, folder=made.folder, allow_private=("127.0.0.1",),
            options={"form": "geojson", **OPTIONS}, districts=self.boundaries, guards=made.source.guards,
        )  # fmt: skip
        return harvest(source, store=made.store, publisher=made.publisher, archive=made.archive, now=made.clock.now, web=_web({}))

    @property
    def districts(self) -> list[tuple[object, object]]:
        rows = sorted(self.made.store.published("netz", "netz-lufttemperatur"), key=lambda each: each.row.key)
        return [(each.row.values["district_id"], each.row.values["district_basis"]) for each in rows]


def test_the_same_stations_in_three_systems_are_in_one_place() -> None:
    if not FIXTURES.is_dir():
        pytest.skip("recorded answers are not here")

    def spots(name: str, crs: str) -> list[tuple[float, float]]:
        content = json.loads((FIXTURES / f"ogcapi-items-{name}.json").read_bytes())
        found = [spot_of(each["geometry"], axes_by_authority(crs)) for each in content["features"]]
        return [(round(each.longitude or 0, 6), round(each.latitude or 0, 6)) for each in found]

    degrees = spots("crs84", "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>")
    assert degrees[0][0] == 7.709491
    assert spots("epsg25832", "http://www.opengis.net/def/crs/EPSG/0/25832") == degrees
    assert spots("epsg4258-latlon", "http://www.opengis.net/def/crs/EPSG/0/4258") == degrees


def test_a_position_from_another_datum_says_so_and_how_exact_it_is() -> None:
    found = spot_of({"type": "Point", "coordinates": [3410798.9, 5479372.5]}, axes_east_first("EPSG:31467"))
    grid = "mit" if has_grid() else "ohne"

    assert found.basis == f"aus Gauß-Krüger (EPSG:31467) umgerechnet, {grid} BETA2007, auf etwa 2 m genau"
    assert spot_of({"type": "Point", "coordinates": [410759.67, 5477621.37]}, axes_east_first("EPSG:25832")).basis == ""


def test_areas_and_lines_have_a_position_that_says_what_it_is() -> None:
    square = [[[7.76, 49.44], [7.77, 49.44], [7.77, 49.45], [7.76, 49.45], [7.76, 49.44]]]
    found = spot_of({"type": "Polygon", "coordinates": square}, axes_east_first("OGC:CRS84"))
    assert found.basis == "Punkt in der Fläche der Quelle"
    assert found.longitude is not None
    assert 7.76 < found.longitude < 7.77
    assert spot_of(None, axes_east_first("OGC:CRS84")) == NOWHERE
    assert spot_of({"type": "Point", "coordinates": [0, 0]}, axes_east_first("OGC:CRS84")) == NOWHERE


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "id", "properties", "geometry", "a"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(_VALUES, max_size=4), _VALUES)
def test_filtering_twice_is_filtering_once(features: list[Any], crs: Any) -> None:
    content = json.dumps({"type": "FeatureCollection", "features": features, "crs": crs, "timeStamp": "x"}).encode()
    once = kept(content, "a", named=["a"], ignored=(), lists=False)
    assert kept(once, "a", named=["a"], ignored=(), lists=False) == once
    assert set(json.loads(once)) <= {"type", "features", "crs", UNNAMED}


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(["Point", "LineString", "Polygon", "MultiPoint", "GeometryCollection"]), _VALUES)
def test_any_geometry_is_a_place_or_a_wrong_value(kind: str, coordinates: Any) -> None:
    try:
        found = spot_of({"type": kind, "coordinates": coordinates}, axes_east_first("OGC:CRS84"))
    except WrongValue:
        return
    assert found == NOWHERE or inside_city(found.longitude or 0, found.latitude or 0)
