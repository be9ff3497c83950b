"""A sheet of a workbook as it comes back from the child process that unpacked it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from catalog.dialect import LONGEST_CELL, BrokenFile
from harvesters.parsing import Cell
from harvesters.reading.lines import RawLine, Unusable, blank
from harvesters.reading.merged import Merge

#: What table programs can show.
_ROWS, _COLUMNS = 1_048_576, 16_384
#: Cells with content, and characters in them: what a harvesting process holds at a time.
_CELLS = 2_000_000
_CHARACTERS = 50_000_000
_MERGES = 100_000
CELL_ERROR = Unusable(code="cell-error", message="Die Zelle zeigt einen Fehler (wie #NV oder #BEZUG!).")
NO_RESULT = Unusable(
    code="formula-without-value",
    message="Die Zelle enthält eine Formel ohne gespeichertes Ergebnis; bitte mit Excel oder LibreOffice öffnen und speichern.",
)
_DURATION = Unusable(code="duration", message="Die Zelle enthält eine Zeitdauer, keine Uhrzeit.")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rows that hold something, from top to bottom; row numbers and columns are counted from 1."""

    sheet: str
    rows: Sequence[RawLine]
    merges: Sequence[Merge] = ()
    hidden_rows: Sequence[tuple[int, int]] = ()  #: (first, last)
    hidden_columns: Sequence[int] = ()
    hidden_sheets: Sequence[str] = ()  #: names, this one may be among them
    percent_columns: Sequence[int] = ()  #: where cells show 12,5 % and hold 0.125
    epoch: int = 1900  #: the year that day numbers are counted from, 1900 or 1904


@dataclass
class GridBuilder:
    """Takes a sheet cell by cell, within limits."""

    rows: list[RawLine] = field(default_factory=list)
    _cells: list[Cell | Unusable] = field(default_factory=list)
    _count: int = 0
    _characters: int = 0

    def put(self, column: int, cell: Cell | Unusable) -> None:
        """`column`: counted from 1. Raises BrokenFile that names the limit."""
        if blank(cell):
            return
        if column > _COLUMNS:
            raise BrokenFile("too-large", f"Die Tabelle hat mehr als {_thousands(_COLUMNS)} Spalten.")
        self._count += 1
        self._characters += len(cell) if isinstance(cell, str) else 0
        if isinstance(cell, str) and len(cell) > LONGEST_CELL:
            raise BrokenFile("cell-too-long", f"Eine Zelle ist länger als {_thousands(LONGEST_CELL)} Zeichen.")
        if self._count > _CELLS:
            raise BrokenFile("too-large", f"Die Tabelle hat mehr als {_thousands(_CELLS)} gefüllte Zellen.")
        if self._characters > _CHARACTERS:
            raise BrokenFile("too-large", f"Die Tabelle enthält mehr als {_thousands(_CHARACTERS)} Zeichen.")
        self._cells.extend([None] * (column - len(self._cells)))
        self._cells[column - 1] = cell

    def end_row(self, row: int, *, times: int = 1) -> None:
        """`times`: how often this row stands there, from `row` on."""
        cells, self._cells = self._cells, []
        if not cells:
            return
        if row + times - 1 > _ROWS:
            raise BrokenFile("too-large", f"Die Tabelle hat mehr als {_thousands(_ROWS)} Zeilen.")
        self._count += sum(not blank(each) for each in cells) * (times - 1)
        if self._count > _CELLS:
            raise BrokenFile("too-large", f"Die Tabelle hat mehr als {_thousands(_CELLS)} gefüllte Zellen.")
        self.rows += [RawLine(row=row + again, cells=tuple(cells)) for again in range(times)]


def with_values(merges: Sequence[tuple[int, int, int, int]], rows: Sequence[RawLine]) -> list[Merge]:
    """(first row, last row, first column, last column) of merges -> those whose first cell holds something."""
    if len(merges) > _MERGES:
        raise BrokenFile("too-large", f"In der Tabelle sind mehr als {_thousands(_MERGES)} Bereiche verbunden.")
    by_row = {each.row: each.cells for each in rows}
    found = []
    for first_row, last_row, first_column, last_column in merges:
        cells = by_row.get(first_row, ())
        value = cells[first_column - 1] if first_column <= len(cells) else None
        if not blank(value) and (first_row, first_column) != (last_row, last_column):
            found.append(Merge(first_row=first_row, last_row=last_row, first_column=first_column, last_column=last_column, value=value))
    return found


def ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """1, 2, 3, 7 -> (1, 3), (7, 7)."""
    found: list[tuple[int, int]] = []
    for each in numbers:
        if found and each == found[-1][1] + 1:
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    return found


def time_of(duration: timedelta) -> Cell | Unusable:
    """Table programs keep times of day as parts of a day."""
    return (datetime.min + duration).time() if timedelta() <= duration < timedelta(days=1) else _DURATION  # noqa: DTZ901  no moment, only a sum


def chosen(names: Sequence[str], hidden: Sequence[str], wanted: str) -> str:
    """The sheet that is meant. Raises BrokenFile that lists those that there are."""
    listed = ", ".join(f"{each} (ausgeblendet)" if each in hidden else each for each in names)
    if wanted and wanted not in names:
        raise BrokenFile("sheet-missing", f"Das Tabellenblatt »{wanted}« gibt es nicht; es gibt {listed}.")
    if not wanted and len(names) != 1:
        raise BrokenFile("sheet-missing", f"Welches Tabellenblatt gemeint ist, sagt die Zuordnung nicht (sheet); es gibt {listed}.")
    return wanted or names[0]


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")
