"""Where a meeting takes place: words for readers, and a position that is checked before anybody believes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.place import inside_city


@dataclass(frozen=True, kw_only=True)
class Position:
    """Degrees, CRS84. `swapped`: the source wrote latitude first."""

    longitude: float
    latitude: float
    swapped: bool = False


def position_of(location: Mapping[str, Any]) -> Position | None:
    """GeoJSON has longitude first (RFC 7946, 3.1.1), but the specification's own example of a meeting writes latitude first: what lies in
    the city only the other way round is turned. None for everything that does not lie in or beside the city."""
    shape = location.get("geojson")
    pair = shape.get("coordinates") if isinstance(shape, dict) else None
    if not isinstance(pair, list) or len(pair) < 2 or not all(_is_number(each) for each in pair[:2]):
        return None
    first, second = float(pair[0]), float(pair[1])
    if inside_city(first, second):
        return Position(longitude=first, latitude=second)
    return Position(longitude=second, latitude=first, swapped=True) if inside_city(second, first) else None


def place_of(location: Mapping[str, Any]) -> str:
    """`Rathaus, Großer Ratssaal`: the description, or what there is of room and address."""
    said = _text(location, "description")
    room = _text(location, "room")
    if said:
        return said if not room or room in said else f"{said}, {room}"
    town = " ".join(filter(None, (_text(location, "postalCode"), _text(location, "locality"))))
    return ", ".join(filter(None, (room, _text(location, "streetAddress"), town)))


def has_address(location: Mapping[str, Any]) -> bool:
    return any(_text(location, name) for name in ("streetAddress", "room", "postalCode"))


def _text(found: Mapping[str, Any], name: str) -> str:
    said = found.get(name)
    return " ".join(said.split()) if isinstance(said, str) else ""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
