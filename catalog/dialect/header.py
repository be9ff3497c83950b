"""Where the header stands: office tables have a title above it."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catalog.dialect.numbers import is_number

#: Rows looked at. Whoever writes more above a table has another table there.
SEARCHED = 50
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}|\d{4}-\d{2}(?:-\d{2}.*)?|\d{1,2}\.\d{4}|\d{1,2}:\d{2}.*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class HeaderRow:
    row: int  #: counted from 1
    evidence: str  #: German, continues »Kopfzeile in Zeile … (…)«
    complete: bool = False  #: all columns asked for are there


def header_row(rows: Sequence[Sequence[str]], columns: Collection[str] = ()) -> HeaderRow:
    """`rows`: the first rows of the file, blank ones included. `columns`: the names that the header should hold, if somebody knows.

    The row with most of them; if no row has at least half of them, the first that looks like a header: at least as wide as most rows, every
    cell filled, none a number or a date, none twice."""
    named = _by_columns(rows, frozenset(columns)) if columns else None
    return named or _by_looks(rows)


def looks_like_header(cells: Sequence[str]) -> bool:
    """Whether every cell of a row is a name of its own. Empty columns at the end are no columns."""
    names = trimmed(cells)
    return bool(names) and all(names) and len(set(names)) == len(names) and not any(map(is_value, names))


def is_value(text: str) -> bool:
    """Whether this is a number, a date or a time rather than a name."""
    return is_number(text) or _DATE.fullmatch(text.strip()) is not None


def trimmed(cells: Sequence[str]) -> list[str]:
    names = [each.strip() for each in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _by_columns(rows: Sequence[Sequence[str]], columns: frozenset[str]) -> HeaderRow | None:
    counts = [len(columns.intersection(map(str.strip, cells))) for cells in rows[:SEARCHED]]
    best = max(counts, default=0)
    if best == 0 or best * 2 < len(columns):
        return None
    if best == len(columns):
        return HeaderRow(row=counts.index(best) + 1, evidence="dort stehen alle Spalten der Zuordnung", complete=True)
    return HeaderRow(row=counts.index(best) + 1, evidence=f"dort stehen {best} von {len(columns)} Spalten der Zuordnung")


def _by_looks(rows: Sequence[Sequence[str]]) -> HeaderRow:
    names = [trimmed(each) for each in rows]
    width = usual_width([len(each) for each in names if each])
    for row, own in enumerate(names[:SEARCHED], start=1):
        if looks_like_header(own) and len(own) >= width:
            return HeaderRow(row=row, evidence=f"die erste mit {len(own)} verschiedenen Namen")
    first = next((row for row, own in enumerate(names, start=1) if own), 1)
    return HeaderRow(row=first, evidence="die erste Zeile mit Inhalt")


def usual_width(widths: Sequence[int]) -> int:
    """The most frequent number of cells; of two as frequent ones, the larger."""
    counts = Counter(widths)
    return max(counts, key=lambda each: (counts[each], each), default=0)
