"""The rows of an XLSX sheet, written from their lines: the same bytes as XlsxWriter gives cell by cell, in a third of the time and without
an object for each cell.

The form of `<row>` and `<c>` is that of XlsxWriter's own `worksheet.py` (3.3); a test compares the bytes. What is asked of it here has an
underscore before its name, or none and no description: its version is locked.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from catalog.formats.cells import Line
from catalog.formats.german_csv import neutral
from catalog.formats.spreadsheet import fitting
from schemas.row import Value

_LARGEST_EXACT = 10**15  #: Excel keeps 15 digits
_COLUMNS = 16_384  #: Excel's limit
_BLOCK = 16  #: rows that share one `spans`


class DataSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A sheet whose first line is written as always, and all others by `fill`."""

    def fill(self, lines: Sequence[Line], *, literal: Any) -> None:
        """Once, after the first line and before any other sheet is written: strings are numbered in the order in which they come.
        `literal`: the format of texts that a spreadsheet would run."""
        self._lines, self._literal = lines, literal
        strings = self.str_table
        self._numbers: dict[str, int] = strings.string_table  # closing puts another one in its place
        for number, line in enumerate(lines, start=1):
            texts = [text for value in line[:_COLUMNS] if value is not None and (text := _text(value)) is not None]
            for text in texts:
                self._numbers.setdefault(text, len(self._numbers))
            strings.count += len(texts)
            if texts or any(value is not None for value in line[:_COLUMNS]):
                self.dim_rowmax = number
        strings.unique_count = len(self._numbers)

    def _write_rows(self) -> None:
        """In place of XlsxWriter's own."""
        header, columns = self.table[0], [xl_col_to_name(each) for each in range(len(self.table[0]))]
        for first, lines in _blocks(self._lines):
            places = [place for place in map(_ends, lines) if place] + ([(0, len(header) - 1)] if first == 0 else [])
            if not places:
                continue
            spans = f"{min(start for start, _ in places) + 1}:{max(end for _, end in places) + 1}"
            if first == 0:
                self._write_row(0, spans)
                for column in sorted(header):
                    self._write_cell(0, column, header[column])
                self._xml_end_tag("row")
            rows = enumerate(lines, start=max(first, 1) + 1)
            self.fh.write("".join([self._row(row, line, spans, columns) for row, line in rows if any(each is not None for each in line)]))

    def _row(self, row: int, line: Line, spans: str, columns: Sequence[str]) -> str:
        cells = [self._cell(f"{column}{row}", value) for column, value in zip(columns, line, strict=False) if value is not None]
        return f'<row r="{row}" spans="{spans}">{"".join(cells)}</row>'

    def _cell(self, place: str, value: Value) -> str:
        text = _text(value)
        if text is None:
            return f'<c r="{place}" t="b"><v>{value:d}</v></c>' if isinstance(value, bool) else f'<c r="{place}"><v>{value:.16G}</v></c>'
        # The format is numbered when it is first needed, as XlsxWriter does it.
        form = f' s="{self._literal._get_xf_index()}"' if isinstance(value, str) and neutral(value) is not value else ""
        return f'<c r="{place}"{form} t="s"><v>{self._numbers[text]}</v></c>'


def _text(value: Value) -> str | None:
    """What a cell holds as text. None: a number or a truth value, or nothing."""
    if isinstance(value, str):
        return fitting(value)
    if value is None or isinstance(value, bool) or abs(value) < _LARGEST_EXACT:
        return None
    return str(value)


def _ends(line: Line) -> tuple[int, int] | None:
    """First and last column that hold something."""
    filled = [column for column, value in enumerate(line[:_COLUMNS]) if value is not None]
    return (filled[0], filled[-1]) if filled else None


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[int, Sequence[Line]]]:
    """Sixteen rows each with the number of the first, from 0. The first line of the sheet is not among them: it is row 0."""
    yield 0, lines[: _BLOCK - 1]
    for start in range(_BLOCK - 1, len(lines), _BLOCK):
        yield start + 1, lines[start : start + _BLOCK]
