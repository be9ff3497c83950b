"""An attacker with a linear programme, written without a look at the audit: he reads cells as any reader does, and knows the rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import ceil, floor

import numpy as np
from scipy.optimize import linprog

from schemas.statistics import TOTAL, Cell, Cube, Key

Facts = Sequence[tuple[Key, float, float]]  #: public cell, at least, at most


def facts(cells: Iterable[Cell], step: int) -> list[tuple[Key, float, float]]:
    """What numbers that are rounded to the nearest multiple of `step` say; step 1: exact ones, nothing withheld."""
    known = []
    for cell in cells:
        if cell.value is None:
            known.append((cell.key, 0.0, float(step - 1)))
        elif step == 1:
            known.append((cell.key, float(cell.value), float(cell.value)))
        else:
            numbers = [
                each
                for each in range(cell.value - step, cell.value + step + 1)
                if each >= step and (each + step / 2) // step * step == cell.value
            ]
            known.append((cell.key, float(numbers[0]), float(numbers[-1])))
    return known


def base_keys(cube: Cube) -> list[Key]:
    return list(product(*(each.codes for each in cube.dimensions)))


def members(cube: Cube, key: Key) -> list[int]:
    """Base cells of a public one, whose merged codes name their members."""
    parts = [set(shown.split("~")) for shown in key]
    return [
        place
        for place, base in enumerate(base_keys(cube))
        if all(TOTAL in part or code in part for part, code in zip(parts, base, strict=True))
    ]


def recovered(cube: Cube, known: Facts, wanted: Iterable[Key]) -> Iterator[tuple[Key, int]]:
    """Cells whose value he is certain of."""
    size = len(base_keys(cube))
    rows, limits = [], []
    for key, least, most in known:
        row = np.zeros(size)
        row[members(cube, key)] = 1
        rows += [row, -row]
        limits += [most, -least]
    for key in wanted:
        objective = np.zeros(size)
        objective[members(cube, key)] = 1
        low = linprog(objective, A_ub=np.array(rows), b_ub=limits, method="highs")
        high = linprog(-objective, A_ub=np.array(rows), b_ub=limits, method="highs")
        if low.fun is not None and high.fun is not None and ceil(low.fun - 1e-6) == floor(-high.fun + 1e-6):
            yield key, ceil(low.fun - 1e-6)


def recovered_jointly(
    cube: Cube, known: Sequence[Facts], wanted: Iterable[tuple[int, Key]], newcomers: Iterable[tuple[int, Key]]
) -> Iterator[tuple[str, int, Key, int]]:  # fmt: skip
    """The same over several releases of one cube, oldest first, by one who knows that nobody has left: (what, release, cell, value), of
    cells and of those who came with a release."""
    size = len(base_keys(cube))
    place = {key: members(cube, key) for facts_of in known for key, _, _ in facts_of}

    def row(key: Key, releases: Iterable[int]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        found = np.zeros(size * len(known))
        for release in releases:
            found[[release * size + each for each in place[key]]] = 1
        return found

    rows, limits = [], []
    for release, facts_of in enumerate(known):
        for key, least, most in facts_of:
            rows += [row(key, range(release + 1)), -row(key, range(release + 1))]
            limits += [most, -least]
    asked = [("cell", release, key, row(key, range(release + 1))) for release, key in wanted]
    asked += [("newcomers", release, key, row(key, [release])) for release, key in newcomers]
    for what, release, key, objective in asked:
        low = linprog(objective, A_ub=np.array(rows), b_ub=limits, method="highs")
        high = linprog(-objective, A_ub=np.array(rows), b_ub=limits, method="highs")
        assert low.fun is not None, "there is a table that fits"
        assert high.fun is not None, "and no number is without a bound"
        if ceil(low.fun - 1e-6) == floor(-high.fun + 1e-6):
            yield what, release, key, ceil(low.fun - 1e-6)


def tables(cube: Cube, known: Facts, most: int) -> Iterator[tuple[int, ...]]:
    """Every table of whole numbers up to `most` that fits what is known: brute force, for tiny cubes."""
    fits = [(members(cube, key), least, high) for key, least, high in known]
    for table in product(range(most + 1), repeat=len(base_keys(cube))):
        if all(least <= sum(table[place] for place in places) <= high for places, least, high in fits):
            yield table


def values(cube: Cube, found: Sequence[Sequence[int]], key: Key) -> set[int]:
    places = members(cube, key)
    return {sum(table[place] for place in places) for table in found}


def true_values(cube: Cube, counts: Mapping[Key, int], keys: Iterable[Key]) -> dict[Key, int]:
    base = base_keys(cube)
    return {key: sum(counts.get(base[place], 0) for place in members(cube, key)) for key in keys}
