"""Guards over lists that share a table: what the table as a whole would not notice."""

from collections.abc import Sequence

import pytest

from catalog.plan import Guards, HeldReason, Intake, Part, Plan, PublishedRow, Review, RowState, SeenTable, Window
from catalog.planning import make_plan
from schemas.model import SourceReference
from schemas.row import Row
from tests.catalog.test_planning import NOW, TREES, WEEK, published, refused, row, rows

OAKS = Part(title="Eichen", field="id", begins="eiche-")
PARTS = (OAKS, Part(title="Bäume", field="id", begins="b"))


def oaks(count: int, start: int = 0) -> list[Row]:
    return [row(f"eiche-{number}") for number in range(start, start + count)]


def plan(seen: Sequence[Row], before: Sequence[PublishedRow], *, guards: Guards | None = None, **more: object) -> Plan:
    table = SeenTable(declaration=TREES, rows=tuple(seen), parts=PARTS, **more)  # type: ignore[arg-type]  # fields of several types
    intake = Intake(source=SourceReference(name="park", title="Park"), run=2, at=NOW, tables=(table,))
    guarding = guards or Guards(review=Review.NEVER)
    return make_plan(intake, published={"tree": before}, known_datasets=("baeume",), guards=guarding, base="1")


@pytest.mark.parametrize(
    ("left", "reason"),
    [(0, HeldReason.EMPTY), (4, HeldReason.SHRUNK), (5, None), (10, None)],
    ids=["empty", "less than half", "half", "all"],
)
def test_a_list_that_is_empty_or_has_lost_more_than_half_is_held(left: int, reason: HeldReason | None) -> None:
    made = plan([*rows(90), *oaks(left)], published([*rows(90), *oaks(10)]))

    assert [each.reason for each in made.holds] == ([reason] if reason else [])


def test_the_sentence_names_the_list_and_its_numbers() -> None:
    (held,) = plan(rows(90), published([*rows(90), *oaks(3)])).holds
    assert held.message == "Tabelle »Bäume« enthält aus »Eichen« keine der 3 bisherigen Zeilen mehr."

    (held,) = plan([*rows(90), *oaks(1)], published([*rows(90), *oaks(3)])).holds
    assert held.message == "Tabelle »Bäume« enthält aus »Eichen« 2 von 3 bisherigen Zeilen nicht mehr."


def test_what_a_person_has_approved_is_not_missed_again() -> None:
    gone = published(oaks(3), RowState.MISSING, NOW - WEEK, acknowledged=True)

    assert plan(rows(90), [*published(rows(90)), *gone]).holds == ()


def test_what_waits_on_the_list_of_rows_to_be_checked_is_there() -> None:
    made = plan(rows(90), published([*rows(90), *oaks(2)]), quarantined=tuple(refused(each.key) for each in oaks(2)))

    assert made.holds == ()


def test_nothing_follows_from_a_part_of_an_answer() -> None:
    before = published([*rows(90), *oaks(3)])

    assert plan(rows(90), before, complete=False).holds == ()
    assert plan(rows(90), before, window=Window(field="kind")).holds == ()
    assert plan(rows(90), before, quarantined=(refused(""),)).holds == (), "it may be any of them"


def test_a_table_that_is_held_as_a_whole_is_held_once() -> None:
    made = plan([], published([*rows(9), *oaks(3)]))

    assert [each.reason for each in made.holds] == [HeldReason.EMPTY]


def test_a_source_that_may_shrink_more_may_do_so_in_each_of_its_lists() -> None:
    guards = Guards(review=Review.NEVER, max_shrink=0.9)
    before = published([*rows(90), *oaks(10)])

    assert plan([*rows(90), *oaks(1)], before, guards=guards).holds == ()
    assert [each.reason for each in plan(rows(90), before, guards=guards).holds] == [HeldReason.EMPTY]


def test_a_list_is_known_by_a_field_or_by_the_address_of_its_rows() -> None:
    assert [OAKS.covers({"id": each}) for each in ("eiche-1", "b1", None)] == [True, False, False]
    listed = Part(title="Liste", begins="https://stadt.example/a", exact=True)
    assert [listed.covers({}, each) for each in ("https://stadt.example/a", "https://stadt.example/ab", "")] == [True, False, False]


def test_an_address_that_only_begins_alike_is_another_list() -> None:
    first = Part(title="Erste", begins="https://ris.example/meetings?body=1")
    after = ("", "&page=2", "0", "0&page=2")
    assert [first.covers({}, f"{first.begins}{each}") for each in after] == [True, True, False, False]
    assert Part(title="Liste", begins="https://stadt.example/a?").covers({}, "https://stadt.example/a?page=2")


def test_a_list_may_be_what_no_other_list_is() -> None:
    first = Part(title="Erste", begins="https://ris.example/body/1")
    rest = Part(title="Übrige", begins="", others=(first,))
    assert [rest.covers({}, f"https://ris.example/body/{each}") for each in ("1", "1/meeting", "2", "12")] == [False, False, True, True]


def test_a_row_of_which_nothing_is_known_stays_and_lets_the_others_go() -> None:
    before = published(rows(10), RowState.MISSING, NOW - WEEK)
    seen = SeenTable(declaration=TREES, rows=(), doubtful=frozenset({before[0].row.key, "no such row"}))
    intake = Intake(source=SourceReference(name="park", title="Park"), run=2, at=NOW, tables=(seen,))
    made = make_plan(intake, published={"tree": before}, known_datasets=("baeume",), guards=Guards(max_shrink=1), base="1")

    assert {each.key for each in made.tables[0].changes} == {each.row.key for each in before[1:]}
    assert [each.reason for each in made.holds if each.reason is HeldReason.EMPTY] == []
