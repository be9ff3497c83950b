"""A run that rests on an earlier one: where a source says itself that nothing has changed since, and nothing else has, either."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from catalog.plan import Outcome, RowState, RunRecord
from catalog.store import Store
from harvesters.harvester import SourceConfig

#: Rows wait for what somebody else publishes: a source that stands still does not mean that they do.
_WAITS_FOR_OTHERS = frozenset({"unpublished-district"})


def read_by(source: SourceConfig, rules: str) -> str:
    """Fingerprint of all that decides which rows equal answers give. `rules`: `judging.fingerprint_of` for its tables."""
    return hashlib.sha256(f"{rules} {replace(source, schedule='')!r}".encode()).hexdigest()


def settled_run(store: Store, source: SourceConfig, *, run: int, by: str) -> RunRecord | None:
    """The last run before this one, if its rows still stand as they would be made today: read by the same, published as a whole, and no
    row missing, stale or on the Prüfliste. None: then everything has to be made again."""
    last = next((each for each in store.runs(source.name, limit=2) if each.id != run), None)
    if last is None or last.outcome not in (Outcome.OK, Outcome.UNCHANGED) or last.read_by != by:
        return None
    if last.counts.get("quarantined") or any(each.code in _WAITS_FOR_OTHERS for each in last.findings):
        return None
    return last if store.row_states(source.name).keys() <= {RowState.CURRENT} else None


def rested_counts(states: Mapping[RowState, int]) -> dict[str, int]:
    """As those of a run that found every row unchanged (`counting.counts_of`)."""
    nothing = dict.fromkeys(("created", "updated", "returned", "missing", "stale", "removed", "quarantined"), 0)
    return {**nothing, "unchanged": states.get(RowState.CURRENT, 0)}
