"""A table of people under a system of inequalities, held so that the least harmful step is quickly found.

Nothing here is a matter of floating point: numbers of people, sums of rows and harms are whole (numpy's 64 bits).
"""

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from catalog.disclosure.system import Row, System, value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

_LOOK = 512  #: candidates looked at for a step; of wider rows only every so-manieth
_USED = 1 << 20  #: harm of a step that is out of the question
_NOTHING = (_USED, 0)


class Members:
    """The variables of a row: those that count for it, those that count against it."""

    def __init__(self, row: Row) -> None:
        import numpy as np  # heavy: 90 ms

        self.plus: Numbers = np.array([variable for variable, each in row if each > 0], dtype=np.int64)
        self.minus: Numbers = np.array([variable for variable, each in row if each < 0], dtype=np.int64)
        self.width = len(row)


class Board:
    """A table, the sums of its rows, and what a step of each variable would do to them."""

    def __init__(self, system: System) -> None:
        import numpy as np  # heavy: 90 ms

        self._np: Any = np
        size, rows = len(system.start), len(system.rows)
        columns = columns_of(system.rows, size)
        longest = max(map(len, columns), default=0)
        self._system = system
        self._members = [Members(each) for each in system.rows]
        self._low = np.array([*system.low, -1], dtype=np.int64)  # one more row that nothing breaks
        self._high = np.array([*system.high, 1], dtype=np.int64)
        self._touched = np.full((size, longest), rows, dtype=np.int64)
        self._by = np.zeros((size, longest), dtype=np.int64)
        for variable, column in enumerate(columns):
            for place, (row, coefficient) in enumerate(column):
                self._touched[variable, place] = row
                self._by[variable, place] = coefficient
        #: where the costs of a step up stand, and of a step down: of raising a row in the first half, of lowering it in the second
        below = np.where(self._by > 0, 0, rows + 1)
        self._up, self._down = self._touched + below, self._touched + (rows + 1 - below)
        self._short = [np.array([row for row, _ in column], dtype=np.int64) for column in columns]
        self._shift = [np.array([each for _, each in column], dtype=np.int64) for column in columns]
        self._rows = rows
        self._kept: Numbers = np.zeros(size, dtype=np.int64)
        self.broken: set[int] = set()

    def set(self, point: Sequence[int]) -> None:
        """A table that satisfies the system."""
        np = self._np
        self.point: Numbers = np.array(point, dtype=np.int64)
        self._sums: Numbers = np.array([*(value(row, point) for row in self._system.rows), 0], dtype=np.int64)
        self._costs: Numbers = np.zeros(2 * self._rows + 2, dtype=np.int64)
        self._weigh(np.arange(self._rows))
        self.broken = set()

    def keep(self, row: Members, direction: int) -> None:
        """Steps that would take this row the other way are out of the question until the next row is named."""
        self._kept[:] = 0
        self._kept[row.plus], self._kept[row.minus] = direction, -direction

    def row(self, number: int) -> Members:
        return self._members[number]

    def width(self, number: int) -> int:
        return self._members[number].width

    def lacks(self, number: int) -> int:
        """The direction that brings a broken row back."""
        return 1 if self._sums[number] < self._low[number] else -1

    def step(self, variable: int, by: int) -> None:
        rows = self._short[variable]
        self.point[variable] += by
        self._sums[rows] += by * self._shift[variable]
        self._weigh(rows)

    def best(self, row: Members, direction: int, done: Sequence[tuple[int, int]], random: Random) -> tuple[int, int] | None:
        """The least harmful step of a variable of the row, that moves it in this direction; of equals any. None: there is none."""
        up, down = (row.plus, row.minus) if direction > 0 else (row.minus, row.plus)
        more = self._least(up, 1, done, random)
        less = self._least(down[self.point[down] > 0], -1, done, random) if len(down) else _NOTHING
        harm, variable, by = (*more, 1) if more[0] <= less[0] else (*less, -1)
        return (variable, by) if harm < _USED else None

    def _least(self, variables: "Numbers", by: int, done: Sequence[tuple[int, int]], random: Random) -> tuple[int, int]:
        """(harm, variable)"""
        np = self._np
        if not len(variables):
            return _NOTHING
        start = random.randrange(len(variables))
        stride = len(variables) // _LOOK + 1
        some = np.concatenate((variables[start::stride], variables[start % stride : start : stride]))
        harm = self._costs[(self._up if by > 0 else self._down)[some]].sum(axis=1)
        harm[self._kept[some] == -by] = _USED
        for variable, _ in done:
            harm[some == variable] = _USED
        first = int(harm.argmin())
        return int(harm[first]), int(some[first])

    def _weigh(self, rows: "Numbers") -> None:
        """Raising or lowering a row costs one where it leaves its bounds (further), and gains one where it comes nearer."""
        sums, low, high = self._sums[rows], self._low[rows], self._high[rows]
        over, under = sums > high, sums < low
        self._costs[rows] = (sums >= high) * 1 - under
        self._costs[rows + self._rows + 1] = (sums <= low) * 1 - over
        if self.broken:
            self.broken.difference_update(rows.tolist())
        bad = over | under
        if bad.any():
            self.broken.update(rows[bad].tolist())


def columns_of(rows: Sequence[Row], variables: int) -> list[list[tuple[int, int]]]:
    """For each variable the rows it is in, with its coefficient there."""
    columns: list[list[tuple[int, int]]] = [[] for _ in range(variables)]
    for number, row in enumerate(rows):
        for variable, coefficient in row:
            columns[variable].append((number, coefficient))
    return columns
