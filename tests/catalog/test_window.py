"""A source that was asked about a period only: of what lies outside of it, absence says nothing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Change, Guards, HeldReason, Intake, Plan, PublishedRow, Review, RowState, SeenTable, Window
from catalog.planning import make_plan
from schemas.declaration import declaration_of_table
from schemas.model import SourceReference
from schemas.row import Row, Value
from schemas.table import common_tables

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
FROM_NOVEMBER = Window(field="start", since=date(2026, 11, 1))


def event(key: str, start: str) -> Row:
    names = common_tables()["event"].field_names
    filled: Mapping[str, Value] = {"id": key, "title": key, "start": start, "mode": "analog"}
    return Row(table="event", key=key, values={name: filled.get(name) for name in names})


def published(*rows: Row, state: RowState = RowState.CURRENT, since: datetime | None = None) -> tuple[PublishedRow, ...]:
    return tuple(
        PublishedRow(source="s", row=each, state=state, state_since=since, acknowledged=False, changed_at=NOW, changed_run=1)
        for each in rows
    )


def plan(seen: Sequence[Row], before: Sequence[PublishedRow], window: Window | None, *, shrink: float = 0.2) -> Plan:
    table = SeenTable(declaration=declaration_of_table("event"), rows=tuple(seen), window=window)
    intake = Intake(source=SourceReference(name="s", title="S"), run=2, at=NOW, tables=(table,))
    guards = Guards(review=Review.NEVER, max_shrink=shrink)
    return make_plan(intake, published={"event": before}, known_datasets=["veranstaltungen"], guards=guards, base="1")


def changes(made: Plan) -> list[tuple[Change, str]]:
    return [(each.change, each.key) for each in made.tables[0].changes]


OLD, NEW, GONE = event("alt", "2026-06-01"), event("neu", "2026-11-20"), event("weg", "2026-12-01")


def test_what_lies_before_the_window_is_not_missing_and_what_lies_in_it_is() -> None:
    made = plan([NEW], published(OLD, NEW, GONE), FROM_NOVEMBER, shrink=0.5)
    assert changes(made) == [(Change.MISS, "weg")]
    assert not made.holds


def test_without_a_window_everything_absent_is_missing() -> None:
    assert changes(plan([NEW], published(OLD, NEW, GONE), None, shrink=0.7)) == [(Change.MISS, "alt"), (Change.MISS, "weg")]


def test_a_missing_row_that_leaves_the_window_is_not_removed() -> None:
    before = published(OLD, state=RowState.MISSING, since=NOW - timedelta(days=30))
    assert changes(plan([NEW], (*before, *published(NEW)), FROM_NOVEMBER)) == []
    assert changes(plan([NEW], (*before, *published(NEW)), None)) == [(Change.REMOVE, "alt")]


def test_rows_outside_do_not_make_an_empty_answer_look_full() -> None:
    """Ninety old rows that nobody asked for: what was asked for is all gone."""
    old = [event(f"alt-{number}", "2026-05-01") for number in range(90)]
    made = plan([], published(*old, NEW, GONE), FROM_NOVEMBER)
    assert [each.reason for each in made.holds] == [HeldReason.EMPTY]


def test_rows_outside_do_not_make_a_whole_answer_look_shrunken() -> None:
    old = [event(f"alt-{number}", "2026-05-01") for number in range(90)]
    assert plan([NEW, GONE], published(*old, NEW, GONE), FROM_NOVEMBER).is_empty
    assert [each.reason for each in plan([NEW, GONE], published(*old, NEW, GONE), None).holds] == [HeldReason.SHRUNK]


@pytest.mark.parametrize(
    ("start", "covered"),
    [
        ("2026-11-01", True),
        ("2026-10-31", False),
        ("2026-11", True),
        ("2026", False),
        ("2026-12-31", True),
        ("2027-01-01", False),
        ("2026-12", True),
        ("2027", False),
        ("bald", False),
        (None, False),
    ],
)
def test_only_what_surely_lies_in_the_window_is_covered(start: str | None, covered: bool) -> None:
    window = Window(field="start", since=date(2026, 11, 1), until=date(2026, 12, 31))
    assert window.covers({"start": start}) == covered


_DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.lists(_DAYS, max_size=8), _DAYS, st.sets(st.integers(0, 7)))
@settings(max_examples=50)
def test_whatever_is_absent_no_row_outside_is_touched(days: list[date], since: date, absent: set[int]) -> None:
    rows = [event(f"e-{number}", day.isoformat()) for number, day in enumerate(days)]
    seen = [each for number, each in enumerate(rows) if number not in absent]
    made = plan(seen, published(*rows), Window(field="start", since=since), shrink=1.0)
    touched = {key for _, key in changes(made)}
    assert touched == {each.key for number, each in enumerate(rows) if number in absent and days[number] >= since}
