"""Where a feature lies: any geometry as one position in degrees."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pyproj import CRS
from shapely.errors import ShapelyError
from shapely.geometry import shape

from schemas.crs import CRS84, READ_OTHERWISE, Misplaced, UnknownCrs, crs_of, derivation, placed
from schemas.errors import WrongValue

_INSIDE = {
    "LineString": "Punkt auf der Linie der Quelle",
    "MultiLineString": "Punkt auf der Linie der Quelle",
    "Polygon": "Punkt in der Fläche der Quelle",
    "MultiPolygon": "Punkt in der Fläche der Quelle",
    "MultiPoint": "einer der Punkte der Quelle",
}


@dataclass(frozen=True, kw_only=True)
class Axes:
    """In which system numbers stand, and in which order."""

    crs: str  #: as `schemas.crs.crs_of` names it
    north_first: bool = False


@dataclass(frozen=True, kw_only=True)
class Spot:
    longitude: float | None = None  #: degrees, CRS84
    latitude: float | None = None
    basis: str = ""  #: German
    remark: str = ""  #: of `schemas.crs.Placed`


NOWHERE = Spot()
DEGREES = Axes(crs=CRS84)


def axes_by_authority(declared: str) -> Axes:
    """As `Content-Crs` of OGC API Features, Part 2, means it: the order is the one its authority declares, so EPSG:4258 gives latitude
    first (measured: reference/sensors/crs.md, section 3). Raises UnknownCrs."""
    name = crs_of(declared.strip().removeprefix("<").removesuffix(">"))
    return Axes(crs=name, north_first=CRS.from_user_input(name).axis_info[0].direction.lower() == "north")


def axes_east_first(declared: str) -> Axes:
    """As GeoJSON writes coordinates, whatever an authority declares (GeoJSON 2008, section 2.1.1; RFC 7946, 3.1.1). Raises UnknownCrs."""
    return Axes(crs=crs_of(declared))


def spot_of(geometry: object, axes: Axes) -> Spot:
    """Raises WrongValue; nothing for a feature without geometry."""
    if geometry is None:
        return NOWHERE
    kind, x, y = _point(geometry)
    return spot_at(*((y, x) if axes.north_first else (x, y)), axes.crs, basis=_INSIDE.get(kind, ""))


def spot_at(x: float, y: float, crs: str, *, basis: str = "") -> Spot:
    """x: easting or longitude. [0, 0] is no place. Raises WrongValue."""
    if x == 0 and y == 0:
        return NOWHERE
    try:
        found = placed(x, y, crs)
    except (Misplaced, UnknownCrs) as error:
        raise WrongValue(f"»geometry«: {error}") from error
    said = "; ".join(each for each in (basis, READ_OTHERWISE.get(found.remark, ""), derivation(crs)) if each)
    return Spot(longitude=found.longitude, latitude=found.latitude, basis=said, remark=found.remark)


def _point(geometry: object) -> tuple[str, float, float]:
    if not isinstance(geometry, Mapping):
        raise WrongValue("»geometry«")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return "Point", *_pair(coordinates)
    if kind not in _INSIDE:
        raise WrongValue("»geometry«")
    try:
        inside = shape({"type": kind, "coordinates": coordinates}).representative_point()
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        raise WrongValue("»geometry«") from error
    if inside.is_empty:
        raise WrongValue("»geometry«")
    return str(kind), *_pair([inside.x, inside.y])


def _pair(found: object) -> tuple[float, float]:
    if not isinstance(found, list) or len(found) < 2:
        raise WrongValue("»geometry«")
    x, y = found[0], found[1]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in (x, y)):
        raise WrongValue("»geometry«")
    return float(x), float(y)
