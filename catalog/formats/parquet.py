"""Parquet with typed columns, written by DuckDB (neither pyarrow nor pandas is needed: reference/engines §1)."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from catalog.formats.cells import Line
from schemas.row import Value
from schemas.table import Table

_TYPES = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "datetime": "TIMESTAMPTZ"}


def write_parquet(table: Table, lines: Sequence[Line], metadata: Mapping[str, str] | None = None) -> bytes:
    """Columns in the table's order, rows in the given one. integer BIGINT, number DOUBLE, boolean BOOLEAN, datetime
    TIMESTAMP WITH TIME ZONE (UTC), all else VARCHAR: a date of reduced precision is no DATE. A column with a value that
    its type cannot hold (a time without offset, an integer beyond 64 bits) is VARCHAR as a whole.
    `metadata` stands as key-value pairs in the footer."""
    import duckdb  # heavy: 160 ms

    types = [_type(field.type, (line[n] for line in lines)) for n, field in enumerate(table.fields)]
    names = ", ".join(f"{_identifier(field.name)} {type}" for field, type in zip(table.fields, types, strict=True))
    insert = "INSERT INTO data SELECT " + ", ".join(f"unnest($c{n}::{type}[])" for n, type in enumerate(types))
    with tempfile.TemporaryDirectory(prefix="klar-parquet-") as folder, duckdb.connect(":memory:", config=_SETTINGS) as connection:
        connection.execute(f"CREATE TABLE data ({names})")
        connection.begin()
        height = max(1_000, _CELLS // len(types))
        for start in range(0, len(lines), height):
            columns = zip(types, zip(*lines[start : start + height], strict=True), strict=True)
            found = (_texts(column) if type == "VARCHAR" else list(column) for type, column in columns)
            connection.execute(insert, {f"c{n}": column for n, column in enumerate(found)})
        connection.commit()
        target = Path(folder, "data.parquet")
        connection.execute(f"COPY data TO {_literal(str(target))} (FORMAT parquet, COMPRESSION zstd{_footer(metadata or {})})")
        return target.read_bytes()


_CELLS = 50_000  #: that DuckDB is given at once: it makes an object of each
#: One thread and insertion order: the bytes depend on nothing but the rows.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "preserve_insertion_order": True,
    "autoinstall_known_extensions": False,
}


def _type(type: str, column: Iterable[Value]) -> str:
    chosen = _TYPES.get(type, "VARCHAR")
    holds = _HOLDS.get(chosen)
    return chosen if holds is None or all(holds(value) for value in column if value is not None) else "VARCHAR"


def _fits_64_bits(value: Value) -> bool:
    return isinstance(value, int) and -(2**63) <= value < 2**63


def _is_instant(value: Value) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


_HOLDS: Mapping[str, Callable[[Value], bool]] = {"BIGINT": _fits_64_bits, "TIMESTAMPTZ": _is_instant}


def _texts(column: Sequence[Value]) -> list[str | None]:
    return [None if value is None else str(value) for value in column]


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _footer(metadata: Mapping[str, str]) -> str:
    if not metadata:
        return ""
    return ", KV_METADATA {" + ", ".join(f"{_identifier(name)}: {_literal(content)}" for name, content in metadata.items()) + "}"


def _literal(text: str) -> str:
    """As SQL writes a text: COPY takes no parameters."""
    return "'" + text.replace("'", "''") + "'"
