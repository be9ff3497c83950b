"""Differences between editions: nothing is left out, and nothing is made up."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from catalog.difference import Difference, difference, difference_csv
from catalog.plan import FieldChange
from schemas.row import Value
from schemas.table import Table, common_tables
from tests.catalog.shapes_of_rows import STATIONS, field, table

Rows = list[dict[str, Value]]
PLACES = table(field("id"), field("name"), field("visitors", "integer"), field("changed_at", "datetime"), field("row_state"))


def place(id: str, name: str = "Park", visitors: int | None = 1, changed_at: str = "2026-01-01T00:00:00Z") -> dict[str, Value]:
    return {"id": id, "name": name, "visitors": visitors, "changed_at": changed_at, "row_state": "current"}


def test_rows_are_found_by_key_whatever_their_order() -> None:
    found = difference([place("a"), place("b")], [place("b"), place("a"), place("c")], PLACES)

    assert found == Difference(added=(place("c"),), removed=(), changed={}, provenance_only=frozenset())


def test_a_change_names_field_and_both_values() -> None:
    found = difference([place("a", visitors=1)], [place("a", visitors=2)], PLACES)

    assert found.changed == {"a": (FieldChange(field="visitors", before=1, after=2),)}
    assert found.provenance_only == frozenset()


def test_a_new_time_of_change_alone_is_told_apart_but_not_left_out() -> None:
    later = "2026-02-01T00:00:00Z"
    found = difference([place("a"), place("b")], [place("a", changed_at=later), place("b", "Garten", changed_at=later)], PLACES)

    assert found.provenance_only == {"a"}
    assert [each.field for each in found.changed["a"]] == ["changed_at"]
    assert [each.field for each in found.changed["b"]] == ["name", "changed_at"]


def test_a_column_that_only_one_edition_has_counts() -> None:
    found = difference([{"id": "a", "old": "x"}], [{"id": "a", "name": "neu"}], table(field("id"), field("name")))

    assert found.changed["a"] == (FieldChange(field="name", before=None, after="neu"), FieldChange(field="old", before="x", after=None))


def test_empty_text_and_null_are_the_same_but_true_and_one_are_not() -> None:
    of = table(field("id"), field("x"))

    assert difference([{"id": "a", "x": ""}], [{"id": "a", "x": None}], of).is_empty
    assert not difference([{"id": "a", "x": True}], [{"id": "a", "x": 1}], of).is_empty


def test_keys_of_several_fields_are_not_mixed_up() -> None:
    of = table(field("one"), field("two"), key=("one", "two"))
    found = difference([{"one": "a/b", "two": "c"}], [{"one": "a", "two": "b/c"}], of)

    assert (len(found.added), len(found.removed)) == (1, 1)


def test_rows_without_key_are_compared_as_a_whole_and_counted() -> None:
    of = table(field("x"), key=())
    found = difference([{"x": "a"}, {"x": "a"}, {"x": "b"}], [{"x": "a"}, {"x": "c"}], of)

    assert found.added == ({"x": "c"},)
    assert found.removed == ({"x": "a"}, {"x": "b"})


rows = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.sampled_from(["Park", "Bad", None]), st.integers(0, 2) | st.none()), max_size=4
).map(lambda found: [{"id": id, "name": name, "visitors": visitors} for id, (name, visitors) in found.items()])


@given(rows, rows)
def test_applying_the_difference_to_the_earlier_edition_gives_the_later_one(before: Rows, after: Rows) -> None:
    found = difference(before, after, PLACES)

    state = {str(row["id"]): dict(row) for row in before}
    for row in found.removed:
        del state[str(row["id"])]
    for key, changes in found.changed.items():
        assert all(state[key][each.field] == each.before for each in changes)
        state[key].update((each.field, each.after) for each in changes)
    state.update((str(row["id"]), dict(row)) for row in found.added)
    assert state == {str(row["id"]): row for row in after}


@given(rows, rows)
def test_the_way_back_swaps_added_and_removed(before: Rows, after: Rows) -> None:
    there, back = difference(before, after, PLACES), difference(after, before, PLACES)

    assert [there.added, there.removed] == [back.removed, back.added]
    assert there.changed.keys() == back.changed.keys()


def test_csv_has_one_line_a_cell() -> None:
    found = difference(
        [place("a"), place("b"), place("d")],
        [place("a", 'Bad, "neu"', None), place("c", visitors=None), place("d", changed_at="2027-01-01T00:00:00Z")],
        PLACES,
    )

    lines = list(csv.reader(io.StringIO(difference_csv(found, PLACES).decode(), newline=""), strict=True))
    assert lines[0] == ["change", "key", "field", "before", "after"]
    assert ["changed", "a", "name", "Park", 'Bad, "neu"'] in lines
    assert ["changed", "a", "visitors", "1", ""] in lines
    assert ["provenance", "d", "changed_at", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"] in lines
    assert [line[2] for line in lines if line[0] == "added"] == ["id", "name", "changed_at", "row_state"]
    assert [line[2] for line in lines if line[0] == "removed"] == ["id", "name", "visitors", "changed_at", "row_state"]


def test_all_provenance_columns_of_published_tables_are_known_as_such() -> None:
    own: Table = common_tables()["project"]
    row: dict[str, Value] = dict.fromkeys(own.published().field_names)
    touched = {name: ("neu" if name not in own.field_names else None) for name in row}

    found = difference([row | {"id": "a"}], [touched | {"id": "a"}], own.published())

    assert found.provenance_only == {"a"}
    assert len(found.changed["a"]) == len(own.published().fields) - len(own.fields)


def test_two_empty_editions_do_not_differ() -> None:
    assert difference([], [], STATIONS).is_empty
    assert difference_csv(difference([], [], STATIONS), STATIONS) == b"change,key,field,before,after\n"
