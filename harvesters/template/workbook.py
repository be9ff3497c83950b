"""The workbook itself: explanations, an example and the header on every sheet, with lists to choose from and checks while typing.

Row 1 says what the sheet is for, row 2 how each column is filled in, row 3 shows an example, row 4 is the header. Whatever stands above the
header is never read (`harvesters.reading.header`), so the example stays where people see it. Equal versions of klar write equal bytes.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from harvesters.template.sheets import EXAMPLE, Column, Kind, Sheet
from harvesters.template.words import NOTES
from schemas.row import Value

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # a fixed date: equal bytes
_PURPOSE, _HOW, _EXAMPLE, _HEADER, _FIRST = range(5)  # rows, counted from 0
_LAST = _FIRST + 1999  #: checks while typing reach this far
_LISTS = "Listen"
_WIDTHS: Mapping[Kind, int] = {"key": 30, "date": 14, "time": 10, "count": 12, "number": 12, "yes-no": 12, "text": 34, "address": 40}
_HOW_TO: Mapping[Kind, str] = {
    "text": "Text",
    "key": "Kennung: a–z, 0–9 und Bindestriche",
    "date": "Datum: 12.06.2025, 06.2025 oder 2025",
    "time": "Uhrzeit: 18:00",
    "count": "ganze Zahl; leer heißt unbekannt",
    "number": "Zahl, auch mit Komma; leer heißt unbekannt",
    "codes": "aus der Liste wählen",
    "several-codes": "aus der Liste, mehrere getrennt durch ;",
    "yes-no": "ja oder nein; leer heißt unbekannt",
    "address": "Adresse mit https://",
}
#: Dates of reduced precision stay text: a table program would make 1 June of `06.2025`. {} is the first cell of the column.
_DATE = (
    '=OR(ISNUMBER({0})*NOT(ISBLANK({0})),AND(LEN({0})=4,ISNUMBER(VALUE({0}))),AND(LEN({0})=7,MID({0},3,1)="."),'
    'AND(LEN({0})=10,OR(AND(MID({0},3,1)=".",MID({0},6,1)="."),AND(MID({0},5,1)="-",MID({0},8,1)="-"))))'
)
_KEY = '=AND(LEN({0})>=2,EXACT({0},LOWER({0})),ISERROR(FIND(" ",{0})),ISERROR(FIND("ä",{0})),ISERROR(FIND("ö",{0})),ISERROR(FIND("ü",{0})))'
_TIME = '=OR(ISNUMBER({0}),AND(LEN({0})=5,MID({0},3,1)=":"))'
_ADDRESS = '=OR(LEFT({0},8)="https://",LEFT({0},7)="http://")'
_CHECKS: Mapping[Kind, tuple[str, str]] = {
    "date": (_DATE, "Bitte ein Datum wie 12.06.2025, einen Monat wie 06.2025 oder ein Jahr wie 2025."),
    "key": (_KEY, "Eine Kennung besteht aus kleinen Buchstaben ohne Umlaute, Ziffern und Bindestrichen, ohne Leerzeichen."),
    "time": (_TIME, "Bitte eine Uhrzeit wie 18:00."),
    "address": (_ADDRESS, "Eine Adresse beginnt mit https:// oder http://."),
}

Book = Any  #: XlsxWriter ships no types


def write_workbook(sheets: Sequence[Sheet], title: str) -> bytes:
    """XLSX: the notes, one sheet for each of `sheets`, and the lists they choose from."""
    import xlsxwriter  # heavy: 90 ms

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": title, "author": "klar", "created": _CREATED})
    formats = _formats(book)
    _notes(book.add_worksheet("Hinweise"), title, formats)
    pages = [(each, book.add_worksheet(each.title)) for each in sheets]
    places = _lists(book.add_worksheet(_LISTS), sheets, formats)
    for each, page in pages:
        _page(page, each, places, formats)
    book.close()
    return content.getvalue()


def _formats(book: Book) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "purpose": book.add_format({"bold": True}),
        "how": book.add_format({"text_wrap": True, "valign": "top", "font_color": "#404040", "font_size": 9}),
        "example": book.add_format({"italic": True, "font_color": "#595959", "bg_color": "#F2F2F2", "num_format": "@"}),
        "header": book.add_format({"bold": True, "bg_color": "#E4EAF1", "bottom": 1, "text_wrap": True, "valign": "top"}),
        "required": book.add_format({"bold": True, "bg_color": "#C9D8EA", "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "General", "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _notes(page: Book, title: str, formats: Mapping[str, Any]) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, 28, formats["wrap"])
    page.set_column(1, 1, 100, formats["wrap"])
    page.write_string(0, 0, title, formats["title"])
    for row, (about, said) in enumerate(NOTES, start=2):
        page.write_string(row, 0, about, formats["header"])
        page.write_string(row, 1, said, formats["wrap"])


def _lists(page: Book, sheets: Sequence[Sheet], formats: Mapping[str, Any]) -> dict[tuple[str, ...], str]:
    """Each list once. Words → the cells that hold them."""
    places: dict[tuple[str, ...], str] = {}
    for column in (each for sheet in sheets for each in sheet.columns):
        words = _words(column)
        if words and words not in places:
            number = len(places)
            page.set_column(number, number, 34)
            page.write_string(0, number, column.title, formats["header"])
            page.write_column(1, number, words)
            letter = _letters(number)
            places[words] = f"={_LISTS}!${letter}$2:${letter}${len(words) + 1}"
    page.freeze_panes(1, 0)
    return places


def _words(column: Column) -> tuple[str, ...]:
    return ("ja", "nein") if column.kind == "yes-no" else tuple(word for word, _ in column.codes)


def _letters(number: int) -> str:
    """0 → A, 26 → AA."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _page(page: Book, sheet: Sheet, places: Mapping[tuple[str, ...], str], formats: Mapping[str, Any]) -> None:
    page.write_string(_PURPOSE, 0, sheet.purpose, formats["purpose"])
    page.set_row(_HOW, 52)
    for number, column in enumerate(sheet.columns):
        numeric = column.kind in ("count", "number")
        page.set_column(number, number, _WIDTHS.get(column.kind, 26), formats["number" if numeric else "text"])
        required = "Pflicht" if column.required else "freiwillig"
        page.write_string(_HOW, number, f"{required}: {_HOW_TO[column.kind]}", formats["how"])
        page.write_string(_EXAMPLE, number, _shown(column.example, first=number == 0), formats["example"])
        page.write_string(_HEADER, number, column.title, formats["required" if column.required else "header"])
        page.write_comment(_HEADER, number, _comment(column), {"author": "klar", "x_scale": 2.2, "y_scale": 2})
        _check(page, number, column, places)
    page.freeze_panes(_FIRST, 1)


def _shown(example: Value, *, first: bool) -> str:
    return (EXAMPLE if first else "") + ("" if example is None else str(example))


def _comment(column: Column) -> str:
    words = _words(column)
    return column.explanation + (f"\n\nMöglich: {', '.join(words)}." if words else "")


def _check(page: Book, number: int, column: Column, places: Mapping[tuple[str, ...], str]) -> None:
    rule = _rule(number, column, places)
    if rule is not None:
        page.data_validation(_FIRST, number, _LAST, number, {**rule, "error_title": "Das passt hier nicht"})


def _rule(number: int, column: Column, places: Mapping[tuple[str, ...], str]) -> dict[str, Any] | None:
    match column.kind:
        case "codes" | "yes-no":
            return {"validate": "list", "source": places[_words(column)], "error_message": "Bitte ein Wort aus der Liste wählen."}
        case "count":
            return {
                "validate": "integer",
                "criteria": ">=",
                "value": 0,
                "error_message": "Bitte eine ganze Zahl, ohne »ca.« und ohne Einheit.",
            }
        case "number":
            return {
                "validate": "decimal",
                "criteria": ">=",
                "value": -1e15,
                "error_message": "Bitte eine Zahl, ohne »ca.« und ohne Einheit.",
            }
        case "date" | "key" | "time" | "address":
            formula, sentence = _CHECKS[column.kind]
            cell = f"{_letters(number)}{_FIRST + 1}"
            stop = "warning" if column.kind == "key" else "stop"  # a name that `[aliases]` knows will do, too
            return {"validate": "custom", "value": formula.format(cell), "error_message": sentence, "error_type": stop}
        case _:
            return None
