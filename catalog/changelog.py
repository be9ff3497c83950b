"""The log of what happened to data sets, as readers see it: `/changes.atom`, `/api/v1/changes`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from catalog import tables
from catalog.codec import dumps
from catalog.entries import ChangeKind
from schemas.values import Text

_log = tables.change_log.c
_LAST = select(func.coalesce(func.max(_log.seq), 0))
_INSERT = tables.change_log.insert()


@dataclass(frozen=True, kw_only=True)
class Entry:
    kind: ChangeKind
    dataset: str
    at: datetime
    edition: int | None
    reason: Text


def log_change(connection: Connection, kind: ChangeKind, dataset: str, *, at: datetime, edition: int | None, reason: Text) -> None:
    log_changes(connection, [Entry(kind=kind, dataset=dataset, at=at, edition=edition, reason=reason)])


def log_changes(connection: Connection, entries: Sequence[Entry]) -> None:
    """Numbered here, in their order and under the write lock: a sequence of the database would leave gaps that look like lost changes."""
    last = int(connection.execute(_LAST).scalar_one())
    reasons = {each: dumps(Text, each) for each in dict.fromkeys(entry.reason for entry in entries)}
    values = [
        {
            "seq": seq,
            "at": each.at,
            "dataset": each.dataset,
            "kind": each.kind.value,
            "edition": each.edition,
            "reason": reasons[each.reason],
        }
        for seq, each in enumerate(entries, start=last + 1)
    ]
    connection.execute(_INSERT, values)


def not_before_the_last(connection: Connection, at: datetime) -> datetime:
    """A clock that was set back must not publish in the past: who asks for what has changed since the last visit would never see it."""
    last: datetime | None = connection.execute(select(_log.at).order_by(_log.seq.desc()).limit(1)).scalar_one_or_none()
    return at if last is None else max(at, last)
