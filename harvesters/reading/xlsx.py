"""XLSX by way of openpyxl's own worksheet parser: one pass gives values, merged cells and what is hidden. Only ever imported in a child
process."""

import io
import warnings
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from catalog.dialect import BrokenFile
from harvesters.parsing import Cell
from harvesters.reading.archive import opened
from harvesters.reading.grid import CELL_ERROR, NO_RESULT, Grid, GridBuilder, chosen, ranges, time_of, with_values
from harvesters.reading.lines import Unusable

#: openpyxl has no error of its own for XML that is no worksheet; SyntaxError: XML that does not parse.
_NO_WORKSHEET = (LookupError, ValueError, TypeError, AttributeError, SyntaxError)


class _Parser(WorkSheetParser):
    """Also tells a formula that nobody has computed from an empty cell."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            cell["data_type"] = "f"
        return cell


def grid_from_xlsx(content: bytes, name: str) -> Grid:
    """`name`: of the sheet, "" for the only one. Raises BrokenFile."""
    with opened(content, "XLSX"), warnings.catch_warnings():
        # openpyxl warns of decoration it leaves out (data validation, headers); only cells matter here.
        warnings.simplefilter("ignore", UserWarning)
        try:
            return _grid(content, name)
        except _NO_WORKSHEET as error:
            raise BrokenFile("not-a-table", "Die XLSX-Datei ist beschädigt.") from error


def _grid(content: bytes, name: str) -> Grid:
    book: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheets = [each for each in book.worksheets if isinstance(each, ReadOnlyWorksheet)]
    hidden = [each.title for each in sheets if each.sheet_state != "visible"]
    title = chosen([each.title for each in sheets], hidden, name)
    sheet: Any = next(each for each in sheets if each.title == title)
    percents = _percent_styles(book)
    with sheet._get_source() as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        builder, percent_columns = GridBuilder(), set[int]()
        _walk(parser, builder, percents, percent_columns)
    merged = parser.merged_cells.mergeCell if parser.merged_cells else []
    return Grid(
        sheet=title,
        rows=builder.rows,
        merges=with_values([(each.min_row, each.max_row, each.min_col, each.max_col) for each in merged], builder.rows),
        hidden_rows=ranges(sorted(int(row) for row, each in parser.row_dimensions.items() if _is_true(each.get("hidden")))),
        hidden_columns=sorted(_hidden_columns(parser)),
        hidden_sheets=hidden,
        percent_columns=sorted(percent_columns),
        epoch=1904 if book.epoch == CALENDAR_MAC_1904 else 1900,
    )


def _walk(parser: _Parser, builder: GridBuilder, percents: set[int], percent_columns: set[int]) -> None:
    last = 0
    for row, cells in parser.parse():
        if row <= last:
            raise BrokenFile("not-a-table", f"Die XLSX-Datei ist beschädigt: Zeile {row} steht nicht an ihrer Stelle.")
        last = row
        for each in cells:
            cell = _cell(each)
            builder.put(each["column"], cell)
            if each["style_id"] in percents and isinstance(cell, (int, float)):
                percent_columns.add(each["column"])
        builder.end_row(row)


def _cell(cell: dict[str, Any]) -> Cell | Unusable:
    if cell["data_type"] == "e":
        return CELL_ERROR
    if cell["data_type"] == "f":
        return NO_RESULT
    value = cell["value"]
    return time_of(value) if hasattr(value, "total_seconds") else cast(Cell, value)


def _percent_styles(book: Any) -> set[int]:
    """Numbers of cell styles that show percent."""
    found = set()
    for number, style in enumerate(book._cell_styles):
        code = BUILTIN_FORMATS.get(style.numFmtId) or _own_format(book, style.numFmtId)
        if "%" in code:
            found.add(number)
    return found


def _own_format(book: Any, number: int) -> str:
    """Formats from 164 on are the workbook's own (ECMA-376, 18.8.30)."""
    own = book._number_formats
    return str(own[number - 164]) if 0 <= number - 164 < len(own) else ""


def _hidden_columns(parser: _Parser) -> Iterator[int]:
    for each in parser.column_dimensions.values():
        if _is_true(each.get("hidden")):
            yield from range(int(each["min"]), min(int(each["max"]), int(each["min"]) + 1000) + 1)


def _is_true(value: object) -> bool:
    return value in ("1", "true")
