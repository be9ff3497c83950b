"""What of a plan has to be known as a whole while its tables are published one by one: keys, counts and references, no values. The rows of
fifty thousand sensors take a hundred megabytes, what is said of them here a tenth."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from catalog.plan import Change, Plan, RowChange, TablePlan
from schemas.declaration import Declaration
from schemas.row import Quarantined, Row
from schemas.table import Table

Place = tuple[str, str]  #: table and key
#: What writes a row into the catalogue.
WRITES = (Change.CREATE, Change.UPDATE, Change.RETURN)


class Mark(NamedTuple):
    """One change without its row."""

    change: Change
    digest: bytes = b""  #: of the new row; b"" without one
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """A table's changes in numbers."""

    declaration: Declaration
    changes: Mapping[Change, int]
    unchanged: int
    quarantined: tuple[Quarantined, ...]

    def count(self, change: Change) -> int:
        return self.changes.get(change, 0)


@dataclass(frozen=True, kw_only=True)
class Outline:
    """One table of a plan."""

    head: TablePlan  #: without its changes
    marks: Mapping[str, Mark]  #: by key
    targets: Mapping[str, tuple[tuple[str, Place], ...]]  #: key of a row that is written -> (field, what it points to)
    unique: frozenset[tuple[str, str]]  #: (field, value) of new rows, for fields that may hold a value once

    @property
    def name(self) -> str:
        """Of the table."""
        return self.head.declaration.table.name

    def without(self, keys: Collection[str]) -> "Outline":
        """As if the rows with these keys were not in it."""
        if not any(key in self.marks for key in keys):
            return self
        marks = {key: each for key, each in self.marks.items() if key not in keys}
        return replace(self, marks=marks, targets={key: each for key, each in self.targets.items() if key in marks})


def outlines_of(plan: Plan) -> tuple[Outline, ...]:
    return tuple(outline_of(each) for each in plan.tables)


def outline_of(table: TablePlan) -> Outline:
    new = [each.row for each in table.changes if each.change is Change.CREATE and each.row is not None]
    return Outline(
        head=replace(table, changes=()),
        marks={each.key: mark_of(each) for each in table.changes},
        targets=dict(_pointing(table)),
        unique=frozenset(_unique(table.declaration.table, new)),
    )


def mark_of(change: RowChange) -> Mark:
    row = change.row
    return Mark(change.change) if row is None else Mark(change.change, bytes.fromhex(row.digest), row.origin)


def tally_of(table: TablePlan) -> Tally:
    return Tally(
        declaration=table.declaration,
        changes=Counter(each.change for each in table.changes),
        unchanged=table.unchanged,
        quarantined=table.quarantined,
    )


def targets_of(table: Table, values: Mapping[str, object]) -> Iterator[tuple[str, Place]]:
    """(field, place) of what a row points to."""
    for key in table.foreign_keys:
        value = values.get(key.field)
        if value is not None:
            yield key.field, (key.table, str(value))


def _pointing(table: TablePlan) -> Iterator[tuple[str, tuple[tuple[str, Place], ...]]]:
    schema = table.declaration.table
    if schema.foreign_keys:
        for each in table.changes:
            if each.row is not None and each.change in WRITES and (found := tuple(targets_of(schema, each.row.values))):
                yield each.key, found


def _unique(table: Table, rows: Collection[Row]) -> Iterator[tuple[str, str]]:
    for name in (each.name for each in table.fields if each.unique):
        yield from ((name, str(row.values[name])) for row in rows if row.values.get(name) is not None)
