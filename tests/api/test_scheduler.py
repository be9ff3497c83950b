"""The clock: one leader, every time once, missed times once, a run never beside itself, and a clean end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.cli.schedule import listening
from api.cron import BERLIN
from api.scheduler import LEASE, Clockwork, run
from catalog.plan import Outcome, RunRecord
from catalog.store import Store
from harvesters.harvester import SourceConfig
from tests.api.places import new_installation
from tests.stores import empty_store

NIGHT = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)  # 04:00 in Kaiserslautern


class Hands:
    """A clock that stands until it is moved: wall clock and seconds since boot together."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.seconds = 1000.0

    def move(self, by: timedelta) -> None:
        self.now += by
        self.seconds += by.total_seconds()


@pytest.fixture
def hands() -> Hands:
    return Hands(NIGHT - timedelta(minutes=5))


@pytest.fixture
def store(tmp_path: Path, hands: Hands) -> Iterator[Store]:
    store = Store(empty_store(tmp_path / "klar.db"), clock=lambda: hands.now)
    yield store
    store.close()


def source(name: str = "ablage", schedule: str = "0 4 * * *") -> SourceConfig:
    return SourceConfig(name=name, title=name, kind="files", url="drop", folder=Path("/"), schedule=schedule)


def clockwork(store: Store, hands: Hands, harvest: Callable[[SourceConfig], None], *sources: SourceConfig) -> Clockwork:
    return Clockwork(sources or (source(),), store, harvest, clock=lambda: hands.now, monotonic=lambda: hands.seconds)


def record_run(store: Store, hands: Hands, name: str = "ablage") -> None:
    number = store.start_run(name, name)
    finished = RunRecord(id=number, source=name, started_at=hands.now, finished_at=hands.now, outcome=Outcome.OK, message="", counts={})
    store.finish_run(finished)


def test_a_source_is_harvested_when_its_time_has_come_and_only_once(store: Store, hands: Hands) -> None:
    done: list[str] = []
    work = clockwork(store, hands, lambda each: done.append(each.name))
    work.heartbeat()
    work.tick("ablage")  # yesterday's time: it has passed, and nobody has fired it
    done.clear()

    hands.move(timedelta(minutes=5))
    work.heartbeat()
    results = [work.tick("ablage"), work.tick("ablage")]

    assert results == [True, False]
    assert done == ["ablage"]


def test_only_the_leader_harvests(store: Store, hands: Hands) -> None:
    done: list[str] = []
    first, second = (clockwork(store, hands, lambda _each, name=name: done.append(name)) for name in ("first", "second"))  # type: ignore[misc] # bound early
    first.heartbeat()
    second.heartbeat()

    assert (first.leads, second.leads) == (True, False)
    assert (second.tick("ablage"), first.tick("ablage")) == (False, True)
    assert done == ["first"]


def test_another_process_takes_over_when_the_leader_falls_silent(store: Store, hands: Hands) -> None:
    first, second = (clockwork(store, hands, lambda _each: None) for _ in range(2))
    assert first.heartbeat()
    hands.move(LEASE - timedelta(seconds=1))
    assert not second.heartbeat()

    hands.move(timedelta(seconds=2))

    assert second.heartbeat(), "newly won"
    assert not first.leads, "it noticed by itself, without the database"
    assert not first.heartbeat()


def test_who_ends_in_order_lets_the_next_lead_at_once(store: Store, hands: Hands) -> None:
    first, second = (clockwork(store, hands, lambda _each: None) for _ in range(2))
    first.heartbeat()

    first.stop()

    assert second.heartbeat()


def test_leadership_is_lost_when_the_database_cannot_be_asked(store: Store, hands: Hands) -> None:
    work = clockwork(store, hands, lambda _each: None)
    work.heartbeat()

    hands.move(LEASE)

    assert not work.leads


def test_times_missed_while_nothing_ran_count_as_one(store: Store, hands: Hands) -> None:
    done: list[str] = []
    record_run(store, hands)
    hands.move(timedelta(days=5))
    work = clockwork(store, hands, lambda each: done.append(each.name))

    work.heartbeat()
    for name in work.missed():
        work.tick(name)
        work.tick(name)

    assert done == ["ablage"]


def test_a_source_that_never_ran_waits_for_its_first_time(store: Store, hands: Hands) -> None:
    assert clockwork(store, hands, lambda _each: None).missed() == ()


def test_a_run_by_hand_after_the_last_time_leaves_nothing_to_catch_up(store: Store, hands: Hands) -> None:
    hands.move(timedelta(hours=3))
    record_run(store, hands)

    assert clockwork(store, hands, lambda _each: None).missed() == ()


def test_a_source_without_schedule_is_left_to_people(store: Store, hands: Hands) -> None:
    work = clockwork(store, hands, lambda _each: None, source("von-hand", ""), source())

    assert set(work.triggers) == {"ablage"}


@pytest.mark.parametrize("switch", [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)])
def test_half_past_two_comes_once_in_the_nights_clocks_change(store: Store, hands: Hands, switch: datetime) -> None:
    done: list[datetime] = []
    work = clockwork(store, hands, lambda _each: done.append(hands.now), source(schedule="30 2 * * *"))
    hands.now = switch
    work.heartbeat()
    work.tick("ablage")
    done.clear()

    for _ in range(24 * 12):
        hands.move(timedelta(minutes=5))
        work.heartbeat()
        work.tick("ablage")

    assert len(done) == 1


def test_a_run_never_overlaps_itself(store: Store, hands: Hands) -> None:
    """Two times may be due one after the other while the first run still works."""
    entered, go_on, running = threading.Event(), threading.Event(), []

    def slow(_each: SourceConfig) -> None:
        running.append(1)
        entered.set()
        go_on.wait(10)

    work = clockwork(store, hands, slow, source(schedule="*/5 * * * *"))
    work.heartbeat()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(work.tick, "ablage")
        assert entered.wait(10)
        hands.move(timedelta(minutes=5))
        work.heartbeat()

        second = work.tick("ablage")
        go_on.set()

        assert first.result(10)
    assert not second
    assert len(running) == 1


def test_many_clocks_on_one_database_fire_each_time_once(tmp_path: Path, hands: Hands) -> None:
    """The worst case: all of them believe that they lead. The database still lets one through per source and time."""
    url = f"sqlite:///{tmp_path}/klar.db"
    stores = [Store(url, clock=lambda: hands.now) for _ in range(4)]
    stores[0].upgrade()
    done: list[str] = []
    works = [clockwork(each, hands, lambda one: done.append(one.name), source("a"), source("b")) for each in stores]
    start = threading.Barrier(len(works) * 2)

    def race(work: Clockwork, name: str) -> None:
        work._leads_until = hands.seconds + 60
        start.wait(10)
        work.tick(name)

    for day in range(3):
        hands.move(timedelta(days=1))
        with ThreadPoolExecutor(len(works) * 2) as pool:
            list(pool.map(lambda pair: race(*pair), [(work, name) for work in works for name in "ab"]))
        assert sorted(done) == ["a"] * (day + 1) + ["b"] * (day + 1)
    for each in stores:
        each.close()


def test_the_clock_catches_up_at_its_start_and_ends_when_told(store: Store, hands: Hands) -> None:
    """The real APScheduler, in this process."""
    record_run(store, hands)
    hands.move(timedelta(days=2))
    done, stopped = threading.Event(), threading.Event()
    work = clockwork(store, hands, lambda _each: done.set())
    thread = threading.Thread(target=run, args=(work, stopped))

    thread.start()
    try:
        assert done.wait(10), "the missed time was made up for"
        assert work.leads
    finally:
        stopped.set()
        thread.join(10)

    assert not thread.is_alive()
    assert not work.leads


@pytest.mark.timeout(10)
def test_a_signal_that_another_thread_took_ends_the_clock_all_the_same() -> None:
    """The kernel hands it to whichever thread it likes."""
    with listening() as told:
        other = threading.Timer(0.2, signal.raise_signal, [signal.SIGTERM])  # to the thread that calls it, while this one waits
        other.start()
        told.wait()
        other.join()


# --- real processes ------------------------------------------------------------------------------------------------------------


@contextmanager
def schedule_process(folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("KLAR_")}
    with log.open("wb") as output:
        command = [sys.executable, "-c", "from api.cli import main; main()", "--config", str(folder / "klar.toml"), "schedule"]
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environ)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(20)


def installation_with_a_missed_time(folder: Path) -> Store:
    """One source whose time was ten minutes ago, and whose last run was yesterday."""
    new_installation(folder)
    now = datetime.now(UTC)
    due = (now - timedelta(minutes=10)).astimezone(BERLIN)
    (folder / "drop" / "leer").mkdir()
    with (folder / "klar.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[source]]\nname = "leer"\ntitle = "Leer"\nkind = "files"\nurl = "drop/leer"\n')
        file.write(f'schedule = "{due.minute} {due.hour} * * *"\n')
    yesterday = Hands(now - timedelta(days=1))
    store = Store(f"sqlite:///{folder}/data/klar.db", clock=lambda: yesterday.now)
    record_run(store, yesterday, "leer")
    return store


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_two_processes_harvest_a_missed_time_once_and_end_on_sigterm(tmp_path: Path) -> None:
    folder = tmp_path / "stadt"
    store = installation_with_a_missed_time(folder)
    logs = [tmp_path / "1.log", tmp_path / "2.log"]

    with schedule_process(folder, logs[0]) as first, schedule_process(folder, logs[1]) as second:

        def said(*words: str) -> bool:
            texts = [each.read_text(encoding="utf-8") for each in logs]
            return all(any(word in text for text in texts) for word in words)

        assert until(lambda: said("leer: ", "führt", "wartet")), [each.read_text(encoding="utf-8") for each in logs]
        time.sleep(1)  # time in which the other one would fire, too
        for each in (first, second):
            each.send_signal(signal.SIGTERM)
        codes = [each.wait(20) for each in (first, second)]

    assert codes == [0, 0]
    assert len(store.runs("leer")) == 2, "yesterday's, and one to make up for today's"
    assert all("Traceback" not in each.read_text(encoding="utf-8") for each in logs)
    store.close()
