"""Finished answers of one state of the catalogue. A new revision empties it; the least recently used go first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from api.web.answers import Representation
from api.web.problems import NotReady

T = TypeVar("T")
_LIMIT = 48 * 1024 * 1024
_ATTEMPTS = 5
_MOST_ADDRESSES = 10_000
_LONGEST_ADDRESS = 200


class RevisionValue(Generic[T]):
    """One value that is made anew for each revision."""

    def __init__(self, revision: Callable[[], int], build: Callable[[], T]) -> None:
        self._revision = revision
        self._build = build
        self._held: tuple[int, T] | None = None

    def __call__(self) -> T:
        """Read before building, so that a value made in between counts for the older revision and is made again."""
        revision, held = self._revision(), self._held
        if held is not None and held[0] == revision:
            return held[1]
        value = self._build()
        self._held = (revision, value)
        return value


class RevisionCache:
    """`revision` is the store's: reading it is all that a repeated answer costs."""

    def __init__(self, revision: Callable[[], int], *, limit: int = _LIMIT) -> None:
        self._revision = revision
        self._limit = limit
        self._lock = threading.Lock()
        self._held_revision = -1
        self._size = 0
        self._entries: OrderedDict[Hashable, Representation] = OrderedDict()
        self._addresses: dict[bytes, Hashable] = {}

    def find(self, key: Hashable) -> Representation | None:
        """The answer for the present revision, if it is here. Microseconds; may be called on the event loop."""
        revision = self._revision()
        with self._lock:
            found = self._entries.get(key) if revision == self._held_revision else None
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def find_address(self, address: bytes) -> Representation | None:
        """The answer that this path and query had before, for the present revision. Asks for the revision only if there was one."""
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
        """The answer for the present revision, built when it is not here.

        An answer during whose making something was published might mix two states, so it is made again. Raises NotReady
        when that never succeeds.
        """
        for _ in range(_ATTEMPTS):
            revision = self._revision()
            found = self.find(key)
            if found is not None:
                return found
            built = build()
            if self._revision() == revision:
                self._keep(revision, key, built)
                return built
        raise NotReady("Während der Antwort wurde mehrmals veröffentlicht.")

    def _keep(self, revision: int, key: Hashable, built: Representation) -> None:
        with self._lock:
            if revision != self._held_revision:
                self._entries.clear()
                self._size = 0
                self._held_revision = revision
            replaced = self._entries.pop(key, None)
            self._size += len(built.content) - (len(replaced.content) if replaced else 0)
            self._entries[key] = built
            while self._size > self._limit and len(self._entries) > 1:
                _, dropped = self._entries.popitem(last=False)
                self._size -= len(dropped.content)
