"""What lies in the vault of a source's table, and what a run would change of it: of a hundred thousand rows no more than is needed."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from catalog.plan import Window
from catalog.vault import Standing, Written
from harvesters.sorting import Arriving, Sorting
from harvesters.spool import Spool


class _Known(NamedTuple):
    mark: bytes  #: of the row's content
    keep_until: datetime
    missing_since: datetime | None


class Before:
    """Rows that lie there. `window`: the period that the source was asked for; of rows outside of it nothing is expected."""

    def __init__(self, standing: Iterable[Standing], window: Window | None) -> None:
        self._rows: dict[str, _Known] = {}
        self._not_asked: set[str] = set()
        moments: dict[datetime | None, datetime | None] = {}  # a hundred thousand rows share a few
        for each in standing:
            until, since = moments.setdefault(each.keep_until, each.keep_until), moments.setdefault(each.missing_since, each.missing_since)
            self._rows[each.key] = _Known(_mark(each.content), until or each.keep_until, since)
            if window is not None and not window.covers(each.values):
                self._not_asked.add(each.key)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def expected(self) -> int:
        """How many rows the source would have named if it still had them."""
        return len(self._rows) - len(self._not_asked)

    def get(self, key: str) -> _Known | None:
        return self._rows.get(key)

    def says(self, row: Arriving) -> bool:
        """Whether the row lies there as it comes."""
        old = self._rows.get(row.read.key)
        return old is not None and old.mark == _mark(row.content)

    def without(self, sorting: Sorting) -> dict[str, datetime | None]:
        """Expected rows that the source does not have -> since when."""
        return {key: each.missing_since for key, each in self._rows.items() if key not in self._not_asked and not sorting.is_present(key)}


class Puts:
    """Rows to be written."""

    def __init__(self) -> None:
        self._spool: Spool[tuple[str, str, str, datetime]] = Spool()

    def append(self, row: Written) -> None:
        self._spool.append((row.key, row.process, row.content, row.keep_until))

    def __iter__(self) -> Iterator[Written]:
        return map(Written._make, self._spool)

    def __len__(self) -> int:
        return len(self._spool)


@dataclass
class Changes:
    """What a table's rows would change, noted batch by batch."""

    put: Puts = field(default_factory=Puts)
    renewed: dict[str, datetime] = field(default_factory=dict)
    processes: set[str] = field(default_factory=set)  #: of `put`
    created: int = 0
    unchanged: int = 0

    def note(self, rows: Iterable[Arriving], before: Before, refused: Collection[str]) -> None:
        for each in rows:
            key = each.read.key
            if key in refused:
                continue
            old = before.get(key)
            if old is not None and before.says(each):
                self._note_same(each, old)
                continue
            self.created += old is None
            self.processes.add(each.process)
            self.put.append(Written(key, each.process, each.content, each.keep_until))

    def _note_same(self, row: Arriving, old: _Known) -> None:
        self.unchanged += 1
        if row.keep_until > old.keep_until or old.missing_since is not None:
            self.renewed[row.read.key] = max(row.keep_until, old.keep_until)


def _mark(content: str) -> bytes:
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()
