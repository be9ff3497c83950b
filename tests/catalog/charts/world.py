"""Releases in which numbers are easy to read, and hidden ones are where a test wants them."""

from collections.abc import Mapping
from dataclasses import replace

from catalog.statistics.selection import Selection, read_question, select
from schemas.statistics import TOTAL, Category, Cell, CellStatus, Cube, Dimension, Key, Profile, Release, Role
from schemas.values import Text
from tests.catalog.statistics.world import AGE, CUBE, DISTRICT, HALF_YEAR, cells_of, release_of


def selected(release: Release, language: str = "de", **asked: str) -> Selection:
    return replace(select(release, read_question(release.cube, asked.items())), language=language)


def by_age(values: Mapping[str, int], missing: Mapping[str, CellStatus] | None = None, *, profile: Profile = Profile.ROUND5) -> Release:
    """Numbers by age group; the total is 100."""
    cube = replace(CUBE, tables=((), ("alter",)), default_table=("alter",), profile=profile)
    numbers: dict[Key, int] = {(TOTAL, TOTAL, code): value for code, value in values.items()}
    hidden: dict[Key, CellStatus] = {(TOTAL, TOTAL, code): status for code, status in (missing or {}).items()}
    return release_of(cube, cells=cells_of(cube, hidden, {**numbers, (TOTAL, TOTAL, TOTAL): 100}))


def course(values: list[int | None], *, title: str = "{}. Halbjahr") -> Release:
    """One number for each point in time; None is withheld."""
    categories = tuple(Category(code=f"t{n}", title=Text(de=title.format(n))) for n in range(len(values)))
    cube = replace(
        CUBE,
        dimensions=(replace(HALF_YEAR, categories=categories), DISTRICT, AGE),
        tables=((), ("halbjahr",)),
        default_table=("halbjahr",),
    )
    hidden: dict[Key, CellStatus] = {(f"t{n}", TOTAL, TOTAL): CellStatus.WITHHELD for n, value in enumerate(values) if value is None}
    numbers: dict[Key, int] = {(f"t{n}", TOTAL, TOTAL): value for n, value in enumerate(values) if value is not None}
    return release_of(cube, cells=cells_of(cube, hidden, {**numbers, (TOTAL, TOTAL, TOTAL): 1000}))


def wide(codes: int) -> Cube:
    """A dimension of so many codes, beside one of three."""
    many = Dimension(
        name="thema",
        title=Text(de="Thema"),
        categories=tuple(Category(code=f"c{n}", title=Text(de=f"Thema {n}")) for n in range(codes)),
        role=Role.CLASS,
    )
    return replace(CUBE, dimensions=(many, AGE), tables=(("thema",), ("thema", "alter")), default_table=("thema",))


def cell(release: Release, *key: str) -> Cell:
    return release.by_key[key]
