"""Table Schemas of the common model: Frictionless Table Schema (v2) plus what klar needs to know of each field.

A file `schemas/tables/NAME.json` is a Table Schema descriptor. German `title` and `description` are the standard properties;
custom properties carry the rest (Table Schema allows them):

    field   "klar:en": {"title", "description"}     English
            "klar:disclosure": one of `Disclosure`   required
            "klar:unit": "persons" | "percent" | …    what a number counts or measures
            "klar:codes": [{"value", "de", "en"}]     code list; `constraints.enum` is made from it
            "klar:unique": true                       the same value in two rows means the same thing, whatever their keys and sources
            "klar:kind": "partial-date" | "uri" | "longitude" | "latitude" | "person-count" | "qualifier" | "title" | "person" | "json"
    table   "title", "description" (German), "klar:en" {"title", "description"}, "primaryKey", "foreignKeys"
            ("reference": {"resource": table name, "fields": …})
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any

from schemas.errors import ConfigurationError
from schemas.values import Text

Descriptor = dict[str, Any]
#: Kind of the field that tells persons apart: a key of the source outside of the vault, a pseudonym in it.
PERSON = "person"


class Disclosure(Enum):
    """What publishing a field may tell about a person."""

    PUBLIC = "public"
    QUASI_IDENTIFIER = "quasi-identifier"
    IDENTIFIER = "identifier"
    FREE_TEXT = "free-text"  #: words of participants; the city's own descriptions are public

    @property
    def may_be_public(self) -> bool:
        return self in (Disclosure.PUBLIC, Disclosure.QUASI_IDENTIFIER)


@dataclass(frozen=True, kw_only=True)
class Code:
    value: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    type: str  #: Table Schema type: string, integer, number, boolean, date, datetime
    title: Text
    description: Text
    disclosure: Disclosure
    unit: str = ""
    kind: str = ""
    codes: tuple[Code, ...] = ()
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    unique: bool = False  #: over all sources: of two rows that share a value the one that came first stays


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """`field` of this table names the key of a row in `table`."""

    field: str
    table: str


@dataclass(frozen=True, kw_only=True)
class Table:
    name: str
    title: Text
    description: Text
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()

    def field(self, name: str) -> Field:
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields)

    def published(self) -> "Table":
        """The table as readers get it: with the provenance columns every data set has."""
        return Table(
            name=self.name,
            title=self.title,
            description=self.description,
            fields=self.fields + provenance_fields(),
            key=self.key,
            foreign_keys=self.foreign_keys,
        )


def table_from_descriptor(name: str, descriptor: Mapping[str, Any]) -> Table:
    """Raises ConfigurationError that names table and field."""
    try:
        fields = tuple(_field(name, each) for each in descriptor["fields"])
        english = descriptor.get("klar:en", {})
        return Table(
            name=name,
            title=Text(de=descriptor["title"], en=english.get("title", "")),
            description=Text(de=descriptor["description"], en=english.get("description", "")),
            fields=fields,
            key=_names(descriptor["primaryKey"]),
            foreign_keys=tuple(
                ForeignKey(field=_names(each["fields"])[0], table=each["reference"]["resource"])
                for each in descriptor.get("foreignKeys", [])
            ),
        )
    except KeyError as error:
        raise ConfigurationError(f"Tabelle {name!r}: {error.args[0]!r} fehlt") from error


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _field(table: str, descriptor: Mapping[str, Any]) -> Field:
    try:
        english = descriptor.get("klar:en", {})
        constraints = descriptor.get("constraints", {})
        return Field(
            name=descriptor["name"],
            type=descriptor["type"],
            title=Text(de=descriptor["title"], en=english.get("title", "")),
            description=Text(de=descriptor["description"], en=english.get("description", "")),
            disclosure=Disclosure(descriptor["klar:disclosure"]),
            unit=descriptor.get("klar:unit", ""),
            kind=descriptor.get("klar:kind", ""),
            codes=tuple(Code(value=c["value"], title=Text(de=c["de"], en=c.get("en", ""))) for c in descriptor.get("klar:codes", [])),
            required=constraints.get("required", False),
            minimum=constraints.get("minimum"),
            maximum=constraints.get("maximum"),
            pattern=constraints.get("pattern", ""),
            unique=descriptor.get("klar:unique", False),
        )
    except (KeyError, ValueError) as error:
        raise ConfigurationError(f"Tabelle {table!r}, Feld {descriptor.get('name')!r}: {error}") from error


def descriptor_from_table(table: Table, *, foreign_keys: bool = True) -> Descriptor:
    """The Table Schema that Frictionless reads; codes become `enum`, partial dates a pattern (see schemas.dates)."""
    descriptor: Descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": table.title.de,
        "description": table.description.de,
        "klar:en": {"title": table.title.en, "description": table.description.en},
        "fields": [_field_descriptor(each) for each in table.fields],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if foreign_keys and table.foreign_keys:
        descriptor["foreignKeys"] = [
            {"fields": [each.field], "reference": {"resource": each.table, "fields": ["id"]}} for each in table.foreign_keys
        ]
    return descriptor


def _field_descriptor(field: Field) -> Descriptor:
    from_field: Descriptor = {
        "name": field.name,
        "type": field.type,
        "title": field.title.de,
        "description": field.description.de,
        "klar:en": {"title": field.title.en, "description": field.description.en},
        "klar:disclosure": field.disclosure.value,
    }
    if field.unit:
        from_field["klar:unit"] = field.unit
    if field.kind:
        from_field["klar:kind"] = field.kind
    if field.unique:
        from_field["klar:unique"] = True
    if field.codes:
        from_field["klar:codes"] = [{"value": c.value, "de": c.title.de, "en": c.title.en} for c in field.codes]
    constraints: Descriptor = {}
    if field.required:
        constraints["required"] = True
    if field.codes:
        constraints["enum"] = [each.value for each in field.codes]
    if field.minimum is not None:
        constraints["minimum"] = field.minimum
    if field.maximum is not None:
        constraints["maximum"] = field.maximum
    if field.pattern:
        constraints["pattern"] = field.pattern
    if constraints:
        from_field["constraints"] = constraints
    return from_field


def _read(folder: str, name: str) -> Table:
    text = resources.files("schemas").joinpath(folder, f"{name}.json").read_text(encoding="utf-8")
    return table_from_descriptor(name, json.loads(text))


@cache
def common_tables() -> Mapping[str, Table]:
    """The public tables of the common model, by name. Refuses a table with an identifier or free-text field."""
    folder = resources.files("schemas").joinpath("tables")
    names = sorted(each.name.removesuffix(".json") for each in folder.iterdir() if each.name.endswith(".json"))
    tables = {name: _read("tables", name) for name in names if not name.startswith("_")}
    for table in tables.values():
        require_public(table)
    return tables


@cache
def microdata_tables() -> Mapping[str, Table]:
    """The tables about single persons (`schemas/microdata`), by name: their rows lie in the vault and nowhere else. No name is one of
    a public table; a field of class `identifier` is the pseudonym of a person and nothing else."""
    folder = resources.files("schemas").joinpath("microdata")
    names = sorted(each.name.removesuffix(".json") for each in folder.iterdir() if each.name.endswith(".json"))
    tables = {name: _read("microdata", name) for name in names}
    for table in tables.values():
        require_pseudonymous(table)
    return tables


@cache
def provenance_fields() -> tuple[Field, ...]:
    """source, source_url?, changed_at …: described in `schemas/tables/_provenance.json`."""
    return _read("tables", "_provenance").fields


def require_public(table: Table) -> None:
    """Raises ConfigurationError when a field may not stand in a public table."""
    for each in table.fields:
        if not each.disclosure.may_be_public:
            raise ConfigurationError(
                f"Tabelle {table.name!r}, Feld {each.name!r}: Klasse {each.disclosure.value!r} darf nicht veröffentlicht werden"
            )


def require_pseudonymous(table: Table) -> None:
    """Raises ConfigurationError when a table of microdata has the name of a public one, or names persons by more than a pseudonym."""
    if table.name in common_tables():
        raise ConfigurationError(f"Tabelle {table.name!r}: Eine öffentliche Tabelle heißt ebenso")
    for each in table.fields:
        if (each.disclosure is Disclosure.IDENTIFIER) != (each.kind == PERSON):
            raise ConfigurationError(f"Tabelle {table.name!r}, Feld {each.name!r}: Personen nennt nur ein Pseudonym ({PERSON})")
