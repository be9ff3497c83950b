"""The canonical CSV: UTF-8 without BOM, comma, dot, ISO dates, `\\n`, and quotes only where RFC 4180 needs them.

Written by hand because what the standard library quotes differs between Python versions, and an edition's bytes must not.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from catalog.formats.cells import cells, text_of, value_of
from catalog.formats.pieces import joined
from schemas.errors import WrongValue
from schemas.row import Value
from schemas.table import Table

_NEEDS_QUOTES = re.compile(r'[,"\r\n]')
_LARGEST_CELL = 2**31 - 1  #: the reader's default of 128 kB is less than a cell may hold


def write_csv(table: Table, rows: Sequence[Mapping[str, Value]]) -> bytes:
    """Header of field names, then one line a row. Raises WrongValue."""
    lines = (delimited_line([text_of(value) for value in line]) for line in cells(table, rows))
    return joined(lines, before=delimited_line(table.field_names))


def delimited_line(texts: Sequence[str]) -> str:
    """One line with its end. A single empty cell is quoted: an empty line would be no row at all."""
    if len(texts) == 1 and not texts[0]:
        return '""\n'
    if not _NEEDS_QUOTES.search("".join(texts)):
        return ",".join(texts) + "\n"
    return ",".join(quoted(each) if _NEEDS_QUOTES.search(each) else each for each in texts) + "\n"


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def read_rows(content: bytes, table: Table) -> list[dict[str, Value]]:
    """Inverse of `write_csv`: one dictionary a row with all fields of the table, null for empty cells.

    Raises WrongValue, naming row (the first after the header is 1) and field, for anything `write_csv` cannot have written.
    """
    csv.field_size_limit(_LARGEST_CELL)
    try:
        lines = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise WrongValue(f"Tabelle {table.name!r}: {error}") from error
    if not lines or tuple(lines[0]) != table.field_names:
        raise WrongValue(f"Tabelle {table.name!r}: die Kopfzeile ist nicht {','.join(table.field_names)}")
    return [_row(table, number, line) for number, line in enumerate(lines[1:], start=1)]


def _row(table: Table, number: int, line: Sequence[str]) -> dict[str, Value]:
    if len(line) != len(table.fields):
        raise WrongValue(f"Tabelle {table.name!r}, Zeile {number}: {len(line)} statt {len(table.fields)} Zellen")
    row: dict[str, Value] = {}
    for field, text in zip(table.fields, line, strict=True):
        try:
            row[field.name] = value_of(field, text)
        except ValueError as error:
            raise WrongValue(f"Tabelle {table.name!r}, Zeile {number}, Feld {field.name!r}: {error}") from error
    return row
