"""Where the rows of a data set lie, as a place: pure.

Box and centroid in CRS84 are what DCAT-AP 2 and 3 and CKAN all read (reference/sensors/mapping.md, section 3). A box without an area is no
polygon: equal points, or points on one line, have a centroid only.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from catalog.plan import PublishedRow
from schemas.model import Place
from schemas.row import Value
from schemas.table import Table
from schemas.values import Text

_PLACES = 6  #: decimals that are published: a tenth of a metre
Position = tuple[float, float]


def extent(table: Table, rows: Iterable[PublishedRow], around: Place) -> Place | None:
    """The smallest box around the positions of the rows, within the named place `around`, whose IRIs stay. None without a position."""
    longitude, latitude = (_field(table, kind) for kind in ("longitude", "latitude"))
    if not longitude or not latitude:
        return None
    found = {_position(each.row.values.get(longitude), each.row.values.get(latitude)) for each in rows}
    positions = [each for each in found if each is not None]
    if not positions:
        return None
    title = Text(de=f"Messstellen in {around.title.de}", en=f"Stations in {around.title.in_language('en')}")
    return replace(around, title=title, bbox=_box(positions), centroid=_middle(positions))


def _field(table: Table, kind: str) -> str:
    return next((each.name for each in table.fields if each.kind == kind), "")


def _position(longitude: Value, latitude: Value) -> Position | None:
    """Rounded as it is published, so that two points that look equal are."""
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):  # NaN is neither
        return None
    return round(float(longitude), _PLACES), round(float(latitude), _PLACES)


def _box(positions: Iterable[Position]) -> tuple[float, float, float, float] | None:
    longitudes, latitudes = zip(*positions, strict=True)
    west, south, east, north = min(longitudes), min(latitudes), max(longitudes), max(latitudes)
    return (west, south, east, north) if west < east and south < north else None


def _middle(positions: list[Position]) -> Position:
    """Of the distinct positions; the same in whatever order they come."""
    longitudes, latitudes = zip(*positions, strict=True)
    return round(math.fsum(longitudes) / len(positions), _PLACES), round(math.fsum(latitudes) / len(positions), _PLACES)
