"""Counting: each person once, nothing lost, nothing that crashes it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.cubes.coding import Observed
from catalog.cubes.counting import Counted, count, cross
from schemas.cube_files import cube_from, shipped_cubes
from schemas.cube_plan import CubePlan
from schemas.row import Value
from schemas.statistics import TOTAL, UNKNOWN, Key

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PUBLIC: Mapping[str, Mapping[str, Mapping[str, Value]]] = {
    "process": {"p1": {"method": "survey"}, "p2": {"method": "vote"}},
    "district": {
        "nord": {"name": "Nord", "kind": "local-district", "population": 4000},
        "sued": {"name": "Süd", "kind": "core-city"},
        "stadt": {"name": "Stadt", "kind": "city"},
    },
}


def public(table: str) -> Mapping[str, Mapping[str, Value]]:
    return PUBLIC.get(table, {})


def resolved(name: str) -> CubePlan:
    return shipped_cubes()[name].resolved(public, at=AT)


def answer(key: str, person: str | None, process: str = "p1", first_at: datetime = AT, **values: Value) -> Observed:
    return Observed(table="answer", key=key, process=process, first_at=first_at, values={"person": person, "process_id": process, **values})


def respondents(*rows: Observed, since: datetime | None = None) -> Counted:
    return count(resolved("antwortende"), rows, public, since=since)


def filled(counted: Counted) -> dict[Key, int]:
    return {key: number for key, number in cross(counted).items() if number}


def test_a_person_counts_once_however_many_questions_she_answers() -> None:
    rows = [answer(str(number), "anna", district_id="nord", age_group="18-29", gender="female") for number in range(5)]

    assert filled(respondents(*rows)) == {("nord", "18-29", "female"): 1}


def test_the_same_pseudonym_in_two_processes_is_two_participations() -> None:
    assert filled(respondents(answer("1", "a", "p1"), answer("1", "a", "p2"))) == {(UNKNOWN, UNKNOWN, UNKNOWN): 2}


def test_a_row_without_a_person_is_somebody_of_its_own() -> None:
    assert respondents(answer("1", None), answer("2", None)).persons == 2


def test_what_is_stated_once_counts_for_all_rows_of_a_person() -> None:
    found = respondents(answer("1", "anna", district_id="nord"), answer("2", "anna", gender="female"))

    assert filled(found) == {("nord", UNKNOWN, "female"): 1}
    assert found.findings == ()


def test_two_statements_of_one_person_count_as_none_and_are_reported_without_them() -> None:
    found = respondents(answer("1", "anna", district_id="nord"), answer("2", "anna", district_id="sued"))

    assert filled(found) == {(UNKNOWN, UNKNOWN, UNKNOWN): 1}
    assert [(each.code, each.field) for each in found.findings] == [("conflicting-codes", "district")]
    assert "nord" not in found.findings[0].message


@pytest.mark.parametrize("code", ["mars", "stadt", TOTAL, UNKNOWN, "nord~sued"])
def test_a_code_that_the_statistic_does_not_know_is_not_stated_and_reported(code: str) -> None:
    found = respondents(answer("1", "anna", district_id=code))

    assert filled(found) == {(UNKNOWN, UNKNOWN, UNKNOWN): 1}
    assert [(each.code, each.field) for each in found.findings] == [("unknown-code", "district")]


def test_the_full_cross_has_every_combination_zeros_included() -> None:
    found = cross(respondents())

    assert len(found) == 3 * 7 * 4
    assert set(found.values()) == {0}


def test_participations_overlap_in_channels_and_half_years_and_count_once_in_the_total() -> None:
    rows = [
        answer("1", "anna", channel="online", answered_on="2026-03-01"),
        Observed(
            table="ballot", key="2", process="p1", values={"person": "anna", "process_id": "p1", "channel": "paper", "cast_on": "2025-11"}
        ),
    ]

    found = filled(count(resolved("teilnahmen"), rows, public))

    assert found[("survey", "online", "2026-S1")] == 1
    assert found[("survey", "paper", "2025-S2")] == 1
    assert found[("survey", TOTAL, TOTAL)] == 1
    assert ("survey", "online", "2025-S2") not in found


def test_a_registration_counts_when_its_person_came() -> None:
    values: dict[str, Value] = {"process_id": "p1", "channel": "on-site", "registered_on": "2026-01-05"}
    rows = [
        Observed(table="registration", key=str(number), process="p1", values={**values, "person": str(number), "attended": came})
        for number, came in enumerate([True, False, None])
    ]

    assert count(resolved("teilnahmen"), rows, public).persons == 1


def idea(key: str, person: str | None, **values: Value) -> Observed:
    content: dict[str, Value] = {"kind": "idea", "state": "open", "topic": "mobility", "submitted_on": "2026-03", "person": person}
    return Observed(table="contribution", key=key, process="p1", values={**content, **values})


def test_ideas_are_counted_by_row_with_who_is_behind_them() -> None:
    rows = [*(idea(str(number), "busy") for number in range(6)), idea("7", "other"), idea("8", None)]

    found = count(resolved("ideen"), rows, public)

    assert filled(found) == {("open", "mobility", "2026-03"): 8}
    assert (found.contributors.persons[(TOTAL, TOTAL, TOTAL)], found.contributors.largest[(TOTAL, TOTAL, TOTAL)]) == (3, 6)
    assert found.contributors.largest[("open", "mobility", TOTAL)] == 6
    assert found.persons == 3


def test_comments_are_no_ideas_and_a_month_that_is_not_over_is_not_in_yet() -> None:
    rows = [idea("1", "a", kind="comment"), idea("2", "b", submitted_on="2026-11-02"), idea("3", "c", submitted_on="2019-01-01")]

    assert filled(count(resolved("ideen"), rows, public)) == {}


@pytest.mark.parametrize(
    ("submitted", "answered", "code"),
    [
        ("2026-01-01", "2026-01-20", "month-1"),
        ("2026-01-01", "2026-02-02", "month-3"),
        ("2026-01", "2026-06", "month-6"),
        ("2025-01-01", "2026-02-02", "longer"),
        ("2026-01-01", None, "open"),
        ("2026-02-01", "2026-01-01", UNKNOWN),
        ("2026", "2026", UNKNOWN),
    ],
)
def test_response_times_fall_into_steps_and_the_unanswered_stand_by_themselves(submitted: str, answered: str | None, code: str) -> None:
    row = idea("1", "a", submitted_on=submitted, answered_on=answered)

    ((found, _, _),) = filled(count(resolved("antwortzeiten"), [row], public)).keys()

    assert found == code


def test_events_are_counted_from_public_rows() -> None:
    rows = [
        Observed(table="event", key="1", values={"mode": "analog", "start": "2026-03-01"}),
        Observed(table="event", key="2", values={"mode": "analog", "start": "2026"}),
    ]

    found = count(resolved("veranstaltungszahlen"), rows, public)

    assert filled(found) == {("analog", "2026-03"): 1, ("analog", UNKNOWN): 1}
    assert (dict(found.contributors.persons), found.findings) == ({}, ())


def test_invented_rows_count_in_demonstrations_only_and_others_in_the_rest() -> None:
    plan = resolved("antwortende")
    rows = [answer("1", "anna", synthetic=True), answer("2", "ben"), answer("3", "cem", synthetic=False)]
    demonstration = replace(plan, cube=replace(plan.cube, demonstration=True))

    assert (count(plan, rows, public).persons, count(demonstration, rows, public).persons) == (2, 1)


def test_newcomers_are_those_of_whom_nothing_was_there_before() -> None:
    before, since, after = AT - timedelta(days=9), AT - timedelta(days=5), AT
    rows = [
        answer("1", "old", first_at=before),
        answer("2", "old", first_at=after),
        answer("3", "new", first_at=after),
        answer("4", None, first_at=after),
    ]

    assert respondents(*rows, since=since).newcomers == 2
    assert respondents(*rows).newcomers == 3


def test_the_processes_that_were_counted_are_named() -> None:
    assert respondents(answer("1", "a", "p1"), answer("2", "b", "p2")).processes == {"p1", "p2"}


def test_counting_needs_all_categories() -> None:
    with pytest.raises(ValueError, match="antwortende"):
        count(shipped_cubes()["antwortende"], [], public)


def test_a_code_of_a_category_with_parts_is_not_known_to_be_one_of_them() -> None:
    text = CUBE.replace(
        "- {code: a, title: {de: A, en: A}}", "- {code: ab, title: {de: AB, en: AB}}\n      - {code: a, title: {de: A, en: A}, parent: ab}"
    )

    found = count(cube_from(text, "probe.yaml"), [answer("1", "x", option="ab")], public)

    assert filled(found) == {(UNKNOWN, UNKNOWN): 1, (TOTAL, UNKNOWN): 1}


CUBE = """
name: probe
title: {de: Probe, en: Probe}
notes: {de: Probe, en: Probe}
base_population: {de: alle, en: all}
measure: {name: persons, title: {de: Personen, en: Persons}, unit: persons}
profile: round5
gate: phase-end
count: {distinct: person, rows: [{table: answer}]}
dimensions:
  - name: option
    title: {de: Antwort, en: Answer}
    person_attribute: false
    additive: false
    field: option
    categories:
      - {code: a, title: {de: A, en: A}}
      - {code: b, title: {de: B, en: B}, from: [b1, b2]}
  - name: gender
    title: {de: Geschlecht, en: Gender}
    person_attribute: true
    field: gender
tables: [[], [option], [option, gender]]
default_table: [option]
"""
PERSONS = st.sampled_from(["p", "q", "r", "s", None])
OPTIONS = st.sampled_from(["a", "b1", "b2", "zzz", "", None])
GENDERS = st.sampled_from(["female", "male", None])
_OPTION = {"a": "a", "b1": "b", "b2": "b"}


def naive(rows: Sequence[tuple[str | None, str | None, str | None]]) -> dict[Key, int]:
    """Sets of persons for each cell, said as plainly as it can be."""
    genders: dict[str, set[str]] = defaultdict(set)
    named = [(person or f"row {number}", option, gender) for number, (person, option, gender) in enumerate(rows)]
    for person, _, gender in named:
        genders[person] |= {gender} - {None}  # type: ignore[arg-type]  # None is what is taken away
    cells: dict[Key, set[str]] = defaultdict(set)
    for person, option, _ in named:
        gender = next(iter(genders[person])) if len(genders[person]) == 1 else UNKNOWN
        for shown in (_OPTION.get(option or "", UNKNOWN), TOTAL):
            cells[(shown, gender)].add(person)
    return {key: len(persons) for key, persons in cells.items()}


@settings(max_examples=50, derandomize=True)
@given(st.lists(st.tuples(PERSONS, OPTIONS, GENDERS), max_size=15))
def test_counts_are_those_of_a_naive_count_in_any_order(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    plan = cube_from(CUBE, "probe.yaml")
    observations = [answer(str(number), person, option=option, gender=gender) for number, (person, option, gender) in enumerate(rows)]

    found = count(plan, observations, public)

    assert filled(found) == naive(rows)
    assert filled(count(plan, reversed(observations), public)) == naive(rows)
    assert found.base.people == found.persons == len({person or number for number, (person, _, _) in enumerate(rows)})


def busiest(rows: Iterable[tuple[str | None, str]], topic: str) -> int:
    found: dict[object, int] = defaultdict(int)
    for number, (person, of) in enumerate(rows):
        found[person or number] += of == topic
    return max(found.values(), default=0)


@settings(max_examples=50, derandomize=True)
@given(st.lists(st.tuples(PERSONS, st.sampled_from(["mobility", "digital"])), max_size=15))
def test_the_busiest_contributor_is_that_of_a_naive_count(rows: list[tuple[str | None, str]]) -> None:
    found = count(resolved("ideen"), [idea(str(number), person, topic=topic) for number, (person, topic) in enumerate(rows)], public)

    for topic in ("mobility", "digital"):
        assert found.contributors.largest.get((TOTAL, topic, TOTAL), 0) == busiest(rows, topic)


def _process(key: str, **values: Value) -> Observed:
    return Observed(table="process", key=key, values={"mode": "digital", **values})


def test_results_that_are_not_published_yet_stay_in_the_count() -> None:
    rows = [
        _process("a", end="2026-01-10", results_published_on="2026-02-01"),
        _process("b", end="2026-01", results_published_on="2026-05-20"),
        _process("c", end="2026-03-31"),
        _process("d", end="2026-05-20", results_published_on="2026-05"),  # the month is enough
        _process("e"),
        _process("f", end="2027"),  # is not over
        _process("g", end="2026-11-01"),  # its half-year is not
    ]

    found = filled(count(resolved("ergebniszeiten"), rows, public))

    assert found == {
        ("month-1", "digital", "2026-S1"): 2,
        ("month-6", "digital", "2026-S1"): 1,
        ("open", "digital", "2026-S1"): 1,
        (UNKNOWN, "digital", UNKNOWN): 1,
    }


def test_minutes_are_there_or_not_and_cancelled_events_have_none() -> None:
    common: dict[str, Value] = {"mode": "analog", "start": "2026-03-01"}
    rows = [
        Observed(table="event", key=str(number), values={**common, **values})
        for number, values in enumerate(
            [{"minutes_url": "https://rat.example/1"}, {"minutes_url": ""}, {}, {"status": "cancelled"}, {"status": "held"}]
        )
    ]

    found = filled(count(resolved("protokolle"), rows, public))

    assert found == {("published", "analog", "2026-S1"): 1, ("open", "analog", "2026-S1"): 3}


def test_unanswered_ideas_stay_in_the_count_with_the_quarter_since_which_they_wait() -> None:
    rows = [
        idea("1", "anna", submitted_on="2025-05-01", answered_on="2025-06"),
        idea("2", "anna", submitted_on="2025-05-02"),
        idea("3", "ben", submitted_on="2026-08-02"),
    ]

    plan = resolved("beantwortete-ideen")

    assert filled(count(plan, rows, public)) == {
        ("answered", "mobility", "2025-Q2"): 1,
        ("open", "mobility", "2025-Q2"): 1,
        ("open", "mobility", "2026-Q3"): 1,
    }
    assert ("answered_within", "quarter") in shipped_cubes()["antwortzeiten"].cube.tables
