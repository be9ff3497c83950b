"""Integer programmes over a system (HiGHS, through scipy). Answers are hints: whoever uses one checks the point in exact arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.disclosure.rules import UNBOUNDED
from catalog.disclosure.system import Row, System, value

if TYPE_CHECKING:
    from scipy.sparse import csr_array

NEAR = 1e-6  #: a bound this near to a whole number is that number
_NODES = 1_000_000  #: variables times branches of one programme; not seconds, so that every machine decides alike


@dataclass(frozen=True, kw_only=True)
class Found:
    point: tuple[int, ...] | None  #: a whole-number point, to be checked; None: none was found
    proven: bool  #: optimal, or there is none


class Programme:
    """One system, asked for many objectives."""

    def __init__(self, system: System) -> None:
        import numpy as np  # heavy: 90 ms

        self._system = system
        self._matrix = matrix(system.rows, len(system.start))
        self._low = np.array([float(each) for each in system.low])
        self._high = np.array([np.inf if each >= UNBOUNDED else float(each) for each in system.high])

    def least(self, objective: Row, *, within: Sequence[tuple[Row, int, int]] = (), whole: bool = True, gap: float = 0.0) -> Found:
        """A point at which the objective is least, also within further rows' bounds."""
        result = self._solve(objective, within, whole=whole, gap=gap)
        point = None if result.x is None else tuple(round(float(each)) for each in result.x)
        return Found(point=point, proven=result.status in (0, 2))

    def bound(self, objective: Row) -> float | None:
        """Least value over fractions, too: no whole-number point is below. None: no bound."""
        result = self._solve(objective, (), whole=False, gap=0.0)
        return float(result.fun) if result.status == 0 else None

    def _solve(self, objective: Row, within: Sequence[tuple[Row, int, int]], *, whole: bool, gap: float) -> Any:
        import numpy as np  # heavy: 90 ms
        from scipy.optimize import Bounds, LinearConstraint, milp  # heavy: 900 ms

        size = len(self._system.start)
        costs = np.zeros(size)
        for variable, coefficient in objective:
            costs[variable] = coefficient
        constraints = [LinearConstraint(self._matrix, self._low, self._high)] if self._system.rows else []
        if within:
            low, high = [each[1] for each in within], [np.inf if each[2] >= UNBOUNDED else each[2] for each in within]
            constraints.append(LinearConstraint(matrix([each[0] for each in within], size), low, high))
        return milp(
            costs, integrality=np.full(size, int(whole)), bounds=Bounds(0, np.inf), constraints=constraints,
            options={"node_limit": max(50, _NODES // size), "mip_rel_gap": gap},
        )  # fmt: skip


def moved(system: System, form: Row, *, by: int, prices: Mapping[int, float]) -> frozenset[int]:
    """Rows that leave their bounds when a form grows, at the least price for each unit. Rows without a price stay in theirs.

    Empty when there is no such way.
    """
    import numpy as np  # heavy: 90 ms
    from scipy.optimize import Bounds, LinearConstraint, milp  # heavy: 900 ms
    from scipy.sparse import block_array, coo_array, csr_array  # heavy: 300 ms

    size, soft = len(system.start), sorted(prices)
    slack = coo_array((np.ones(len(soft)), (soft, range(len(soft)))), shape=(len(system.rows), len(soft)))
    grown = value(form, system.start) + by
    target = csr_array(matrix([form], size))
    whole: csr_array[np.float64] = block_array([[matrix(system.rows, size), slack, -slack], [target, None, None]], format="csr")
    low = np.array([*(float(each) for each in system.low), grown])
    high = np.array([*(np.inf if each >= UNBOUNDED else float(each) for each in system.high), np.inf])
    costs = np.concatenate([np.full(size, 1e-6), [prices[row] for row in soft], [prices[row] for row in soft]])
    result = milp(costs, bounds=Bounds(0, np.inf), constraints=LinearConstraint(whole, low, high))
    if result.x is None:
        return frozenset()
    over, under = result.x[size : size + len(soft)], result.x[size + len(soft) :]
    return frozenset(row for row, up, down in zip(soft, over, under, strict=True) if up + down > NEAR)


def matrix(rows: Sequence[Row], size: int) -> "csr_array":
    from scipy.sparse import csr_array  # heavy: 300 ms

    places = [number for number, row in enumerate(rows) for _ in row]
    variables = [variable for row in rows for variable, _ in row]
    return csr_array(([float(each) for row in rows for _, each in row], (places, variables)), shape=(len(rows), size))


def weighted(rows: Sequence[tuple[int, Row]]) -> Row:
    """Sum of rows, each times its weight."""
    total: dict[int, int] = {}
    for weight, row in rows:
        for variable, coefficient in row:
            total[variable] = total.get(variable, 0) + weight * coefficient
    return tuple((variable, each) for variable, each in sorted(total.items()) if each)


def negative(row: Row) -> Row:
    return tuple((variable, -coefficient) for variable, coefficient in row)
