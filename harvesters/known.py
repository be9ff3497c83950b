"""What the catalogue says about a source's tables, asked once a run: every step of the run then works with the same answer."""

from collections.abc import Collection, Iterator, Mapping
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
    published: Mapping[str, tuple[PublishedRow, ...]]  #: read anew each time; `base` tells whether it is still the same
    standing: Mapping[str, tuple[tuple[str, str, RowState], ...]]  #: (key, digest, state) of the published rows
    taken: Mapping[str, Mapping[str, str]]  #: keys that other sources publish
    same: Mapping[str, Holders]  #: values of unique fields that other sources publish
    withdrawn: Mapping[str, frozenset[str]]  #: keys that never come back
    withdrawn_tables: frozenset[str]
    accepted: frozenset[tuple[str, str, str]]  #: (table, key, digest)
    datasets: frozenset[str]  #: of the data sets at hand, the names that were used before

    @cached_property
    def published_keys(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(key for key, _, _ in rows) for name, rows in self.standing.items()}

    def current(self, table: str) -> frozenset[tuple[str, str]]:
        """(key, digest) of rows that stand as they are: judged before, and found good."""
        return frozenset((key, digest) for key, digest, state in self.standing[table] if state is RowState.CURRENT)


class _Published(Mapping[str, tuple[PublishedRow, ...]]):
    """By table. Nobody needs the rows of two tables at once, and all of them are as large as what has come in."""

    def __init__(self, store: Store, source: str, tables: Collection[str]) -> None:
        self._store, self._source, self._tables = store, source, tuple(tables)

    def __getitem__(self, table: str) -> tuple[PublishedRow, ...]:
        if table not in self._tables:
            raise KeyError(table)
        return self._store.published(self._source, table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def known_of(store: Store, source: str, tables: Mapping[str, Declaration]) -> Known:
    return Known(
        base=store.fingerprint(source),
        published=_Published(store, source, tables),
        standing={name: store.standing(source, name) for name in tables},
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
