"""The database is locked by somebody else: a harvest waits for a while, and then says so; nothing is half done."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from catalog.plan import Outcome
from tests.faults.city import SOURCES, City, csv, projects
from tests.faults.test_sources import require_message
from tests.harvesters.http.servers import Line, Request, reply

BUSY = "Ein anderer Vorgang schreibt gerade; bitte gleich noch einmal versuchen."


@contextmanager
def locked(city: City) -> Iterator[None]:
    """As a backup or an administrator's shell might."""
    other = sqlite3.connect(city.folder / "data" / "klar.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        with suppress(sqlite3.OperationalError):
            other.execute("ROLLBACK")
        other.close()


def test_a_database_that_stays_locked(city: City, before: dict[str, str]) -> None:
    city.well(ablage="Umgetauft", netz="Umgetauft", seiten="Umgetauft")
    with locked(city):
        records = city.harvest(patience=0.2)

        assert city.catalogue() == before, "readers do not wait"
    assert {each.outcome for each in records.values()} == {Outcome.FAILED}
    for each in records.values():
        require_message(each, BUSY)
    assert {each.outcome for each in city.harvest().values()} == {Outcome.OK}


class LockedMeanwhile:
    """Locks the database while it answers, so that the harvest is under way."""

    def __init__(self, city: City, *, seconds: float) -> None:
        self._city = city
        self._seconds = seconds
        self._content = reply(csv([*projects("n", 10), *projects("m", 1)]), Content_Type="text/csv")
        self.is_over = threading.Event()

    def __call__(self, line: Line, request: Request) -> bool:
        ready = threading.Event()
        threading.Thread(target=self._hold, args=(ready,), daemon=True).start()
        ready.wait(10)
        return self._content(line, request)

    def _hold(self, ready: threading.Event) -> None:
        with locked(self._city):
            ready.set()
            self.is_over.wait(self._seconds)
        self.is_over.set()


def test_a_database_that_is_locked_in_the_middle_of_a_harvest(city: City, before: dict[str, str]) -> None:
    """The run can neither go on nor be closed; the next one closes it."""
    lock = LockedMeanwhile(city, seconds=60)
    city.serve("projekte.csv", lock)

    records = city.harvest(patience=0.2)

    assert {name: each.outcome for name, each in records.items()} == {
        "ablage": Outcome.UNCHANGED,
        "netz": Outcome.FAILED,
        "seiten": Outcome.FAILED,
    }
    require_message(records["netz"], BUSY)
    assert city.catalogue() == before
    lock.is_over.set()
    city.well(netz="Umgetauft")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(sqlite3.OperationalError), locked(city):
            break
    assert city.harvest()["netz"].outcome is Outcome.OK
    with city.store() as store:
        assert Outcome.RUNNING not in {each.outcome for each in store.runs()}


def test_a_moment_of_waiting_is_no_fault(city: City) -> None:
    city.serve("projekte.csv", LockedMeanwhile(city, seconds=0.3))

    records = city.harvest()

    assert records["netz"].outcome is Outcome.OK
    assert set(city.rows("netz")) == {f"n{number:02}" for number in range(1, 11)} | {"m01"}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_that_is_being_harvested_is_not_harvested_beside_itself(source: str, city: City, before: dict[str, str]) -> None:
    with city.store() as store:
        store.start_run(source, source)  # by this process, which lives
        records = city.harvest(days=0)

    assert {name for name, each in records.items() if each.outcome is Outcome.FAILED} == {source}
    require_message(records[source], f"*Die Quelle »{source}« wird gerade geerntet (Ernte *, seit *).")
    assert city.catalogue() == before
