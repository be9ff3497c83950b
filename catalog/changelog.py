"""The log of what happened to data sets, as readers see it: `/changes.atom`, `/api/v1/changes`."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from catalog import tables
from catalog.codec import dumps
from catalog.entries import ChangeKind
from schemas.values import Text

_log = tables.change_log.c


def log_change(connection: Connection, kind: ChangeKind, dataset: str, *, at: datetime, edition: int | None, reason: Text) -> None:
    """Numbered here, under the write lock: a sequence of the database would leave gaps that look like lost changes."""
    seq = int(connection.execute(select(func.coalesce(func.max(_log.seq), 0))).scalar_one()) + 1
    values = {"seq": seq, "at": at, "dataset": dataset, "kind": kind.value, "edition": edition, "reason": dumps(Text, reason)}
    connection.execute(tables.change_log.insert().values(values))


def not_before_the_last(connection: Connection, at: datetime) -> datetime:
    """A clock that was set back must not publish in the past: who asks for what has changed since the last visit would never see it."""
    last: datetime | None = connection.execute(select(_log.at).order_by(_log.seq.desc()).limit(1)).scalar_one_or_none()
    return at if last is None else max(at, last)
