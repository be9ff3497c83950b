"""The check of a file that somebody wants to drop: CSV, XLSX, JSON, or a datapackage.json with what lies beside it."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from catalog import limited
from catalog.checks.judge import MEMORY, SECONDS, Crashed, TableContent, anchored, judged_table
from catalog.checks.packages import validate_package
from catalog.checks.report import FileError, Report, file_error, report_of
from catalog.checks.wording import WORDS
from catalog.checks.workbook import workbook_header
from catalog.dialect import BrokenFile, detect, records
from schemas.errors import LimitExceeded, SourceError
from schemas.table import Descriptor, Table, descriptor_from_table, provenance_fields

ERROR_LIMIT = 1000


def validate_file(
    path: Path, *, table: Table | None, language: str, limit: int = ERROR_LIMIT, memory: int = MEMORY, seconds: float = SECONDS
) -> Report:
    """Judge a CSV, XLSX, JSON file or a datapackage.json in a limited child. `table`: the schema its columns should follow; None:
    columns are taken as they are, and only their shape is judged. Raises SourceError for what cannot be read at all, and
    LimitExceeded for what takes more than `memory` (bytes) or `seconds` (of computing)."""
    if not path.is_file():
        raise SourceError(f"{path.name}: Diese Datei gibt es nicht.")
    try:
        return limited.call(_validated, path.absolute(), table, language, limit, memory=memory, seconds=seconds)
    except LimitExceeded as error:
        raise LimitExceeded(f"{path.name}: {error.detail}") from error


def _validated(path: Path, table: Table | None, language: str, limit: int) -> Report:
    """In the child."""
    try:
        if path.name == "datapackage.json":
            return validate_package(path, language, limit)
        return _validated_table(path, table, language, limit)
    except BrokenFile as error:
        return _broken(path, language, error.code, error.detail, row=error.row)
    except Crashed as error:
        return _broken(path, language, "check-error", error.detail)


def _broken(path: Path, language: str, rule: str, message: str, *, row: int | None = None) -> Report:
    error = FileError(file=path.name, row=row, field="", rule=rule, value="", message=message)
    return Report(file=path.name, language=language, rows=0, notes=(), errors=(error,), limit_reached=False)


def _validated_table(path: Path, table: Table | None, language: str, limit: int) -> Report:
    content, words = _read(path, table, language), WORDS[language]
    schema, left_out, unknown = _schema(table, content.header)
    notes = list(content.notes)
    if table is None:
        notes.append(words["no schema"])
    if left_out:
        notes.append(words["left out"].format(names=", ".join(left_out)))
    verdict = judged_table(content, schema, limit)
    report = report_of(path.name, language, verdict, notes, limit)
    extra = [file_error({"type": "extra-label", "label": each}, path.name, language) for each in unknown]
    return replace(report, errors=(*extra, *report.errors))


def _read(path: Path, table: Table | None, language: str) -> TableContent:
    """Raises SourceError."""
    content = path.read_bytes()
    match path.suffix.lower():
        case ".csv":
            return _csv(content, table, language)
        case ".xlsx":
            return TableContent(format="xlsx", content=content, header=workbook_header(content))
        case ".json":
            return _table_from_json(content, path.name)
        case other:
            raise SourceError(f"{path.name}: Dateien der Art {other or '(ohne Endung)'} werden nicht geprüft; es gehen CSV, XLSX und JSON.")


def _csv(content: bytes, table: Table | None, language: str) -> TableContent:
    """Raises BrokenFile."""
    if not content.strip():
        return TableContent(format="csv", content=content)
    found = detect(content, columns=_names(table), number_columns=_numbers(table))
    # All of it: what leaves a quote open or a line without end is said with its line, before Frictionless swallows rows in silence.
    lines = records(content, found.encoding, found.delimiter, found.quote)
    header = next(islice(lines, found.header_row - 1, found.header_row), [])
    for _ in lines:
        pass
    note = WORDS[language]["csv"].format(sentence=found.sentence, encoding=found.encoding, delimiter=found.delimiter, row=found.header_row)
    return TableContent(
        format="csv",
        content=content,
        header=header,
        header_row=found.header_row,
        encoding=found.encoding,
        delimiter=found.delimiter,
        quote=found.quote,
        notes=(note,),
    )


def _names(table: Table | None) -> tuple[str, ...]:
    return () if table is None else table.field_names


def _numbers(table: Table | None) -> tuple[str, ...]:
    return () if table is None else tuple(each.name for each in table.fields if each.type in ("integer", "number"))


def _schema(table: Table | None, header: Sequence[str]) -> tuple[Descriptor | None, tuple[str, ...], tuple[str, ...]]:
    """(schema in the order of the header, optional fields the file leaves out, columns the table does not know).

    Columns are told by name, not by place. A file that klar itself published has the provenance columns, too."""
    if table is None:
        return None, (), ()
    own = {each.name for each in provenance_fields()}
    descriptor = anchored(descriptor_from_table(table.published() if own & set(header) else table, foreign_keys=False))
    if not header:
        return descriptor, (), ()
    known = {each["name"]: each for each in descriptor["fields"]}
    absent = [each for name, each in known.items() if name not in header]
    required = [each for each in absent if each.get("constraints", {}).get("required")]
    descriptor["fields"] = [known.get(name, {"name": name, "type": "any"}) for name in header] + required
    descriptor["primaryKey"] = [name for name in descriptor["primaryKey"] if name in header]
    left_out = tuple(each["name"] for each in absent if each not in required)
    return descriptor, left_out, tuple(name for name in header if name not in known)


def _table_from_json(content: bytes, name: str) -> TableContent:
    """A list of objects as CSV: Frictionless judges JSON only by its own idea of types. Object 1 stands in row 2."""
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
    return TableContent(format="csv", content=text.getvalue().encode(), header=names)


def _cell_of(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
