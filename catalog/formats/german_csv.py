"""The dialect `excel-de`: what a German Excel opens by double click. For people; programs take the canonical CSV."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from catalog.formats.canonical_csv import quoted
from catalog.formats.cells import Line, cells, text_of
from catalog.formats.pieces import joined
from schemas.dates import PartialDate
from schemas.row import Value
from schemas.table import Field, Table

_BOM = b"\xef\xbb\xbf"
_NEEDS_QUOTES = re.compile(r'[;"\r\n]')
#: First characters that make a spreadsheet read a text as a formula, the full-width forms included.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_BERLIN = ZoneInfo("Europe/Berlin")


def excel_csv(table: Table, rows: Sequence[Mapping[str, Value]]) -> bytes:
    """UTF-8 with BOM, `;`, decimal comma, dates like 12.06.2023 (06.2023 and 2023 where no more is known), times of
    Europe/Berlin, ja/nein, German titles as header. Texts that a spreadsheet would run start with an apostrophe
    (OWASP, "CSV Injection"). Raises WrongValue."""
    return excel_head(table) + excel_lines(table, cells(table, rows))


def excel_head(table: Table) -> bytes:
    """What stands before the first row."""
    return _BOM + _line(neutral(title) for title in german_titles(table)).encode()


def excel_lines(table: Table, lines: Iterable[Line]) -> bytes:
    """Rows, without what stands before them: for files that are written piece by piece."""
    columns = [_column(each) for each in table.fields]
    return joined(_line([show(value) for show, value in zip(columns, line, strict=True)]) for line in lines)


def german_titles(table: Table) -> tuple[str, ...]:
    """The German titles of the fields; a title that two fields share is followed by the field's name."""
    shared = Counter(each.title.de for each in table.fields)
    return tuple(f"{each.title.de} ({each.name})" if shared[each.title.de] > 1 else each.title.de for each in table.fields)


def neutral(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would take it for a formula."""
    return "'" + text if _FORMULA.match(text) else text


def is_date(field: Field) -> bool:
    return field.type == "date" or field.kind == "partial-date"


def _line(texts: Iterable[str]) -> str:
    return ";".join(quoted(each) if _NEEDS_QUOTES.search(each) else each for each in texts) + "\r\n"


def _column(field: Field) -> Callable[[Value], str]:
    if is_date(field):
        return _date
    return _time if field.type == "datetime" else _any


def _any(value: Value) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return neutral(value) if isinstance(value, str) else text_of(value).replace(".", ",")


def _date(value: Value) -> str:
    try:
        return ".".join(reversed(PartialDate(text_of(value)).iso.split("-")))
    except ValueError:
        return _any(value)


def _time(value: Value) -> str:
    """Only a time with an offset can be told in local time; others stay as they are."""
    try:
        time = datetime.fromisoformat(text_of(value))
    except ValueError:
        return _any(value)
    return time.astimezone(_BERLIN).strftime("%d.%m.%Y %H:%M:%S") if time.tzinfo else _any(value)
