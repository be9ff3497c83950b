"""For any sequence of source states: nothing is lost before its time, identities stay, and planning is idempotent."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.plan import Change, Guards, Intake, Plan, PublishedRow, Review, RowState, SeenTable
from catalog.planning import make_plan, settle_keys
from schemas.model import SourceReference
from schemas.row import Quarantined, Row
from tests.catalog.test_planning import TREES, refused, row

START = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class State:
    """What a source shows one day: names by key; keys with an unusable record; whether all of it could be read."""

    rows: dict[str, str]
    broken: frozenset[str] = frozenset()
    complete: bool = True


@dataclass
class Catalogue:
    """A few lines that apply a plan the way the store does."""

    rows: dict[str, PublishedRow] = field(default_factory=dict)
    first_miss: dict[str, datetime] = field(default_factory=dict)
    removed: list[tuple[str, timedelta]] = field(default_factory=list)

    def plan(self, state: State, at: datetime, guards: Guards) -> Plan:
        seen = [row(key, name) for key, name in state.rows.items()]
        items: list[Quarantined] = [refused(key) for key in state.broken - state.rows.keys()]
        table = SeenTable(declaration=TREES, rows=tuple(seen), quarantined=tuple(items), complete=state.complete)
        intake = Intake(source=SourceReference(name="park", title="Park"), run=1, at=at, tables=(table,))
        return make_plan(intake, published={"tree": list(self.rows.values())}, known_datasets=(), guards=guards, base="")

    def apply(self, plan: Plan) -> None:
        for change in plan.tables[0].changes:
            old = self.rows.get(change.key)
            match change.change:
                case Change.CREATE | Change.UPDATE | Change.RETURN:
                    assert change.row is not None
                    self._publish(change.row, plan.at)
                    self.first_miss.pop(change.key, None)
                case Change.MISS | Change.STALE:
                    assert old is not None
                    missing = change.change is Change.MISS
                    self.rows[change.key] = replace(
                        old, state=RowState.MISSING if missing else RowState.STALE, state_since=plan.at, acknowledged=bool(plan.holds)
                    )
                    self.first_miss[change.key] = plan.at
                case Change.REMOVE:
                    self.removed.append((change.key, plan.at - self.first_miss[change.key]))
                    del self.rows[change.key]

    def _publish(self, new: Row, at: datetime) -> None:
        self.rows[new.key] = PublishedRow(
            source="park", row=new, state=RowState.CURRENT, state_since=None, acknowledged=False, changed_at=at, changed_run=1
        )


KEYS = [f"b{number}" for number in range(8)]
STATES = st.builds(
    lambda rows, broken, complete: State(rows=rows, broken=broken, complete=complete),
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["Linde", "Eiche"]), max_size=8),
    st.frozensets(st.sampled_from(KEYS), max_size=2),
    st.sampled_from([True, True, True, False]),
)
SEQUENCES = st.lists(st.tuples(STATES, st.integers(0, 5)), min_size=1, max_size=12)
GUARDS = st.builds(
    lambda share, days: Guards(max_shrink=share, remove_after=timedelta(days=days), review=Review.NEVER),
    st.sampled_from([0.0, 0.2, 0.5, 1.0]),
    st.sampled_from([0, 1, 7]),
)


def walk(sequence: list[tuple[State, int]], guards: Guards, each: Callable[[Catalogue, Plan, State], None], *, approve: bool) -> Catalogue:
    catalogue, at = Catalogue(), START
    for state, days in sequence:
        at += days * DAY
        plan = catalogue.plan(state, at, guards)
        each(catalogue, plan, state)
        if not plan.holds or approve:
            catalogue.apply(plan)
    return catalogue


@given(SEQUENCES, GUARDS)
def test_planning_again_right_after_applying_finds_nothing_to_do(sequence: list[tuple[State, int]], guards: Guards) -> None:
    def check(catalogue: Catalogue, plan: Plan, state: State) -> None:
        copy = Catalogue(rows=dict(catalogue.rows), first_miss=dict(catalogue.first_miss))
        copy.apply(plan)
        again = copy.plan(state, plan.at, guards)
        due_at_once = {change.key for change in again.tables[0].changes} if not guards.remove_after else set()
        assert all(change.key in due_at_once for change in again.tables[0].changes)

    walk(sequence, guards, check, approve=True)


@given(SEQUENCES, GUARDS)
def test_a_row_is_removed_only_after_its_time_counted_from_the_first_miss(sequence: list[tuple[State, int]], guards: Guards) -> None:
    catalogue = walk(sequence, guards, lambda *_: None, approve=True)

    assert all(waited >= guards.remove_after for _, waited in catalogue.removed)


@given(SEQUENCES, GUARDS)
def test_what_the_source_shows_is_never_missing_and_what_it_refuses_is_never_removed(
    sequence: list[tuple[State, int]], guards: Guards
) -> None:
    def check(catalogue: Catalogue, plan: Plan, state: State) -> None:
        gone = {change.key for change in plan.tables[0].changes if change.change in (Change.MISS, Change.REMOVE)}
        assert not gone & (state.rows.keys() | state.broken)
        assert state.complete or not gone

    walk(sequence, guards, check, approve=True)


@given(SEQUENCES, st.sampled_from([0.0, 0.2, 0.5]))
def test_an_empty_or_shrunken_source_removes_nothing_by_itself(sequence: list[tuple[State, int]], share: float) -> None:
    guards = Guards(max_shrink=share, review=Review.NEVER)

    def check(catalogue: Catalogue, plan: Plan, state: State) -> None:
        counted = {key for key, each in catalogue.rows.items() if not (each.state is RowState.MISSING and each.acknowledged)}
        missing = counted - (state.rows.keys() | state.broken)
        if state.complete and counted and len(missing) / len(counted) > share:
            assert plan.holds

    walk(sequence, guards, check, approve=False)


@given(st.sets(st.sampled_from(KEYS), min_size=1), st.integers(1, 30), st.booleans())
def test_a_row_that_returns_in_time_keeps_its_key_and_needs_no_second_birth(keys: set[str], days: int, changed: bool) -> None:
    guards = Guards(max_shrink=1.0, remove_after=timedelta(days=31), review=Review.NEVER)
    full = State(rows=dict.fromkeys(sorted(keys), "Linde"))
    back = State(rows=dict.fromkeys(sorted(keys), "Eiche" if changed else "Linde"))
    catalogue = Catalogue()
    catalogue.apply(catalogue.plan(full, START, guards))
    catalogue.apply(catalogue.plan(State(rows={}), START + DAY, guards))

    plan = catalogue.plan(back, START + days * DAY, guards)

    assert {(change.change, change.key) for change in plan.tables[0].changes} == {(Change.RETURN, key) for key in keys}


@given(st.permutations([(key, name) for key in KEYS[:4] for name in ("Linde", "Eiche")]))
def test_the_order_of_records_decides_nothing(pairs: list[tuple[str, str]]) -> None:
    seen, _ = settle_keys(SeenTable(declaration=TREES, rows=tuple(row(key, name) for key, name in pairs)), taken={}, withdrawn=())
    intake = Intake(source=SourceReference(name="park", title="Park"), run=1, at=START, tables=(seen,))

    plan = make_plan(intake, published={}, known_datasets=(), guards=Guards(), base="")

    assert plan.tables[0].changes == ()
    assert {each.key for each in plan.tables[0].quarantined} == set(KEYS[:4])
