"""The clock: APScheduler fires each source at its times; however many such processes run, one leads and none fires twice.

APScheduler's own job stores double when two processes share one (engines.md §7), so each process keeps its jobs in memory and
asks the database: a leader lease first, then `fire`, which is true once per source and scheduled time.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from api.cron import BERLIN, BerlinCron
from catalog.plan import RunRecord
from harvesters.harvester import SourceConfig

#: A leader that gave no sign of life for so long has lost its place.
LEASE = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=20)
#: Sources harvested at the same time: a slow one must not keep the others waiting.
_AT_ONCE = 4
_log = logging.getLogger("klar.schedule")


class Schedule(BaseTrigger):  # type: ignore[misc] # APScheduler ships no types
    """A BerlinCron as APScheduler asks for it."""

    def __init__(self, cron: BerlinCron) -> None:
        self._cron = cron

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """After the previous one; at first, not before `now`."""
        return self._cron.next_after(previous_fire_time or now - timedelta(microseconds=1))


class Locks(Protocol):
    """What the clock wants of the store."""

    def lead(self, holder: str, ttl: timedelta) -> bool: ...
    def step_down(self, holder: str) -> None: ...
    def fire(self, source: str, scheduled: datetime) -> bool: ...
    def runs(self, source: str | None = None, limit: int = 50) -> Sequence[RunRecord]: ...


class Stopped(Protocol):
    """Whoever tells the clock that it shall end."""

    def wait(self) -> object: ...


class Clockwork:
    """What happens when it is time. `harvest` runs one source to its end; its errors are its own."""

    def __init__(
        self,
        sources: Sequence[SourceConfig],
        locks: Locks,
        harvest: Callable[[SourceConfig], None],
        *,
        clock: Callable[[], datetime],
        holder: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.holder = holder or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._triggers = {each.name: BerlinCron(each.schedule) for each in sources if each.schedule}
        self._sources = {each.name: each for each in sources if each.schedule}
        self._running = {name: threading.Lock() for name in self._sources}
        self._locks = locks
        self._harvest = harvest
        self._clock = clock
        self._monotonic = monotonic
        self._leads_until = 0.0
        self._said: bool | None = None

    @property
    def triggers(self) -> dict[str, BerlinCron]:
        return dict(self._triggers)

    @property
    def leads(self) -> bool:
        """Counted on a clock that nobody can set: after `LEASE` without a renewal another process may lead."""
        return self._monotonic() < self._leads_until

    def heartbeat(self) -> bool:
        """Become or stay the leader. True when leadership was just won: then missed firings are due."""
        before, asked = self.leads, self._monotonic()
        won = self._locks.lead(self.holder, LEASE)
        self._leads_until = asked + LEASE.total_seconds() if won else 0.0
        if won != self._said:
            _log.info("führt" if won else "wartet: ein anderer Prozess führt")
        self._said = won
        return won and not before

    def missed(self) -> tuple[str, ...]:
        """Sources whose last time passed since their last run, once however often it passed. A source that never ran waits
        for its first time."""
        return tuple(name for name in self._sources if self._is_missed(name))

    def tick(self, name: str) -> bool:
        """Harvest the source if its time has come, this process leads and nobody has done it. True if it was harvested."""
        scheduled = self._triggers[name].last_until(self._clock())
        if scheduled is None or not self.leads or not self._running[name].acquire(blocking=False):
            return False
        try:
            if not self._locks.fire(name, scheduled):
                return False
            self._harvest(self._sources[name])
            return True
        finally:
            self._running[name].release()

    def stop(self) -> None:
        """Let another process lead at once."""
        if self.leads:
            self._locks.step_down(self.holder)
        self._leads_until = 0.0

    def _is_missed(self, name: str) -> bool:
        last = next(iter(self._locks.runs(name, limit=1)), None)
        due = self._triggers[name].last_until(self._clock())
        return last is not None and due is not None and last.started_at < due


def run(clockwork: Clockwork, stopped: Stopped, *, hourly: Callable[[], object] = lambda: None) -> None:
    """Until `stopped` has come; then the running harvests are finished and leadership is given up. `hourly` is called every hour by the
    leader, and knows itself whether there is something to do."""
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(_AT_ONCE), "heartbeat": ThreadPoolExecutor(1)},
        # Late is better than never, once is enough, and never beside itself.
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=BERLIN,
    )

    def beat() -> None:
        if clockwork.heartbeat():
            for name in clockwork.missed():
                scheduler.add_job(clockwork.tick, args=[name], id=f"missed {name}", name=f"{name} (nachgeholt)", replace_existing=True)

    for name, trigger in clockwork.triggers.items():
        scheduler.add_job(clockwork.tick, Schedule(trigger), args=[name], id=name, name=name)
    interval = IntervalTrigger(seconds=int(HEARTBEAT.total_seconds()), timezone=BERLIN)
    now = datetime.now(BERLIN)
    scheduler.add_job(beat, interval, id="heartbeat", executor="heartbeat", next_run_time=now)
    soon = now + HEARTBEAT  # by then somebody leads
    scheduler.add_job(
        lambda: hourly() if clockwork.leads else None, IntervalTrigger(hours=1, timezone=BERLIN), id="hourly", next_run_time=soon
    )
    scheduler.start()
    stopped.wait()
    scheduler.shutdown(wait=True)
    clockwork.stop()
