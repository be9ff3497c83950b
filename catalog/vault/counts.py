"""The shelf of counts: what every release was counted from, for the audit of the next one, and how the last counting of each statistic
went. Kept as long as the statistic may be released again: without it nothing more of that statistic is ever released."""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from catalog.database import Shelf
from catalog.vault import tables

_c = tables.counts.c
_o = tables.outlook.c
#: Counts of a release that never came (refused, or the process died) go after this time; until then it may still be coming.
_UNFINISHED = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class StoredCounts:
    digest: str
    content: str  #: JSON


@dataclass(frozen=True, kw_only=True)
class StoredOutlook:
    at: datetime
    content: str  #: JSON


class CountsShelf(Shelf):
    def keep_counts(self, cube: str, mark: str, counts: StoredCounts, *, released: Collection[str]) -> None:
        """Before the release is published: one whose counts are missing would hold every later one. `released`: marks of the releases that
        there are; old counts of none of them are forgotten."""
        now = self._clock()
        with self.database.write() as connection:
            orphans = (_c.cube == cube) & _c.mark.not_in(released) & (_c.at < now - _UNFINISHED)
            connection.execute(delete(tables.counts).where(orphans | ((_c.cube == cube) & (_c.mark == mark))))
            entry = {"cube": cube, "mark": mark, "digest": counts.digest, "at": now}
            connection.execute(tables.counts.insert().values(**entry, content=zlib.compress(counts.content.encode(), 9)))

    def counts_of(self, cube: str) -> Mapping[str, StoredCounts]:
        """By mark."""
        with self.database.read() as connection:
            found = connection.execute(select(tables.counts).where(_c.cube == cube)).all()
        return {each.mark: StoredCounts(digest=each.digest, content=zlib.decompress(each.content).decode()) for each in found}

    def keep_outlook(self, cube: str, outlook: StoredOutlook) -> None:
        """The last one only."""
        with self.database.write() as connection:
            connection.execute(delete(tables.outlook).where(_o.cube == cube))
            connection.execute(tables.outlook.insert().values(cube=cube, content=outlook.content, at=outlook.at))

    def outlooks(self) -> Mapping[str, StoredOutlook]:
        """By cube."""
        with self.database.read() as connection:
            found = connection.execute(select(tables.outlook)).all()
        return {each.cube: StoredOutlook(at=each.at, content=each.content) for each in found}
