"""From a query string to cells: what may be asked, and that nothing else is ever answered."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.statistics.errors import NotPublished, RepeatedChoice, UnknownChoice
from catalog.statistics.selection import Question, Selection, default_table, read_question, select
from schemas.statistics import TOTAL
from tests.catalog.statistics.world import AGE, CUBE, release_of

RELEASE = release_of()


def ask(query: str) -> Selection:
    return select(RELEASE, read_question(CUBE, parse_qsl(query, keep_blank_values=True)))


def keys(query: str) -> list[tuple[str, ...]]:
    return [each.key for each in ask(query).cells()]


def test_nothing_asked_is_the_default_table() -> None:
    assert keys("") == [(time, TOTAL, age) for time in ("2025-S2", "2026-S1") for age in AGE.codes]


def test_codes_of_the_default_table_narrow_it() -> None:
    assert keys("alter=60") == [("2025-S2", TOTAL, "60"), ("2026-S1", TOTAL, "60")]
    assert keys("alter=60&halbjahr=2026-S1") == [("2026-S1", TOTAL, "60")]


def test_codes_of_another_table_choose_it() -> None:
    assert keys("ortsbezirk=02,01") == [(TOTAL, "01", TOTAL), (TOTAL, "02", TOTAL)]
    assert keys("ortsbezirk=01&halbjahr=2026-S1") == [("2026-S1", "01", TOTAL)]


def test_a_dimension_at_its_total_does_not_vary() -> None:
    assert keys("alter=_T") == [("2025-S2", TOTAL, TOTAL), ("2026-S1", TOTAL, TOTAL)]
    assert keys("alter=_T&halbjahr=_T") == [(TOTAL, TOTAL, TOTAL)]


def test_codes_and_the_total_can_be_asked_together() -> None:
    assert keys("ortsbezirk=01,_T") == [(TOTAL, TOTAL, TOTAL), (TOTAL, "01", TOTAL)]
    assert len(keys("alter=_T,60&halbjahr=_T,2026-S1")) == 4


def test_group_by_picks_a_published_table() -> None:
    assert keys("group_by=ortsbezirk") == [(TOTAL, code, TOTAL) for code in ("01", "02", "_U")]
    assert keys("group_by=alter,halbjahr") == keys("group_by=halbjahr,alter") == keys("")
    assert keys("group_by=_T") == [(TOTAL, TOTAL, TOTAL)]
    assert keys("group_by=halbjahr&alter=60") == keys("alter=60")


@pytest.mark.parametrize("query", ["group_by=ortsbezirk,alter", "ortsbezirk=01&alter=60", "group_by=alter&ortsbezirk=01"])
def test_what_no_table_has_together_is_refused_with_what_there_is(query: str) -> None:
    with pytest.raises(NotPublished) as refused:
        ask(query)

    assert refused.value.dimensions == ("ortsbezirk", "alter")
    assert refused.value.instead == (("ortsbezirk",), ("alter",))
    assert refused.value.rules == "round5/1"


def test_the_total_of_an_unpublished_table_is_refused_too() -> None:
    without = replace(CUBE, tables=(("halbjahr", "alter"),))

    with pytest.raises(NotPublished) as refused:
        select(release_of(without), Question(codes={"halbjahr": (TOTAL, "2026-S1")}, group_by=("alter",)))

    assert refused.value.dimensions == ("alter",)
    assert refused.value.instead == (("halbjahr", "alter"),)


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("colour=red", "colour", ("halbjahr", "ortsbezirk", "alter", "group_by", "pivot", "share", "lang")),
        ("Alter=60", "Alter", ("halbjahr", "ortsbezirk", "alter", "group_by", "pivot", "share", "lang")),
        ("alter=61", "alter", (TOTAL, *AGE.codes)),
        ("alter=60,", "alter", (TOTAL, *AGE.codes)),
        ("alter=,", "alter", (TOTAL, *AGE.codes)),
        ("alter=U30", "alter", (TOTAL, *AGE.codes)),
        ("alter=60%00", "alter", (TOTAL, *AGE.codes)),
        ("alter=%2060", "alter", (TOTAL, *AGE.codes)),
        ("alter=*", "alter", (TOTAL, *AGE.codes)),
        ("alter=-60", "alter", (TOTAL, *AGE.codes)),
        ("group_by=farbe", "group_by", ("halbjahr", "ortsbezirk", "alter", TOTAL)),
        ("group_by=alter,_T", "group_by", ("halbjahr", "ortsbezirk", "alter")),
        ("pivot=farbe", "pivot", ("halbjahr", "ortsbezirk", "alter")),
        ("pivot=ortsbezirk", "pivot", ("halbjahr", "alter")),
        ("lang=fr", "lang", ("de", "en")),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(query: str, parameter: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(UnknownChoice) as refused:
        ask(query)

    assert (refused.value.parameter, refused.value.allowed) == (parameter, allowed)


@pytest.mark.parametrize("query", ["alter=60&alter=u30", "alter=60&alter=60", "group_by=alter&group_by=_T", "lang=de&lang=en"])
def test_a_parameter_given_twice_is_refused(query: str) -> None:
    with pytest.raises(RepeatedChoice):
        ask(query)


def test_empty_parameters_count_as_not_given() -> None:
    assert keys("alter=&group_by=&pivot=") == keys("")


def test_equal_questions_have_one_spelling() -> None:
    spellings = ("alter=60,u30&halbjahr=2026-S1", "halbjahr=2026-S1&alter=u30,60,60", "lang=de&alter=u30,60&halbjahr=2026-S1&pivot=")

    assert {read_question(CUBE, parse_qsl(each)).canonical for each in spellings} == {"halbjahr=2026-S1&alter=u30,60"}
    assert read_question(CUBE, ()).canonical == ""


def test_a_release_without_its_default_table_offers_its_first() -> None:
    assert default_table(replace(CUBE, tables=(("ortsbezirk",), ()))) == ("ortsbezirk",)


def test_a_dimension_without_categories_gives_no_rows() -> None:
    empty = replace(CUBE, dimensions=(CUBE.dimensions[0], CUBE.dimensions[1], replace(AGE, categories=())))

    assert list(select(release_of(empty), Question(codes={}, group_by=("alter",))).cells()) == []


QUESTIONS = st.lists(
    st.tuples(
        st.sampled_from(["halbjahr", "ortsbezirk", "alter", "group_by", "pivot", "share", "lang"]),
        st.lists(
            st.sampled_from([TOTAL, "2025-S2", "2026-S1", "01", "02", "_U", "u30", "60", "alter", "halbjahr", "ortsbezirk", "en", ""]),
            max_size=3,
        ).map(",".join),
    ),
    max_size=4,
)


@given(QUESTIONS)
@settings(derandomize=True, max_examples=100)
def test_every_answer_consists_of_cells_of_the_release_and_its_spelling_asks_the_same(pairs: list[tuple[str, str]]) -> None:
    try:
        question = read_question(CUBE, pairs)
        selection = select(RELEASE, question)
    except (UnknownChoice, RepeatedChoice, NotPublished):
        return

    cells = list(selection.cells())

    assert all(RELEASE.by_key[each.key] is each for each in cells)
    assert len({each.key for each in cells}) == len(cells)
    assert read_question(CUBE, parse_qsl(question.canonical)) == question
