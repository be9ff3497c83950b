"""Politeness per host, kept across runs, sources and processes: a minimum interval between requests, and rest after a 429."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from harvesters.http.statefile import file_name, locked, read_json, write_json

#: Seconds between two requests to one host.
INTERVAL = 1.0
#: What a server gets that said 429 to the last attempt, and not for how long.
REST = timedelta(hours=1)
#: Nobody may keep us away for longer, whatever they say; a clock that was wrong cannot either.
LONGEST_REST = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a host's state says about the next request."""

    wait: float = 0.0  #: seconds
    resting_until: datetime | None = None  #: ask nothing before; aware


class Pace(Protocol):
    """Raises OSError when the state cannot be kept."""

    def turn(self, host: str, now: datetime) -> Turn:
        """Take the next free place in the queue of a host; none while it rests."""
        ...

    def rest(self, host: str, until: datetime) -> None:
        """Leave a host alone."""
        ...


@dataclass
class _State:
    """Unix seconds: comparing and storing them needs no parsing."""

    next_free: float = 0.0
    rest_until: float = 0.0


class _KeptPace(ABC):
    """The rules; where the state lies is up to `_open`."""

    def __init__(self, *, interval: float = INTERVAL) -> None:
        self._interval = interval

    def turn(self, host: str, now: datetime) -> Turn:
        moment = now.timestamp()
        with self._open(host) as state:
            rest = state.rest_until - moment
            if 0 < rest <= LONGEST_REST.total_seconds():
                return Turn(resting_until=datetime.fromtimestamp(state.rest_until, UTC))
            # Others may stand in the queue before us. More than a day of queue is a clock that jumped back.
            wait = state.next_free - moment
            wait = wait if 0 < wait <= LONGEST_REST.total_seconds() else 0.0
            state.next_free = moment + wait + self._interval
            return Turn(wait=wait)

    def rest(self, host: str, until: datetime) -> None:
        with self._open(host) as state:
            state.rest_until = max(until.timestamp(), state.rest_until)

    @abstractmethod
    def _open(self, host: str) -> AbstractContextManager[_State]:
        """The state of one host, alone with it; what is changed in it is kept."""


class MemoryPace(_KeptPace):
    """Forgets with the process: for tests, and for one look by hand."""

    def __init__(self, *, interval: float = INTERVAL) -> None:
        super().__init__(interval=interval)
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    @contextmanager
    def _open(self, host: str) -> Iterator[_State]:
        with self._lock:
            yield self._states.setdefault(host, _State())


class FolderPace(_KeptPace):
    """One small file per host. A file that cannot be read counts as none: the worst that follows is one request too early."""

    def __init__(self, folder: Path, *, interval: float = INTERVAL) -> None:
        super().__init__(interval=interval)
        self._folder = folder

    @contextmanager
    def _open(self, host: str) -> Iterator[_State]:
        path = self._folder / f"{file_name(host)}.json"
        with locked(path):
            state = _state_from(read_json(path))
            yield state
            write_json(path, {"host": host, "next_free": state.next_free, "rest_until": state.rest_until})


def _state_from(content: dict[str, object]) -> _State:
    return _State(next_free=_number(content.get("next_free")), rest_until=_number(content.get("rest_until")))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
