"""One thing under two keys: the first route stays."""

from dataclasses import replace

import pytest

from catalog.plan import SeenTable
from catalog.sameness import settle_values
from schemas.declaration import declaration_of_table
from schemas.row import Row

TABLE = "upstream_dataset"


def seen(*rows: tuple[str, str]) -> SeenTable:
    """(key, shared identifier) of each row."""
    made = tuple(Row(table=TABLE, key=key, values={"uri": key, "identifier": identifier}) for key, identifier in rows)
    return SeenTable(declaration=declaration_of_table(TABLE), rows=made)


def settled(table: SeenTable, **more: object) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """Keys that stay, (key, code) of refused ones, codes of what is only told."""
    known: dict[str, object] = {"taken": {}, "published": (), "withdrawn": (), **more}
    result, noted = settle_values(table, **known)  # type: ignore[arg-type]  # test shorthand
    refused = [(each.key, finding.code) for each in result.quarantined for finding in each.findings]
    return [each.key for each in result.rows], refused, [each.code for each in noted]


def test_different_things_all_stay() -> None:
    assert settled(seen(("a", "1"), ("b", "2"))) == (["a", "b"], [], [])


@pytest.mark.parametrize("order", [1, -1])
def test_within_one_source_the_order_of_the_answer_does_not_decide(order: int) -> None:
    rows = [("b", "1"), ("a", "1")][::order]

    assert settled(seen(*rows)) == (["a"], [("b", "same-thing")], [])


def test_what_stands_published_stays_before_what_comes_new() -> None:
    assert settled(seen(("a", "1"), ("b", "1")), published=["b"]) == (["b"], [("a", "same-thing")], [])


def test_what_another_source_publishes_is_not_taken_again() -> None:
    assert settled(seen(("a", "1")), taken={("identifier", "1"): "andere"}) == ([], [("a", "same-thing")], [])


def test_two_that_came_in_by_both_routes_at_once_stay_until_a_person_decides() -> None:
    assert settled(seen(("a", "1")), taken={("identifier", "1"): "andere"}, published=["a"]) == (["a"], [], ["same-thing"])


def test_what_was_withdrawn_does_not_come_back_under_another_name() -> None:
    assert settled(seen(("b", "a")), withdrawn=["a"], published=["b"]) == ([], [("b", "withdrawn")], [])


def test_tables_without_such_fields_are_left_alone() -> None:
    table = replace(seen(("a", "1"), ("b", "1")), declaration=declaration_of_table("organisation"))

    assert settle_values(table, taken={}, published=(), withdrawn=()) == (table, ())
