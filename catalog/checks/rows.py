"""The check of rows before they are planned."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from catalog import limited
from catalog.checks.columns import rectangle
from catalog.checks.forms import FORMS
from catalog.checks.judge import MEMORY, SECONDS, LineError, anchored, judged_rows
from catalog.checks.wording import sentence
from catalog.formats.canonical_csv import write_csv
from catalog.formats.cells import cells
from schemas.errors import SourceError, WrongValue
from schemas.row import Finding, Row, Value
from schemas.table import Table, descriptor_from_table

#: From so many rows on it takes less time to ask first whether there is anything to find.
MANY = 250


def check_rows(table: Table, rows: Sequence[Row], *, memory: int = MEMORY, seconds: float = SECONDS) -> dict[int, tuple[Finding, ...]]:
    """Index of a row -> what Frictionless finds wrong with it. Judged is the text that would be published; what it lets pass
    and should not (values of another type, dates like 2024-1-5) is judged before.

    Raises SourceError when the table as a whole could not be judged: LimitExceeded names the limit that it would need to pass."""
    if len(rows) >= MANY and _nothing_is_wrong(table, rows, memory, seconds):
        return {}
    found: dict[int, list[Finding]] = {index: own for index, own in enumerate(_form_findings(table, rows)) if own}
    judged = [index for index in range(len(rows)) if index not in found]
    if judged:
        content = write_csv(table, [rows[index].values for index in judged])
        for each in _errors(table, content, len(judged), memory, seconds):
            found.setdefault(judged[each.line - 2], []).append(_finding(table, each.kind, each.field, each.rule))
    return {index: tuple(findings) for index, findings in found.items()}


def _nothing_is_wrong(table: Table, rows: Sequence[Row], memory: int, seconds: float) -> bool:
    """Raises SourceError that names the table. False: something is wrong, or may be."""
    found = rectangle(table, [each.values for each in rows])
    return found is not None and not _errors(*found, 1, memory, seconds)


def _errors(table: Table, content: bytes, count: int, memory: int, seconds: float) -> list[LineError]:
    """Raises SourceError that names the table."""
    schema = anchored(descriptor_from_table(table, foreign_keys=False))
    limit = count * len(table.fields) + 1
    try:
        return limited.call(judged_rows, content, schema, limit, memory=memory, seconds=seconds)
    except SourceError as error:
        raise type(error)(f"Tabelle »{table.title.de}«: {error.detail}") from error


def _form_findings(table: Table, rows: Sequence[Row]) -> list[list[Finding]]:
    """For each row: fields whose value is not of their type, or not in the one form it is published in."""
    alone = {each.name: replace(table, fields=(each,)) for each in table.fields}
    forms = [(each.name, FORMS[each.type]) for each in table.fields if each.type in FORMS]
    found: list[list[Finding]] = [[] for _ in rows]
    for own, row in zip(found, rows, strict=True):
        wrong = [] if _writable(table, row.values) else [name for name in alone if not _writable(alone[name], {name: row.values.get(name)})]
        wrong += [name for name, form in forms if isinstance(text := row.values.get(name), str) and text and not form.fullmatch(text)]
        own += [_finding(table, "type-error", name) for name in dict.fromkeys(wrong)]
    return found


def _writable(table: Table, values: Mapping[str, Value]) -> bool:
    try:
        cells(table, [values])
    except WrongValue:
        return False
    return True


def _finding(table: Table, kind: str, name: str, rule: str = "") -> Finding:
    return Finding(code=kind, message=sentence(kind, "de", note=rule), table=table.name, field=name)
