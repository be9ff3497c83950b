"""A proposal as the TOML file that a person goes on with. Says nothing of what stands in columns that name persons."""

import json
from collections.abc import Iterator

from harvesters.proposal.proposing import Entry, Proposal
from schemas.table import Field


def mapping_text(proposal: Proposal) -> str:
    """Readable by `load_mapping`, unless required fields are missing: then it says which."""
    return "\n".join(_lines(proposal)) + "\n"


def _lines(proposal: Proposal) -> Iterator[str]:
    sample, table = proposal.sample, proposal.table
    yield f"# Erste Zuordnung für {_comment(sample.name)}, aus der Kopfzeile vorgeschlagen. Vor der ersten Ernte ansehen und ergänzen."
    yield f"# Tabelle {table.name}: {table.title.de}."
    if sample.report:
        yield f"# {_comment(sample.report)}"
    if sample.trouble:
        yield f"# Achtung, so wird die Datei noch nicht geerntet: {_comment(sample.trouble)}"
    for name in proposal.missing:
        yield f"# Pflichtfeld ohne Spalte: {name} ({table.field(name).title.de}). Ohne dieses Feld wird die Zuordnung nicht angenommen."
    yield ""
    yield "[[table]]"
    yield f"table = {_quoted(table.name)}"
    yield f"file = {_quoted(sample.name)}"
    yield from _places(proposal)
    yield f"key = {_quoted(table.key[0])}" if len(table.key) == 1 else f"key = [{', '.join(map(_quoted, table.key))}]"
    yield ""
    yield "[table.columns]   # links das Feld, rechts die Spalte der Datei"
    for each in proposal.entries:
        if not each.codes and not each.open_values:
            yield _line(each)
    yield from _unused(proposal)
    for each in proposal.entries:
        if each.codes or each.open_values:
            yield from _code_list(each, table.field(each.target))
    yield from _skips(proposal)


def _places(proposal: Proposal) -> Iterator[str]:
    sample = proposal.sample
    if sample.sheet:
        yield f"sheet = {_quoted(sample.sheet)}"
    if sample.records:
        yield f"records = {_quoted(sample.records)}"
    pinned: dict[str, object] = {}
    if sample.detected is not None:
        pinned = {
            "encoding": "utf-8" if sample.detected.encoding == "utf-8-sig" else sample.detected.encoding,
            "delimiter": sample.detected.delimiter,
            "quote": sample.detected.quote,
        }
    if sample.header_row:
        pinned["header_row"] = sample.header_row
    if sample.numbers.evidence and not sample.numbers.undecided:
        pinned |= {"decimal": sample.numbers.decimal, "thousands": sample.numbers.thousands}
    if pinned:
        yield f"dialect = {{ {', '.join(f'{name} = {_value(value)}' for name, value in pinned.items())} }}"
    if sample.numbers.undecided:
        yield "# Ob 1.234 mehr als tausend ist, zeigt die Datei nicht: bitte decimal und thousands in dialect ergänzen."


def _line(entry: Entry) -> str:
    remark = f"   # {entry.remark}" if entry.remark else ""
    if entry.constant:
        return f"{entry.target} = {{ constant = {_quoted(entry.constant)} }}{remark}"
    if entry.template:
        return f"{entry.target} = {{ template = {_quoted(entry.template)} }}{remark}"
    if entry.parse:
        return f"{entry.target} = {{ column = {_quoted(entry.column)}, parse = {_quoted(entry.parse)} }}{remark}"
    return f"{entry.target} = {_quoted(entry.column)}{remark}"


def _unused(proposal: Proposal) -> Iterator[str]:
    used = {each.target for each in proposal.entries}
    left = [each for each in proposal.table.fields if each.name not in used and each.name not in proposal.missing]
    if left:
        yield "# Felder der Tabelle, für die keine Spalte gefunden wurde:"
        yield from (f"#   {each.name}: {each.title.de}" for each in left)


def _code_list(entry: Entry, target: Field) -> Iterator[str]:
    yield ""
    yield f"[table.columns.{entry.target}]   # {target.title.de}: {', '.join(each.value for each in target.codes)}"
    yield f"column = {_quoted(entry.column)}"
    yield f"[table.columns.{entry.target}.codes]"
    yield from (f"{_quoted(value)} = {_quoted(code)}" for value, code in entry.codes.items())
    if entry.open_values:
        yield "# Diese Werte der Spalte stehen nicht in der Werteliste; ohne Eintrag kommen ihre Zeilen auf die Prüfliste:"
        yield from (f"# {_quoted(value)} = " for value in entry.open_values)


def _skips(proposal: Proposal) -> Iterator[str]:
    if not proposal.skipped and not proposal.undecided:
        return
    yield ""
    yield "[table.skip]   # was draußen bleibt: redundant, internal, identifier (nennt Personen), free-text (Wortlaut von Personen)"
    yield from (f"{_quoted(each.column)} = {_quoted(each.reason)}" for each in proposal.skipped)
    if proposal.undecided:
        yield "# Hier entscheidet ein Mensch: Diese Spalten passen zu keinem Feld. Sie bleiben draußen, bis sie oben zugeordnet werden."
        yield from (f'{_quoted(each)} = "internal"' for each in proposal.undecided)


def _value(value: object) -> str:
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string of TOML: JSON's escapes are TOML's, but for one sign."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _comment(text: str) -> str:
    """On one line, without what TOML forbids in comments."""
    return "".join(each if each.isprintable() else " " for each in text)
