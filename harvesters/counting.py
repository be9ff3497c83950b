"""A plan in numbers, and the sentence that goes with them in a run's record."""

from collections.abc import Collection

from catalog.outline import Tally
from catalog.plan import Change, TablePlan

_NAMES = {
    Change.CREATE: "created",
    Change.UPDATE: "updated",
    Change.RETURN: "returned",
    Change.MISS: "missing",
    Change.STALE: "stale",
    Change.REMOVE: "removed",
}


def counts_of(tables: Collection[TablePlan | Tally]) -> dict[str, int]:
    """Rows by what happens to them."""
    counts = {name: sum(table.count(change) for table in tables) for change, name in _NAMES.items()}
    counts["unchanged"] = sum(table.unchanged for table in tables)
    counts["quarantined"] = sum(len(table.quarantined) for table in tables)
    return counts


def partial_message(*, unreadable: int, quarantined: int) -> str:
    parts = []
    if unreadable:
        parts.append(f"Nicht lesbar: {unreadable}; die betroffenen Tabellen bleiben, wie sie sind.")
    if quarantined:
        parts.append(f"Auf der Prüfliste: {quarantined}.")
    return " ".join(parts)
