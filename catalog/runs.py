"""Runs, their raw archive, and the two locks of the clock: one process per source, one leader, one firing per time."""

import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.archived import columns_of, entry_from
from catalog.codec import dumps, loads
from catalog.database import Record, Shelf
from catalog.entries import ArchiveEntry
from catalog.plan import Freshness, Lately, Outcome, PlanState, RunRecord
from schemas.errors import Busy, UnknownItem
from schemas.fetch import Payload
from schemas.row import Finding

#: `purge.what` of a file of the drop folder.
DROP = "drop"
#: A run that has given no sign of life for so long is dead, wherever it ran.
LEASE = timedelta(minutes=30)
_run = tables.run.c
_SUCCESS = (Outcome.OK.value, Outcome.UNCHANGED.value)
_RUNS = select(tables.run).order_by(_run.id.desc()).limit(bindparam("limit"))
_RUNS_OF = _RUNS.where(_run.source == bindparam("source"))
_LAST_SUCCESS = _RUNS_OF.where(_run.outcome.in_(_SUCCESS))
_PUBLISHED_RUNS = (
    select(_run.id)
    .select_from(tables.run.outerjoin(tables.plan, tables.plan.c.id == _run.plan))
    .where(_run.source == bindparam("source"), _run.outcome.in_(_SUCCESS) | (tables.plan.c.state == PlanState.APPLIED.value))
    .order_by(_run.id.desc())
)
#: Of a run that is held the rows wait for a person; when values came was seen all the same.
_READ = (*_SUCCESS, Outcome.PARTIAL.value, Outcome.HELD.value)
_NOTHING_SEEN = "[]"
_LOOKED = _RUNS_OF.where(_run.outcome.in_(_READ))
_SAW_VALUES = _LOOKED.where(_run.lately != _NOTHING_SEEN)
_RUNNING_OF = select(tables.run).where(_run.source == bindparam("source"), _run.outcome == Outcome.RUNNING.value)
_RUN = select(tables.run).where(_run.id == bindparam("id"))
_JUDGED_BY = select(tables.judgement.c.fingerprint).where(tables.judgement.c.source == bindparam("source"))
_DELETED_FILES = (
    select(tables.purge.c.url, tables.purge.c.at)
    .where(tables.purge.c.source == bindparam("source"), tables.purge.c.what == DROP)
    .order_by(tables.purge.c.id)
)
_ARCHIVED = select(tables.archive_entry).where(tables.archive_entry.c.run == bindparam("run")).order_by(tables.archive_entry.c.id)


class RunShelf(Shelf):
    def start_run(self, source: str, title: str) -> int:
        """Number of the new run. Raises Busy while another one of this source is alive; closes dead ones as failed."""
        with self.database.write() as connection:
            now = self._clock()
            for other in connection.execute(_RUNNING_OF, {"source": source}).all():
                if is_alive(other, now):
                    raise Busy(
                        f"Die Quelle »{source}« wird gerade geerntet (Ernte {other.id}, seit {other.started_at:%d.%m.%Y %H:%M} UTC)."
                    )
                closing = {"outcome": Outcome.FAILED.value, "message": "abgebrochen", "finished_at": now}
                connection.execute(tables.run.update().where(_run.id == other.id).values(closing))
            result = connection.execute(tables.run.insert().values(_new_run(source, title, now)))
            return _inserted(result)

    def heartbeat(self, run: int) -> None:
        """A sign of life; archiving a payload is one, too."""
        with self.database.write() as connection:
            _beat(connection, run, self._clock())

    def finish_run(self, record: RunRecord) -> None:
        """Raises UnknownItem."""
        ending = {
            "outcome": record.outcome.value,
            "message": record.message,
            "counts": dumps(dict[str, int], record.counts),
            "findings": dumps(tuple[Finding, ...], record.findings),
            "plan": record.plan,
            "lately": dumps(tuple[Lately, ...], record.lately),
            "read_by": record.read_by,
            "finished_at": record.finished_at or self._clock(),
        }
        with self.database.write() as connection:
            if connection.execute(tables.run.update().where(_run.id == record.id).values(ending)).rowcount == 0:
                raise UnknownItem(f"Ernte {record.id}")

    def run(self, run: int) -> RunRecord:
        """Raises UnknownItem."""
        with self.database.read() as connection:
            found = connection.execute(_RUN, {"id": run}).one_or_none()
        if found is None:
            raise UnknownItem(f"Ernte {run}")
        return _record(found)

    def runs(self, source: str | None = None, limit: int = 50) -> tuple[RunRecord, ...]:
        """Newest first."""
        statement = _RUNS if source is None else _RUNS_OF
        with self.database.read() as connection:
            parameters = {"limit": limit} if source is None else {"limit": limit, "source": source}
            return tuple(map(_record, connection.execute(statement, parameters)))

    def last_success(self, source: str) -> RunRecord | None:
        """The newest run that read the whole source and published what it found, or found nothing new."""
        with self.database.read() as connection:
            found = connection.execute(_LAST_SUCCESS, {"source": source, "limit": 1}).one_or_none()
        return None if found is None else _record(found)

    def freshness(self, source: str) -> Freshness | None:
        """Of the values behind a source's tables; None when no run has seen any. A run that saw none (nothing had changed since, said the
        source) tells that none came: what was seen last stays the last, and gets older."""
        with self.database.read() as connection:
            saw = connection.execute(_SAW_VALUES, {"source": source, "limit": 1}).one_or_none()
            if saw is None:
                return None
            looked = connection.execute(_LOOKED, {"source": source, "limit": 1}).one()
        return Freshness(run=looked.id, looked=looked.started_at, tables=loads(tuple[Lately, ...], saw.lately))

    def published_runs(self, source: str) -> tuple[int, ...]:
        """Numbers of the runs whose content stood published, newest first: at once, or because a person approved their plan."""
        with self.database.read() as connection:
            return tuple(connection.execute(_PUBLISHED_RUNS, {"source": source}).scalars())

    def record_archived(self, run: int, source: str, payload: Payload) -> None:
        with self.database.write() as connection:
            connection.execute(tables.archive_entry.insert().values(columns_of(run, source, payload)))
            _beat(connection, run, self._clock())

    def archived(self, run: int) -> tuple[ArchiveEntry, ...]:
        """In the order they were fetched: what `--replay` reads."""
        with self.database.read() as connection:
            return tuple(map(entry_from, connection.execute(_ARCHIVED, {"run": run})))

    def judged_by(self, source: str) -> str:
        """Fingerprint of the rules that this source's published rows were judged by last; "" before the first time."""
        with self.database.read() as connection:
            return connection.execute(_JUDGED_BY, {"source": source}).scalar_one_or_none() or ""

    def record_judgement(self, source: str, fingerprint: str) -> None:
        with self.database.write() as connection:
            connection.execute(tables.judgement.delete().where(tables.judgement.c.source == source))
            connection.execute(tables.judgement.insert().values(source=source, fingerprint=fingerprint))

    def deleted_files(self, source: str) -> dict[str, datetime]:
        """Address -> when klar deleted it from the drop folder because its time was over."""
        with self.database.read() as connection:
            return {each.url: each.at for each in connection.execute(_DELETED_FILES, {"source": source})}

    def fire(self, source: str, scheduled: datetime) -> bool:
        """True for exactly one caller per source and scheduled time, however many processes ask."""
        with self.database.write() as connection:
            c = tables.firing.c
            if connection.execute(select(c.source).where(c.source == source, c.scheduled == scheduled)).first():
                return False
            # What lies a day back can't fire again: the table stays small.
            connection.execute(tables.firing.delete().where(c.source == source, c.scheduled < scheduled - timedelta(days=1)))
            connection.execute(tables.firing.insert().values(source=source, scheduled=scheduled))
            return True

    def lead(self, holder: str, ttl: timedelta, *, name: str = "schedule") -> bool:
        """True while `holder` is the leader; ask again well before `ttl` is over."""
        with self.database.write() as connection:
            now = self._clock()
            c = tables.lease.c
            found = connection.execute(select(tables.lease).where(c.name == name)).one_or_none()
            if found is not None and found.holder != holder and found.expires_at > now:
                return False
            values = {"holder": holder, "expires_at": now + ttl}
            if found is None:
                connection.execute(tables.lease.insert().values(name=name, **values))
            else:
                connection.execute(tables.lease.update().where(c.name == name).values(values))
            return True

    def step_down(self, holder: str, *, name: str = "schedule") -> None:
        """Give up leadership at an orderly end, so that the next leader need not wait."""
        with self.database.write() as connection:
            connection.execute(tables.lease.delete().where(tables.lease.c.name == name, tables.lease.c.holder == holder))


def is_alive(run: Record, now: datetime) -> bool:
    """Whether the process of a running run still exists; on another machine only its heartbeat tells."""
    if now - run.heartbeat_at > LEASE:
        return False
    return bool(run.host != socket.gethostname() or process_started(run.pid) == run.process)


def process_started(pid: int) -> str:
    """Start time of a process in clock ticks since boot, "" when there is no such process (or no /proc to ask).
    With it a number that was given to another process later is not mistaken for the first one."""
    try:
        # Field 22 of proc(5) stat; the second field, the name, may hold spaces and ends with the last bracket.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except FileNotFoundError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "unknown"


def _new_run(source: str, title: str, now: datetime) -> dict[str, Any]:
    return {
        "source": source,
        "title": title,
        "started_at": now,
        "outcome": Outcome.RUNNING.value,
        "message": "",
        "counts": "{}",
        "findings": "[]",
        "lately": _NOTHING_SEEN,
        "read_by": "",
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "process": process_started(os.getpid()),
        "heartbeat_at": now,
    }


def _inserted(result: Any) -> int:
    key: Sequence[int] = result.inserted_primary_key
    return int(key[0])


def _beat(connection: Connection, run: int, now: datetime) -> None:
    connection.execute(tables.run.update().where(_run.id == run).values(heartbeat_at=now))


def _record(found: Record) -> RunRecord:
    return RunRecord(
        id=found.id,
        source=found.source,
        started_at=found.started_at,
        finished_at=found.finished_at,
        outcome=Outcome(found.outcome),
        message=found.message,
        counts=loads(dict[str, int], found.counts),
        findings=loads(tuple[Finding, ...], found.findings),
        plan=found.plan,
        lately=loads(tuple[Lately, ...], found.lately),
        read_by=found.read_by,
    )
