"""Coordinates of German sources. The table beside this file was made with explicit PROJ pipelines, without the EPSG look-ups that klar
relies on; rows that need the grid BETA2007 (Debian: proj-data) are skipped, and told, where it is not installed."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from schemas.crs import CRS84, UTM32, Misplaced, UnknownCrs, accuracy_of, bounds_to_crs84, crs_of, has_grid, placed, suggestion, to_crs84
from schemas.crs import transformed as transform
from schemas.place import PLAUSIBLE_BOX
from tests.shared import SHARED

TABLE = Path(__file__).parent / "crs_expected.csv"
REFERENCE = SHARED / "reference/sensors/crs_expected.csv"
TOWN_HALL = (7.7689, 49.4447)
#: The same in other systems (reference/sensors/crs.md, section 1).
IN_UTM = (410_759.6724, 5_477_621.3672)
_GEOD = Geod(ellps="GRS80")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def distance(found: tuple[float, float], expected: tuple[float, float], target: str) -> float:
    """Metres."""
    if target in (CRS84, "EPSG:4258", "EPSG:4326"):
        return float(_GEOD.inv(*found, *expected)[2])
    return math.dist(found, expected)


@pytest.mark.parametrize("needs_grid", [False, True])
def test_the_table_holds(needs_grid: bool) -> None:
    if needs_grid and not has_grid():
        pytest.skip("ohne BETA2007.gsb (Debian: proj-data)")
    table = [each for each in rows(TABLE) if (each["needs_grid"] == "yes") == needs_grid]
    assert len(table) >= 40
    for each in table:
        found = transform(float(each["x"]), float(each["y"]), each["from"], each["to"])
        expected = float(each["expected_x"]), float(each["expected_y"])
        assert distance(found, expected, each["to"]) <= float(each["tolerance_m"]), each


@pytest.mark.skipif(not REFERENCE.exists(), reason="nur mit den Unterlagen neben dem Projekt")
def test_the_measured_table_holds() -> None:
    table = [each for each in rows(REFERENCE) if each["needs_grid"] == "no" or has_grid()]
    assert len(table) == (65 if has_grid() else 43)
    for each in table:
        source, target = (CRS84 if each[name] == "4326" else f"EPSG:{each[name]}" for name in ("epsg_from", "epsg_to"))
        found = transform(float(each["x"]), float(each["y"]), source, target)
        expected = float(each["expected_x"]), float(each["expected_y"])
        assert distance(found, expected, target) <= float(each["tolerance_m"]), each


def test_gauss_krueger_by_the_direct_way_would_miss_without_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what PROJ does when it is asked for the direct way, and no grid is there."""
    if has_grid():
        pytest.skip("mit BETA2007 geben beide Wege dasselbe")
    direct = Transformer.from_crs("EPSG:31467", CRS84, always_xy=True)
    table = [each for each in rows(TABLE) if each["from"] == "EPSG:31467" and each["to"] == CRS84 and each["needs_grid"] == "no"]
    for each in table:
        found = direct.transform(float(each["x"]), float(each["y"]))
        assert distance(found, (float(each["expected_x"]), float(each["expected_y"])), CRS84) > 0.5


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("EPSG:25832", UTM32),
        ("urn:ogc:def:crs:EPSG::25832", UTM32),
        ("http://www.opengis.net/def/crs/EPSG/0/25832", UTM32),
        ("urn:x-ogc:def:crs:EPSG:25832", UTM32),
        ("urn:adv:crs:ETRS89_UTM32", UTM32),
        ("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH", UTM32),
        ("http://www.opengis.net/gml/srs/epsg.xml#25832", UTM32),
        ("CRS:84", CRS84),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", CRS84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", CRS84),
        ("epsg:4326", "EPSG:4326"),
    ],
)
def test_names_that_german_services_use(name: str, meaning: str) -> None:
    assert crs_of(name) == meaning


@pytest.mark.parametrize("name", ["", "EPSG:0", "UTM", "urn:adv:crs:", "+proj=utm +zone=32", "EPSG:25832; DROP", "\x00", "9" * 300])
def test_a_name_that_nobody_knows_is_an_error(name: str) -> None:
    with pytest.raises(UnknownCrs):
        crs_of(name)


@pytest.mark.parametrize(
    ("x", "y", "declared", "remark"),
    [
        (*TOWN_HALL, "EPSG:4326", ""),
        (*reversed(TOWN_HALL), "EPSG:4326", "swapped-axes"),
        (*IN_UTM, UTM32, ""),
        (*reversed(IN_UTM), UTM32, "swapped-axes"),
        (IN_UTM[0] + 32e6, IN_UTM[1], "EPSG:4647", ""),
        (IN_UTM[0] + 32e6, IN_UTM[1], UTM32, "zone-added"),
        (*IN_UTM, "EPSG:4647", "zone-missing"),
        (410_799.195, 5_479_373.359, "EPSG:31467", "zone-missing"),
        (3_410_799.195, 5_479_373.359, "EPSG:31467", ""),
        (5_479_373.359, 3_410_799.195, "EPSG:31467", "swapped-axes"),
        (628_318.117, 5_480_151.636, "EPSG:31466", "zone-missing"),
    ],
)
def test_where_it_is_and_what_was_read_otherwise_than_declared(x: float, y: float, declared: str, remark: str) -> None:
    found = placed(x, y, declared)
    assert found.remark == remark
    assert distance((found.longitude, found.latitude), TOWN_HALL, CRS84) < 0.5


@pytest.mark.parametrize(
    ("x", "y", "declared", "hint"),
    [
        (0.0, 0.0, "EPSG:4326", ""),
        (float("nan"), 49.44, "EPSG:4326", ""),
        (float("inf"), 49.44, UTM32, ""),
        (3_410_799.195, 5_479_373.359, UTM32, "EPSG:31467"),
        (2_628_318.1, 5_480_151.6, "EPSG:31467", "EPSG:31466"),
        (*IN_UTM, "EPSG:25833", UTM32),
        (864_829.992, 6_350_657.3225, UTM32, ""),
        (13.4, 52.5, "EPSG:4326", ""),
    ],
)
def test_what_cannot_be_here_is_refused_with_a_hint_where_there_is_one(x: float, y: float, declared: str, hint: str) -> None:
    with pytest.raises(Misplaced) as caught:
        placed(x, y, declared)
    assert (hint in str(caught.value)) if hint else ("hat sonst" not in str(caught.value))


def test_numbers_that_can_be_read_in_two_ways_wait_for_a_person() -> None:
    """Around the meeting of 10° and 10°, swapping and not swapping both give a place in the box, but neither is the one declared."""
    with pytest.raises(Misplaced, match="mehr als eine Weise"):
        placed(32_500_000.0, 500_000.0, UTM32, box=(-180.0, -90.0, 180.0, 90.0))


def test_a_zone_digit_dropped_into_another_system_is_seen_by_nobody() -> None:
    """1.75 km off and inside the city: only a declared CRS that is right helps (crs.md, section 3)."""
    found = placed(410_799.0, 5_479_372.6, UTM32)
    assert found.remark == ""
    assert 1700 < distance((found.longitude, found.latitude), TOWN_HALL, CRS84) < 1800


def test_the_box_of_a_rectangle_holds_its_curved_edges() -> None:
    bounds = (405_000.0, 5_470_000.0, 420_000.0, 5_486_000.0)
    west, south, east, north = bounds_to_crs84(bounds, UTM32)
    steps = [each / 50 for each in range(51)]
    edge = [(bounds[0] + (bounds[2] - bounds[0]) * each, north_ing) for each in steps for north_ing in (bounds[1], bounds[3])]
    edge += [(east_ing, bounds[1] + (bounds[3] - bounds[1]) * each) for each in steps for east_ing in (bounds[0], bounds[2])]
    places = [to_crs84(*each, UTM32) for each in edge]

    assert west < min(to_crs84(bounds[0], bounds[1], UTM32)[0], to_crs84(bounds[0], bounds[3], UTM32)[0]) + 1e-9
    assert all(west - 1e-6 <= lon <= east + 1e-6 and south - 1e-6 <= lat <= north + 1e-6 for lon, lat in places)


def test_the_accuracy_is_stated_and_better_with_the_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    assert accuracy_of(CRS84) == 0
    assert 0 < accuracy_of(UTM32) <= 1
    assert accuracy_of("EPSG:31467") == (1.9 if has_grid() else 2.0)


@given(st.floats(6.1, 8.6), st.floats(48.9, 51.0))
def test_there_and_back_is_where_it_was(longitude: float, latitude: float) -> None:
    there = transform(longitude, latitude, CRS84, UTM32)
    assert distance(to_crs84(*there, UTM32), (longitude, latitude), CRS84) < 0.001


@given(st.floats(), st.floats(), st.sampled_from([CRS84, UTM32, "EPSG:4647", "EPSG:31466", "EPSG:31467", "EPSG:3857", "EPSG:4258"]))
def test_any_numbers_are_a_place_in_the_city_or_an_error(x: float, y: float, declared: str) -> None:
    try:
        found = placed(x, y, declared)
    except Misplaced:
        return
    west, south, east, north = PLAUSIBLE_BOX
    assert west <= found.longitude <= east
    assert south <= found.latitude <= north


@pytest.mark.parametrize("name", [UTM32, "EPSG:4647", "EPSG:31466", "EPSG:31467", CRS84])
def test_a_hint_names_the_system_that_has_such_numbers(name: str) -> None:
    assert suggestion(*transform(*TOWN_HALL, CRS84, name)) == name
