"""What has to go goes, what is younger stays, and a kill in between loses nothing that somebody names. On both databases."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog import retention, tables
from catalog.entries import QuarantineState
from catalog.files import Files
from catalog.plan import Outcome, PlanState, RunRecord
from catalog.retention import Periods, Purged, purge
from catalog.store import Store
from catalog.vault import Microdata, Refused, Vault
from schemas.fetch import Payload
from schemas.row import Finding, Quarantined
from tests.catalog.world import START, Clock, World, bench
from tests.forking import forked
from tests.vaults import new_vault

PERIODS = Periods(archive=timedelta(days=100), vault=timedelta(days=50), quarantine=timedelta(days=20), logs=timedelta(days=200))
FINDING = Finding(code="type-error", message="Frau Petersen")


@pytest.fixture
def city(world: World, tmp_path: Path, clock: Clock) -> Iterator[World]:
    world.vault = new_vault(tmp_path, clock)
    yield world
    world.vault.close()


def vault_of(city: World) -> Vault:
    assert city.vault is not None
    return city.vault


def payload(city: World, content: bytes, url: str = "a.csv") -> Payload:
    return Payload(url=url, content=content, fetched_at=city.clock(), sha256=hashlib.sha256(content).hexdigest())


def ended(city: World, run: int, outcome: Outcome, *, plan: int | None = None, source: str = "gruenamt") -> None:
    record = RunRecord(
        id=run, source=source, started_at=city.clock(), finished_at=city.clock(), outcome=outcome, message="Petersen", counts={},
        findings=(FINDING,), plan=plan,
    )  # fmt: skip
    city.store.finish_run(record)


def archived(city: World, content: bytes, *, outcome: Outcome = Outcome.OK, plan: int | None = None, source: str = "gruenamt") -> int:
    """A run that got this answer; its number."""
    run = city.store.start_run(source, source)
    city.archive.put(content)
    city.store.record_archived(run, source, payload(city, content))
    ended(city, run, outcome, plan=plan, source=source)
    return run


def in_vault(city: World, content: bytes, *, source: str = "umfrage") -> int:
    run = city.store.start_run(source, source)
    vault_of(city).put_payload(run, source, payload(city, content))
    ended(city, run, Outcome.OK, source=source)
    return run


def purged(city: World, periods: Periods = PERIODS) -> list[tuple[str, str, int]]:
    done = purge(city.store, vault_of(city), files=city.files, archive=city.archive, periods=periods, now=city.clock())
    assert recorded(city)[-len(done) :] == list(done) or not done
    return [(each.what, each.source, each.count) for each in done]


def recorded(city: World) -> list[Purged]:
    with city.store.database.read() as connection:
        found = connection.execute(select(tables.purge).order_by(tables.purge.c.id)).all()
    return [Purged(what=each.what, source=each.source, count=each._mapping["count"], before=each.before, url=each.url) for each in found]


def test_old_answers_leave_the_archive_and_are_known_to_be_gone(city: World) -> None:
    old = archived(city, b"old")
    city.clock.pass_days(60)
    younger = archived(city, b"younger")
    city.clock.pass_days(50)

    assert purged(city) == [("archive", "gruenamt", 1)]

    assert city.archive.names() == {hashlib.sha256(b"younger").hexdigest()}
    assert (city.store.archived(old), len(city.store.archived(younger))) == ((), 1)
    assert [(each.url, each.why, each.at) for each in vault_of(city).forgotten(old)] == [("a.csv", "purged", city.clock())]
    assert recorded(city) == [Purged(what="archive", source="gruenamt", count=1, before=city.clock() - timedelta(days=100))]
    assert purged(city) == []


def test_nothing_goes_a_moment_before_its_time(city: World) -> None:
    archived(city, b"old")
    archived(city, b"newer")
    in_vault(city, b"person")
    city.clock.now += timedelta(days=50)

    assert purged(city) == [], "exactly as old as it may be"
    city.clock.now += timedelta(microseconds=1)
    assert purged(city) == [("vault", "umfrage", 1)]


def test_the_last_published_answers_stay_for_twice_their_time(city: World) -> None:
    archived(city, b"earlier")
    base = archived(city, b"published")
    archived(city, b"rejected", outcome=Outcome.FAILED)
    city.clock.pass_days(150)

    assert purged(city) == [("archive", "gruenamt", 2)]
    assert city.archive.names() == {hashlib.sha256(b"published").hexdigest()}
    assert vault_of(city).forgotten(base) == ()

    city.clock.pass_days(51)
    assert purged(city) == [("archive", "gruenamt", 1), ("runs", "gruenamt", 3)]
    assert city.archive.names() == frozenset()


def test_answers_of_a_plan_that_a_person_approved_are_published_ones(city: World) -> None:
    plan = city.save(city.plan([bench("b1")]))
    archived(city, b"held", outcome=Outcome.HELD, plan=plan)
    archived(city, b"held, too", outcome=Outcome.HELD)
    city.publisher.apply(plan, by="anna", reason="gut")
    city.clock.pass_days(101)

    purged(city)

    assert city.archive.names() == {hashlib.sha256(b"held").hexdigest()}


def test_content_that_a_younger_run_names_stays(city: World) -> None:
    archived(city, b"same")
    city.clock.pass_days(90)
    archived(city, b"same")
    city.clock.pass_days(20)

    assert purged(city) == [("archive", "gruenamt", 1)]
    assert city.archive.read(hashlib.sha256(b"same").hexdigest()) == b"same"


def test_a_source_that_is_being_harvested_is_left_alone(city: World) -> None:
    archived(city, b"old")
    archived(city, b"older", source="andere")
    in_vault(city, b"person")
    city.clock.pass_days(300)
    city.store.start_run("gruenamt", "Grünflächenamt")
    city.store.start_run("umfrage", "Umfrage")

    assert ("archive", "andere", 1) in purged(city)
    assert city.archive.names() == {hashlib.sha256(b"old").hexdigest()}
    assert len(vault_of(city).payloads_of("umfrage")) == 1


def test_the_vault_keeps_nothing_longer_than_it_says(city: World) -> None:
    run = in_vault(city, b"person")
    city.clock.pass_days(51)

    assert purged(city) == [("vault", "umfrage", 1)]

    assert vault_of(city).payloads_of("umfrage") == ()
    assert [each.why for each in vault_of(city).forgotten(run)] == ["purged"]


def test_microdata_go_on_the_day_they_have_to(city: World) -> None:
    for key, days in (("a", 3), ("b", 5)):
        row = Microdata(table="answer", key=key, source="umfrage", content={}, keep_until=START + timedelta(days=days))
        vault_of(city).put_microdata([row])
    city.clock.pass_days(4)

    assert purged(city) == [("microdata", "umfrage", 1)]
    assert [each.key for each in vault_of(city).microdata("answer")] == ["b"]


def wait(city: World, *keys: str) -> dict[str, int]:
    """Rows on the Prüfliste with what they say; key -> number."""
    items = [Quarantined(table="bench", key=key, digest=key, findings=(FINDING,), acceptable=True) for key in keys]
    city.store.save_quarantine("gruenamt", 1, items, ["bench"])
    fresh = [Refused(table="bench", key=key, digest=key, content={"who": "Petersen"}) for key in keys]
    vault_of(city).keep_quarantined("gruenamt", fresh, waiting=[each.place for each in fresh], complete_tables=["bench"])
    return {each.key: each.id for each in city.store.quarantine(open_only=False)}


def said(city: World) -> dict[str, tuple[bool, bool]]:
    """Key -> (has findings, has content)."""
    shelved = {key for _, _, key, _ in vault_of(city).quarantined_places()}
    return {each.key: (bool(each.findings), each.key in shelved) for each in city.store.quarantine(open_only=False)}


def test_what_was_decided_long_ago_says_nothing_any_more_and_what_waits_does(city: World) -> None:
    numbers = wait(city, "open", "accepted", "rejected", "late")
    city.clock.pass_days(5)
    city.store.decide_quarantine(numbers["accepted"], True, "anna", "gut")
    city.store.decide_quarantine(numbers["rejected"], False, "anna", "schlecht")
    city.clock.pass_days(19)
    city.store.decide_quarantine(numbers["late"], True, "anna", "gut")
    city.clock.pass_days(2)

    assert purged(city) == [("quarantine", "gruenamt", 2)]

    # A rejected row that is still in the source stays on the list.
    assert said(city) == {"open": (True, True), "accepted": (False, False), "rejected": (True, False), "late": (True, True)}
    assert purged(city) == []
    assert ("bench", "accepted", "accepted") in city.store.accepted("gruenamt"), "what was decided holds"


def test_a_closed_entry_says_nothing_any_more(city: World) -> None:
    wait(city, "a")
    city.store.save_quarantine("gruenamt", 2, [], ["bench"])
    city.clock.pass_days(21)

    assert purged(city) == [("quarantine", "gruenamt", 1)]
    (item,) = city.store.quarantine(open_only=False)
    assert (item.state, item.findings) == (QuarantineState.CLOSED, ())


def test_logs_lose_their_words_and_keep_what_happened(city: World) -> None:
    applied = city.harvest(bench("b1"), bench("b2")).plan
    run = archived(city, b"x")
    held = city.save(replace(city.plan([bench("b3", "Platz")]), holds=()))
    city.clock.pass_days(201)

    done = purged(city)

    assert ("runs", "gruenamt", 1) in done
    assert ("plans", "gruenamt", 1) in done
    record = city.store.run(run)
    assert (record.message, record.findings, record.outcome) == ("", (), Outcome.OK)
    stored = city.store.plan(applied)
    assert (stored.state, stored.plan.tables, stored.plan.source.name) == (PlanState.APPLIED, (), "gruenamt")
    assert city.store.plan(held).plan.tables, "a plan that waits is nobody's log"
    assert purged(city) == []


def test_a_run_that_still_runs_and_younger_words_stay(city: World) -> None:
    archived(city, b"x")
    running = city.store.start_run("andere", "Andere")
    city.clock.pass_days(199)

    assert purged(city) == []
    assert city.store.runs("gruenamt")[0].message == "Petersen"
    assert city.store.run(running).outcome is Outcome.RUNNING


def test_decisions_and_editions_stay_for_ever(city: World) -> None:
    plan = city.save(city.plan([bench("b1")]))
    city.publisher.apply(plan, by="anna", reason="gut")
    before = (city.store.decisions(100), city.store.editions("baenke"), city.content(), city.files.names())
    city.clock.pass_days(5000)

    purged(city)

    assert (city.store.decisions(100), city.store.editions("baenke"), city.content(), city.files.names()) == before


@pytest.mark.parametrize("victim", ["remember_forgotten", "give_up_payloads", "_record", "finish_erasures"])
def test_a_purge_that_is_killed_loses_no_file_that_somebody_names(sqlite_url: str, tmp_path: Path, clock: Clock, victim: str) -> None:
    """In a child process, at each step of it."""
    city = World(store=Store(sqlite_url, clock=clock), folder=tmp_path, clock=clock, vault=new_vault(tmp_path, clock))
    archived(city, b"old")
    archived(city, b"shared")
    city.clock.pass_days(90)
    archived(city, b"shared")
    city.clock.pass_days(20)
    city.store.database.engine.dispose()
    vault_of(city).database.engine.dispose()

    child = forked()
    if child == 0:
        _die_at(victim, city)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

    named = {each.sha256 for run in city.store.runs() for each in city.store.archived(run.id)}
    assert named <= city.archive.names()
    purged(city)
    named = {each.sha256 for run in city.store.runs() for each in city.store.archived(run.id)}
    assert named == city.archive.names() == {hashlib.sha256(b"shared").hexdigest()}
    assert {each.why for each in vault_of(city).forgotten(1)} == {"purged"}
    assert any(each.what == "archive" for each in recorded(city))
    vault_of(city).close()
    city.store.close()


def _die_at(victim: str, city: World) -> None:
    """Only ever in a forked child."""

    def die(*_: object, **__: object) -> None:
        os._exit(9)

    try:
        if victim == "remember_forgotten":
            Vault.remember_forgotten = die  # type: ignore[method-assign]  # a child that lives for one story
        else:
            setattr(retention, victim, die)
        purge(city.store, vault_of(city), files=city.files, archive=city.archive, periods=PERIODS, now=city.clock())
    finally:
        os._exit(1)


def test_a_purge_sweeps_only_what_was_given_up(city: World) -> None:
    """A file that no entry names yet may belong to a harvest in another process."""
    archived(city, b"old")
    loose = city.archive.put(b"not named yet")
    city.clock.pass_days(300)

    purged(city)

    assert city.archive.names() == {loose}


def test_the_check_for_lost_files_notices_one(city: World) -> None:
    """Negative control: what a careless purge would do."""
    archived(city, b"shared")
    Files(city.archive.root).erase(hashlib.sha256(b"shared").hexdigest())

    named = {each.sha256 for run in city.store.runs() for each in city.store.archived(run.id)}
    assert not named <= city.archive.names()


def test_an_empty_catalogue_purges_nothing(store: Store, city: World) -> None:
    assert purged(city) == []
