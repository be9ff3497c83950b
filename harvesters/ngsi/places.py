"""Where an entity is: GeoJSON geometries and the texts of NGSIv2, as one point."""

import math
import re
from collections.abc import Mapping
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape

from harvesters.ngsi.values import plain

_PAIR = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", re.ASCII)
_MOST_POINTS = 10_000

Point = tuple[float, float]


class Unreadable(ValueError):
    """A location that is none."""


def point_of(attribute: object) -> tuple[Point, str] | None:
    """(x, y) as GeoJSON orders them, and the name of the geometry if it is no point; None when nothing is said. Raises Unreadable."""
    value = plain(attribute)
    if value in (None, "", [], {}):
        return None
    kind = attribute.get("type", "") if isinstance(attribute, dict) else ""
    if isinstance(value, str):  # geo:point, and key-values of it
        return _turned(value), ""
    if isinstance(value, list) and str(kind).startswith("geo:"):
        return _middle(_closed(kind, [_turned(each) for each in value[:_MOST_POINTS]]))
    if isinstance(value, dict):
        return _of_geometry(value)
    raise Unreadable


def _turned(said: object) -> Point:
    """NGSIv2 writes latitude first."""
    found = _PAIR.fullmatch(said) if isinstance(said, str) else None
    if found is None:
        raise Unreadable
    return float(found[2]), float(found[1])


def _closed(kind: object, points: list[Point]) -> Mapping[str, Any]:
    if kind == "geo:box" and len(points) == 2:
        (west, south), (east, north) = points
        return {"type": "Polygon", "coordinates": [[(west, south), (east, south), (east, north), (west, north), (west, south)]]}
    return {"type": "Polygon", "coordinates": [points]} if kind == "geo:polygon" else {"type": "LineString", "coordinates": points}


def _of_geometry(value: Mapping[str, Any]) -> tuple[Point, str]:
    geometry = value.get("geometry") if value.get("type") == "Feature" else value
    if not isinstance(geometry, dict):
        raise Unreadable
    if geometry.get("type") == "Point":
        return _pair(geometry.get("coordinates")), ""
    return _middle(geometry)


def _pair(said: object) -> Point:
    if not isinstance(said, list | tuple) or not 2 <= len(said) <= 3:
        raise Unreadable
    x, y = said[:2]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in (x, y)):
        raise Unreadable
    return float(x), float(y)


def _middle(geometry: Mapping[str, Any]) -> tuple[Point, str]:
    """A point on the line or within the area, whichever shape that has; always the same for the same geometry."""
    try:
        found = shape(geometry)
        on_it = found.interpolate(0.5, normalized=True) if found.geom_type == "LineString" else found.representative_point()
        x, y = round(on_it.x, 7), round(on_it.y, 7)
    except (ShapelyError, AttributeError, KeyError, TypeError, ValueError, IndexError):
        raise Unreadable from None
    return (x, y), str(geometry["type"])
