"""Base counts: how many persons (ballots, things) were counted in which base cells.

A base cell has one leaf code for each dimension of the cube. Where all dimensions are additive everybody is in exactly one base cell.
Where somebody may be in several (two answers of a multiple choice, two half-years) people are counted by *kind*: the set of base cells that
one person is in. Every published number is then a sum over kinds, each person once, and every way of filling kinds with people is a table
that could really be: so what is proven about kinds is proven about people, however many dimensions overlap.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from catalog.disclosure.coding import leaves
from schemas.statistics import TOTAL, Cube, Key

Kind = frozenset[Key]  #: the base cells that one person is counted in; never empty


@dataclass(frozen=True, kw_only=True)
class Base:
    """Exact counts. They identify people: they belong into the vault and into memory, nowhere else."""

    possible: tuple[Key, ...]  #: every base cell in which somebody could be, sorted; what is missing is publicly known to be impossible
    kinds: Mapping[Kind, int]  #: people of each kind; a kind that is missing has none

    @property
    def people(self) -> int:
        """Distinct persons (or ballots, things)."""
        return sum(self.kinds.values())


def base_of_counts(cube: Cube, counts: Mapping[Key, int], *, impossible: Iterable[Key] = ()) -> Base:
    """Of counts by base cell; a cell that is missing counts 0.

    One dimension at most may be non-additive; `counts` then also has the distinct total under TOTAL for every combination of the other
    dimensions. Raises ValueError for codes that are no leaves, for negative numbers, totals no people can have (max <= total <= sum), and
    for two non-additive dimensions, whose overlaps totals do not tell: then `base_of_people`.
    """
    overlapping = [place for place, each in enumerate(cube.dimensions) if not each.additive]
    if len(overlapping) > 1:
        raise ValueError("totals do not tell how two non-additive dimensions overlap: count people by kind")
    if any(value < 0 for value in counts.values()):
        raise ValueError("a count is never negative")
    possible = _possible(cube, impossible)
    cells = {key: value for key, value in counts.items() if TOTAL not in key}
    _check_keys(cells, possible)
    if not overlapping:
        if len(cells) != len(counts):
            raise ValueError("totals of additive dimensions are sums, not counts")
        return Base(possible=possible, kinds={frozenset((key,)): value for key, value in sorted(cells.items()) if value})
    return Base(possible=possible, kinds=_spread(cells, counts, overlapping[0]))


def base_of_people(cube: Cube, people: Iterable[Iterable[Key]], *, impossible: Iterable[Key] = ()) -> Base:
    """Of people, each given as the base cells she is counted in. Who is in none is not counted.

    Raises ValueError for codes that are no leaves.
    """
    possible = _possible(cube, impossible)
    kinds = Counter(kind for each in people if (kind := frozenset(each)))
    _check_keys({key for kind in kinds for key in kind}, possible)
    return Base(possible=possible, kinds=dict(sorted(kinds.items(), key=lambda item: sorted(item[0]))))


def carried(before: Base, after: Base) -> Base:
    """`after`, with everybody of `before` who is no longer counted only because her base cell is none any more (a period that is past).

    Nobody who could have stayed is taken to have gone: what came and went is as little as can be.
    """
    gone = set(before.possible) - set(after.possible)
    kinds = Counter(after.kinds)
    for kind, people in before.kinds.items():
        if kind & gone:
            left = kind - gone
            staying = min(people, kinds[left]) if left else people
            if left:
                kinds[left] -= staying
            kinds[kind] += staying
    possible = tuple(sorted({*before.possible, *after.possible}))
    return Base(possible=possible, kinds={kind: people for kind, people in kinds.items() if people})


def _possible(cube: Cube, impossible: Iterable[Key]) -> tuple[Key, ...]:
    return tuple(sorted(set(product(*(leaves(each) for each in cube.dimensions))) - set(impossible)))


def _check_keys(keys: Iterable[Key], possible: Iterable[Key]) -> None:
    known = set(possible)
    for key in keys:
        if key not in known:
            raise ValueError(f"no base cell of this cube: {key}")


def _spread(cells: Mapping[Key, int], counts: Mapping[Key, int], place: int) -> dict[Kind, int]:
    """Some people that have these counts: dealt round, as cards are. Which ones does not matter, only counts are ever published."""
    groups: dict[Key, list[Key]] = {}
    for key in sorted(cells):
        groups.setdefault((*key[:place], TOTAL, *key[place + 1 :]), []).append(key)
    if any(value and TOTAL in key and key not in groups for key, value in counts.items()):
        raise ValueError("a total of no base cells")
    kinds: Counter[Kind] = Counter()
    for whole, keys in groups.items():
        total = counts.get(whole, 0)
        if not max(cells[key] for key in keys) <= total <= sum(cells[key] for key in keys):
            raise ValueError(f"{whole}: nobody's answers add up to this distinct total")
        hands: list[list[Key]] = [[] for _ in range(total)]
        turn = 0
        for key in keys:
            for _ in range(cells[key]):
                hands[turn % total].append(key)
                turn += 1
        kinds.update(frozenset(hand) for hand in hands)
    return dict(kinds)
