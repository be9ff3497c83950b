"""A real SensorThings 1.1 server (django-ogc-sensorthings 1.2.0, in an environment of its own) is filled, harvested, changed, and harvested
again over HTTP."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.plan import Outcome, RunRecord
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web
from harvesters.http.pace import MemoryPace
from harvesters.run import harvest
from tests.harvesters.world import Intake, intake

_ROOT = Path(__file__).parents[3]
_SCRIPTS = _ROOT / "tests" / "peers" / "sensorthings"
_PYTHON = str(_ROOT / ".venv-peer" / "bin" / "python")
_REASON = "without .venv-peer there is no SensorThings server to ask: make .venv-peer/.done"
_THINGS = 200
#: Datastreams of each Thing, by table.
_SHARES = [1, 2]
_PATIENCE = 100.0
_TABLES = {"luft-laerm-15-min-b0745a": "Umweltnetz: Schallpegel, 15 Minuten", "luft-stickstoffdioxid": "Umweltnetz: Stickstoffdioxid"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.skipif(not Path(_PYTHON).is_file(), reason=_REASON)]


def test_a_real_server_is_harvested_twice_and_what_happens_to_it_is_seen(tmp_path: Path) -> None:
    with _peer(tmp_path / "peer") as peer:
        made = intake(tmp_path)
        made.clock.now = datetime.now(UTC)
        made.source = replace(
            made.source, name="luft", title="Umweltnetz", kind="sensorthings", url=peer.url, options={}, allow_private=("127.0.0.1",)
        )
        _first(made, peer)
        _again(made, peer)
        _changed_and_removed(made, peer)
        made.close()


def _first(made: Intake, peer: "_Peer") -> None:
    run = peer.harvest(made)

    assert run.outcome is Outcome.OK, run
    assert {name: _title(made, name) for name in _TABLES} == _TABLES
    assert [len(_rows(made, name)) for name in _TABLES] == [each * _THINGS for each in _SHARES]
    for each in made.store.published("luft", "luft-stickstoffdioxid"):
        said = each.row.values
        assert str(said["name"]).startswith("NO2 an Messstelle"), "this server puts the first property of a page into all of them"
        assert (said["property"], said["unit"], said["status"]) == ("Stickstoffdioxid", "ug/m3", "active")
        assert said["sensor"] is None, "nobody can know it here"
    assert "wrong-expand" in {each.code for each in run.findings}
    assert {each.table for each in run.lately} == set(_TABLES)
    layer = made.store.dataset("luft-stickstoffdioxid").dataset.services[0]
    assert peer.count(layer.access_url) == _SHARES[1] * _THINGS, "the address of a layer asks for it alone"


def _again(made: Intake, peer: "_Peer") -> None:
    """New observations, nothing else."""
    peer.do("observe")
    before = made.store.revision()
    run = peer.harvest(made)

    assert (run.outcome, made.store.revision()) == (Outcome.UNCHANGED, before), run
    assert min(each.last for each in run.lately) > made.clock.now - timedelta(minutes=5), "and their time is known"


def _changed_and_removed(made: Intake, peer: "_Peer") -> None:
    """One Thing has another name, another one goes: marked at once, and gone when its time is over."""
    peer.do("rename")
    peer.do("remove")
    marked = peer.harvest(made, days=1)
    states = [sorted(_rows(made, name).values()).count("missing") for name in _TABLES]
    names = [_stations(made, name).count("Messstelle 0000, umbenannt") for name in _TABLES]
    gone = peer.harvest(made, days=8)

    assert (marked.outcome, gone.outcome) == (Outcome.OK, Outcome.OK), (marked, gone)
    assert (names, states) == (_SHARES, _SHARES)
    assert [len(_rows(made, name)) for name in _TABLES] == [each * (_THINGS - 1) for each in _SHARES]


def _rows(made: Intake, table: str) -> dict[str, str]:
    return {each.row.key: each.state.value for each in made.store.published("luft", table)}


def _stations(made: Intake, table: str) -> list[object]:
    return [each.row.values["station"] for each in made.store.published("luft", table)]


def _title(made: Intake, name: str) -> str:
    return made.store.dataset(name).dataset.title.de


@dataclass
class _Peer:
    url: str
    environment: dict[str, str]

    def do(self, *command: str) -> None:
        subprocess.run([_PYTHON, "fill.py", *command], cwd=_SCRIPTS, env=self.environment, check=True, capture_output=True)

    def harvest(self, made: Intake, *, days: float = 0.0) -> RunRecord:
        made.clock.now += timedelta(days=days, seconds=1)
        return harvest(
            made.source, store=made.store, publisher=made.publisher, archive=made.archive, now=made.clock.now, vault=made.vault, web=_WEB
        )

    def count(self, url: str) -> int:
        with urllib.request.urlopen(f"{url}&$count=true&$top=1&$select=id", timeout=_PATIENCE) as answer:
            return int(answer.read().partition(b'"@iot.count": ')[2].partition(b",")[0])


_WEB = Web(
    user_agent="klar/0 (+https://daten.example.org; a@example.org)",
    environ={},
    pace=MemoryPace(interval=0),
    surroundings=Surroundings(sleep=lambda seconds: None),
)


@contextmanager
def _peer(folder: Path) -> Iterator[_Peer]:
    """Filled, and ended with the test."""
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:  # ours from now on: a port that is only free can be somebody else's soon
        yield from _served(folder, listener)


def _served(folder: Path, listener: socket.socket) -> Iterator[_Peer]:
    port = listener.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
        "DJANGO_SETTINGS_MODULE": "settings",
        "PEER_DIR": str(folder),
        "PEER_PORT": str(port),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    peer = _Peer(url=f"http://127.0.0.1:{port}/sensorthings/v1.1", environment=environment)
    subprocess.run([_PYTHON, "-m", "django", "migrate", "--noinput", "-v", "0"], cwd=_SCRIPTS, env=environment, check=True)
    peer.do("fill", str(_THINGS), str(sum(_SHARES)))
    command = [_PYTHON, "-m", "uvicorn", "asgi:application", "--fd", str(listener.fileno()), "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=_SCRIPTS, env=environment, stdout=sys.stderr, pass_fds=[listener.fileno()])
    try:
        _wait_for(f"{peer.url}/", process)
        yield peer
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5.0):  # a server that has died meanwhile must be noticed
                return
        except OSError:  # not yet, or not in time
            time.sleep(0.05)
    raise RuntimeError("the peer does not answer")
