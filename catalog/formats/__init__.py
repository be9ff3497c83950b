"""One table in all its file formats. Same rows, same bytes: in every process, at any time, in any order of writing."""

from collections.abc import Callable, Mapping, Sequence

from catalog.formats import json_rows, points
from catalog.formats.about import About, Note
from catalog.formats.canonical_csv import read_rows, write_csv
from catalog.formats.cells import Cells, cells
from catalog.formats.german_csv import excel_csv
from catalog.formats.parquet import write_parquet
from catalog.formats.spreadsheet import write_xlsx
from schemas.row import Value
from schemas.table import Table
from schemas.values import FileFormat

__all__ = ["EXCEL_CSV", "About", "Cells", "Note", "excel_csv", "formats_of", "read_rows", "write"]

#: Key of the German spreadsheet dialect among the files of an edition; it is a dialect of CSV, not a format of its own.
EXCEL_CSV = "excel-de.csv"

Writer = Callable[[Table, Sequence[Mapping[str, Value]], About], bytes]

_WRITERS: Mapping[FileFormat, Writer] = {
    FileFormat.CSV: lambda table, rows, about: write_csv(table, rows),
    FileFormat.JSON: lambda table, rows, about: json_rows.write_json(table, rows),
    FileFormat.NDJSON: lambda table, rows, about: json_rows.write_ndjson(table, rows),
    FileFormat.XLSX: lambda table, rows, about: write_xlsx(table, cells(table, rows), about),
    FileFormat.PARQUET: lambda table, rows, about: write_parquet(table, cells(table, rows), about.footer),
    FileFormat.GEOJSON: points.write_geojson,
}


def formats_of(table: Table) -> tuple[FileFormat, ...]:
    """The formats this table can be written in; GeoJSON only where rows have a position."""
    return tuple(each for each in _WRITERS if each is not FileFormat.GEOJSON or points.position_fields(table))


def write(format: FileFormat, table: Table, rows: Sequence[Mapping[str, Value]], *, about: About) -> bytes:
    """The rows as one file. A missing field and an empty text are null. Whoever writes the same rows in several formats makes their
    `Cells` once.

    Raises WrongValue for a value of another type than the field's, a field the table does not have, or a number
    that is none (NaN, infinite); KeyError for GeoJSON of a table without position.
    """
    return _WRITERS[format](table, rows, about)
