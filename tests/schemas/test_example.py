"""The bundled example: real facts, complete, valid under the common model, each with its source."""

import csv
import io
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package, Resource, Schema

from schemas.aliases import load_aliases
from schemas.cube_files import declared_cubes, shipped_cubes
from schemas.dates import PARTIAL_DATE_PATTERN
from schemas.row import Row
from schemas.rules import identifying, is_acceptable, row_findings
from schemas.table import Disclosure, common_tables, descriptor_from_table, require_public, table_from_descriptor
from schemas.values import Frequency, Licence, Theme
from tests import synthetic
from tests.schemas.example import CONFIG, EXAMPLE, TABLES, mapped_microdata, mapped_tables, rows_of, slug
from tests.shared import SHARED

COUNTS = {
    "project": 48,
    "process": 53,
    "result": 45,
    "event": 40,
    "station": 37,
    "platform_figure": 19,
    "district": 11,
    "decision": 21,
    "format": 54,
    "qa_item": 34,
    "measure_item": 21,
}
LISTS = sorted(EXAMPLE.glob("drop/*/datapackage.json"))
every_table = pytest.mark.parametrize("table", TABLES)
facts = pytest.mark.skipif(not (SHARED / "kl").is_dir(), reason=f"no researched facts in {SHARED / 'kl'}")


def test_every_table_of_the_common_model_is_filled_and_the_facts_are_complete() -> None:
    assert sorted(mapped_tables()) == TABLES
    assert {table: len(rows_of(table)) for table in COUNTS} == COUNTS


@every_table
def test_every_column_is_mapped_or_skipped_and_none_names_a_person(table: str) -> None:
    mapped = mapped_tables()[table]
    header = set(mapped.records()[0])

    assert mapped.taken() == header
    assert not [column for column in header if identifying(column)]
    assert set(mapped.mapping["columns"]) <= {*mapped.table.field_names, "source_url"}
    assert set(mapped.mapping.get("skip", {}).values()) <= {"redundant", "internal", "identifier", "free-text"}


@every_table
def test_every_code_a_mapping_writes_is_in_the_code_list(table: str) -> None:
    mapped = mapped_tables()[table]

    for name, rule in mapped.mapping["columns"].items():
        known = {code.value for code in mapped.table.field(name).codes} if name != "source_url" else set()
        if known and isinstance(rule, dict) and "codes" in rule:
            assert set(rule["codes"].values()) <= known


@every_table
def test_every_row_names_its_source(table: str) -> None:
    for row in rows_of(table):
        assert row.values["source_title"]
        assert row.source_url == "" or re.match(r"https?://", row.source_url)
        assert (row.values["source_date"] is None) == (row.values["source_date_basis"] == "unknown")


@every_table
def test_keys_are_unique(table: str) -> None:
    keys = [row.key for row in rows_of(table)]

    assert len(keys) == len(set(keys))


@every_table
def test_every_foreign_key_leads_to_a_row(table: str) -> None:
    for key in common_tables()[table].foreign_keys:
        targets = {row.key for row in rows_of(key.table)} if key.table in mapped_tables() else set()
        assert [row.values[key.field] for row in rows_of(table) if row.values[key.field] not in {None, *targets}] == []


def test_sources_stand_in_the_order_in_which_they_refer_to_each_other() -> None:
    order = [mapped.table.name for mapped in mapped_tables().values()]

    for name in order:
        for key in common_tables()[name].foreign_keys:
            assert key.table not in order or order.index(key.table) <= order.index(name)


def test_reported_figures_are_about_things_that_exist() -> None:
    holders = {
        "process": "process",
        "event": "event",
        "project": "project",
        "platform": "project",
        "decision": "decision",
        "city": "district",
    }
    for row in rows_of("figure"):
        assert row.values["subject_id"] in {each.key for each in rows_of(holders[str(row.values["subject_kind"])])}


def test_every_table_is_valid_for_frictionless() -> None:
    assert {table: _errors(table, rows_of(table)) for table in TABLES} == {table: [] for table in TABLES}


@pytest.mark.parametrize(
    ("table", "field", "value", "error"),
    [
        ("process", "mode", "hybridd", "constraint-error"),
        ("process", "start", "12.06.2023", "constraint-error"),
        ("process", "title", None, "constraint-error"),
        ("result", "share_percent", 101, "constraint-error"),
        ("process", "participants", "viele", "type-error"),
        ("district", "ags", "0731200", "constraint-error"),
        ("event", "start_time", "25:00", "constraint-error"),
    ],
)
def test_a_planted_error_is_found_by_frictionless(table: str, field: str, value: Any, error: str) -> None:
    first, *_ = rows_of(table)
    broken = Row(table=table, key=first.key, values={**first.values, field: value})

    assert _errors(table, (broken,)) == [(field, error)]


def _errors(table: str, rows: tuple[Row, ...]) -> list[tuple[str, str]]:
    schema = Schema.from_descriptor(descriptor_from_table(common_tables()[table], foreign_keys=False))
    report = Resource(data=_csv(rows), format="csv", scheme="buffer", schema=schema).validate()
    return [(str(error.to_descriptor().get("fieldName", "")), str(error.type)) for task in report.tasks for error in task.errors]


def _csv(rows: tuple[Row, ...]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0].values), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: str(value).lower() if isinstance(value, bool) else value for name, value in row.values.items()} for row in rows)
    return text.getvalue().encode()


def test_only_the_two_small_counts_wait_for_a_person() -> None:
    found = {
        (row.table, row.key): [each.code for each in row_findings(common_tables()[row.table], row)]
        for table in TABLES
        for row in rows_of(table)
    }

    waiting = {place: codes for place, codes in found.items() if codes}
    assert waiting == {
        ("process", "buergerbegehung-hauptbahnhof-2023"): ["small-person-count"],
        ("event", "buergerbegehung"): ["small-person-count"],
    }
    assert all(is_acceptable(code) for codes in waiting.values() for code in codes)


def test_nothing_but_the_waiting_event_refers_to_the_waiting_process() -> None:
    referring = [
        (table, row.key)
        for table in TABLES
        for key in common_tables()[table].foreign_keys
        for row in rows_of(table)
        if row.values[key.field] == "buergerbegehung-hauptbahnhof-2023"
    ]

    assert referring == [("event", "buergerbegehung")]


def test_contradicting_figures_stand_side_by_side() -> None:
    said = {
        (row.values["value"], row.values["qualifier"])
        for row in rows_of("figure")
        if row.values["subject_id"] == "einwohnerversammlung-2020"
    }

    assert said == {(250.0, "min"), (300.0, "max"), (300.0, "min")}


def test_eight_model_projects_were_announced_and_seven_are_named() -> None:
    said = {(row.values["measure"], row.values["value"]) for row in rows_of("figure") if row.values["unit"] == "projects"}

    assert said == {("projects-announced", 8.0), ("projects-named", 7.0)}
    assert sum(row.values["smart_city_model_project"] is True for row in rows_of("project")) == 8


@pytest.mark.parametrize("row", rows_of("figure"), ids=lambda each: each.key)
def test_an_assertion_is_a_number_with_its_unit_and_qualifier_or_a_statement_in_words(row: Row) -> None:
    number, words = row.values["value"], row.values["value_text"]

    assert (number is None) != (words is None)
    assert (number is None) == (row.values["unit"] is None) == (row.values["qualifier"] is None)
    assert row.values["asserted_by"]


def test_the_wound_up_company_has_a_successor() -> None:
    (company,) = [row for row in rows_of("organisation") if row.key == "kl-digital-gmbh"]

    assert company.values["valid_to"] == "2026-06-30"
    assert company.values["successor_id"] == "referat-digitalisierung-und-innovation"


@pytest.mark.parametrize("name", ["KLMitWirkung", "KLmitWirkung", "KL MitWirkung", "Kaiserslautern MitWirkung", "klmitwirkung.de"])
def test_every_spelling_of_the_platform_leads_to_its_project(name: str) -> None:
    assert load_aliases(EXAMPLE / "aliases.toml").resolve(name, "project") == "klmitwirkung"


def test_names_lead_to_rows_and_what_is_only_supposed_is_found_and_moves_none() -> None:
    known = load_aliases(EXAMPLE / "aliases.toml")

    assert all(each.id in {row.key for row in rows_of(each.table)} for each in known.things)
    assert [known.resolve(each, "project") for each in ("Dritter Ort", "Dritte Orte", "Dialog Zivilgesellschaft")] == [
        "stadt-raum-wir", "stadt-raum-wir", None,
    ]  # fmt: skip
    assert ["Lautrer", "Stadtdialog"] in list(known.variants(["Dialog", "Zivilgesellschaft"]))
    assert known.resolve("KLdigital GmbH", "organisation") == "kl-digital-gmbh"


def test_organisations_that_lead_decide_or_operate_are_listed() -> None:
    listed = {row.values["name"] for row in rows_of("organisation")}
    named = {
        row.values[field]
        for table, field in [("project", "lead_organisation"), ("station", "operator"), ("decision", "body"), ("process", "decision_body")]
        for row in rows_of(table)
    }

    assert named - {None} <= listed
    assert all(row.key == slug(str(row.values["name"])) for row in rows_of("organisation"))


#: Table -> researched file and "our field=its column" (the column alone where both are called the same).
FACTS = {
    "project": "projects title start end programme=funding_programme summary=short_description former_titles=former_title partners",
    "process": "processes title start end participants contributions votes qualifier result_summary decision_date website=process_url",
    "result": "results process_id question=question_or_group option rank count=votes share_percent qualifier",
    "event": "events title start=date end=end_date start_time=time place capacity registrations attendees qualifier",
    "station": "sensors name operator observed_property unit longitude latitude since until position_basis",
    "platform_figure": "platform_kpis date platform value qualifier",
    "district": "districts name population population_date area_km2 polygon_area_km2 longitude latitude postal_code incorporated",
    "decision": "council date body decision outcome_text=result votes_yes votes_no votes_abstain reference",
}


@facts
@pytest.mark.parametrize("table", sorted(FACTS))
def test_every_researched_fact_its_qualifier_and_its_source_are_kept(table: str) -> None:
    name, *pairs = FACTS[table].split()
    fields = {pair.partition("=")[0]: pair.rpartition("=")[2] for pair in pairs}
    with (SHARED / "kl" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        researched = list(csv.DictReader(file))

    for fact, row in zip(researched, rows_of(table), strict=True):
        assert [_plain(row.values[ours]) for ours in fields] == [_plain(fact[theirs] or None) for theirs in fields.values()]
        assert row.source_url == (fact["source_url"] if fact["source_url"].startswith("http") else "")
        assert (row.values["source_date"] or "", row.values["source_date_basis"]) == (fact["source_date"], fact["source_date_basis"])


def _plain(value: object) -> object:
    try:
        return float(str(value))
    except ValueError:
        return value


@pytest.mark.parametrize("path", LISTS, ids=lambda each: each.parent.name)
def test_a_list_with_its_own_schema_declares_everything_klar_asks_for(path: Path) -> None:
    package = json.loads(path.read_text(encoding="utf-8"))
    (resource,) = package["resources"]
    own = table_from_descriptor(package["name"], resource["schema"])

    require_public(own)
    assert {field.disclosure for field in own.fields} == {Disclosure.PUBLIC}
    assert all(field.title.en and field.description.en for field in own.fields)
    assert {field.pattern for field in own.fields if field.kind == "partial-date"} == {PARTIAL_DATE_PATTERN}
    assert Licence.from_iri(package["licenses"][0]["path"]) is Licence.DL_ZERO_2
    assert all(Theme[each] for each in package["klar:themes"])
    assert Frequency[package["klar:frequency"]]


@pytest.mark.parametrize("path", LISTS, ids=lambda each: each.parent.name)
def test_a_list_with_its_own_schema_is_a_valid_data_package(path: Path) -> None:
    assert Package(str(path)).validate().valid


def test_four_renewal_areas_were_announced_and_three_are_named() -> None:
    with (EXAMPLE / "drop" / "erneuerungsgebiete" / "gebiete.csv").open(encoding="utf-8", newline="") as file:
        names = [record["name"] for record in csv.DictReader(file)]

    assert len(names) == 4
    assert [name for name in names if name] == ["KL-Einsiedlerhof", "KL-Ost", "Innenstadt West"]


def test_the_configuration_publishes_the_example_as_not_official() -> None:
    assert CONFIG["site"]["official"] is False
    assert {source["review"] for source in CONFIG["source"]} == {"never"}
    assert Licence.from_iri(CONFIG["publisher"]["licence"]) is Licence.DL_ZERO_2


@pytest.mark.parametrize("source", CONFIG["source"], ids=lambda each: each["name"])
def test_every_source_has_a_folder_and_a_guard_that_its_rows_pass(source: dict[str, Any]) -> None:
    mapped = (*mapped_tables().values(), *mapped_microdata().values())
    counts = [len(each.records()) for each in mapped if each.source == source["name"]] or [4]

    assert (EXAMPLE / source["url"]).is_dir()
    assert min(counts) / 2 < source["at_least"] <= min(counts)


def test_every_file_of_the_drop_folder_belongs_to_a_source() -> None:
    used = {mapped.path for mapped in (*mapped_tables().values(), *mapped_microdata().values())}
    own = {path for folder in LISTS for path in folder.parent.iterdir()}

    assert {path for path in EXAMPLE.glob("drop/**/*") if path.is_file()} == used | own


def test_the_example_shows_files_as_german_offices_save_them() -> None:
    dialect = mapped_tables()["district"].mapping["dialect"]
    (city, *_) = mapped_tables()["district"].records()

    assert (dialect["delimiter"], dialect["decimal"], dialect["thousands"]) == (";", ",", ".")
    assert (city["Einwohner"], city["Stichtag"], city["Fläche in km²"]) == ("101.961", "31.12.2023", "139,7")


@pytest.mark.parametrize(
    "page", ["impressum", "datenschutz", "barrierefreiheit", "leichte-sprache", "gebaerdensprache", "nutzung", "kontakt"]
)
def test_every_legal_page_says_first_that_it_is_a_template(page: str) -> None:
    lines = (EXAMPLE / "legal" / f"{page}.md").read_text(encoding="utf-8").splitlines()

    assert lines[0] == "<!-- klar: Vorlage -->"
    assert lines[2].startswith("> **Vorlage.**")
    assert any(line.startswith("# ") for line in lines)
    assert f"legal/{page}.md" in CONFIG["legal"].values()


def test_the_example_holds_no_paths_of_a_machine_and_no_names_of_research_files() -> None:
    for path in (each for each in EXAMPLE.rglob("*") if each.is_file()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:^|[\s\"'=(])/(?:work|home|tmp)/|\d{3}_[0-9a-f]{16}|[Ss]eed \d|NOTES", text), path.name


def test_every_curated_entry_says_who_and_why() -> None:
    for path in EXAMPLE.glob("curation/*.toml"):
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).values():
            assert entry["who"]
            assert entry["why"]


def test_the_only_microdata_are_invented_and_say_so_in_every_row() -> None:
    (mapped,) = mapped_microdata().values()
    source = next(each for each in CONFIG["source"] if each["name"] == mapped.source)

    assert mapped.path.read_text(encoding="utf-8") == synthetic.content()
    assert {each["synthetisch"] for each in mapped.records()} == {"ja"}
    assert all(each["person"].startswith("erfunden-") for each in mapped.records())
    assert source["title"] == "Demonstration (synthetisch)"
    assert source["personal_data"] is True


def test_the_invented_survey_has_the_published_totals() -> None:
    answers = Counter((way, answer) for _, _, _, _, _, answer, way, *_ in synthetic.rows())
    said, ways = Counter[str](), Counter[str]()
    for (way, answer), persons in answers.items():
        said[answer] += persons
        ways[way] += persons

    assert answers.total() == 893
    assert ways["fuss"] == 20
    assert [round(100 * said[each] / 893) for each in ("zufrieden", "unzufrieden")] == [40, 52]
    assert round(100 * answers["rad", "zufrieden"] / ways["rad"]) == 70
    assert round(100 * answers["pkw", "unzufrieden"] / ways["pkw"]) == 89


def test_the_example_declares_its_demonstration() -> None:
    (name,) = declared_cubes(EXAMPLE / "cubes").keys() - shipped_cubes().keys()
    cube = declared_cubes(EXAMPLE / "cubes")[name].cube

    assert cube.demonstration
    assert cube.title.de.startswith("Demonstration (synthetisch)")
    assert [each.value for each in declared_cubes(EXAMPLE / "cubes")[name].reported] == [893]
