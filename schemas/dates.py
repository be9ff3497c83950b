"""Dates of reduced precision: a year, a month or a day, as sources really give them (ISO 8601-1, 5.2.2)."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

_XSD = "http://www.w3.org/2001/XMLSchema#"
#: The pattern a Table Schema field of this kind carries. No alternation at top level: Frictionless would cut it there.
PARTIAL_DATE_PATTERN = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?"
_GERMAN = re.compile(r"(?:(?:(?P<day>\d{1,2})\.)?(?P<month>\d{1,2})\.)?(?P<year>\d{4})", re.ASCII)
_NAMED = re.compile(r"(?:(?P<day>[0-9]{1,2})\.\s*)?(?P<month>[A-Za-zä]{3,9})\.?\s+(?P<year>[0-9]{4})")
#: How pages for people write months, whole and shortened; Jänner and Feber are Austrian.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("januar jänner jan", "februar feber feb", "märz mär mrz", "april apr", "mai", "juni jun"),
            *("juli jul", "august aug", "september sept sep", "oktober okt", "november nov", "dezember dez"),
        ),
        start=1,
    )
    for name in names.split()
}


class Precision(Enum):
    """How much of a date is known; the value is the XML Schema type that says so."""

    YEAR = _XSD + "gYear"
    MONTH = _XSD + "gYearMonth"
    DAY = _XSD + "date"


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date known to the year, the month or the day. `iso` is `2023`, `2023-06` or `2023-06-12`.

    Raises ValueError for anything else, days that do not exist (2023-02-30) included.
    """

    iso: str

    def __post_init__(self) -> None:
        if not re.fullmatch(PARTIAL_DATE_PATTERN, self.iso, re.ASCII):
            raise ValueError(f"{self.iso!r} is not a date like 2023, 2023-06 or 2023-06-12")
        self.first_day()  # raises for days that do not exist

    def __str__(self) -> str:
        return self.iso

    @property
    def precision(self) -> Precision:
        return {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(self.iso)]

    def first_day(self) -> date:
        return date.fromisoformat((self.iso + "-01-01")[:10])

    def last_day(self) -> date:
        first = self.first_day()
        match self.precision:
            case Precision.YEAR:
                return date(first.year, 12, 31)
            case Precision.MONTH:
                return date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
            case Precision.DAY:
                return first

    @classmethod
    def from_german(cls, text: str) -> "PartialDate":
        """`12.06.2023`, `06.2023`, `2023`, `12. Juni 2023`, `Juni 2023`, and the ISO forms. Raises ValueError for anything else."""
        text = text.strip()
        match = _GERMAN.fullmatch(text) or _named(text)
        if match is None:
            return cls(text)
        parts = [match["year"]] + [match[name].zfill(2) for name in ("month", "day") if match[name]]
        return cls("-".join(parts))


def _named(text: str) -> dict[str, str] | None:
    """Parts of a date whose month has a name, as they would be with its number."""
    match = _NAMED.fullmatch(text)
    month = _MONTHS.get(match["month"].lower()) if match else None
    return None if match is None or month is None else {"year": match["year"], "month": str(month), "day": match["day"] or ""}
