"""In which district a place lies."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A district and how it was found."""

    district_id: str
    basis: str = "calculated"  #: code of `district_basis` in the common model


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The border of a district, fit to be drawn and not to be measured."""

    district_id: str
    rings: tuple[tuple[tuple[float, float], ...], ...]  #: longitude, latitude in degrees, CRS84; outer and inner ones


class Districts(Protocol):
    """Boundaries of the city's districts."""

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        """Degrees in CRS84; None outside of all of them."""
        ...
