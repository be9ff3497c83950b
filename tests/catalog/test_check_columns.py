"""Many rows are judged by their columns first: whatever is wrong with one of them has to be seen there, too."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.checks import check_rows, columns
from catalog.checks.columns import rectangle
from catalog.checks.rows import MANY
from schemas.row import Row, Value
from schemas.table import microdata_tables
from tests.catalog.test_check_traps import TABLE, row

GOOD = [row(id="a" * (number % 40 + 1) + "b" * (number // 40), count=number, choice="a") for number in range(MANY)]


def judged(*wrong: Row) -> set[int]:
    return set(check_rows(TABLE, [*GOOD, *wrong]))


def test_many_good_rows_are_judged_as_a_rectangle_that_is_a_fraction_of_them() -> None:
    table = microdata_tables()["contribution"]
    values: dict[str, Value] = {
        **dict.fromkeys(table.field_names),
        "process_id": "platz",
        "kind": "idea",
        "state": "open",
        "channel": "online",
    }
    rows = [{**values, "id": f"idea-{number}"} for number in range(4 * columns.HEIGHT)]

    found = rectangle(table, rows)

    assert found is not None
    small, content = found
    assert content.count(b"\n") == columns.HEIGHT + 1
    assert [each.name for each in small.fields][:5] == ["id_0", "id_1", "id_2", "id_3", "process_id_4"]
    assert check_rows(table, [Row(table=table.name, key=str(each["id"]), values=each) for each in rows]) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("choice", "ax"),
        ("id", "A"),
        ("id", None),
        ("count", "1_000"),
        ("count", True),
        ("count", -1),
        ("size", math.nan),
        ("open", 1),
        ("day", "2024-1-5"),
        ("day", "2024-02-30"),
        ("moment", "2026-11-22T04:00:00"),
    ],
)
def test_one_wrong_value_among_many_good_rows_is_found_in_its_row(name: str, value: Value) -> None:
    assert rectangle(TABLE, [each.values for each in GOOD]) is not None
    wrong = row(id="zzz")
    assert judged(Row(table="probe", key="zzz", values={**wrong.values, name: value})) == {MANY}


def test_a_key_that_comes_twice_among_many_is_found() -> None:
    assert judged(GOOD[3]) == {MANY}


VALUES = st.sampled_from(["a", "b", "ab", "", None, 1, 0, True, -1, 2.5, "2024-01-05", "2024-1-5", "1"])


@settings(max_examples=25)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(TABLE.field_names[1:], VALUES)), min_size=1, max_size=4))
def test_rows_are_judged_alike_by_themselves_and_among_many(given_rows: list[dict[str, Value]]) -> None:
    made = [row(id=f"z{'abcd'[number]}", **each) for number, each in enumerate(given_rows)]

    assert check_rows(TABLE, made) == {index - MANY: found for index, found in check_rows(TABLE, [*GOOD, *made]).items()}
