"""Rules of the planner, one story each; sequences of source states in test_planning_properties."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from catalog.plan import Change, FieldChange, Guards, HeldReason, Intake, Plan, PublishedRow, Review, RowState, SeenTable
from catalog.planning import make_plan, settle_keys
from schemas.declaration import Declaration
from schemas.model import SourceReference
from schemas.row import Finding, Quarantined, Row
from schemas.table import table_from_descriptor
from schemas.values import Frequency, Text

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
WEEK = timedelta(days=7)


def field(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": "string", "title": name, "description": name, "klar:disclosure": "public", **more}


TABLE = table_from_descriptor(
    "tree", {"title": "Bäume", "description": "Bäume", "primaryKey": "id", "fields": [field("id"), field("name"), field("kind")]}
)
TREES = Declaration(
    name="baeume",
    table=TABLE,
    title=Text(de="Bäume"),
    description=Text(de="Bäume"),
    themes=(),
    keywords=(),
    frequency=Frequency.IRREGULAR,
    kind="other",
    provenance=Text(de="Test"),
)


def row(key: str, name: str = "Linde", kind: str | None = None, source_url: str = "") -> Row:
    return Row(table="tree", key=key, values={"id": key, "name": name, "kind": kind}, source_url=source_url, origin="baeume.csv")


def rows(count: int, start: int = 0) -> list[Row]:
    return [row(f"b{number:05}") for number in range(start, start + count)]


def published(
    content: Sequence[Row], state: RowState = RowState.CURRENT, since: datetime | None = None, **more: bool
) -> list[PublishedRow]:
    known = more.get("acknowledged", False)
    return [
        PublishedRow(source="park", row=each, state=state, state_since=since, acknowledged=known, changed_at=NOW, changed_run=1)
        for each in content
    ]


def refused(key: str, digest: str = "x") -> Quarantined:
    return Quarantined(table="tree", key=key, digest=digest, findings=(Finding(code="type-error", message="falsch"),))


def plan(
    seen: Sequence[Row],
    before: Sequence[PublishedRow] = (),
    *,
    quarantined: Sequence[Quarantined] = (),
    complete: bool = True,
    known: Sequence[str] = ("baeume",),
    guards: Guards | None = None,
    at: datetime = NOW,
) -> Plan:
    table = SeenTable(declaration=TREES, rows=tuple(seen), quarantined=tuple(quarantined), complete=complete)
    intake = Intake(source=SourceReference(name="park", title="Grünflächenamt"), run=2, at=at, tables=(table,))
    return make_plan(
        intake,
        published={"tree": before},
        known_datasets=known,
        guards=guards or Guards(review=Review.NEVER),
        base="1",
    )


def changes(made: Plan) -> list[tuple[Change, str]]:
    return [(each.change, each.key) for each in made.tables[0].changes]


def reasons(made: Plan) -> list[HeldReason]:
    return [each.reason for each in made.holds]


def test_equal_rows_change_nothing() -> None:
    made = plan(rows(3), published(rows(3)))

    assert made.is_empty
    assert made.tables[0].unchanged == 3


def test_a_changed_row_is_updated_field_by_field() -> None:
    made = plan([row("b1", "Eiche", source_url="https://a.example")], published([row("b1", "Linde")]))

    (change,) = made.tables[0].changes
    assert change.change is Change.UPDATE
    assert change.fields == (
        FieldChange(field="name", before="Linde", after="Eiche"),
        FieldChange(field="source_url", before="", after="https://a.example"),
    )


def test_creates_stand_before_updates_before_removals() -> None:
    before = [*published([row("b1"), row("b2")]), *published([row("b3")], RowState.MISSING, NOW - WEEK)]

    made = plan([row("b1", "Eiche"), row("b9"), row("b2")], before, guards=Guards(review=Review.NEVER, max_shrink=0.5))

    assert changes(made) == [(Change.CREATE, "b9"), (Change.UPDATE, "b1"), (Change.REMOVE, "b3")]


def test_a_missing_row_is_marked_first_and_removed_a_week_after_its_first_miss() -> None:
    almost = plan(rows(9), [*published(rows(9)), *published([row("gone")], RowState.MISSING, NOW - WEEK + timedelta(seconds=1))])
    due = plan(rows(9), [*published(rows(9)), *published([row("gone")], RowState.MISSING, NOW - WEEK)])
    first = plan(rows(9), published([*rows(9), row("gone")]))

    assert changes(first) == [(Change.MISS, "gone")]
    assert almost.is_empty
    assert changes(due) == [(Change.REMOVE, "gone")]


def test_a_missing_row_that_comes_back_returns_under_its_key_with_what_changed() -> None:
    before = published([row("b1"), row("b2")], RowState.MISSING, NOW)

    made = plan([row("b1"), row("b2", "Eiche")], before)

    assert changes(made) == [(Change.RETURN, "b1"), (Change.RETURN, "b2")]
    assert [each.field for each in made.tables[0].changes[1].fields] == ["name"]


def test_nothing_follows_from_absence_when_a_file_could_not_be_read() -> None:
    due = published([row("gone")], RowState.MISSING, NOW - WEEK)

    made = plan([], [*published(rows(9)), *due], complete=False)

    assert made.is_empty
    assert made.holds == ()


def test_a_quarantined_row_keeps_its_last_good_version_marked_stale() -> None:
    made = plan(rows(1, start=1), published(rows(2)), quarantined=[refused("b00000")])

    assert changes(made) == [(Change.STALE, "b00000")]
    assert made.holds == ()


def test_a_quarantined_row_that_was_never_published_changes_nothing() -> None:
    made = plan(rows(1), published(rows(1)), quarantined=[refused("new")])

    assert made.is_empty


def test_a_stale_row_that_is_good_again_returns_or_is_updated() -> None:
    made = plan([row("b1"), row("b2", "Eiche")], published([row("b1"), row("b2")], RowState.STALE, NOW))

    assert changes(made) == [(Change.UPDATE, "b2"), (Change.RETURN, "b1")]


def test_a_row_that_is_still_refused_stays_as_it_is() -> None:
    made = plan([], published([row("b1")], RowState.STALE, NOW), quarantined=[refused("b1")])

    assert made.is_empty


def test_a_record_without_readable_key_may_be_any_missing_row() -> None:
    made = plan(rows(9), published(rows(10)), quarantined=[refused("")])

    assert made.is_empty
    assert [each.code for each in made.findings] == ["absence-unknown"]


def settled(
    seen: Sequence[Row], *, quarantined: Sequence[Quarantined] = (), taken: dict[str, str] | None = None, withdrawn: Sequence[str] = ()
) -> tuple[SeenTable, tuple[Finding, ...]]:
    table = SeenTable(declaration=TREES, rows=tuple(seen), quarantined=tuple(quarantined))
    return settle_keys(table, taken=taken or {}, withdrawn=withdrawn)


def keys(table: SeenTable) -> list[str]:
    return [each.key for each in table.rows]


def test_another_source_is_never_overwritten() -> None:
    table, _ = settled(rows(2), taken={"b00000": "forst"})

    assert keys(table) == ["b00001"]
    (item,) = table.quarantined
    assert (item.key, item.findings[0].code, item.acceptable) == ("b00000", "duplicate-key", False)
    assert "forst" in item.findings[0].message


def test_of_contradicting_rows_with_one_key_none_is_guessed() -> None:
    table, _ = settled([row("b1", "Eiche"), row("b1", "Ulme"), row("b2")])

    assert keys(table) == ["b2"]
    assert [each.findings[0].code for each in table.quarantined] == ["duplicate-key", "duplicate-key"]
    assert changes(plan(table.rows, published([row("b1"), row("b2")]), quarantined=table.quarantined)) == [(Change.STALE, "b1")]


def test_a_valid_row_that_shares_its_key_with_a_refused_one_is_refused_too() -> None:
    table, _ = settled([row("b1", "Eiche")], quarantined=[refused("b1")])

    assert keys(table) == []
    assert [each.key for each in table.quarantined] == ["b1", "b1"]


def test_equal_rows_with_one_key_count_once_and_are_reported() -> None:
    table, repeated = settled([row("b1"), row("b1")])

    assert keys(table) == ["b1"]
    assert [(each.code, each.key) for each in repeated] == [("repeated-row", "b1")]


def test_a_withdrawn_row_does_not_come_back() -> None:
    table, _ = settled(rows(2), withdrawn=["b00000"])

    assert keys(table) == ["b00001"]
    assert [each.findings[0].code for each in table.quarantined] == ["withdrawn"]


def test_no_message_about_a_key_quotes_it() -> None:
    phone = "0631 365-2345"
    table, repeated = settled([row(phone), row(phone)], taken={})
    others = [settled([row(phone, "Eiche"), row(phone)])[0], settled([row(phone)], taken={phone: "forst"})[0]]
    others.append(settled([row(phone)], withdrawn=[phone])[0])

    found = [*repeated, *(finding for each in (table, *others) for item in each.quarantined for finding in item.findings)]
    assert len(found) == 5
    assert not [each for each in found if "365" in each.message]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (rows(0), [HeldReason.EMPTY]),
        (rows(7), [HeldReason.SHRUNK]),
        (rows(8), []),
        (rows(10, start=3), [HeldReason.IDS_CHANGED]),
        (rows(10, start=2), []),
        (rows(20, start=20), [HeldReason.IDS_CHANGED]),
    ],
)
def test_a_source_that_loses_more_than_a_fifth_is_held(seen: list[Row], expected: list[HeldReason]) -> None:
    made = plan(seen, published(rows(10)))

    assert reasons(made) == expected


def test_a_hold_gives_the_numbers_in_german() -> None:
    made = plan(rows(2), published(rows(3)))

    assert made.holds[0].message == "Tabelle »Bäume« ist geschrumpft: 1 von 3 Zeilen fehlen (33,3 %, erlaubt sind 20 %)."


def test_quarantined_rows_are_not_missing_rows() -> None:
    made = plan([], published(rows(3)), quarantined=[refused(each.key) for each in rows(3)])

    assert reasons(made) == []
    assert made.tables[0].count(Change.STALE) == 3


def test_missing_rows_that_a_person_has_acknowledged_do_not_hold_again() -> None:
    gone = published(rows(6, start=4), RowState.MISSING, NOW - WEEK, acknowledged=True)
    unknown = published(rows(6, start=4), RowState.MISSING, NOW - WEEK)

    assert reasons(plan(rows(4), [*published(rows(4)), *gone])) == []
    assert reasons(plan(rows(4), [*published(rows(4)), *unknown])) == [HeldReason.SHRUNK]


def test_an_empty_source_that_a_person_has_acknowledged_is_removed_in_time() -> None:
    gone = published(rows(3), RowState.MISSING, NOW - WEEK, acknowledged=True)

    made = plan([], gone)

    assert made.holds == ()
    assert made.tables[0].count(Change.REMOVE) == 3


def test_fewer_rows_than_expected_are_held_at_the_first_harvest_too() -> None:
    guards = Guards(at_least=5, review=Review.NEVER)

    assert reasons(plan(rows(4), guards=guards)) == [HeldReason.BELOW_MINIMUM]
    assert reasons(plan(rows(5), guards=guards)) == []
    assert "4 Zeilen" in plan(rows(4), guards=guards).holds[0].message


def test_a_new_data_set_waits_for_a_person() -> None:
    made = plan(rows(2), known=(), guards=Guards())

    assert made.tables[0].new_dataset
    assert reasons(made) == [HeldReason.NEW_DATASET]
    assert reasons(plan(rows(2), known=(), guards=Guards(review=Review.NEVER))) == []


def test_a_source_that_is_new_to_a_table_waits_for_a_person() -> None:
    made = plan(rows(2), guards=Guards())

    assert not made.tables[0].new_dataset
    assert reasons(made) == [HeldReason.NEW_DATASET]


def test_a_column_that_gets_its_first_value_waits_for_a_person() -> None:
    before = published([row("b1"), row("b2")])

    made = plan([row("b1", kind="Laubbaum"), row("b2")], before, guards=Guards())
    again = plan([row("b1"), row("b2", kind="Nadelbaum")], [*published([row("b1", kind="Laubbaum")]), *before[1:]], guards=Guards())

    assert made.tables[0].new_columns == ("kind",)
    assert reasons(made) == [HeldReason.NEW_COLUMNS]
    assert again.holds == ()


def test_review_always_holds_every_change_and_nothing_else() -> None:
    guards = Guards(review=Review.ALWAYS)

    assert reasons(plan([row("b1", "Eiche")], published([row("b1")]), guards=guards)) == [HeldReason.REVIEW_ALWAYS]
    assert reasons(plan([row("b1")], published([row("b1")]), guards=guards)) == []


def test_a_data_set_of_which_no_row_is_valid_is_not_created() -> None:
    made = plan([], quarantined=[refused("b1")], known=(), guards=Guards())

    assert not made.tables[0].new_dataset
    assert made.is_empty


def test_one_changed_row_among_ten_thousand_is_found() -> None:
    seen = [*rows(9_999), row("b09999", "Eiche")]
    before = published(rows(10_000))

    made = plan(seen, before)

    assert changes(made) == [(Change.UPDATE, "b09999")]
    assert made.tables[0].unchanged == 9_999
