"""The commands as they run in a city, with the limits they have there: one source hangs or has a bug, the others are served on time."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.cron import BERLIN
from api.settings import load
from api.wiring import store_of
from catalog.plan import Outcome, RunRecord
from catalog.store import Store
from tests.faults.child import CANARY
from tests.faults.city import SOURCES, City, csv, projects
from tests.faults.paged import registered
from tests.harvesters.http.servers import Line, Request, reply

#: `klar` with the kind of source that exists only here.
PROGRAM = "from tests.faults.paged import register; register(); from api.cli import main; main()"


def command(city: City, *arguments: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "--config", str(city.config), *arguments]


def environment() -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("KLAR_")}
    root = str(Path(__file__).resolve().parents[2])
    return own | {"NETZ_TOKEN": CANARY, "PYTHONPATH": root}


class Hangs:
    """Says nothing until it is let go, and then what it should."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self._content = reply(csv([*projects("n", 10), *projects("m", 1)]), Content_Type="text/csv")

    def __call__(self, line: Line, request: Request) -> bool:
        self.asked.set()
        self.go_on.wait(60)
        return self._content(line, request)


def with_a_bug(city: City) -> None:
    """The harvester of `seiten` divides by zero after the first page."""
    text = city.config.read_text(encoding="utf-8")
    city.config.write_text(text.replace("most = 1000000000", "bug = true"), encoding="utf-8")


def due(city: City) -> None:
    """The time of every source was ten minutes ago, and its last run yesterday."""
    now = datetime.now(UTC)
    moment = (now - timedelta(minutes=10)).astimezone(BERLIN)
    lines = city.config.read_text(encoding="utf-8").splitlines()
    schedule = f'schedule = "{moment.minute} {moment.hour} * * *"'
    lines = [text for line in lines for text in ([line, schedule] if line == 'review = "never"' else [line])]
    city.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with registered():
        store = store_of(load(city.config, {}), clock=lambda: now - timedelta(days=1))
    for each in SOURCES:
        number = store.start_run(each, each)
        at = now - timedelta(days=1)
        store.finish_run(RunRecord(id=number, source=each, started_at=at, finished_at=at, outcome=Outcome.OK, message="", counts={}))
    store.close()


@contextmanager
def scheduling(city: City, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command(city, "schedule"), stdout=output, stderr=output, env=environment())
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(20)


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def outcomes(store: Store, sources: Sequence[str] = SOURCES) -> dict[str, Outcome]:
    return {each: store.runs(each, limit=1)[0].outcome for each in sources}


@pytest.mark.slow
def test_a_source_that_hangs_keeps_no_other_waiting(city: City, tmp_path: Path) -> None:
    hangs = Hangs()
    city.well(ablage="Umgetauft", seiten="Umgetauft")
    city.serve("projekte.csv", hangs)
    due(city)
    log = tmp_path / "schedule.log"

    with scheduling(city, log) as process, city.store() as store:
        try:
            assert hangs.asked.wait(60), log.read_text(encoding="utf-8")
            others = ("ablage", "seiten")
            in_time = until(lambda: set(outcomes(store, others).values()) == {Outcome.OK} and len(store.runs("seiten")) == 3)
            assert in_time, log.read_text(encoding="utf-8")
            assert outcomes(store)["netz"] is Outcome.RUNNING
            assert city.rows("ablage")["a01"][1]["title"] == "Umgetauft"
        finally:
            hangs.go_on.set()
        assert until(lambda: outcomes(store)["netz"] is Outcome.OK), log.read_text(encoding="utf-8")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert "Traceback" not in log.read_text(encoding="utf-8")
    assert "m01" in city.rows("netz")


@pytest.mark.slow
def test_a_harvester_with_a_bug_stops_no_other_in_the_schedule(city: City, tmp_path: Path) -> None:
    city.well(ablage="Umgetauft", netz="Umgetauft")
    with_a_bug(city)
    due(city)
    rows = city.rows("seiten")
    log = tmp_path / "schedule.log"

    with scheduling(city, log) as process, city.store() as store:
        expected = {"ablage": Outcome.OK, "netz": Outcome.OK, "seiten": Outcome.FAILED}
        assert until(lambda: outcomes(store) == expected and len(store.runs()) == 9), log.read_text(encoding="utf-8")
        assert process.poll() is None, "the clock goes on"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        message = store.runs("seiten", limit=1)[0].message

    assert message == "Die Ernte wurde durch einen Programmfehler oder von außen abgebrochen."
    assert "seiten: gescheitert" in log.read_text(encoding="utf-8")
    assert city.rows("seiten") == rows


@pytest.mark.slow
def test_a_harvester_with_a_bug_stops_no_other_on_the_command_line(city: City) -> None:
    """The one with the bug comes first."""
    city.well(ablage="Umgetauft", netz="Umgetauft")
    with_a_bug(city)

    arguments = command(city, "harvest", "seiten", "netz", "ablage")
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment(), timeout=100, check=False)

    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "seiten: gescheitert" in said
    assert "Programmfehler" in said
    assert city.rows("netz")["n01"][1]["title"] == city.rows("ablage")["a01"][1]["title"] == "Umgetauft"
    assert CANARY not in said
