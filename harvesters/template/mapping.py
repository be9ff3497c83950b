"""The mapping that reads the workbook back: made of the same sheets, so that the two fit together."""

import json
from collections.abc import Iterator, Mapping

from harvesters.template.sheets import Column, Kind, Sheet

_HEAD = """\
# Zuordnung für die Erfassungsvorlage »Beteiligung«, zusammen mit ihr von »klar template participation« geschrieben.
# Jede Datei im Ordner, deren Name zu »file« passt, wird gelesen; Blätter dürfen leer bleiben.
#
# [[source]]
# name = "erfassung"
# title = "Beteiligung: Presse, Papier und vor Ort"
# kind = "files"
# url = "drop/erfassung"
# at_least = 0                          # ein leeres Blatt ist kein Fehler
# [source.options]
# mapping = "mappings/beteiligung.toml"
"""
#: Ids may be given by any name that `[aliases]` knows.
_PARSES: Mapping[Kind, str] = {"time": "time", "key": "alias"}


def mapping_text(sheets: tuple[Sheet, ...], file: str) -> str:
    """TOML for `harvesters.mapping.load_mapping`. `file`: name or pattern of the workbooks."""
    return _HEAD + "".join(f"\n{line}" for each in sheets for line in _block(each, file)) + "\n"


def _block(sheet: Sheet, file: str) -> Iterator[str]:
    yield "[[table]]"
    yield f"table = {_quoted(sheet.table.name)}"
    yield f"file = {_quoted(file)}"
    yield f"sheet = {_quoted(sheet.title)}"
    yield 'dialect = { header_row = 4, decimal = ",", thousands = "." }'
    yield "[table.columns]"
    if sheet.template:
        yield f"id = {{ template = {_quoted(sheet.template)} }}"
    yield from (f"{name} = {{ constant = {_quoted(value)} }}" for name, value in sheet.constants)
    yield from (f"{each.target} = {_rule(each)}" for each in sheet.columns if each.target)
    yield ""


def _rule(column: Column) -> str:
    parts = [f"column = {_quoted(column.title)}"]
    if column.codes:
        parts.append(f"codes = {{ {', '.join(f'{_quoted(word)} = {_quoted(code)}' for word, code in column.codes)} }}")
    if column.kind == "several-codes":
        parts.append('split = ";"')
    if column.kind in _PARSES:
        parts.append(f"parse = {_quoted(_PARSES[column.kind])}")
    return _quoted(column.title) if len(parts) == 1 else f"{{ {', '.join(parts)} }}"


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    return json.dumps(text, ensure_ascii=False)
