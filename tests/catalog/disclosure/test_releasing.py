"""From counts to a release: what is shown, what is withheld, what is merged, and when nothing is released."""

import subprocess
import sys
from dataclasses import replace

import pytest

from catalog.disclosure import (
    Circumstances,
    Contributors,
    Earlier,
    Held,
    Occasion,
    Rules,
    Safe,
    base_of_counts,
    base_of_people,
    circumstances_of,
    gate,
    protect,
    release_or_hold,
    rules_for,
    rules_of,
    share,
)  # fmt: skip
from catalog.disclosure.coding import Coding
from catalog.disclosure.merging import Merge, coarser, merged, taken
from schemas.cube_plan import Coarsening, CubePlan, Distinct, Gate, Merging
from schemas.statistics import TOTAL, UNKNOWN, Category, Cell, Cube, Key, Profile, Role, Unit
from schemas.values import Text
from tests.catalog.disclosure.people import answers, cube, dimension, person, released, survey

PHASE_END = Occasion(phase_ended=True)


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (Profile.ROUND5, {0: None, 4: None, 5: 5, 7: 5, 8: 10, 12: 10, 13: 15}),
        (Profile.ROUND10, {0: None, 9: None, 10: 10, 14: 10, 15: 20, 24: 20, 25: 30}),
        (Profile.SUPPRESS, {0: None, 4: None, 5: 5, 13: 13}),
        (Profile.OPEN, {0: 0, 3: 3}),
    ],
)
def test_each_profile_shows_what_it_says(profile: Profile, expected: dict[int, int | None]) -> None:
    rules = rules_for(cube((dimension("art", 2),), [()], profile, Unit.EVENTS))

    assert {count: rules.rounded(count) for count in expected} == expected


@pytest.mark.parametrize("rules", [Rules(profile=Profile.ROUND5, threshold=5), Rules(profile=Profile.ROUND10, threshold=10)])
def test_the_interval_of_a_shown_number_is_exactly_the_counts_that_are_shown_so(rules: Rules) -> None:
    for shown in {rules.rounded(count) for count in range(200)} - {None}:
        assert shown is not None
        low, high = rules.interval(shown)
        assert [count for count in range(300) if rules.rounded(count) == shown] == list(range(low, high + 1))


def test_rules_are_known_by_their_version() -> None:
    sensitive = replace(survey(Profile.SUPPRESS), dimensions=(dimension("religion", 3, sensitive=True),))

    assert rules_for(survey()).version == "round5/1"
    assert rules_for(survey(), minors=True).version == "round10/1"
    assert rules_for(sensitive).version == "suppress10/1"
    assert rules_of("suppress10/1") == rules_for(sensitive)
    with pytest.raises(ValueError, match="unknown rules"):
        rules_of("round3/1")


def test_persons_are_never_counted_exactly_in_public() -> None:
    of = cube((dimension("art", 2),), [()], Profile.OPEN, Unit.PERSONS)

    with pytest.raises(ValueError, match="never counted exactly"):
        release_or_hold(of, base_of_counts(of, {("art0",): 50}), occasion=PHASE_END)


def test_events_are_shown_as_they_are_and_wait_for_nobody() -> None:
    of = cube((dimension("art", 2),), [("art",)], Profile.OPEN, Unit.EVENTS)

    outcome = release_or_hold(of, base_of_counts(of, {("art0",): 1}), occasion=Occasion())

    assert isinstance(outcome, Safe)
    assert [each.value for each in outcome.cells] == [1, 0]


def test_contributions_that_mostly_come_from_one_person_are_withheld() -> None:
    of = cube((dimension("thema", 3),), [("thema",)], Profile.ROUND5, Unit.ITEMS)
    base = base_of_counts(of, {("thema0",): 20, ("thema1",): 20, ("thema2",): 20})
    contributors = Contributors(largest={("thema0",): 11, ("thema1",): 10})

    shown = protect(of, base, rules=rules_for(of), contributors=contributors).cells

    assert [each.value for each in shown] == [None, 20, 20]


def test_contributions_by_an_attribute_of_persons_need_enough_persons_behind_them() -> None:
    of = cube((person("alter", 2), dimension("thema", 2)), [("alter",), ("thema",)], Profile.ROUND5, Unit.ITEMS)
    base = base_of_counts(of, {("alter0", "thema0"): 20, ("alter1", "thema1"): 20})
    contributors = Contributors(persons={("alter0", TOTAL): 4, ("alter1", TOTAL): 5, (TOTAL, "thema0"): 4})

    shown = {each.key: each.value for each in protect(of, base, rules=rules_for(of), contributors=contributors).cells}

    assert shown == {("alter0", TOTAL): None, ("alter1", TOTAL): 20, (TOTAL, "thema0"): 20, (TOTAL, "thema1"): 20}


def test_people_with_several_answers_are_counted_once_in_the_total() -> None:
    of = cube((person("bezirk", 2), dimension("antwort", 3, additive=False)), [("bezirk",), ("bezirk", "antwort")])
    people = [[("bezirk0", "antwort0"), ("bezirk0", "antwort1")]] * 9 + [[("bezirk0", "antwort2")]] * 9

    by_kind = protect(of, base_of_people(of, people), rules=rules_for(of)).cells
    counts: dict[Key, int] = {("bezirk0", "antwort0"): 9, ("bezirk0", "antwort1"): 9, ("bezirk0", "antwort2"): 9, ("bezirk0", TOTAL): 18}
    by_total = protect(of, base_of_counts(of, counts), rules=rules_for(of)).cells

    assert by_kind == by_total
    assert [each.value for each in by_kind] == [20, None, 10, 10, 10, None, None, None]


@pytest.mark.parametrize("total", [8, 28])
def test_a_distinct_total_that_no_people_can_have_is_refused(total: int) -> None:
    of = cube((dimension("antwort", 3, additive=False),), [()])

    with pytest.raises(ValueError, match="nobody's answers"):
        base_of_counts(of, {("antwort0",): 9, ("antwort1",): 9, ("antwort2",): 9, (TOTAL,): total})


def test_codes_that_are_no_leaves_are_refused() -> None:
    of = cube((dimension("antwort", 3),), [()])

    with pytest.raises(ValueError, match="no base cell"):
        base_of_counts(of, {("antwort9",): 1})
    with pytest.raises(ValueError, match="never negative"):
        base_of_counts(of, {("antwort0",): -1})


def test_what_is_merged_is_neighbours_then_districts_then_options_never_by_counts() -> None:
    options = replace(dimension("thema", 0), categories=tuple(
        Category(code=code, title=Text(de=code), parent=parent) for code, parent in (("v", ""), ("rad", "v"), ("bus", "v"), ("x", ""))
    ))  # fmt: skip
    of = cube((options, person("bezirk", 4, Role.GEO), person("alter", 5)), [()])
    populations = {"bezirk0": 9000, "bezirk1": 500, "bezirk2": 9000, "bezirk3": 700}
    steps = []
    while merge := coarser(of, populations):
        of = merged(of, merge)
        steps.append((merge.dimension, of.dimension(merge.dimension).codes))

    assert steps == [
        ("alter", ("alter0~alter1", "alter2~alter3~alter4")),
        ("bezirk", ("bezirk0", "bezirk1~bezirk3", "bezirk2")),
        ("thema", ("v", "x")),
    ]


def test_a_declaration_says_what_is_merged_always_and_what_is_given_up_in_turn() -> None:
    of = cube((person("bezirk", 4, Role.GEO), person("alter", 4)), [(), ("bezirk",), ("alter",), ("bezirk", "alter")])
    plan = CubePlan(
        cube=of, rows=(), how={}, distinct=Distinct.PERSON, gate=Gate.PHASE_END,
        coarsening=(Coarsening(dimension="alter", groups=(("alter0", "alter1"),)), Coarsening(dimension="bezirk")),
        merging=Merging(dimension="bezirk", below=3000, title=Text(de="übrige", en="others")),
        sizes={"bezirk": {"bezirk0": 9000, "bezirk1": 2000, "bezirk2": 9000}},
    )  # fmt: skip
    known = circumstances_of(plan)
    coarse = of
    for step in (*(known.always or ()), *(known.order or ())):
        coarse = taken(coarse, step)

    assert coarse.dimension("bezirk").codes == ("bezirk0", "bezirk1~bezirk3", "bezirk2")
    assert coarse.dimension("alter").codes == ("alter0~alter1", "alter2", "alter3")
    assert coarse.tables == ((), ("alter",))
    people = [[(f"bezirk{each % 4}", f"alter{each % 3}")] for each in range(400)]
    outcome = release_or_hold(of, base_of_people(of, people), occasion=PHASE_END, circumstances=known)
    assert isinstance(outcome, Safe)
    assert outcome.cube.dimension("bezirk").codes == ("bezirk0", "bezirk1~bezirk3", "bezirk2")


def test_newcomers_may_be_counted_by_the_caller() -> None:
    """Of whom something was there before is not new, whatever the difference of the counts is."""
    of = survey()
    base = base_of_people(of, answers(of, 30, 1))

    assert "Stand: 3;" in gate(base, [], Occasion(newcomers=3))
    assert gate(base, [], Occasion(newcomers=12)) == ""


def test_not_stated_is_never_merged_with_an_age() -> None:
    age = person("alter", 4)
    of = cube((replace(age, categories=(*age.categories, Category(code=UNKNOWN, title=Text(de="ohne Angabe")))),), [()])
    merge = coarser(of, {})

    assert merge is not None
    assert merged(of, merge).dimension("alter").codes == ("alter0~alter1", "alter2~alter3", UNKNOWN)


def test_a_merged_cell_covers_its_members_and_no_other() -> None:
    of = cube((person("alter", 4),), [("alter",)])
    coarse = merged(of, _first(of))
    coding = Coding(of, coarse)

    assert list(coding.public(("alter2",))) == [("alter2~alter3",)]
    with pytest.raises(ValueError, match="unknown codes"):
        Coding(of, cube((person("alter", 5),), [("alter",)]))


def test_what_is_not_safe_is_made_coarser_and_says_so_publicly() -> None:
    """Too few people for 60 cells: merged until nothing can be concluded, or held; never released as declared."""
    of = cube((person("alter", 6), dimension("antwort", 2)), [(), ("alter",), ("antwort",), ("alter", "antwort")])
    people = base_of_counts(of, {(f"alter{a}", f"antwort{b}"): 7 if b else 5 for a in range(6) for b in range(2)})
    extreme = base_of_counts(of, {(f"alter{a}", f"antwort{b}"): 7 if a < 5 else 2 * b for a in range(6) for b in range(2)})
    outcome = release_or_hold(of, extreme, occasion=PHASE_END)

    assert isinstance(outcome, Safe)
    assert outcome.log[0].startswith("Wie erklärt")
    assert isinstance(release_or_hold(of, people, occasion=PHASE_END), Safe)
    assert all(words.de and words.en for words in outcome.merged.values())


def test_earlier_releases_that_cannot_be_read_hold_everything() -> None:
    of = survey()
    people = answers(of, 300, 1)
    base = base_of_people(of, people)
    cells = protect(of, base, rules=rules_for(of)).cells
    strange = replace(released(of, cells, rules_for(of)), rules="kl-2026/7")

    outcome = release_or_hold(of, base, [Earlier(release=strange, base=base)], occasion=Occasion(correction=True))

    assert isinstance(outcome, Held)
    assert "nicht vergleichbar" in outcome.reason


def test_earlier_numbers_that_do_not_fit_their_counts_hold_everything() -> None:
    of = survey()
    base, other = base_of_people(of, answers(of, 300, 1)), base_of_people(of, answers(of, 900, 2))
    false = released(of, protect(of, other, rules=rules_for(of)).cells, rules_for(of))

    outcome = release_or_hold(of, base, [Earlier(release=false, base=base)], occasion=Occasion(correction=True))

    assert isinstance(outcome, Held)
    assert "passen nicht" in outcome.reason


def test_the_gate_opens_for_ten_newcomers_or_the_end_of_a_phase() -> None:
    of = survey()
    few, enough = base_of_people(of, answers(of, 9, 1)), base_of_people(of, answers(of, 10, 1))

    assert isinstance(release_or_hold(of, few, occasion=Occasion()), Held)
    assert isinstance(release_or_hold(of, few, occasion=PHASE_END), Safe)
    assert isinstance(release_or_hold(of, enough, occasion=Occasion()), Safe)


def test_minors_and_the_reason_of_a_release_are_the_callers_to_say() -> None:
    of = survey()
    outcome = release_or_hold(of, base_of_people(of, answers(of, 893, 1)), occasion=PHASE_END, circumstances=Circumstances(minors=True))

    assert isinstance(outcome, Safe)
    assert outcome.rules.version == "round10/1"


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(5, 40, 13), (40, 40, 100), (5, 1000, 1), (0, 10, 0), (5, None, None), (None, 5, None), (0, 0, None)]
)
def test_percentages_are_whole_and_need_both_numbers(part: int | None, whole: int | None, percent: int | None) -> None:
    assert share(Cell(key=("a",), value=part), Cell(key=(TOTAL,), value=whole)) == percent


def test_importing_the_package_loads_no_solver() -> None:
    """`klar serve` never pays for scipy."""
    code = "import sys, catalog.disclosure; print({'scipy', 'numpy'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def _first(of: Cube) -> Merge:
    merge = coarser(of, {})
    assert merge is not None
    return merge
