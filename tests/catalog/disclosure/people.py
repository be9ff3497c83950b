"""Small cubes and invented people for them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from random import Random
from typing import Any

from catalog.disclosure import Rules
from schemas.statistics import Category, Cell, Cube, Dimension, Key, Profile, Release, Role, Unit
from schemas.values import Text


def dimension(name: str, size: int, **options: Any) -> Dimension:
    categories = tuple(Category(code=f"{name}{number}", title=Text(de=f"{name} {number}")) for number in range(size))
    return Dimension(name=name, title=Text(de=name), categories=categories, **options)


def person(name: str, size: int, role: Role = Role.CLASS) -> Dimension:
    return dimension(name, size, role=role, person_attribute=True)


def cube(
    dimensions: Sequence[Dimension], tables: Sequence[Sequence[str]], profile: Profile = Profile.ROUND5, unit: Unit = Unit.PERSONS
) -> Cube:
    planned = tuple(tuple(each) for each in tables)
    return Cube(
        name="probe", title=Text(de="Probe"), notes=Text(de=""), measure="anzahl", measure_title=Text(de="Anzahl"), unit=unit,
        dimensions=tuple(dimensions), tables=planned, profile=profile, base_population=Text(de="alle"), default_table=planned[0],
    )  # fmt: skip


def survey(profile: Profile = Profile.ROUND5) -> Cube:
    """10 districts, 6 age groups, 3 genders; all one- and two-way tables: experiment A of reference/statistics/privacy.md."""
    names = ("bezirk", "alter", "geschlecht")
    tables = [(), *((each,) for each in names), ("bezirk", "alter"), ("bezirk", "geschlecht"), ("alter", "geschlecht")]
    return cube((person("bezirk", 10, Role.GEO), person("alter", 6), person("geschlecht", 3)), tables, profile)


def answers(of: Cube, number: int, seed: int) -> list[tuple[Key]]:
    """People, more of them in the first categories than in the last."""
    keys = list(product(*(each.codes for each in of.dimensions)))
    weights = [1.0] * len(keys)
    for place, key in enumerate(keys):
        for each, code in zip(of.dimensions, key, strict=True):
            weights[place] /= 1 + 0.4 * each.codes.index(code)
    return [(key,) for key in Random(seed).choices(keys, weights, k=number)]


def released(of: Cube, cells: tuple[Cell, ...], rules: Rules, name: str = "2026-11-01") -> Release:
    return Release(
        cube=of, name=name, number=1, at=datetime(2026, 11, 1, tzinfo=UTC), reason=Text(de="Erster Stand"), cells=cells,
        rules=rules.version, merged={},
    )  # fmt: skip
