"""Finished pieces of answers that outlive the state they were made in: their key says all that they were made of, so that none is ever
wrong. The least recently used go first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
P = TypeVar("P", bytes, memoryview)


class Pieces(Generic[K, P]):
    """`limit`: bytes of all pieces together. For several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._size = 0
        self._held: OrderedDict[K, P] = OrderedDict()

    def find(self, key: K) -> P | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def keep(self, key: K, piece: P) -> None:
        """One that alone is larger than the limit is not kept."""
        if len(piece) > self._limit:
            return
        with self._lock:
            former = self._held.pop(key, None)
            self._size += len(piece) - (0 if former is None else len(former))
            self._held[key] = piece
            while self._size > self._limit:
                _, dropped = self._held.popitem(last=False)
                self._size -= len(dropped)
