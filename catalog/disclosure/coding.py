"""Which base cells a public cell speaks of.

A merged category's code names its members, joined by MERGED (`dansenberg~hohenecken`): so a release tells by itself what its cells are
made of.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product

from schemas.statistics import TOTAL, Category, Cube, Dimension, Key

MERGED = "~"


def leaves(dimension: Dimension) -> tuple[str, ...]:
    """Codes that no other category is part of, in order: what base cells are made of."""
    parents = {each.parent for each in dimension.categories}
    return tuple(each.code for each in dimension.categories if each.code not in parents)


def planned_keys(cube: Cube) -> Iterator[Key]:
    """Every cell of every planned table, each once, in the order of tables and categories."""
    seen: set[Key] = set()
    for table in cube.tables:
        for key in table_keys(cube, table):
            if key not in seen:
                seen.add(key)
                yield key


def table_keys(cube: Cube, table: Iterable[str]) -> Iterator[Key]:
    """Every cell of one table: the named dimensions vary, the others stand at their total."""
    names = set(table)
    return product(*(each.codes if each.name in names else (TOTAL,) for each in cube.dimensions))


def varying(key: Key) -> tuple[int, ...]:
    """Places of the dimensions that are not at their total."""
    return tuple(place for place, code in enumerate(key) if code != TOTAL)


def remembering(declared: Cube, earlier: Iterable[Cube]) -> Cube:
    """The declared cube, with the codes that earlier ones had and it no longer has (periods that are past, processes that are gone)."""
    dimensions = list(declared.dimensions)
    for cube in earlier:
        for place, each in enumerate(cube.dimensions[: len(dimensions)]):
            known = set(dimensions[place].codes)
            gone = [code for category in each.categories for code in category.code.split(MERGED) if code not in known]
            old = tuple(Category(code=code, title=each.title) for code in dict.fromkeys(gone))
            dimensions[place] = replace(dimensions[place], categories=dimensions[place].categories + old)
    return replace(declared, dimensions=tuple(dimensions))


class Coding:
    """Public codes of one cube over the base cells of another, which may be newer or finer.

    `declared` has the dimensions of the base cells; `public` is the cube as it was or will be released. Raises ValueError when the public
    cube has a dimension, or a code, that the declared one does not explain.
    """

    def __init__(self, declared: Cube, public: Cube) -> None:
        if tuple(each.name for each in declared.dimensions) != tuple(each.name for each in public.dimensions):
            raise ValueError("dimensions have changed")
        self._codes = [_covering(base, shown) for base, shown in zip(declared.dimensions, public.dimensions, strict=True)]
        self._shapes = sorted({tuple(each.name in table for each in public.dimensions) for table in public.tables})

    def public(self, key: Key) -> Iterator[Key]:
        """All cells of planned tables that a base cell is part of."""
        for shape in self._shapes:
            yield from product(*(codes[leaf] if varies else (TOTAL,) for codes, leaf, varies in zip(self._codes, key, shape, strict=True)))

    def covers(self, public: Key, key: Key) -> bool:
        """Whether a base cell is part of a public cell, planned or not."""
        return all(shown == TOTAL or shown in codes[leaf] for shown, codes, leaf in zip(public, self._codes, key, strict=True))


def _covering(base: Dimension, shown: Dimension) -> Mapping[str, tuple[str, ...]]:
    """leaf -> public codes that it is part of."""
    ancestors = {leaf: set(_upwards(base, leaf)) for leaf in leaves(base)}
    members = {code: set(code.split(MERGED)) for code in shown.codes}
    unknown = set().union(*members.values()) - set().union(*ancestors.values()) if members else set()
    if unknown:
        raise ValueError(f"{base.name}: unknown codes {sorted(unknown)}")
    return {leaf: tuple(code for code in shown.codes if members[code] & above) for leaf, above in ancestors.items()}


def _upwards(dimension: Dimension, code: str) -> Iterator[str]:
    parents = {each.code: each.parent for each in dimension.categories}
    while code:
        yield code
        code = parents[code]
