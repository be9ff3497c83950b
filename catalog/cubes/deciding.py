"""Release or hold, for a process of its own with limited memory and time. It fails closed: whatever goes wrong holds the release.

Only the kind of a mistake is told: its words might quote counts.
"""

import os
from collections.abc import Sequence

from catalog.disclosure import Base, Circumstances, Earlier, Held, Occasion, Safe, release_or_hold
from schemas.statistics import Cube

_MISTAKES = (ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)


def decide(cube: Cube, base: Base, earlier: Sequence[Earlier], occasion: Occasion, circumstances: Circumstances) -> Safe | Held:
    """`release_or_hold`; a mistake of any part of it is a reason to hold."""
    try:
        return release_or_hold(cube, base, earlier, occasion=occasion, circumstances=circumstances)
    except _MISTAKES as error:
        return Held(reason=f"Die Prüfung ist gescheitert ({type(error).__name__}); veröffentlicht wird nichts.")


def decide_confined(cube: Cube, base: Base, earlier: Sequence[Earlier], occasion: Occasion, circumstances: Circumstances) -> Safe | Held:
    """The same in the child of `catalog.limited`. numpy's and scipy's OpenBLAS take address space for every core of the machine, though the
    audit has no use for more than one thread: with many cores that alone would be over the limit."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    return decide(cube, base, earlier, occasion, circumstances)
