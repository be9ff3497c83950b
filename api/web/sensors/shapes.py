"""What a map is made of when it is written as SVG."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Mark:
    x: float
    y: float
    status: str
    names: tuple[str, ...]  #: of the stations it stands for


@dataclass(frozen=True, kw_only=True)
class Drawing:
    width: float
    height: float
    areas: tuple[str, ...]  #: SVG paths of the districts, or of the city's box
    is_box: bool  #: the area is a box, no boundary
    marks: tuple[Mark, ...]
    scale_units: float  #: length of the scale bar
    scale_metres: int
    counts: Mapping[str, int]  #: status -> stations, those on the map and those beside it
    outside: int  #: stations too far off to be drawn
    unplaced: int  #: stations whose position nobody states

    @property
    def shown(self) -> int:
        return sum(len(each.names) for each in self.marks)
