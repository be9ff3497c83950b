"""The audit: may these cells be published, with all that is public already? It fails closed.

A protected number is safe when tables that agree with everything public give it at least three different values. Such tables are first
looked for by moving people about (`witnesses`), then by integer programmes (`solving`); only a table that was checked in whole numbers
counts. What is not shown to be safe within the limits is unsafe. So a solver's tolerances can hold a release, and never let one pass.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from catalog.disclosure.attacker import State, system_of
from catalog.disclosure.counts import Base
from catalog.disclosure.intervals import pinned
from catalog.disclosure.rules import UNBOUNDED, WIDTH, Rules, rules_of
from catalog.disclosure.solving import NEAR, Programme, negative, weighted
from catalog.disclosure.system import Form, Row, System
from catalog.disclosure.witnesses import Proof, Witnesses
from schemas.statistics import Cell, Cube, Profile, Release, ReportedTotal

_ROUNDS = 6  #: of moving people about
_INSISTING = 30  #: further pairs of rounds
_PATIENCE = 4  #: so many of these have to close a tenth of what was open
_SHARED = 12  #: programmes that push many forms at once
_NAMED = 20  #: so many unsafe numbers are named, then the audit stops looking


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A release and the counts it was made of. Counts stay in the vault as long as the cube may be released again."""

    release: Release
    base: Base


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """For operators only: that, and why, something was held tells two vaults apart."""

    unsafe: tuple[str, ...]  #: numbers that fewer than three values are possible for, as `state code/code/…`; at most 20 are named
    reason: str = ""  #: why there was no audit, German
    forms: int = 0  #: numbers looked at
    programmes: int = 0  #: integer programmes solved

    @property
    def safe(self) -> bool:
        return not self.unsafe and not self.reason


def audit(
    declared: Cube, cube: Cube, base: Base, cells: Sequence[Cell], *, rules: Rules,
    earlier: Sequence[Earlier] = (), reported: Sequence[ReportedTotal] = (), name: str = "neu",
) -> Verdict:  # fmt: skip
    """Whether `cells` of `cube` (`declared` with merged categories) may be published beside all `earlier` releases, oldest first."""
    if rules.profile is Profile.OPEN and all(each.release.rules == rules.version for each in earlier):
        return Verdict(unsafe=())
    new = State(name=name, cube=cube, cells=cells, rules=rules, base=base, reported=reported)
    try:
        system = system_of(declared, [*states_of(earlier), new])
    except (ValueError, KeyError) as error:
        return Verdict(unsafe=(), reason=f"Frühere Stände sind nicht vergleichbar: {error}")
    if not system.holds(system.start):
        return Verdict(unsafe=(), reason="Die Zahlen eines Standes passen nicht zu seiner Zählung.")
    return judge(system)


def judge(system: System) -> Verdict:
    """Whether every form of a system takes three values and every doubt has another world.

    Forms that nothing shows (base cells, newcomers) may be known to be zero. As a reader might conclude it from the very fact that there is
    a release, he is told, and everything is judged again with that.
    """
    told, unsafe, solved = examine(system)
    names = tuple(each.name for each in unsafe) or _Search(told).certain()
    return Verdict(unsafe=names, forms=len(system.forms), programmes=solved + len(system.doubts))


def examine(system: System) -> tuple[System, tuple[Form, ...], int]:
    """The system with what a reader is told in the end, forms not shown to be safe (20 at most), programmes solved."""
    solved = 0
    proof: Proof | None = None
    while True:
        search = _Search(system, proof)
        unsafe = search.unsafe()
        solved += search.solved
        if not search.empty or unsafe:
            return system, tuple(system.forms[each] for each in unsafe[:_NAMED]), solved
        proof = search.proof().without(search.empty)
        system = system.told(search.empty)


class _Search:
    """For tables that show forms to be safe. `empty`: forms not shown to be, which may be known to be zero."""

    def __init__(self, system: System, before: Proof | None = None) -> None:
        self._system = system
        self._before = before
        self._programme: Programme | None = None
        self.empty: set[int] = set()
        self.solved = 0

    def unsafe(self) -> list[int]:
        """Places of forms that were not shown to be safe; some of them, if there are many."""
        caught = pinned(self._system)
        if harmful := self._harmful(caught):
            return harmful
        self._witnesses = Witnesses(self._system, self._before)
        self._witnesses.walk(_ROUNDS)
        self._insist()
        self._push_together()
        found: list[int] = []
        for place in self._harmful(self._witnesses.open):
            if place in self._witnesses.open and not self._settle(place):
                found.append(place)
                if len(found) >= _NAMED:
                    break
        self.empty = {place for place in self._witnesses.open if self._system.forms[place].empty}
        return found

    def proof(self) -> Proof:
        return self._witnesses.proof()

    def certain(self) -> tuple[str, ...]:
        """Doubts that no other world supports."""
        return tuple(each.name for each in self._system.doubts if not any(self._possible(world) for world in each.worlds))

    def _harmful(self, places: Collection[int]) -> list[int]:
        return sorted(each for each in places if not self._system.forms[each].empty)

    def _insist(self) -> None:
        """Moving on, by longer moves, is cheaper than programmes, and than telling a reader what he could not have known."""
        self._witnesses.depth *= 3
        left = [len(self._witnesses.open)]
        while left[-1] and len(left) <= _INSISTING and len(self._harmful(self._witnesses.open)) <= _NAMED:
            self._witnesses.walk(2)
            left.append(len(self._witnesses.open))
            if len(left) > _PATIENCE and left[-1] > 0.9 * left[-1 - _PATIENCE]:
                return

    def _push_together(self) -> None:
        """Programmes that pull half of the open forms up and the other half down."""
        for number in range(_SHARED):
            waiting = self._harmful(self._witnesses.open)
            if len(waiting) < 3:
                return
            pulls = [(1 if (each >> number // 2 ^ number) & 1 else -1, self._system.forms[each].row) for each in waiting]
            self._ask(weighted(pulls), gap=0.2)
            self._witnesses.walk_on(waiting)
            if number >= 3 and len(self._harmful(self._witnesses.open)) > 0.9 * len(waiting):
                return

    def _settle(self, place: int) -> bool:
        """Whether one form takes three values: its bounds, its least and greatest value; then, if need be, one between."""
        form, seen = self._system.forms[place], self._witnesses.seen[place]
        least, most = self._bounds(form.row)
        if form.excused and (least >= form.excused or most <= -form.excused):
            return True
        if most - least < WIDTH - 1:
            return False
        proven = True
        for objective in (form.row, negative(form.row)):
            proven &= self._ask(objective)
            self._witnesses.walk_on([place])
            if place not in self._witnesses.open:
                return True
        if proven and form.excused and (min(seen) >= form.excused or max(seen) <= -form.excused):
            return True
        if max(seen) - min(seen) >= WIDTH - 1:
            self._ask((), within=[(form.row, min(seen) + 1, max(seen) - 1)])
        return place not in self._witnesses.open

    def _bounds(self, row: Row) -> tuple[int, int]:
        """No whole number beyond these can be: of fractions, a millionth wider."""
        programme = self._programmed()
        least, most = programme.bound(row), programme.bound(negative(row))
        self.solved += 2
        return (
            -UNBOUNDED if least is None else ceil(least - NEAR),
            UNBOUNDED if most is None else floor(NEAR - most),
        )

    def _programmed(self) -> Programme:
        self._programme = self._programme or Programme(self._system)
        return self._programme

    def _ask(self, objective: Row, *, within: Sequence[tuple[Row, int, int]] = (), gap: float = 0.0) -> bool:
        """Whether the answer is final; what it found is taken in."""
        self.solved += 1
        found = self._programmed().least(objective, within=within, gap=gap)
        return found.point is not None and self._witnesses.show(found.point) and found.proven

    def _possible(self, world: Mapping[int, tuple[int, int]]) -> bool:
        other = self._system.under(world)
        found = Programme(other).least(())
        return found.point is not None and other.holds(found.point)


def states_of(earlier: Sequence[Earlier]) -> list[State]:
    """Raises ValueError for rules this program does not know."""
    return [
        State(
            name=each.release.name, cube=each.release.cube, cells=each.release.cells, rules=rules_of(each.release.rules), base=each.base,
            reported=each.release.reported,
        ) for each in earlier
    ]  # fmt: skip
