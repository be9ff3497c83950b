"""Frictionless as the judge of rows and files: with our schema, a pinned dialect, local files only, and never trusted.

Known traps of Frictionless 5.21 (engines measured, section 2): without a pinned header row it guesses one, without a delimiter it
sniffs one, and its package reader opens URLs. So the dialect is always given, and a descriptor may only name files beside it.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from catalog.formats.canonical_csv import write_csv
from catalog.formats.cells import cells
from schemas.errors import SourceError, WrongValue
from schemas.row import Finding, Row, Value
from schemas.table import Descriptor, Table, descriptor_from_table, provenance_fields

if TYPE_CHECKING:
    from frictionless import Report as FrictionlessReport
    from frictionless import Resource

ERROR_LIMIT = 1000
_COMMA = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True}
#: Frictionless takes 2024-1-5 for a date and a time without zone for a time.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "datetime": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII),
}
#: Cells quoted in reports are cut: a report is read by people.
_SHOWN = 80


def check_rows(table: Table, rows: Sequence[Row]) -> dict[int, tuple[Finding, ...]]:
    """Index of a row -> what Frictionless finds wrong with it. Judged is the text that would be published; what it lets pass
    and should not (values of another type, dates like 2024-1-5) is judged before."""
    found: dict[int, list[Finding]] = {index: own for index, own in enumerate(_form_findings(table, rows)) if own}
    judged = [index for index in range(len(rows)) if index not in found]
    if not judged:
        return {index: tuple(findings) for index, findings in found.items()}
    import frictionless  # heavy: 437 ms

    resource = frictionless.Resource(
        data=write_csv(table, [rows[index].values for index in judged]),
        format="csv",
        encoding="utf-8",
        dialect=frictionless.Dialect.from_descriptor(_dialect(_COMMA)),
        schema=frictionless.Schema.from_descriptor(_anchored(descriptor_from_table(table, foreign_keys=False))),
    )
    report = resource.validate(limit_errors=len(judged) * len(table.fields) + 1)
    for each in _errors(report):
        number = each.get("rowNumber")
        if number is None:
            # An error of the whole file (it could not be read): every row is concerned, none may pass.
            raise SourceError(f"Tabelle {table.name!r}: {each['type']}: {each['note']}")
        found.setdefault(judged[number - 2], []).append(_row_finding(table, each))
    return {index: tuple(findings) for index, findings in found.items()}


def _form_findings(table: Table, rows: Sequence[Row]) -> list[list[Finding]]:
    """For each row: fields whose value is not of their type, or not in the one form it is published in."""
    alone = {each.name: replace(table, fields=(each,)) for each in table.fields}
    forms = [(each.name, _FORMS[each.type]) for each in table.fields if each.type in _FORMS]
    found: list[list[Finding]] = [[] for _ in rows]
    for own, row in zip(found, rows, strict=True):
        wrong = [] if _writable(table, row.values) else [name for name in alone if not _writable(alone[name], {name: row.values.get(name)})]
        wrong += [name for name, form in forms if isinstance(text := row.values.get(name), str) and text and not form.fullmatch(text)]
        own += [_row_finding(table, {"type": "type-error", "fieldName": name}) for name in dict.fromkeys(wrong)]
    return found


def _writable(table: Table, values: Mapping[str, Value]) -> bool:
    try:
        cells(table, [values])
    except WrongValue:
        return False
    return True


def _anchored(descriptor: Descriptor) -> Descriptor:
    """Frictionless asks `^pattern$`: an alternative ends there too early, and `$` lets a line end pass."""
    for each in descriptor["fields"]:
        constraints = each.get("constraints", {})
        if "pattern" in constraints:
            constraints["pattern"] = rf"(?:{constraints['pattern']})\Z"
    return descriptor


def _row_finding(table: Table, error: Mapping[str, Any]) -> Finding:
    name = error.get("fieldName") or ""
    return Finding(code=error["type"], message=_sentence(error, "de", with_value=False), table=table.name, field=name)


@dataclass(frozen=True, kw_only=True)
class FileError:
    """One error of a file."""

    file: str
    row: int | None  #: line of the file, header = 1
    field: str
    rule: str  #: Frictionless error type
    value: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `klar validate` says."""

    file: str
    language: str
    rows: int
    notes: tuple[str, ...]  #: what was assumed: encoding, separator, schema
    errors: tuple[FileError, ...]
    limit_reached: bool

    @property
    def valid(self) -> bool:
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        errors = [vars(each) for each in self.errors]
        return {
            "file": self.file,
            "valid": self.valid,
            "rows": self.rows,
            "notes": list(self.notes),
            "errors": errors,
            "limit_reached": self.limit_reached,
        }

    def text(self) -> str:
        words = _WORDS[self.language]
        lines = [*self.notes, *(_line(each, words) for each in self.errors)]
        if self.limit_reached:
            lines.append(words["limit"].format(limit=len(self.errors)))
        verdict = words["valid"] if self.valid else words["invalid"]
        lines.append(verdict.format(file=self.file, rows=self.rows, errors=len(self.errors)))
        return "\n".join(lines)


def validate_file(path: Path, *, table: Table | None, language: str, limit: int = ERROR_LIMIT) -> Report:
    """Judge a CSV, XLSX, JSON file or a datapackage.json. `table`: the schema its columns should follow; None: columns are
    taken as they are, and only their shape is judged. Raises SourceError for what cannot be read at all."""
    if not path.is_file():
        raise SourceError(f"{path.name}: Diese Datei gibt es nicht.")
    if path.name == "datapackage.json":
        return _validate_package(path, language, limit)
    resource, notes, unknown = _resource(path, table, language)
    report = _report(path.name, language, resource.validate(limit_errors=limit), notes, limit)
    extra = tuple(_file_error({"type": "extra-label", "label": each}, path.name, language) for each in unknown)
    return replace(report, errors=(*extra, *report.errors))


def _resource(path: Path, table: Table | None, language: str) -> tuple["Resource", tuple[str, ...], tuple[str, ...]]:
    """(what Frictionless reads, notes, columns the table does not know)."""
    import frictionless  # heavy: 437 ms

    content = path.read_bytes()
    words = _WORDS[language]
    notes: tuple[str, ...] = ()
    match path.suffix.lower():
        case ".csv":
            encoding, delimiter = _encoding(content), _delimiter(content)
            notes = (words["csv"].format(encoding=encoding, delimiter=delimiter),)
            header = _csv_header(content, encoding, delimiter)
            kind, dialect = "csv", _dialect({**_COMMA, "delimiter": delimiter})
        case ".xlsx":
            encoding, kind, dialect = "utf-8", "xlsx", _dialect(None)
            header = _xlsx_header(content)
        case ".json":
            header, content = _table_from_json(content, path.name)
            encoding, kind, dialect = "utf-8", "csv", _dialect(_COMMA)
        case other:
            raise SourceError(f"{path.name}: Dateien der Art {other or '(ohne Endung)'} werden nicht geprüft; es gehen CSV, XLSX und JSON.")
    schema, left_out, unknown = _schema(table, header)
    if table is None:
        notes = (*notes, words["no schema"])
    if left_out:
        notes = (*notes, words["left out"].format(names=", ".join(left_out)))
    resource = frictionless.Resource(
        data=content,
        format=kind,
        encoding=encoding,
        dialect=frictionless.Dialect.from_descriptor(dialect),
    )
    if schema is not None:
        resource.schema = frictionless.Schema.from_descriptor(schema)
    return resource, notes, unknown


def _schema(table: Table | None, header: Sequence[str]) -> tuple[Descriptor | None, tuple[str, ...], tuple[str, ...]]:
    """(schema in the order of the header, optional fields the file leaves out, columns the table does not know).

    Columns are told by name, not by place. A file that klar itself published has the provenance columns, too."""
    if table is None:
        return None, (), ()
    own = {each.name for each in provenance_fields()}
    descriptor = descriptor_from_table(table.published() if own & set(header) else table, foreign_keys=False)
    if not header:
        return descriptor, (), ()
    known = {each["name"]: each for each in descriptor["fields"]}
    absent = [each for name, each in known.items() if name not in header]
    required = [each for each in absent if each.get("constraints", {}).get("required")]
    descriptor["fields"] = [known.get(name, {"name": name, "type": "any"}) for name in header] + required
    descriptor["primaryKey"] = [name for name in descriptor["primaryKey"] if name in header]
    left_out = tuple(each["name"] for each in absent if each not in required)
    return descriptor, left_out, tuple(name for name in header if name not in known)


def _validate_package(path: Path, language: str, limit: int) -> Report:
    import frictionless  # heavy: 437 ms

    try:
        descriptor = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path.name}: kein JSON ({error}).") from error
    _require_local(descriptor, path.name)
    try:
        package = frictionless.Package.from_descriptor(descriptor, basepath=str(path.parent))
    except frictionless.FrictionlessException as error:
        raise SourceError(f"{path.name}: {error.error.note or error.error.message}") from error
    return _report(path.name, language, package.validate(limit_errors=limit), (), limit)


def _require_local(descriptor: object, name: str) -> None:
    """Raises SourceError for a descriptor that points anywhere but to files beside it."""
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        raise SourceError(f"{name}: resources fehlt.")
    for resource in descriptor["resources"]:
        if not isinstance(resource, dict):
            raise SourceError(f"{name}: eine Ressource ist keine Tabelle von Angaben.")
        paths = resource.get("path", [])
        more = resource.get("extrapaths") or []
        for each in [*(paths if isinstance(paths, list) else [paths]), *(more if isinstance(more, list) else [more])]:
            if not _is_beside(each):
                raise SourceError(f"{name}: »{each}« liegt nicht neben der Beschreibung.")
        for key in ("schema", "dialect", "profile"):
            if isinstance(resource.get(key), str) and not (key == "profile" and "/" not in resource[key]):
                raise SourceError(f"{name}: {key} muss in der Beschreibung selbst stehen.")


def _is_beside(path: object) -> bool:
    if not isinstance(path, str) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path) or "\\" in path:
        return False
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts


def _encoding(content: bytes) -> str:
    """UTF-8 if it is UTF-8 throughout, UTF-16 by its mark, else the encoding of German office programs."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"


def _delimiter(content: bytes) -> str:
    header = re.split(rb"[\r\n]", content, maxsplit=1)[0]
    return max((",", ";", "\t"), key=lambda each: header.count(each.encode()))


def _csv_header(content: bytes, encoding: str, delimiter: str) -> list[str]:
    line = re.split(r"[\r\n]", content.decode(encoding, errors="replace").lstrip("\ufeff"), maxsplit=1)[0]
    return next(csv.reader([line], delimiter=delimiter), [])


def _xlsx_header(content: bytes) -> list[str]:
    import openpyxl  # heavy: 150 ms

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except (zipfile.BadZipFile, KeyError, OSError):
        return []  # Frictionless says what is wrong with it
    sheet = book.worksheets[0]
    row = next(sheet.iter_rows(max_row=1, values_only=True), ())
    book.close()
    return [str(each) for each in row if each is not None]


def _table_from_json(content: bytes, name: str) -> tuple[list[str], bytes]:
    """(names, CSV) of a list of objects: Frictionless judges JSON only by its own idea of types. Object 1 stands in row 2."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}: kein JSON ({error}).") from error
    if not isinstance(document, list) or not all(isinstance(each, dict) for each in document):
        raise SourceError(f"{name}: Erwartet wird eine Liste von Objekten.")
    names = list(dict.fromkeys(key for each in document for key in each))
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(names)
    lines.writerows([_cell_of(each.get(key)) for key in names] for each in document)
    return names, text.getvalue().encode()


def _cell_of(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _dialect(csv_control: Mapping[str, object] | None) -> Descriptor:
    pinned: Descriptor = {"header": True, "headerRows": [1]}
    return pinned if csv_control is None else {**pinned, "csv": dict(csv_control)}


def _errors(report: "FrictionlessReport") -> list[dict[str, Any]]:
    found = [each.to_descriptor() for each in report.errors]
    return found + [each.to_descriptor() for task in report.tasks for each in task.errors]


def _report(file: str, language: str, report: "FrictionlessReport", notes: tuple[str, ...], limit: int) -> Report:
    errors = []
    for task in report.tasks:
        place = file if len(report.tasks) == 1 else f"{file}: {task.place or task.name}"
        errors += [_file_error(each.to_descriptor(), place, language) for each in task.errors]
    errors += [_file_error(each.to_descriptor(), file, language) for each in report.errors]
    rows = sum(int(task.stats.get("rows") or 0) for task in report.tasks)
    reached = any(len(task.errors) >= limit for task in report.tasks)
    return Report(file=file, language=language, rows=rows, notes=notes, errors=tuple(errors), limit_reached=reached)


def _file_error(error: Mapping[str, Any], file: str, language: str) -> FileError:
    return FileError(
        file=file,
        row=error.get("rowNumber"),
        field=error.get("fieldName") or error.get("label") or "",
        rule=error["type"],
        value=_cut(error.get("cell")),
        message=_sentence(error, language, with_value=True),
    )


def _cut(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _line(error: FileError, words: Mapping[str, str]) -> str:
    place = [error.file]
    if error.row is not None:
        place.append(f"{words['row']} {error.row}")
    if error.field:
        place.append(f"{words['field']} {error.field}")
    return f"{', '.join(place)}: {error.message} [{error.rule}]"


def _sentence(error: Mapping[str, Any], language: str, *, with_value: bool) -> str:
    """Frictionless' note in our words; it quotes the cell only where people may see it."""
    sentences = _SENTENCES[language]
    text = sentences.get(error["type"], sentences["other"])
    note = str(error.get("note", "")) if with_value else _rule_of(str(error.get("note", "")))
    value = f" »{_cut(error.get('cell'))}«" if with_value and error.get("cell") not in (None, "") else ""
    return text.format(value=value, note=note).strip()


def _rule_of(note: str) -> str:
    """`constraint "maximum" is "5"`: which rule it was; free notes may quote the value and are left out."""
    match = re.match(r'constraint "(\w+)"', note) or re.match(r'type is "(\w+)', note)
    return match[1] if match else ""


_WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "row": "Zeile",
        "field": "Feld",
        "csv": "Gelesen als CSV, Zeichensatz {encoding}, Trennzeichen »{delimiter}«.",
        "no schema": "Ohne --table wird nur die Form geprüft, nicht der Inhalt.",
        "left out": "Nicht in der Datei, aber auch nicht vorgeschrieben: {names}.",
        "limit": "Nach {limit} Fehlern abgebrochen: Was danach kommt, ist nicht geprüft.",
        "valid": "{file}: {rows} Zeilen, keine Fehler.",
        "invalid": "{file}: {rows} Zeilen gelesen, {errors} Fehler.",
    },
    "en": {
        "row": "row",
        "field": "field",
        "csv": 'Read as CSV, encoding {encoding}, separator "{delimiter}".',
        "no schema": "Without --table only the shape is checked, not the content.",
        "left out": "Not in the file, but not required either: {names}.",
        "limit": "Stopped after {limit} errors: what follows is not checked.",
        "valid": "{file}: {rows} rows, no errors.",
        "invalid": "{file}: {rows} rows read, {errors} errors.",
    },
}
_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "de": {
        "type-error": "Der Wert{value} passt nicht zum Typ des Feldes. {note}",
        "constraint-error": "Der Wert{value} verletzt eine Vorgabe des Feldes. {note}",
        "unique-error": "Der Wert{value} kommt mehrmals vor, darf es aber nicht.",
        "primary-key": "Der Schlüssel fehlt oder kommt mehrmals vor.",
        "blank-row": "Die Zeile ist leer.",
        "blank-label": "Eine Spalte hat keinen Namen.",
        "blank-header": "Die Kopfzeile ist leer.",
        "duplicate-label": "Ein Spaltenname kommt mehrmals vor.",
        "extra-cell": "Die Zeile hat mehr Zellen als die Kopfzeile.",
        "missing-cell": "Der Zeile fehlt eine Zelle.",
        "extra-label": "Diese Spalte kennt die Tabelle nicht.",
        "missing-label": "Diese Spalte fehlt.",
        "incorrect-label": "Die Spalte heißt anders als in der Tabelle.",
        "encoding-error": "Der Zeichensatz stimmt nicht: {note}",
        "hash-count": "Die Prüfsumme stimmt nicht: Die Datei ist nicht die beschriebene.",
        "byte-count": "Die Größe stimmt nicht: Die Datei ist nicht die beschriebene.",
        "source-error": "Die Datei ist leer oder nicht lesbar: {note}",
        "format-error": "Die Datei ist nicht in dem Format, das ihre Endung sagt: {note}",
        "scheme-error": "Die Datei ist nicht lesbar: {note}",
        "foreign-key": "Ein Verweis führt ins Leere: {note}",
        "other": "Fehler{value}. {note}",
    },
    "en": {
        "type-error": "The value{value} does not fit the field's type. {note}",
        "constraint-error": "The value{value} violates a constraint of the field. {note}",
        "unique-error": "The value{value} occurs more than once.",
        "primary-key": "The key is missing or occurs more than once.",
        "blank-row": "The row is empty.",
        "blank-label": "A column has no name.",
        "blank-header": "The header is empty.",
        "duplicate-label": "A column name occurs more than once.",
        "extra-cell": "The row has more cells than the header.",
        "missing-cell": "The row lacks a cell.",
        "extra-label": "The table does not know this column.",
        "missing-label": "This column is missing.",
        "incorrect-label": "The column has another name than in the table.",
        "encoding-error": "The encoding is wrong: {note}",
        "hash-count": "The checksum differs: this is not the file described.",
        "byte-count": "The size differs: this is not the file described.",
        "source-error": "The file is empty or unreadable: {note}",
        "format-error": "The file is not of the format its ending says: {note}",
        "scheme-error": "The file is unreadable: {note}",
        "foreign-key": "A reference leads nowhere: {note}",
        "other": "Error{value}. {note}",
    },
}
