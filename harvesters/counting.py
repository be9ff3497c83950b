"""A plan in numbers, and the sentence that goes with them in a run's record."""

from collections.abc import Collection
from dataclasses import replace

from catalog.plan import Change, Plan

_NAMES = {
    Change.CREATE: "created",
    Change.UPDATE: "updated",
    Change.RETURN: "returned",
    Change.MISS: "missing",
    Change.STALE: "stale",
    Change.REMOVE: "removed",
}


def counts_of(plan: Plan, *, without: Collection[str] = ()) -> dict[str, int]:
    """Rows by what happens to them; `without`: data sets that were not published after all."""
    kept = replace(plan, tables=tuple(each for each in plan.tables if each.declaration.name not in without))
    counts = {name: sum(table.count(change) for table in kept.tables) for change, name in _NAMES.items()}
    counts["unchanged"] = sum(table.unchanged for table in kept.tables)
    counts["quarantined"] = sum(len(table.quarantined) for table in kept.tables)
    return counts


def partial_message(*, unreadable: int, quarantined: int) -> str:
    parts = []
    if unreadable:
        parts.append(f"Nicht lesbar: {unreadable}; die betroffenen Tabellen bleiben, wie sie sind.")
    if quarantined:
        parts.append(f"Auf der Prüfliste: {quarantined}.")
    return " ".join(parts)
