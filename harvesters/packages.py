"""A folder that brings its own description: a Data Package (datapackage.json) whose tables become data sets of their own.

Read: package `name title description keywords licenses klar:en klar:themes klar:frequency klar:kind klar:provenance`; resource
`name path title description klar:en encoding dialect schema`; Table Schema with `klar:disclosure` in every field (schemas.table).
Nothing is followed that leads out of the folder, and what is not understood is refused, not ignored.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pydantic import ValidationError

from harvesters.descriptor import PackageShape
from harvesters.mapping import Dialect, Rule, check_disclosure
from harvesters.messages import german
from harvesters.parsing import slug
from harvesters.reading import Layout
from harvesters.rowmap import RowMap
from schemas.declaration import Declaration, city_wide
from schemas.errors import ConfigurationError, DisclosureError, MappingError
from schemas.rules import identifying
from schemas.table import Disclosure, Table, common_tables, table_from_descriptor
from schemas.values import Frequency, Licence, Text, Theme

DESCRIPTOR = "datapackage.json"
_TYPES = ("string", "integer", "number", "boolean", "date", "datetime")
_CONSTRAINTS = frozenset({"required", "enum", "minimum", "maximum", "pattern", "unique"})
#: A repeated group can take for ever on a few dozen characters, as in (a+)+ or (a|a)*; an optional one cannot.
_REPEATED_GROUP = re.compile(r"(?<!\\)\)[*+{]")
Descriptor = Mapping[str, Any]


class PackageError(MappingError):
    """The description of the data (datapackage.json) cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One table of a package, ready to be read."""

    declaration: Declaration
    address: str  #: of its file within the source
    layout: Layout
    how: RowMap

    @property
    def columns(self) -> tuple[str, ...]:
        return self.how.table.field_names


def resources_of(content: bytes, folder: PurePosixPath) -> tuple[Resource, ...]:
    """`folder`: where the descriptor lies within the source. Raises PackageError, DisclosureError that name resource and field."""
    package = _document(content)
    listed: Sequence[Descriptor] = package["resources"]
    names = _names(package, listed)
    return tuple(_resource(package, each, name, names, folder) for each, name in zip(listed, names.values(), strict=True))


def is_descriptor(url: str) -> bool:
    """Whether an address in the web leads to a description."""
    return PurePosixPath(urlsplit(url).path).name == DESCRIPTOR


def reference_to(path: str) -> str:
    """What an address in the web is joined with to get at a file beside its description: as in a folder, never above it; signs with which
    an address would ask or jump are part of the name. Raises PackageError."""
    plain = unquote(path)
    if plain.startswith("/") or "\\" in plain or ".." in PurePosixPath(plain).parts:
        raise PackageError("path: ../ führt aus dem Ordner hinaus")
    return quote(path, safe="/%")


def _document(content: bytes) -> Descriptor:
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # also what is no UTF-8
        raise PackageError("das ist kein vollständiges JSON in UTF-8") from error
    try:
        PackageShape.model_validate(found)
    except ValidationError as error:
        raise PackageError(german(error)) from error
    return {name: value for name, value in found.items() if value is not None}


def _names(package: Descriptor, listed: Sequence[Descriptor]) -> dict[str, str]:
    """Resource name -> data set name: the package's; with several resources the resource's is appended."""
    base = _text(package, "name", "Paket")
    names: dict[str, str] = {}
    for each in listed:
        resource = _text(each, "name", "resources")
        if resource in names:
            raise PackageError(f"die Ressource »{resource}« gibt es zweimal")
        names[resource] = _free_name(base if len(listed) == 1 else f"{base}-{resource}")
    return names


def _free_name(text: str) -> str:
    name = slug(text)
    if name in city_wide() or name in common_tables():
        raise PackageError(f"der Name »{name}« gehört dem gemeinsamen Modell; bitte einen anderen wählen")
    return name


def _text(descriptor: Descriptor, key: str, place: str) -> str:
    value = descriptor.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PackageError(f"{place}: {key} fehlt")
    return value.strip()


def _resource(package: Descriptor, resource: Descriptor, name: str, names: Mapping[str, str], folder: PurePosixPath) -> Resource:
    place = f"Ressource »{resource['name']}«"
    try:
        schema = resource.get("schema")
        if not isinstance(schema, dict):
            raise PackageError("schema fehlt; klar liest nur ein Schema, das in datapackage.json selbst steht")
        table = _table(package, resource, schema, name, names)
        dialect = _dialect(resource)
        return Resource(
            declaration=_declaration(package, resource, table, alone=len(names) == 1),
            address=_address(resource, folder),
            layout=_layout(dialect, resource),
            how=RowMap(
                table=table,
                rules={each: Rule(column=each) for each in table.field_names},
                missing=frozenset(schema.get("missingValues", [""])),
            ),
        )
    except ValidationError as error:
        raise PackageError(f"{place}, dialect: {german(error)}") from error
    except DisclosureError as error:
        raise DisclosureError(f"{place}: {error.detail}") from error
    except ConfigurationError as error:
        raise PackageError(f"{place}: {error.detail}") from error


def _address(resource: Descriptor, folder: PurePosixPath) -> str:
    """Only plain relative paths: a description that reaches elsewhere is refused, whoever wrote it."""
    if "data" in resource or "extrapaths" in resource:
        raise PackageError("nur eine Datei im selben Ordner wird gelesen (path)")
    path = _text(resource, "path", "resources")
    if "://" in path or "\\" in path or path.startswith(("/", "~")) or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", path):
        raise PackageError("path: Adressen im Netz und absolute Pfade werden nicht gelesen")
    if ".." in PurePosixPath(path).parts:
        raise PackageError("path: ../ führt aus dem Ordner hinaus")
    return (folder / path).as_posix()


def _dialect(resource: Descriptor) -> Dialect:
    """Delimiter and quote of Table Dialect (v1 and v2 flat, Frictionless nested); numbers per field are not supported."""
    given = resource.get("dialect", {})
    csv = {**given, **given.get("csv", {})}
    if csv.get("header", True) is not True or csv.get("headerRows", [1]) != [1]:
        raise PackageError("dialect: die erste Zeile muss die Kopfzeile sein")
    return Dialect(
        encoding=str(resource.get("encoding", "utf-8")),
        delimiter=csv.get("delimiter", ","),
        quote=csv.get("quoteChar", '"'),
        decimal=csv.get("decimalChar", "."),
        thousands=csv.get("groupChar", ""),
    )


def _layout(dialect: Dialect, resource: Descriptor) -> Layout:
    """A description describes: what it leaves out has the standard's value, and nothing is found out."""
    return Layout(
        encoding=dialect.encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        header_row=1,
        decimal=dialect.decimal,
        thousands=dialect.thousands,
        sheet=_sheet(resource),
        footer="",
    )


def _sheet(resource: Descriptor) -> str:
    dialect = resource.get("dialect", {})
    return str(dialect.get("excel", {}).get("sheet", dialect.get("sheetName", "")))


def _table(package: Descriptor, resource: Descriptor, schema: Descriptor, name: str, names: Mapping[str, str]) -> Table:
    if not schema.get("primaryKey"):
        raise PackageError("schema.primaryKey fehlt: ohne Schlüssel kann niemand sagen, welche Zeile sich geändert hat")
    title = schema.get("title") or resource.get("title") or package.get("title") or name
    description = schema.get("description") or resource.get("description") or package.get("description") or ""
    key = [schema["primaryKey"]] if isinstance(schema["primaryKey"], str) else schema["primaryKey"]
    described = [_field(each, key=key) for each in schema["fields"]]
    table = table_from_descriptor(
        name,
        {
            "title": title,
            "description": description,
            "klar:en": schema.get("klar:en", {}),
            "primaryKey": key,
            "fields": described,
            "foreignKeys": [_foreign_key(each, name, names) for each in schema.get("foreignKeys", [])],
        },
    )
    _check_table(table)
    return table


def _field(field: Descriptor, *, key: Sequence[str]) -> Descriptor:
    """A field as `schemas.table` reads it. Raises PackageError that names it."""
    name = _text(field, "name", "schema.fields")
    place = f"Feld »{name}«"
    allowed = [each.value for each in Disclosure]
    if field.get("klar:disclosure") not in allowed:
        raise PackageError(f"{place}: klar:disclosure fehlt oder ist unbekannt (erlaubt: {', '.join(allowed)})")
    if field.get("type", "string") not in _TYPES:
        raise PackageError(f"{place}: der Typ {field['type']!r} wird nicht gelesen; erlaubt: {', '.join(_TYPES)}")
    if unknown := sorted({"decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues"} & field.keys()):
        raise PackageError(f"{place}: {', '.join(unknown)} wird nicht gelesen (Zahlformat: dialect.decimalChar, dialect.groupChar)")
    if field.get("format", "default") not in ("default", "uri", "email"):
        raise PackageError(f"{place}: das Format {field['format']!r} wird nicht gelesen")
    constraints = _constraints(field, place, key)
    codes = field.get("klar:codes") or [{"value": each, "de": each} for each in constraints.get("enum", [])]
    return {
        "title": name,
        "description": "",
        **field,
        "type": field.get("type", "string"),
        "constraints": {name: value for name, value in constraints.items() if name not in ("enum", "unique")},
        "klar:codes": codes,
    }


def _constraints(field: Descriptor, place: str, key: Sequence[str]) -> dict[str, Any]:
    constraints: dict[str, Any] = field.get("constraints", {})
    if unknown := sorted(constraints.keys() - _CONSTRAINTS):
        raise PackageError(f"{place}: die Bedingung {', '.join(unknown)} wird nicht geprüft und deshalb nicht angenommen")
    if constraints.get("unique") and list(key) != [field["name"]]:
        raise PackageError(f"{place}: die Bedingung unique wird nur für den Schlüssel geprüft")
    enum = set(constraints.get("enum", []))
    if field.get("klar:codes") and enum and enum != {each["value"] for each in field["klar:codes"]}:
        raise PackageError(f"{place}: enum und klar:codes nennen verschiedene Werte")
    if "pattern" in constraints:
        _check_pattern(str(constraints["pattern"]), place)
    return constraints


def _check_pattern(pattern: str, place: str) -> None:
    """Frictionless compiles it without a net: a bad one raises, a bad-natured one never ends."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise PackageError(f"{place}: pattern ist kein regulärer Ausdruck") from error
    if len(pattern) > 200 or _REPEATED_GROUP.search(pattern):
        raise PackageError(f"{place}: pattern ist zu lang oder wiederholt eine Gruppe")


def _foreign_key(given: Descriptor, own: str, names: Mapping[str, str]) -> Descriptor:
    columns = [given["fields"]] if isinstance(given["fields"], str) else given["fields"]
    target = given["reference"].get("resource", "")
    table = own if not target else names.get(target, target if target in common_tables() else "")
    if len(columns) != 1 or not table:
        raise PackageError(f"foreignKeys: genau ein Feld und eine bekannte Tabelle werden gebraucht (»{target}« ist unbekannt)")
    return {"fields": columns, "reference": {"resource": table, "fields": given["reference"].get("fields", ["id"])}}


def _check_table(table: Table) -> None:
    if len(set(table.field_names)) != len(table.fields):
        raise PackageError("ein Feldname kommt zweimal vor")
    for name in (*table.key, *(each.field for each in table.foreign_keys)):
        if name not in table.field_names:
            raise PackageError(f"der Schlüssel nennt »{name}«, das kein Feld ist")
    for field in table.fields:
        if identifying(field.name):
            raise DisclosureError(f"Feld »{field.name}« nennt Personen und darf nicht veröffentlicht werden")
    check_disclosure(table, "schema")


def _declaration(package: Descriptor, resource: Descriptor, table: Table, *, alone: bool) -> Declaration:
    words = package if alone else {**package, **{key: resource[key] for key in ("title", "description", "klar:en") if key in resource}}
    english = words.get("klar:en", {})
    title = _text(words, "title", "Paket")
    provenance = package.get("klar:provenance", {})
    return Declaration(
        name=table.name,
        table=table,
        title=Text(de=title, en=english.get("title", "")),
        description=Text(de=_text(words, "description", "Paket"), en=english.get("description", "")),
        themes=tuple(_theme(each) for each in package.get("klar:themes", ["GOVERNMENT"])),
        keywords=tuple(_keywords(package)),
        frequency=_frequency(package.get("klar:frequency", "IRREGULAR")),
        kind=str(package.get("klar:kind", "other")),
        provenance=Text(de=provenance.get("de", "Liste mit eigener Beschreibung (Data Package)."), en=provenance.get("en", "")),
        licence=_licence(package),
        attribution=str(package.get("klar:attribution", "")),
        landing_page=_homepage(package),
        temporal_fields=tuple(each.name for each in table.fields if each.kind == "partial-date" or each.type == "date"),
    )


def _keywords(package: Descriptor) -> Iterator[Text]:
    german_words, english_words = package.get("keywords", []), package.get("klar:en", {}).get("keywords", [])
    if len(english_words) != len(german_words):
        english_words = [""] * len(german_words)
    for de, en in zip(german_words, english_words, strict=True):
        yield Text(de=de, en=en)


def _theme(name: str) -> Theme:
    for each in Theme:
        if name in (each.name, each.code, each.iri):
            return each
    raise PackageError(f"klar:themes: {name!r} gibt es nicht; es gibt {', '.join(each.name for each in Theme)}")


def _frequency(name: str) -> Frequency:
    for each in Frequency:
        if name in (each.name, each.code, each.iri):
            return each
    raise PackageError(f"klar:frequency: {name!r} gibt es nicht")


def _licence(package: Descriptor) -> Licence | None:
    """The publisher's when the package names none."""
    listed = package.get("licenses", [])
    if not listed:
        return None
    if len(listed) != 1:
        raise PackageError("licenses: genau eine Lizenz wird gelesen")
    given = {str(listed[0].get(key, "")).rstrip("/") for key in ("path", "name")}
    for each in Licence:
        if given & {each.iri.rstrip("/"), each.code, each.text_url.rstrip("/")}:
            return each
    raise PackageError("licenses: diese Lizenz steht nicht in der Liste von dcat-ap.de: " + ", ".join(each.code for each in Licence))


def _homepage(package: Descriptor) -> str:
    homepage = str(package.get("homepage", ""))
    if homepage and not homepage.startswith(("http://", "https://")):
        raise PackageError("homepage muss mit http:// oder https:// beginnen")
    return homepage
