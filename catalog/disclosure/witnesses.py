"""Tables that could be true as well, found by moving single people about: a proof of safety that needs no solver and no tolerance.

A move changes one variable by one and mends what that breaks by further such steps, each the least harmful of all that mend one broken
row. Every table passed on the way satisfies all that is public, in whole numbers; a form that takes WIDTH different values among them
cannot be recovered.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from catalog.disclosure.board import Board, Members, columns_of
from catalog.disclosure.rules import WIDTH
from catalog.disclosure.system import System, value

_DEPTH = 8  #: steps of one move
_TRIES = 12  #: moves tried for a form before its turn is over


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What tables have shown. Tables are numbered in the order in which they were passed."""

    seen: tuple[dict[int, int], ...]  #: for each form, value -> the first table that gave it
    met: tuple[list[tuple[int, int]], ...]  #: for each form, (table, its value from there on), as far as anybody looked
    tables: int

    def without(self, told: Collection[int]) -> "Proof":
        """What is still proven of the other forms when readers know these to be zero: values from tables in which they are."""
        spoiled = [False] * (self.tables + 1)
        for form in told:
            ends = [number for number, _ in self.met[form][1:]] + [self.tables + 1]
            for (number, value_met), end in zip(self.met[form], ends, strict=True):
                if value_met:
                    spoiled[number:end] = [True] * (end - number)
        kept = [place for place in range(len(self.seen)) if place not in told]
        return Proof(
            seen=tuple({each: at for each, at in self.seen[place].items() if not spoiled[at]} for place in kept),
            met=tuple(self.met[place] for place in kept), tables=self.tables,
        )  # fmt: skip


class Witnesses:
    """What has been seen of each form. Deterministic: the same system has the same walk. `before`: what is proven already."""

    def __init__(self, system: System, before: Proof | None = None) -> None:
        self._system = system
        self._board = Board(system)
        self._forms = columns_of([each.row for each in system.forms], len(system.start))
        self._rows = [Members(each.row) for each in system.forms]
        self.seen: list[dict[int, int]] = [dict(each) for each in before.seen] if before else [{} for _ in system.forms]
        self.open: set[int] = {form for form, found in enumerate(self.seen) if len(found) < WIDTH}
        self._met: list[list[tuple[int, int]]] = [list(each) for each in before.met] if before else [[] for _ in system.forms]
        self._number = before.tables if before else 0
        self.depth = _DEPTH
        self._random = Random(5)  # no secret: any choice of moves proves the same
        self._stand_at(system.start)

    def show(self, point: Sequence[int]) -> bool:
        """Take in a table found elsewhere and go on from there. False if it isn't one."""
        if not self._system.holds(point):
            return False
        self._stand_at(point)
        return True

    def proof(self) -> Proof:
        """Nobody looks at a form any more that is proven: from there on it may have had any value."""
        met = [each if form in self.open else [*each, (each[-1][0], 1)] for form, each in enumerate(self._met)]
        return Proof(seen=tuple(self.seen), met=tuple(met), tables=self._number)

    def walk(self, rounds: int) -> None:
        """Try to move every open form, again and again, from the truth and from wherever that led."""
        for number in range(rounds):
            if not self.open:
                return
            if number % 2:
                self._stand_at(self._system.start)
            self.walk_on(sorted(self.open))

    def walk_on(self, forms: Iterable[int]) -> None:
        for form in forms:
            if form in self.open:
                self._try(form)

    def _try(self, form: int) -> None:
        direction = 1 if self._values[form] <= 1 else self._random.choice((1, -1))
        for number in range(_TRIES):
            if form not in self.open:
                return
            if not self._move(form, direction) or number == _TRIES // 2:
                direction = -direction

    def _stand_at(self, point: Sequence[int]) -> None:
        self._board.set(point)
        self._number += 1
        self._values = [value(each.row, point) for each in self._system.forms]
        self._note(range(len(self._values)))

    def _note(self, forms: Iterable[int]) -> None:
        for form in forms:
            if form in self.open:
                self._met[form].append((self._number, self._values[form]))
                self.seen[form].setdefault(self._values[form], self._number)
                if len(self.seen[form]) >= WIDTH:
                    self.open.discard(form)

    def _move(self, form: int, direction: int) -> bool:
        """Whether the form could be moved by one, with everything mended."""
        board = self._board
        done: list[tuple[int, int]] = []
        row = self._rows[form]
        board.keep(row, direction)
        while (step := board.best(row, direction, done, self._random)) is not None:
            board.step(*step)
            done.append(step)
            if not board.broken or len(done) > self.depth:
                break
            broken = self._next()
            row, direction = board.row(broken), board.lacks(broken)
        if board.broken or not done:
            for variable, moved in reversed(done):
                board.step(variable, -moved)
            return False
        self._number += 1
        touched = set()
        for variable, moved in done:
            for each, coefficient in self._forms[variable]:
                self._values[each] += coefficient * moved
                touched.add(each)
        self._note(touched)
        return True

    def _next(self) -> int:
        """The broken row to be mended: every other time the one that leaves the least choice."""
        broken = sorted(self._board.broken)
        return self._random.choice(broken) if self._random.random() < 0.5 else min(broken, key=self._board.width)
