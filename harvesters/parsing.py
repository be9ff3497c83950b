"""From what stands in a cell to a value: German and ISO forms, nothing guessed. Table programs give cells with types, CSV gives text."""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Literal, Self

from catalog.dialect.numbers import Numbers, form_of
from schemas.dates import PartialDate
from schemas.errors import WrongValue
from schemas.row import Value
from schemas.table import Field

Cell = str | int | float | bool | date | datetime | time | None
Parse = Literal["text", "integer", "number", "boolean", "date", "day", "time", "datetime", "excel-date", "excel-date-1904"]

_TRUE = frozenset({"ja", "j", "true", "wahr", "x", "yes", "1"})
_FALSE = frozenset({"nein", "n", "false", "falsch", "no", "0"})
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2}))?)?(?:\s*Uhr)?", re.ASCII)
#: Longest key that the tables of the common model take.
_LONGEST_SLUG = 128


@dataclass(frozen=True, kw_only=True)
class NumberStyle:
    """How numbers are written in a file. Thousands are only read in groups of three: 1.5 is never fifteen."""

    decimal: str = "."
    thousands: str = ""
    undecided: bool = False  #: nobody knows: each number has to show by itself how it is meant, and 1.234 does not
    epoch: int = 1900  #: the year from which a workbook counts days, 1900 or 1904

    @classmethod
    def of(cls, numbers: Numbers, *, epoch: int = 1900) -> Self:
        return cls(decimal=numbers.decimal, thousands=numbers.thousands, undecided=numbers.undecided, epoch=epoch)

    def plain(self, text: str) -> str:
        """`1.234,5` -> `1234.5`. Raises WrongValue for what is no number in this style."""
        if self.undecided:
            return _style_of(text).plain(text)
        group = rf"\d{{1,3}}(?:{re.escape(self.thousands)}\d{{3}})+|" if self.thousands else ""
        if not re.fullmatch(rf"[+-]?(?:{group}\d+)(?:{re.escape(self.decimal)}\d+)?", text, re.ASCII):
            example = f"1{self.thousands}234{self.decimal}5"
            raise WrongValue(f"ist keine Zahl wie {example}")
        without = text.replace(self.thousands, "") if self.thousands else text
        return without.replace(self.decimal, ".")


def _style_of(text: str) -> NumberStyle:
    """The style of a number that can be meant in one way only. Raises WrongValue for one like 1.234."""
    form = form_of(text)
    if form is None:
        return NumberStyle()
    if form.undecided:
        raise WrongValue("ist mehrdeutig: ob Punkt oder Komma darin Tausender trennt, sagen decimal und thousands in der Zuordnung")
    other = "." if form.thousands == "," else ","
    return NumberStyle(decimal=form.decimal or other, thousands=form.thousands)


def default_parse(field: Field) -> Parse:
    """What a field's type and kind ask for."""
    if field.type == "string":
        return "date" if field.kind == "partial-date" else "text"
    return {"integer": "integer", "number": "number", "boolean": "boolean", "date": "day", "datetime": "datetime"}[field.type]  # type: ignore[return-value]  # the values are literals of Parse


def parse_cell(cell: Cell, how: Parse, style: NumberStyle) -> Value:
    """None for an empty cell. Raises WrongValue whose text continues »Spalte …« and never quotes the cell."""
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        return None
    match how:
        case "text":
            return _text(cell)
        case "integer":
            return _integer(cell, style)
        case "number":
            return _number(cell, style)
        case "boolean":
            return _boolean(cell)
        case "date":
            return _date(cell).iso
        case "day":
            return _day(cell)
        case "time":
            return _time(cell)
        case "datetime":
            return _datetime(cell)
        case "excel-date":
            return _serial_day(cell, style.epoch)
        case "excel-date-1904":
            return _serial_day(cell, 1904)


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "ja" if cell else "nein"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return _time(cell)
    return str(cell)


def _integer(cell: Cell, style: NumberStyle) -> int:
    number = _number(cell, style)
    if not number.is_integer():
        raise WrongValue("ist keine ganze Zahl")
    # Not by way of float: it knows only 15 digits.
    return int(style.plain(cell).split(".")[0]) if isinstance(cell, str) else int(cell)  # type: ignore[arg-type]  # _number refused all but int and float


def _number(cell: Cell, style: NumberStyle) -> float:
    if isinstance(cell, str):
        number = float(style.plain(cell))
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        number = float(cell) if abs(cell) < 1e300 else math.inf
    else:
        raise WrongValue("ist keine Zahl")
    if not math.isfinite(number):
        raise WrongValue("ist keine endliche Zahl")
    return number


def _boolean(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    word = _text(cell).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise WrongValue("ist weder ja noch nein")


def _date(cell: Cell) -> PartialDate:
    if isinstance(cell, datetime) and cell.time() != time():
        raise WrongValue("ist ein Zeitpunkt, kein Datum")
    if isinstance(cell, float) and not cell.is_integer():
        raise WrongValue("ist kein Datum")
    try:
        return PartialDate.from_german(_text(cell))
    except ValueError as error:
        raise WrongValue("ist kein Datum wie 12.06.2023, 2023-06-12, 06.2023 oder 2023") from error


def _day(cell: Cell) -> str:
    found = _date(cell)
    if len(found.iso) != 10:
        raise WrongValue("ist kein ganzes Datum wie 12.06.2023")
    return found.iso


def _time(cell: Cell) -> str:
    """HH:MM. Seconds have to be zero: nobody means them."""
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    match = _TIME.fullmatch(_text(cell))
    hour, minute, second = (int(each or 0) for each in match.groups()) if match else (99, 99, 99)
    if hour > 23 or minute > 59 or second:
        raise WrongValue("ist keine Uhrzeit wie 17:00 oder 17 Uhr")
    return f"{hour:02}:{minute:02}"


def _datetime(cell: Cell) -> str:
    """UTC, seconds: `2026-11-22T04:00:00Z`. A time without zone is refused rather than guessed."""
    try:
        moment = cell if isinstance(cell, datetime) else datetime.fromisoformat(_text(cell))
    except ValueError as error:
        raise WrongValue("ist kein Zeitpunkt wie 2026-11-22T04:00:00Z") from error
    offset = moment.utcoffset()
    if offset is None:
        raise WrongValue("ist ein Zeitpunkt ohne Zeitzone")
    return (moment.replace(tzinfo=None) - offset).isoformat(timespec="seconds") + "Z"


def _serial_day(cell: Cell, epoch: int) -> str:
    """A day from the number by which table programs keep it (ECMA-376 part 1, 18.17.4): 1 is 1 January 1900, or 0 is 1 January 1904.

    The first system counts 29 February 1900, which never was, as 60: from there on a day is one less than its number says. Cells that the
    program itself calls a date are dates already."""
    if isinstance(cell, (date, datetime)):
        return _day(cell)
    number = int(cell) if isinstance(cell, str) and re.fullmatch(r"\d{1,7}", cell, re.ASCII) else cell
    if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number // 1:
        raise WrongValue("ist keine Tageszahl wie 45089")
    first, last = _SERIALS[epoch]
    if not first <= number <= last:
        raise WrongValue(f"ist keine Tageszahl zwischen {first} und {last}")
    if epoch == 1900 and number == 60:
        raise WrongValue("ist der 29. Februar 1900, den es nicht gab")
    zero = date(1904, 1, 1) if epoch == 1904 else date(1899, 12, 31) if number < 60 else date(1899, 12, 30)
    return (zero + timedelta(days=int(number))).isoformat()


#: The first day of both systems, and 31 December 9999.
_SERIALS = {1900: (1, 2_958_465), 1904: (0, 2_957_003)}
_GERMAN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "œ": "oe", "ł": "l", "đ": "d"})


def slug(text: str) -> str:
    """ASCII key: lower case, ä→ae, other accents dropped, everything else to single hyphens. Long ones keep their
    beginning and end in a hash, so that they stay apart."""
    lowered = unicodedata.normalize("NFC", text.lower()).translate(_GERMAN_LETTERS)
    ascii_text = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    found = "-".join(re.findall(r"[a-z0-9]+", ascii_text))
    if len(found) <= _LONGEST_SLUG:
        return found
    tail = sha256(found.encode()).hexdigest()[:12]
    return f"{found[: _LONGEST_SLUG - 13].rstrip('-')}-{tail}"
