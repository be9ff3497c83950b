"""What is not there, and why: kinds of absence stay apart in the common model, and counters are states (docs/absence.md)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from catalog.plan import Change, Guards, Intake, Plan, PublishedRow, Review, RowState, SeenTable, Window
from catalog.planning import make_plan
from schemas.declaration import declaration_of_table
from schemas.model import SourceReference
from schemas.row import Row, Value
from schemas.rules import row_findings
from schemas.statistics import CellStatus
from schemas.table import Table, common_tables

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
COUNTERS = common_tables()["platform_figure"]


def counter(day: str, value: float) -> Row:
    """As a kind that reads a platform's counters makes it: the day is part of the key."""
    filled: dict[str, Value] = {
        "id": f"consul-contributions-{day}",
        "date": day,
        "platform": "Consul",
        "metric": "contributions",
        "value": value,
        "unit": "contributions",
    }
    return Row(table="platform_figure", key=str(filled["id"]), values={name: filled.get(name) for name in COUNTERS.field_names})


def published(row: Row, state: RowState = RowState.CURRENT, since: datetime | None = None) -> PublishedRow:
    return PublishedRow(source="consul", row=row, state=state, state_since=since, acknowledged=False, changed_at=NOW, changed_run=1)


def plan(seen: Sequence[Row], before: Sequence[PublishedRow], window: Window | None) -> Plan:
    table = SeenTable(declaration=declaration_of_table("platform_figure"), rows=tuple(seen), window=window)
    intake = Intake(source=SourceReference(name="consul", title="Consul"), run=2, at=NOW, tables=(table,))
    guards = Guards(review=Review.NEVER, max_shrink=1.0, at_least=0)
    return make_plan(intake, published={"platform_figure": before}, known_datasets=["plattformkennzahlen"], guards=guards, base="1")


def changes(made: Plan) -> list[tuple[Change, str]]:
    return [(each.change, each.key) for each in made.tables[0].changes]


def today_only(day: date) -> Window:
    return Window(field="date", since=day, until=day)


def test_a_counter_that_falls_is_a_new_state_beside_the_old_one() -> None:
    before, now = counter("2026-11-01", 27117), counter("2026-11-02", 12238)

    made = plan([now], [published(before)], today_only(date(2026, 11, 2)))

    assert changes(made) == [(Change.CREATE, now.key)]
    assert not made.holds
    assert not row_findings(COUNTERS, now)


def test_a_second_look_on_the_same_day_is_the_same_state() -> None:
    assert plan([counter("2026-11-02", 12238)], [published(counter("2026-11-02", 12238))], today_only(date(2026, 11, 2))).is_empty


def test_without_the_window_yesterday_s_state_would_go_missing() -> None:
    """The negative control: only a source that says what it was asked about keeps its history."""
    made = plan([counter("2026-11-02", 12238)], [published(counter("2026-11-01", 27117))], None)

    assert (Change.MISS, "consul-contributions-2026-11-01") in changes(made)


def test_what_a_source_deletes_is_marked_first_and_leaves_later() -> None:
    gone, kept = counter("2026-10-01", 5), counter("2026-11-02", 6)

    marked = plan([kept], [published(gone), published(kept)], None)
    removed = plan([kept], [published(gone, RowState.MISSING, NOW - timedelta(days=8)), published(kept)], None)

    assert changes(marked) == [(Change.MISS, gone.key)]
    assert changes(removed) == [(Change.REMOVE, gone.key)]


@pytest.mark.parametrize(
    ("table", "field", "code"),
    [
        ("event", "status", "cancelled"),
        ("project", "status", "stopped"),
        ("measure_item", "state", "dropped"),
        ("decision", "outcome", "not-implemented"),
        ("qa_item", "state", "outdated"),
    ],
)
def test_what_is_withdrawn_or_retired_stays_and_says_so(table: str, field: str, code: str) -> None:
    assert code in {each.value for each in common_tables()[table].field(field).codes}


@pytest.mark.parametrize(("table", "field"), [("event", "status"), ("format", "mode"), ("format", "state"), ("result", "channel")])
def test_unknown_is_a_word_of_its_own_and_no_empty_cell(table: str, field: str) -> None:
    known = common_tables()[table].field(field)

    assert "unknown" in {each.value for each in known.codes}
    assert "" not in {each.value for each in known.codes}


@pytest.mark.parametrize("table", common_tables().values(), ids=lambda each: each.name)
def test_every_number_that_counts_may_be_empty_and_may_be_zero(table: Table) -> None:
    """But for a platform's counter, of which there is no row when there is no number."""
    for field in table.fields:
        if field.type in ("integer", "number") and field.kind not in ("longitude", "latitude") and field.name not in ("seq", "rank"):
            assert (not field.required) or (table.name, field.name) == ("platform_figure", "value"), field.name
            assert field.minimum is None or field.minimum <= 0, field.name


def test_hidden_not_collected_and_not_yet_evaluated_are_three_signs() -> None:
    assert len({each.value for each in CellStatus}) == 4
