"""The child's side of `catalog.limited`: takes calls from a socket, one after the other, each under its own limits.

Run by path and with `-I`: nothing of the environment counts, and what may be imported is told by the parent. It imports nothing of klar
itself, so that a child is there in some 50 ms; what a call needs is imported by the call, within its limits, and stays for the next one.
"""

import errno
import math
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr
from types import TracebackType
from typing import Any

#: bytes of memory (address space), seconds of computing time, bytes that follow: a pickled (function, arguments)
REQUEST = struct.Struct("!QdQ")
#: kind of answer, bytes that follow
ANSWER = struct.Struct("!BQ")
#: Answers: the pickled result; the pickled exception; no memory left; an exception that cannot be pickled, as text.
RESULT, ERROR, MEMORY, UNSPEAKABLE = range(4)
#: Exit status of a child that left because nobody needed it or because it had grown; it had begun nothing.
RETIRED = 75
#: Seconds without a call. A scheduler harvests once a day; 80 MB need not wait for it.
IDLE = 60.0
#: Bytes of resident memory after a call. Frictionless with what it imports takes 75 MB; the rest is what a large table left behind.
WORN = 300 * 1024 * 1024
#: Seconds that the call in hand may still take when the parent is gone: enough to end in order.
_GRACE = 2.0
#: What no judge of a file has any business with: Python announces it before it happens (PEP 578).
_FORBIDDEN = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.sendto",
    "sqlite3.connect",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
)


def receive(channel: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes. Raises EOFError when the other side is gone, TimeoutError."""
    content = bytearray(size)
    view = memoryview(content)
    while view:
        count = channel.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return bytes(content)


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    # Whoever stops the parent (Ctrl-C reaches the whole group) stops this process by closing the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_leave_with_the_parent, args=(channel,), daemon=True).start()
    guard = _Guard()
    sys.addaudithook(guard)
    sys.path[:] = pickle.loads(_parcel(channel))
    channel.settimeout(IDLE)
    while True:
        try:
            memory, seconds, size = REQUEST.unpack(receive(channel, REQUEST.size))
            request = receive(channel, size)
        except TimeoutError:
            status = RETIRED
            break
        except (EOFError, ConnectionError):
            status = 0
            break
        guard.watching = True
        kind, content = _answer(request, memory, seconds)
        guard.watching = False
        del request
        channel.sendall(ANSWER.pack(kind, len(content)))
        channel.sendall(content)
        del content
        if _resident() > WORN:
            status = RETIRED
            break
    sys.exit(status)


def _parcel(channel: socket.socket) -> bytes:
    _, size = ANSWER.unpack(receive(channel, ANSWER.size))
    return receive(channel, size)


def _leave_with_the_parent(channel: socket.socket) -> None:
    """A call that runs when the parent dies would run on for nobody. (PR_SET_PDEATHSIG is no way: it fires when the *thread* dies
    that started the child, and a scheduler's threads come and go.)"""
    watch = select.poll()
    watch.register(channel, 0)  # hang-up is always reported
    watch.poll()
    threading.Event().wait(_GRACE)
    os._exit(1)


class _Guard:
    """No network, no database, no further process while a call runs: Frictionless opens what a description names."""

    def __init__(self) -> None:
        self.watching = False

    def __call__(self, event: str, _: tuple[Any, ...]) -> None:
        if self.watching and event in _FORBIDDEN:
            raise PermissionError(f"{event} is not for a limited process")


def _answer(request: bytes, memory: int, seconds: float) -> tuple[int, bytes]:
    """(kind, content). Everything that the call needs is imported and made within the limits."""
    answer = _Answer()
    # Libraries warn; nobody reads it here, and a pipe that is full would stop them. What ends the process still reaches the real stderr.
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), answer:
        _limit(memory, seconds)
        function, arguments = pickle.loads(request)
        answer.kind, answer.content = RESULT, pickle.dumps(function(*arguments), protocol=pickle.HIGHEST_PROTOCOL)
    return answer.kind, answer.content


class _Answer:
    """Whatever ends the block is the answer: an exception belongs to the caller, not to this process."""

    kind = UNSPEAKABLE
    content = b""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        if error is not None and any(map(_wants_memory, _chain(error))):
            self.kind, self.content = MEMORY, b""
        elif error is not None:
            self.kind, self.content = _pickled(error)
        return True


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those that led to it: libraries take no memory for a fault of the file."""
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__


def _wants_memory(error: BaseException) -> bool:
    match error:
        case MemoryError():
            return True
        case ImportError():
            return "failed to map segment" in str(error)  # the loader's words for a library that found no room
        case OSError():
            return error.errno == errno.ENOMEM
    return False


def _pickled(error: BaseException) -> tuple[int, bytes]:
    words = "".join(traceback.format_exception(error))
    if isinstance(error, Exception):
        error.add_note(words)
        try:
            content = pickle.dumps(error.with_traceback(None), protocol=pickle.HIGHEST_PROTOCOL)
            pickle.loads(content)
        except (pickle.PickleError, TypeError, AttributeError, ImportError, ValueError):
            return UNSPEAKABLE, words.encode(errors="replace")
        return ERROR, content
    return UNSPEAKABLE, words.encode(errors="replace")


def _limit(memory: int, seconds: float) -> None:
    """From here on at most `memory` bytes of addresses, and `seconds` more of computing time (rounded up to whole ones)."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_CPU, math.ceil(spent.ru_utime + spent.ru_stime + seconds))


def _lower(what: int, value: int) -> None:
    """The soft limit, as far as the hard one allows; a system that knows no such limit (macOS: addresses) goes without."""
    _, hard = resource.getrlimit(what)
    try:
        resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    except (ValueError, OSError):
        return


def _resident() -> int:
    """Bytes of memory held now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    main()
