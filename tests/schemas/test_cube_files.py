"""Declarations of statistics are read strictly, and say where they are wrong."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.cube_files import cube_from, declared_cubes, shipped_cubes
from schemas.cube_plan import CubePlan, Rows, about_of
from schemas.errors import ConfigurationError
from schemas.periods import Bin, bin_of, code_of, code_of_partial, codes_between, first_day, title_of
from schemas.row import Value
from schemas.statistics import UNKNOWN, Profile, Role, Unit

CUBE = """\
name: probe
title: {de: Probe, en: Probe}
notes: {de: Hinweis, en: Note}
base_population: {de: alle, en: all}
measure: {name: persons, title: {de: Personen, en: Persons}, unit: persons}
profile: round5
gate: phase-end
count: {distinct: person, rows: [{table: answer, where: {question: zufrieden}}]}
dimensions:
  - name: option
    title: {de: Antwort, en: Answer}
    person_attribute: false
    field: option
    categories:
      - {code: ja, title: {de: Ja, en: "Yes"}, from: [ja, jein]}
      - {code: nein, title: {de: Nein, en: "No"}}
  - name: age
    title: {de: Alter, en: Age}
    person_attribute: true
    field: age_group
  - name: gender
    title: {de: Geschlecht, en: Gender}
    person_attribute: true
    sensitive: true
    field: gender
  - name: district
    title: {de: Ortsbezirk, en: District}
    person_attribute: true
    role: geo
    field: district_id
    categories_of: {table: district, title: name, size: population}
tables:
  - []
  - [option, age]
  - [age, gender]
default_table: []
merge_small: {dimension: district, below: 3000, title: {de: übrige, en: other}}
coarsen:
  - {dimension: age, groups: [[under-18, 18-29]]}
  - {dimension: age}
"""


LISTED = """\
    categories:
      - {code: ja, title: {de: Ja, en: "Yes"}, from: [ja, jein]}
      - {code: nein, title: {de: Nein, en: "No"}}
"""


CHOSEN = """\
    chosen: {rest: {code: other, title: {de: übrige, en: other}}}
"""
PRESENT = """\
    present:
      field: answered_on
      there: {code: there, title: {de: da, en: there}}
      missing: {code: missing, title: {de: fehlt, en: missing}}
"""


def made(old: str = "", new: str = "") -> CubePlan:
    assert old in CUBE
    return cube_from(CUBE.replace(old, new, 1), "probe.yaml")


def test_a_declaration_says_all_of_a_cube_and_of_how_it_is_counted() -> None:
    plan = made()

    assert [each.name for each in plan.cube.dimensions] == ["option", "age", "gender", "district"]
    assert plan.cube.dimension("option").codes == ("ja", "nein", UNKNOWN)
    assert plan.cube.dimension("age").codes[0] == "under-18"
    assert (plan.cube.dimension("district").role, plan.cube.dimension("gender").sensitive) == (Role.GEO, True)
    assert plan.rows[0].where == {"question": ("zufrieden",)}
    assert [(each.dimension, each.groups) for each in plan.coarsening] == [("age", (("under-18", "18-29"),)), ("age", ())]
    assert plan.merging is not None
    assert plan.merging.below == 3000


@pytest.mark.parametrize(
    ("rows", "about"),
    [
        ([Rows(table="answer", where={"process_id": ("b", "a")})], (("process", "a"), ("process", "b"))),
        ([Rows(table="answer", where={"process_id": ("a",)}), Rows(table="ballot")], ()),
        ([Rows(table="event", where={"project_id": ("p",)})], (("project", "p"),)),
        ([Rows(table="answer", where={"question": ("a",)})], ()),
    ],
)
def test_a_statistic_is_about_what_all_its_rows_are_limited_to(rows: list[Rows], about: tuple[tuple[str, str], ...]) -> None:
    assert about_of(rows) == about


def test_a_dimension_may_be_what_persons_chose_or_whether_there_is_anything() -> None:
    chosen = cube_from(
        CUBE.replace(LISTED, CHOSEN).replace("round5", "round10").replace("  - [option, age]\n", "  - [option]\n"), "probe.yaml"
    )
    present = made("    field: option\n" + LISTED, PRESENT)

    assert chosen.chosen == ("option",)
    assert chosen.cube.dimension("option").codes == ("other", UNKNOWN)
    assert present.cube.dimension("option").codes == ("there", "missing", UNKNOWN)


BREAKS = """\
gate: phase-end
breaks:
  - {date: "2023-07", de: Seitdem braucht man ein Konto., en: An account is needed since then.}
  - {date: "2025-01-01", de: Neue Zählweise., en: Counted anew.}
"""


def test_a_series_says_from_when_on_it_means_something_else() -> None:
    first, second = made("gate: phase-end\n", BREAKS).cube.breaks

    assert first.sentence.de == "Bruch in der Reihe ab 07.2023: Seitdem braucht man ein Konto."
    assert first.sentence.en == "Break in the series from 2023-07 on: An account is needed since then."
    assert second.sentence.de.startswith("Bruch in der Reihe ab 01.01.2025")
    assert made().cube.breaks == ()


WRONG = {
    "no date of a break": ("gate: phase-end\n", BREAKS.replace("2023-07", "Mitte 2023"), 9, "Datum"),
    "breaks in no order": ("gate: phase-end\n", BREAKS.replace("2023-07", "2026"), 9, "Reihenfolge"),
    "break in one language": ("gate: phase-end\n", BREAKS.replace(", en: Counted anew.", ""), 10, "en"),
    "unknown key": ("gate: phase-end", "gate: phase-end\nfarbe: rot", 8, "farbe"),
    "unknown key deep": ("    sensitive: true", "    sensitive: true\n    geheim: true", 24, "geheim"),
    "missing key": ("gate: phase-end\n", "", 1, "gate"),
    "twice": ("gate: phase-end", "gate: phase-end\ngate: none", 8, "zweimal"),
    "english title": ("title: {de: Probe, en: Probe}", "title: {de: Probe}", 2, "en"),
    "another name": ("name: probe", "name: andere", 1, "Datei"),
    "profile": ("round5", "round6", 6, "round10"),
    "exact persons": ("round5", "open", 6, "open"),
    "no gate": ("phase-end", "none", 7, "none"),
    "unit": ("unit: persons", "unit: heads", 5, "ballots"),
    "table": ("table: answer", "table: antwort", 8, "registration"),
    "public rows": ("{table: answer, where: {question: zufrieden}}", "{table: event}", 8, "Personen"),
    "mixed rows": ("[{table: answer, where: {question: zufrieden}}]", "[{table: answer}, {table: event}]", 8, "einer einzigen"),
    "condition on words": ("{question: zufrieden}", "{text: Anna}", 8, "text"),
    "condition on persons": ("{question: zufrieden}", "{person: Anna}", 8, "person"),
    "condition value": ("{question: zufrieden}", "{gender: weiblich}", 8, "female"),
    "dimension of words": ("field: option", "field: text", 13, "option"),
    "dimension of persons": ("field: option", "field: person", 13, "option"),
    "silent on persons": ("    person_attribute: false\n", "", 10, "person_attribute"),
    "no categories": (LISTED, "", 13, "Werteliste"),
    "same code": ("code: nein", "code: ja", 16, "ja"),
    "total as code": ("code: nein", "code: _T", 16, "_T"),
    "boolean as code": ("code: nein", "code: no", 16, "Anführungszeichen"),
    "value twice": ("from: [ja, jein]", "from: [ja, nein]", 16, "nein"),
    "own parent": ("code: nein,", "code: nein, parent: nein,", 15, "Kreis"),
    "three attributes": ("[age, gender]", "[age, gender, district]", 35, "höchstens 2"),
    "unknown dimension": ("[option, age]", "[option, alter]", 34, "alter"),
    "planned twice": ("  - [age, gender]", "  - [age, option]", 35, "zweimal"),
    "default": ("default_table: []", "default_table: [age]", 36, "geplanten"),
    "same dimension": ("- name: gender", "- name: age", 10, "gleich"),
    "named as the number": ("- name: gender", "- name: persons", 10, "Zahl"),
    "coarsen": ("[[under-18, 18-29]]", "[[under-18]]", 39, "Gruppe"),
    "merge without size": (", size: population", "", 37, "Größe"),
    "not stated": ("    sensitive: true", "    unknown: false", 23, "Pflichtfeld"),
    "each of persons": ("gate: phase-end", "gate: phase-end\nfor_each: [person]", 8, "öffentliche Pflichtfelder"),
    "chosen and rounded to 5": (LISTED, CHOSEN, 6, "round10"),
    "chosen and declared": (LISTED, CHOSEN + LISTED, 13, "schließen einander aus"),
    "present of words": ("    field: option\n" + LISTED, PRESENT.replace("answered_on", "text"), 14, "option"),
    "present, silent on persons": ("    person_attribute: false\n    field: option\n" + LISTED, PRESENT, 10, "person_attribute"),
    "present twice the same": ("    field: option\n" + LISTED, PRESENT.replace("missing, title", "there, title"), 13, "zweimal"),
    "left out by words": ("{question: zufrieden}}", "{question: zufrieden}, unless: {text: Anna}}", 8, "text"),
    "no yaml": ("tables:", "tables: [", 33, "YAML"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_an_error_with_file_and_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        made(old, new)

    assert caught.value.detail.startswith("probe.yaml, Zeile ")
    assert said in caught.value.detail
    found = int(caught.value.detail.split("Zeile ")[1].split(":")[0])
    assert abs(found - line) <= 1, caught.value.detail


@pytest.mark.parametrize(("name", "said"), [("reported", "Seite"), ("questions", "Seite"), ("projekte", "Datensatz"), ("data", "Datei")])
def test_names_that_mean_something_else_are_refused(name: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        cube_from(CUBE.replace("name: probe", f"name: {name}", 1), f"{name}.yaml")


@settings(max_examples=50, derandomize=True)
@given(st.text(alphabet=st.sampled_from("abc:-[]{}, \n\t'\"&*!|>%@`#01"), max_size=60))
def test_whatever_a_file_holds_it_is_a_cube_or_a_configuration_error(text: str) -> None:
    with pytest.raises(ConfigurationError):
        cube_from(text, "probe.yaml")


@pytest.mark.parametrize("name", sorted(shipped_cubes()))
def test_shipped_statistics_keep_the_rules(name: str) -> None:
    plan = shipped_cubes()[name]
    cube = plan.cube

    assert cube.name == name
    assert all(each.de and each.en for each in (cube.title, cube.notes, cube.base_population, cube.measure_title))
    assert () in cube.tables
    assert (cube.profile is Profile.OPEN) == (cube.unit in (Unit.EVENTS, Unit.PROCESSES))
    assert not cube.demonstration
    for each in cube.tables:
        assert sum(cube.dimension(one).person_attribute for one in each) <= 2


def test_the_shipped_ones_are_there() -> None:
    assert sorted(shipped_cubes()) == [
        "antworten", "antwortende", "antwortzeiten", "beantwortete-ideen", "ergebniszeiten", "ideen", "meldungen", "protokolle",
        "teilnahmen", "veranstaltungszahlen",
    ]  # fmt: skip
    assert [name for name, each in shipped_cubes().items() if each.for_each] == ["antworten"]


def test_an_installation_may_declare_its_own(tmp_path: Path) -> None:
    (tmp_path / "probe.yaml").write_text(CUBE, encoding="utf-8")
    assert sorted(declared_cubes(tmp_path).keys() - shipped_cubes().keys()) == ["probe"]
    assert declared_cubes(tmp_path / "nirgends") == shipped_cubes()

    (tmp_path / "ideen.yaml").write_text(CUBE.replace("probe", "ideen", 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="zweimal"):
        declared_cubes(tmp_path)


def test_categories_come_from_the_catalogue_and_the_calendar() -> None:
    rows: Mapping[str, Mapping[str, Value]] = {
        "a": {"name": "Zett", "kind": "local-district", "population": 10},
        "b": {"name": "Abe", "kind": "core-city"},
        "c": {"kind": "city"},
    }

    plan = shipped_cubes()["meldungen"].resolved(lambda table: rows, at=datetime(2026, 3, 31, 23, tzinfo=UTC))

    assert plan.cube.dimension("district").codes == ("b", "a", UNKNOWN)
    assert plan.sizes == {"district": {"a": 10}}
    assert plan.cube.dimension("month").codes[-2:] == ("2026-02", UNKNOWN)
    assert plan.cube.dimension("month").categories[-2].title.de == "Februar 2026"


@pytest.mark.parametrize(
    ("start", "length", "codes"),
    [
        ("2025", Bin.YEAR, ["2025"]),
        ("2025-S2", Bin.HALF_YEAR, ["2025-S2", "2026-S1"]),
        ("2026-Q2", Bin.QUARTER, ["2026-Q2", "2026-Q3"]),
        ("2026-09", Bin.MONTH, ["2026-09", "2026-10"]),
        ("2027-01", Bin.MONTH, []),
    ],
)
def test_periods_end_with_the_last_one_that_is_over(start: str, length: Bin, codes: list[str]) -> None:
    assert codes_between(start, date(2026, 11, 22), length) == codes


@pytest.mark.parametrize("text", ["2026-S3", "2026-Q5", "2026-13", "26", "2026-1", "", "2026-S"])
def test_what_is_no_period_is_none(text: str) -> None:
    assert bin_of(text) is None


@settings(max_examples=50, derandomize=True)
@given(st.dates(min_value=date(1000, 1, 1), max_value=date(9998, 1, 1)), st.sampled_from(Bin))
def test_a_period_s_code_leads_back_to_its_first_day(day: date, length: Bin) -> None:
    code = code_of(day, length)

    assert bin_of(code) is length
    assert first_day(code) <= day
    assert code_of(first_day(code), length) == code
    assert title_of(code).de
    assert code_of_partial(day.isoformat(), length) == code


def test_a_date_that_says_less_than_the_period_has_none() -> None:
    assert code_of_partial("2026", Bin.MONTH) is None
    assert code_of_partial("2026", Bin.YEAR) == "2026"
    assert code_of_partial("gestern", Bin.YEAR) is None


def test_the_documented_declaration_is_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cubes.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)

    plan = cube_from(example, "spielplatz-zufriedenheit.yaml")

    assert plan.cube.tables == ((), ("satisfaction",), ("satisfaction", "age_group"))


def test_a_reported_total_names_its_cell() -> None:
    reported = "reported:\n  - {value: 893, qualifier: max, source: Zeitung, where: {option: ja}}\n"

    plan = cube_from(CUBE + reported, "probe.yaml")

    assert [(each.key, each.value, each.qualifier) for each in plan.reported] == [(("ja", "_T", "_T", "_T"), 893, "max")]
    with pytest.raises(ConfigurationError, match="vielleicht"):
        cube_from(CUBE + reported.replace("ja", "vielleicht"), "probe.yaml")
