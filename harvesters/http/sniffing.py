"""What an answer is, by its first bytes. What the server says of it is a claim: login pages come as `application/json`, too."""

import io
import re
import zipfile
from collections.abc import Collection
from enum import StrEnum
from pathlib import PurePosixPath

from harvesters.http.faults import Fault, HttpError

_HEAD = 4096


class Form(StrEnum):
    JSON = "json"
    XML = "xml"
    HTML = "html"
    TEXT = "text"  # CSV and everything else that can be read
    XLSX = "xlsx"
    ODS = "ods"
    ZIP = "zip"
    PDF = "pdf"
    GZIP = "gzip"
    BINARY = "binary"
    EMPTY = "empty"


_GERMAN = {
    Form.JSON: "JSON",
    Form.XML: "XML",
    Form.HTML: "eine Webseite (HTML)",
    Form.TEXT: "Text",
    Form.XLSX: "eine Excel-Mappe",
    Form.ODS: "eine ODS-Tabelle",
    Form.ZIP: "ein ZIP-Archiv",
    Form.PDF: "PDF",
    Form.GZIP: "eine gepackte Datei",
    Form.BINARY: "Binärdaten",
    Form.EMPTY: "nichts",
}
#: What the ending of an address promises. A CSV file may hold a list of one column that looks like JSON.
_PROMISED = {
    ".json": {Form.JSON},
    ".geojson": {Form.JSON},
    ".jsonld": {Form.JSON},
    ".csv": {Form.TEXT, Form.JSON},
    ".tsv": {Form.TEXT, Form.JSON},
    ".txt": {Form.TEXT, Form.JSON},
    ".xlsx": {Form.XLSX},
    ".xlsm": {Form.XLSX},
    ".ods": {Form.ODS},
    ".xml": {Form.XML},
    ".rdf": {Form.XML},
    ".zip": {Form.ZIP, Form.XLSX, Form.ODS},
    ".gz": {Form.GZIP},
    ".pdf": {Form.PDF},
}
_MAGIC = {b"%PDF-": Form.PDF, b"\x1f\x8b": Form.GZIP, b"\xd0\xcf\x11\xe0": Form.BINARY}
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
#: Tags a page may begin with (WHATWG MIME Sniffing), after comments and an XML declaration.
_PAGE = re.compile(r"<(!doctype\s+html|html)[\s>/]", re.I)
_PART_OF_PAGE = re.compile(r"<(head|body|title|meta|script|style|link|iframe|div|span|h1|table|font|br|p|a|b|form|center)[\s>/]", re.I)
_PREAMBLE = re.compile(r"(\s|<!--.*?-->|<\?xml[^>]*\?>|<!doctype\s+(?!html)[^>\[]*>)+", re.I | re.S)


def form_of(content: bytes) -> Form:
    """Never raises; looks at the first 4 KB, and into the table of contents of a ZIP archive."""
    head = content[:_HEAD]
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return Form.EMPTY if not content.strip(b"\0 \t\r\n\xef\xbb\xbf") else Form.BINARY
    for magic, form in _MAGIC.items():
        if head.startswith(magic):
            return form
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _form_of_zip(content)
    return _form_of_text(head)


def _form_of_zip(content: bytes) -> Form:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return Form.ZIP  # it begins like one; that it is damaged is told by whoever wants a table
    if "[Content_Types].xml" in names and any(each.startswith("xl/") for each in names):
        return Form.XLSX
    return Form.ODS if {"mimetype", "content.xml"} <= names else Form.ZIP


def _form_of_text(head: bytes) -> Form:
    encoding = next((name for mark, name in _UTF16.items() if head.startswith(mark)), "")
    if not encoding and b"\0" in head:
        return Form.BINARY
    # Latin-1 reads anything; only ASCII is looked at.
    text = head.decode(encoding or "latin-1", "replace").lstrip("\ufeff").removeprefix("\xef\xbb\xbf").lstrip()
    start = _PREAMBLE.match(text)
    inner = text[start.end() :] if start else text
    # Tables and links are also names of elements in XML.
    if _PAGE.match(inner) or (_PART_OF_PAGE.match(inner) and not text.startswith("<?xml")):
        return Form.HTML
    if re.match(r"<[?!A-Za-z]", text):
        return Form.XML
    return Form.JSON if re.match(r"[\[{]", text) else Form.TEXT


def require_form(form: Form, expected: Collection[str], path: str, shown: str) -> None:
    """Raises HttpError with a sentence that says what came. Without `expected`, the ending of `path` decides; a web page is data
    only for who asks for one."""
    if form is Form.EMPTY:
        raise HttpError(Fault.EMPTY, f"»{shown}« antwortet, aber die Antwort ist leer.")
    wanted = {Form(each) for each in expected} or _PROMISED.get(PurePosixPath(path).suffix.lower(), set())
    if form in wanted or (not wanted and form is not Form.HTML):
        return
    names = " oder ".join(_GERMAN[each] for each in Form if each in wanted) or "Daten"
    hint = " Eine Anmelde-, Wartungs- oder Fehlerseite?" if form is Form.HTML else ""
    raise HttpError(Fault.WRONG_FORM, f"»{shown}« sollte {names} liefern und liefert {_GERMAN[form]}.{hint}")
