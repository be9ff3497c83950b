"""The bundled example as rows of the common model: a plain reading of its mappings, independent of the engine in `harvesters`."""

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import api
from schemas.dates import PartialDate
from schemas.row import Row, Value
from schemas.table import Table, common_tables, microdata_tables

EXAMPLE = Path(api.__file__).parent / "examples" / "kaiserslautern"
CONFIG = tomllib.loads((EXAMPLE / "klar.toml").read_text(encoding="utf-8"))
#: What files fill; data sets of other catalogues come from those.
TABLES = sorted(common_tables().keys() - {"upstream_dataset"})
Record = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """One `[[table]]` of one source."""

    source: str
    path: Path
    mapping: dict[str, Any]

    @property
    def table(self) -> Table:
        return {**common_tables(), **microdata_tables()}[self.mapping["table"]]

    def records(self) -> list[Record]:
        dialect = self.mapping["dialect"]
        with self.path.open(encoding=dialect["encoding"], newline="") as file:
            return list(csv.DictReader(file, delimiter=dialect["delimiter"], strict=True))

    def taken(self) -> set[str]:
        """Source columns that the mapping names."""
        named = {column for rule in self.mapping["columns"].values() for column in _columns(rule)}
        return named | set(self.mapping.get("skip", {}))

    def rows(self) -> list[Row]:
        return [self._row(record) for record in self.records()]

    def _row(self, record: Record) -> Row:
        rules = self.mapping["columns"]
        values = {name: self._value(name, rules[name], record) if name in rules else None for name in self.table.field_names}
        source_url = self._value("source_url", rules["source_url"], record)
        return Row(table=self.table.name, key=str(values["id"]), values=values, source_url=str(source_url or ""), origin=self.path.name)

    def _value(self, name: str, rule: Any, record: Record) -> Value:
        if isinstance(rule, str):
            return record[rule].strip() or None
        if "template" in rule:
            return slug(rule["template"].format_map(record))
        text = record[rule["column"]].strip()
        if not text:
            return None
        if "codes" in rule:
            return str(rule["codes"][text])
        if "split" in rule:
            return "; ".join(each.strip() for each in text.split(rule["split"]))
        return _parsed(rule["parse"], text, self.mapping["dialect"])


def _columns(rule: Any) -> list[str]:
    if isinstance(rule, str):
        return [rule]
    if "template" in rule:
        return re.findall(r"\{(\w+)\}", rule["template"])
    return [rule["column"]]


def _parsed(how: str, text: str, dialect: dict[str, str]) -> Value:
    if how == "date":
        return PartialDate.from_german(text).iso
    if how == "boolean":
        return {"ja": True, "nein": False}[text]
    plain = text.replace(dialect.get("thousands", "\0"), "").replace(dialect.get("decimal", "."), ".")
    return int(plain) if how == "integer" else float(plain)


def slug(text: str) -> str:
    for letter, ascii_letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(letter, ascii_letters)
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


@cache
def mapped_tables() -> dict[str, Mapped]:
    """By table name, in the order in which the sources are harvested; not what goes into the vault."""
    return {table: each for table, each in _all().items() if table not in microdata_tables()}


def mapped_microdata() -> dict[str, Mapped]:
    """What goes into the vault."""
    return {table: each for table, each in _all().items() if table in microdata_tables()}


@cache
def _all() -> dict[str, Mapped]:
    return {each.mapping["table"]: each for source in CONFIG["source"] for each in _of(source)}


def _of(source: dict[str, Any]) -> Iterator[Mapped]:
    if "options" not in source:
        return
    mapping = tomllib.loads((EXAMPLE / source["options"]["mapping"]).read_text(encoding="utf-8"))
    for table in mapping["table"]:
        yield Mapped(source=source["name"], path=EXAMPLE / source["url"] / table["file"], mapping=table)


@cache
def rows_of(table: str) -> tuple[Row, ...]:
    return tuple(mapped_tables()[table].rows())
