"""One dimension across: a column for each of its codes, as chart tools like it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from catalog.statistics.columns import STATUS, Row, code_column, labels_of, measure_field, table_of
from catalog.statistics.selection import Selection
from schemas.statistics import Cell, Dimension, Key
from schemas.table import Disclosure, Field, Table
from schemas.values import Text

T = TypeVar("T")


def wide(selection: Selection) -> tuple[Table, list[Row]]:
    """Columns of the other dimensions, then one number for each code of `selection.pivot`, headed by its label; last `status`, which
    names the code of every number that is missing, and why: `u18=x 65=m`."""
    cube = selection.cube
    place = [each.name for each in cube.dimensions].index(selection.pivot)
    headers = dict(zip(selection.codes[place], _headers(selection, cube.dimensions[place], selection.codes[place]), strict=True))
    columns = [(code_column(each), each.name, labels_of(each, selection.language)) for each in _without(cube.dimensions, place)]
    return _table(selection, cube.dimensions[place], tuple(headers.values())), [
        _head(columns, key) | {headers[each.key[place]]: each.value for each in cells} | {STATUS: _reasons(cells, place)}
        for key, cells in _grouped(selection.cells(), place).items()
    ]


def _grouped(cells: Iterable[Cell], place: int) -> dict[Key, list[Cell]]:
    """By the codes of the other dimensions, in the order of their first cell."""
    found: dict[Key, list[Cell]] = {}
    for each in cells:
        found.setdefault(_without(each.key, place), []).append(each)
    return found


def _head(columns: Sequence[tuple[str, str, dict[str, str]]], key: Key) -> Row:
    row: Row = {}
    for (code_name, name, labels), code in zip(columns, key, strict=True):
        row[code_name], row[name] = code, labels[code]
    return row


def _reasons(cells: Sequence[Cell], place: int) -> str | None:
    return " ".join(f"{each.key[place]}={each.status.value}" for each in cells if each.status.value) or None


def _without(items: tuple[T, ...], place: int) -> tuple[T, ...]:
    return items[:place] + items[place + 1 :]


def _headers(selection: Selection, dimension: Dimension, codes: Sequence[str]) -> tuple[str, ...]:
    """Labels; where two are alike (to DuckDB „A“ and „a“ are), or are the name of another column, followed by the code."""
    titles = labels_of(dimension, selection.language)
    labels = [titles[each] for each in codes]
    columns = [STATUS, *table_of(selection.cube).field_names]
    taken = Counter(each.casefold() for each in (*labels, *columns))
    headers = tuple(f"{label} ({code})" if taken[label.casefold()] > 1 else label for label, code in zip(labels, codes, strict=True))
    names = {each.casefold() for each in headers}
    clash = len(names) < len(headers) or names & {"", *columns}
    return tuple(f"{dimension.name}={code}" for code in codes) if clash else headers


def _table(selection: Selection, dimension: Dimension, headers: Sequence[str]) -> Table:
    cube = selection.cube
    long = table_of(cube)
    gone = {dimension.name, code_column(dimension), cube.measure, STATUS}
    measure = measure_field(cube)
    numbers = [
        Field(
            name=each,
            type=measure.type,
            title=Text(de=each),
            description=measure.description,
            disclosure=Disclosure.PUBLIC,
            unit=measure.unit,
            minimum=0,
        )
        for each in headers
    ]
    status = Field(
        name=STATUS,
        type="string",
        title=Text(de="Status", en="Status"),
        description=Text(
            de="Leer, wenn jede Zahl der Zeile da ist; sonst Schlüssel und Grund, etwa „u18=x“.",
            en="Empty if every number of the row is there; else code and reason, such as “u18=x”.",
        ),
        disclosure=Disclosure.PUBLIC,
    )
    fields = (*(each for each in long.fields if each.name not in gone), *numbers, status)
    return Table(
        name=long.name, title=long.title, description=long.description, fields=fields, key=tuple(k for k in long.key if k not in gone)
    )
