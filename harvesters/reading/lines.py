"""Rows on their way from a reader to the mapping. Row numbers are those a table program shows: blank rows count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harvesters.parsing import Cell, NumberStyle
from harvesters.record import Problem


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """Stands where a cell holds something that is no value."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class RawLine:
    """A row as the file has it; `cells` may be fewer or more than the header has."""

    row: int
    cells: Sequence[Cell | Unusable]

    @property
    def is_blank(self) -> bool:
        return all(map(blank, self.cells))

    @property
    def beginning(self) -> str:
        """The first cell that holds something, as text."""
        return next((str(each).strip() for each in self.cells if not isinstance(each, Unusable) and not blank(each)), "")

    @property
    def texts(self) -> list[str]:
        """The cells as text, for comparison with names; "" for what is none."""
        return ["" if each is None or isinstance(each, Unusable) else str(each).strip() for each in self.cells]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record of a file: cells in the order of the header."""

    row: int
    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Note:
    """What was found out about a file, or left out of it: a person should be able to see it."""

    code: str
    message: str
    row: int | None = None
    rows: int = 0  #: how many rows were left out


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`lines` is read while it is walked, and may raise BrokenFile; notes among them tell what was left out."""

    header: tuple[str, ...]
    lines: Iterator[Line | Note]
    numbers: NumberStyle
    header_row: int = 0  #: 0: there is none (JSON)
    notes: tuple[Note, ...] = ()


def blank(cell: Cell | Unusable) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
