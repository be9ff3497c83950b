"""What Frictionless 5.21 lets pass and klar must not; and what it must not break (engines measured, section 2)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.checks import check_rows
from schemas.row import Row, Value
from schemas.table import Table, table_from_descriptor


def field(name: str, kind: str = "string", **constraints: object) -> dict[str, object]:
    return {
        "name": name,
        "type": kind,
        "title": name,
        "description": name,
        "klar:disclosure": "public",
        "constraints": constraints,
    }


TABLE: Table = table_from_descriptor(
    "probe",
    {
        "title": "Probe",
        "description": "Probe",
        "primaryKey": "id",
        "fields": [
            field("id", required=True, pattern="[a-z]+"),
            field("choice", pattern="a|b"),
            field("count", "integer", minimum=0),
            field("size", "number"),
            field("open", "boolean"),
            field("day", "date"),
            field("moment", "datetime"),
        ],
    },
)


def row(**values: Value) -> Row:
    filled = {**dict.fromkeys(TABLE.field_names), "id": "a", **values}
    return Row(table="probe", key=str(filled["id"]), values=filled)


@pytest.mark.parametrize(
    "values",
    [
        {"choice": "b"},
        {"count": 0, "size": -1.5, "open": False},
        {"size": 5},
        {"day": "2024-01-05", "moment": "2026-11-22T04:00:00Z"},
        {"id": "abc"},
    ],
)
def test_good_values_pass(values: dict[str, Value]) -> None:
    assert check_rows(TABLE, [row(**values)]) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "a\n"),  # `$` lets a line end pass
        ("choice", "ax"),  # `^a|b$`
        ("choice", "xb"),
        ("count", "1_000"),
        ("count", " 1 "),
        ("count", "٣"),
        ("count", True),
        ("count", 1.5),
        ("size", math.nan),
        ("size", math.inf),
        ("size", "1e5"),
        ("open", "ja"),
        ("open", "true"),
        ("day", "2024-1-5"),
        ("day", "05.01.2024"),  # read as 1 May with format "any"
        ("day", "2024-02-30"),
        ("moment", "2026-11-22T04:00:00"),  # naive against aware: TypeError
        ("moment", "2026-11-22T05:00:00+01:00"),
        ("id", 5),
    ],
)
def test_a_value_in_another_form_is_refused_and_its_field_named(name: str, value: Value) -> None:
    found = check_rows(TABLE, [row(id="b"), row(**{name: value}), row(id="c")])

    assert list(found) == [1]
    assert {each.field for each in found[1]} == {name}
    assert not any(isinstance(value, str) and len(value) > 3 and value in each.message for each in found[1])


def test_an_empty_key_is_refused() -> None:
    assert list(check_rows(TABLE, [row(id=None, count=1), row()])) == [0]


def test_line_ends_quotes_and_separators_inside_values_shift_no_row() -> None:
    rows = [row(id="a", choice="b"), row(id="b", choice='x"\n,\r\n"y'), row(id="c", count=-1)]

    found = check_rows(TABLE, rows)

    assert {index: {each.field for each in findings} for index, findings in found.items()} == {1: {"choice"}, 2: {"count"}}


_VALUES = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats() | st.text(max_size=8)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(TABLE.field_names, _VALUES)), min_size=1, max_size=6))
def test_a_row_is_judged_the_same_alone_and_among_others(contents: list[dict[str, Value]]) -> None:
    """Whatever stands in a row, it neither stops the others' check nor changes its result (equal keys are the planner's matter)."""
    rows = [row(**content) for content in contents]

    together = check_rows(TABLE, rows)

    for index, each in enumerate(rows):
        alone = check_rows(TABLE, [each]).get(0, ())
        assert {(f.code, f.field) for f in alone} == {(f.code, f.field) for f in together.get(index, ()) if f.code != "primary-key"} | {
            (f.code, f.field) for f in alone if f.code == "primary-key"
        }
