"""Disclosure control: which numbers about people may be published. Pure: no storage, no clock, no chance; solvers are loaded at first need.

`release_or_hold` is the way from counts to a release: protect, complete (`suppress`), audit, coarsen, or hold.
"""

from catalog.disclosure.auditing import Earlier, Verdict, audit
from catalog.disclosure.counts import Base, Kind, base_of_counts, base_of_people
from catalog.disclosure.declared import circumstances_of
from catalog.disclosure.protecting import Contributors, Protected, protect
from catalog.disclosure.releasing import Circumstances, Held, Occasion, Safe, gate, release_or_hold
from catalog.disclosure.rules import Rules, rules_for, rules_of
from catalog.disclosure.shares import share
from catalog.disclosure.suppressing import complete

__all__ = [
    "Base", "Circumstances", "Contributors", "Earlier", "Held", "Kind", "Occasion", "Protected", "Rules", "Safe", "Verdict",
    "audit", "base_of_counts", "base_of_people", "circumstances_of", "complete", "gate", "protect", "release_or_hold", "rules_for",
    "rules_of", "share",
]  # fmt: skip
