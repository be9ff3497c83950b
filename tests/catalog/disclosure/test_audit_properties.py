"""The audit against brute force: every table of whole numbers is enumerated, so what it lets pass is proven, not believed."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.disclosure import audit, base_of_counts, complete, protect, rules_for
from catalog.disclosure.attacker import State, system_of
from catalog.disclosure.intervals import variable_bounds
from catalog.disclosure.protecting import cells_of
from catalog.disclosure.solving import Programme, negative
from schemas.statistics import TOTAL, Cube, Key, Profile
from tests.catalog.disclosure.attacker import base_keys, facts, tables, true_values, values
from tests.catalog.disclosure.people import cube, person

TABLES = [(), ("a",), ("b",), ("a", "b")]
MOST = 7  #: larger numbers are not drawn; an attacker who knows that knows more than any


def tiny(profile: Profile, planned: list[tuple[str, ...]]) -> Cube:
    return cube((person("a", 2), person("b", 2)), planned, profile)


counts = st.tuples(*[st.integers(0, MOST)] * 4)
planned_tables = st.lists(st.sampled_from(TABLES), min_size=1, max_size=4, unique=True)


def base_counts(of: Cube, drawn: tuple[int, ...]) -> dict[Key, int]:
    return dict(zip(base_keys(of), drawn, strict=True))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(counts, planned_tables)
def test_what_passes_leaves_three_values_among_all_tables_there_are(drawn: tuple[int, ...], planned: list[tuple[str, ...]]) -> None:
    of = tiny(Profile.ROUND5, planned)
    base = base_of_counts(of, base_counts(of, drawn))
    cells = protect(of, base, rules=rules_for(of)).cells
    verdict = audit(of, of, base, cells, rules=rules_for(of))

    found = list(tables(of, facts(cells, 5), 10))
    assert drawn in found
    narrow = [each.key for each in cells if each.value is None and len(values(of, found, each.key)) < 3]
    exact = true_values(of, base_counts(of, drawn), base_keys(of))
    narrow += [key for key, value in exact.items() if 0 < value < 5 and len(values(of, found, key)) < 3]
    assert verdict.safe == (not narrow)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(counts, st.sets(st.sampled_from(list(product((TOTAL, "a0", "a1"), (TOTAL, "b0", "b1")))), max_size=5))
def test_bounds_are_never_tighter_than_all_tables_there_are(drawn: tuple[int, ...], withheld: set[Key]) -> None:
    """Linear programmes and paper-and-pencil bounds against enumeration, with cells withheld at random."""
    of = tiny(Profile.SUPPRESS, TABLES)
    base = base_of_counts(of, base_counts(of, drawn))
    truth = true_values(of, base_counts(of, drawn), [each.key for each in protect(of, base, rules=rules_for(of)).cells])
    shown = {key: None if key in withheld or value < 5 else value for key, value in truth.items()}
    system = system_of(of, [State(name="s", cube=of, cells=cells_of(shown), rules=rules_for(of), base=base)])
    known = [(key, float(value or 0), float("inf") if value is None else float(value)) for key, value in shown.items()]
    found = list(tables(of, known, 9))

    low, high = variable_bounds(system)
    programme = Programme(system)
    for place, key in enumerate(base_keys(of)):
        least, most = min(values(of, found, key)), max(values(of, found, key))
        assert low[place] <= least
        assert most <= high[place]
        bound = programme.bound(((place, 1),))
        assert bound is not None
        assert bound <= least + 1e-6
        ceiling = programme.bound(negative(((place, 1),)))
        assert ceiling is None or -ceiling >= most - 1e-6


@settings(max_examples=15, derandomize=True, deadline=None)
@given(st.tuples(*[st.integers(0, 9)] * 4))
def test_suppression_that_passes_leaves_no_primary_to_be_recovered(drawn: tuple[int, ...]) -> None:
    of = tiny(Profile.SUPPRESS, TABLES)
    base = base_of_counts(of, base_counts(of, drawn))
    rules = rules_for(of)
    cells = complete(of, of, base, protect(of, base, rules=rules).cells, rules=rules)
    truth = true_values(of, base_counts(of, drawn), [each.key for each in cells])
    assert all(each.value is None for each in cells if truth[each.key] < 5)
    assert all(each.value == truth[each.key] for each in cells if each.value is not None)

    if audit(of, of, base, cells, rules=rules).safe:
        known = [(each.key, float(each.value or 0), float("inf") if each.value is None else float(each.value)) for each in cells]
        found = list(tables(of, known, 11))
        assert all(len(values(of, found, key)) >= 3 for key, value in truth.items() if value < 5)


@settings(max_examples=12, derandomize=True, deadline=None)
@given(st.tuples(*[st.integers(0, 12)] * 4))
def test_suppression_always_finds_complements(drawn: tuple[int, ...]) -> None:
    """Withholding everything is always possible, so the audit agrees in the end."""
    of = tiny(Profile.SUPPRESS, TABLES)
    base = base_of_counts(of, base_counts(of, drawn))
    cells = complete(of, of, base, protect(of, base, rules=rules_for(of)).cells, rules=rules_for(of))

    assert audit(of, of, base, cells, rules=rules_for(of)).safe
