"""Contract of the store's bookkeeping, on both databases: runs, archive, plans, Prüfliste, locks of the clock."""

import multiprocessing
import os
import socket
import threading
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from catalog import tables
from catalog.codec import dumps
from catalog.entries import QuarantineState
from catalog.plan import Outcome, Plan, PlanState, RunRecord
from catalog.runs import LEASE
from catalog.store import Store
from schemas.errors import Busy, DecisionRefused, UnknownItem
from schemas.fetch import Payload
from schemas.row import Finding, Quarantined
from tests.catalog.world import START, Clock, World, bench, declaration


def _finish(store: Store, run: int, outcome: Outcome = Outcome.OK, **more: object) -> RunRecord:
    record = replace(store.run(run), outcome=outcome, finished_at=START, **more)  # type: ignore[arg-type]  # test shorthand
    store.finish_run(record)
    return record


def _payload(content: bytes, url: str = "a.csv") -> Payload:
    return Payload(url=url, content=content, fetched_at=START, sha256=sha256(content).hexdigest(), media_type="text/csv")


# Runs


def test_a_run_is_recorded_from_start_to_end(store: Store) -> None:
    run = store.start_run("gruenamt", "Grünflächenamt")
    running = store.run(run)
    finding = Finding(code="unread-field", message="Spalte »x« wird nicht gelesen.", row=3)
    record = _finish(store, run, message="fertig", counts={"created": 3}, findings=(finding,), plan=7)

    assert (running.outcome, running.finished_at) == (Outcome.RUNNING, None)
    assert store.runs() == (record,)
    assert store.runs("andere") == ()


def test_runs_come_newest_first_and_limited(store: Store) -> None:
    for source in ("a", "b", "a"):
        _finish(store, store.start_run(source, source))

    assert [each.id for each in store.runs(limit=2)] == [3, 2]
    assert [each.id for each in store.runs("a")] == [3, 1]


def test_the_last_success_is_a_run_that_read_everything(store: Store) -> None:
    for outcome in (Outcome.OK, Outcome.UNCHANGED, Outcome.PARTIAL, Outcome.HELD, Outcome.FAILED):
        _finish(store, store.start_run("a", "A"), outcome)

    found = store.last_success("a")
    assert found is not None
    assert found.id == 2
    assert store.last_success("b") is None


def test_one_source_is_harvested_once_at_a_time(store: Store) -> None:
    run = store.start_run("a", "A")

    with pytest.raises(Busy, match=f"Ernte {run}"):
        store.start_run("a", "A")
    assert store.start_run("b", "B") == 2
    _finish(store, run)
    assert store.start_run("a", "A") == 3


def test_a_run_of_a_dead_process_is_closed_as_failed(store: Store, url: str) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_start_run_and_die, args=(url,))
    child.start()
    child.join()

    second = store.start_run("a", "A")

    first = store.run(second - 1)
    assert (first.outcome, first.message, first.finished_at) == (Outcome.FAILED, "abgebrochen", START)


def _start_run_and_die(url: str) -> None:
    Store(url, clock=Clock()).start_run("a", "A")
    os._exit(9)


def test_a_process_number_that_was_given_away_again_is_not_the_old_process(store: Store) -> None:
    run = store.start_run("a", "A")
    with store.database.write() as connection:
        connection.execute(tables.run.update().values(process="started another time"))

    assert store.start_run("a", "A") == run + 1


def test_a_run_on_another_machine_lives_as_long_as_its_heart_beats(store: Store, clock: Clock) -> None:
    run = store.start_run("a", "A")
    with store.database.write() as connection:
        connection.execute(tables.run.update().values(host=socket.gethostname() + "-2", pid=1))

    clock.now += LEASE
    store.record_archived(run, "a", _payload(b"sign of life"))
    clock.now += LEASE
    with pytest.raises(Busy):
        store.start_run("a", "A")
    clock.now += timedelta(seconds=1)
    assert store.start_run("a", "A") == run + 1


def test_the_archive_lists_what_a_run_fetched_in_order(store: Store) -> None:
    run = store.start_run("a", "A")
    for content, url in ((b"2", "b.csv"), (b"1", "a.csv")):
        store.record_archived(run, "a", _payload(content, url))

    assert [(each.url, each.size, each.media_type) for each in store.archived(run)] == [("b.csv", 1, "text/csv"), ("a.csv", 1, "text/csv")]
    assert store.archived(run + 1) == ()


def test_finishing_an_unknown_run_is_refused(store: Store) -> None:
    record = RunRecord(id=9, source="a", started_at=START, finished_at=None, outcome=Outcome.OK, message="", counts={})

    with pytest.raises(UnknownItem):
        store.finish_run(record)
    with pytest.raises(UnknownItem):
        store.run(9)


# Plans


def test_a_newer_plan_supersedes_an_open_one_of_the_same_source(world: World) -> None:
    first = world.save(world.plan([bench("b1")]))
    second = world.save(world.plan([bench("b1"), bench("b2")]))

    assert [each.id for each in world.store.plans()] == [second]
    assert world.store.plan(first).state is PlanState.SUPERSEDED
    with pytest.raises(DecisionRefused, match="superseded"):
        world.publisher.apply(first)


def test_a_stored_plan_is_the_plan(world: World) -> None:
    plan = world.plan([bench("b1", 'Ä "," \n', "2024-02-29")], findings=(Finding(code="x", message="y", row=7),))

    assert world.store.plan(world.save(plan)).plan == plan


def test_a_plan_of_many_changes_is_kept_in_lines_and_read_whole(world: World) -> None:
    one = world.plan([bench(f"b{n}", "Ä\n" * (n % 3) + str(n)) for n in range(1_100)])
    two = world.plan([bench("a1", table="tische"), bench("a2", table="tische")], of=declaration("tische", table="tische"))
    plan = replace(one, tables=(*one.tables, *two.tables, replace(two.tables[0], changes=())))

    assert world.store.plan(world.save(plan)).plan == plan


def test_a_plan_that_an_older_program_wrote_in_one_line_is_read_as_well(world: World) -> None:
    plan = world.plan([bench("b1", 'Ä "," \n'), bench("b2")])
    number = world.save(plan)
    with world.store.database.write() as connection:
        connection.execute(tables.plan.update().values(content=zlib.compress(dumps(Plan, plan).encode(), 1)))

    assert world.store.plan(number).plan == plan


def test_the_values_of_a_published_row_are_those_that_were_published(world: World) -> None:
    """They are read when somebody asks."""
    row = bench("b1", "Ä", "2024")
    world.harvest(row, bench("b2", "Bahnhof"))

    one, two = world.store.published("gruenamt", "bench")
    assert (one.row, one.row.values, dict(one.row.values), list(one.row.values)) == (row, row.values, row.values, list(row.values))
    assert (one.row.values.get("gibt es nicht"), "place" in one.row.values, two.row.values["place"]) == (None, True, "Bahnhof")
    assert replace(one.row, origin="").digest == row.digest == one.row.digest
    assert world.store.standing("gruenamt", "bench") == tuple((each.row.key, each.row.digest, each.state) for each in (one, two))


def test_a_rejected_plan_stays_rejected_with_who_and_why(world: World) -> None:
    number = world.save(world.plan([bench("b1")]))

    world.store.reject_plan(number, "anna", "Testdaten")

    stored = world.store.plan(number)
    assert (stored.state, stored.decided_by, stored.reason, stored.decided_at) == (PlanState.REJECTED, "anna", "Testdaten", START)
    assert [(each.what, each.target, each.why) for each in world.store.decisions()] == [("reject", f"plan {number}", "Testdaten")]
    with pytest.raises(DecisionRefused):
        world.store.reject_plan(number, "anna", "noch einmal")
    with pytest.raises(UnknownItem):
        world.store.plan(99)


# Rows


def test_rows_are_told_apart_by_source(world: World) -> None:
    world.harvest(bench("b2"), bench("b1"))

    assert [each.row.key for each in world.store.published("gruenamt", "bench")] == ["b1", "b2"]
    assert world.store.published("bauhof", "bench") == ()
    assert world.store.taken("bauhof", "bench") == {"b1": "gruenamt", "b2": "gruenamt"}
    assert world.store.taken("gruenamt", "bench") == {}
    assert world.store.keys("bench") == {"b1", "b2"}


def test_a_stored_row_is_the_row(world: World) -> None:
    row = replace(bench("b1", 'Ä "," \n'), source_url="https://example.org/ä", origin="baenke.csv")
    world.harvest(row)

    (found,) = world.store.published("gruenamt", "bench")
    assert found.row == row
    assert found.row.digest == row.digest == replace(found.row).digest, "kept and computed anew"


def test_the_fingerprint_follows_every_change_of_the_sources_rows_and_no_other(world: World) -> None:
    seen = [world.store.fingerprint("gruenamt")]
    for rows in ([bench("b1")], [bench("b1", "Bahnhof")], [], [bench("b1", "Bahnhof")]):
        world.harvest(*rows)
        seen.append(world.store.fingerprint("gruenamt"))

    assert len(set(seen)) == 4, "back in the source is the same state as before"
    assert seen[2] == seen[4]
    assert world.store.fingerprint("bauhof") == seen[0]


# Prüfliste


def _refused(key: str = "b1", digest: str = "d1", *, table: str = "bench", acceptable: bool = True, row: int = 2) -> Quarantined:
    finding = Finding(code="small-person-count", message="Weniger als fünf.", table=table, key=key, row=row)
    return Quarantined(table=table, key=key, digest=digest, findings=(finding,), acceptable=acceptable)


def test_an_item_seen_again_keeps_its_number(store: Store) -> None:
    first = store.save_quarantine("a", 1, [_refused(), _refused("b2")], ["bench"])
    second = store.save_quarantine("a", 2, [_refused(row=9), _refused("b2")], ["bench"])

    assert (first, second) == ((1, 2), ())
    items = store.quarantine()
    assert [(each.id, each.first_run, each.state) for each in items] == [(1, 1, QuarantineState.OPEN), (2, 1, QuarantineState.OPEN)]
    assert items[0].findings[0].row == 9


def test_what_is_gone_from_a_completely_read_table_is_closed(store: Store) -> None:
    store.save_quarantine("a", 1, [_refused(), _refused(table="event")], ["bench", "event"])

    store.save_quarantine("a", 2, [], ["bench"])

    assert [each.table for each in store.quarantine()] == ["event"]
    assert [each.state for each in store.quarantine(open_only=False)] == [QuarantineState.CLOSED, QuarantineState.OPEN]


def test_another_state_of_a_row_is_another_item(store: Store) -> None:
    store.save_quarantine("a", 1, [_refused(digest="d1")], ["bench"])
    new = store.save_quarantine("a", 2, [_refused(digest="d2")], ["bench"])

    assert new == (2,)
    assert [each.id for each in store.quarantine()] == [2]


def test_accepting_is_bound_to_this_state_of_the_row_and_lasts(store: Store) -> None:
    store.save_quarantine("a", 1, [_refused()], ["bench"])
    store.decide_quarantine(1, True, "anna", "steht in der Zeitung")
    store.save_quarantine("a", 2, [], ["bench"])

    assert store.accepted("a") == {("bench", "b1", "d1")}
    assert store.accepted("b") == frozenset()
    item = store.quarantine_item(1)
    assert (item.state, item.decided_by, item.reason) == (QuarantineState.ACCEPTED, "anna", "steht in der Zeitung")
    assert store.quarantine() == ()


def test_a_rejected_item_stays_rejected_while_it_is_in_the_source_and_when_it_returns(store: Store) -> None:
    store.save_quarantine("a", 1, [_refused()], ["bench"])
    store.decide_quarantine(1, False, "anna", "nein")
    again = store.save_quarantine("a", 2, [_refused()], ["bench"])
    store.save_quarantine("a", 3, [], ["bench"])
    returned = store.save_quarantine("a", 4, [_refused()], ["bench"])

    assert (again, returned) == ((), ())
    assert store.quarantine_item(1).state is QuarantineState.REJECTED


def test_a_mended_error_that_comes_back_is_reported_again(store: Store) -> None:
    store.save_quarantine("a", 1, [_refused()], ["bench"])
    store.save_quarantine("a", 2, [], ["bench"])

    assert store.save_quarantine("a", 3, [_refused()], ["bench"]) == (1,)
    assert [each.id for each in store.quarantine()] == [1]


def test_only_what_is_acceptable_and_open_can_be_accepted(store: Store) -> None:
    store.save_quarantine("a", 1, [_refused(acceptable=False), _refused("b2")], ["bench"])
    store.save_quarantine("a", 2, [_refused(acceptable=False)], ["bench"])

    with pytest.raises(DecisionRefused, match="Quelle behoben"):
        store.decide_quarantine(1, True, "anna", "r")
    with pytest.raises(DecisionRefused, match="erledigt"):
        store.decide_quarantine(2, True, "anna", "r")
    with pytest.raises(UnknownItem):
        store.decide_quarantine(3, True, "anna", "r")
    assert store.decisions() == ()


def test_sources_do_not_close_each_others_items(store: Store) -> None:
    store.save_quarantine("a", 1, [_refused()], ["bench"])

    assert store.save_quarantine("b", 2, [_refused()], ["bench"]) == (2,)
    store.save_quarantine("b", 3, [], ["bench"])

    assert [each.source for each in store.quarantine()] == ["a"]


# The clock


def test_one_of_many_processes_may_fire(store: Store, url: str) -> None:
    scheduled = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        answers = pool.map(_fire, [(url, scheduled)] * 6)

    assert sorted(answers) == [False] * 5 + [True]
    assert store.fire("a", scheduled + timedelta(hours=1))
    assert store.fire("b", scheduled)
    assert not store.fire("a", scheduled)


def _fire(question: tuple[str, datetime]) -> bool:
    store = Store(question[0])
    try:
        return store.fire("a", question[1])
    finally:
        store.close()


def test_one_leader_until_its_lease_is_over(store: Store, clock: Clock) -> None:
    ttl = timedelta(seconds=30)

    assert store.lead("one", ttl)
    assert not store.lead("two", ttl)
    clock.now += timedelta(seconds=29)
    assert store.lead("one", ttl), "renewed"
    clock.now += timedelta(seconds=29)
    assert not store.lead("two", ttl)
    clock.now += timedelta(seconds=2)
    assert store.lead("two", ttl)
    assert not store.lead("one", ttl)
    store.step_down("two")
    assert store.lead("one", ttl)


# Reading while others write


def test_readers_do_not_wait_for_a_writer_and_see_the_last_published_state(world: World) -> None:
    world.harvest(bench("b1"))
    with world.store.database.write() as connection:
        connection.execute(tables.dataset.update().values(status="removed"))

        name = world.store.dataset("baenke").dataset.name
        revision = world.store.revision()

        assert (name, revision) == ("baenke", 1)


def test_writers_take_turns(world: World) -> None:
    sources = [f"s{number}" for number in range(6)]

    def harvest(source: str) -> None:
        world.store.finish_run(replace(world.store.run(world.store.start_run(source, source)), outcome=Outcome.OK))

    threads = [threading.Thread(target=harvest, args=(source,)) for source in sources]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(each.source for each in world.store.runs()) == sources


def test_the_revision_is_seen_by_every_thread_and_follows_other_processes(world: World, url: str) -> None:
    other = Store(url)
    assert other.revision() == 0

    world.harvest(bench("b1"))
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(other.revision()))
    thread.start()
    thread.join()

    assert (seen, other.revision()) == ([1], 1)
    other.close()
    assert other.revision() == 1, "opened again on demand"
    other.close()


def test_changes_are_read_in_portions(world: World) -> None:
    for number in range(4):
        world.harvest(bench("b1", f"Platz {number}"))

    assert [each.seq for each in world.store.changes(since=1, limit=2)] == [2, 3]
    assert [each.edition for each in world.store.changes(since=3)] == [4]


def test_known_names_include_tombstones(world: World) -> None:
    world.harvest(bench("t1", table="tisch"), of=declaration("tische", "tisch"))
    world.publisher.withdraw("tische", reason="r", by="anna")

    assert world.store.known_datasets() == {"tische"}
    assert world.store.datasets() == ()
