"""Districts by point in polygon: boundaries as a GeoJSON file (RFC 7946: CRS84, longitude first) that belongs to the configuration.

Distances are those in a plane that touches the earth at the middle of the file (lengths of a degree after the WGS 84 ellipsoid). Over a
city the error stays under a thousandth, so a tolerance of 20 metres is right to two centimetres, and no projection has to be loaded.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from schemas.districts import Assigned, Outline
from schemas.errors import ConfigurationError
from schemas.names import slug
from schemas.place import PLAUSIBLE_BOX

#: Metres by which a point may lie outside all districts and still belong to the one beside it.
TOLERANCE_METRES = 20.0
_KEY = re.compile(r"[a-z0-9][a-z0-9._:-]{1,127}", re.ASCII)
_LARGEST = 50_000_000  #: bytes
#: Names that older GeoJSON gives the only reference system it may have today.
_CRS84 = re.compile(r"urn:ogc:def:crs:OGC:(1\.3)?:CRS84|urn:ogc:def:crs:EPSG::4326|EPSG:4326", re.IGNORECASE)
Box = tuple[float, float, float, float]  #: west, south, east, north; degrees


@dataclass(frozen=True)
class _Plane:
    """Degrees to metres from the middle of the boundaries."""

    longitude: float
    latitude: float

    @property
    def scale(self) -> tuple[float, float]:
        """Metres per degree of longitude and of latitude here: WGS 84 (semi-major axis, first eccentricity squared)."""
        axis, squared = 6378137.0, 0.00669437999014
        sine = math.sin(math.radians(self.latitude))
        bent = 1 - squared * sine**2
        east = axis * math.cos(math.radians(self.latitude)) / math.sqrt(bent)
        return math.radians(east), math.radians(axis * (1 - squared) / bent**1.5)

    def metres(self, degrees: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """n × 2, longitude first."""
        moved: np.ndarray[Any, np.dtype[np.float64]] = (degrees - (self.longitude, self.latitude)) * self.scale
        return moved


class Boundaries:
    """`schemas.districts.Districts` over polygons.

    A point belongs to the district that holds it, however near the neighbour is; outside all of them to the only one within the
    tolerance. In a gap between two it belongs to none: nobody can tell. Where two overlap by no more than the tolerance, the first in
    the order of ids has it."""

    def __init__(self, areas: Mapping[str, BaseGeometry], *, tolerance_metres: float = TOLERANCE_METRES) -> None:
        """`areas`: district id → valid polygon or multipolygon in degrees; at least one."""
        self.ids = tuple(sorted(areas))
        west, south, east, north = shapely.total_bounds([areas[each] for each in self.ids])
        self._plane = _Plane((west + east) / 2, (south + north) / 2)
        self._areas = [shapely.transform(areas[each], self._plane.metres) for each in self.ids]
        shapely.prepare(self._areas)
        self._tree = shapely.STRtree(self._areas)
        self._tolerance = tolerance_metres

    def __repr__(self) -> str:
        """The same for the same borders, in every process."""
        drawn = hashlib.sha256(b"".join(shapely.to_wkb(self._areas)))
        return f"Boundaries({self.ids!r}, {drawn.hexdigest()!r}, {self._tolerance!r})"

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        """The district of a position (degrees, CRS84). None: outside, between two, or no position at all (NaN, infinite)."""
        if not (math.isfinite(longitude) and math.isfinite(latitude)):
            return None
        point = shapely.points(self._plane.metres(np.array([[longitude, latitude]]))[0])
        holding = self._tree.query(point, predicate="intersects")
        if holding.size:
            return Assigned(district_id=self.ids[int(holding.min())], basis="calculated")
        near = self._tree.query(point, predicate="dwithin", distance=self._tolerance)
        return Assigned(district_id=self.ids[int(near[0])], basis="calculated") if near.size == 1 else None

    def outlines(self, *, metres: float = 40.0) -> tuple[Outline, ...]:
        """The borders with as few corners as do for a map: none of them is off by more than `metres`."""
        return tuple(
            Outline(district_id=key, rings=tuple(self._rings(shapely.simplify(area, metres))))
            for key, area in zip(self.ids, self._areas, strict=True)
        )

    def _rings(self, area: BaseGeometry) -> Iterator[tuple[tuple[float, float], ...]]:
        for ring in shapely.get_rings(shapely.get_parts(area)):
            degrees = shapely.get_coordinates(ring) / self._plane.scale + (self._plane.longitude, self._plane.latitude)
            yield tuple((round(float(x), 5), round(float(y), 5)) for x, y in degrees)

    def overlaps(self) -> Iterator[tuple[str, str]]:
        """Pairs of ids whose districts share more than a border of the tolerance's width."""
        for one, other in sorted((int(a), int(b)) for a, b in self._tree.query(self._areas, predicate="intersects").T if a < b):
            shared = shapely.intersection(self._areas[one], self._areas[other])
            if not shapely.buffer(shared, -max(self._tolerance, 1.0)).is_empty:
                yield self.ids[one], self.ids[other]


def load_boundaries(
    path: Path, *, id_property: str = "id", tolerance_metres: float = TOLERANCE_METRES, box: Box = PLAUSIBLE_BOX
) -> Boundaries:
    """Boundaries from a GeoJSON FeatureCollection of polygons. The id stands in `id_property` of each feature (`"id"`: also in its own
    `id`); a name there becomes one (`Mölschbach` → `moelschbach`). Raises ConfigurationError that says what is wrong and where."""
    place = path.name
    areas: dict[str, BaseGeometry] = {}
    for number, feature in enumerate(_features(path), start=1):
        where = f"{place}, Gebiet {number}"
        key = _key(feature, id_property, where)
        if key in areas:
            raise ConfigurationError(f"{where}: Die Kennung »{key}« gibt es schon. Ein Gebiet aus Teilen ist ein MultiPolygon.")
        areas[key] = _area(feature.get("geometry"), f"{where} (»{key}«)")
    if not shapely.box(*box).intersects(shapely.box(*shapely.total_bounds(list(areas.values())))):
        raise ConfigurationError(f"{place}: Die Gebiete liegen nicht in oder bei der Stadt. Stehen Länge und Breite in dieser Reihenfolge?")
    found = Boundaries(areas, tolerance_metres=tolerance_metres)
    for one, other in found.overlaps():
        raise ConfigurationError(f"{place}: Die Gebiete »{one}« und »{other}« überschneiden sich. In die Datei gehört nur eine Ebene.")
    return found


def _features(path: Path) -> list[Mapping[str, Any]]:
    place = path.name
    content = _content(path)
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise ConfigurationError(f"{place}: Das ist keine GeoJSON-Datei mit Gebieten (FeatureCollection).")
    if content.get("crs") is not None and not _is_crs84(content["crs"]):
        raise ConfigurationError(
            f"{place}: Gebraucht werden Grad in WGS 84 (CRS84, Länge zuerst); die Datei nennt ein anderes Bezugssystem."
        )
    features = content.get("features")
    if not isinstance(features, list) or not features:
        raise ConfigurationError(f"{place}: Die Datei enthält keine Gebiete.")
    if not all(isinstance(each, dict) for each in features):
        raise ConfigurationError(f"{place}: Ein Eintrag unter features ist kein Gebiet.")
    return features


def _content(path: Path) -> object:
    try:
        raw = path.read_bytes()
        if len(raw) > _LARGEST:
            raise ConfigurationError(f"{path.name}: Die Datei ist größer als {_LARGEST // 1_000_000} MB.")
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except OSError as error:
        raise ConfigurationError(f"Die Datei mit den Grenzen {path} kann nicht gelesen werden: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:  # JSON and UTF-8
        raise ConfigurationError(f"{path.name}: Das ist kein gültiges JSON in UTF-8.") from error


def _no_number(text: str) -> float:
    raise ValueError(text)


def _is_crs84(crs: object) -> bool:
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and _CRS84.fullmatch(name) is not None


def _key(feature: Mapping[str, Any], id_property: str, where: str) -> str:
    properties = feature.get("properties")
    value = properties.get(id_property) if isinstance(properties, dict) else None
    if value is None and id_property == "id":
        value = feature.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ConfigurationError(f"{where}: Die Eigenschaft »{id_property}« mit der Kennung fehlt ([districts] id_property).")
    text = str(value).strip()
    key = text if _KEY.fullmatch(text) else slug(text)
    if not key:
        raise ConfigurationError(f"{where}: Aus »{text}« wird keine Kennung.")
    return key


def _area(geometry: object, where: str) -> BaseGeometry:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ConfigurationError(f"{where}: Gebraucht wird ein Polygon oder MultiPolygon.")
    try:
        area: BaseGeometry = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except shapely.errors.GEOSException as error:
        raise ConfigurationError(f"{where}: Die Koordinaten sind nicht lesbar.") from error
    if area.is_empty:
        raise ConfigurationError(f"{where}: Das Gebiet ist leer.")
    west, south, east, north = area.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ConfigurationError(f"{where}: Die Koordinaten sind keine Grad (WGS 84).")
    if not area.is_valid:
        raise ConfigurationError(f"{where}: Die Grenze ist keine saubere Fläche ({shapely.is_valid_reason(area)}).")
    return area
