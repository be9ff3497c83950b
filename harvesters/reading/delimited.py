"""CSV: read as a stream, in the dialect that the mapping pins or the file shows."""

from collections.abc import Iterator

from catalog.dialect import BrokenFile, Detected, detect, records
from harvesters.parsing import NumberStyle
from harvesters.reading.body import Body
from harvesters.reading.header import header_of
from harvesters.reading.layout import Layout, Wanted
from harvesters.reading.lines import Note, RawLine, Sheet

_PAGES = (b"<!doctype", b"<html", b"<?xml")


def read_csv(content: bytes, layout: Layout, wanted: Wanted) -> Sheet:
    """Raises BrokenFile."""
    _require_table(content)
    found = detect(content, layout.pins, columns=wanted.columns, number_columns=wanted.numbers)
    lines = _lines(content, found)
    header, width = header_of(lines, found.header_row)
    body = Body(header=header, header_row=found.header_row, layout=layout, wanted=wanted, widths={len(header), width})
    note = Note(code="detected-dialect", message=found.sentence)
    return Sheet(
        header=header,
        lines=body.lines(lines),
        numbers=NumberStyle.of(found.numbers),
        header_row=found.header_row,
        notes=() if found.is_plain else (note,),
    )


def _require_table(content: bytes) -> None:
    # Without zeros: also in UTF-16.
    beginning = content[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not beginning and not content.strip(b"\0\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise BrokenFile("empty-file", "Die Datei ist leer.")
    if beginning.startswith(_PAGES):
        raise BrokenFile("not-a-table", "Das ist eine Webseite oder XML, keine CSV-Datei.")


def _lines(content: bytes, found: Detected) -> Iterator[RawLine]:
    for row, cells in enumerate(records(content, found.encoding, found.delimiter, found.quote), start=1):
        yield RawLine(row=row, cells=cells)
