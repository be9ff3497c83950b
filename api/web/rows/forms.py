"""Rows as bytes, piece by piece: what stands before them, between them and behind them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalog.formats.canonical_csv import delimited_line
from catalog.formats.cells import text_of
from catalog.formats.german_csv import excel_head, excel_lines
from schemas.row import Value
from schemas.table import Table
from schemas.values import FileFormat

Rows = Sequence[tuple[Value, ...]]
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False).encode


class Form(Protocol):
    """One way to write rows. `table`: the columns of the answer."""

    def head(self, table: Table) -> bytes: ...

    def block(self, table: Table, rows: Rows, *, first: bool) -> bytes: ...

    def end(self, *, empty: bool) -> bytes: ...


@dataclass(frozen=True)
class CanonicalCsv:
    """As `data.csv`. `finished`: the rows are lines already, which is much faster."""

    finished: bool = False

    def head(self, table: Table) -> bytes:
        return delimited_line(table.field_names).encode()

    def block(self, table: Table, rows: Rows, *, first: bool) -> bytes:
        if self.finished:
            return "".join([str(line) for (line,) in rows]).encode()
        return "".join(delimited_line([text_of(each) for each in row]) for row in rows).encode()

    def end(self, *, empty: bool) -> bytes:
        return b""


class GermanCsv:
    """As `data.csv?dialect=excel-de`."""

    def head(self, table: Table) -> bytes:
        return excel_head(table)

    def block(self, table: Table, rows: Rows, *, first: bool) -> bytes:
        return excel_lines(table, rows)

    def end(self, *, empty: bool) -> bytes:
        return b""


class Ndjson:
    def head(self, table: Table) -> bytes:
        return b""

    def block(self, table: Table, rows: Rows, *, first: bool) -> bytes:
        return "".join(each + "\n" for each in _objects(table, rows)).encode()

    def end(self, *, empty: bool) -> bytes:
        return b""


class JsonArray:
    """As `data.json`: an array, one object a line."""

    def head(self, table: Table) -> bytes:
        return b"["

    def block(self, table: Table, rows: Rows, *, first: bool) -> bytes:
        return (("\n" if first else ",\n") + ",\n".join(_objects(table, rows))).encode() if rows else b""

    def end(self, *, empty: bool) -> bytes:
        return b"]\n" if empty else b"\n]\n"


def _objects(table: Table, rows: Rows) -> Iterator[str]:
    names = table.field_names
    for row in rows:
        yield _encode(dict(zip(names, row, strict=True)))


#: What `/rows.{extension}` is offered in; Parquet is no stream.
MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": FileFormat.JSON.media_type,
    "ndjson": FileFormat.NDJSON.media_type,
    "parquet": FileFormat.PARQUET.media_type,
}


def form_of(extension: str, *, dialect: str | None, finished: bool) -> Form:
    if dialect is not None:
        return GermanCsv()
    forms: Mapping[str, Form] = {"csv": CanonicalCsv(finished), "json": JsonArray(), "ndjson": Ndjson()}
    return forms[extension]
