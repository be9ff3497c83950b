"""JSON (an array of objects) and NDJSON (an object a line): UTF-8, null for what is missing, fields in the table's order."""

import json
from collections.abc import Iterator, Mapping, Sequence

from catalog.formats.cells import cells
from catalog.formats.pieces import joined
from schemas.row import Value
from schemas.table import Table


def write_json(table: Table, rows: Sequence[Mapping[str, Value]]) -> bytes:
    """RFC 8259, one object a line so that two editions can be compared by eye."""
    if not rows:
        return b"[]\n"
    return joined(_objects(table, rows), before="[\n", between=",\n", after="\n]\n")


def write_ndjson(table: Table, rows: Sequence[Mapping[str, Value]]) -> bytes:
    return joined(_objects(table, rows), between="\n", after="\n") if rows else b""


def _objects(table: Table, rows: Sequence[Mapping[str, Value]]) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False).encode
    names = table.field_names
    for line in cells(table, rows):
        yield encode(dict(zip(names, line, strict=True)))
