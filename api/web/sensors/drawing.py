"""A map of stations as shapes to be drawn: from our own data, north up, no tiles of anybody. Pure.

Degrees become units of the drawing in the plane that touches the earth at the middle of the map; over a city that is right to a thousandth.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.web.sensors.shapes import Drawing, Mark
from api.web.sensors.stations import STATUSES, Station
from schemas.districts import Outline

Box = tuple[float, float, float, float]  #: west, south, east, north; degrees
_Spot = tuple[Station, float, float]  #: a station and where it is drawn
#: Units of the drawing. On the narrowest screen one is four fifths of a pixel.
WIDTH = 360.0
_MARGIN = 12.0
_FOOT = 24.0  #: below the map, for scale bar and north arrow
_LOWEST, _HIGHEST = 140.0, 480.0
#: Stations nearer to each other than this share one mark: two on top of each other would look like one.
_CELL = 13.0
#: Nor may a mark with a number lie nearer to the next one: the number stands in it.
_APART = 21.0
_METRES = math.radians(1) * 6_371_008.8  #: of a degree of latitude, on a sphere of the earth's mean radius
_SMALLEST = 0.01  #: degrees that a map shows at least, however near its stations are
_SCALE = 0.3  #: share of the width that the scale bar takes at most


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """From degrees to units."""

    west: float
    north: float
    across: float  #: units for a degree of longitude
    down: float  #: units for a degree of latitude

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        return round(_MARGIN + (longitude - self.west) * self.across, 1), round(_MARGIN + (self.north - latitude) * self.down, 1)


def draw(stations: Sequence[Station], outlines: Sequence[Outline], city: Box | None) -> Drawing | None:
    """Background: the districts' outlines, else the city's box. None when there is nothing to show."""
    placed = [(each, each.longitude, each.latitude) for each in stations if each.longitude is not None and each.latitude is not None]
    ground = _bounds(point for each in outlines for ring in each.rings for point in ring) or city
    near = [(each, x, y) for each, x, y in placed if ground is None or _is_near(x, y, ground)]
    if not near:
        return None
    whole = _bounds([*((x, y) for _, x, y in near), *(_corners(ground) if ground else ())])
    assert whole is not None  # there is a point
    frame, height = _fitted(_at_least(whole))
    metres, units = _scale_bar(frame)
    return Drawing(
        width=WIDTH,
        height=height,
        areas=tuple(_areas(outlines, city, frame)),
        is_box=not outlines,
        marks=tuple(_marks(near, frame)),
        scale_units=units,
        scale_metres=metres,
        counts={status: sum(each.status == status for each in stations) for status in STATUSES},
        outside=len(placed) - len(near),
        unplaced=len(stations) - len(placed),
    )


def _bounds(points: Iterable[tuple[float, float]]) -> Box | None:
    found = list(points)
    if not found:
        return None
    longitudes, latitudes = zip(*found, strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _corners(box: Box) -> tuple[tuple[float, float], ...]:
    west, south, east, north = box
    return (west, south), (east, south), (east, north), (west, north)


def _is_near(longitude: float, latitude: float, ground: Box) -> bool:
    """Within half a city beside it: one wrong position must not shrink all others to a dot."""
    west, south, east, north = ground
    wide, high = (east - west) / 2, (north - south) / 2
    return west - wide <= longitude <= east + wide and south - high <= latitude <= north + high


def _at_least(box: Box) -> Box:
    west, south, east, north = box
    wide, high = max((_SMALLEST - (east - west)) / 2, 0), max((_SMALLEST - (north - south)) / 2, 0)
    return west - wide, south - high, east + wide, north + high


def _fitted(box: Box) -> tuple[_Frame, float]:
    """All of the box, within the width and the highest height; and the height that it takes."""
    west, south, east, north = box
    ratio = math.cos(math.radians((south + north) / 2))  # a degree of longitude is shorter
    down = min((WIDTH - 2 * _MARGIN) / ((east - west) * ratio), (_HIGHEST - 2 * _MARGIN - _FOOT) / (north - south))
    spare = (WIDTH - 2 * _MARGIN - (east - west) * ratio * down) / 2
    frame = _Frame(west=west - spare / (ratio * down), north=north, across=ratio * down, down=down)
    return frame, round(max((north - south) * down + 2 * _MARGIN + _FOOT, _LOWEST), 1)


def _scale_bar(frame: _Frame) -> tuple[int, float]:
    """The longest round length that fits: metres, units."""
    most = WIDTH * _SCALE / frame.down * _METRES
    step = 10 ** math.floor(math.log10(most))
    metres = next(int(each * step) or 1 for each in (5, 2, 1) if each * step <= most)
    return metres, round(metres / _METRES * frame.down, 1)


def _areas(outlines: Sequence[Outline], city: Box | None, frame: _Frame) -> Iterable[str]:
    if outlines:
        return ("".join(_path(ring, frame) for ring in each.rings) for each in outlines)
    return () if city is None else (_path(_corners(city), frame),)


def _path(ring: Iterable[tuple[float, float]], frame: _Frame) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in (frame.at(*point) for point in ring)) + "Z"


def _marks(placed: Iterable[tuple[Station, float, float]], frame: _Frame) -> Iterable[Mark]:
    """Of a cell the middle of its stations, and the status of the most alive one. Those that are over are drawn first: beneath."""
    cells: dict[tuple[int, int], list[_Spot]] = {}
    for station, longitude, latitude in placed:
        x, y = frame.at(longitude, latitude)
        cells.setdefault((int(x // _CELL), int(y // _CELL)), []).append((station, x, y))
    marks = [
        Mark(
            x=x,
            y=y,
            status=min((station.status for station, _, _ in each), key=STATUSES.index),
            names=tuple(sorted(station.name for station, _, _ in each)),
        )
        for (x, y), each in _apart(cells.values())
    ]
    return sorted(marks, key=lambda each: (-STATUSES.index(each.status), each.y, each.x))


def _apart(cells: Iterable[list[_Spot]]) -> Iterable[tuple[tuple[float, float], list[_Spot]]]:
    """Cells that would lie on each other come together where most stations are, so that every number can be read."""
    found: list[tuple[tuple[float, float], list[_Spot]]] = []
    near: dict[tuple[int, int], list[int]] = {}  # squares of the map -> numbers of marks in them
    for each in sorted(cells, key=lambda each: (-len(each), *_middle(each))):
        x, y = _middle(each)
        home = int(x // _APART), int(y // _APART)
        around = (near.get((home[0] + right, home[1] + down), ()) for right in (-1, 0, 1) for down in (-1, 0, 1))
        beside = [
            (distance, number)
            for numbers in around
            for number in numbers
            if (distance := math.dist((x, y), found[number][0])) < (_APART if len(found[number][1]) > 1 else _CELL)
        ]
        if beside:
            found[min(beside)[1]][1].extend(each)
        else:
            near.setdefault(home, []).append(len(found))
            found.append(((x, y), [*each]))
    return found


def _middle(spots: Sequence[_Spot]) -> tuple[float, float]:
    return round(math.fsum(x for _, x, _ in spots) / len(spots), 1), round(math.fsum(y for _, _, y in spots) / len(spots), 1)
