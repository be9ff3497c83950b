"""In which district a place lies."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A district and how it was found."""

    district_id: str
    basis: str = "calculated"  #: code of `district_basis` in the common model


class Districts(Protocol):
    """Boundaries of the city's districts."""

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        """Degrees in CRS84; None outside of all of them."""
        ...
