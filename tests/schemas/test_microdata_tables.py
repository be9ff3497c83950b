"""Rules that hold for every table about single persons."""

import pytest

from schemas.errors import ConfigurationError
from schemas.table import (
    PERSON,
    Disclosure,
    Field,
    common_tables,
    descriptor_from_table,
    microdata_tables,
    require_pseudonymous,
    require_public,
    table_from_descriptor,
)

TABLES = microdata_tables()
FIELDS = [(name, field) for name, table in TABLES.items() for field in table.fields]
every_table = pytest.mark.parametrize("name", sorted(TABLES))
every_field = pytest.mark.parametrize(("name", "field"), FIELDS, ids=[f"{name}.{field.name}" for name, field in FIELDS])


def test_there_are_five_and_none_is_public() -> None:
    assert sorted(TABLES) == ["answer", "ballot", "contribution", "registration", "report"]
    assert not TABLES.keys() & common_tables().keys()


@every_table
def test_none_of_them_may_be_published(name: str) -> None:
    with pytest.raises(ConfigurationError, match="darf nicht"):
        require_public(TABLES[name])


@every_field
def test_every_field_says_in_both_languages_what_it_is_for(name: str, field: Field) -> None:
    for text in (field.title, field.description):
        assert text.de.strip() == text.de != ""
        assert text.en.strip() == text.en != ""
    assert field.description.de[-1] == field.description.en[-1] == "."
    assert len(field.title.de) <= 40
    assert all(each.title.de and each.title.en for each in field.codes)


@every_field
def test_only_a_pseudonym_names_a_person_and_only_free_text_is_in_her_words(name: str, field: Field) -> None:
    assert (field.disclosure is Disclosure.IDENTIFIER) == (field.kind == PERSON) == (field.name == "person")
    assert (field.disclosure is Disclosure.FREE_TEXT) == (field.name in ("text", "title", "place"))


@every_table
def test_every_row_has_a_name_may_belong_to_a_process_and_says_whether_it_is_invented(name: str) -> None:
    table = TABLES[name]

    assert table.key[-1] == "id"
    assert table.field("process_id").required == (table.key == ("process_id", "id"))
    assert table.field("synthetic").type == "boolean"
    assert {each.table for each in table.foreign_keys} >= {"process", "district"}


@pytest.mark.parametrize(("field", "value"), [("klar:disclosure", "identifier"), ("klar:kind", "person")])
def test_a_second_way_to_name_persons_is_refused(field: str, value: str) -> None:
    described = descriptor_from_table(TABLES["answer"])
    described["fields"][0][field] = value

    with pytest.raises(ConfigurationError, match="Pseudonym"):
        require_pseudonymous(table_from_descriptor("answer", described))


def test_a_table_of_both_kinds_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="öffentliche"):
        require_pseudonymous(table_from_descriptor("event", descriptor_from_table(TABLES["answer"])))
