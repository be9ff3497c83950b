"""Personal data in rows and texts as findings: rule and place, never the passage."""

import json
from collections.abc import Iterable
from dataclasses import replace

from schemas.personal_data.detector import Detector
from schemas.personal_data.hit import Hit, Kind, masked
from schemas.row import Finding, Row
from schemas.table import Field, Table

_UNCHECKED_TYPES = ("date", "datetime", "boolean")
_Said = tuple[str, str]  #: heading and text
_MANY = 20_000  #: texts that are remembered at once


def personal_findings(table: Table, row: Row, detector: Detector) -> tuple[Finding, ...]:
    """One finding per field and kind, in the order of the fields. Key and origin are masked where they hold personal data themselves.

    The title of a field speaks for its texts ("Telefon"), not for its numbers: those count something.
    """
    return RowReader(detector).findings(table, row)


class RowReader:
    """Looks for personal data in many rows. A text that stands in several of them is looked through once; short-lived, because it
    remembers what it has read."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._known: dict[_Said, tuple[Kind, ...]] = {}

    def findings(self, table: Table, row: Row) -> tuple[Finding, ...]:
        """As `personal_findings`."""
        if len(self._known) > _MANY:
            self._known.clear()
        texts = _texts(table, row)
        self._read(dict.fromkeys(said for _, said in texts if said not in self._known))
        found = dict.fromkeys((field, kind) for field, said in texts for kind in self._known[said])
        if not found:
            return ()
        key, origin = _safe(row.key, self._detector), _safe(row.origin, self._detector)
        return tuple(_finding(kind, table=table.name, key=key, origin=origin, field=field) for field, kind in found)

    def _read(self, unknown: Iterable[_Said]) -> None:
        new = list(unknown)
        for said, hits in zip(new, self._detector.find_each(new) if new else (), strict=True):
            self._known[said] = tuple(hit.kind for hit in hits)


def _texts(table: Table, row: Row) -> list[tuple[str, _Said]]:
    """Everything that is published as text, with its field."""
    texts = [
        (field.name, ("" if isinstance(row.values[field.name], int) else field.title.de, text))
        for field in table.fields
        if (text := _text(field, row)) is not None
    ]
    return [*texts, ("source_url", ("", row.source_url))]


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
