"""From exact counts to public cells."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.disclosure.coding import Coding, planned_keys, varying
from catalog.disclosure.counts import Base
from catalog.disclosure.groups import one_sided
from catalog.disclosure.rules import Rules
from schemas.statistics import Cell, CellStatus, Cube, Key, Profile, Unit

_LARGEST_SHARE = 2  #: the largest contributor stands for at most one in so many contributions


@dataclass(frozen=True, kw_only=True)
class Contributors:
    """Who is behind counts of contributions, for cells of planned tables. A cell that is missing has no known contributors."""

    persons: Mapping[Key, int] = field(default_factory=dict)  #: distinct persons
    largest: Mapping[Key, int] = field(default_factory=dict)  #: contributions of the busiest of them


@dataclass(frozen=True, kw_only=True)
class Protected:
    """`cells`: every cell of every planned table, in order. `held`: planned tables that must not be released at all."""

    cells: tuple[Cell, ...]
    held: frozenset[tuple[str, ...]] = frozenset()


NOBODY = Contributors()


def counted(declared: Cube, public: Cube, base: Base) -> dict[Key, int]:
    """True values of all planned cells of `public`, distinct persons, zeros included. Never public."""
    coding = Coding(declared, public)
    values = dict.fromkeys(planned_keys(public), 0)
    for kind, people in base.kinds.items():
        for key in {shown for cell in kind for shown in coding.public(cell)}:
            values[key] += people
    return values


def protect(cube: Cube, base: Base, *, rules: Rules, declared: Cube | None = None, contributors: Contributors = NOBODY) -> Protected:
    """The public cells of `cube`, whose categories may be merged ones of `declared`.

    Primary rules only for `suppress`: which further cells have to be withheld is `suppressing.complete`'s to find.
    Raises ValueError for exact numbers (`open`) of persons or ballots.
    """
    if rules.profile is Profile.OPEN and cube.unit in (Unit.PERSONS, Unit.BALLOTS):
        raise ValueError("persons and ballots are never counted exactly in public")
    values = counted(declared or cube, cube, base)
    shown = {key: rules.rounded(value) for key, value in values.items()}
    held = set()
    if rules.profile is not Profile.OPEN:
        for key, value in values.items():
            if _few_behind(cube, key, value, rules, contributors):
                shown[key] = None
        for row in one_sided(cube, values, at_least=rules.threshold):
            if row.sensitive:
                held.add(row.table)
            shown.update(dict.fromkeys(row.row))
    return Protected(cells=cells_of(shown), held=frozenset(held))


def cells_of(shown: Mapping[Key, int | None]) -> tuple[Cell, ...]:
    return tuple(
        Cell(key=key, value=value, status=CellStatus.WITHHELD if value is None else CellStatus.PUBLISHED) for key, value in shown.items()
    )


def _few_behind(cube: Cube, key: Key, value: int, rules: Rules, contributors: Contributors) -> bool:
    """Contributions that mostly come from one person, or, told by an attribute of persons, from fewer persons than the threshold."""
    if value == 0:
        return False
    if contributors.largest.get(key, 0) * _LARGEST_SHARE > value:
        return True
    personal = any(cube.dimensions[place].person_attribute for place in varying(key))
    return personal and contributors.persons.get(key, value) < rules.threshold
