"""How numbers are written in a file: 1.234,5 or 1,234.5. One form decides for the whole file; `1.234` alone decides nothing.

Sources: DIN 5008 (decimal comma, groups of three by space or dot), Swiss files group by apostrophe.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

_GROUPING = " .,'’\u00a0\u202f"
#: A sign in front is left out before.
_TWO_SIGNS = re.compile(rf"\d{{1,3}}([{_GROUPING}])\d{{3}}(?:\1\d{{3}})*(?!\1)([.,])\d+", re.ASCII)
_GROUPS = re.compile(rf"\d{{1,3}}([{_GROUPING}])\d{{3}}(?:\1\d{{3}})*", re.ASCII)
_ONE_SIGN = re.compile(r"\d+([.,])\d+", re.ASCII)
_UNDECIDED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_WHOLE = re.compile(r"\d+", re.ASCII)
#: 06.2023 is a month, in whatever column it stands.
_MONTH = re.compile(r"(?:0?[1-9]|1[0-2])\.(?:1[89]|2[01])\d\d", re.ASCII)
_PARTNER = {",": ".", ".": ","}


@dataclass(frozen=True, kw_only=True)
class Form:
    """What one number tells: "" where it tells nothing."""

    decimal: str = ""
    thousands: str = ""
    undecided: bool = False


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """How numbers of a file are written. `undecided`: nothing tells whether 1.234 is more than a thousand or a little more than one,
    or both forms occur; then such a number is nobody's to read."""

    decimal: str = "."
    thousands: str = ""
    undecided: bool = False
    evidence: str = ""  #: German; "" when nothing in the file depends on it

    @property
    def example(self) -> str:
        return f"1{self.thousands}234{self.decimal}5"


def form_of(text: str) -> Form | None:
    """None for what is no number, and for a number without any sign."""
    plain = text.strip().lstrip("+-")
    if _MONTH.fullmatch(plain):
        return None
    if _UNDECIDED.fullmatch(plain):
        return Form(undecided=True)
    if match := _TWO_SIGNS.fullmatch(plain):
        return Form(decimal=match[2], thousands=match[1])
    if match := _GROUPS.fullmatch(plain):  # two groups at least, or a sign that is never decimal, or 0.123
        is_grouped = match[1] not in _PARTNER or len(match[0]) - len(match[0].replace(match[1], "")) > 1
        return Form(thousands=match[1]) if is_grouped else Form(decimal=match[1])
    if match := _ONE_SIGN.fullmatch(plain):
        return Form(decimal=match[1])
    return None


def is_number(text: str) -> bool:
    plain = text.strip().lstrip("+-")
    return bool(_WHOLE.fullmatch(plain)) or (not _MONTH.fullmatch(plain) and form_of(plain) is not None)


@dataclass
class Tally:
    """Counts what the numbers of a file tell."""

    decimals: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    undecided: int = 0

    def add(self, cells: Iterable[str]) -> None:
        for cell in cells:
            form = form_of(cell)
            if form is None:
                continue
            self.undecided += form.undecided
            if form.decimal:
                self.decimals[form.decimal] += 1
            if form.thousands:
                self.groups[form.thousands] += 1

    def merge(self, other: "Tally") -> None:
        self.decimals += other.decimals
        self.groups += other.groups
        self.undecided += other.undecided

    def numbers(self, *, decimal: str | None = None, thousands: str | None = None) -> Numbers:
        """`decimal`, `thousands`: what the mapping pins."""
        seen = set(self.decimals) | {_PARTNER[each] for each in self.groups if each in _PARTNER}
        if decimal is None and thousands in _PARTNER:
            decimal = _PARTNER[thousands]
        if decimal is None and len(seen) > 1:
            evidence = f"beide Schreibweisen kommen vor, {self._counts()}"
            return Numbers(undecided=True, evidence=evidence)
        if decimal is None and not seen and self.undecided:
            evidence = f"{self.undecided}-mal eine Zahl wie 1.234 oder 1,234, und keine zeigt, welches Zeichen Tausender trennt"
            return Numbers(undecided=True, evidence=evidence)
        found = decimal or (seen.pop() if seen else "")
        if not found:
            spaced = next(iter(self.groups), "")
            return Numbers(decimal="," if spaced else ".", thousands=thousands if thousands is not None else spaced, evidence="")
        return Numbers(decimal=found, thousands=self._thousands(found, thousands), evidence=self._counts())

    def _thousands(self, decimal: str, pinned: str | None) -> str:
        if pinned is not None:
            return pinned
        seen = [each for each, _ in self.groups.most_common() if each != decimal]
        return seen[0] if seen else _PARTNER[decimal] if self.undecided else ""

    def _counts(self) -> str:
        found = [f"{count} mit Dezimal{_NAMES[sign]}" for sign, count in sorted(self.decimals.items())]
        found += [f"{count} mit {_SEPARATORS.get(sign, 'Apostroph')} zwischen Tausendern" for sign, count in sorted(self.groups.items())]
        return ", ".join(found)


_NAMES = {",": "komma", ".": "punkt"}
_SEPARATORS = {".": "Punkt", ",": "Komma", " ": "Leerzeichen", "\u00a0": "Leerzeichen", "\u202f": "Leerzeichen"}
