"""Rows about single persons as a walk has read them: written as they would be kept, so that a hundred thousand take little memory."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from harvesters.spool import Spool
from schemas.row import Row, Value, digest_of, text_of_values


class PrivateRow(NamedTuple):
    """`schemas.row.Row` without its table."""

    key: str
    origin: str
    line: int | None  #: in the file it came from
    source_url: str
    content: str  #: `schemas.row.text_of_values`
    digest: bytes  #: `Row.digest`


class PrivateRows:
    """Of one table."""

    def __init__(self) -> None:
        self._spool: Spool[tuple[str, str, int | None, str, str, bytes]] = Spool()  # plain tuples pack in half the time

    def append(self, row: Row, line: int | None) -> None:
        content = text_of_values(row.values)
        digest = digest_of(content, row.source_url)
        self._spool.append((row.key, row.origin, line, row.source_url, content, digest))

    def __iter__(self) -> Iterator[PrivateRow]:
        return map(PrivateRow._make, self._spool)

    def __len__(self) -> int:
        return len(self._spool)


def values_of(rows: Sequence[PrivateRow]) -> list[dict[str, Value]]:
    """What the rows say. Read at once: they share the names of their fields."""
    found: list[dict[str, Value]] = json.loads(f"[{','.join([each.content for each in rows])}]")
    return found


def in_batches(rows: Iterable[PrivateRow], size: int) -> Iterator[list[PrivateRow]]:
    batch: list[PrivateRow] = []
    for each in rows:
        batch.append(each)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
