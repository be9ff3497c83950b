"""Refused rows as they would have been. The Prüfliste itself (rule, place, hash) is the store's; here lies what nobody else may see."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Connection, bindparam, delete, select, tuple_

from catalog.database import Shelf
from catalog.vault import tables

#: Table, key, digest: how the Prüfliste names a row of a source.
Place = tuple[str, str, str]
_q = tables.quarantined.c
_ONE = select(_q.content).where(
    _q.source == bindparam("source"), _q.table_name == bindparam("table"), _q.key == bindparam("key"), _q.digest == bindparam("digest")
)
_OF_SOURCE = select(_q.id, _q.table_name, _q.key, _q.digest).where(_q.source == bindparam("source"))


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A row that waits on the Prüfliste, with what it says."""

    table: str
    key: str
    digest: str
    content: Mapping[str, object]  #: the row's values, or the fields of a record that gave no row; no column that a mapping skips

    @property
    def place(self) -> Place:
        return self.table, self.key, self.digest


class QuarantinedShelf(Shelf):
    def quarantined(self, source: str, table: str, key: str, digest: str) -> Mapping[str, object] | None:
        """None when nothing was kept, or nothing is kept any more."""
        with self.database.read() as connection:
            parameters = {"source": source, "table": table, "key": key, "digest": digest}
            found = connection.execute(_ONE, parameters).scalar()
        content: dict[str, object] | None = None if found is None else json.loads(found)
        return content

    def keep_quarantined(
        self, source: str, fresh: Iterable[Refused], *, waiting: Collection[Place], complete_tables: Collection[str]
    ) -> None:
        """Bring the shelf in line with the Prüfliste after a run: put `fresh` there, and drop what waits no more in the tables
        that were read completely."""
        wanted = {each.place: each for each in fresh}
        with self.database.read() as connection:
            known = {(each.table_name, each.key, each.digest): each.id for each in connection.execute(_OF_SOURCE, {"source": source})}
        closed = [number for place, number in known.items() if place not in waiting and place[0] in complete_tables]
        new = [each for place, each in wanted.items() if place not in known]
        if not closed and not new:
            return
        with self.database.write() as connection:
            connection.execute(delete(tables.quarantined).where(_q.id.in_(closed)))
            if new:
                connection.execute(tables.quarantined.insert(), [_entry(source, each, self._clock()) for each in new])

    def quarantined_places(self) -> frozenset[tuple[str, str, str, str]]:
        """(source, table, key, digest) of everything on the shelf."""
        with self.database.read() as connection:
            found = connection.execute(select(_q.source, _q.table_name, _q.key, _q.digest))
            return frozenset((each.source, each.table_name, each.key, each.digest) for each in found)

    def drop_quarantined(self, places: Collection[tuple[str, str, str, str]]) -> None:
        """(source, table, key, digest); what is not there is not missed."""
        with self.database.write() as connection:
            for batch in _batches(sorted(places)):
                connection.execute(delete(tables.quarantined).where(tuple_(_q.source, _q.table_name, _q.key, _q.digest).in_(batch)))


def all_quarantined(connection: Connection, sources: frozenset[str]) -> list[tuple[int, str]]:
    """(number, content)."""
    found = connection.execute(select(_q.id, _q.content).where(_q.source.in_(sources)).order_by(_q.id))
    return [(each.id, each.content) for each in found]


def _entry(source: str, item: Refused, at: datetime) -> dict[str, object]:
    content = json.dumps(dict(item.content), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return {"source": source, "table_name": item.table, "key": item.key, "digest": item.digest, "content": content, "at": at}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, (date, datetime, time)) else repr(value)


def _batches(places: list[tuple[str, str, str, str]]) -> Iterable[list[tuple[str, str, str, str]]]:
    """Databases take so many parameters and no more (sqlite.org/limits.html: 32,766)."""
    for start in range(0, len(places), 1000):
        yield places[start : start + 1000]
