"""The names of the columns."""

from collections.abc import Iterator, Sequence

from catalog.dialect import BrokenFile
from harvesters.reading.lines import RawLine


def header_of(lines: Iterator[RawLine], header_row: int) -> tuple[tuple[str, ...], int]:
    """(names, cells of the row): table programs keep empty columns at the end. Takes the lines up to the header."""
    for line in lines:
        if line.row < header_row:
            continue
        if line.row > header_row:  # a workbook does not say blank rows
            raise BrokenFile("empty-file", f"Die Kopfzeile (Zeile {header_row}) ist leer.", row=header_row)
        names = line.texts
        while names and not names[-1]:
            names.pop()
        _require_names(names, line.row)
        return tuple(names), len(line.cells)
    raise BrokenFile("empty-file", f"Die Datei hat keine Kopfzeile in Zeile {header_row}.")


def _require_names(names: Sequence[str], row: int) -> None:
    if not names:
        raise BrokenFile("empty-file", f"Die Kopfzeile (Zeile {row}) ist leer.", row=row)
    for position, name in enumerate(names, start=1):
        if not name:
            raise BrokenFile("header", f"Spalte {position} hat keinen Namen.", row=row)
        if name in names[: position - 1]:
            raise BrokenFile("header", f"Die Spalte »{name}« kommt in der Kopfzeile zweimal vor.", row=row, field=name)
