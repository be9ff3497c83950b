"""What the catalogue says about a source's tables, asked once a run: every step of the run then works with the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from catalog.plan import PublishedRow, RowState
from catalog.sameness import Holders
from catalog.store import Store
from schemas.declaration import Declaration
from schemas.table import Table


@dataclass(frozen=True, kw_only=True)
class Known:
    """By table name where it says so."""

    base: str  #: fingerprint of the source's published rows; taken first, so that a plan never seems newer than what it was made from
    published: Mapping[str, tuple[PublishedRow, ...]]
    taken: Mapping[str, Mapping[str, str]]  #: keys that other sources publish
    same: Mapping[str, Holders]  #: values of unique fields that other sources publish
    withdrawn: Mapping[str, frozenset[str]]  #: keys that never come back
    withdrawn_tables: frozenset[str]
    accepted: frozenset[tuple[str, str, str]]  #: (table, key, digest)
    datasets: frozenset[str]  #: of the data sets at hand, the names that were used before

    @cached_property
    def published_keys(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(each.row.key for each in rows) for name, rows in self.published.items()}

    def current(self, table: str) -> frozenset[tuple[str, str]]:
        """(key, digest) of rows that stand as they are: judged before, and found good."""
        return frozenset((each.row.key, each.row.digest) for each in self.published[table] if each.state is RowState.CURRENT)


def known_of(store: Store, source: str, tables: Mapping[str, Declaration]) -> Known:
    return Known(
        base=store.fingerprint(source),
        published={name: store.published(source, name) for name in tables},
        taken={name: store.taken(source, name) for name in tables},
        same={name: _held_elsewhere(store, source, each.table) for name, each in tables.items()},
        withdrawn={name: store.withdrawn(name) for name in tables},
        withdrawn_tables=store.withdrawn_tables(),
        accepted=store.accepted(source),
        datasets=store.known_datasets([each.name for each in tables.values()]),
    )


def _held_elsewhere(store: Store, source: str, table: Table) -> Holders:
    fields = [each.name for each in table.fields if each.unique]
    return store.values_elsewhere(source, table.name, fields) if fields else {}
