"""JSON: a list of objects, counted from 1."""

import json
from collections.abc import Iterator, Mapping, Sequence

from catalog.dialect import BrokenFile
from catalog.dialect.detection import ENCODINGS, number_findings, numbers_are_plain, numbers_in
from catalog.dialect.encoding import Encoding, encoding_of, require_decodable
from catalog.dialect.records import text_of
from harvesters.parsing import Cell, NumberStyle
from harvesters.reading.body import checked
from harvesters.reading.layout import Layout, Wanted
from harvesters.reading.lines import Note, RawLine, Sheet, Unusable


def read_json(content: bytes, layout: Layout, wanted: Wanted) -> Sheet:
    """A list of objects, at `records` in the document. Raises BrokenFile."""
    encoding = _encoding(content, layout.encoding)
    items = _list_at(_document(text_of(content, encoding.name).read()), layout.records)
    header = tuple(dict.fromkeys(name for each in items if isinstance(each, dict) for name in each))
    texts = (["" if not isinstance(cell := each.get(name), str) else cell for name in header] for each in items if isinstance(each, dict))
    numbers = numbers_in(texts, header, layout.pins, wanted.numbers)
    findings = [f"Kodierung {ENCODINGS[encoding.name]} ({encoding.evidence})"] if encoding.evidence else []
    findings += number_findings(layout.pins, numbers)
    is_plain = (not encoding.evidence or encoding.name.startswith("utf-8")) and numbers_are_plain(layout.pins, numbers)
    notes = () if is_plain else (Note(code="detected-dialect", message=f"Erkannt: {', '.join(findings)}."),)
    lines = (checked(each, header) for each in _lines(items, header) if not each.is_blank)
    return Sheet(header=header, lines=lines, numbers=NumberStyle.of(numbers), notes=notes)


def _encoding(content: bytes, pinned: str | None) -> Encoding:
    if pinned is None:
        return encoding_of(content)
    require_decodable(content, pinned)
    return Encoding(name=pinned, evidence="")


def _document(text: str) -> object:
    if not text.strip():
        raise BrokenFile("empty-file", "Die Datei ist leer.")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BrokenFile("not-json", f"Das ist kein vollständiges JSON (Zeile {error.lineno}).", row=error.lineno) from error
    except BrokenFile:
        raise
    except ValueError as error:  # a whole number with thousands of digits
        raise BrokenFile("not-json", "Im JSON steht eine Zahl, die niemand lesen kann.") from error
    except RecursionError as error:
        raise BrokenFile("not-json", "Das JSON ist zu tief geschachtelt.") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if any("\ud800" <= sign <= "\udfff" for name, _ in pairs for sign in name):
        raise BrokenFile("not-json", "Im JSON steht ein Name mit halben Zeichen (einzelne Surrogate).")
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BrokenFile("not-json", "Ein Name kommt in einem JSON-Objekt zweimal vor.")
    return found


def _no_constant(name: str) -> object:
    raise BrokenFile("not-json", f"{name} ist in JSON keine Zahl.")


def _list_at(document: object, path: str) -> Sequence[object]:
    for step in filter(None, path.split(".")):
        document = document.get(step) if isinstance(document, Mapping) else None
    if not isinstance(document, list):
        place = f"unter »{path}« " if path else ""
        raise BrokenFile("not-a-table", f"Im JSON steht {place}keine Liste von Objekten.")
    return document


def _lines(items: Sequence[object], header: tuple[str, ...]) -> Iterator[RawLine]:
    for row, item in enumerate(items, start=1):
        if isinstance(item, dict):
            yield RawLine(row=row, cells=[_cell(item.get(name)) for name in header])
        else:
            broken = Unusable(code="not-an-object", message="Der Eintrag ist kein JSON-Objekt.")
            yield RawLine(row=row, cells=[broken] * len(header))


def _cell(value: object) -> Cell | Unusable:
    """A list of simple values becomes text joined by semicolons."""
    if isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value):
        return Unusable(code="control-character", message="Der Text enthält halbe Zeichen (einzelne Surrogate).")
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, list) and all(isinstance(each, (str, int, float)) for each in value):
        return _cell("; ".join(map(str, value)))
    return Unusable(code="nested-value", message="Der Wert ist geschachtelt; gelesen werden nur einfache Werte und Listen davon.")
