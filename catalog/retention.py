"""What has to go because its time is over: raw answers, what the Prüfliste said, logs, content of decided plans.

Each purge is recorded: what, of which source, how much, and the moment it is older than; never content. Files go by the list of
erasures (catalog.erasure), so that a kill in the middle loses none that somebody still names. What goes from the vault is recorded
first: a kill in between makes the record come twice, not never.

The last published answers of a source stay in the archive for twice their time: conditional requests and a replay of the published
state need them. In the vault nothing stays longer: there the time is a promise to the persons it speaks of, and all that is lost is
one full download.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, func, select, update

from catalog import tables
from catalog.entries import QuarantineState
from catalog.erasure import finish_erasures, give_up_payloads
from catalog.files import Files
from catalog.plan import Outcome
from catalog.plans import OPEN, forget_content
from catalog.store import Store
from catalog.vault import Vault

_a = tables.archive_entry.c
_r = tables.run.c
_q = tables.quarantine.c
_p = tables.plan.c
#: Numbers in one statement: fewer than any database's limit.
_BATCH = 500
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Periods:
    """How long things stay."""

    archive: timedelta
    vault: timedelta
    quarantine: timedelta  #: after the decision
    logs: timedelta


@dataclass(frozen=True, kw_only=True)
class Purged:
    """One line of the record."""

    what: str  #: archive, vault, microdata, quarantine, runs, plans, drop
    source: str
    count: int
    before: datetime  #: older than this
    url: str = ""  #: of a file of the drop folder

    @property
    def columns(self) -> Mapping[str, object]:
        return {"what": self.what, "source": self.source, "url": self.url, "count": self.count, "before": self.before}


def purge(store: Store, vault: Vault, *, files: Files, archive: Files, periods: Periods, now: datetime) -> tuple[Purged, ...]:
    """Let go of everything whose time is over. Doing it again changes nothing. Raises Busy."""
    done = [
        *_purge_archive(store, vault, now, periods.archive),
        *_purge_vault(store, vault, now, periods.vault),
        *_purge_quarantine(store, vault, now, periods.quarantine),
        *_purge_logs(store, now, periods.logs),
    ]
    vault.purge_records(now - periods.logs)
    finish_erasures(store.database, files=files, archive=archive, vault=vault)
    vault.database.forget()
    return tuple(done)


def record_purges(store: Store, done: Iterable[Purged], *, at: datetime) -> None:
    with store.database.write() as connection:
        _record(connection, done, at)


def _purge_archive(store: Store, vault: Vault, now: datetime, period: timedelta) -> list[Purged]:
    """Whole runs: half of a run's answers is of no use to anybody."""
    with store.database.read() as connection:
        newest = func.max(_a.fetched_at).label("newest")
        runs = connection.execute(select(_a.run, _a.source, newest).group_by(_a.run, _a.source).order_by(_a.run)).all()
        busy = _busy_sources(connection)
    ages = {each.run: (each.source, each.newest) for each in runs if each.source not in busy}
    due = [run for run, (_, at) in ages.items() if at < now - period]
    kept = {_basis(store, source, ages) for source in {ages[run][0] for run in due}}
    due = [run for run in due if run not in kept or ages[run][1] < now - 2 * period]
    if not due:
        return []
    vault.remember_forgotten([(each.run, each.source, each.url) for run in due for each in store.archived(run)], why="purged")
    with store.database.write() as connection:
        entries = [each for batch in _batches(due) for each in connection.execute(select(tables.archive_entry).where(_a.run.in_(batch)))]
        for batch in _batches(entries):
            give_up_payloads(connection, batch)
        return _record(connection, _counted("archive", (each.source for each in entries), now - period), now)


def _basis(store: Store, source: str, ages: Mapping[int, tuple[str, datetime]]) -> int | None:
    """The newest run with answers whose content stood published."""
    return next((run for run in store.published_runs(source) if run in ages), None)


def _busy_sources(connection: Connection) -> frozenset[str]:
    """A running harvest may be about to read what was kept of its source."""
    return frozenset(connection.execute(select(_r.source).where(_r.outcome == Outcome.RUNNING.value)).scalars())


def _purge_vault(store: Store, vault: Vault, now: datetime, period: timedelta) -> list[Purged]:
    with store.database.read() as connection:
        busy = _busy_sources(connection)
    due = {run: (source, count) for run, source, count in vault.payloads_before(now - period) if source not in busy}
    answers: Counter[str] = Counter()
    for source, count in due.values():
        answers[source] += count
    overdue = vault.overdue_microdata(now)
    done = [Purged(what="vault", source=source, count=count, before=now - period) for source, count in sorted(answers.items())]
    done += [Purged(what="microdata", source=source, count=count, before=now) for source, count in overdue.items()]
    if done:
        record_purges(store, done, at=now)
        vault.purge_payloads(due)
        vault.purge_microdata(now)
    # Also after rows that left because their source has let them go.
    vault.destroy_idle()
    return done


def _purge_quarantine(store: Store, vault: Vault, now: datetime, period: timedelta) -> list[Purged]:
    """What decided and closed entries say, and what their rows said. A rejected row that is still in the source stays on the list,
    and its findings with it; what it says goes from the vault all the same."""
    settled = (_q.state != QuarantineState.OPEN.value) & (func.coalesce(_q.decided_at, _q.first_at) < now - period)
    with store.database.read() as connection:
        found = connection.execute(select(tables.quarantine).where(settled)).all()
    shelved = vault.quarantined_places()
    places = {each.id: (each.source, each.table_name, each.key, each.digest) for each in found}
    gone = {number: place for number, place in places.items() if place in shelved}
    silent = [each.id for each in found if each.findings != "[]" and each.state != QuarantineState.REJECTED.value]
    touched = {*gone, *silent}
    done = _counted("quarantine", (each.source for each in found if each.id in touched), now - period)
    if not done:
        return []
    with store.database.write() as connection:
        _record(connection, done, now)
        for batch in _batches(silent):
            connection.execute(update(tables.quarantine).where(_q.id.in_(batch)).values(findings="[]"))
    vault.drop_quarantined(gone.values())
    return done


def _purge_logs(store: Store, now: datetime, period: timedelta) -> list[Purged]:
    before = now - period
    with store.database.write() as connection:
        said = (_r.findings != "[]") | (_r.message != "")
        where = said & (_r.finished_at < before) & (_r.outcome != Outcome.RUNNING.value)
        runs = connection.execute(select(_r.id, _r.source).where(where)).all()
        for batch in _batches([each.id for each in runs]):
            connection.execute(update(tables.run).where(_r.id.in_(batch)).values(findings="[]", message=""))
        decided = _p.state.not_in([each.value for each in OPEN]) & (_p.base != "")
        plans = connection.execute(select(_p.id, _p.source).where(decided & (func.coalesce(_p.decided_at, _p.at) < before))).all()
        for each in plans:
            forget_content(connection, each.id)
        done = [*_counted("runs", (each.source for each in runs), before), *_counted("plans", (each.source for each in plans), before)]
        return _record(connection, done, now)


def _counted(what: str, sources: Iterable[str], before: datetime) -> list[Purged]:
    return [Purged(what=what, source=source, count=count, before=before) for source, count in sorted(Counter(sources).items())]


def _record(connection: Connection, done: Iterable[Purged], at: datetime) -> list[Purged]:
    lines = list(done)
    if lines:
        connection.execute(tables.purge.insert(), [{**each.columns, "at": at} for each in lines])
    return lines


def _batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
