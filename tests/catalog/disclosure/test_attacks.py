"""Attacks on what would be published, each with its control: without the guard the same attack succeeds."""

from collections.abc import Callable

import pytest

from catalog.disclosure import (
    Base,
    Circumstances,
    Earlier,
    Held,
    Occasion,
    Safe,
    audit,
    base_of_counts,
    base_of_people,
    complete,
    protect,
    release_or_hold,
    rules_for,
    share,
)  # fmt: skip
from schemas.statistics import TOTAL, Category, Cell, CellStatus, Cube, Dimension, Key, Profile, ReportedTotal, Role
from schemas.values import Text
from tests.catalog.disclosure.attacker import facts, recovered, true_values
from tests.catalog.disclosure.people import answers, cube, dimension, person, released, survey

PHASE_END = Occasion(phase_ended=True)
Guard = Callable[[Cube, Base], tuple[tuple[Cell, ...], int]]


def guarded(of: Cube, base: Base) -> tuple[tuple[Cell, ...], int]:
    return protect(of, base, rules=rules_for(of)).cells, 5


def identity(of: Cube, base: Base) -> tuple[tuple[Cell, ...], int]:
    """No guard at all; klar has no switch for it."""
    keys = [each.key for each in protect(of, base, rules=rules_for(of)).cells]
    exact = true_values(of, {key: number for kind, number in base.kinds.items() for key in kind}, keys)
    return tuple(Cell(key=key, value=value) for key, value in exact.items()), 1


def attack(guard: Guard) -> float:
    """T1: all planned cells, and a linear programme. Share of small cells recovered."""
    of = survey()
    base = base_of_people(of, answers(of, 250, seed=3))
    cells, step = guard(of, base)
    exact, _ = identity(of, base)
    small = {each.key: each.value for each in exact if each.value in (1, 2, 3, 4)}
    found = dict(recovered(of, facts(cells, step), small))
    assert all(found[key] == small[key] for key in found)
    return len(found) / len(small)


def test_nobody_is_recovered_from_all_planned_cells() -> None:
    assert attack(guarded) == 0


def test_control_without_the_guard_the_same_attack_recovers_small_cells() -> None:
    assert attack(identity) >= 0.9


def excluded(guard: Guard) -> list[tuple[Key, int]]:
    """T2: "all" less "all but one", for every withheld cell of a two-way table."""
    of = survey()
    base = base_of_people(of, answers(of, 250, seed=3))
    cells, _ = guard(of, base)
    withheld = [each.key for each in guarded(of, base)[0] if each.value is None and each.key.count(TOTAL) == 1]
    shown = {each.key: each.value for each in cells}
    found = []
    for key in withheld:
        place = next(place for place, code in enumerate(key) if code != TOTAL)
        whole = shown[tuple(code if at == place else TOTAL for at, code in enumerate(key))]
        row = [shown[other] for other in shown if other[place] == key[place] and other != key and _shape(other) == _shape(key)]
        if whole is not None and None not in row:
            found.append((key, whole - sum(each or 0 for each in row)))
    return found


def _shape(key: Key) -> list[bool]:
    return [code == TOTAL for code in key]


def test_all_less_all_but_one_is_never_the_hidden_number() -> None:
    of = survey()
    base = base_of_people(of, answers(of, 250, seed=3))
    known = facts(guarded(of, base)[0], 5)

    assert not list(recovered(of, known, [key for key, _ in excluded(guarded)]))


def test_control_without_the_guard_the_difference_is_the_number() -> None:
    of = survey()
    exact = {each.key: each.value for each in identity(of, base_of_people(of, answers(of, 250, seed=3)))[0]}
    found = excluded(identity)

    assert len(found) > 20
    assert all(exact[key] == difference for key, difference in found)


def first(of: Cube, number: int = 893) -> tuple[list[tuple[Key]], Earlier]:
    people = answers(of, number, seed=1)
    base = base_of_people(of, people)
    outcome = release_or_hold(of, base, occasion=PHASE_END)
    assert isinstance(outcome, Safe)
    return people, Earlier(release=released(outcome.cube, outcome.cells, outcome.rules), base=base)


def test_one_newcomer_makes_no_new_release() -> None:
    """T4: the gate is shut, and a correction, which passes the gate, is held by the audit."""
    of = survey()
    people, earlier = first(of)
    base = base_of_people(of, [*people, *answers(of, 1, seed=7)])

    ordinary = release_or_hold(of, base, [earlier], occasion=Occasion())
    assert isinstance(ordinary, Held)
    assert "Stand: 1;" in ordinary.reason
    verdict = audit(of, of, base, guarded(of, base)[0], rules=rules_for(of), earlier=[earlier])
    assert not verdict.safe
    assert any("→" in each for each in verdict.unsafe)


def test_control_alone_the_release_with_one_newcomer_would_be_safe() -> None:
    of = survey()
    base = base_of_people(of, [*answers(of, 893, seed=1), *answers(of, 1, seed=7)])

    assert audit(of, of, base, guarded(of, base)[0], rules=rules_for(of)).safe


def test_ten_newcomers_pass_gate_and_joint_audit() -> None:
    of = survey()
    people, earlier = first(of)
    base = base_of_people(of, [*people, *answers(of, 10, seed=101)])

    outcome = release_or_hold(of, base, [earlier], occasion=Occasion())

    assert isinstance(outcome, Safe)
    assert outcome.rules.profile is Profile.ROUND5


def test_a_cell_that_jumps_by_a_single_person_is_caught() -> None:
    """12 → 13 people, shown as 10 → 15: whoever knows that one person came knows the cell exactly, before and after."""
    of = cube((person("bezirk", 3), dimension("antwort", 2)), [(), ("bezirk",), ("antwort",)])
    counts: dict[Key, int] = {(f"bezirk{b}", f"antwort{a}"): 12 if (b, a) == (0, 0) else 20 for b in range(3) for a in range(2)}
    old = base_of_counts(of, counts)
    earlier = Earlier(release=released(of, guarded(of, old)[0], rules_for(of)), base=old)
    more = base_of_counts(of, {**counts, ("bezirk0", "antwort0"): 13})

    assert not audit(of, of, more, guarded(of, more)[0], rules=rules_for(of), earlier=[earlier]).safe
    assert audit(of, of, old, guarded(of, old)[0], rules=rules_for(of), earlier=[earlier]).safe


def periods(first_one: int) -> Cube:
    """Three half-years, of which each later cube has the last two of the one before."""
    half_years = tuple(Category(code=f"h{number}", title=Text(de=f"h{number}")) for number in range(first_one, first_one + 3))
    time = Dimension(name="halbjahr", title=Text(de="Halbjahr"), categories=half_years, role=Role.TIME, additive=False)
    return cube((person("bezirk", 3), time), [(), ("bezirk",), ("halbjahr",), ("bezirk", "halbjahr")])


def participants(half_year: int, number: int) -> list[list[Key]]:
    """A third of them were there in the half-year before, too."""
    both = [f"h{half_year}", f"h{half_year - 1}"]
    return [[(f"bezirk{each % 3}", code) for code in both[: 2 if each % 9 < 3 else 1]] for each in range(number)]


@pytest.mark.parametrize(("newcomers", "safe"), [(1, False), (60, True)])
def test_a_period_that_is_past_stays_known(newcomers: int, safe: bool) -> None:
    """The window moves on: who is no longer counted has not gone, and one newcomer in the new half-year is still one newcomer."""
    before, after = periods(0), periods(1)
    people = [*participants(1, 90), *participants(2, 90)]
    old = base_of_people(before, people)
    earlier = Earlier(release=released(before, guarded(before, old)[0], rules_for(before)), base=old)
    left = [[key for key in each if key[1] != "h0"] for each in people]
    new = base_of_people(after, [*left, *([(f"bezirk{each % 3}", "h3")] for each in range(newcomers))])

    assert audit(after, after, new, guarded(after, new)[0], rules=rules_for(after), earlier=[earlier]).safe == safe


def test_a_total_reported_elsewhere_is_known_to_the_attacker() -> None:
    """Districts shown as 5, 5 and a reported total of exactly 10 people in both: nothing but 5 and 5 is possible."""
    of = cube((person("bezirk", 3),), [("bezirk",)])
    base = base_of_counts(of, {("bezirk0",): 5, ("bezirk1",): 5, ("bezirk2",): 1})
    total = ReportedTotal(key=(TOTAL,), value=11, qualifier="exact", source="Presse")
    cells, _ = guarded(of, base)

    assert audit(of, of, base, cells, rules=rules_for(of)).safe
    assert not audit(of, of, base, cells, rules=rules_for(of), reported=[total]).safe


@pytest.mark.parametrize("value", [1, 2, 3, 4])
def test_a_percentage_is_never_of_a_hidden_number(value: int) -> None:
    """T5: percentages are of published values; nothing is told of a withheld one. Control: three decimals of the true ones tell it."""
    whole = Cell(key=(TOTAL,), value=100)
    hidden = Cell(key=("a",), value=None, status=CellStatus.WITHHELD)

    assert share(hidden, whole) is None
    assert share(whole, hidden) is None
    assert [part for part in range(1, 5) if {round(100 * part / n, 3) for n in range(98, 103)} & {round(100 * value / 101, 3)}] == [value]


def test_tables_with_the_same_protected_cells_have_the_same_public_outcome() -> None:
    """Indistinguishability: two vaults that differ below the threshold and within rounding."""
    of = cube((person("bezirk", 4), person("alter", 3)), [(), ("bezirk",), ("alter",), ("bezirk", "alter")])
    one: dict[Key, int] = {(f"bezirk{b}", f"alter{a}"): (20 if a else 2) for b in range(4) for a in range(3)}
    other: dict[Key, int] = {
        **one,
        ("bezirk2", "alter0"): 1,
        ("bezirk2", "alter1"): 21,
        ("bezirk3", "alter0"): 3,
        ("bezirk3", "alter2"): 19,
    }
    outcomes = [release_or_hold(of, base_of_counts(of, each), occasion=PHASE_END) for each in (one, other)]

    assert all(isinstance(each, Safe) for each in outcomes)
    public = [(each.cube, each.cells, each.rules, each.merged) for each in outcomes if isinstance(each, Safe)]
    assert public[0] == public[1]


def test_suppression_leaves_no_small_cell_to_be_recovered() -> None:
    of = survey(Profile.SUPPRESS)
    of = cube((person("bezirk", 6), person("alter", 4)), [(), ("bezirk",), ("alter",), ("bezirk", "alter")], Profile.SUPPRESS)
    base = base_of_people(of, answers(of, 150, seed=5))
    rules = rules_for(of)
    primary = protect(of, base, rules=rules).cells
    everything = complete(of, of, base, primary, rules=rules)
    exact = {each.key: each.value for each in identity(of, base)[0]}
    small = [key for key, value in exact.items() if value is not None and value < 5]

    def open_to(cells: tuple[Cell, ...]) -> int:
        known = [(each.key, float(each.value or 0), float(each.value) if each.value is not None else 1e6) for each in cells]
        return len(list(recovered(of, known, small)))

    assert audit(of, of, base, everything, rules=rules).safe
    assert open_to(everything) == 0
    assert open_to(primary) > 0  # the control: withholding small cells alone does not do
    assert sum(each.value is None for each in everything) < len(everything) * 0.8


def test_a_group_that_answers_as_one_is_withheld_however_large() -> None:
    of = cube((person("bezirk", 3), dimension("antwort", 3)), [("bezirk",), ("bezirk", "antwort")])
    counts: dict[Key, int] = {(f"bezirk{b}", f"antwort{a}"): 20 for b in (1, 2) for a in range(3)}
    counts["bezirk0", "antwort1"] = 40

    cells = {each.key: each.value for each in guarded(of, base_of_counts(of, counts))[0]}

    assert cells[("bezirk0", TOTAL)] == 40
    assert [cells[("bezirk0", f"antwort{a}")] for a in range(3)] == [None, None, None]


@pytest.mark.parametrize(("totals", "safe"), [(False, True), (True, False)])
def test_a_withheld_group_is_held_when_other_tables_tell_its_answer(totals: bool, safe: bool) -> None:
    """All answers of a district are withheld; the totals of the answers, less the other districts, would say which one it gave."""
    tables = [("bezirk",), ("bezirk", "antwort"), *([("antwort",)] if totals else [])]
    of = cube((person("bezirk", 3), dimension("antwort", 3)), tables)
    counts: dict[Key, int] = {(f"bezirk{b}", f"antwort{a}"): 20 for b in (1, 2) for a in range(3)}
    counts["bezirk0", "antwort1"] = 40
    base = base_of_counts(of, counts)

    verdict = audit(of, of, base, guarded(of, base)[0], rules=rules_for(of))

    assert verdict.safe == safe
    assert verdict.unsafe == (() if safe else ("neu bezirk0/antwort1",))


def test_a_table_in_which_a_group_falls_into_one_sensitive_category_is_not_released() -> None:
    religion = dimension("religion", 3, sensitive=True)
    of = cube((person("bezirk", 3), religion), [("bezirk",), ("religion",), ("bezirk", "religion")])
    counts: dict[Key, int] = {(f"bezirk{b}", f"religion{a}"): 40 for b in (1, 2) for a in range(3)}
    counts["bezirk0", "religion1"] = 40

    outcome = release_or_hold(of, base_of_counts(of, counts), occasion=PHASE_END)

    assert isinstance(outcome, Safe)
    assert outcome.rules.profile is Profile.ROUND10
    assert ("bezirk", "religion") not in outcome.cube.tables
    assert ("religion",) in outcome.cube.tables


def test_small_districts_are_merged_whatever_the_counts() -> None:
    of = survey()
    populations = {f"bezirk{number}": 1000 if number > 6 else 9000 for number in range(10)}

    outcome = release_or_hold(
        of, base_of_people(of, answers(of, 893, 2)), occasion=PHASE_END, circumstances=Circumstances(populations=populations)
    )

    assert isinstance(outcome, Safe)
    assert outcome.cube.dimension("bezirk").codes[-1] == "bezirk7~bezirk8~bezirk9"
    assert outcome.cube.dimension("bezirk").categories[-1].title.de == "übrige Ortsbezirke"
    assert "3000" in outcome.merged["bezirk"].de
