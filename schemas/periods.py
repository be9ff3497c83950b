"""Periods of the calendar as codes: 2024, 2024-S1, 2024-Q3, 2024-06 (S and Q are the letters of SDMX reporting periods)."""

import re
from datetime import date
from enum import Enum

from schemas.dates import PartialDate, Precision
from schemas.values import Text

_CODE = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<letter>[SQ])(?P<part>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)
_MONTHS = {
    "de": ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}


class Bin(Enum):
    """Length of a period; the number of months."""

    YEAR = 12
    HALF_YEAR = 6
    QUARTER = 3
    MONTH = 1

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", "-")


def code_of(day: date, bin_: Bin) -> str:
    number = (day.month - 1) // bin_.value + 1
    match bin_:
        case Bin.YEAR:
            return f"{day.year:04}"
        case Bin.HALF_YEAR:
            return f"{day.year:04}-S{number}"
        case Bin.QUARTER:
            return f"{day.year:04}-Q{number}"
        case Bin.MONTH:
            return f"{day.year:04}-{number:02}"


def code_of_partial(text: str, bin_: Bin) -> str | None:
    """The period that a partial date lies in as a whole; None when it does not say, or is no date."""
    try:
        found = PartialDate(text)
    except ValueError:
        return None
    if found.precision is Precision.YEAR and bin_ is not Bin.YEAR:
        return None
    return code_of(found.first_day(), bin_)


def bin_of(code: str) -> Bin | None:
    """None for what is no code."""
    found = _CODE.fullmatch(code)
    if found is None or (found["letter"] == "S" and found["part"] not in ("1", "2")):
        return None
    if found["month"]:
        return Bin.MONTH
    return {"S": Bin.HALF_YEAR, "Q": Bin.QUARTER}.get(found["letter"] or "", Bin.YEAR)


def first_day(code: str) -> date:
    """Raises ValueError."""
    bin_, found = bin_of(code), _CODE.fullmatch(code)
    if bin_ is None or found is None:
        raise ValueError(f"{code!r} is no period")
    number = int(found["month"] or found["part"] or 1)
    return date(int(found["year"]), (number - 1) * bin_.value + 1, 1)


def codes_between(start: str, today: date, bin_: Bin) -> list[str]:
    """Every period from `start` on that is over before `today`. Raises ValueError."""
    day, codes = first_day(start), list[str]()
    while (after := _next(day, bin_)) <= today:
        codes.append(code_of(day, bin_))
        day = after
    return codes


def title_of(code: str) -> Text:
    """Raises ValueError."""
    first, bin_ = first_day(code), bin_of(code)
    number = (first.month - 1) // bin_.value + 1 if bin_ else 1
    match bin_:
        case Bin.HALF_YEAR:
            return Text(de=f"{number}. Halbjahr {first.year}", en=f"{'First' if number == 1 else 'Second'} half of {first.year}")
        case Bin.QUARTER:
            return Text(de=f"{number}. Quartal {first.year}", en=f"Q{number} {first.year}")
        case Bin.MONTH:
            return Text(de=f"{_MONTHS['de'][first.month - 1]} {first.year}", en=f"{_MONTHS['en'][first.month - 1]} {first.year}")
        case _:
            return Text(de=str(first.year), en=str(first.year))


def _next(day: date, bin_: Bin) -> date:
    months = day.month - 1 + bin_.value
    return date(day.year + months // 12, months % 12 + 1, 1)
