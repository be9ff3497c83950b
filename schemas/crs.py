"""Coordinates as German sources give them, as positions in CRS84 (degrees, longitude first).

Facts: reference/sensors/crs.md (measured with pyproj 3.7.2, PROJ 9.5.1). One function per question, `always_xy` everywhere: x is easting or
longitude, y northing or latitude, whatever order an authority declares. Gauss-Krüger goes through ETRS89 / UTM 32N: three to four times
nearer than PROJ's direct way while the grid BETA2007 is not installed, and the same with it.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from pyproj import CRS, Transformer, datadir
from pyproj.exceptions import CRSError, ProjError

from schemas.place import KAISERSLAUTERN, PLAUSIBLE_BOX

CRS84 = "OGC:CRS84"
UTM32 = "EPSG:25832"
#: Where Debian's `proj-data` puts the grid between Gauss-Krüger and ETRS89.
GRID = Path("/usr/share/proj/BETA2007.gsb")
#: Names that PROJ does not know (crs.md, section 3); heights behind a `*` say nothing of the position.
_ALIASES = {"urn:adv:crs:etrs89_utm32": UTM32, "crs:84": CRS84, "crs84": CRS84}
_GML_NAME = re.compile(r"https?://www\.opengis\.net/gml/srs/epsg\.xml#([0-9]{4,6})", re.ASCII | re.IGNORECASE)
#: Codes, URNs and addresses; no definitions, which PROJ would read as well.
_NAME = re.compile(r"[A-Za-z0-9:/._#-]{4,100}", re.ASCII)
_DEGREES = frozenset({CRS84, "EPSG:4326", "EPSG:4258"})
_GAUSS_KRUEGER = frozenset({31466, 31467, 5676, 5677})
#: The number of the zone before the easting, in metres: what people forget and what they add.
_ZONES = {4647: 32_000_000.0, 5652: 32_000_000.0, 31466: 2_000_000.0, 5676: 2_000_000.0, 31467: 3_000_000.0, 5677: 3_000_000.0}
#: Decimals of a degree: about a centimetre.
_DECIMALS = 7
_MIDDLE = KAISERSLAUTERN.centroid or (0.0, 0.0)


#: What `Placed.remark` says, for the row.
READ_OTHERWISE = {
    "swapped-axes": "Achsen der Quelle vertauscht gelesen",
    "zone-missing": "fehlende Zone ergänzt",
    "zone-added": "Zone vor dem Rechtswert abgezogen",
}


class UnknownCrs(ValueError):
    """A name of which nobody knows which CRS it means."""


class Misplaced(ValueError):
    """Numbers that are no plausible position, or could be two. The text is a German sentence without the numbers."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A position, and how it came about."""

    longitude: float  #: degrees, CRS84
    latitude: float
    accuracy: float  #: metres, of the way between the two systems; what the source measured is another matter
    remark: str = ""  #: `swapped-axes`, `zone-missing`, `zone-added`: what was read otherwise than declared


@lru_cache(maxsize=256)  # with every position comes its name, mostly the same
def crs_of(declared: str) -> str:
    """`EPSG:25832` or `OGC:CRS84` for any name German services use. Raises UnknownCrs."""
    name = declared.strip().partition("*")[0]
    if found := _ALIASES.get(name.lower()):
        return found
    if not _NAME.fullmatch(name):
        raise UnknownCrs(f"Das Koordinatensystem »{name[:100]}« ist unbekannt.")
    gml = _GML_NAME.fullmatch(name)
    return _known(f"EPSG:{gml[1]}" if gml else name)


@cache
def _known(name: str) -> str:
    try:
        crs = CRS.from_user_input(name)
    except CRSError:
        raise UnknownCrs(f"Das Koordinatensystem »{name[:100]}« ist unbekannt.") from None
    authority = crs.to_authority()
    if authority is None or authority[0] not in ("EPSG", "OGC"):
        raise UnknownCrs(f"Das Koordinatensystem »{name[:100]}« ist unbekannt.")
    return ":".join(authority)


def transformed(x: float, y: float, source: str, target: str) -> tuple[float, float]:
    """From one CRS to another, by the names of `crs_of`. Raises UnknownCrs; Misplaced for what lies outside of a system's own area."""
    for step in _steps(crs_of(source), crs_of(target)):
        try:
            x, y = step.transform(x, y, errcheck=True)
        except ProjError:
            raise Misplaced("Diese Zahlen liegen außerhalb des angegebenen Koordinatensystems.") from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise Misplaced("Diese Zahlen liegen außerhalb des angegebenen Koordinatensystems.")
    return x, y


def to_crs84(x: float, y: float, declared: str) -> tuple[float, float]:
    """(longitude, latitude) in degrees. Raises as `transformed`."""
    return transformed(x, y, declared, CRS84)


def bounds_to_crs84(bounds: tuple[float, float, float, float], declared: str) -> tuple[float, float, float, float]:
    """West, south, east, north that hold the whole rectangle, whose edges are curves in degrees. Raises as `transformed`."""
    west, south, east, north = bounds
    source = crs_of(declared)
    for step in _steps(source, CRS84):
        west, south, east, north = step.transform_bounds(west, south, east, north, densify_pts=21, errcheck=True)
    return west, south, east, north


def accuracy_of(declared: str) -> float:
    """Metres between a position and what we make of it, as PROJ states for the best way that is installed here."""
    return sum(_accuracy(*way) for way in _ways(crs_of(declared), CRS84))


@cache
def derivation(declared: str) -> str:
    """How a position came about that somebody surveyed in another datum, in German, with its accuracy; "" for systems that differ from
    CRS84 by less than anybody sees. Raises UnknownCrs."""
    source = crs_of(declared)
    if int(source.partition(":")[2] if source.startswith("EPSG:") else 0) not in _GAUSS_KRUEGER:
        return ""
    grid = "mit" if has_grid() else "ohne"
    return f"aus Gauß-Krüger ({source}) umgerechnet, {grid} BETA2007, auf etwa {math.ceil(accuracy_of(source))} m genau"


def placed(x: float, y: float, declared: str, *, box: tuple[float, float, float, float] = PLAUSIBLE_BOX) -> Placed:
    """Where this is, if it can be in `box` (degrees: west, south, east, north). Swapped axes and a missing or added zone are seen where
    exactly one reading lies inside. Raises UnknownCrs, Misplaced."""
    source = crs_of(declared)
    found: dict[tuple[float, float], str] = {}
    for place, remark in _readings(x, y, source):
        if _inside(place, box):
            found[place] = remark
            if not remark:  # as declared, and it can be: nobody has to guess
                break
    else:
        if len(found) > 1:
            raise Misplaced("Diese Zahlen lassen sich auf mehr als eine Weise lesen; die Quelle muss sagen, was gilt.")
        if not found:
            raise Misplaced(f"Diese Position liegt nicht im Gebiet.{_hint(x, y, source)}")
    (longitude, latitude), remark = next(iter(found.items()))
    return Placed(longitude=longitude, latitude=latitude, accuracy=accuracy_of(source), remark=remark)


def suggestion(x: float, y: float) -> str:
    """Name of the CRS whose numbers in and around the city look like these (crs.md, section 4); "" for none. A hint, never a reading."""
    for name, (west, south, east, north) in _SIGNATURES.items():
        if west <= x <= east and south <= y <= north:
            return name
    return ""


_SIGNATURES = {
    UTM32: (3.6e5, 5.4e6, 4.6e5, 5.6e6),
    "EPSG:4647": (32.3e6, 5.4e6, 32.5e6, 5.6e6),
    "EPSG:31466": (2.5e6, 5.4e6, 2.7e6, 5.6e6),
    "EPSG:31467": (3.3e6, 5.4e6, 3.5e6, 5.6e6),
    CRS84: (-20.0, 47.0, 20.0, 56.0),
}


def _hint(x: float, y: float, source: str) -> str:
    likely = suggestion(x, y)
    same = likely == source or {likely, source} <= _DEGREES
    return f" Solche Zahlen hat sonst {likely}." if likely and not same else ""


def _readings(x: float, y: float, source: str) -> Iterator[tuple[tuple[float, float], str]]:
    """Positions that the numbers may mean, as declared first."""
    number = int(source.partition(":")[2]) if source.startswith("EPSG:") else 0
    zone = _ZONES.get(number)
    readings = [(x, y, source, ""), (y, x, source, "swapped-axes")]
    if zone is not None:
        readings += [(x + zone, y, source, "zone-missing"), (y + zone, x, source, "zone-missing")]
    if number == 25832:
        readings += [(x, y, "EPSG:4647", "zone-added")]
    for east, north, crs, remark in readings:
        try:
            longitude, latitude = to_crs84(east, north, crs)
        except Misplaced:
            continue
        yield (round(longitude, _DECIMALS), round(latitude, _DECIMALS)), remark


def _inside(place: tuple[float, float], box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return west <= place[0] <= east and south <= place[1] <= north


@lru_cache(maxsize=64)
def _ways(source: str, target: str) -> tuple[tuple[str, str], ...]:
    """Gauss-Krüger to anything but UTM 32N takes the way through it."""
    ends = {int(each.partition(":")[2]) for each in (source, target) if each.startswith("EPSG:")}
    if ends & _GAUSS_KRUEGER and UTM32 not in (source, target):
        return (source, UTM32), (UTM32, target)
    return ((source, target),)


def _steps(source: str, target: str) -> Iterator[Transformer]:
    return (_transformer(*way) for way in _ways(source, target))


@lru_cache(maxsize=64)  # building one costs a thousand times what using it does
def _transformer(source: str, target: str) -> Transformer:
    _use_grid()
    return Transformer.from_crs(source, target, always_xy=True)


@lru_cache(maxsize=64)
def _accuracy(source: str, target: str) -> float:
    """PROJ chooses the way by the place, and tells only after having gone it: so this goes it once, in the middle of the city."""
    there = _transformer(CRS84, source).transform(*_MIDDLE)
    way = Transformer.from_crs(source, target, always_xy=True)
    way.transform(*there)
    if way.accuracy >= 0:  # there was nothing to choose from
        return float(way.accuracy)
    return max(float(way.get_last_used_operation().accuracy), 0.0)


@cache
def _use_grid() -> bool:
    """Whether the grid is there; PROJ is told of it once."""
    if not GRID.is_file():
        return False
    datadir.append_data_dir(str(GRID.parent))
    return True


def has_grid() -> bool:
    """Whether Gauss-Krüger is read with BETA2007."""
    return _use_grid()
