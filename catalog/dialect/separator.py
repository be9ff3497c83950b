"""Which sign separates the cells of a CSV file: the one under which the records are equally wide. The header alone tells nothing
(»Fläche, km²«), and neither do signs inside quotes or decimal commas."""

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from catalog.dialect.header import SEARCHED, header_row, looks_like_header, trimmed, usual_width
from catalog.dialect.records import LONGEST_CELL

#: In the order in which they win a draw: a comma may be decimal, a semicolon is nothing else.
DELIMITERS = (";", "\t", "|", ",")
_LOOKED_AT = 2000
#: A header all of whose names stand in apostrophes. Elsewhere an apostrophe is a letter (»'rund 270'; bis dahin«).
_IN_APOSTROPHES = re.compile(r"'[^']*'(?:[;,\t|]'[^']*')+")


@dataclass(frozen=True, kw_only=True)
class Separator:
    delimiter: str
    quote: str
    evidence: str  #: German, continues »Trennzeichen … (…)«


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """The sample as it reads under one delimiter."""

    delimiter: str
    rows: Sequence[Sequence[str]]

    @cached_property
    def filled(self) -> list[Sequence[str]]:
        return [each for each in self.rows if any(map(str.strip, each))]

    @cached_property
    def divided(self) -> list[Sequence[str]]:
        return [each for each in self.filled if len(each) > 1]

    @cached_property
    def width(self) -> int:
        return usual_width([len(each) for each in self.divided])

    @cached_property
    def agreeing(self) -> int:
        return sum(len(each) == self.width for each in self.divided)

    @property
    def has_header(self) -> bool:
        """Whether a row of the usual width could be one; otherwise the sign divides only what stands below."""
        return any(looks_like_header(each) for each in self.filled[:SEARCHED] if self.width in (len(each), len(trimmed(each))))


def separator_of(
    sample: str, *, whole: bool, columns: Collection[str] = (), delimiter: str | None = None, quote: str | None = None
) -> Separator:
    """`sample`: the beginning of the text; `whole`: all of it. `columns`: the names that the header should hold. The others: pinned."""
    quote = quote or _quote_of(sample)
    if delimiter is not None:
        return Separator(delimiter=delimiter, quote=quote, evidence="in der Zuordnung festgelegt")
    readings = [_Reading(delimiter=each, rows=_rows(sample, each, quote, whole=whole)) for each in DELIMITERS]
    for reading in readings:
        if len(columns) > 1 and header_row(reading.rows, columns).complete:
            return Separator(delimiter=reading.delimiter, quote=quote, evidence="so stehen alle Spalten der Zuordnung in der Kopfzeile")
    candidates = [each for each in readings if each.divided and _is_plausible(each, readings)]
    if not candidates:
        return _undivided(sample, quote)
    best = max(candidates, key=_rank)
    return Separator(
        delimiter=best.delimiter, quote=quote, evidence=f"{best.agreeing} von {len(best.filled)} Zeilen haben {best.width} Felder"
    )


def _rank(reading: _Reading) -> tuple[bool, int, int]:
    return reading.has_header, reading.agreeing * 1000 // len(reading.filled), -DELIMITERS.index(reading.delimiter)


def _quote_of(sample: str) -> str:
    lines = re.split(r"\r\n|\r|\n", sample, maxsplit=SEARCHED)[:SEARCHED]
    return "'" if any(_IN_APOSTROPHES.fullmatch(each) for each in lines) else '"'


def _rows(sample: str, delimiter: str, quote: str, *, whole: bool) -> list[list[str]]:
    """Not strict: under a wrong sign, quotes stand anywhere. Without the last record of a sample that ends amid it."""
    found: list[list[str]] = []
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote):
            found.append(cells)
            if len(found) >= _LOOKED_AT:
                return found
    except csv.Error:
        return found  # the reader says what is wrong, and where
    finally:
        csv.field_size_limit(before)
    return found if whole or len(found) < 2 else found[:-1]


def _is_plausible(reading: _Reading, readings: Sequence[_Reading]) -> bool:
    if reading.delimiter != ",":
        return True
    others = [each for each in readings if each.delimiter != "," and each.agreeing * 2 >= max(len(each.filled), 1)]
    if others and all(map(_is_decimal, reading.divided)):
        return False
    return not (len(reading.filled[0]) == 1 and all(map(_is_prose, reading.divided)))


def _is_decimal(cells: Sequence[str]) -> bool:
    """Whether every comma between these cells stands between two digits."""
    return all(left[-1:].isdigit() and right[:1].isdigit() for left, right in pairwise(cells))


def _is_prose(cells: Sequence[str]) -> bool:
    """»Müller, Hans« under a header without any comma."""
    return all(each.startswith(" ") for each in cells[1:])


def _undivided(sample: str, quote: str) -> Separator:
    """One column: any sign will do that does not occur."""
    free = next((each for each in (",", ";", "\t", "|") if each not in sample), ",")
    return Separator(delimiter=free, quote=quote, evidence="eine einzige Spalte")
