"""Workbooks as table programs write them, made by hand where no library of ours writes what people do."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(tables: str, *, styles: str = "") -> bytes:
    """`tables`: the content of office:spreadsheet."""
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in _SPACES.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": _MIMETYPE, "content.xml": content, "META-INF/manifest.xml": _MANIFEST})


_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIMETYPE}"/></manifest:manifest>'
)


def table(*rows: str, name: str = "Tabelle1", attributes: str = "") -> str:
    return f"<table:table table:name={quoteattr(name)} {attributes}>{''.join(rows)}</table:table>"


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def text(value: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{escape(value)}</text:p></table:table-cell>'


def typed(kind: str, value: str, shown: str = "", attributes: str = "") -> str:
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    given = f'office:value-type="{kind}" office:{name}="{value}" {attributes}'
    return f"<table:table-cell {given}><text:p>{escape(shown)}</text:p></table:table-cell>"


EMPTY = "<table:table-cell/>"


def plain_ods(rows: Sequence[Sequence[object]], *, name: str = "Tabelle1") -> bytes:
    """Texts, numbers and empty cells."""
    return ods(table(*(row(*map(_cell, each)) for each in rows), name=name))


def _cell(value: object) -> str:
    if value is None:
        return EMPTY
    if isinstance(value, (int, float)):
        return typed("float", str(value), str(value))
    return text(str(value))


def xlsx(rows: Sequence[Sequence[Any]], arrange: Callable[[Any, Any], None] | None = None) -> bytes:
    """`arrange`: gets sheet and workbook before they are saved."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "Tabelle1"
    for each in rows:
        sheet.append(list(each))
    if arrange is not None:
        arrange(sheet, book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_member(content: bytes, name: str, write: Callable[[Any], None]) -> bytes:
    """The archive with one member written anew, as a stream."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            if each.filename != name:
                new.writestr(each, old.read(each))
        with new.open(name, "w", force_zip64=True) as member:
            write(member)
    return target.getvalue()


def zipped(members: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
