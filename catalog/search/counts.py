"""What was counted in an index that never changes: another page or order of the same question counts nothing again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping

Counted = tuple[int, Mapping[str, Mapping[str, int]]]  #: data sets found; label -> value -> data sets

_MOST_VALUES = 200_000  #: of all kept answers together, about 20 MB


class Counts:
    """The least recently used go first. Threads that ask at the same time may both count."""

    def __init__(self, most_values: int = _MOST_VALUES) -> None:
        self._most = most_values
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Counted] = OrderedDict()
        self._size = 0

    def obtain(self, question: Hashable, count: Callable[[], Counted]) -> Counted:
        with self._lock:
            found = self._kept.get(question)
            if found is not None:
                self._kept.move_to_end(question)
                return found
        counted = count()
        self._keep(question, counted)
        return counted

    def _keep(self, question: Hashable, counted: Counted) -> None:
        with self._lock:
            if question in self._kept or _size(counted) > self._most:
                return
            self._kept[question] = counted
            self._size += _size(counted)
            while self._size > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._size -= _size(dropped)


def _size(counted: Counted) -> int:
    return 1 + sum(map(len, counted[1].values()))
