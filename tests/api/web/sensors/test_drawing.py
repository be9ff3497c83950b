"""The map: what lies where, how long a kilometre is, and that nothing falls out of the picture."""

import itertools
import math
import re

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from api.web.sensors.drawing import WIDTH, draw
from api.web.sensors.shapes import Drawing
from api.web.sensors.stations import STATUSES, Observed, Station
from schemas.boundaries import Boundaries
from schemas.crs import transformed
from schemas.place import KAISERSLAUTERN

CITY = KAISERSLAUTERN.bbox
assert CITY is not None
HERE = (7.7689, 49.4447)


def at(longitude: float | None, latitude: float | None, *statuses: str, name: str = "Rathaus") -> Station:
    observed = tuple(Observed(property="Luft", unit="", dataset="netz", status=each, live_url="") for each in statuses or ("active",))
    return Station(
        id=name, network="netz", name=name, place="", operator="", district="", longitude=longitude, latitude=latitude, observed=observed
    )


def drawn(*stations: Station) -> Drawing:
    found = draw(stations, (), CITY)
    assert found is not None
    return found


def test_north_is_up_and_east_is_right() -> None:
    marks = {each.names[0]: each for each in drawn(at(7.70, 49.40, name="SW"), at(7.80, 49.47, name="NO")).marks}

    assert marks["NO"].x > marks["SW"].x
    assert marks["NO"].y < marks["SW"].y


def test_the_scale_is_that_of_the_ground() -> None:
    """Held against UTM 32N: a thousandth over the whole city, of which one unit of the drawing is a third of a percent."""
    drawing = drawn(at(7.65, 49.38, name="a"), at(7.85, 49.38, name="b"), at(7.65, 49.48, name="c"))
    a, b, c = sorted(drawing.marks, key=lambda each: each.names)
    on_the_ground = [transformed(*each, "EPSG:4326", "EPSG:25832") for each in ((7.65, 49.38), (7.85, 49.38), (7.65, 49.48))]
    unit = drawing.scale_metres / drawing.scale_units

    assert math.dist((a.x, a.y), (b.x, b.y)) * unit == pytest.approx(math.dist(*on_the_ground[:2]), rel=0.01)
    assert math.dist((a.x, a.y), (c.x, c.y)) * unit == pytest.approx(math.dist(on_the_ground[0], on_the_ground[2]), rel=0.01)


def test_the_scale_bar_is_a_round_length_that_fits() -> None:
    drawing = drawn(at(*HERE))

    assert str(drawing.scale_metres).rstrip("0") in ("1", "2", "5")
    assert WIDTH / 10 < drawing.scale_units < WIDTH / 3


def test_stations_in_one_place_share_a_mark_and_keep_their_names() -> None:
    drawing = drawn(at(*HERE, "ended", name="b"), at(*HERE, "active", name="a"), at(7.70, 49.40, "planned", name="c"))

    assert {each.names: each.status for each in drawing.marks} == {("a", "b"): "active", ("c",): "planned"}
    assert drawing.counts == {"active": 1, "planned": 1, "unknown": 0, "ended": 1}


def test_in_a_dense_network_no_mark_covers_the_number_of_another_and_nobody_is_lost() -> None:
    """Three hundred stations in the middle of the city, which used to lie on each other."""
    spots = [
        (HERE[0] + 0.02 * math.sin(n * 2.4) * (n / 300) ** 0.5, HERE[1] + 0.012 * math.cos(n * 2.4) * (n / 300) ** 0.5) for n in range(300)
    ]
    drawing = drawn(*(at(*spot, name=f"{number}") for number, spot in enumerate(spots)))
    numbered = [each for each in drawing.marks if len(each.names) > 1]
    apart = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in itertools.combinations(numbered, 2)]

    assert sum(len(each.names) for each in drawing.marks) == drawing.shown == 300
    assert len(numbered) > 5
    assert min(apart) > 17


def test_a_station_is_as_alive_as_what_it_observes() -> None:
    assert at(*HERE, "ended", "active", "unknown").status == "active"
    assert at(*HERE, "ended", "unknown").status == "unknown"


def test_a_position_far_away_shrinks_nothing_and_is_counted() -> None:
    alone, among = drawn(at(*HERE)), drawn(at(*HERE), at(0.0, 0.0, name="Null"), at(None, None, name="ohne"))

    assert among.marks == alone.marks
    assert (among.outside, among.unplaced, among.shown) == (1, 1, 1)


def test_without_a_position_there_is_no_map() -> None:
    assert draw([at(None, None)], (), CITY) is None
    assert draw([], (), CITY) is None
    assert draw([at(0.0, 0.0)], (), CITY) is None


def test_a_site_without_a_box_shows_what_lies_around_its_stations() -> None:
    drawing = draw([at(*HERE)], (), None)

    assert drawing is not None
    assert (drawing.areas, len(drawing.marks)) == ((), 1)


def test_outlines_have_few_corners_and_stay_where_they_are() -> None:
    circle = shapely.Point(*HERE).buffer(0.03, quad_segs=500)
    (outline,) = Boundaries({"mitte": circle}).outlines(metres=40)
    (ring,) = outline.rings

    assert len(ring) < 100 < len(circle.exterior.coords)
    assert shapely.hausdorff_distance(shapely.LineString(ring), circle.exterior) < 40 / 72_000 * 1.2
    drawing = draw([at(*HERE)], (outline,), CITY)
    assert drawing is not None
    assert not drawing.is_box
    assert re.fullmatch(r"M[-\d. L]+Z", drawing.areas[0])


def test_an_area_in_parts_and_with_a_hole_has_all_its_rings() -> None:
    holed = shapely.box(7.70, 49.40, 7.74, 49.44).difference(shapely.box(7.71, 49.41, 7.72, 49.42))
    parts = shapely.union(holed, shapely.box(7.80, 49.40, 7.82, 49.42))

    (outline,) = Boundaries({"mitte": parts}).outlines()

    assert len(outline.rings) == 3


places = st.tuples(st.floats(-180, 180) | st.floats(7.5, 8), st.floats(-90, 90) | st.floats(49.3, 49.6))
stations = st.builds(lambda place, status: at(*place, status), places, st.sampled_from(STATUSES))


@given(st.lists(stations, min_size=1, max_size=8), st.sampled_from([CITY, None]))
def test_every_mark_lies_in_the_picture(several: list[Station], city: tuple[float, float, float, float] | None) -> None:
    drawing = draw(several, (), city)

    if drawing is not None:
        assert drawing.shown + drawing.outside == len(several)
        assert drawing.scale_metres >= 1
        for each in drawing.marks:
            assert 0 <= each.x <= drawing.width
            assert 0 <= each.y <= drawing.height
