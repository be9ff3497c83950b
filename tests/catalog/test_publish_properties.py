"""For any sequence of source states: what was published is never lost or silently changed (promise 2)."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Guards, PublishedRow, Review, RowState
from catalog.store import Store
from catalog.totals import count_anew
from schemas.errors import Gone
from schemas.row import Quarantined
from tests.catalog.world import START, Clock, World, bench

GUARDS = Guards(at_least=1, max_shrink=0.4, remove_after=timedelta(days=3), review=Review.NEVER)
KEYS = [f"b{number}" for number in range(6)]


@dataclass(frozen=True)
class State:
    """What the source shows on one day."""

    rows: dict[str, str]
    quarantined: frozenset[str]
    complete: bool
    days: int
    approved: bool  #: whether a person approves the plan if it is held


states = st.builds(
    State,
    rows=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["Park", "Bahnhof", 'Ä,"\n=1+1']), max_size=6),
    quarantined=st.frozensets(st.sampled_from(KEYS), max_size=2),
    complete=st.sampled_from([True, True, True, False]),
    days=st.integers(0, 4),
    approved=st.sampled_from([False, False, False, True]),
)


@dataclass
class Witness:
    """Remembers what was public and complains when it changes."""

    world: World
    contents: dict[int, str] = field(default_factory=dict)
    identity: tuple[str, int, datetime] | None = None
    revision: int = 0

    def look(self) -> None:
        store = self.world.store
        editions = store.editions("baenke") if "baenke" in store.known_datasets() else ()
        assert [each.number for each in editions] == list(range(len(editions), 0, -1)), "dense"
        for each in editions:
            content = self.world.files.read(each.files["csv"].sha256)
            assert sha256(content).hexdigest() == each.sha256 == self.contents.setdefault(each.number, each.sha256)
        try:
            dataset = store.dataset("baenke").dataset if editions else None
        except Gone:
            dataset = None
        if dataset is not None:
            identity = (dataset.uuid, dataset.number, dataset.issued)
            assert identity == (self.identity or identity)
            self.identity = identity
            assert dataset.edition == len(editions)
        assert store.revision() >= self.revision
        self.look_at_totals()
        self.revision = store.revision()

    def look_at_totals(self) -> None:
        """What was kept is what counting gives."""
        kept = self.world.store.totals()
        with self.world.store.database.write() as connection:
            count_anew(connection)
        assert kept == self.world.store.totals()
        assert kept.rows == sum(each.dataset.rows for each in self.world.store.datasets())


def _step(world: World, state: State) -> bool:
    """One day; whether something was published."""
    world.clock.pass_days(state.days)
    rows = [bench(key, place) for key, place in state.rows.items() if key not in state.quarantined]
    refused = tuple(Quarantined(table="bench", key=key, digest="d", findings=()) for key in sorted(state.quarantined))
    plan = world.plan(rows, quarantined=refused, complete=state.complete, guards=GUARDS)
    number = world.save(plan)
    if plan.holds and not state.approved:
        return False
    world.publisher.apply(number, by="anna" if plan.holds else "")
    return True


def _require_nothing_lost(before: Sequence[PublishedRow], after: Sequence[PublishedRow], state: State, now: datetime) -> None:
    still = {each.row.key for each in after}
    for row in before:
        if row.row.key not in still:
            assert state.complete
            assert row.row.key not in state.rows
            assert row.state is RowState.MISSING, "removed only after it was marked"
            assert row.state_since is not None
            assert now - row.state_since >= GUARDS.remove_after


def _require_honest_times(before: Sequence[PublishedRow], after: Sequence[PublishedRow]) -> None:
    old = {each.row.key: each for each in before}
    for row in after:
        if row.row.key in old and old[row.row.key].row.digest == row.row.digest:
            was = old[row.row.key]
            assert (row.changed_at, row.changed_run) == (was.changed_at, was.changed_run)


@settings(max_examples=60)
@given(sequence=st.lists(states, min_size=1, max_size=6))
def test_whatever_a_source_does_nothing_published_is_lost_or_silently_changed(sqlite_template: Path, sequence: list[State]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(sqlite_template, folder / "klar.db")
        clock = Clock()
        store = Store(f"sqlite:///{folder / 'klar.db'}", clock=clock)
        world = World(store=store, folder=folder, clock=clock)
        witness = Witness(world)
        for state in sequence:
            before = store.published("gruenamt", "bench")
            published = _step(world, state)
            after = store.published("gruenamt", "bench")
            witness.look()
            _require_nothing_lost(before, after, state, clock.now)
            _require_honest_times(before, after)
            assert published or before == after
            if before and not state.rows and not state.approved and any(not each.acknowledged for each in before):
                assert [each.row for each in after] == [each.row for each in before], "an empty source removes nothing"
        store.close()


def test_the_checks_notice_a_lost_row_and_a_dishonest_time() -> None:
    """Negative control."""
    row = PublishedRow(
        source="s", row=bench("b0"), state=RowState.CURRENT, state_since=None, acknowledged=False, changed_at=START, changed_run=1
    )
    gone = State(rows={}, quarantined=frozenset(), complete=True, days=9, approved=True)

    with pytest.raises(AssertionError, match="marked"):
        _require_nothing_lost([row], [], gone, START)
    with pytest.raises(AssertionError):
        _require_honest_times([row], [replace(row, changed_run=2)])
