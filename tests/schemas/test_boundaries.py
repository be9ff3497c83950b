"""Districts by point in polygon: the containing one, else the only one within the tolerance, and never a guess."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from schemas.boundaries import Boundaries, load_boundaries
from schemas.districts import Assigned
from schemas.errors import ConfigurationError
from tests.shared import SHARED

CITY = SHARED / "reference/participation/fixtures/geo/kaiserslautern_ortsbezirke.geojson"
#: One metre in degrees of longitude at 49.45° north: 6378137 m · cos 49.45° · π/180 ≈ 72,500 m to the degree.
METRE = 1 / 72_500


def square(west: float, east: float, south: float = 49.44, north: float = 49.45) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(name: object, geometry: object, key: str = "id") -> dict[str, Any]:
    return {"type": "Feature", "properties": {key: name}, "geometry": geometry}


#: Two neighbours and, 30 metres east of them, a third.
WEST, EAST, FAR = square(7.70, 7.72), square(7.72, 7.74), square(7.74 + 30 * METRE, 7.76)

#: A ring that crosses itself.
EIGHT = {"type": "Polygon", "coordinates": [[[7.7, 49.4], [7.8, 49.5], [7.8, 49.4], [7.7, 49.5], [7.7, 49.4]]]}


def written(tmp_path: Path, features: Sequence[Mapping[str, Any]], **more: object) -> Path:
    path = tmp_path / "grenzen.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


@pytest.fixture
def districts(tmp_path: Path) -> Boundaries:
    return load_boundaries(written(tmp_path, [feature("west", WEST), feature("east", EAST), feature("far", FAR)]))


def at(districts: Boundaries, longitude: float, latitude: float = 49.445) -> str | None:
    found = districts.at(longitude, latitude)
    return found.district_id if found is not None else None


def test_a_point_inside_has_its_district_and_says_that_it_was_calculated(districts: Boundaries) -> None:
    assert districts.at(7.71, 49.445) == Assigned(district_id="west", basis="calculated")


def test_beside_the_border_the_containing_neighbour_wins(districts: Boundaries) -> None:
    assert at(districts, 7.72 - 2 * METRE) == "west"
    assert at(districts, 7.72 + 2 * METRE) == "east"


def test_outside_all_the_only_one_within_the_tolerance_has_it(districts: Boundaries) -> None:
    assert at(districts, 7.70 - 19 * METRE) == "west"
    assert at(districts, 7.70 - 21 * METRE) is None


def test_between_two_nobody_can_tell(districts: Boundaries) -> None:
    assert at(districts, 7.74 + 15 * METRE) is None
    assert at(districts, 7.74 + 5 * METRE) == "east"


def test_the_tolerance_is_configured(tmp_path: Path) -> None:
    path = written(tmp_path, [feature("west", WEST)])

    assert at(load_boundaries(path, tolerance_metres=0), 7.70 - METRE) is None
    assert at(load_boundaries(path, tolerance_metres=50), 7.70 - 45 * METRE) == "west"


def test_the_tolerance_is_the_same_to_the_north_and_to_the_east(districts: Boundaries) -> None:
    north = 1 / 111_220  # metres per degree of latitude at 49.45° (WGS 84)

    assert at(districts, 7.71, 49.45 + 19 * north) == "west"
    assert at(districts, 7.71, 49.45 + 21 * north) is None


@pytest.mark.parametrize("where", [(float("nan"), 49.445), (7.71, float("inf")), (0.0, 0.0), (49.445, 7.71)])
def test_what_is_no_position_in_the_city_has_no_district(districts: Boundaries, where: tuple[float, float]) -> None:
    assert districts.at(*where) is None


@given(st.floats(7.69, 7.77), st.floats(49.435, 49.455))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_file_decides_nothing(longitude: float, latitude: float) -> None:
    areas = {"west": shape(WEST), "east": shape(EAST), "far": shape(FAR)}

    assert Boundaries(areas).at(longitude, latitude) == Boundaries(dict(reversed(areas.items()))).at(longitude, latitude)


def test_a_name_becomes_an_id_and_an_id_stays_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, [feature("Erzhütten / Wiesenthalerhof", WEST, "name"), feature("07-b.1", EAST, "name")])

    assert load_boundaries(path, id_property="name").ids == ("07-b.1", "erzhuetten-wiesenthalerhof")


def test_parts_make_one_district_and_heights_are_ignored(tmp_path: Path) -> None:
    parts = {"type": "MultiPolygon", "coordinates": [[[[*point, 0.0] for point in each["coordinates"][0]]] for each in (WEST, FAR)]}

    districts = load_boundaries(written(tmp_path, [feature("beide", parts)]))

    assert at(districts, 7.71) == at(districts, 7.75) == "beide"
    assert at(districts, 7.73) is None


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ([], "enthält keine Gebiete"),
        ([feature("aa", WEST), feature("aa", EAST)], "Gebiet 2: Die Kennung »aa« gibt es schon"),
        ([feature(None, WEST)], "»id« mit der Kennung fehlt"),
        ([feature("??", WEST)], "wird keine Kennung"),
        ([feature("aa", {"type": "Point", "coordinates": [7.7, 49.4]})], "Polygon oder MultiPolygon"),
        ([feature("aa", None)], "Polygon oder MultiPolygon"),
        ([feature("aa", {"type": "Polygon", "coordinates": "viele"})], "nicht lesbar"),
        ([feature("aa", {"type": "Polygon", "coordinates": []})], "leer"),
        ([feature("aa", square(410_000, 411_000, 5_476_000, 5_477_000))], "keine Grad"),
        ([feature("aa", square(49.44, 49.45, 7.70, 7.72))], "Länge und Breite"),
        ([feature("aa", square(7.70, 7.74)), feature("bb", EAST)], "»aa« und »bb« überschneiden sich"),
        (
            [feature("acht", {"type": "Polygon", "coordinates": [[[7.7, 49.4], [7.8, 49.5], [7.8, 49.4], [7.7, 49.5], [7.7, 49.4]]]})],
            "saubere",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_a_clear_error(tmp_path: Path, features: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        load_boundaries(written(tmp_path, features))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "kein g"),
        (b"<html>", "kein g"),
        (b'{"type": "Feature"}', "FeatureCollection"),
        (b"[" * 100_000, "kein g"),
        (b"\xff", "kein g"),
    ],
)
def test_a_file_that_is_no_geojson_is_a_clear_error(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "grenzen.geojson").write_bytes(content)

    with pytest.raises(ConfigurationError, match=sentence):
        load_boundaries(tmp_path / "grenzen.geojson")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"fehlt\.geojson"):
        load_boundaries(tmp_path / "fehlt.geojson")


def test_another_reference_system_is_refused_and_the_name_of_the_usual_one_is_not(tmp_path: Path) -> None:
    def crs(name: str) -> dict[str, Any]:
        return {"crs": {"type": "name", "properties": {"name": name}}}

    with pytest.raises(ConfigurationError, match="Bezugssystem"):
        load_boundaries(written(tmp_path, [feature("aa", WEST)], **crs("urn:ogc:def:crs:EPSG::25832")))
    assert load_boundaries(written(tmp_path, [feature("aa", WEST)], **crs("urn:ogc:def:crs:OGC:1.3:CRS84"))).ids == ("aa",)


def test_the_city_s_own_file_places_known_points() -> None:
    if not CITY.is_file():
        pytest.skip("the city's boundaries are not part of the project")

    districts = load_boundaries(CITY, id_property="name")

    assert len(districts.ids) == 10
    assert at(districts, 7.8225, 49.38) == "moelschbach"
    assert at(districts, 7.691389, 49.468611) == "siegelbach"
    assert at(districts, 7.768864, 49.445456) == "innenstadt"
