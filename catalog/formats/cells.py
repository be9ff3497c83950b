"""From rows to cells: every writer sees the same values, of the declared types, null for whatever is empty."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import overload

from schemas.errors import WrongValue
from schemas.row import Value
from schemas.table import Field, Table

Line = tuple[Value, ...]

_MANY = 10_000  #: texts that are remembered, to keep each of them once
_LARGEST_EXACT = 2**53  #: beyond it a float does not name one whole number
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class Cells(Sequence[Mapping[str, Value]]):
    """Rows of one table that have their cells already: an edition is written in eight forms, and checked once. Texts that come again
    and again are kept once."""

    def __init__(self, table: Table, rows: Iterable[Mapping[str, Value]]) -> None:
        """Raises WrongValue."""
        self.table = table
        self.lines: list[Line] = []
        known: dict[Value, Value] = {}
        for line in _lines(table, rows):
            if len(known) > _MANY:
                known.clear()
            self.lines.append(tuple([known.setdefault(each, each) if isinstance(each, str) else each for each in line]))

    @overload
    def __getitem__(self, place: int) -> dict[str, Value]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Value]]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Value] | list[dict[str, Value]]:
        names = self.table.field_names
        if isinstance(place, slice):
            return [dict(zip(names, line, strict=True)) for line in self.lines[place]]
        return dict(zip(names, self.lines[place], strict=True))

    def __len__(self) -> int:
        return len(self.lines)


def cells(table: Table, rows: Iterable[Mapping[str, Value]]) -> list[Line]:
    """One tuple per row, in the order of the table's fields. Raises WrongValue (see `catalog.formats.write`)."""
    if isinstance(rows, Cells) and rows.table is table:
        return rows.lines
    return list(_lines(table, rows))


def _lines(table: Table, rows: Iterable[Mapping[str, Value]]) -> Iterator[Line]:
    names = table.field_names
    known = frozenset(names)
    columns = tuple((name, _CHECKS.get(each.type, _text)) for name, each in zip(names, table.fields, strict=True))
    for number, row in enumerate(rows, start=1):
        if not known.issuperset(row):
            raise WrongValue(f"Tabelle {table.name!r}, Zeile {number}: unbekannt {sorted(set(row) - known)}")
        try:
            yield tuple([check(row.get(name)) for name, check in columns])
        except ValueError as error:
            raise WrongValue(f"Tabelle {table.name!r}, Zeile {number}: {error}") from error


def text_of(value: Value) -> str:
    """The canonical text of a cell: `true`/`false`, numbers without exponent and with a dot, "" for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text or "n" in text else text  # 1e-07, and nan and inf


def value_of(field: Field, text: str) -> Value:
    """Inverse of `text_of`. Raises ValueError for a text that `text_of` cannot have written."""
    if text == "":
        return None
    match field.type:
        case "boolean":
            return _TRUTH[text] if text in _TRUTH else _refuse(text, "Wahrheitswert")
        case "integer":
            return int(text) if _INTEGER.fullmatch(text) else _refuse(text, "ganze Zahl")
        case "number":
            return _number(float(text)) if _NUMBER.fullmatch(text) else _refuse(text, "Zahl")
        case _:
            return text


_TRUTH = {"true": True, "false": False}


def _refuse(value: Value, kind: str) -> Value:
    raise ValueError(f"{value!r} ist nicht: {kind}")


def _text(value: Value) -> Value:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return _refuse(value, "Text")
    if not value.isascii():
        value.encode()  # a lone surrogate has no UTF-8: UnicodeEncodeError, a ValueError
    return value


def _integer(value: Value) -> Value:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        return _refuse(value, "ganze Zahl")
    return value


def _number(value: Value) -> Value:
    """12.0 and 12 are one number and written alike, and there is one zero."""
    if value is None or value == "":
        return None
    if isinstance(value, bool | str):
        return _refuse(value, "Zahl")
    if isinstance(value, int):
        return value if abs(value) < _LARGEST_EXACT else _refuse(value, "Zahl, die ohne Rundung darstellbar ist")
    if not math.isfinite(value):
        return _refuse(str(value), "Zahl")
    return int(value) if value.is_integer() and abs(value) < _LARGEST_EXACT else value


def _boolean(value: Value) -> Value:
    if value is None or value == "":
        return None
    return value if isinstance(value, bool) else _refuse(value, "Wahrheitswert")


_CHECKS: Mapping[str, Callable[[Value], Value]] = {"integer": _integer, "number": _number, "boolean": _boolean}
