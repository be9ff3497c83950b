"""Figures derived from published ones, and from nothing else."""

from schemas.statistics import Cell


def share(part: Cell, whole: Cell) -> int | None:
    """Whole percent of two published values, halves rounded up; None where one of them is withheld or the whole is zero.

    Of rounded values, as everything derived is: a percentage of the true ones gives them back (reference/statistics/privacy.md, section 1).
    """
    if part.value is None or not whole.value:
        return None
    return (200 * part.value + whole.value) // (2 * whole.value)
