"""Rules that hold for every table of the common model."""

import re

import pytest

from schemas.dates import PARTIAL_DATE_PATTERN
from schemas.errors import ConfigurationError
from schemas.table import (
    Disclosure,
    Field,
    Table,
    common_tables,
    descriptor_from_table,
    provenance_fields,
    require_public,
    table_from_descriptor,
)

TABLES = sorted(common_tables())
FIELDS = [(name, field) for name, table in common_tables().items() for field in table.fields] + [
    ("_provenance", each) for each in provenance_fields()
]
KINDS = {"json", "", "partial-date", "uri", "longitude", "latitude", "person-count", "qualifier", "title"}


def table(name: str) -> Table:
    return common_tables()[name]


#: Tables whose rows are named by others.
KEYS = {"upstream_dataset": "uri"}

every_table = pytest.mark.parametrize("name", TABLES)
every_field = pytest.mark.parametrize(("name", "field"), FIELDS, ids=[f"{name}.{field.name}" for name, field in FIELDS])


def test_the_common_model_has_its_fourteen_tables() -> None:
    assert TABLES == [
        "decision",
        "district",
        "event",
        "figure",
        "format",
        "measure_item",
        "organisation",
        "platform_figure",
        "process",
        "project",
        "qa_item",
        "result",
        "station",
        "upstream_dataset",
    ]


@every_field
def test_every_field_is_documented_in_both_languages(name: str, field: Field) -> None:
    for text in (field.title, field.description):
        assert text.de.strip() == text.de != ""
        assert text.en.strip() == text.en != ""
    assert field.description.de[-1] == field.description.en[-1] == "."
    assert len(field.title.de) <= 40


@every_table
def test_every_table_is_documented_in_both_languages(name: str) -> None:
    for text in (table(name).title, table(name).description):
        assert text.de
        assert text.en


@every_field
def test_no_public_table_holds_identifiers_or_words_of_participants(name: str, field: Field) -> None:
    assert field.disclosure in (Disclosure.PUBLIC, Disclosure.QUASI_IDENTIFIER)


def test_a_table_with_an_identifier_is_refused() -> None:
    described = descriptor_from_table(table("process"))
    described["fields"][2]["klar:disclosure"] = "identifier"
    from_outside = table_from_descriptor("process", described)

    with pytest.raises(ConfigurationError, match="title"):
        require_public(from_outside)


@every_field
def test_codes_are_unique_plain_words_with_a_label_in_both_languages(name: str, field: Field) -> None:
    values = [code.value for code in field.codes]

    assert len(values) == len(set(values))
    for code in field.codes:
        assert re.fullmatch(r"[a-z]+([-_][a-z]+)*", code.value)
        assert code.title.de
        assert code.title.en


@every_field
def test_kinds_and_types_are_known_and_fit(name: str, field: Field) -> None:
    assert field.kind in KINDS
    assert field.type in {"string", "integer", "number", "boolean", "date", "datetime"}
    if field.kind in ("partial-date", "uri", "qualifier", "title", "json"):
        assert field.type == "string"
    if field.kind == "partial-date":
        assert field.pattern == PARTIAL_DATE_PATTERN
    if field.kind in ("longitude", "latitude"):
        assert field.type == "number"


@every_field
def test_every_number_says_what_it_counts(name: str, field: Field) -> None:
    sibling_holds_unit = {"value": "unit", "count": "count_unit"}.get(field.name)
    if field.type in ("integer", "number") and not field.unit:
        ordinal = field.name in ("rank", "seq", "changed_run")
        assert ordinal or sibling_holds_unit in table(name).field_names


def test_every_unit_has_a_label_in_the_code_list_of_reported_figures() -> None:
    labelled = {code.value for code in table("figure").field("unit").codes}

    used = {field.unit for _, field in FIELDS if field.unit}
    used |= {code.value for code in table("result").field("count_unit").codes}

    assert used <= labelled
    assert table("platform_figure").field("unit").codes == table("figure").field("unit").codes


def test_what_the_real_facts_need_is_there() -> None:
    qualifiers = [code.value for code in table("process").field("qualifier").codes]

    assert qualifiers == ["exact", "min", "max", "approx", "mixed"]
    assert {"percent", "votes", "persons"} <= {code.value for code in table("figure").field("unit").codes}
    assert not table("result").field("count").required
    assert table("result").field("share_percent").maximum == 100


@every_table
def test_every_table_has_one_key_one_title_and_says_where_a_row_comes_from(name: str) -> None:
    assert table(name).key == (KEYS.get(name, "id"),)
    assert table(name).field(table(name).key[0]).required
    assert [field.kind for field in table(name).fields].count("title") == 1
    if name not in KEYS:  # what was adopted is as its own catalogue says, and row by row says which
        assert table(name).field_names[-4:] == ("note", "source_title", "source_date", "source_date_basis")
    assert "source_url" not in table(name).field_names


@every_table
def test_foreign_keys_lead_from_a_field_to_a_table_with_the_same_kind_of_key(name: str) -> None:
    for key in table(name).foreign_keys:
        assert table(name).field(key.field).pattern == table(key.table).field("id").pattern


def test_the_facts_are_linked_as_far_as_they_allow() -> None:
    links = {(name, key.field): key.table for name in TABLES for key in table(name).foreign_keys}

    assert links[("process", "project_id")] == links[("event", "project_id")] == links[("decision", "project_id")] == "project"
    assert links[("result", "process_id")] == links[("event", "process_id")] == links[("decision", "process_id")] == "process"
    assert links[("format", "process_id")] == links[("qa_item", "process_id")] == links[("measure_item", "process_id")] == "process"
    assert links[("measure_item", "decision_id")] == "decision"
    assert links[("qa_item", "event_id")] == "event"
    assert links[("project", "district_id")] == links[("station", "district_id")] == "district"
    assert links[("organisation", "successor_id")] == "organisation"


def test_provenance_columns_are_the_agreed_ones_in_their_order() -> None:
    assert [each.name for each in provenance_fields()] == [
        "source",
        "source_url",
        "changed_at",
        "changed_run",
        "row_state",
        "row_state_since",
    ]
    states = next(each for each in provenance_fields() if each.name == "row_state").codes
    assert [code.value for code in states] == ["current", "missing", "stale"]


@every_table
def test_no_own_field_is_called_like_a_provenance_column(name: str) -> None:
    assert not set(table(name).field_names) & {each.name for each in provenance_fields()}
    assert len(set(table(name).published().field_names)) == len(table(name).published().field_names)


@every_table
def test_a_table_survives_being_written_and_read(name: str) -> None:
    assert table_from_descriptor(name, descriptor_from_table(table(name))) == table(name)


def test_patterns_have_no_alternation_at_top_level() -> None:
    """Frictionless puts ^ and $ around a pattern without brackets, so that one would be cut in two."""
    for pattern in {field.pattern for _, field in FIELDS}:
        depth, outside = 0, ""
        for character in pattern:
            depth += {"(": 1, ")": -1}.get(character, 0)
            outside += character if depth == 0 else ""
        assert "|" not in outside


@pytest.mark.parametrize(
    ("key", "wrong", "named"),
    [
        ("klar:disclosure", None, "klar:disclosure"),
        ("klar:disclosure", "secret", "secret"),
        ("title", None, "title"),
        ("description", None, "description"),
    ],
)
def test_a_field_that_says_too_little_is_refused_by_name(key: str, wrong: str | None, named: str) -> None:
    described = descriptor_from_table(table("event"))
    field = described["fields"][3]
    if wrong is None:
        del field[key]
    else:
        field[key] = wrong

    with pytest.raises(ConfigurationError, match=rf"'event', Feld 'title': .*{named}"):
        table_from_descriptor("event", described)


def test_a_table_without_a_key_is_refused_by_name() -> None:
    described = descriptor_from_table(table("event"))
    del described["primaryKey"]

    with pytest.raises(ConfigurationError, match="'event': 'primaryKey' fehlt"):
        table_from_descriptor("event", described)


def test_codes_become_the_enumeration_that_frictionless_checks() -> None:
    fields = {each["name"]: each for each in descriptor_from_table(table("process"))["fields"]}

    assert fields["mode"]["constraints"]["enum"] == ["analog", "digital", "hybrid", "unknown"]
    assert "enum" not in fields["title"].get("constraints", {})


def test_an_unknown_field_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="wetter"):
        table("process").field("wetter")
