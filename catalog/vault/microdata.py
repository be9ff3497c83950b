"""The shelf of microdata: rows about single persons, each with the day it has to be gone by."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern

from sqlalchemy import Connection, bindparam, delete, select, update

from catalog.database import Record, Shelf
from catalog.vault import tables
from catalog.vault.keyring import Keyed, keep_keys
from schemas.row import Value

_m = tables.microdata.c
_b = tables.barred.c
_HERE = (_m.table_name == bindparam("of_table")) & (_m.key == bindparam("of_key"))


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


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What one harvest changes of a source's rows of one table."""

    keys: Mapping[str, Keyed] = field(default_factory=dict)  #: what the pseudonyms of `put` were made with, by process
    put: Sequence[Microdata] = ()  #: new rows, and new states of rows that are there
    keep: Mapping[str, datetime] = field(default_factory=dict)  #: key -> until when, of rows that stay as they are
    miss: Collection[str] = ()  #: keys of rows that are not in the source for the first time
    remove: Collection[str] = ()


class MicrodataShelf(Shelf):
    def put_microdata(self, rows: Sequence[Microdata]) -> None:
        """New rows, and new states of rows that are there: table and key name a row. When one came first is never forgotten."""
        with self.database.write() as connection:
            _put(connection, rows, self._clock())

    def shift_microdata(self, source: str, table: str, shift: Shift) -> None:
        """All of it or nothing. Rows of other sources are not touched. Raises Busy."""
        own = _HERE & (_m.source == source)
        with self.database.write() as connection:
            keep_keys(connection, shift.keys)
            _put(connection, shift.put, self._clock())
            kept: list[dict[str, object]] = [{"of_table": table, "of_key": key, "until": until} for key, until in shift.keep.items()]
            _each(connection, update(tables.microdata).where(own).values(keep_until=bindparam("until"), missing_since=None), kept)
            _each(connection, update(tables.microdata).where(own).values(missing_since=self._clock()), _places(table, shift.miss))
            _each(connection, delete(tables.microdata).where(own), _places(table, shift.remove))
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


def _put(connection: Connection, rows: Sequence[Microdata], now: datetime) -> None:
    known: dict[tuple[str, str], datetime] = {}
    for table in {each.table for each in rows}:
        found = connection.execute(select(_m.key, _m.first_at).where(_m.table_name == table))
        known |= {(table, each.key): each.first_at for each in found}
    fresh = {(each.table, each.key): each for each in rows}
    there: list[dict[str, object]] = [{"of_table": table, "of_key": key} for table, key in fresh if (table, key) in known]
    _each(connection, delete(tables.microdata).where(_HERE), there)
    _each(connection, tables.microdata.insert(), [_entry(each, known.get(place) or each.first_at or now) for place, each in fresh.items()])


def _each(connection: Connection, statement: object, parameters: list[dict[str, object]]) -> None:
    if parameters:
        connection.execute(statement, parameters)  # type: ignore[call-overload]  # any of insert, update, delete


def _places(table: str, keys: Iterable[str]) -> list[dict[str, object]]:
    return [{"of_table": table, "of_key": each} for each in sorted(keys)]


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


def _entry(row: Microdata, first_at: datetime) -> dict[str, object]:
    return {
        "table_name": row.table,
        "key": row.key,
        "source": row.source,
        "process": row.process,
        "content": json.dumps(dict(row.content), ensure_ascii=False, separators=(",", ":")),
        "keep_until": row.keep_until,
        "first_at": first_at,
        "missing_since": row.missing_since,
    }
