"""Finished answers of one state of the catalogue. A new one empties it; the least recently used go first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from api.web.answers import Representation
from api.web.problems import NotReady
from schemas.errors import KlarError

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
_LIMIT = 48 * 1024 * 1024
_ATTEMPTS = 5
_MOST_KEYS = 1_000
_MOST_ADDRESSES = 10_000
_LONGEST_ADDRESS = 200


class RevisionValue(Generic[T]):
    """One value that is made anew for each state."""

    def __init__(self, state: Callable[[], Hashable], build: Callable[[], T]) -> None:
        self._state = state
        self._build = build
        self._held: tuple[Hashable, T] | None = None

    def __call__(self) -> T:
        """Asked before building, so that a value made in between counts for the older state and is made again."""
        state, held = self._state(), self._held
        if held is not None and held[0] == state:
            return held[1]
        value = self._build()
        self._held = (state, value)
        return value


class RevisionLookup(Generic[K, T]):
    """As `RevisionValue`, of many keys; few of them are asked for."""

    def __init__(self, state: Callable[[], Hashable], build: Callable[[K], T]) -> None:
        self._state = state
        self._build = build
        self._held: tuple[Hashable, dict[K, T]] = (None, {})

    def __call__(self, key: K) -> T:
        state, (held_state, held) = self._state(), self._held
        if held_state != state or len(held) >= _MOST_KEYS:
            held = {}
        elif key in held:
            return held[key]
        held[key] = value = self._build(key)
        self._held = (state, held)
        return value


class RevisionCache:
    """`state` changes with every publication: asking for it is all that a repeated answer costs."""

    def __init__(self, state: Callable[[], Hashable], *, limit: int = _LIMIT) -> None:
        self._state = state
        self._limit = limit
        self._lock = threading.Lock()
        self._held_state: Hashable = None
        self._size = 0
        self._entries: OrderedDict[Hashable, Representation] = OrderedDict()
        self._addresses: dict[bytes, Hashable] = {}

    def find(self, key: Hashable) -> Representation | None:
        """The answer for the present state, if it is here. Microseconds; may be called on the event loop."""
        state = self._state()
        with self._lock:
            found = self._entries.get(key) if state == self._held_state else None
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def find_address(self, address: bytes) -> Representation | None:
        """The answer that this path and query had before, for the present state. Asks for the state only if there was one."""
        key = self._addresses.get(address)
        return None if key is None else self.find(key)

    def remember_address(self, address: bytes, key: Hashable) -> None:
        """Only for addresses whose answer depends on nothing else of the request."""
        if len(address) <= _LONGEST_ADDRESS:
            with self._lock:
                if len(self._addresses) >= _MOST_ADDRESSES:
                    self._addresses.clear()
                self._addresses[address] = key

    def obtain(self, key: Hashable, build: Callable[[], Representation]) -> Representation:
        """The answer for the present state, built when it is not here. Raises NotReady as `unkept` does."""
        found = self.find(key)
        if found is not None:
            return found
        state, built = self._of_one_state(build)
        self._keep(state, key, built)
        return built

    def unkept(self, build: Callable[[], Representation]) -> Representation:
        """An answer of which there are too many to keep, made from one state of the catalogue.

        An answer during whose making something was published might mix two states (or have failed at it), so it is made again.
        Raises NotReady when that never succeeds."""
        return self._of_one_state(build)[1]

    def _of_one_state(self, build: Callable[[], Representation]) -> tuple[Hashable, Representation]:
        for _ in range(_ATTEMPTS):
            state = self._state()
            try:
                built = build()
            except KlarError:
                if self._state() == state:
                    raise
                continue
            if self._state() == state:
                return state, built
        raise NotReady("Während der Antwort wurde mehrmals veröffentlicht.")

    def _keep(self, state: Hashable, key: Hashable, built: Representation) -> None:
        with self._lock:
            if state != self._held_state:
                self._entries.clear()
                self._size = 0
                self._held_state = state
            replaced = self._entries.pop(key, None)
            self._size += len(built.content) - (len(replaced.content) if replaced else 0)
            self._entries[key] = built
            while self._size > self._limit and len(self._entries) > 1:
                _, dropped = self._entries.popitem(last=False)
                self._size -= len(dropped.content)
