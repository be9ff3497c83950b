"""Merged cells: a table program keeps one value for all of them, in the first."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.dialect import BrokenFile
from harvesters.parsing import Cell
from harvesters.reading.lines import RawLine, Unusable

_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Rows and columns are counted from 1, the last ones belong to it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    value: Cell | Unusable = None

    @property
    def name(self) -> str:
        """As a table program shows it: B4:B7."""
        return f"{column_name(self.first_column)}{self.first_row}:{column_name(self.last_column)}{self.last_row}"


class Merges:
    """Those of a sheet that hold something, for rows that come from top to bottom."""

    def __init__(self, listed: Sequence[Merge] = ()) -> None:
        self._waiting = deque(sorted(listed, key=lambda each: (each.first_row, each.first_column)))
        self._here: list[Merge] = []

    def resolved(self, line: RawLine, header: Sequence[str], *, fill: bool) -> RawLine:
        """A data row with the value in each of the merged cells. Raises BrokenFile that names the cells when nobody declared that."""
        while self._waiting and self._waiting[0].first_row <= line.row:
            self._here.append(self._waiting.popleft())
        self._here = [each for each in self._here if each.last_row >= line.row]
        here = [each for each in self._here if each.first_column <= len(header)]
        if not here:
            return line
        if not fill:
            raise _undeclared([*here, *self._waiting], line.row)
        cells = [*line.cells, *[None] * (len(header) - len(line.cells))]
        for each in here:
            for column in range(each.first_column, min(each.last_column, len(header)) + 1):
                cells[column - 1] = each.value
        return RawLine(row=line.row, cells=cells)


def _undeclared(merges: Sequence[Merge], row: int) -> BrokenFile:
    more = f" und {len(merges) - _NAMED} weitere" if len(merges) > _NAMED else ""
    names = ", ".join(each.name for each in merges[:_NAMED])
    message = f'Im Datenbereich sind Zellen verbunden: {names}{more}. Gilt der Wert für jede von ihnen, sagt die Zuordnung merged = "fill".'
    return BrokenFile("merged-cells", message, row=row)


def column_name(number: int) -> str:
    """1 -> A, 27 -> AA."""
    name = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
