"""Tables that could be true as well, found by moving single people about: a proof of safety that needs no solver and no tolerance.

A move changes one variable by one and mends what that breaks by further such steps, a few at most. Every table passed on the way satisfies
all that is public, in exact integer arithmetic; a form that takes WIDTH different values among them cannot be recovered.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from random import Random

from catalog.disclosure.rules import WIDTH
from catalog.disclosure.system import Row, System, value

_DEPTH = 8  #: steps of one move
_CHOICES = 6  #: candidates looked at for each mending step
_WIDE = 100  #: rows with more variables know which of them are not zero
_TRIES = 12  #: moves tried for a form before its turn is over


class Witnesses:
    """What has been seen of each form. Deterministic: the same system has the same walk."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._columns = _columns(system.rows, len(system.start))
        self._forms = _columns([each.row for each in system.forms], len(system.start))
        self.seen: list[set[int]] = [set() for _ in system.forms]
        self.open: set[int] = set(range(len(system.forms)))
        self.depth = _DEPTH
        self._random = Random(5)  # no secret: any choice of moves proves the same
        self._wide = [number for number, row in enumerate(system.rows) if len(row) > _WIDE]
        self._in_wide = _columns([system.rows[row] for row in self._wide], len(system.start))
        self._stand_at(system.start)

    def show(self, point: Sequence[int]) -> bool:
        """Take in a table found elsewhere and go on from there. False if it isn't one."""
        if not self._system.holds(point):
            return False
        self._stand_at(point)
        return True

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
        row = self._system.forms[form].row
        direction = 1 if self._values[form] <= 1 else self._random.choice((1, -1))
        for number in range(_TRIES):
            if form not in self.open:
                return
            variable, coefficient = row[self._random.randrange(len(row))]
            if not self._move(variable, direction * (1 if coefficient > 0 else -1)) or number == _TRIES // 2:
                direction = -direction

    def _stand_at(self, point: Sequence[int]) -> None:
        self._point = list(point)
        self._stock = {row: Stock(self._system.rows[row], point) for row in self._wide}
        self._sums = [value(row, point) for row in self._system.rows]
        self._values = [value(each.row, point) for each in self._system.forms]
        self._note(range(len(self._values)))

    def _note(self, forms: Iterable[int]) -> None:
        for form in forms:
            if form in self.open:
                self.seen[form].add(self._values[form])
                if len(self.seen[form]) >= WIDTH:
                    self.open.discard(form)

    def _move(self, variable: int, step: int) -> bool:
        if self._point[variable] + step < 0:
            return False
        low = self._system.low
        broken: set[int] = set()
        done: list[tuple[int, int]] = []
        self._step(variable, step, broken)
        done.append((variable, step))
        while broken and len(done) < self.depth:
            row = self._random.choice(sorted(broken))
            mend = self._mend(row, 1 if self._sums[row] < low[row] else -1, {each for each, _ in done})
            if mend is None:
                break
            self._step(*mend, broken)
            done.append(mend)
        if broken:
            for each, back in reversed(done):
                self._step(each, -back, broken)
            return False
        touched = set()
        for each, moved in done:
            for form, coefficient in self._forms[each]:
                self._values[form] += coefficient * moved
                touched.add(form)
        self._note(touched)
        return True

    def _step(self, variable: int, step: int, broken: set[int]) -> None:
        before = self._point[variable]
        self._point[variable] += step
        if before == 0 or before + step == 0:
            for number, _ in self._in_wide[variable]:
                self._stock[self._wide[number]].turn(variable)
        low, high, sums = self._system.low, self._system.high, self._sums
        for row, coefficient in self._columns[variable]:
            sums[row] += coefficient * step
            if low[row] <= sums[row] <= high[row]:
                broken.discard(row)
            else:
                broken.add(row)

    def _mend(self, row: int, sign: int, used: set[int]) -> tuple[int, int] | None:
        """The step that brings a row nearer to its bounds and breaks least, of a few drawn."""
        members: Sequence[tuple[int, int]] = self._system.rows[row]
        if row in self._stock:
            members = [*self._stock[row].some(self._random), *self._random.choices(members, k=_CHOICES)]
        best: tuple[int, tuple[int, int]] | None = None
        looked = 0
        start = self._random.randrange(len(members))
        for variable, coefficient in chain(islice(members, start, None), islice(members, start)):
            step = sign if coefficient > 0 else -sign
            if variable in used or self._point[variable] + step < 0:
                continue
            harm = self._harm(variable, step)
            if best is None or harm < best[0]:
                best = harm, (variable, step)
            looked += 1
            if looked == _CHOICES or (best[0] < 0 and not self._random.randrange(4)):
                break
        return best[1] if best else None

    def _harm(self, variable: int, step: int) -> int:
        """Rows that the step takes further out of their bounds, less those that it takes nearer."""
        low, high, sums = self._system.low, self._system.high, self._sums
        harm = 0
        for row, coefficient in self._columns[variable]:
            before = sums[row]
            if coefficient * step > 0:
                if before >= high[row]:
                    harm += 1
                elif before < low[row]:
                    harm -= 1
            elif before <= low[row]:
                harm += 1
            elif before > high[row]:
                harm -= 1
        return harm


class Stock:
    """The variables of a row that are not zero, to draw from."""

    def __init__(self, row: Row, point: Sequence[int]) -> None:
        self._coefficients = dict(row)
        self._members = [variable for variable, _ in row if point[variable]]
        self._places = {each: place for place, each in enumerate(self._members)}

    def turn(self, member: int) -> None:
        """Put in what is not there, take out what is."""
        place = self._places.pop(member, None)
        if place is None:
            self._places[member] = len(self._members)
            self._members.append(member)
            return
        last = self._members.pop()
        if last != member:
            self._members[place] = last
            self._places[last] = place

    def some(self, random: Random) -> list[tuple[int, int]]:
        """With coefficients."""
        drawn = random.choices(self._members, k=_CHOICES) if self._members else []
        return [(each, self._coefficients[each]) for each in drawn]


def _columns(rows: Sequence[Sequence[tuple[int, int]]], variables: int) -> list[list[tuple[int, int]]]:
    columns: list[list[tuple[int, int]]] = [[] for _ in range(variables)]
    for number, row in enumerate(rows):
        for variable, coefficient in row:
            columns[variable].append((number, coefficient))
    return columns
