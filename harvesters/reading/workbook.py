"""XLSX and ODS: unpacked in a child process with little memory and time, because a small file can hide a large one."""

from collections.abc import Iterator, Sequence
from itertools import islice

from catalog import limited
from catalog.dialect import BrokenFile
from catalog.dialect.detection import header_finding, number_findings, numbers_are_plain, numbers_in
from catalog.dialect.header import SEARCHED, HeaderRow, header_row
from harvesters.parsing import NumberStyle
from harvesters.reading.body import Body
from harvesters.reading.grid import Grid
from harvesters.reading.header import header_of
from harvesters.reading.layout import Layout, Wanted
from harvesters.reading.lines import Note, RawLine, Sheet
from harvesters.reading.merged import column_name

#: Bytes of memory and seconds of computing time for unpacking. A workbook at the limits of `archive` and `grid` stays below.
MEMORY = 768 * 1024 * 1024
SECONDS = 120.0


def read_workbook(kind: str, content: bytes, layout: Layout, wanted: Wanted) -> Sheet:
    """`kind`: xlsx or ods. Dates and numbers as the cells hold them; formulas as last computed. Raises BrokenFile, LimitExceeded."""
    grid = limited.call(grid_of, kind, content, layout.sheet, memory=MEMORY, seconds=SECONDS)
    return sheet_from(grid, layout, wanted)


def grid_of(kind: str, content: bytes, name: str) -> Grid:
    """What runs in the child. `name`: of the sheet, "" for the only one. Raises BrokenFile."""
    if kind == "ods":
        from harvesters.reading.ods import grid_from_ods  # heavy in the parent: nobody needs it there

        return grid_from_ods(content, name)
    from harvesters.reading.xlsx import grid_from_xlsx  # heavy: 300 ms

    return grid_from_xlsx(content, name)


def sheet_from(grid: Grid, layout: Layout, wanted: Wanted) -> Sheet:
    """Raises BrokenFile."""
    if not grid.rows:
        raise BrokenFile("empty-file", "Das Tabellenblatt ist leer.")
    found = _header_row(grid, layout, wanted)
    lines = iter(grid.rows)
    header, _ = header_of(lines, found.row)
    body = Body(header=header, header_row=found.row, layout=layout, wanted=wanted, merges=grid.merges)
    below = [each for each in grid.rows if each.row > found.row] if wanted.numbers else []
    pins = layout.pins
    numbers = numbers_in((_written(each) for each in below), header, pins, wanted.numbers)
    findings = [header_finding(found)] if found.evidence else []
    findings += number_findings(pins, numbers)
    is_plain = (not found.evidence or found.row == 1) and numbers_are_plain(pins, numbers)
    notes = [] if is_plain else [Note(code="detected-dialect", message=f"Erkannt: {', '.join(findings)}.")]
    notes += _hidden(grid, header)
    notes += _percent(grid, header, wanted)
    return Sheet(
        header=header,
        lines=body.lines(lines),
        numbers=NumberStyle.of(numbers, epoch=grid.epoch),
        header_row=found.row,
        notes=tuple(notes),
    )


def _header_row(grid: Grid, layout: Layout, wanted: Wanted) -> HeaderRow:
    if layout.header_row is not None:
        return HeaderRow(row=layout.header_row, evidence="")
    texts: list[list[str]] = []
    for each in islice(grid.rows, SEARCHED * 2):
        texts += [[] for _ in range(min(each.row - 1 - len(texts), SEARCHED * 2))]  # blank rows, which a workbook does not say
        texts.append(each.texts)
    return header_row(texts, wanted.columns)


def _written(line: RawLine) -> Sequence[str]:
    """What stands there as text. Cells that hold numbers say nothing about how numbers are written."""
    return [each if isinstance(each, str) else "" for each in line.cells]


def _hidden(grid: Grid, header: Sequence[str]) -> Iterator[Note]:
    rows = ", ".join(str(first) if first == last else f"{first} bis {last}" for first, last in grid.hidden_rows[:10])
    columns = ", ".join(f"{column_name(each)} (»{header[each - 1]}«)" for each in grid.hidden_columns if each <= len(header))
    found = [f"Zeilen {rows}{' und weitere' if len(grid.hidden_rows) > 10 else ''}"] if rows else []
    found += [f"Spalten {columns}"] if columns else []
    found += ["das ganze Tabellenblatt"] if grid.sheet in grid.hidden_sheets else []
    if found:
        yield Note(code="hidden", message=f"In der Datei ausgeblendet, aber mitgelesen: {'; '.join(found)}.")
    others = [each for each in grid.hidden_sheets if each != grid.sheet]
    if others:
        yield Note(code="hidden", message=f"Ausgeblendete Tabellenblätter, nicht gelesen: {', '.join(others)}.")


def _percent(grid: Grid, header: Sequence[str], wanted: Wanted) -> Iterator[Note]:
    names = [header[each - 1] for each in grid.percent_columns if each <= len(header) and header[each - 1] in wanted.numbers]
    if names:
        shown = ", ".join(f"»{each}«" for each in names)
        message = f"Zellen im Format Prozent: {shown}. Gelesen wird, was sie enthalten: aus 12,5 % wird 0,125."
        yield Note(code="percent-cells", message=message)
