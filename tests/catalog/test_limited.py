"""A child process with limits: whatever happens in it, the parent gets an answer or a sentence that names the limit."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from catalog import confined, limited
from catalog.limited import GIGABYTE, LimitExceeded, call
from schemas.errors import Gone, SourceError
from tests.catalog import poison

ROOT = Path(__file__).parents[2]


def run(function: Callable[..., object], *arguments: object, memory: int = GIGABYTE, seconds: float = 20) -> object:
    return call(function, *arguments, memory=memory, seconds=seconds)


def test_the_result_comes_back_from_another_process() -> None:
    assert run(poison.add, 2, 3) == 5
    assert run(poison.pid) != os.getpid()


def test_the_child_is_kept_warm_and_each_call_has_its_own_limits() -> None:
    first = run(poison.compute_for, 0.6, seconds=1)

    # The computing time of earlier calls does not count, and a narrower limit leaves no trace.
    with pytest.raises(LimitExceeded):
        run(poison.take, 10**9, memory=GIGABYTE // 2)
    second = run(poison.compute_for, 0.6, seconds=1)
    assert run(poison.take, 600 * 1024**2) == 600 * 1024**2
    assert first != second
    assert [run(poison.compute_for, 0.6, seconds=1) for _ in range(3)].count(run(poison.pid)) == 3


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        (poison.take, (2 * GIGABYTE,), "mehr als 1 GB Arbeitsspeicher"),
        (poison.complain_without_memory, (), "mehr als 1 GB Arbeitsspeicher"),
        (poison.mistake_memory_for_a_fault, (), "mehr als 1 GB Arbeitsspeicher"),
        (poison.load_without_room, (), "mehr als 1 GB Arbeitsspeicher"),
        (poison.compute, (), r"länger als (1 Sekunde|5 Sekunden)\."),  # a busy machine may give it less than a fifth of a processor
        (poison.end, (3,), "ohne Antwort (Status 3)"),
        (poison.end, (0,), "ohne Antwort (Status 0)"),
        (poison.kill_myself, (signal.SIGSEGV,), "ohne Antwort (SIGSEGV)"),
        (poison.kill_myself, (signal.SIGKILL,), "Betriebssystem"),
    ],
)
def test_a_child_that_dies_names_the_limit_and_the_next_call_works(
    function: Callable[..., object], arguments: tuple[object, ...], words: str
) -> None:
    pattern = words if "|" in words else words.replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(LimitExceeded, match=pattern) as caught:
        run(function, *arguments, seconds=1)

    assert isinstance(caught.value, SourceError)
    assert run(poison.add, 2, 3) == 5


def test_waiting_ends_by_the_parents_clock() -> None:
    with pytest.raises(LimitExceeded, match="länger als 1 Sekunde"):
        run(poison.wait, 600, seconds=0.2)


def test_within_its_limits_the_same_work_is_done() -> None:
    assert run(poison.take, 200 * 1024**2) == 200 * 1024**2
    assert run(poison.compute_for, 0.2, seconds=5)
    assert run(poison.wait, 0.1)


def test_an_exception_comes_back_as_it_was_with_the_childs_traceback() -> None:
    with pytest.raises(Gone) as caught:
        run(poison.refuse)

    assert (caught.value.reason, caught.value.at) == ("Name", "2026-11-22")
    assert any("in refuse" in each for each in caught.value.__notes__)


@pytest.mark.parametrize("function", [poison.refuse_unspeakably, poison.leave])
def test_an_exception_that_cannot_travel_becomes_one_that_can(function: Callable[..., object]) -> None:
    with pytest.raises(LimitExceeded, match="unerwarteten Fehler") as caught:
        run(function)

    assert any("cannot travel" in each or "SystemExit" in each for each in caught.value.__notes__)


def test_a_result_that_cannot_travel_is_the_callers_error() -> None:
    with pytest.raises(TypeError, match="pickle"):
        run(poison.give_a_lock)


def test_the_child_knows_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limited._SHELF.clear()
    monkeypatch.setenv("KLMITWIRKUNG_TOKEN", "geheim")
    monkeypatch.setenv("KLAR_VAULT__DATABASE", "sqlite:////vault.db")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    vault = tmp_path / "vault.db"
    vault.write_bytes(b"secret")

    with vault.open("rb") as file:
        os.set_inheritable(file.fileno(), True)
        control = subprocess.run([sys.executable, "-c", _LISTS], capture_output=True, text=True, check=True, close_fds=False).stdout
        environment, files = run(poison.environment), run(poison.open_files)

    assert "geheim" in control  # a child that is started carelessly knows both
    assert str(vault) in control
    assert isinstance(environment, dict)
    assert not environment.keys() - set(limited._KEPT)
    assert isinstance(files, list)
    assert [each for each in files if not each.startswith(("socket:", "pipe:", "/dev/null"))] == []


_LISTS = (
    "import os\nprint(os.environ)\nfor each in os.listdir('/proc/self/fd'):\n    try: print(os.readlink('/proc/self/fd/' + each))\n"
    "    except OSError: pass"
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        yield server


def test_the_child_opens_no_connection_no_database_and_no_process(listener: socket.socket, tmp_path: Path) -> None:
    port, database = listener.getsockname()[1], tmp_path / "a.db"
    for function, argument in ((poison.connect, (port,)), (poison.open_database, (str(database),)), (poison.start_a_process, ())):
        with pytest.raises(PermissionError):
            run(function, *argument)

    with pytest.raises(TimeoutError):
        listener.accept()
    assert not database.exists()

    poison.connect(port)  # here, both work
    listener.accept()[0].close()
    poison.open_database(str(database))
    assert database.exists()


def test_output_of_the_child_disturbs_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(poison.complain_much) == "done"
    assert run(poison.complain_much) == "done"
    assert capfd.readouterr() == ("", "")


def test_calls_from_threads_have_a_child_each_and_one_stays() -> None:
    with ThreadPoolExecutor(4) as pool:
        pids = set(pool.map(lambda _: run(poison.wait, 0.4), range(4)))

    assert len(pids) > 1
    assert run(poison.pid) in pids
    assert sum(map(_lives, pids)) == 1  # type: ignore[arg-type]  # process ids


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_call_over_its_limit_does_not_touch_another() -> None:
    def poisonous(_: int) -> bool:
        with suppress(LimitExceeded):
            run(poison.take, 2 * GIGABYTE)
        return True

    with ThreadPoolExecutor(3) as pool:
        poisoned = pool.map(poisonous, range(6))
        sums = [run(poison.add, number, 1) for number in range(6)]

    assert sums == [1, 2, 3, 4, 5, 6]
    assert all(poisoned)


def test_a_child_that_was_killed_while_idle_is_replaced() -> None:
    pid = run(poison.pid)
    assert isinstance(pid, int)
    limited._SHELF._idle._process.terminate()  # type: ignore[union-attr]  # it waits there: it has just answered
    assert run(poison.pid) == pid  # an operator's Ctrl-C or service stop reaches the parent alone

    os.kill(pid, signal.SIGKILL)
    with pytest.raises(LimitExceeded, match="Betriebssystem"):
        run(poison.pid)
    assert run(poison.pid) != pid


def test_a_child_that_has_grown_leaves_and_the_call_after_it_does_not_notice() -> None:
    limited._SHELF.clear()
    first = run(_grow, confined.WORN + 2**20)
    assert isinstance(first, int)

    assert run(poison.pid) != first


_HELD: list[bytearray] = []


def _grow(count: int) -> int:
    _HELD.append(bytearray(b"x") * count)
    return os.getpid()


def test_a_fork_does_not_use_or_keep_its_parents_child() -> None:
    pid = run(poison.pid)

    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if run(poison.pid) not in (pid, None) else 1)
        except BaseException:  # noqa: BLE001  # the fork must end here, whatever happens: pytest must not run twice
            os._exit(2)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert run(poison.pid) == pid


_PARENT = """
import sys, threading
from catalog.limited import call
from tests.catalog import poison
print(call(poison.pid, memory=2**30, seconds=20), flush=True)
if sys.argv[1] == "computing":
    call(poison.announce_and_compute, sys.argv[2], memory=2**30, seconds=60)
elif sys.argv[1] == "idle":
    threading.Event().wait()
"""


@pytest.mark.parametrize("state", ["idle", "computing"])
def test_a_child_whose_parent_is_killed_ends_too(state: str, tmp_path: Path) -> None:
    announced = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", _PARENT, state, str(announced)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        while state == "computing" and not (announced.exists() and announced.read_text()):
            time.sleep(0.05)
        parent.kill()

    _await(lambda: not _lives(pid))


def test_a_child_ends_with_its_parent_and_nothing_is_said() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", _PARENT, "ending"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stderr == ""
    assert not _lives(int(done.stdout))


def _await(condition: Callable[[], bool]) -> None:
    """The test's own timeout ends it."""
    while not condition():
        threading.Event().wait(0.05)
