"""Exports of the German fork that are no tables: small tables below each other (poll answers, statistics of a budget), and tables of one
answer against another, which nobody may see."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.errors import SourceError

_COUNTS = ["Stimmenanzahl", "%"]
_OPEN = "offene Antwort"
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """How often one answer to one question was given."""

    question: str
    option: str
    count: int
    share: float | None

    @property
    def key(self) -> str:
        """Of question and answer, not of their place: answers may be put into another order."""
        return hashlib.sha256(f"{self.question}\0{self.option}".encode()).hexdigest()[:12]


def is_poll(rows: Sequence[Sequence[str]]) -> bool:
    return bool(rows) and [each.strip() for each in rows[0][1:]] == _COUNTS


def is_cross(rows: Sequence[Sequence[str]]) -> bool:
    """One answer against streets or another answer: numbers, and shares, in every cell but the first."""
    if len(rows) < 2 or len(rows[0]) < 3:
        return False
    cells = [each.strip() for row in rows[1:] for each in row[1:] if each.strip()]
    return bool(cells) and sum(bool(_SHARE.fullmatch(each) or _WHOLE.fullmatch(each)) for each in cells) * 2 > len(cells)


def is_total(rows: Sequence[Sequence[str]]) -> bool:
    return bool(rows) and len(rows[0]) == 2 and rows[0][0].strip().startswith("Teilnehmende") and bool(_WHOLE.fullmatch(rows[0][1].strip()))


def reduced_poll(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Without open answers: they are words of participants, and often about others. Raises SourceError for a row that is neither."""
    for number, row in enumerate(rows, start=1):
        if row[-1].strip() == _OPEN:
            continue
        if [each.strip() for each in row[1:]] != _COUNTS and (
            len(row) != 3 or not _WHOLE.fullmatch(row[1].strip()) or _share(row[2]) is ...
        ):
            raise SourceError(f"Zeile {number} (ohne Leerzeilen) ist weder Frage noch gezählte noch offene Antwort; gelesen wird nichts.")
        yield list(row)


def reduced_total(rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Only how many took part: by gender, age and district there are groups of one."""
    yield list(rows[0])


def answered(rows: Sequence[Sequence[str]]) -> Iterator[Answered]:
    """Of a reduced poll."""
    question = ""
    for row in rows:
        if [each.strip() for each in row[1:]] == _COUNTS:
            question = row[0].strip()
        else:
            share = _share(row[2])
            yield Answered(question=question, option=row[0].strip(), count=int(row[1]), share=share if isinstance(share, float) else None)


def total(rows: Sequence[Sequence[str]]) -> int:
    return int(rows[0][1])


def _share(text: str) -> object:
    """A number, None for nothing, ... for what is neither."""
    if not text.strip():
        return None
    found = _SHARE.fullmatch(text.strip())
    return float(found[1].replace(",", ".")) if found else ...
