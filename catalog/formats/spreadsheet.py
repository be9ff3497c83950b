"""XLSX: the data, what the columns mean, whose they are under which licence, and notes where there are any."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from catalog.formats.about import About
from catalog.formats.cells import Line
from schemas.table import Field, Table

_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # a fixed date: equal rows, equal bytes
_ROWS_A_SHEET = 1_048_575  #: Excel's limit less the header
_LONGEST_TEXT = 32_767  #: Excel's limit for a cell, in units of UTF-16
_SURELY_FITS = _LONGEST_TEXT // 2
_CUT = " … [gekürzt, vollständig in der CSV-Datei]"
_WIDEST = 60

Sheet = Any  #: XlsxWriter ships no types


def write_xlsx(table: Table, lines: Sequence[Line], about: About) -> bytes:
    """Texts are text cells, never formulas or links; numbers numbers, booleans booleans; dates, which may be of reduced
    precision, and times (UTC) are text. Header frozen. Rows beyond Excel's limit go to `Daten 2` and so on."""
    import xlsxwriter  # heavy: 90 ms

    from catalog.formats.worksheet import DataSheet  # it imports XlsxWriter

    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    workbook.set_properties({"title": about.title.de, "author": about.publisher, "comments": about.url, "created": _CREATED})
    formats = {
        "header": workbook.add_format({"bold": True, "bg_color": "#E4EAF1", "bottom": 1}),
        "wrap": workbook.add_format({"text_wrap": True, "valign": "top"}),
        # Excel keeps such a cell as text even after somebody edits it.
        "literal": workbook.add_format({"quote_prefix": True}),
    }
    for number, part in enumerate(_parts(lines), start=1):
        name = "Daten" if number == 1 else f"Daten {number}"
        _data_sheet(workbook.add_worksheet(name, worksheet_class=DataSheet), table, part, formats)
    _text_sheet(workbook.add_worksheet("Spalten"), _COLUMN_HEADER, map(_column, table.fields), formats)
    _text_sheet(workbook.add_worksheet("Quelle und Lizenz"), _ABOUT_HEADER, _about(about), formats)
    if about.notes:
        notes = ((each.title.de, each.title.in_language("en"), each.content) for each in about.notes)
        _text_sheet(workbook.add_worksheet("Hinweise"), _ABOUT_HEADER, notes, formats)
    workbook.close()
    # Workbook and sheets hold each other, and each sheet its text: nobody knows when the collector would come by.
    workbook.worksheets_objs.clear()
    workbook.sheetnames.clear()
    return content.getvalue()


def _parts(lines: Sequence[Line]) -> Iterable[Sequence[Line]]:
    return (lines[start : start + _ROWS_A_SHEET] for start in range(0, max(len(lines), 1), _ROWS_A_SHEET))


def _data_sheet(sheet: Sheet, table: Table, lines: Sequence[Line], formats: dict[str, Any]) -> None:
    names = table.field_names
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, formats["header"])
        longest = max((len(str(line[column])) for line in lines[:200] if line[column] is not None), default=0)
        sheet.set_column(column, column, min(max(len(name), longest) + 2, _WIDEST))
    sheet.fill(lines, literal=formats["literal"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(lines), len(names) - 1)


def fitting(text: str) -> str:
    """As much of a text as a cell holds. XlsxWriter counts characters beyond U+FFFF twice, as Excel does."""
    if len(text) <= _SURELY_FITS:
        return text
    fits = text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - len(_CUT)] + _CUT
    return fits.encode("utf-16-le", "surrogatepass")[: 2 * _LONGEST_TEXT].decode("utf-16-le", "ignore")


def _text_sheet(sheet: Sheet, header: Sequence[tuple[str, int]], lines: Iterable[Sequence[str]], formats: dict[str, Any]) -> None:
    for column, (title, width) in enumerate(header):
        sheet.write_string(0, column, title, formats["header"])
        sheet.set_column(column, column, width)
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line):
            sheet.write_string(row, column, fitting(text), formats["wrap"])
    sheet.freeze_panes(1, 0)


_COLUMN_HEADER = (
    ("Spalte", 24),
    ("Titel", 28),
    ("Beschreibung", 60),
    ("Title", 28),
    ("Description", 60),
    ("Typ / type", 14),
    ("Einheit / unit", 14),
    ("Pflicht / required", 16),
    ("Werte / values", 60),
)


def _column(field: Field) -> tuple[str, ...]:
    codes = "\n".join(f"{each.value} = {each.title.de}" + (f" / {each.title.en}" if each.title.en else "") for each in field.codes)
    required = "ja / yes" if field.required else "nein / no"
    words = (field.title.de, field.description.de, field.title.en, field.description.en)
    return (field.name, *words, field.type, field.unit, required, codes)


_ABOUT_HEADER = (("Angabe", 24), ("Item", 24), ("Inhalt / content", 100))


def _about(about: About) -> list[tuple[str, str, str]]:
    local = about.modified.astimezone(ZoneInfo("Europe/Berlin"))
    lines = [
        ("Titel", "Title", about.title.de),
        ("Titel (englisch)", "Title (English)", about.title.en),
        ("Herausgeber", "Publisher", about.publisher),
        ("Datensatz", "Data set", about.name),
        ("Seite", "Page", about.url),
        ("Stand", "Edition", f"{about.edition} vom / of {local:%d.%m.%Y %H:%M} (Europe/Berlin)"),
        ("Lizenz", "Licence", f"{about.licence.title.de} / {about.licence.title.en}"),
        ("Lizenz (IRI)", "Licence (IRI)", about.licence.iri),
        ("Lizenztext", "Licence text", about.licence.text_url),
        ("Namensnennung", "Attribution", about.attribution),
        *(("Quelle", "Source", each) for each in about.sources),
    ]
    return [line for line in lines if line[2]]
