"""Personal data in rows and texts as findings: rule and place, never the passage."""

import json
from collections.abc import Iterable
from dataclasses import replace

from schemas.personal_data.detector import Detector
from schemas.personal_data.hit import Hit, Kind, masked
from schemas.row import Finding, Row
from schemas.table import Field, Table

_UNCHECKED_TYPES = ("date", "datetime", "boolean")


def personal_findings(table: Table, row: Row, detector: Detector) -> tuple[Finding, ...]:
    """One finding per field and kind, in the order of the fields. Key and origin are masked where they hold personal data themselves.

    The title of a field speaks for its texts ("Telefon"), not for its numbers: those count something.
    """
    texts = [
        (field.name, "" if isinstance(row.values[field.name], int) else field.title.de, text)
        for field in table.fields
        if (text := _text(field, row)) is not None
    ]
    texts.append(("source_url", "", row.source_url))
    hits = detector.find_each([(heading, text) for _, heading, text in texts])
    found = [(name, hit.kind) for (name, _, _), of_field in zip(texts, hits, strict=True) for hit in of_field]
    if not found:
        return ()
    key, origin = _safe(row.key, detector), _safe(row.origin, detector)
    return tuple(_finding(kind, table=table.name, key=key, origin=origin, field=field) for field, kind in dict.fromkeys(found))


def text_findings(detector: Detector, texts: Iterable[tuple[str, str]], *, origin: str = "", table: str = "") -> tuple[Finding, ...]:
    """Findings of (field name, text) pairs that are no row: title and description of a data set, an answer's remark."""
    pairs = list(texts)
    hits = detector.find_each([("", text) for _, text in pairs])
    found = dict.fromkeys((field, hit.kind) for (field, _), of_text in zip(pairs, hits, strict=True) for hit in of_text)
    return tuple(_finding(kind, table=table, key="", origin=_safe(origin, detector), field=field) for field, kind in found)


def without_passages(finding: Finding, detector: Detector) -> Finding:
    """The finding, fit to be kept: a message may quote what stands in a cell, and a key may be somebody's telephone number. Where it
    came from stays as it is: withdrawal looks for payloads by it."""
    return replace(finding, message=_safe(finding.message, detector), key=_safe(finding.key, detector))


def _text(field: Field, row: Row) -> str | None:
    """What the field publishes as text. Codes come from our own lists, dates and truth values hold no room for a person."""
    value = row.values.get(field.name)
    if value is None or isinstance(value, bool | float) or field.codes or field.type in _UNCHECKED_TYPES or field.kind == "partial-date":
        return None
    return _leaves(str(value)) if field.kind == "json" else str(value)


def _leaves(text: str) -> str:
    """The texts in a JSON document, each once, too far apart to be read together. What is no JSON is searched as it stands."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    texts: dict[str, None] = {}
    _gather(found, texts)
    return "\n\n\n\n".join(texts)


def _gather(value: object, into: dict[str, None]) -> None:
    if isinstance(value, str):
        into[value] = None
    elif isinstance(value, dict):
        for name, each in value.items():
            into[name] = None
            _gather(each, into)
    elif isinstance(value, list):
        for each in value:
            _gather(each, into)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        into[str(value)] = None


def _safe(text: str, detector: Detector) -> str:
    hits: tuple[Hit, ...] = detector.find(text)
    return masked(text, hits)


def _finding(kind: Kind, *, table: str, key: str, origin: str, field: str) -> Finding:
    return Finding(code=kind.code, message=_message(kind), origin=origin, table=table, key=key, field=field)


def _message(kind: Kind) -> str:
    return f"Hier steht vermutlich etwas Persönliches ({kind.title}). Das sieht sich ein Mensch an, bevor es veröffentlicht wird."
