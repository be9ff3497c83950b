"""Run a function in a child process that may take only so much memory and time: what strangers' files are read and judged in.

    rows = limited.call(read_rows, content, memory=MEMORY, seconds=SECONDS)

The child is a fresh interpreter (no fork: a scheduler has threads, and a fork would inherit secrets and open files). Its environment
holds no setting of klar, its only open files are the socket to its parent. It is kept warm: importing Frictionless takes 0.45 s, and a
harvest checks ten tables. One idle child waits per process; calls from several threads at once have a child each.

What holds where: memory by RLIMIT_AS (addresses, a little more than what is used), computing time by RLIMIT_CPU, both by the system itself;
waiting time by the parent's clock. macOS knows no usable RLIMIT_AS: there, memory is not limited; the times are. Windows has neither, and
this module is not for it. The child is no sandbox against a program: it runs as the same user. It holds what *data* can do.
"""

import atexit
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import ParamSpec, TypeVar, cast

from catalog import confined
from schemas.errors import LimitExceeded

__all__ = ["GIGABYTE", "LimitExceeded", "call"]

GIGABYTE = 1024**3
#: How much longer than its computing time a call may take: a machine with other work gives it a part of one processor.
_PATIENCE = 5
#: Seconds that a child may take to leave after its socket was closed.
_FAREWELL = 3.0
#: What the child keeps of the environment. Nothing of klar (credentials are there), nothing of Python.
_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
#: Rust ends the process when it gets no memory, and says so on the way.
_NO_MEMORY = b"memory allocation of"

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def call(function: Callable[_Given, _Result], *arguments: object, memory: int, seconds: float) -> _Result:
    """`function(*arguments)`, run in a child. `memory`: bytes, all that the child has included (Python with Frictionless: some 300 MB of
    addresses). `seconds`: of computing time; of waiting, five times as many.

    `function` has to be importable by its name, arguments and result have to be picklable, files are named by absolute paths. There are
    no sockets, databases and further processes inside. State of modules may be that of an earlier call.

    Raises what `function` raises, with the child's traceback as a note, and LimitExceeded, which names the limit.
    """
    request = pickle.dumps((function, arguments), protocol=pickle.HIGHEST_PROTOCOL)
    limits = _Limits(memory=memory, seconds=seconds)
    while (answer := _asked(request, limits)) is None:
        pass  # the child had just left for want of work; the next one is new
    return cast(_Result, answer.result(limits))


@dataclass(frozen=True, kw_only=True)
class _Limits:
    memory: int
    seconds: float

    @property
    def waiting(self) -> float:
        return self.seconds * _PATIENCE

    def too_much_memory(self) -> LimitExceeded:
        return LimitExceeded(f"Dafür wäre mehr als {_size(self.memory)} Arbeitsspeicher nötig.")

    def too_much_computing(self) -> LimitExceeded:
        return LimitExceeded(f"Das Rechnen dauerte länger als {_seconds(self.seconds)}.")

    def too_much_waiting(self) -> LimitExceeded:
        return LimitExceeded(f"Das Warten dauerte länger als {_seconds(self.waiting)}.")


@dataclass(frozen=True, kw_only=True)
class _Answer:
    kind: int
    content: bytes

    def result(self, limits: _Limits) -> object:
        """Raises what the call raised."""
        match self.kind:
            case confined.RESULT:
                return pickle.loads(self.content)
            case confined.ERROR:
                raise cast(Exception, pickle.loads(self.content))
            case confined.MEMORY:
                raise limits.too_much_memory()
            case _:
                error = LimitExceeded("Der Prüfprozess brach mit einem unerwarteten Fehler ab.")
                error.add_note(self.content.decode(errors="replace"))
                raise error


class _Child:
    """One process, and the socket to it."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        self._complaints, complaints = os.pipe()
        os.set_blocking(complaints, False)  # a child that complains without end must not wait for a reader
        command = [sys.executable, "-I", "-B", confined.__file__, str(theirs.fileno())]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                env=_environment(os.environ),
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        finally:
            theirs.close()
            os.close(complaints)
        self._greeting: bytes | None = pickle.dumps([str(Path(each).absolute()) for each in sys.path])

    def ask(self, request: bytes, limits: _Limits) -> _Answer:
        """Raises TimeoutError; EOFError or ConnectionError when the child has ended."""
        until = monotonic() + limits.waiting
        if self._greeting is not None:
            self._send(confined.ANSWER.pack(confined.RESULT, len(self._greeting)) + self._greeting, until)
            self._greeting = None
        self._send(confined.REQUEST.pack(limits.memory, limits.seconds, len(request)), until)
        self._send(request, until)
        kind, size = confined.ANSWER.unpack(self._receive(confined.ANSWER.size, until))
        return _Answer(kind=kind, content=self._receive(size, until))

    def _send(self, content: bytes, until: float) -> None:
        self._channel.settimeout(max(until - monotonic(), 0.001))
        self._channel.sendall(content)

    def _receive(self, size: int, until: float) -> bytes:
        self._channel.settimeout(max(until - monotonic(), 0.001))
        return confined.receive(self._channel, size)

    def ended(self) -> tuple[int, bytes]:
        """(exit status, negative for a signal; its last words) of a child that closed its socket."""
        try:
            status = self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        os.set_blocking(self._complaints, False)
        with suppress(BlockingIOError):
            return status, os.read(self._complaints, 65536)
        return status, b""

    def leave(self, *, at_once: bool) -> None:
        """End it and wait until it is gone."""
        self.forget()
        if at_once:
            self._process.kill()
        try:
            self._process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """Close what leads to it."""
        self._channel.close()
        if self._complaints >= 0:
            os.close(self._complaints)
            self._complaints = -1


class _Shelf:
    """Where the one idle child waits."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._idle: _Child | None = None

    def take(self) -> _Child:
        with self._lock:
            child, self._idle = self._idle, None
        return child or _Child()

    def put(self, child: _Child) -> None:
        with self._lock:
            other, self._idle = self._idle, child
        if other is not None:
            other.leave(at_once=False)

    def clear(self) -> None:
        with self._lock:
            child, self._idle = self._idle, None
        if child is not None:
            child.leave(at_once=False)

    def disown(self) -> None:
        """In a fork: the child is the original's. Its socket must not stay open here, or it would outlive the original."""
        if self._idle is not None:
            self._idle.forget()
        self._reset()  # the lock may have been held by a thread that does not exist here


_SHELF = _Shelf()
atexit.register(_SHELF.clear)
os.register_at_fork(after_in_child=_SHELF.disown)


def _asked(request: bytes, limits: _Limits) -> _Answer | None:
    """None: the child had left before it got the request. Raises LimitExceeded when the child did not survive the call."""
    child, sound = _SHELF.take(), False
    try:
        answer = child.ask(request, limits)
        sound = answer.kind in (confined.RESULT, confined.ERROR)
        return answer
    except TimeoutError:
        raise limits.too_much_waiting() from None
    except (EOFError, ConnectionError):
        status, words = child.ended()
        if status == confined.RETIRED:
            return None
        raise _cause(status, words, limits) from None
    finally:
        if sound:
            _SHELF.put(child)
        else:
            child.leave(at_once=True)


def _cause(status: int, words: bytes, limits: _Limits) -> LimitExceeded:
    if status == -signal.SIGXCPU:
        return limits.too_much_computing()
    if _NO_MEMORY in words:
        return limits.too_much_memory()
    if status == -signal.SIGKILL:
        return LimitExceeded("Das Betriebssystem beendete den Prüfprozess; meist fehlt dem Rechner Arbeitsspeicher.")
    how = signal.Signals(-status).name if status < 0 else f"Status {status}"
    error = LimitExceeded(f"Der Prüfprozess endete ohne Antwort ({how}).")
    error.add_note(words.decode(errors="replace"))
    return error


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in _KEPT if name in given}


def _size(count: int) -> str:
    if count % GIGABYTE == 0:
        return f"{count // GIGABYTE} GB"
    return f"{count // 1024**2} MB"


def _seconds(count: float) -> str:
    return "1 Sekunde" if count == 1 else f"{count:g} Sekunden"
