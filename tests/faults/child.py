"""A harvest in a process of its own, with a cap on memory and on time: what a source does to klar must fit into both.

The children are forked from a server that has imported everything and started nothing, so each takes milliseconds and none inherits
the threads of the tests.
"""

import multiprocessing
import os
import resource
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import frictionless
import openpyxl
import pyshacl
import xlsxwriter

from api.installation import Installation, installation
from api.notify import not_begun
from api.settings import load
from catalog import database
from catalog.plan import RunRecord
from harvesters.http import opening
from harvesters.http.asking import Surroundings
from harvesters.http.limits import MB, Limits
from harvesters.platforms import files
from schemas.errors import KlarError
from tests.faults.paged import registered

T = TypeVar("T")
#: Bytes of address space a harvest may take on top of what the program itself has: threads reserve much more than they use.
MEMORY = 1536 * MB
#: Seconds for one errand, many times what it needs: whoever takes longer hangs.
SECONDS = 60.0
#: Secret of the source in the web. It turns up nowhere.
CANARY = "kanari/enVogel+4711"
#: Tight enough for tests; each source below stays far inside when it is well.
TIGHT = Limits(
    connect=5, read=5, total=10, patience=60, longest_wait=60, attempts=2, wire=2 * MB, size=2 * MB, run_requests=40, run_bytes=8 * MB
)
#: What a harvest imports at first need: the caps are for what it does, not for the size of its libraries.
IMPORTED_BEFORE = (duckdb, frictionless, openpyxl, pyshacl, xlsxwriter, files, opening)
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.child"])


class TookTooLong(AssertionError):
    """The wall clock's cap was hit."""


class TookTooMuch(AssertionError):
    """The cap on memory was hit."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    config: Path
    sources: Sequence[str]
    now: datetime
    limits: Limits = TIGHT
    patience: float = database.PATIENCE  #: seconds to wait for another writer


@dataclass
class Hands:
    """A clock that moves when somebody waits."""

    now: datetime
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class JumpingHands(Hands):
    jump: timedelta = timedelta()
    after: int = 0

    def __call__(self) -> datetime:
        self.after -= 1
        if self.after == 0:
            self.now += self.jump
        return self.now


def harvest(errand: Errand, hands: Hands | None = None) -> list[RunRecord]:
    """What `klar harvest` does, source by source, with limits that fit into a test."""
    database.PATIENCE = errand.patience  # type: ignore[assignment]  # a child lives for one errand
    hands = hands or Hands(errand.now)
    records: list[RunRecord] = []
    try:
        with registered(), opened(errand, hands) as found:
            records += [_record(found, each, hands) for each in errand.sources]
            found.follow_up()
    except KlarError as error:  # the command ends with this sentence
        records += [not_begun(each, hands.now, error) for each in errand.sources[len(records) :]]
    return records


@contextmanager
def opened(errand: Errand, hands: Hands) -> Iterator[Installation]:
    with installation(load(errand.config, {}), clock=hands) as found:
        # A cached property: what is set first is what everybody gets.
        around = Surroundings(clock=hands, sleep=hands.sleep, chance=lambda: 0.0)
        vars(found)["web"] = replace(found.web, limits=errand.limits, environ={"NETZ_TOKEN": CANARY}, surroundings=around)
        yield found


def _record(found: Installation, name: str, hands: Hands) -> RunRecord:
    try:
        return found.harvest(found.source(name))
    except KlarError as error:
        return not_begun(name, hands.now, error)


def harvest_small(errand: Errand, largest: int) -> list[RunRecord]:
    """`harvest` by a process that may write no file larger than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        return harvest(errand)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def harvest_while_the_clock_jumps(errand: Errand, jump: timedelta, after: int) -> list[RunRecord]:
    """`harvest` with somebody setting the clock when it has been asked so many times."""
    return harvest(errand, JumpingHands(errand.now, jump=jump, after=after))


class _Worker:
    """One process that does one errand after the other, as `klar schedule` does, until one is too much for it."""

    def __init__(self, memory: int) -> None:
        self._pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_work, args=(theirs, memory), daemon=True)
        self._process.start()
        self._errands = 0
        theirs.close()

    def ask(self, function: Callable[..., object], arguments: Sequence[object], seconds: float) -> tuple[str, Any]:
        """How it ended (done, failed, memory, time, died) and what came of it."""
        self._errands += 1
        self._pipe.send((function, arguments))
        if not self._pipe.poll(seconds):
            return "time", None
        try:
            answer: tuple[str, Any] = self._pipe.recv()
        except (EOFError, ConnectionError):
            self._process.join(seconds)
            # Libraries in Rust end the process when they get no memory.
            return ("memory" if self._process.exitcode == -signal.SIGABRT else "died"), self._process.exitcode
        return answer

    @property
    def is_tired(self) -> bool:
        """Address space gets ragged; the caps are for one errand, not for a day."""
        return self._errands >= 20

    def wait(self, seconds: float) -> int | None:
        """Its exit code; None when it goes on."""
        self._process.join(seconds)
        return self._process.exitcode

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


#: The one that waits for the next errand. What it imports and starts once (a process that judges rows) need not be started again.
_IDLE: list[_Worker] = []


def in_child(function: Callable[..., T], *arguments: object, seconds: float = SECONDS) -> T:
    """The result of an importable function. Raises TookTooLong, TookTooMuch; AssertionError with its traceback when it failed."""
    worker = _IDLE.pop() if _IDLE else _Worker(MEMORY)
    kind, result = worker.ask(function, arguments, seconds)
    if kind == "done" and not worker.is_tired:
        _IDLE.append(worker)
    else:
        worker.end()
    return _result(function, kind, result)  # type: ignore[no-any-return]  # whatever the function gave


def in_fresh_child(function: Callable[..., T], *arguments: object, memory: int = MEMORY) -> T:
    """The same, in a process that does nothing else before or after."""
    worker = _Worker(memory)
    kind, result = worker.ask(function, arguments, SECONDS)
    worker.end()
    return _result(function, kind, result)  # type: ignore[no-any-return]  # as above


def _result(function: Callable[..., object], kind: str, result: Any) -> Any:
    match kind:
        case "done":
            return result
        case "time":
            raise TookTooLong(function.__name__)
        case "memory":
            raise TookTooMuch(function.__name__)
    raise AssertionError(f"the child {kind}:\n{result}")


def killed(function: Callable[..., object], *arguments: object, after: float = SECONDS) -> bool:
    """Run in a process of its own that kills itself, or is killed after so many seconds. False when it was through before."""
    worker = _Worker(MEMORY)
    kind, result = worker.ask(function, arguments, after)
    code = worker.wait(SECONDS) if kind == "died" else None
    worker.end()
    assert kind == "time" or (kind == "died" and code == -signal.SIGKILL) or kind == "done", f"the child {kind}:\n{result}"
    return kind != "done"


def send_home() -> None:
    """End the idle one."""
    while _IDLE:
        _IDLE.pop().end()


def _work(pipe: Connection, memory: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that may not grow is an error, not an end
    # Only the soft limit: processes that this one starts have limits of their own.
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory, hard))
    while True:
        try:
            function, arguments = pipe.recv()
        except EOFError:
            os._exit(0)  # threads of others may hang, which is none of our business
        pipe.send(_answer(function, arguments))


def _answer(function: Callable[..., object], arguments: Sequence[object]) -> tuple[str, object]:
    try:
        return "done", function(*arguments)
    except MemoryError:
        return "memory", None
    except BaseException:  # noqa: BLE001  # whatever it is, the parent says it
        return "failed", traceback.format_exc()


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()
