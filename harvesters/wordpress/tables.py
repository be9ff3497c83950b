"""Lists of the options as rules for rows: checked like the mapping of a file, whose columns are here places in an item."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harvesters.mapping import SOURCE_URL, mapping_from
from harvesters.rowmap import RowMap
from harvesters.wordpress.options import DEFAULTS, Content, Extraction
from schemas.aliases import Aliases
from schemas.errors import DisclosureError, MappingError
from schemas.rules import identifying
from schemas.table import Table, common_tables

#: Column of the key that klar makes of the upstream number.
KEY = "id"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one entry of `content` reads, and how it becomes rows."""

    content: Content
    extractions: Mapping[str, Extraction]  #: field of the table -> where it stands, defaults included
    how: RowMap

    @property
    def table(self) -> Table:
        return self.how.table

    @property
    def needed(self) -> Mapping[str, str]:
        """Place -> field, of what a row cannot do without."""
        required = {each.name for each in self.table.fields if each.required}
        return {each.place: name for name, each in self.extractions.items() if each.place and (each.required or name in required)}


def readings_of(contents: Sequence[Content], aliases: Aliases) -> tuple[Reading, ...]:
    """Raises MappingError, DisclosureError."""
    return tuple(_reading(each, f"options.content[{number}] ({each.type})", aliases) for number, each in enumerate(contents, start=1))


def _reading(content: Content, place: str, aliases: Aliases) -> Reading:
    table = common_tables().get(content.table)
    if table is None or table.key != (KEY,):
        names = ", ".join(name for name, each in common_tables().items() if each.key == (KEY,))
        raise MappingError(f"{place}: Die Tabelle »{content.table}« gibt es hier nicht; es gibt {names}.")
    if KEY in content.fields:
        raise MappingError(f"{place}: Die Kennung (id) macht klar selbst aus der Nummer des Beitrags.")
    defaults: dict[str, Extraction] = {name: each for name, each in DEFAULTS.items() if name == SOURCE_URL or name in table.field_names}
    if "source_date" in content.fields:
        defaults.pop("source_date_basis", None)
    extractions = {**defaults, **content.fields}
    for name, each in extractions.items():
        _require_discreet(each, f"{place}, fields.{name}")
    columns = {KEY: {"column": KEY}, **{name: _rule(each) for name, each in extractions.items()}}
    checked = mapping_from({"table": [{"table": content.table, "file": "REST", "columns": columns}]}, place).table[0]
    return Reading(content=content, extractions=extractions, how=RowMap(table=table, rules=checked.columns, aliases=aliases))


def _require_discreet(extraction: Extraction, place: str) -> None:
    """Raises DisclosureError: a step of a path, a label, or a class or id of a selector that says that a person stands there."""
    names = [*(extraction.path or "").split("."), extraction.label or "", *re.findall(r"[.#]([\w-]+)", extraction.select or "")]
    for each in names:
        if identifying(each):
            raise DisclosureError(f"{place}: »{each}« nennt Personen; das wird nicht gelesen.")


def _rule(extraction: Extraction) -> dict[str, Any]:
    if extraction.constant is not None:
        return {"constant": extraction.constant}
    said: dict[str, Any] = {
        "column": extraction.place,
        "parse": extraction.parse,
        "codes": extraction.codes and dict(extraction.codes),
        "part": extraction.part,
        "separator": extraction.separator,
    }
    return {name: value for name, value in said.items() if value is not None}
