"""Where a data set is about, as a rectangle in degrees (CRS84): from WKT, GeoJSON and lists of four numbers."""

import json
import math
import re
from collections.abc import Iterator

Bbox = tuple[float, float, float, float]
_LONGEST = 1_000_000  #: characters of a geometry: borders of a Land are written out in some catalogues
_NUMBER = r"[-+]?\d{1,4}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,2})?"
_PAIR = re.compile(rf"({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})?\s*(?=[,)])", re.ASCII)
_WKT = re.compile(r"\s*(?:<([^<>]{1,200})>\s*)?(?:SRID=4326;)?\s*(?:MULTI)?(?:POLYGON|POINT|LINESTRING)\s*Z?\s*\(", re.IGNORECASE)
_ENVELOPE = re.compile(rf"\s*ENVELOPE\s*\(\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\)\s*", re.ASCII | re.I)
_FOUR = re.compile(rf"\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})\s*,\s*({_NUMBER})\s*", re.ASCII)
_DEGREES = ("CRS84", "4326")


def bbox_of(text: str) -> Bbox | None:
    """None for what is no place on earth, or in another coordinate system. Axes: longitude first, but for a WKT that names EPSG 4326."""
    if len(text) > _LONGEST:
        return None
    if found := _FOUR.fullmatch(text):  # Project Open Data 1.1: west, south, east, north
        return _sane(*map(float, found.groups()))
    if found := _ENVELOPE.fullmatch(text):  # west, east, north, south
        west, east, north, south = map(float, found.groups())
        return _sane(west, south, east, north)
    if found := _WKT.match(text):
        system = found[1] or "CRS84"
        pairs = [(float(x), float(y)) for x, y in _PAIR.findall(text)]
        if not any(each in system for each in _DEGREES):
            return None
        return _around([(x, y) for y, x in pairs] if "4326" in system else pairs)
    return _around(list(_geojson(text))) if text.lstrip().startswith("{") else None


def _geojson(text: str) -> Iterator[tuple[float, float]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return
    open_ = [content.get("coordinates") if isinstance(content, dict) else None]
    while open_:
        value = open_.pop()
        if not isinstance(value, list):
            continue
        if len(value) >= 2 and all(isinstance(each, int | float) and not isinstance(each, bool) for each in value[:2]):
            # Numbers of any length may stand in JSON.
            yield tuple(float(each) if abs(each) < 1000 else math.inf for each in value[:2])  # type: ignore[misc]  # two of them
        else:
            open_ += value


def _around(points: list[tuple[float, float]]) -> Bbox | None:
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return _sane(min(xs), min(ys), max(xs), max(ys))


def _sane(west: float, south: float, east: float, north: float) -> Bbox | None:
    inside = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if inside else None
