"""JSON (an array of objects) and NDJSON (an object a line): UTF-8, null for what is missing, fields in the table's order."""

import json
from collections.abc import Iterator, Mapping, Sequence

from catalog.formats.cells import cells
from schemas.row import Value
from schemas.table import Table


def write_json(table: Table, rows: Sequence[Mapping[str, Value]]) -> bytes:
    """RFC 8259, one object a line so that two editions can be compared by eye."""
    objects = list(_objects(table, rows))
    return ("[\n" + ",\n".join(objects) + "\n]\n").encode() if objects else b"[]\n"


def write_ndjson(table: Table, rows: Sequence[Mapping[str, Value]]) -> bytes:
    return "".join(each + "\n" for each in _objects(table, rows)).encode()


def _objects(table: Table, rows: Sequence[Mapping[str, Value]]) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False).encode
    names = table.field_names
    for line in cells(table, rows):
        yield encode(dict(zip(names, line, strict=True)))
