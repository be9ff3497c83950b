"""Politeness: one queue per host, for all sources and processes, and rest when a server asks for it."""

import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from harvesters.http.asking import Surroundings
from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import Limits
from harvesters.http.opening import open_source
from harvesters.http.pace import LONGEST_REST, FolderPace, MemoryPace, Pace, Turn
from tests.harvesters.http.servers import in_turn, reply, serving
from tests.harvesters.http.world import START, SWIFT, world

CSV = b"id;name\n1;Spielplatz\n"


@pytest.fixture(params=["memory", "folder"])
def pace(request: pytest.FixtureRequest, tmp_path: Path) -> Pace:
    return MemoryPace(interval=2) if request.param == "memory" else FolderPace(tmp_path / "hosts", interval=2)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_requests_to_one_host_keep_their_distance(pace: Pace) -> None:
    assert [pace.turn("a.example", START).wait for _ in range(3)] == [0, 2, 4]
    assert pace.turn("b.example", START).wait == 0
    assert pace.turn("a.example", after(5)).wait == 1
    assert pace.turn("a.example", after(60)).wait == 0


def test_a_host_that_rests_gives_no_turn(pace: Pace) -> None:
    pace.rest("a.example", after(100))
    assert pace.turn("a.example", START) == Turn(resting_until=after(100))
    assert pace.turn("b.example", START).resting_until is None
    assert pace.turn("a.example", after(100)).resting_until is None


def test_a_shorter_rest_does_not_end_a_longer_one(pace: Pace) -> None:
    pace.rest("a.example", after(100))
    pace.rest("a.example", after(50))
    assert pace.turn("a.example", after(60)).resting_until == after(100)


def test_a_clock_that_was_in_the_future_blocks_nobody(pace: Pace) -> None:
    wrong = START + timedelta(days=400)
    pace.turn("a.example", wrong)
    pace.rest("b.example", wrong + LONGEST_REST)
    assert pace.turn("a.example", START) == Turn()
    assert pace.turn("b.example", START) == Turn()


def test_the_state_outlives_the_process(tmp_path: Path) -> None:
    FolderPace(tmp_path, interval=2).turn("a.example", START)
    FolderPace(tmp_path).rest("b.example", after(100))
    assert FolderPace(tmp_path, interval=2).turn("a.example", START).wait == 2
    assert FolderPace(tmp_path).turn("b.example", START).resting_until == after(100)


QUEUE = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from harvesters.http.pace import FolderPace
pace = FolderPace(Path(sys.argv[1]), interval=1)
for _ in range(50):
    print(pace.turn("a.example", datetime(2026, 11, 22, tzinfo=UTC)).wait)
"""


def test_processes_stand_in_one_queue(tmp_path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", QUEUE, str(tmp_path)], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    waits = [float(line) for process in processes for line in process.communicate(timeout=60)[0].split()]
    assert sorted(waits) == list(range(150))


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"next_free": "soon", "rest_until": null}'])
def test_a_state_that_cannot_be_read_blocks_nobody(broken: str, tmp_path: Path) -> None:
    pace = FolderPace(tmp_path)
    pace.rest("a.example", after(100))
    (file,) = tmp_path.glob("*.json")
    file.write_text(broken)
    assert pace.turn("a.example", START) == Turn()


def test_a_state_that_cannot_be_kept_asks_nobody(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("a file where a folder should be")
    with serving({"*": reply(CSV)}) as server:
        source = world(server.url(), tmp_path, web={"pace": FolderPace(tmp_path / "hosts")})
        with pytest.raises(HttpError) as caught:
            source.open().get("")
    assert caught.value.fault is Fault.STATE
    assert server.lines == []


def test_fetching_waits_for_its_turn_and_no_longer(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        source = world(server.url(), tmp_path, web={"pace": MemoryPace(interval=2)})
        for number in range(3):
            source.open().get(f"/{number}")
    assert source.waits == [2.0, 2.0]


def test_standing_in_our_own_queue_is_not_held_against_the_server(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        source = world(server.url(), tmp_path, web={"pace": MemoryPace(interval=0.5)})
        web = replace(source.web, surroundings=Surroundings(), limits=Limits(total=0.3))
        with open_source(source.source, web, keep_payload=source.keep, clock=source.clock) as fetch:
            assert [fetch.get(f"/{number}").content for number in range(2)] == [CSV, CSV]


def test_a_429_that_passes_costs_a_wait(tmp_path: Path) -> None:
    with serving({"*": in_turn(reply("", 429), reply(CSV))}) as server:
        source = world(server.url(), tmp_path)
        source.open().get("")
        source.open().get("")
    assert source.waits == [2.0]


def test_a_429_that_stays_gives_the_host_an_hour_of_rest_across_runs(tmp_path: Path) -> None:
    with serving({"*": in_turn(*[reply("", 429)] * SWIFT.attempts, reply(CSV))}) as server:
        source = world(server.url(), tmp_path, web={"pace": FolderPace(tmp_path / "hosts", interval=0)})
        with pytest.raises(HttpError, match="bittet um Ruhe"):
            source.open().get("")
        asked = len(server.requests)
        with pytest.raises(HttpError) as caught:
            source.open().get("")
        assert (caught.value.fault, len(server.requests)) == (Fault.COOLING, asked)
        source.now += timedelta(hours=1)
        assert source.open().get("").content == CSV


def test_nobody_keeps_us_away_for_more_than_a_day(tmp_path: Path) -> None:
    with serving({"*": in_turn(reply("", 429, Retry_After="99999999"), reply(CSV))}) as server:
        source = world(server.url(), tmp_path)
        with pytest.raises(HttpError):
            source.open().get("")
        source.now += LONGEST_REST - timedelta(hours=1)
        with pytest.raises(HttpError, match="um Ruhe gebeten"):
            source.open().get("")
        source.now += timedelta(hours=1)
        assert source.open().get("").content == CSV


def test_a_run_that_waits_for_long_gives_a_sign_of_life_once_a_minute(tmp_path: Path) -> None:
    signs: list[datetime] = []
    with serving({"*": reply(CSV)}) as server:
        source = world(server.url(), tmp_path, web={"pace": MemoryPace(interval=150)})
        around = replace(source.surroundings, monotonic=lambda: source.now.timestamp())
        web = replace(source.web, surroundings=around, limits=Limits())
        keep, alive = source.keep, lambda: signs.append(source.now)
        with open_source(source.source, web, keep_payload=keep, clock=source.clock, alive=alive) as fetch:
            for number in range(3):
                fetch.get(f"/{number}")
    assert source.waits == [60, 60, 30] * 2
    assert signs == [after(each) for each in (60, 120, 210, 270)]
