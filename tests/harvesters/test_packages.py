"""Data Packages that staff drop: what becomes a data set, and what is refused by name."""

import copy
import json
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.packages import Resource, resources_of
from schemas.errors import ConfigurationError, DisclosureError, MappingError
from schemas.table import ForeignKey
from schemas.values import Frequency, Licence, Text, Theme


def field(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", "title": name.title(), "description": name, "klar:disclosure": "public", **more}


def resource(name: str = "firmen", **more: Any) -> dict[str, Any]:
    schema = {"primaryKey": "id", "fields": [field("id"), field("name"), field("zahl", type="integer")]}
    return {"name": name, "path": f"{name}.csv", "schema": {**schema, **more.pop("schema", {})}, **more}


def package(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    words = {"name": "betriebe", "title": "Betriebe", "description": "Wer mitmacht."}
    return {**words, "resources": list(resources or [resource()]), **more}


def read(descriptor: object) -> tuple[Resource, ...]:
    return resources_of(json.dumps(descriptor).encode(), PurePosixPath("ordner"))


def refused(descriptor: object) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(descriptor)
    return caught.value.detail


def test_a_package_becomes_a_declaration_in_both_languages() -> None:
    content = package(
        keywords=["Betrieb", "Innenstadt"],
        licenses=[{"path": "http://dcat-ap.de/def/licenses/dl-by-de/2.0"}],
        homepage="https://example.org",
        **{
            "klar:en": {"title": "Firms", "description": "Who takes part.", "keywords": ["firm", "city centre"]},
            "klar:themes": ["ECONOMY", "REGI"],
            "klar:frequency": "ANNUAL",
            "klar:provenance": {"de": "Liste des Amts"},
        },
    )

    (found,) = read(content)

    made = found.declaration
    assert (made.name, made.title, made.description) == (
        "betriebe",
        Text(de="Betriebe", en="Firms"),
        Text(de="Wer mitmacht.", en="Who takes part."),
    )
    assert made.keywords == (Text(de="Betrieb", en="firm"), Text(de="Innenstadt", en="city centre"))
    assert (made.themes, made.frequency) == ((Theme.ECONOMY, Theme.REGIONS), Frequency.ANNUAL)
    assert (made.licence, made.landing_page, made.provenance.de) == (Licence.DL_BY_2, "https://example.org", "Liste des Amts")
    assert (found.address, made.table.key, made.table.field_names) == ("ordner/firmen.csv", ("id",), ("id", "name", "zahl"))


def test_several_resources_become_several_data_sets_that_may_point_to_each_other() -> None:
    keys = [
        {"fields": "name", "reference": {"resource": "firmen", "fields": "id"}},
        {"fields": ["zahl"], "reference": {"resource": "district", "fields": ["id"]}},
    ]

    one, other = read(package(resource(), resource("orte", title="Orte", schema={"foreignKeys": keys})))

    assert (one.declaration.name, other.declaration.name) == ("betriebe-firmen", "betriebe-orte")
    assert (one.declaration.title.de, other.declaration.title.de) == ("Betriebe", "Orte")
    assert other.declaration.table.foreign_keys == (
        ForeignKey(field="name", table="betriebe-firmen"),
        ForeignKey(field="zahl", table="district"),
    )


def test_the_dialect_of_the_package_is_pinned() -> None:
    dialect = {"delimiter": ";", "decimalChar": ",", "groupChar": "."}

    (found,) = read(package(resource(encoding="cp1252", dialect=dialect)))

    assert (found.layout.delimiter, found.layout.encoding, found.layout.header_row) == (";", "cp1252", 1)
    assert (found.layout.decimal, found.layout.thousands, found.layout.footer) == (",", ".", "")


def test_an_enum_becomes_a_code_list() -> None:
    (found,) = read(package(resource(schema={"fields": [field("id", constraints={"enum": ["a", "b"], "required": True})]})))

    assert [each.value for each in found.declaration.table.field("id").codes] == ["a", "b"]
    assert found.declaration.table.field("id").required


def changed(**more: Any) -> dict[str, Any]:
    return package(resource(**more))


def with_field(**more: Any) -> dict[str, Any]:
    return changed(schema={"fields": [field("id"), field("name", **more)]})


@pytest.mark.parametrize(
    ("descriptor", "message"),
    [
        ([], "Inhalt muss eine Tabelle sein"),
        ({}, "resources fehlt"),
        (package(name=" "), "name ist leer"),
        (package(title=None), "title muss Text sein"),
        (package(name="projekte"), "gehört dem gemeinsamen Modell"),
        (package(name="process"), "gehört dem gemeinsamen Modell"),
        (package(name="!"), "kann kein Name"),
        (package(resource(), resource()), "gibt es zweimal"),
        (package(licenses=[{"name": "geheim"}]), "Lizenz steht nicht in der Liste"),
        (package(homepage="javascript:alert(1)"), "homepage"),
        (package(**{"klar:themes": ["SPASS"]}), "SPASS"),
        (package(**{"klar:frequency": "NEVERMORE"}), "NEVERMORE"),
        (changed(path="https://example.org/a.csv"), "Adressen im Netz"),
        (changed(path="http:a.csv"), "Adressen im Netz"),
        (changed(path="file:///etc/passwd"), "Adressen im Netz"),
        (changed(path="/etc/passwd"), "absolute Pfade"),
        (changed(path="C:\\a.csv"), "absolute Pfade"),
        (changed(path="../a.csv"), "../"),
        (changed(path="b/../../a.csv"), "../"),
        (changed(path=["a.csv", "b.csv"]), "path fehlt"),
        (changed(data=[{"id": "a"}]), "nur eine Datei"),
        (changed(schema={"primaryKey": None}), "primaryKey fehlt"),
        (changed(schema={"primaryKey": "nummer"}), "»nummer«"),
        (package({**resource(), "schema": "https://example.org/schema.json"}), "schema fehlt"),
        (changed(schema={"fields": [field("id"), field("id")]}), "zweimal"),
        (changed(dialect={"header": False}), "Kopfzeile"),
        (changed(dialect={"delimiter": "::"}), "dialect"),
        (changed(encoding="utf-99"), "utf-99"),
        (with_field(**{"klar:disclosure": None}), "Feld »name«: klar:disclosure fehlt"),
        (with_field(**{"klar:disclosure": "secret"}), "Feld »name«: klar:disclosure"),
        (with_field(type="any"), "Feld »name«: der Typ 'any'"),
        (with_field(type="date", format="any"), "Feld »name«: das Format 'any'"),
        (with_field(trueValues=["ok"]), "Feld »name«: trueValues"),
        (with_field(constraints={"minLength": 3}), "minLength"),
        (with_field(constraints={"unique": True}), "unique"),
        (with_field(constraints={"minimum": "2024-01-01"}), "minimum muss eine Zahl sein"),
        (with_field(constraints={"pattern": "("}), "kein regulärer Ausdruck"),
        (with_field(constraints={"pattern": "(a+)+"}), "wiederholt eine Gruppe"),
        (with_field(constraints={"pattern": "(a|a)*b"}), "wiederholt eine Gruppe"),
        (changed(schema={"foreignKeys": [{"fields": "name", "reference": {"resource": "nirgends"}}]}), "nirgends"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(descriptor: object, message: str) -> None:
    assert message in refused(descriptor)


@pytest.mark.parametrize("change", [{"klar:disclosure": "identifier"}, {"klar:disclosure": "free-text"}])
def test_personal_fields_are_refused_as_such(change: dict[str, str]) -> None:
    with pytest.raises(DisclosureError, match="name"):
        read(with_field(**change))


def test_a_field_that_is_known_to_name_persons_is_refused_whatever_it_declares() -> None:
    with pytest.raises(DisclosureError, match="E-Mail"):
        read(changed(schema={"fields": [field("id"), field("E-Mail")]}))


def test_an_optional_group_in_a_pattern_is_harmless() -> None:
    (found,) = read(with_field(constraints={"pattern": r"\d{4}(?:-\d{2})?"}))

    assert found.declaration.table.field("name").pattern


_PLACES: list[tuple[str | int, ...]] = [
    ("name",),
    ("title",),
    ("keywords",),
    ("licenses",),
    ("klar:en",),
    ("klar:themes",),
    ("klar:provenance",),
    ("resources",),
    ("resources", 0),
    ("resources", 0, "path"),
    ("resources", 0, "dialect"),
    ("resources", 0, "encoding"),
    ("resources", 0, "schema"),
    ("resources", 0, "schema", "primaryKey"),
    ("resources", 0, "schema", "missingValues"),
    ("resources", 0, "schema", "klar:en"),
    ("resources", 0, "schema", "foreignKeys"),
    ("resources", 0, "schema", "fields"),
    ("resources", 0, "schema", "fields", 1),
    ("resources", 0, "schema", "fields", 1, "type"),
    ("resources", 0, "schema", "fields", 1, "format"),
    ("resources", 0, "schema", "fields", 1, "title"),
    ("resources", 0, "schema", "fields", 1, "constraints"),
    ("resources", 0, "schema", "fields", 1, "klar:en"),
    ("resources", 0, "schema", "fields", 1, "klar:codes"),
    ("resources", 0, "schema", "fields", 1, "klar:kind"),
    ("resources", 0, "schema", "fields", 1, "klar:disclosure"),
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.text("ab/.:", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["name", "csv", "excel", "reference", "fields", "resource", "enum", "value", "de", "title", "pattern"]), inner
        )
    ),
    max_leaves=5,
)


@given(st.sampled_from(_PLACES), _JSON)
def test_any_content_anywhere_is_read_or_refused(place: tuple[str | int, ...], content: object) -> None:
    descriptor: Any = copy.deepcopy(package())
    target = descriptor
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = content
    try:
        found = read(descriptor)
    except MappingError:
        return
    assert found


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(MappingError):
        resources_of(content, PurePosixPath("ordner"))
