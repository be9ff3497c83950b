"""Stored plans: at most one open plan per source, decided once, never holding a row that was withdrawn."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.consent import PLAN, forget_consent
from catalog.database import Record, Shelf
from catalog.decisions import record_decision
from catalog.outline import Outline
from catalog.packing import Packed, pack, unpack
from catalog.plan import Plan, PlanState, StoredPlan, TablePlan
from catalog.rows import withdrawn_tables
from schemas.errors import DecisionRefused, UnknownItem

OPEN = (PlanState.PROPOSED, PlanState.HELD)
_open_values = tuple(each.value for each in OPEN)
_plan = tables.plan.c
_PLAN = select(tables.plan).where(_plan.id == bindparam("id"))
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
                "content": pack(without_withdrawn(connection, plan)),
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


class PlanInHand:
    """A stored plan on its way into the catalogue: its outlines are known as a whole, its rows are read a table at a time."""

    def __init__(self, stored: StoredPlan, outlines: Sequence[Outline], packed: Packed) -> None:
        """`stored`: its plan without tables."""
        self.stored = stored
        self.outlines = {each.name: each for each in outlines}
        self._packed = packed

    @property
    def plan(self) -> Plan:
        """Without its tables."""
        return self.stored.plan

    def table(self, name: str) -> TablePlan:
        """Raises KeyError."""
        return self._packed.table(name)


def plan_in_hand(connection: Connection, plan: int, outlines: Sequence[Outline] | None = None) -> PlanInHand:
    """`outlines`: of what was stored under this number, where the caller has them; all its rows need not be read for them then. Raises
    UnknownItem."""
    found = _found(connection, plan)
    packed = Packed(found.content)
    known = packed.outlines() if outlines is None else _still_there(connection, outlines)
    return PlanInHand(_stored(found, packed.plan), known, packed)


def read_plan(connection: Connection, plan: int) -> StoredPlan:
    """Raises UnknownItem."""
    return _stored(_found(connection, plan))


def _found(connection: Connection, plan: int) -> Record:
    found = connection.execute(_PLAN, {"id": plan}).one_or_none()
    if found is None:
        raise UnknownItem(f"Plan {plan}")
    return found


def require_open(stored: StoredPlan) -> None:
    if stored.state not in OPEN:
        raise DecisionRefused(f"Plan {stored.id} ist schon entschieden: {stored.state.value}.")


def close_plan(connection: Connection, plan: int, state: PlanState, *, by: str, reason: str, at: datetime) -> None:
    values = {"state": state.value, "decided_by": by, "reason": reason, "decided_at": at}
    connection.execute(tables.plan.update().where(_plan.id == plan).values(values))
    forget_consent(connection, PLAN, plan)


def without_withdrawn(connection: Connection, plan: Plan) -> Plan:
    """The plan without rows and tables that were withdrawn: they must not come back by being stored here."""
    barred = _barred(connection)
    gone = withdrawn_tables(connection, [each.declaration.table.name for each in plan.tables])
    kept = tuple(_without_keys(each, barred) for each in plan.tables if each.declaration.table.name not in gone)
    return replace(plan, tables=kept)


def _still_there(connection: Connection, outlines: Sequence[Outline]) -> list[Outline]:
    """The same of what is known of a plan: it may have been rewritten since it was stored."""
    barred = _barred(connection)
    gone = withdrawn_tables(connection, [each.name for each in outlines])
    return [each.without(barred[each.name]) for each in outlines if each.name not in gone]


def _barred(connection: Connection) -> defaultdict[str, set[str]]:
    """Table -> keys."""
    w = tables.withdrawn_row.c
    found: defaultdict[str, set[str]] = defaultdict(set)
    for table, key in connection.execute(select(w.table_name, w.key)):
        found[table].add(key)
    return found


def _without_keys(table: TablePlan, barred: defaultdict[str, set[str]]) -> TablePlan:
    keys = barred[table.declaration.table.name]
    return replace(table, changes=tuple(each for each in table.changes if each.key not in keys)) if keys else table


def rewrite_plan(connection: Connection, stored: StoredPlan, plan: Plan, state: PlanState) -> None:
    """Overwrite what a stored plan holds: only for withdrawal."""
    values = {"content": pack(plan), "state": state.value}
    connection.execute(tables.plan.update().where(_plan.id == stored.id).values(values))


def forget_content(connection: Connection, plan: int) -> None:
    """What a decided plan would have changed is nobody's business any more; that it was, and who decided, stays."""
    stored = read_plan(connection, plan)
    emptied = replace(stored.plan, tables=(), holds=(), findings=(), base="")
    connection.execute(tables.plan.update().where(_plan.id == plan).values(content=pack(emptied), base=""))


def plans_of_sources(connection: Connection, sources: frozenset[str]) -> list[StoredPlan]:
    return [_stored(each) for each in connection.execute(select(tables.plan).where(_plan.source.in_(sources)).order_by(_plan.id))]


def _stored(found: Record, plan: Plan | None = None) -> StoredPlan:
    return StoredPlan(
        id=found.id,
        state=PlanState(found.state),
        plan=unpack(found.content) if plan is None else plan,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
        reason=found.reason,
    )
