"""How a counting of a statistic went, for operators: whether it may be released, and what would change. No exact count is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from catalog.disclosure.rules import NEWCOMERS
from schemas.statistics import Cell, Cube, Key, Release
from schemas.values import Text


class Fate(Enum):
    SAFE = "safe"  #: may be released
    HELD = "held"
    SAME = "same"  #: nothing to be released: the last release says the same
    RELEASED = "released"


class Newcomers(Enum):
    """Persons of whom nothing was there at the last release; more exactly nobody needs to know."""

    NONE = "none"
    FEW = "few"
    ENOUGH = "enough"  #: for a release

    @staticmethod
    def of(number: int) -> "Newcomers":
        return Newcomers.ENOUGH if number >= NEWCOMERS else Newcomers.FEW if number else Newcomers.NONE


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Of public cells, against the last release."""

    new: int = 0  #: combinations that were not published
    gone: int = 0
    changed: int = 0  #: another number, or withheld now or before
    same: int = 0


@dataclass(frozen=True, kw_only=True)
class Outlook:
    cube: str
    at: datetime  #: counted
    fate: Fate
    newcomers: Newcomers
    reason: str = ""  #: German: why it is held, or why there is nothing to do
    log: tuple[str, ...] = ()  #: German: what was tried
    findings: tuple[str, ...] = ()  #: German: what counting remarked
    rules: str = ""  #: the rest is of what may be released
    tables: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[tuple[str, ...], ...] = ()  #: planned tables that are not released
    cells: int = 0
    withheld: int = 0
    merged: Mapping[str, Text] = field(default_factory=dict)  #: dimension -> in words
    changes: Changes | None = None  #: None: there is no release yet
    release: str = ""  #: name of the release it became

    @property
    def withheld_percent(self) -> int:
        return round(100 * self.withheld / self.cells) if self.cells else 0


def changes_between(before: Release, cells: Sequence[Cell]) -> Changes:
    old, new = before.by_key, {each.key: each for each in cells}
    both = old.keys() & new.keys()
    changed = sum(_said(old[key]) != _said(new[key]) for key in both)
    return Changes(new=len(new.keys() - old.keys()), gone=len(old.keys() - new.keys()), changed=changed, same=len(both) - changed)


def says_the_same(before: Release, cube: Cube, cells: Sequence[Cell], rules: str, merged: Mapping[str, Text]) -> bool:
    """For the public: a release of this would repeat the last one."""
    mine, theirs = (*_words(cube), rules, dict(merged)), (*_words(before.cube), before.rules, dict(before.merged))
    return mine == theirs and tuple(cells) == before.cells


def _words(cube: Cube) -> tuple[object, ...]:
    return (cube.dimensions, cube.tables, cube.title, cube.notes, cube.breaks, cube.base_population, cube.measure_title, cube.about)


def _said(cell: Cell) -> tuple[Key, int | None, str]:
    return cell.key, cell.value, cell.status.value
