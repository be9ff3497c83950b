"""Which answers become categories of their own, and which statistics a pattern stands for."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from catalog.cubes.choices import choices_of, released_choices, with_choices
from catalog.cubes.coding import Observed
from catalog.cubes.counting import count, cross
from catalog.cubes.patterns import name_of, statistics_of
from schemas.cube_files import shipped_cubes
from schemas.cube_plan import CubePlan
from schemas.declaration import DATASET_NAME
from schemas.row import Value
from schemas.statistics import TOTAL, UNKNOWN

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROCESSES: Mapping[str, Mapping[str, Value]] = {"platz-2026": {"title": "Umfrage zum Platz"}}


def public(table: str) -> Mapping[str, Mapping[str, Value]]:
    return PROCESSES if table == "process" else {}


def answers(option: str | None, number: int, *, start: int = 0, question: str = "q1", **values: Value) -> Iterator[Observed]:
    for each in range(start, start + number):
        content = {"person": f"p{each}", "process_id": "platz-2026", "question": question, "option": option, **values}
        yield Observed(table="answer", key=f"{question}-{option}-{each}", process="platz-2026", first_at=AT, values=content)


def statistic(*rows: Observed) -> CubePlan:
    (found,) = statistics_of(shipped_cubes()["antworten"], rows, public)
    return found


def settled(*rows: Observed) -> CubePlan:
    plan = statistic(*rows)
    return with_choices(plan, {"option": choices_of(plan, "option", rows).often}).resolved(public, at=AT)


def test_what_ten_persons_chose_is_an_answer_of_its_own_and_the_rest_is_one() -> None:
    rows = [*answers("ja", 10), *answers("nein", 9, start=20), *answers("jein", 2, start=40), *answers(None, 1, start=60)]

    plan = settled(*rows)
    found = cross(count(plan, rows, public))

    assert plan.cube.dimension("option").codes == ("ja", "other", UNKNOWN)
    assert {key[0]: number for key, number in found.items() if number} == {"ja": 10, "other": 11, UNKNOWN: 1, TOTAL: 22}
    assert count(plan, rows, public).findings == ()


def test_what_a_pattern_makes_knows_the_process_it_is_about() -> None:
    assert statistic(*answers("ja", 10)).cube.about == (("process", "platz-2026"),)
    assert shipped_cubes()["antworten"].cube.about == ()


def test_whoever_gave_two_answers_stands_with_both_and_counts_once() -> None:
    rows = [*answers("a", 12), *answers("b", 12, start=6)]

    found = cross(count(settled(*rows), rows, public))

    assert {key[0]: number for key, number in found.items() if number} == {"a": 12, "b": 12, TOTAL: 18}


def test_ten_answers_of_one_person_are_no_choice_of_ten() -> None:
    plan = statistic(*answers("ja", 1))
    same = [next(answers("ja", 1)) for _ in range(10)]

    assert choices_of(plan, "option", same).often == ()


def test_invented_answers_make_no_category_and_no_statistic() -> None:
    rows = [*answers("ja", 50, synthetic=True)]

    assert list(statistics_of(shipped_cubes()["antworten"], rows, public)) == []
    assert choices_of(statistic(*answers("ja", 1)), "option", rows).persons == {}


def test_a_rest_that_nearly_gives_its_answers_away_is_noticed() -> None:
    plan = statistic(*answers("a", 1))
    close = [row for place, option in enumerate("abcd") for row in answers(option, 9, start=100 * place)]
    far = [row for place, option in enumerate("abcd") for row in answers(option, 6, start=100 * place)]

    assert choices_of(plan, "option", close).are_too_close
    assert not choices_of(plan, "option", far).are_too_close
    assert not choices_of(plan, "option", [*answers("a", 9)]).are_too_close  # withheld, as any small number


def test_later_releases_keep_the_choices_of_the_first() -> None:
    rows = [*answers("ja", 10), *answers("nein", 3, start=20)]
    first = settled(*rows)

    assert released_choices(statistic(*rows), "option", first.cube) == ("ja",)


def test_a_pattern_is_never_counted_itself() -> None:
    pattern = shipped_cubes()["antworten"]

    with pytest.raises(ValueError, match="pattern"):
        pattern.resolved(public, at=AT)
    with pytest.raises(ValueError, match="pattern"):
        statistic(*answers("ja", 1)).resolved(public, at=AT)


def test_each_question_is_a_statistic_and_an_open_one_is_none() -> None:
    rows = [*answers("ja", 1), *answers("x", 1, question="q2"), *answers(None, 5, question="warum")]

    found = {each.name: each for each in statistics_of(shipped_cubes()["antworten"], rows, public)}

    assert sorted(found) == ["antworten_platz-2026_q1", "antworten_platz-2026_q2"]
    assert found["antworten_platz-2026_q2"].cube.title.de == "Umfrage zum Platz: Antworten auf die Frage »q2«"
    assert found["antworten_platz-2026_q1"].rows[0].where == {"process_id": ("platz-2026",), "question": ("q1",)}


def test_names_are_names_of_data_sets_and_never_the_same() -> None:
    values = [("a-b", "c"), ("a", "b-c"), ("a.b", "c"), ("a:b", "c"), ("x" * 127, "c"), ("x" * 127, "d")]

    names = [name_of("antworten", each) for each in values]

    assert names[0] == "antworten_a-b_c"
    assert len(set(names)) == len(values)
    assert all(DATASET_NAME.fullmatch(each) for each in names)
