"""Finding tables that could be true as well, against the plain way: one integer programme for every value of every number."""

from collections.abc import Iterator
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.disclosure import Earlier, base_of_counts, protect, rules_for
from catalog.disclosure.attacker import State, system_of
from catalog.disclosure.auditing import examine, judge, states_of
from catalog.disclosure.rules import WIDTH
from catalog.disclosure.solving import Programme
from catalog.disclosure.system import System, value
from catalog.disclosure.witnesses import Witnesses
from schemas.statistics import ReportedTotal
from tests.catalog.disclosure.attacker import base_keys
from tests.catalog.disclosure.people import cube, person, released

TABLES = [(), ("a",), ("b",), ("a", "b")]
OF = cube((person("a", 2), person("b", 2)), TABLES)
counts = st.tuples(*[st.integers(0, 9)] * 4)
#: Who came and who went, by base cell.
changes = st.tuples(*[st.integers(-1, 7)] * 4)


def system(drawn: tuple[int, ...], change: tuple[int, ...] | None, *, reported: bool = False) -> System:
    """Of one release, or of two."""
    old = base_of_counts(OF, dict(zip(base_keys(OF), drawn, strict=True)))
    after = [max(0, number + more) for number, more in zip(drawn, change or (0,) * 4, strict=True)]
    new = base_of_counts(OF, dict(zip(base_keys(OF), after, strict=True)))
    rules = rules_for(OF)
    earlier = Earlier(release=released(OF, protect(OF, old, rules=rules).cells, rules), base=old)
    total = [ReportedTotal(key=("_T", "_T"), value=sum(after), qualifier="exact", source="Presse")] if reported else []
    state = State(name="neu", cube=OF, cells=protect(OF, new, rules=rules).cells, rules=rules, base=new, reported=total)
    return system_of(OF, [*(states_of([earlier]) if change is not None else []), state])


def possible(programme: Programme, of: System, form: int, number: int) -> bool:
    found = programme.least((), within=[(of.forms[form].row, number, number)])
    return found.point is not None and of.holds(found.point) and value(of.forms[form].row, found.point) == number


def values(programme: Programme, of: System, form: int) -> Iterator[int]:
    """All that are near to the truth, the nearest first."""
    true = value(of.forms[form].row, of.start)
    yield from (
        number for number in sorted(range(true - 9, true + 10), key=lambda each: abs(each - true)) if possible(programme, of, form, number)
    )


def plainly_safe(of: System) -> bool:
    """The rule, as it stands in docs/disclosure.md, without any short cut."""
    while True:
        programme = Programme(of)
        narrow = {form for form in range(len(of.forms)) if _few(values(programme, of, form))}
        if any(not of.forms[form].empty for form in narrow):
            return False
        if not narrow:
            return True
        of = of.told(narrow)


def _few(found: Iterator[int]) -> bool:
    return len([each for each, _ in zip(found, range(WIDTH), strict=False)]) < WIDTH


@settings(max_examples=5, derandomize=True, deadline=None)
@given(counts, st.none() | changes, st.booleans())
def test_the_verdict_is_that_of_the_plain_way(drawn: tuple[int, ...], change: tuple[int, ...] | None, reported: bool) -> None:
    of = system(drawn, change, reported=reported)
    told, unsafe, _ = examine(of)

    assert (not unsafe) == plainly_safe(of)
    assert unsafe or judge(of).safe
    assert told.holds(told.start)


@settings(max_examples=4, derandomize=True, deadline=None)
@given(counts, changes, st.integers(0, 99))
def test_every_value_is_of_a_table_and_stays_so_when_readers_are_told_more(
    drawn: tuple[int, ...], change: tuple[int, ...], seed: int
) -> None:  # fmt: skip
    of = system(drawn, change)
    witnesses, random = Witnesses(of), Random(seed)
    witnesses.walk_on(random.sample(sorted(witnesses.open), k=len(witnesses.open) // 3))
    empty = [form for form in sorted(witnesses.open) if of.forms[form].empty]
    told = set(random.sample(empty, k=min(2, len(empty))))
    kept = witnesses.proof().without(told)
    narrower = of.told(told)
    programme = Programme(narrower)

    for form, seen in enumerate(kept.seen):
        assert all(possible(programme, narrower, form, number) for number in seen), narrower.forms[form].name

    again = Witnesses(narrower, kept)
    again.walk(2)
    told_twice = [form for form in sorted(again.open) if narrower.forms[form].empty][:1]
    last = narrower.told(told_twice)
    programme = Programme(last)
    for form, seen in enumerate(again.proof().without(told_twice).seen):
        assert all(possible(programme, last, form, number) for number in seen), last.forms[form].name


def test_control_values_from_tables_in_which_what_was_told_is_not_zero_are_no_proof() -> None:
    """Nobody of a group has come, a reader is told; tables in which somebody has would show that one of its members may have."""
    of = system((9, 5, 7, 9), (0, 0, 3, 6))
    witnesses = Witnesses(of)
    witnesses.walk(2)
    (group,) = (form for form, each in enumerate(of.forms) if each.name.endswith("→ neu a0/_T"))
    (member,) = (form for form, each in enumerate(of.forms) if each.name.endswith("→ neu a0/b0"))

    assert 1 in witnesses.seen[member]
    narrower = of.told({group})
    assert not possible(Programme(narrower), narrower, narrower.forms.index(of.forms[member]), 1)


def test_the_same_system_has_the_same_walk() -> None:
    of = system((0, 5, 5, 7), (0, 3, 2, 6))
    one, two = Witnesses(of), Witnesses(of)
    one.walk(3)
    two.walk(3)

    assert one.seen == two.seen
