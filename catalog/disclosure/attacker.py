"""What a reader who knows all rules has to solve: the releases of a cube as one system of inequalities.

Variables: people of each kind in the first release, and for every later one how many of each kind came and went. The reader is assumed
to know
* every rule and threshold, and of each withheld cell whether it is small or withheld by another rule;
* totals that others have published exactly;
* how many came and how many went between two releases (at worst: that exactly one person came), and that nobody else did.
He is always told more than the public is, never less.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from catalog.disclosure.coding import Coding, remembering
from catalog.disclosure.counts import Base, Kind, carried
from catalog.disclosure.groups import one_sided
from catalog.disclosure.protecting import counted
from catalog.disclosure.rules import UNBOUNDED, Rules
from catalog.disclosure.system import Builder, Doubt, Form, Row, System, value
from schemas.statistics import Cell, Cube, Key, Profile, ReportedTotal, Role

_EXACT, _LEAST, _MOST = "exact", "min", "max"


@dataclass(frozen=True, kw_only=True)
class State:
    """What one release says, and the truth behind it."""

    name: str
    cube: Cube  #: as released
    cells: Sequence[Cell]
    rules: Rules
    base: Base
    reported: Sequence[ReportedTotal] = ()


def system_of(declared: Cube, states: Sequence[State]) -> System:
    """`states` in order of release, the new one last. Raises ValueError when a released cube cannot be read as `declared`."""
    return _Reader(remembering(declared, (each.cube for each in states[:-1])), states).system()


class _Reader:
    def __init__(self, declared: Cube, states: Sequence[State]) -> None:
        self._declared = declared
        self._states = states
        self._bases = list(accumulate((each.base for each in states), carried))
        self._kinds = _kinds(self._bases)
        self._place = {kind: place for place, kind in enumerate(self._kinds)}
        self._start = [self._bases[0].kinds.get(kind, 0) for kind in self._kinds]
        #: for each state, the (sign, first variable) blocks that add up to its people
        self._blocks: list[list[tuple[int, int]]] = [[(1, 0)]]
        self._free: list[frozenset[int]] = [frozenset()]  #: for each state, kinds of which somebody may have come or gone since the last
        self._builder = Builder()
        self._doubts: list[Doubt] = []
        self._shown: dict[Key, int] = {}  #: of the newest state
        self._elsewhere: set[int] = set()  #: rows that others have published, or that earlier states show

    def system(self) -> System:
        for before, after in pairwise(self._bases):
            self._follow(before, after)
        for number, state in enumerate(self._states):
            self._read(number, state)
        for number in range(1, len(self._states)):
            self._compare(number - 1, number)
            if number < len(self._states) - 1:
                self._compare(number, len(self._states) - 1)
        if len(self._states) > 2:
            self._compare(0, len(self._states) - 1)
        shown = {key: row for key, row in self._shown.items() if row not in self._elsewhere}
        return self._builder.build(self._start, self._doubts, shown)

    def _follow(self, before: Base, after: Base) -> None:
        """Who came and went: as few as explain the difference, which leaves a reader the least freedom."""
        changes = [after.kinds.get(kind, 0) - before.kinds.get(kind, 0) for kind in self._kinds]
        free = self._open(changes)
        blocks = list(self._blocks[-1])
        for sign, numbers in ((1, [max(0, each) for each in changes]), (-1, [max(0, -each) for each in changes])):
            if not any(numbers):
                continue
            first = len(self._start)
            self._start += numbers
            self._builder.bound(tuple((first + place, 1) for place in range(len(numbers))), sum(numbers), sum(numbers))
            self._builder.bound(tuple((first + place, 1) for place in range(len(numbers)) if place not in free), 0, 0)
            if sign < 0:
                for place in range(len(numbers)):  # only who was there can go
                    self._builder.bound((*self._over(self._blocks[-1], (place,)), (first + place, -1)), 0, UNBOUNDED)
            blocks.append((sign, first))
        self._blocks.append(blocks)
        self._free.append(free)

    def _open(self, changes: Sequence[int]) -> frozenset[int]:
        """Kinds that may have changed: those in periods in which something did. Which periods are closed is common knowledge."""
        times = [place for place, each in enumerate(self._declared.dimensions) if each.role is Role.TIME]
        periods = [{(place, key[place]) for key in kind for place in times} for kind in self._kinds]
        moving = set().union(*(each for each, change in zip(periods, changes, strict=True) if change))
        return frozenset(place for place, each in enumerate(periods) if each <= moving)

    def _read(self, number: int, state: State) -> None:
        public = _members(self._kinds, Coding(self._declared, state.cube), state.base)
        truth = counted(self._declared, state.cube, state.base)
        shown = {each.key: each.value for each in state.cells}
        told = self._one_sided(state, truth, shown)
        self._elsewhere |= set(self._shown.values())
        self._shown = {}
        places: dict[Key, int] = {}
        for key, published in shown.items():
            row = self._over(self._blocks[number], public.get(key, ()))
            if published is not None:
                places[key] = self._shown[key] = self._builder.bound(row, *state.rules.interval(published))
                continue
            places[key] = self._builder.bound(row, *_withheld(state.rules, truth[key], told=key in told))
            if key not in told:
                self._builder.guard(Form(name=f"{state.name} {'/'.join(key)}", row=row, excused=_excuse(state.rules, truth[key])))
        self._doubt(state, truth, shown, places)
        self._know(number, state)
        self._guard_base(number, state, told)

    def _one_sided(self, state: State, truth: Mapping[Key, int], shown: Mapping[Key, int | None]) -> frozenset[Key]:
        """Zeros of withheld one-sided rows: a reader is told that they are, and that they are empty. (Doubts keep him from being right.)"""
        if state.rules.profile is Profile.SUPPRESS:
            return frozenset()
        rows = _hidden_rows(state, truth, shown)
        return frozenset(key for where, row in rows for key in row if key != where)

    def _doubt(self, state: State, truth: Mapping[Key, int], shown: Mapping[Key, int | None], places: Mapping[Key, int]) -> None:
        if state.rules.profile is Profile.SUPPRESS:
            return
        limit = state.rules.threshold
        for where, row in _hidden_rows(state, truth, shown):
            alone = [{places[key]: (limit, UNBOUNDED) if key == other else (0, 0) for key in row} for other in row if other != where]
            small = {places[key]: (0, limit - 1) for key in row}
            self._doubts.append(Doubt(name=f"{state.name} {'/'.join(where)}", worlds=(small, *alone)))

    def _know(self, number: int, state: State) -> None:
        """Totals reported elsewhere, as far as they are true of what was counted."""
        coding, possible = Coding(self._declared, state.cube), set(state.base.possible)
        for each in state.reported:
            members = [place for place, kind in enumerate(self._kinds) if any(coding.covers(each.key, key) for key in kind & possible)]
            true = sum(self._bases[number].kinds.get(self._kinds[place], 0) for place in members)
            low = each.value if each.qualifier in (_EXACT, _LEAST) else 0
            high = each.value if each.qualifier in (_EXACT, _MOST) else UNBOUNDED
            if low <= true <= high:
                self._elsewhere.add(self._builder.bound(self._over(self._blocks[number], members), low, high))

    def _guard_base(self, number: int, state: State, told: Iterable[Key]) -> None:
        """Base cells are never shown, and still must not be pinned by what is."""
        if state.rules.profile is Profile.OPEN:
            return
        coding = Coding(self._declared, state.cube)
        secret = set(told)
        for key, members in _cells(self._kinds, state.base).items():
            if not secret & set(coding.public(key)):
                self._guard(f"{state.name} ({'/'.join(key)})", self._over(self._blocks[number], members), state.rules)

    def _compare(self, earlier: int, later: int) -> None:
        """Newcomers are a group, too: how many of them are in a cell is protected like a number that is shown."""
        new = self._states[later]
        if new.rules.profile is Profile.OPEN:
            return
        blocks = self._blocks[later][len(self._blocks[earlier]) :]
        name = f"{self._states[earlier].name} → {new.name}"
        cells = {**_members(self._kinds, Coding(self._declared, new.cube), new.base), **_cells(self._kinds, new.base)}
        free = frozenset().union(*self._free[earlier + 1 : later + 1])
        for key, everybody in cells.items():
            members = [place for place in everybody if place in free]
            if blocks and members and len(members) < len(free):  # how many came in all is known anyway
                self._guard(f"{name} {'/'.join(key)}", self._over(blocks, members), new.rules)

    def _guard(self, name: str, row: Row, rules: Rules) -> None:
        """A number that is nowhere shown."""
        self._builder.guard(Form(name=name, row=row, excused=rules.threshold, empty=value(row, self._start) == 0))

    def _over(self, blocks: Iterable[tuple[int, int]], members: Iterable[int]) -> Row:
        places = tuple(members)
        return tuple((first + place, sign) for sign, first in blocks for place in places)


def _kinds(bases: Sequence[Base]) -> tuple[Kind, ...]:
    """Everybody alone in a possible base cell, and every kind of several cells that somebody really is of."""
    alone = {frozenset((key,)) for base in bases for key in base.possible}
    several = {kind for base in bases for kind in base.kinds}
    return tuple(sorted(alone | several, key=sorted))


def _cells(kinds: Sequence[Kind], base: Base) -> dict[Key, list[int]]:
    """base cell -> kinds that are counted in it"""
    found: dict[Key, list[int]] = {}
    possible = set(base.possible)
    for place, kind in enumerate(kinds):
        for key in kind & possible:
            found.setdefault(key, []).append(place)
    return found


def _members(kinds: Sequence[Kind], coding: Coding, base: Base) -> dict[Key, list[int]]:
    """public cell -> kinds that are counted in it"""
    found: dict[Key, list[int]] = {}
    possible = set(base.possible)
    for place, kind in enumerate(kinds):
        for key in {shown for cell in kind & possible for shown in coding.public(cell)}:
            found.setdefault(key, []).append(place)
    return found


def _withheld(rules: Rules, true: int, *, told: bool) -> tuple[int, int]:
    if rules.profile is Profile.SUPPRESS:  # one symbol for all reasons
        return 0, UNBOUNDED
    if told:
        return 0, 0
    return (rules.threshold, UNBOUNDED) if true >= rules.threshold else (0, rules.threshold - 1)


def _excuse(rules: Rules, true: int) -> int:
    """A large cell that only keeps others secret may become known; one that was withheld for itself may not."""
    return rules.threshold if rules.profile is Profile.SUPPRESS and true >= rules.threshold else 0


def _hidden_rows(state: State, truth: Mapping[Key, int], shown: Mapping[Key, int | None]) -> list[tuple[Key, tuple[Key, ...]]]:
    rows = one_sided(state.cube, truth, at_least=state.rules.threshold)
    return [(each.where, each.row) for each in rows if all(key in shown and shown[key] is None for key in each.row)]
