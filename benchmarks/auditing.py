"""Disclosure audit, alone and with an earlier release: 308 base cells; 5,000 with 700 published ones; 5,000 of which most are empty.

Run alone: `python -m benchmarks.auditing [small]`. Invented people, drawn with a fixed seed; memory is the peak of the whole process.
"""

import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from random import Random

from benchmarks.report import Measurement, figure
from catalog.disclosure import Base, Earlier, audit, base_of_people, protect, rules_for
from schemas.statistics import Category, Cube, Dimension, Key, Profile, Release, Unit
from schemas.values import Text

_AT = datetime(2026, 1, 1, tzinfo=UTC)


def measure(*, large: bool = True) -> list[Measurement]:
    found = _measure(_cube((11, 7, 4), ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))), people=893, newcomers=60)
    if large:
        found += _measure(_cube((25, 20, 10), ((), (0,), (1,), (2,), (0, 1), (1, 2))), people=5_000, newcomers=200)
        sparse = ((), (0,), (1,), (2,), (3,), (4,), (0, 1), (0, 2), (0, 3), (0, 4))  # most combinations are empty
        found += _measure(_cube((4, 4, 11, 7, 4), sparse), people=893, newcomers=60)
    return found


def _measure(cube: Cube, *, people: int, newcomers: int) -> list[Measurement]:
    crowd = _people(cube, people + newcomers)
    before, after = base_of_people(cube, crowd[:people]), base_of_people(cube, crowd)
    rules = rules_for(cube)
    cells = protect(cube, before, rules=rules).cells
    what = f"audit of {len(cells):,} cells over {len(before.possible):,} base cells, {people:,} people"
    first = Release(
        cube=cube, name="1", number=1, at=_AT, reason=Text(de="Probe"), cells=cells, rules=rules.version, merged={},
    )  # fmt: skip
    found = [_timed(f"{what}, alone", cube, before, [])]
    if newcomers:
        joint = f"{what}, with an earlier release and {newcomers} newcomers"
        found.append(_timed(joint, cube, after, [Earlier(release=first, base=before)]))
    return found


def _timed(what: str, cube: Cube, base: Base, earlier: Sequence[Earlier]) -> Measurement:
    rules = rules_for(cube)
    cells = protect(cube, base, rules=rules).cells
    started = time.perf_counter()
    verdict = audit(cube, cube, base, cells, rules=rules, earlier=earlier)
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    outcome = "safe" if verdict.safe else "not safe"
    return Measurement(what, seconds, "s", f"{outcome}; {verdict.programmes} programmes, {figure(memory)} MB")


def _cube(sizes: Sequence[int], tables: Sequence[Sequence[int]]) -> Cube:
    dimensions = tuple(
        Dimension(
            name=f"d{place}", title=Text(de=f"d{place}"), person_attribute=place < 2,
            categories=tuple(Category(code=f"c{number}", title=Text(de=str(number))) for number in range(size)),
        ) for place, size in enumerate(sizes)
    )  # fmt: skip
    planned = tuple(tuple(f"d{place}" for place in each) for each in tables)
    return Cube(
        name="probe", title=Text(de="Probe"), notes=Text(de=""), measure="n", measure_title=Text(de="Personen"), unit=Unit.PERSONS,
        dimensions=dimensions, tables=planned, profile=Profile.ROUND5, base_population=Text(de="alle"), default_table=(),
    )  # fmt: skip


def _people(cube: Cube, number: int) -> list[tuple[Key]]:
    keys = list(product(*(each.codes for each in cube.dimensions)))
    weights = [1.0] * len(keys)
    for place, key in enumerate(keys):
        for each, code in zip(cube.dimensions, key, strict=True):
            weights[place] /= 1 + 0.4 * each.codes.index(code)
    return [(key,) for key in Random(5).choices(keys, weights, k=number)]


def main() -> None:
    for each in measure(large=sys.argv[1:] != ["small"]):
        print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}", flush=True)


if __name__ == "__main__":
    main()
