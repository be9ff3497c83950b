"""Bounds by arithmetic alone: what a reader finds with paper and pencil, often enough to see a leak at once."""

from collections.abc import Sequence

from catalog.disclosure.rules import UNBOUNDED
from catalog.disclosure.system import Row, System

_SWEEPS = 6


def pinned(system: System) -> frozenset[int]:
    """Forms that certainly take fewer than three values: places in `system.forms`."""
    low, high = variable_bounds(system)
    known = {row: (least, most) for row, least, most in zip(system.rows, system.low, system.high, strict=True)}
    found = set()
    for place, form in enumerate(system.forms):
        least, most = reach(form.row, low, high)
        if form.row in known:
            least, most = max(least, known[form.row][0]), min(most, known[form.row][1])
        if most - least < 2 and not (form.excused and (least >= form.excused or most <= -form.excused)):
            found.add(place)
    return frozenset(found)


def variable_bounds(system: System) -> tuple[list[int], list[int]]:
    low, high = [0] * len(system.start), [UNBOUNDED] * len(system.start)
    for _ in range(_SWEEPS):
        changed = False
        for row, least, most in zip(system.rows, system.low, system.high, strict=True):
            changed |= _tighten(row, least, most, low, high)
        if not changed:
            break
    return low, high


def _tighten(row: Row, least: int, most: int, low: list[int], high: list[int]) -> bool:
    smallest, largest = reach(row, low, high)
    changed = False
    for variable, coefficient in row:
        if coefficient not in (1, -1):
            continue
        floor, ceiling = (low[variable], high[variable]) if coefficient > 0 else (-high[variable], -low[variable])
        # What the others leave for this one.
        upper = most - (smallest - floor) if smallest - floor > -UNBOUNDED else UNBOUNDED
        lower = least - (largest - ceiling) if largest - ceiling < UNBOUNDED else -UNBOUNDED
        new_low, new_high = (lower, upper) if coefficient > 0 else (-upper, -lower)
        if new_high < high[variable]:
            high[variable], changed = new_high, True
        if new_low > low[variable]:
            low[variable], changed = new_low, True
    return changed


def reach(row: Row, low: Sequence[int], high: Sequence[int]) -> tuple[int, int]:
    """Smallest and largest sum within bounds of the variables."""
    smallest = sum(each * (low[variable] if each > 0 else high[variable]) for variable, each in row)
    largest = sum(each * (high[variable] if each > 0 else low[variable]) for variable, each in row)
    return smallest, largest
