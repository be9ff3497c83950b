"""Many small things in little memory: a hundred thousand rows that a run has read, until it is clear which of them may stay."""

import pickle
import zlib
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

#: Things in one block: one block at a time is unpacked.
_BLOCK = 1000
_FAST = 1  #: level of compression: rows of a table are much alike


class Spool(Generic[T]):
    """In the order they came, as often as somebody asks. In memory and nowhere else: what speaks of persons lies on no disk but the
    vault's, and a run that is killed leaves nothing behind."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._last: list[T] = []

    def append(self, thing: T) -> None:
        self._last.append(thing)
        if len(self._last) == _BLOCK:
            self._blocks.append(zlib.compress(pickle.dumps(self._last, protocol=pickle.HIGHEST_PROTOCOL), _FAST))
            self._last = []

    def __iter__(self) -> Iterator[T]:
        for each in self._blocks:
            yield from pickle.loads(zlib.decompress(each))
        yield from self._last

    def __len__(self) -> int:
        return len(self._blocks) * _BLOCK + len(self._last)
