"""Stored plans: at most one open plan per source, decided once, never holding a row that was withdrawn.

A plan is kept as lines of JSON: the plan without its tables, then each table without its changes, followed by its changes, some in a
line. So neither writing nor reading it takes much more memory than the plan itself. Older programs wrote it all in one line.
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.codec import dumps, loads
from catalog.consent import PLAN, forget_consent
from catalog.database import Record, Shelf
from catalog.decisions import record_decision
from catalog.plan import Plan, PlanState, RowChange, StoredPlan, TablePlan
from catalog.rows import withdrawn_tables
from schemas.errors import DecisionRefused, UnknownItem

OPEN = (PlanState.PROPOSED, PlanState.HELD)
_AT_ONCE = 500  #: changes in one line
_PORTION = 1 << 20  #: bytes of text that are unpacked at once
_Changes = tuple[RowChange, ...]
_open_values = tuple(each.value for each in OPEN)
_plan = tables.plan.c
_PLAN = select(tables.plan).where(_plan.id == bindparam("id"))
_HEAD = select(*(each for each in tables.plan.c if each.name != "content")).where(_plan.id == bindparam("id"))
_PLANS = select(tables.plan).order_by(_plan.id.desc()).limit(bindparam("limit"))
_OPEN_PLANS = _PLANS.where(_plan.state.in_(_open_values))


class PlanShelf(Shelf):
    def save_plan(self, plan: Plan, state: PlanState) -> int:
        """Number of the stored plan; every older open plan of the source is superseded."""
        with self.database.write() as connection:
            older = (_plan.source == plan.source.name) & _plan.state.in_(_open_values)
            connection.execute(tables.plan.update().where(older).values(state=PlanState.SUPERSEDED.value))
            values = {
                "source": plan.source.name,
                "base": plan.base,
                "state": state.value,
                "at": plan.at,
                "content": _pack(without_withdrawn(connection, plan)),
                "decided_by": "",
                "reason": "",
            }
            (number,) = connection.execute(tables.plan.insert().values(values)).inserted_primary_key or (0,)
            return int(number)

    def supersede_plans(self, source: str) -> None:
        """A newer run found nothing to change: what older plans of the source proposed is history."""
        older = (_plan.source == source) & _plan.state.in_(_open_values)
        with self.database.read() as connection:
            if connection.execute(select(_plan.id).where(older).limit(1)).first() is None:
                return
        with self.database.write() as connection:
            connection.execute(tables.plan.update().where(older).values(state=PlanState.SUPERSEDED.value))

    def plan(self, plan: int) -> StoredPlan:
        """Raises UnknownItem."""
        with self.database.read() as connection:
            return read_plan(connection, plan)

    def plans(self, open_only: bool = True, limit: int = 50) -> tuple[StoredPlan, ...]:
        """Newest first."""
        with self.database.read() as connection:
            found = connection.execute(_OPEN_PLANS if open_only else _PLANS, {"limit": limit})
            return tuple(map(_stored, found))

    def reject_plan(self, plan: int, by: str, reason: str, *, role: str = "") -> None:
        """Raises UnknownItem, DecisionRefused."""
        with self.database.write() as connection:
            require_open(read_plan(connection, plan))
            now = self._clock()
            close_plan(connection, plan, PlanState.REJECTED, by=by, reason=reason, at=now)
            record_decision(connection, at=now, who=by, role=role, what="reject", target=f"plan {plan}", why=reason)


def read_plan(connection: Connection, plan: int, made: Plan | None = None) -> StoredPlan:
    """`made`: what was stored under this number, where the caller still has it; it need not be read back then. Raises UnknownItem."""
    found = connection.execute(_PLAN if made is None else _HEAD, {"id": plan}).one_or_none()
    if found is None:
        raise UnknownItem(f"Plan {plan}")
    return _stored(found, None if made is None else without_withdrawn(connection, made))


def require_open(stored: StoredPlan) -> None:
    if stored.state not in OPEN:
        raise DecisionRefused(f"Plan {stored.id} ist schon entschieden: {stored.state.value}.")


def close_plan(connection: Connection, plan: int, state: PlanState, *, by: str, reason: str, at: datetime) -> None:
    values = {"state": state.value, "decided_by": by, "reason": reason, "decided_at": at}
    connection.execute(tables.plan.update().where(_plan.id == plan).values(values))
    forget_consent(connection, PLAN, plan)


def without_withdrawn(connection: Connection, plan: Plan) -> Plan:
    """The plan without rows and tables that were withdrawn: they must not come back by being stored here."""
    w = tables.withdrawn_row.c
    barred = set(map(tuple, connection.execute(select(w.table_name, w.key))))
    gone = withdrawn_tables(connection, [each.declaration.table.name for each in plan.tables])
    kept = tuple(_without_keys(each, barred) for each in plan.tables if each.declaration.table.name not in gone)
    return replace(plan, tables=kept)


def _without_keys(table: TablePlan, barred: set[tuple[Any, ...]]) -> TablePlan:
    name = table.declaration.table.name
    return replace(table, changes=tuple(each for each in table.changes if (name, each.key) not in barred))


def rewrite_plan(connection: Connection, stored: StoredPlan, plan: Plan, state: PlanState) -> None:
    """Overwrite what a stored plan holds: only for withdrawal."""
    values = {"content": _pack(plan), "state": state.value}
    connection.execute(tables.plan.update().where(_plan.id == stored.id).values(values))


def forget_content(connection: Connection, plan: int) -> None:
    """What a decided plan would have changed is nobody's business any more; that it was, and who decided, stays."""
    stored = read_plan(connection, plan)
    emptied = replace(stored.plan, tables=(), holds=(), findings=(), base="")
    connection.execute(tables.plan.update().where(_plan.id == plan).values(content=_pack(emptied), base=""))


def plans_of_sources(connection: Connection, sources: frozenset[str]) -> list[StoredPlan]:
    return [_stored(each) for each in connection.execute(select(tables.plan).where(_plan.source.in_(sources)).order_by(_plan.id))]


def _pack(plan: Plan) -> bytes:
    packer = zlib.compressobj(1)
    packed = [packer.compress(each.encode() + b"\n") for each in _lines(plan)]
    return b"".join([*packed, packer.flush()])


def _lines(plan: Plan) -> Iterator[str]:
    yield dumps(Plan, replace(plan, tables=()))
    for each in plan.tables:
        yield dumps(TablePlan, replace(each, changes=()))
        for start in range(0, len(each.changes), _AT_ONCE):
            yield dumps(_Changes, each.changes[start : start + _AT_ONCE])


def _unpack(content: bytes) -> Plan:
    lines = _unpacked(content)
    plan = loads(Plan, next(lines))
    found: list[tuple[TablePlan, list[RowChange]]] = []
    for line in lines:
        if line.startswith("{"):
            found.append((loads(TablePlan, line), []))
        else:
            found[-1][1].extend(loads(_Changes, line))
    return replace(plan, tables=(*plan.tables, *(replace(table, changes=tuple(changes)) for table, changes in found)))


def _unpacked(content: bytes) -> Iterator[str]:
    """Lines. JSON has no line end within a text."""
    unpacker = zlib.decompressobj()
    waiting, begun = content, b""
    while waiting:
        *whole, begun = (begun + unpacker.decompress(waiting, _PORTION)).split(b"\n")
        yield from (each.decode() for each in whole)
        waiting = unpacker.unconsumed_tail
    yield from (each.decode() for each in (begun + unpacker.flush()).split(b"\n") if each)


def _stored(found: Record, made: Plan | None = None) -> StoredPlan:
    return StoredPlan(
        id=found.id,
        state=PlanState(found.state),
        plan=_unpack(found.content) if made is None else made,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
        reason=found.reason,
    )
