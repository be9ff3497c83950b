"""A plan's changes, written into the table of published rows: creates, updates, marks, then removals."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.outline import Outline
from catalog.plan import Change, RowChange, RowState, TablePlan
from catalog.plans import PlanInHand
from catalog.rows import content_of, fingerprint, values_elsewhere
from schemas.row import Row, digest_of

_row = tables.row.c
#: By primary key alone: `is_outdated` has made sure that these keys are the source's own, and with the source in the
#: condition PostgreSQL takes the wrong index for a table it has no statistics of (22 s instead of 2 for 10,000 rows).
_here = (_row.table_name == bindparam("in_table")) & (_row.key == bindparam("of_key"))
_INSERT = tables.row.insert()
_UPDATE = tables.row.update().where(_here)
_DELETE = tables.row.delete().where(_here)
_DIGESTS = select(_row.key, _row.digest).where(_row.table_name == bindparam("in_table"), _row.source == bindparam("of_source"))
_KEYS = select(_row.key).where(_row.table_name == bindparam("in_table"))

_AT_ONCE = 1_000  #: rows in one statement
_MARKS = {Change.MISS: RowState.MISSING, Change.STALE: RowState.STALE}


def is_outdated(connection: Connection, plan: PlanInHand) -> bool:
    """Whether the published state has moved on since the plan was made: this source's rows, or another source took a key or what is
    unique whatever the source: of two plans that waited with the same neighbour's data set only one is published."""
    source = plan.plan.source.name
    if fingerprint(connection, source) != plan.plan.base:
        return True
    return any(_takes_a_key(connection, each) or _takes_a_value(connection, source, each) for each in plan.outlines.values())


def _takes_a_key(connection: Connection, table: Outline) -> bool:
    new = {key for key, each in table.marks.items() if each.change is Change.CREATE}
    return bool(new) and not new.isdisjoint(connection.execute(_KEYS, {"in_table": table.name}).scalars())


def _takes_a_value(connection: Connection, source: str, table: Outline) -> bool:
    fields = {name for name, _ in table.unique}
    return bool(fields) and not table.unique.isdisjoint(values_elsewhere(connection, source, table.name, fields))


def change_rows(connection: Connection, source: str, table: TablePlan, *, run: int, at: datetime, approved: bool) -> None:
    """`at` and `run` become the time and run of the last change of those rows whose content changes, and of no others."""
    name = table.declaration.table.name
    place = {"in_table": name}
    by_change = {change: [each for each in table.changes if each.change is change] for change in Change}
    _run_many(connection, _INSERT, (_new_row(source, each, run, at) for each in by_change[Change.CREATE]))
    digests = {each.key: each.digest for each in connection.execute(_DIGESTS, {**place, "of_source": source})}
    written = [each for change in (Change.UPDATE, Change.RETURN) for each in by_change[change]]
    _update(connection, place, [each for each in written if _row_of(each).digest != digests.get(each.key)], run, at)
    _revive(connection, place, [each for each in written if _row_of(each).digest == digests.get(each.key)])
    for change, state in _MARKS.items():
        _mark(connection, place, by_change[change], state, at=at)
    _run_many(connection, _DELETE, ({**place, "of_key": each.key} for each in by_change[Change.REMOVE]))
    if approved:
        _acknowledge(connection, name, source)


def _run_many(connection: Connection, statement: Any, parameters: Iterable[dict[str, Any]]) -> None:
    """Some at a time: what is written of a row takes as much memory as the row."""
    waiting = iter(parameters)
    while some := list(islice(waiting, _AT_ONCE)):
        connection.execute(statement, some)


def _new_row(source: str, change: RowChange, run: int, at: datetime) -> dict[str, Any]:
    row = _row_of(change)
    return {"table_name": row.table, "key": row.key, "source": source, **_content(row), **_current(), "changed_at": at, "changed_run": run}


def _update(connection: Connection, place: dict[str, str], changes: Iterable[RowChange], run: int, at: datetime) -> None:
    stamp = {**_current(), "changed_at": at, "changed_run": run}
    _run_many(connection, _UPDATE, ({**place, "of_key": each.key, **_content(_row_of(each)), **stamp} for each in changes))


def _revive(connection: Connection, place: dict[str, str], changes: Iterable[RowChange]) -> None:
    """Back as it was: the mark goes, the time of the last change stays."""
    _run_many(connection, _UPDATE, ({**place, "of_key": each.key, "origin": _row_of(each).origin, **_current()} for each in changes))


def _mark(connection: Connection, place: dict[str, str], changes: Iterable[RowChange], state: RowState, *, at: datetime) -> None:
    values = {"state": state.value, "state_since": at, "acknowledged": False}
    _run_many(connection, _UPDATE, ({**place, "of_key": each.key, **values} for each in changes))


def _acknowledge(connection: Connection, table: str, source: str) -> None:
    """A person has seen what is missing, also what went missing in small steps before: the guards need not stop it again."""
    missing = (_row.table_name == table) & (_row.source == source) & (_row.state == RowState.MISSING.value)
    connection.execute(tables.row.update().where(missing).values(acknowledged=True))


def _content(row: Row) -> dict[str, Any]:
    content = content_of(row)
    # Of a row that was read back nobody has computed the digest; its text is at hand.
    digest = row.__dict__.get("digest") or digest_of(content, row.source_url).hex()
    return {"digest": digest, "content": content, "source_url": row.source_url, "origin": row.origin}


def _current() -> dict[str, Any]:
    return {"state": RowState.CURRENT.value, "state_since": None, "acknowledged": False}


def _row_of(change: RowChange) -> Row:
    if change.row is None:
        raise ValueError(f"{change.change.value} of {change.key!r} without a row")
    return change.row
