"""What changed between two releases of a statistic, cell by cell: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.formats.canonical_csv import delimited_line
from catalog.formats.cells import text_of
from catalog.statistics.columns import code_column, labels_of
from schemas.statistics import TOTAL, Cell, Dimension, Release


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """`before` None: the earlier release did not have this cell; `after` None: the later one has it no more."""

    codes: Mapping[str, str]  #: dimension -> code; those of the later release first, then those that only the earlier one has
    before: Cell | None
    after: Cell | None

    @property
    def kind(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def cell_changes(before: Release, after: Release) -> tuple[CellChange, ...]:
    """Cells that differ in number or status: those of the later release in its order, then those that only the earlier one has.
    A dimension that a release does not have stands at its total there."""
    names = [each.name for each in _dimensions(before, after)]
    old, new = _by_codes(before, names), _by_codes(after, names)
    changed = [(codes, old.get(codes), cell) for codes, cell in new.items() if _differs(old.get(codes), cell)]
    gone = [(codes, cell, None) for codes, cell in old.items() if codes not in new]
    return tuple(CellChange(codes=dict(zip(names, codes, strict=True)), before=one, after=other) for codes, one, other in (*changed, *gone))


def changes_csv(before: Release, after: Release, language: str = "de") -> bytes:
    """Canonical CSV: change, code and label of each dimension, before, after, status_before, status_after."""
    columns = [name for each in _dimensions(before, after) for name in (code_column(each), each.name)]
    lines = [["change", *columns, "before", "after", "status_before", "status_after"]]
    lines += [[text_of(value) for value in each.values()] for each in _lines(before, after, language)]
    return "".join(map(delimited_line, lines)).encode()


def changes_json(before: Release, after: Release, language: str = "de") -> dict[str, Any]:
    """The same for programs, with what the two releases are."""
    changes = list(_lines(before, after, language))
    return {
        "statistic": after.cube.name,
        "before": _release(before, language),
        "after": _release(after, language),
        "counts": {kind: sum(each["change"] == kind for each in changes) for kind in ("added", "removed", "changed")},
        "changes": changes,
    }


def _lines(before: Release, after: Release, language: str) -> list[dict[str, str | int | None]]:
    dimensions = [(code_column(each), each.name, _labels(before, each, language)) for each in _dimensions(before, after)]
    lines: list[dict[str, str | int | None]] = []
    for each in cell_changes(before, after):
        line: dict[str, str | int | None] = {"change": each.kind}
        for code_name, name, labels in dimensions:
            line[code_name] = each.codes[name]
            line[name] = labels[each.codes[name]]
        line["before"] = each.before.value if each.before else None
        line["after"] = each.after.value if each.after else None
        line["status_before"] = each.before.status.value if each.before else ""
        line["status_after"] = each.after.status.value if each.after else ""
        lines.append(line)
    return lines


def _dimensions(before: Release, after: Release) -> tuple[Dimension, ...]:
    names = {each.name for each in after.cube.dimensions}
    return (*after.cube.dimensions, *(each for each in before.cube.dimensions if each.name not in names))


def _by_codes(release: Release, names: list[str]) -> dict[tuple[str, ...], Cell]:
    own = [each.name for each in release.cube.dimensions]
    found = {}
    for cell in release.cells:
        codes = dict(zip(own, cell.key, strict=True))
        found[tuple(codes.get(each, TOTAL) for each in names)] = cell
    return found


def _labels(before: Release, dimension: Dimension, language: str) -> dict[str, str]:
    """A category that only the earlier release knows has its label from there."""
    former = [labels_of(each, language) for each in before.cube.dimensions if each.name == dimension.name]
    return (former[0] if former else {}) | labels_of(dimension, language)


def _differs(before: Cell | None, after: Cell) -> bool:
    return before is None or (before.value, before.status) != (after.value, after.status)


def _release(release: Release, language: str) -> dict[str, Any]:
    return {"name": release.name, "number": release.number, "at": release.at.isoformat(), "reason": release.reason.in_language(language)}
