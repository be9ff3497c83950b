"""Readers of CSV, XLSX and JSON: strict, with the dialect pinned. What is wrong with the file ends its reading (BrokenFile);
what is wrong with one record stays with that record.

Row numbers are those a table program shows: the header has number 1, blank rows count. JSON objects are counted from 1.
"""

import csv
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any

from harvesters.parsing import Cell
from harvesters.record import Problem
from schemas.errors import SourceError

#: Characters of one cell. Longer ones are an unclosed quote or no table.
LONGEST_CELL = 100_000
#: Bytes that an XLSX file may unpack to.
LARGEST_WORKBOOK = 200 * 1024 * 1024


class BrokenFile(SourceError):
    """The file could not be read; nothing was changed."""

    def __init__(self, code: str, message: str, *, row: int | None = None, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.row = row
        self.field = field


@dataclass(frozen=True, kw_only=True)
class _Unusable:
    """Stands where a cell holds something that is no value."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class _RawLine:
    row: int
    cells: Sequence[Cell | _Unusable]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record of a file: cells in the order of the header."""

    row: int
    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`lines` is read while it is walked, and may raise BrokenFile."""

    header: tuple[str, ...]
    lines: Iterator[Line]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a mapping pins of a file."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header_row: int = 1
    sheet: str = ""  #: XLSX: "" for the only one
    records: str = ""  #: JSON: path of the list, "" for the whole document


def read_sheet(address: str, content: bytes, layout: Layout) -> Sheet:
    """By the address's suffix; CSV where there is none. Raises BrokenFile."""
    match PurePosixPath(address).suffix.lower():
        case ".xlsx" | ".xlsm":
            return read_xlsx(content, layout)
        case ".json" | ".geojson":
            return read_json(content, layout)
        case ".xls" | ".ods" | ".pdf" | ".doc" | ".docx" | ".zip":
            raise BrokenFile("unknown-format", "Dieses Dateiformat kann nicht gelesen werden; bitte als CSV oder XLSX speichern.")
        case _:
            return read_csv(content, layout)


def read_csv(content: bytes, layout: Layout) -> Sheet:
    """Raises BrokenFile."""
    text = _decoded(content, layout.encoding)
    if not text.strip():
        raise BrokenFile("empty-file", "Die Datei ist leer.")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise BrokenFile("not-a-table", "Das ist eine Webseite oder XML, keine CSV-Datei.")
    lines = _csv_lines(text, layout)
    header, width = _header(lines, layout.header_row)
    return Sheet(header=header, lines=_checked(lines, header, widths={len(header), width}))


def _decoded(content: bytes, encoding: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and not encoding.lower().startswith("utf-16"):
        raise BrokenFile("encoding", f"Die Datei ist in UTF-16 gespeichert, erwartet wird {encoding}.", row=1)
    try:
        return content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise BrokenFile("encoding", f"Die Datei ist nicht in {encoding} gespeichert (Zeile {row}).", row=row) from error


def _csv_lines(text: str, layout: Layout) -> Iterator[_RawLine]:
    # Not io.StringIO with default newline: line ends inside quotes have to stay as they are.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, quotechar=layout.quote, strict=True)
    row = 0
    while True:
        row += 1
        # The limit is one of the process, and other libraries raise it.
        before = csv.field_size_limit(LONGEST_CELL)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenFile(
                "broken-quotes",
                f"Ab Zeile {row} stimmen Anführungszeichen und Trennzeichen nicht: ein Anführungszeichen bleibt offen?",
                row=row,
            ) from error
        finally:
            csv.field_size_limit(before)
        yield _RawLine(row=row, cells=cells)


def _header(lines: Iterator[_RawLine], header_row: int) -> tuple[tuple[str, ...], int]:
    """(names, cells of the line): table programs keep empty columns at the end."""
    for line in lines:
        if line.row < header_row:
            continue
        names = ["" if cell is None else str(cell).strip() for cell in line.cells]
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


def _checked(lines: Iterator[_RawLine], header: tuple[str, ...], *, widths: Collection[int] = ()) -> Iterator[Line]:
    """Lines as wide as the header; blank ones left out; what does not fit is said. `widths`: how many cells a line may have
    where only counting tells which cell is which (CSV); a cell more or less means that others may have shifted."""
    for line in lines:
        cells = list(line.cells)
        if all(map(_blank, cells)):
            continue
        problems = [problem for name, cell in zip(header, cells, strict=False) if (problem := _cell_problem(name, cell)) is not None]
        if (widths and len(cells) not in widths) or not all(map(_blank, cells[len(header) :])):
            problems.append(Problem(code="ragged-row", message=f"Die Zeile hat {len(cells)} Felder, die Kopfzeile {len(header)}."))
        usable = [None if isinstance(cell, _Unusable) else cell for cell in cells]
        yield Line(row=line.row, cells=tuple((usable + [None] * len(header))[: len(header)]), problems=tuple(problems))


def _cell_problem(name: str, cell: Cell | _Unusable) -> Problem | None:
    if isinstance(cell, _Unusable):
        return Problem(code=cell.code, message=cell.message, field=name)
    if isinstance(cell, str) and "\0" in cell:
        return Problem(code="control-character", message="Der Text enthält ein Null-Zeichen.", field=name)
    return None


def _blank(cell: Cell | _Unusable) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read_xlsx(content: bytes, layout: Layout) -> Sheet:
    """Dates and numbers as the cells hold them; formulas as last computed. Raises BrokenFile."""
    has_formulas = _inspect_workbook(content)
    lines = _xlsx_lines(content, layout.sheet, has_formulas=has_formulas)
    header, _ = _header(lines, layout.header_row)
    return Sheet(header=header, lines=_checked(lines, header))


def _inspect_workbook(content: bytes) -> bool:
    """Whether there are formulas. Refuses what is no workbook, unpacks to too much, or declares entities."""
    if not content.strip(b"\0 \r\n\t"):
        raise BrokenFile("empty-file", "Die Datei ist leer.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(each.file_size for each in members) > LARGEST_WORKBOOK:
                raise BrokenFile("too-large", f"Die Datei wird entpackt größer als {LARGEST_WORKBOOK // 1024 // 1024} MB.")
            texts = [archive.read(each) for each in members if each.filename.endswith((".xml", ".rels"))]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        # RuntimeError: encrypted members. ValueError: offsets before the beginning of the file.
        raise BrokenFile("not-a-table", "Das ist keine lesbare XLSX-Datei (beschädigt, verschlüsselt oder ein anderes Format).") from error
    if any(b"<!DOCTYPE" in each or b"<!ENTITY" in each for each in texts):
        raise BrokenFile("not-a-table", "Die XLSX-Datei enthält unzulässige Vereinbarungen (DOCTYPE).")
    return any(b"<f>" in each or b"<f " in each for each in texts)


def _xlsx_lines(content: bytes, name: str, *, has_formulas: bool) -> Iterator[_RawLine]:
    values = _cells(content, name, computed=True)
    formulas = _cells(content, name, computed=False) if has_formulas else None
    for row, cells in enumerate(values, start=1):
        written = next(formulas, ()) if formulas is not None else ()
        yield _RawLine(row=row, cells=[_xlsx_cell(cell, formula) for cell, formula in zip_longest(cells, written[: len(cells)])])


def _cells(content: bytes, name: str, *, computed: bool) -> Iterator[Sequence[Any]]:
    try:
        yield from _worksheet(content, name, computed=computed).iter_rows()
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError, OSError) as error:
        # openpyxl has no error of its own for XML that is no worksheet; SyntaxError: XML that does not parse.
        raise BrokenFile("not-a-table", "Die XLSX-Datei ist beschädigt.") from error


def _xlsx_cell(cell: Any, formula: Any) -> Cell | _Unusable:
    """`formula`: the same cell as it was written, not computed; None when the book holds no formula."""
    if getattr(cell, "data_type", "") == "e":
        return _Unusable(code="cell-error", message="Die Zelle zeigt einen Fehler (wie #NV oder #BEZUG!).")
    if cell.value is None and getattr(formula, "data_type", "") == "f":
        message = "Die Zelle enthält eine Formel ohne gespeichertes Ergebnis; bitte mit Excel oder LibreOffice öffnen und speichern."
        return _Unusable(code="formula-without-value", message=message)
    value: Cell = cell.value
    return value


def _worksheet(content: bytes, name: str, *, computed: bool) -> Any:
    import openpyxl  # heavy: 300 ms

    with warnings.catch_warnings():
        # openpyxl warns of decoration it leaves out (data validation, headers); only cells matter here.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=computed)
    names = book.sheetnames
    if name and name not in names:
        raise BrokenFile("sheet-missing", f"Das Tabellenblatt »{name}« gibt es nicht; es gibt {', '.join(names)}.")
    if not name and len(names) != 1:
        raise BrokenFile("sheet-missing", f"Welches Tabellenblatt gemeint ist, sagt die Zuordnung nicht; es gibt {', '.join(names)}.")
    sheet = book[name or names[0]]
    # Some programs write a wrong size of the sheet; without it openpyxl reads what is there.
    sheet.reset_dimensions()
    return sheet


def read_json(content: bytes, layout: Layout) -> Sheet:
    """A list of objects, at `records` in the document. Raises BrokenFile."""
    items = _list_at(_document(content, layout.encoding), layout.records)
    header = tuple(dict.fromkeys(name for each in items if isinstance(each, dict) for name in each))
    return Sheet(header=header, lines=_checked(_json_lines(items, header), header))


def _document(content: bytes, encoding: str) -> object:
    text = _decoded(content, encoding)
    if not text.strip():
        raise BrokenFile("empty-file", "Die Datei ist leer.")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BrokenFile("not-json", f"Das ist kein vollständiges JSON (Zeile {error.lineno}).", row=error.lineno) from error
    except BrokenFile:
        raise
    except ValueError as error:  # a whole number with thousands of digits
        raise BrokenFile("not-json", "Im JSON steht eine Zahl, die niemand lesen kann.") from error
    except RecursionError as error:
        raise BrokenFile("not-json", "Das JSON ist zu tief geschachtelt.") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if any("\ud800" <= sign <= "\udfff" for name, _ in pairs for sign in name):
        raise BrokenFile("not-json", "Im JSON steht ein Name mit halben Zeichen (einzelne Surrogate).")
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BrokenFile("not-json", "Ein Name kommt in einem JSON-Objekt zweimal vor.")
    return found


def _no_constant(name: str) -> object:
    raise BrokenFile("not-json", f"{name} ist in JSON keine Zahl.")


def _list_at(document: object, path: str) -> Sequence[object]:
    for step in filter(None, path.split(".")):
        document = document.get(step) if isinstance(document, Mapping) else None
    if not isinstance(document, list):
        place = f"unter »{path}« " if path else ""
        raise BrokenFile("not-a-table", f"Im JSON steht {place}keine Liste von Objekten.")
    return document


def _json_lines(items: Sequence[object], header: tuple[str, ...]) -> Iterator[_RawLine]:
    for row, item in enumerate(items, start=1):
        if isinstance(item, dict):
            yield _RawLine(row=row, cells=[_json_cell(item.get(name)) for name in header])
        else:
            broken = _Unusable(code="not-an-object", message="Der Eintrag ist kein JSON-Objekt.")
            yield _RawLine(row=row, cells=[broken] * len(header))


def _json_cell(value: object) -> Cell | _Unusable:
    """A list of simple values becomes text joined by semicolons."""
    if isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value):
        return _Unusable(code="control-character", message="Der Text enthält halbe Zeichen (einzelne Surrogate).")
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, list) and all(isinstance(each, (str, int, float)) for each in value):
        return _json_cell("; ".join(map(str, value)))
    return _Unusable(code="nested-value", message="Der Wert ist geschachtelt; gelesen werden nur einfache Werte und Listen davon.")
