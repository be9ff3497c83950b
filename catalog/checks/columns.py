"""Whether anything is wrong with many rows at all, seen by their columns: a value that stands in a thousand rows is judged once.

What Frictionless says of a cell depends on its field and its text, and on nothing else of its row. So the different values of a column
may stand in any rows, and side by side in several columns of the same field: a rectangle that is a fraction of the table. What concerns
a row as a whole (a key that comes twice, a row without anything) is not seen in it: such rows are judged as they are.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from catalog.checks.forms import FORMS
from catalog.formats.canonical_csv import delimited_line
from catalog.formats.cells import cells, text_of
from schemas.errors import WrongValue
from schemas.row import Value
from schemas.table import Field, Table

#: Lines of the rectangle. A row costs Frictionless six times as much as a cell, a column as much as some hundred rows.
HEIGHT = 500


def rectangle(table: Table, rows: Sequence[Mapping[str, Value]]) -> tuple[Table, bytes] | None:
    """A table without a key, and its CSV, that is good if and only if all rows are. None: the rows have to be judged as they are."""
    if not _has_sure_keys(table, rows):
        return None
    found = [(each, texts) for each in table.fields if (texts := _texts(table, each, rows)) is not None]
    if len(found) < len(table.fields):
        return None
    columns = [(field, part) for field, texts in found for part in _parts(texts)]
    height = max(len(part) for _, part in columns)
    fields = tuple(replace(field, name=f"{field.name}_{number}") for number, (field, _) in enumerate(columns))
    padded = [[*part, *[part[0]] * (height - len(part))] for _, part in columns]
    lines = [delimited_line([each.name for each in fields]), *map(delimited_line, zip(*padded, strict=True))]
    return replace(table, fields=fields, key=(), foreign_keys=()), "".join(lines).encode()


def _has_sure_keys(table: Table, rows: Sequence[Mapping[str, Value]]) -> bool:
    """Each row has a key of its own, in text that nothing is done to, and no field that the table does not know."""
    names = frozenset(table.field_names)
    if any(each.keys() != names for each in rows) or not table.key:
        return False
    keys = {tuple([row[name] for name in table.key]) for row in rows}
    return len(keys) == len(rows) and all(isinstance(part, str) and part for key in keys for part in key)


def _texts(table: Table, field: Field, rows: Sequence[Mapping[str, Value]]) -> list[str] | None:
    """The different texts of a column, as they would be written. None: one of them is not of the field's type or form."""
    try:
        lines = cells(replace(table, fields=(field,)), [{field.name: each} for each in _different(field.name, rows)])
    except WrongValue:
        return None
    form = FORMS.get(field.type)
    texts = [text_of(value) for (value,) in lines]
    return None if form and any(text and not form.fullmatch(text) for text in texts) else texts


def _different(name: str, rows: Sequence[Mapping[str, Value]]) -> Collection[Value]:
    """True, 1 and 1.0 are equal and not the same."""
    values = dict.fromkeys([row[name] for row in rows])
    if all(value is None or isinstance(value, str) for value in values):
        return values
    return [value for _, value in dict.fromkeys((type(row[name]), row[name]) for row in rows)]


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), HEIGHT):
        yield texts[start : start + HEIGHT]
