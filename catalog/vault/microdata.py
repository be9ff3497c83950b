"""The shelf of microdata: rows about single persons, each with the day it has to be gone by."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from catalog.database import Shelf
from catalog.vault import tables
from schemas.row import Value

_m = tables.microdata.c


@dataclass(frozen=True, kw_only=True)
class Microdata:
    """One row under a schema of `schemas/microdata`."""

    table: str
    key: str
    source: str
    content: Mapping[str, Value]
    keep_until: datetime  #: aware
    process: str = ""  #: key of the participation process; "" when it belongs to none


class MicrodataShelf(Shelf):
    def put_microdata(self, rows: Sequence[Microdata]) -> None:
        """New rows, and new states of rows that are there: table and key name a row."""
        with self.database.write() as connection:
            for each in rows:
                connection.execute(delete(tables.microdata).where(_m.table_name == each.table, _m.key == each.key))
            if rows:
                connection.execute(tables.microdata.insert(), list(map(_entry, rows)))

    def microdata(self, table: str, *, process: str | None = None) -> tuple[Microdata, ...]:
        """By key. None: of all processes."""
        wanted = _m.table_name == table
        if process is not None:
            wanted &= _m.process == process
        with self.database.read() as connection:
            found = connection.execute(select(tables.microdata).where(wanted)).all()
        rows = [
            Microdata(
                table=each.table_name,
                key=each.key,
                source=each.source,
                content=json.loads(each.content),
                keep_until=each.keep_until,
                process=each.process,
            )
            for each in found
        ]
        return tuple(sorted(rows, key=lambda each: each.key))

    def overdue_microdata(self, now: datetime) -> dict[str, int]:
        """Source -> rows whose time is over."""
        with self.database.read() as connection:
            found = connection.execute(select(_m.source).where(_m.keep_until <= now)).scalars().all()
        return {source: found.count(source) for source in sorted(set(found))}

    def purge_microdata(self, now: datetime) -> None:
        """Forget rows whose time is over."""
        with self.database.write() as connection:
            connection.execute(delete(tables.microdata).where(_m.keep_until <= now))


def _entry(row: Microdata) -> dict[str, object]:
    content = json.dumps(dict(row.content), ensure_ascii=False, separators=(",", ":"))
    return {
        "table_name": row.table,
        "key": row.key,
        "source": row.source,
        "process": row.process,
        "content": content,
        "keep_until": row.keep_until,
    }
