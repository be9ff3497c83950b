"""Shares of published numbers in a published whole: asked for, never part of a release, and never finer than what is published. Pure.

Whole percent, halves up (`catalog.disclosure.shares`). Where numbers are rounded, the share is one of rounded numbers; beside it stands how
small and how large that of the true ones can be, by nothing but the rounding rule that the release names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog.disclosure.rules import Rules, rules_of
from catalog.disclosure.shares import share
from catalog.statistics.columns import Row
from catalog.statistics.selection import Selection
from schemas.statistics import TOTAL, Cell, Cube, Key
from schemas.table import Disclosure, Field, Table
from schemas.values import Text

RULE = Text(
    de="Ganze Prozent aus den veröffentlichten Zahlen, halbe aufgerundet; nur, wo Zahl und Bezug veröffentlicht sind. "
    "Sind die Zahlen gerundet, liegt der Anteil der wirklichen irgendwo zwischen „share_min“ und „share_max“.",
    en="Whole percent of the published numbers, halves rounded up; only where number and base are published. "
    "Where numbers are rounded, the share of the true ones lies anywhere between “share_min” and “share_max”.",
)
_NAMES = ("base", "share", "share_min", "share_max")


@dataclass(frozen=True, kw_only=True)
class Share:
    base: int
    percent: int
    least: int  #: percent that the true numbers can have; the same as `percent` where they are exact
    most: int

    @property
    def is_exact(self) -> bool:
        return self.least == self.most


def share_in(selection: Selection, cell: Cell, dimension: str) -> Share | None:
    """Of a number in the one that has this dimension at its total; None where one of the two is not published, or the base is 0."""
    whole = selection.release.by_key.get(_base(selection.cube, cell.key, dimension))
    percent = share(cell, whole) if whole is not None else None
    if whole is None or percent is None or cell.value is None or whole.value is None:
        return None
    if cell.key == whole.key:
        return Share(base=whole.value, percent=percent, least=percent, most=percent)
    least, most = _bounds(rules_of(selection.release.rules), cell.value, whole.value)
    return Share(base=whole.value, percent=percent, least=least, most=max(percent, most))


def with_shares(selection: Selection, table: Table, rows: Sequence[Row]) -> tuple[Table, list[Row]]:
    """The columns of shares after all others. `rows`: of `selection.cells()`, in their order."""
    dimension = selection.cube.dimension(selection.share)
    fields = tuple(_field(name, dimension.title) for name in _NAMES)
    return replace(table, fields=(*table.fields, *fields)), [
        row | _values(share_in(selection, cell, dimension.name)) for row, cell in zip(rows, selection.cells(), strict=True)
    ]


def _values(found: Share | None) -> Row:
    if found is None:
        return dict.fromkeys(_NAMES)
    return dict(zip(_NAMES, (found.base, found.percent, found.least, found.most), strict=True))


def _base(cube: Cube, key: Key, dimension: str) -> Key:
    return tuple(TOTAL if each.name == dimension else code for each, code in zip(cube.dimensions, key, strict=True))


def _bounds(rules: Rules, part: int, whole: int) -> tuple[int, int]:
    """Of a part that is never more than its whole; a whole that is shown is never 0."""
    (fewest, most), (small, large) = rules.interval(part), rules.interval(whole)
    return _percent(fewest, large), min(100, _percent(most, small))


def _percent(part: int, whole: int) -> int:
    """The rule of `catalog.disclosure.shares`."""
    return (200 * part + whole) // (2 * whole)


def _field(name: str, dimension: Text) -> Field:
    german, english = dimension.de, dimension.in_language("en")
    titles = {
        "base": Text(de=f"Bezug: {german} insgesamt", en=f"Base: {english}, total"),
        "share": Text(de="Anteil am Bezug (Prozent)", en="Share in the base (percent)"),
        "share_min": Text(de="Anteil, mindestens", en="Share, at least"),
        "share_max": Text(de="Anteil, höchstens", en="Share, at most"),
    }
    unit = "" if name == "base" else "percent"
    return Field(name=name, type="integer", title=titles[name], description=RULE, disclosure=Disclosure.PUBLIC, unit=unit, minimum=0)
