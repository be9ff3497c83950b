"""The shelf of microdata: rows about single persons, each with the day it has to be gone by."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from sys import intern
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Delete, Update, bindparam, delete, select, update

from catalog.database import Record, Shelf
from catalog.vault import tables
from catalog.vault.keyring import Keyed, keep_keys
from schemas.row import Value, text_of_values

_m = tables.microdata.c
_b = tables.barred.c
_THERE = (_m.table_name == bindparam("of_table")) & _m.key.in_(bindparam("of_keys", expanding=True))
_OWN = (_m.table_name == bindparam("of_table")) & (_m.source == bindparam("of_source"))
_STANDING = select(_m.key, _m.content, _m.keep_until, _m.missing_since)
_ONWARDS = _STANDING.where(_OWN, _m.key > bindparam("after")).order_by(_m.key).limit(bindparam("at_most"))
#: Rows that are read or written at once: all of them would take as much memory as everything else of a harvest.
_AT_ONCE = 1000

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Microdata:
    """One row under a schema of `schemas/microdata`."""

    table: str
    key: str
    source: str
    content: Mapping[str, Value]
    keep_until: datetime  #: aware
    process: str = ""  #: key of the participation process; "" when it belongs to none
    first_at: datetime | None = None  #: when it came; None: it is new
    missing_since: datetime | None = None  #: not in the source since


class Written(NamedTuple):
    """A row as it is put: of the source and table of its shift."""

    key: str
    process: str
    content: str  #: `schemas.row.text_of_values`
    keep_until: datetime


class Standing(NamedTuple):
    """A row as it lies there."""

    key: str
    content: str
    keep_until: datetime
    missing_since: datetime | None

    @property
    def values(self) -> Mapping[str, Value]:
        found: Mapping[str, Value] = json.loads(self.content)
        return found


class Puts(Protocol):
    """Rows in no more memory than one block of them takes."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Written]: ...


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What one harvest changes of a source's rows of one table."""

    keys: Mapping[str, Keyed] = field(default_factory=dict)  #: what the pseudonyms of `put` were made with, by process
    put: Puts = ()  #: new rows, and new states of rows that are there; each key once
    keep: Mapping[str, datetime] = field(default_factory=dict)  #: key -> until when, of rows that stay as they are
    miss: Collection[str] = ()  #: keys of rows that are not in the source for the first time
    remove: Collection[str] = ()


class MicrodataShelf(Shelf):
    def put_microdata(self, rows: Sequence[Microdata]) -> None:
        """New rows, and new states of rows that are there: table and key name a row. When one came first is never forgotten."""
        with self.database.write() as connection:
            for table in dict.fromkeys(each.table for each in rows):
                fresh = {each.key: each for each in rows if each.table == table}
                _put(connection, table, [_entry(each) for each in fresh.values()], self._clock())

    def shift_microdata(self, source: str, table: str, shift: Shift) -> None:
        """All of it or nothing. Rows of other sources are not touched. Raises Busy."""
        own = _THERE & (_m.source == source)
        with self.database.write() as connection:
            keep_keys(connection, shift.keys)
            now = self._clock()
            for some in _parts(shift.put):
                _put(connection, table, [_entry_of(source, table, each) for each in some], now)
            for until, keys in _by_time(shift.keep).items():
                _each(connection, update(tables.microdata).where(own).values(keep_until=until, missing_since=None), table, keys)
            _each(connection, update(tables.microdata).where(own).values(missing_since=now), table, shift.miss)
            _each(connection, delete(tables.microdata).where(own), table, shift.remove)
        if shift.remove:
            self.database.forget()

    def microdata(self, table: str, *, process: str | None = None, source: str | None = None) -> tuple[Microdata, ...]:
        """By key. None: of all processes, of all sources."""
        wanted = _m.table_name == table
        if process is not None:
            wanted &= _m.process == process
        if source is not None:
            wanted &= _m.source == source
        with self.database.read() as connection:
            found = connection.execute(select(tables.microdata).where(wanted)).all()
        return tuple(sorted(map(_microdata, found), key=lambda each: each.key))

    def standing_microdata(self, table: str, source: str) -> Iterator[Standing]:
        """All rows of this source, by key, some at a time: no snapshot."""
        after = ""
        while True:
            asked = {"of_table": table, "of_source": source, "after": after, "at_most": _AT_ONCE}
            with self.database.read() as connection:
                found = [Standing(*each) for each in connection.execute(_ONWARDS, asked)]
            yield from found
            if len(found) < _AT_ONCE:
                return
            after = found[-1].key

    def microdata_keys_of_others(self, table: str, source: str) -> frozenset[str]:
        """Keys of rows that other sources have brought."""
        with self.database.read() as connection:
            return frozenset(connection.execute(select(_m.key).where(_m.table_name == table, _m.source != source)).scalars())

    def microdata_sources(self, table: str) -> Mapping[str, str]:
        """Key -> source."""
        with self.database.read() as connection:
            found = connection.execute(select(_m.key, _m.source).where(_m.table_name == table))
            return {each.key: each.source for each in found}

    def overdue_microdata(self, now: datetime) -> dict[str, int]:
        """Source -> rows whose time is over."""
        with self.database.read() as connection:
            found = Counter(connection.execute(select(_m.source).where(_m.keep_until <= now)).scalars())
        return dict(sorted(found.items()))

    def purge_microdata(self, now: datetime) -> None:
        """Forget rows whose time is over."""
        with self.database.write() as connection:
            connection.execute(delete(tables.microdata).where(_m.keep_until <= now))

    def bar_microdata(self, table: str, key: str) -> None:
        """This row never comes back; it is erased by `erase`, not here."""
        with self.database.write() as connection:
            bar(connection, table, key)

    def barred_microdata(self, table: str) -> frozenset[str]:
        """Marks (`mark_of`) of rows that never come back."""
        with self.database.read() as connection:
            return frozenset(connection.execute(select(_b.mark).where(_b.table_name == table)).scalars())

    def has_barred(self) -> bool:
        """Whether an answer may hold a row that must not be kept again."""
        with self.database.read() as connection:
            return connection.execute(select(_b.mark).limit(1)).first() is not None


def mark_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def bar(connection: Connection, table: str, key: str) -> None:
    entry = {"table_name": table, "mark": mark_of(key)}
    connection.execute(delete(tables.barred).where(_b.table_name == table, _b.mark == entry["mark"]))
    connection.execute(tables.barred.insert().values(entry))


def _put(connection: Connection, table: str, entries: Sequence[dict[str, object]], now: datetime) -> None:
    """Not more than may be written at once. When a row came first is never forgotten."""
    known: dict[object, datetime] = {}
    for some in _parts(str(each["key"]) for each in entries):
        there = {"of_table": table, "of_keys": some}
        found = {each.key: each.first_at for each in connection.execute(select(_m.key, _m.first_at).where(_THERE), there)}
        if found:
            connection.execute(delete(tables.microdata).where(_THERE), {"of_table": table, "of_keys": list(found)})
        known |= found
    for each in entries:
        each["first_at"] = known.get(each["key"]) or each["first_at"] or now
    if entries:
        connection.execute(tables.microdata.insert(), entries)


def _each(connection: Connection, statement: Update | Delete, table: str, keys: Iterable[str]) -> None:
    for some in _parts(sorted(keys)):
        connection.execute(statement, {"of_table": table, "of_keys": some})


def _parts(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _by_time(keep: Mapping[str, datetime]) -> Mapping[datetime, list[str]]:
    """All rows of a process stay as long as each other."""
    found: dict[datetime, list[str]] = defaultdict(list)
    for key, until in keep.items():
        found[until].append(key)
    return found


def _named(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    """A hundred thousand rows share the names of their fields."""
    return {intern(name): value for name, value in pairs}


def _microdata(found: Record) -> Microdata:
    return Microdata(
        table=found.table_name,
        key=found.key,
        source=found.source,
        content=json.loads(found.content, object_pairs_hook=_named),
        keep_until=found.keep_until,
        process=found.process,
        first_at=found.first_at,
        missing_since=found.missing_since,
    )


def _entry(row: Microdata) -> dict[str, object]:
    return {
        "table_name": row.table,
        "key": row.key,
        "source": row.source,
        "process": row.process,
        "content": text_of_values(row.content),
        "keep_until": row.keep_until,
        "first_at": row.first_at,
        "missing_since": row.missing_since,
    }


def _entry_of(source: str, table: str, row: Written) -> dict[str, object]:
    return {
        "table_name": table,
        "key": row.key,
        "source": source,
        "process": row.process,
        "content": row.content,
        "keep_until": row.keep_until,
        "first_at": None,
        "missing_since": None,
    }
