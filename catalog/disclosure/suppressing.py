"""Complementary suppression: which further cells have to be withheld so that the withheld ones stay unknown.

For every number that the audit finds recoverable a linear programme looks for the cheapest way to move it by two while published cells
stay; those that have to move all the same are withheld, too. Small cells are cheap. The result counts only when the audit agrees.
"""

from collections.abc import Mapping, Sequence

from catalog.disclosure.attacker import State, system_of
from catalog.disclosure.auditing import Earlier, examine, states_of
from catalog.disclosure.counts import Base
from catalog.disclosure.protecting import cells_of, counted
from catalog.disclosure.rules import WIDTH, Rules
from catalog.disclosure.solving import moved
from schemas.statistics import Cell, Cube, Key, ReportedTotal

_MOST_STEPS = 60


def complete(
    declared: Cube, cube: Cube, base: Base, cells: Sequence[Cell], *, rules: Rules,
    earlier: Sequence[Earlier] = (), reported: Sequence[ReportedTotal] = (),
) -> tuple[Cell, ...]:  # fmt: skip
    """The cells with complements withheld under the same symbol. What withholding cannot protect stays: the audit decides.

    Raises ValueError when an earlier release cannot be compared.
    """
    values = counted(declared, cube, base)
    shown = {each.key: each.value for each in cells}
    before = states_of(earlier)
    for _ in range(_MOST_STEPS):
        new = State(name="neu", cube=cube, cells=cells_of(shown), rules=rules, base=base, reported=reported)
        further = _complements(declared, [*before, new], values)
        if not further:
            break
        shown.update(dict.fromkeys(further))
    return cells_of(shown)


def _complements(declared: Cube, states: Sequence[State], values: Mapping[Key, int]) -> set[Key]:
    system, unsafe, _ = examine(system_of(declared, states))
    free: set[Key] = set()
    for form in unsafe:
        prices = {row: 0.0 if key in free else 1.0 + values[key] for key, row in system.shown.items()}
        rows = moved(system, form.row, by=WIDTH - 1, prices=prices)
        free |= {key for key, row in system.shown.items() if row in rows}
    return free
