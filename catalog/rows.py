"""Published rows as the planner reads them, and the fingerprint that tells whether a plan still fits."""

import hashlib
import json
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from sqlalchemy import Connection, bindparam, func, select

from catalog import tables
from catalog.codec import loads
from catalog.database import Record, Shelf
from catalog.entries import Status
from catalog.plan import PublishedRow, RowState
from schemas.declaration import Declaration
from schemas.errors import Gone
from schemas.row import Row, Value

_row = tables.row.c
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  #: made once: that takes longer than writing a row
_PUBLISHED = select(tables.row).where(_row.source == bindparam("source"), _row.table_name == bindparam("table"))
_STANDING = select(_row.key, _row.digest, _row.state).where(_row.source == bindparam("source"), _row.table_name == bindparam("table"))
_COUNTED = select(_row.state, func.count()).where(_row.source == bindparam("source")).group_by(_row.state)
_ALL_ROWS = select(tables.row).where(_row.table_name == bindparam("table"))
_TAKEN = select(_row.key, _row.source).where(_row.source != bindparam("source"), _row.table_name == bindparam("table"))
_ELSEWHERE = select(_row.source, _row.content).where(_row.source != bindparam("source"), _row.table_name == bindparam("table"))
_KEYS = select(_row.key).where(_row.table_name == bindparam("table"))
_STATES = select(_row.table_name, _row.key, _row.digest, _row.state, _row.state_since, _row.acknowledged).where(
    _row.source == bindparam("source")
)
_DECLARATIONS = (
    select(tables.dataset.c.declaration)
    .where(
        tables.dataset.c.table_name.in_(select(_row.table_name).where(_row.source == bindparam("source"))),
        tables.dataset.c.declaration != "",
    )
    .order_by(tables.dataset.c.table_name)
)
_WITHDRAWN_ROWS = select(tables.withdrawn_row.c.key).where(tables.withdrawn_row.c.table_name == bindparam("table"))
_WITHDRAWN_TABLES = select(tables.dataset.c.table_name).where(tables.dataset.c.status == Status.WITHDRAWN.value)


@lru_cache(maxsize=16)
def _read(content: str) -> dict[str, Value]:
    """Nobody may change it."""
    found: dict[str, Value] = json.loads(content)
    return found


class StoredValues(Mapping[str, Value]):
    """The values of a stored row, read when they are asked for: as text they take a third of the memory, and most rows that are planned
    with have not changed, so that nobody asks."""

    __slots__ = ("_content",)

    def __init__(self, content: str) -> None:
        """`content`: as `content_of` writes it."""
        self._content = content

    def __getitem__(self, name: str) -> Value:
        return _read(self._content)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_read(self._content))

    def __len__(self) -> int:
        return len(_read(self._content))

    def __repr__(self) -> str:
        return repr(_read(self._content))


class RowShelf(Shelf):
    def published(self, source: str, table: str) -> tuple[PublishedRow, ...]:
        """This source's rows of a table, by key."""
        with self.database.read() as connection:
            return tuple(sorted(map(published_row, connection.execute(_PUBLISHED, {"source": source, "table": table})), key=_key))

    def standing(self, source: str, table: str) -> tuple[tuple[str, str, RowState], ...]:
        """(key, digest, state) of this source's rows of a table."""
        with self.database.read() as connection:
            found = connection.execute(_STANDING, {"source": source, "table": table})
            return tuple((each.key, each.digest, RowState(each.state)) for each in found)

    def row_states(self, source: str) -> Mapping[RowState, int]:
        """How many of this source's rows are in which state; those of no row are left out."""
        with self.database.read() as connection:
            return {RowState(state): int(count) for state, count in connection.execute(_COUNTED, {"source": source})}

    def published_under(self, source: str, table: str, keys: Collection[str]) -> Mapping[str, PublishedRow]:
        """Those of this source's rows that have these keys (a page of them, not thousands)."""
        with self.database.read() as connection:
            where = _row.key.in_(bindparam("keys", expanding=True))
            found = connection.execute(_PUBLISHED.where(where), {"source": source, "table": table, "keys": list(keys)}).all()
        return {each.key: published_row(each) for each in found}

    def rows_of(self, table: str) -> tuple[Row, ...]:
        """Every row of a table, whatever its source, by key."""
        with self.database.read() as connection:
            return tuple(each.row for each in all_rows(connection, table))

    def taken(self, source: str, table: str) -> dict[str, str]:
        """Keys of a table that other sources publish, with the other source's name."""
        with self.database.read() as connection:
            return {each.key: each.source for each in connection.execute(_TAKEN, {"source": source, "table": table})}

    def values_elsewhere(self, source: str, table: str, fields: Collection[str]) -> dict[tuple[str, str], str]:
        """(field, value) -> source, for these fields of rows that other sources publish."""
        with self.database.read() as connection:
            return values_elsewhere(connection, source, table, fields)

    def keys(self, table: str) -> frozenset[str]:
        """All keys of a table, whatever their source: what foreign keys may point at."""
        with self.database.read() as connection:
            return frozenset(connection.execute(_KEYS, {"table": table}).scalars())

    def withdrawn(self, table: str) -> frozenset[str]:
        """Keys that `klar withdraw` has barred for ever."""
        with self.database.read() as connection:
            return frozenset(connection.execute(_WITHDRAWN_ROWS, {"table": table}).scalars())

    def require_row_not_withdrawn(self, table: str, key: str) -> None:
        """Raises Gone, with the reason everybody may read, when `klar withdraw` has barred this key."""
        w = tables.withdrawn_row.c
        with self.database.read() as connection:
            found = connection.execute(select(w.at, w.reason).where(w.table_name == table, w.key == key)).one_or_none()
        if found is not None:
            raise Gone(f"{table}: Zeile zurückgezogen", reason=found.reason, at=found.at.isoformat())

    def withdrawn_tables(self) -> frozenset[str]:
        """Tables whose whole data set was withdrawn: nothing of them is ever published again."""
        with self.database.read() as connection:
            return withdrawn_tables(connection)

    def has_withdrawals(self) -> bool:
        """Whether anything was ever withdrawn: then a payload may hold what must not be kept again."""
        with self.database.read() as connection:
            rows = connection.execute(select(tables.withdrawn_row.c.key).limit(1)).first()
            return rows is not None or bool(withdrawn_tables(connection))

    def declarations_of(self, source: str) -> tuple[Declaration, ...]:
        """What this source publishes rows of, as last published, by table name."""
        with self.database.read() as connection:
            return tuple(loads(Declaration, each) for each in connection.execute(_DECLARATIONS, {"source": source}).scalars())

    def fingerprint(self, source: str) -> str:
        """Changes with every change of the source's published rows; `Plan.base`."""
        with self.database.read() as connection:
            return fingerprint(connection, source)

    def record_origins(self, source: str, origins: Mapping[str, Collection[str]]) -> None:
        """Remember which addresses a table's rows were read from (table -> `Row.origin` of this run's rows), unchanged
        rows included: `klar withdraw` erases the archived payloads of these addresses."""
        wanted = {(table, url) for table, urls in origins.items() for url in urls}
        with self.database.write() as connection:
            c = tables.origin.c
            known = {(table, url) for table, url in connection.execute(select(c.table_name, c.url).where(c.source == source))}
            if fresh := sorted(wanted - known):
                entries = [{"source": source, "table_name": table, "url": url} for table, url in fresh]
                connection.execute(tables.origin.insert(), entries)


def withdrawn_tables(connection: Connection, among: Collection[str] | None = None) -> frozenset[str]:
    """All of them, or those of `among`: that costs the same however many data sets there are."""
    question = _WITHDRAWN_TABLES if among is None else _WITHDRAWN_TABLES.where(tables.dataset.c.table_name.in_(list(among)))
    return frozenset(connection.execute(question).scalars())


def values_elsewhere(connection: Connection, source: str, table: str, fields: Collection[str]) -> dict[tuple[str, str], str]:
    """As the method says."""
    found = connection.execute(_ELSEWHERE, {"source": source, "table": table}).all()
    rows = ((each.source, json.loads(each.content)) for each in found)
    return {(name, str(values[name])): holder for holder, values in rows for name in fields if values.get(name) is not None}


def fingerprint(connection: Connection, source: str) -> str:
    states = sorted(map(tuple, connection.execute(_STATES, {"source": source})), key=lambda each: (each[0], each[1]))
    digest = hashlib.sha256()
    for each in states:
        digest.update(repr(each).encode())
    return digest.hexdigest()


def all_rows(connection: Connection, table: str) -> list[PublishedRow]:
    """Every row of a table, by key in code point order: the order of the published files on every database."""
    return sorted(map(published_row, connection.execute(_ALL_ROWS, {"table": table})), key=_key)


def main_source(connection: Connection, table: str) -> str:
    """Under whose name the Prüfliste files a problem of the whole data set."""
    return connection.execute(select(_row.source).where(_row.table_name == table).order_by(_row.source).limit(1)).scalar_one_or_none() or ""


def published_row(found: Record) -> PublishedRow:
    # Many rows share these; the database gives each a text of its own.
    table, source, origin = (sys.intern(each) for each in (found.table_name, found.source, found.origin))
    row = Row(table=table, key=found.key, values=StoredValues(found.content), source_url=found.source_url, origin=origin)
    # What would be computed from the same values again: this keeps planning of ten thousand unchanged rows cheap.
    row.__dict__["digest"] = found.digest
    return PublishedRow(
        source=source,
        row=row,
        state=RowState(found.state),
        state_since=found.state_since,
        acknowledged=found.acknowledged,
        changed_at=found.changed_at,
        changed_run=found.changed_run,
    )


def content_of(row: Row) -> str:
    return _COMPACT(dict(row.values))


def _key(each: PublishedRow) -> str:
    return each.row.key
