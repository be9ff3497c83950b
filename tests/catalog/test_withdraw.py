"""`klar withdraw`: what was erased is nowhere any more, and everybody is told why."""

import hashlib
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from catalog.entries import ChangeKind, Status
from catalog.erasure import NoVault
from catalog.plan import Outcome, PlanState, RunRecord
from catalog.press import Press
from catalog.withdraw import Order, withdraw_dataset
from schemas.errors import ConfigurationError, DecisionRefused, Gone, UnknownDataset, UnknownEdition, UnknownItem
from schemas.fetch import Payload
from schemas.model import SourceReference
from schemas.row import Finding, Quarantined
from tests.catalog.world import START, World, bench, declaration

CANARY = "Erika Mustermann"


def _archive(world: World, url: str, content: bytes, *, finish: bool = True) -> str:
    run = world.store.start_run("gruenamt", "Grünflächenamt")
    payload = Payload(url=url, content=content, fetched_at=START, sha256=hashlib.sha256(content).hexdigest())
    world.archive.put(content)
    world.store.record_archived(run, "gruenamt", payload)
    if finish:
        finding = Finding(code="c", message=f"Wert {CANARY}", table="bench", key="b2", origin=url)
        record = RunRecord(
            id=run, source="gruenamt", started_at=START, finished_at=START, outcome=Outcome.OK, message="", counts={}, findings=(finding,)
        )
        world.store.finish_run(record)
    return payload.sha256


def _places_of(world: World, canary: str) -> list[str]:
    """Every file below the installation's folder, and every cell of the database, that holds the text; plans unpacked."""
    needle = canary.encode()
    found = [
        str(path.relative_to(world.folder)) for path in sorted(world.folder.rglob("*")) if path.is_file() and needle in path.read_bytes()
    ]
    with world.store.database.read() as connection:
        for name in inspect(connection).get_table_names():
            for line in connection.execute(text(f'SELECT * FROM "{name}"')):  # names come from the database itself
                found += [f"table {name}" for cell in line if _holds(cell, canary)]
    return found


def _holds(cell: object, canary: str) -> bool:
    if isinstance(cell, bytes | memoryview):
        raw = bytes(cell)
        unpacked = zlib.decompress(raw) if raw.startswith(b"\x78\x01") else raw
        return canary.encode() in unpacked
    return canary in str(cell)


def _fill(world: World) -> None:
    """A canary in the table, in two editions, in plans of every state, in findings and in the archive."""
    _archive(world, "baenke.csv", f"id;place\nb2;{CANARY}\n".encode("cp1252"))
    world.harvest(bench("b1"), bench("b2", CANARY))
    world.harvest(bench("b1", "Bahnhof"), bench("b2", CANARY), findings=(Finding(code="x", message=CANARY, table="bench", key="b2"),))
    refused = Quarantined(table="bench", key="b2", digest="d", findings=(Finding(code="y", message=f"{CANARY}!", table="bench", key="b2"),))
    world.store.save_quarantine("gruenamt", 1, [refused], ["bench"])
    world.save(world.plan([bench("b1"), bench("b2", CANARY + " II")], quarantined=()))
    world.files.put(f"left behind by a crash: {CANARY}".encode())


def test_the_canary_is_everywhere_before(world: World) -> None:
    _fill(world)

    places = _places_of(world, CANARY)

    assert {"table row", "table plan", "table run", "table quarantine"} <= set(places)
    assert sum(each.startswith("files/") for each in places) == 5
    assert any(each.startswith("archive/") for each in places)


def test_a_withdrawn_data_set_leaves_nothing_but_its_tombstone(world: World) -> None:
    _fill(world)

    world.publisher.withdraw("baenke", reason="Enthielt Namen.", by="anna")

    assert _places_of(world, CANARY) == []
    with pytest.raises(Gone) as gone:
        world.store.dataset("baenke")
    assert gone.value.reason == "Enthielt Namen."
    with pytest.raises(Gone):
        world.store.edition("baenke", 1)
    with pytest.raises(Gone):
        world.store.editions("baenke")
    (tombstone,) = world.store.tombstones()
    assert (tombstone.kind, tombstone.title.de, tombstone.reason.de) == (Status.WITHDRAWN, "Bänke", "Enthielt Namen.")
    assert world.files.names() == frozenset()
    assert world.store.changes()[-1].kind is ChangeKind.WITHDRAWN
    assert world.store.decisions()[0].who == "anna"


def test_a_withdrawn_data_set_never_returns(world: World) -> None:
    _fill(world)
    world.publisher.withdraw("baenke", reason="Enthielt Namen.", by="anna")

    applied = world.harvest(bench("b2", CANARY))

    assert (applied.editions, applied.refused) == ({}, {})
    assert _places_of(world, CANARY) == []
    assert world.store.withdrawn_tables() == {"bench"}
    with pytest.raises(Gone):
        world.publisher.withdraw("baenke", reason="noch einmal", by="anna")


def test_a_withdrawn_row_is_in_no_edition_and_the_rest_stays(world: World) -> None:
    _fill(world)

    world.publisher.withdraw("baenke", row="b2", reason="Enthielt einen Namen.", by="anna")

    assert _places_of(world, CANARY) == []
    assert [each.number for each in world.store.editions("baenke")] == [3, 2, 1]
    assert "b1,Bahnhof" in world.content()
    for number in (1, 2):
        with pytest.raises(Gone, match="Stand") as gone:
            world.store.edition("baenke", number)
        assert gone.value.reason == "Enthielt einen Namen."
    assert world.store.dataset("baenke").dataset.rows == 1
    kinds = [(each.kind.value, each.edition) for each in world.store.changes()]
    assert kinds[-3:] == [("edition", 3), ("withdrawn", 2), ("withdrawn", 1)]


def test_a_withdrawn_row_never_returns_and_blocks_no_other(world: World) -> None:
    _fill(world)
    world.publisher.withdraw("baenke", row="b2", reason="Name", by="anna")

    assert world.store.withdrawn("bench") == {"b2"}
    world.harvest(bench("b1", "Rathaus"), bench("b2", CANARY))

    assert "Rathaus" in world.content()
    assert _places_of(world, CANARY) == []


def test_an_edition_without_the_row_stays_untouched(world: World) -> None:
    world.harvest(bench("b1"))
    first = world.content()
    world.harvest(bench("b1"), bench("b2", CANARY))

    world.publisher.withdraw("baenke", row="b2", reason="Name", by="anna")

    assert world.content(number=1) == first
    assert world.store.edition("baenke", 3).rows == 1
    assert _places_of(world, CANARY) == []


def test_files_that_another_edition_shares_stay(world: World) -> None:
    world.harvest(bench("b1"))
    world.harvest(bench("b1"), bench("b2"))
    world.clock.pass_days(0)
    world.harvest(bench("b1"))

    world.publisher.withdraw("baenke", edition=2, reason="Falsche Zahl", by="anna")

    with pytest.raises(Gone):
        world.store.edition("baenke", 2)
    assert world.content(number=1).startswith("id,")
    assert world.content().startswith("id,")
    withdrawn = world.store.editions("baenke")[1]
    assert (withdrawn.withdrawn_reason, withdrawn.files, withdrawn.sha256) == ("Falsche Zahl", {}, "")


def test_content_that_stands_in_two_editions_survives_the_withdrawal_of_one(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))
    world.harvest(bench("b1"))
    world.harvest(bench("b1"), bench("b2"))
    assert world.store.edition("baenke", 1).sha256 == world.store.edition("baenke", 3).sha256

    world.publisher.withdraw("baenke", edition=1, reason="r", by="anna")

    assert "b2" in world.content(number=3)


def test_the_newest_edition_cannot_be_withdrawn_alone(world: World) -> None:
    world.harvest(bench("b1"))

    with pytest.raises(DecisionRefused, match="neueste"):
        world.publisher.withdraw("baenke", edition=1, reason="r", by="anna")

    assert world.content().startswith("id,")


def test_the_last_row_withdrawn_removes_the_data_set(world: World) -> None:
    world.harvest(bench("b1", CANARY))

    world.publisher.withdraw("baenke", row="b1", reason="Name", by="anna")

    assert _places_of(world, CANARY) == []
    assert [each.kind for each in world.store.tombstones()] == [Status.REMOVED]


def test_a_row_is_found_in_archived_files_under_other_names_and_in_containers(world: World) -> None:
    shared = _archive(world, "andere.csv", b"Stadtpark only")
    renamed = _archive(world, "baenke-alt.csv", f"b2;{CANARY}".encode("utf-16-le"))
    escaped = _archive(world, "a.json", b"Gr\\u00fcner Weg 7")
    workbook = _archive(world, "baenke.xlsx", b"PK\x03\x04 packed")
    world.harvest(bench("b1"), bench("b2", CANARY), bench("b3", "Grüner Weg 7"))

    world.publisher.withdraw("baenke", row="b2", reason="Name", by="anna")
    assert {each for each in (shared, renamed, escaped, workbook) if world.archive.has(each)} == {shared, escaped}
    world.publisher.withdraw("baenke", row="b3", reason="Name", by="anna")

    assert world.archive.names() == {shared}


def test_recorded_origins_lead_to_archived_files_of_unchanged_rows(world: World) -> None:
    renamed = _archive(world, "baenke-neu.csv", b"whatever")
    kept = _archive(world, "tische.csv", b"tables")
    world.harvest(bench("b1"))
    world.store.record_origins("gruenamt", {"bench": ["baenke-neu.csv", "baenke.csv"], "tisch": ["tische.csv"]})
    world.store.record_origins("gruenamt", {"bench": ["baenke-neu.csv"]})

    world.publisher.withdraw("baenke", reason="r", by="anna")

    assert world.archive.has(kept)
    assert not world.archive.has(renamed)
    assert [each.url for run in world.store.runs() for each in world.store.archived(run.id)] == ["tische.csv"]


def test_a_payload_that_another_source_fetched_too_stays_on_disk(world: World) -> None:
    sha256 = _archive(world, "baenke.csv", b"same bytes")
    run = world.store.start_run("bauhof", "Bauhof")
    world.store.record_archived(run, "bauhof", Payload(url="x", content=b"same bytes", fetched_at=START, sha256=sha256))
    world.harvest(bench("b1"))

    world.publisher.withdraw("baenke", reason="r", by="anna")

    assert world.archive.has(sha256)


def test_an_open_plan_with_the_row_is_outdated_and_a_decided_one_keeps_its_state(world: World) -> None:
    world.harvest(bench("b1"), bench("b2", CANARY))
    open_plan = world.save(world.plan([bench("b1"), bench("b2", CANARY + "!")]))

    world.publisher.withdraw("baenke", row="b2", reason="r", by="anna")

    states = {each.id: each.state for each in world.store.plans(open_only=False)}
    assert states == {1: PlanState.APPLIED, open_plan: PlanState.OUTDATED}


def test_an_orphaned_payload_goes_once_no_harvest_is_running(world: World) -> None:
    world.harvest(bench("b1"), bench("b2", CANARY))
    _archive(world, "laeuft.csv", b"in progress", finish=False)
    orphan = world.archive.put(f"fetched, then killed: {CANARY}".encode())

    world.publisher.withdraw("baenke", row="b2", reason="r", by="anna")
    assert world.archive.has(orphan)
    world.clock.pass_days(1)
    run = world.store.start_run("gruenamt", "Grünflächenamt")
    world.store.finish_run(replace(world.store.run(run), outcome=Outcome.OK, finished_at=START))
    world.publisher.refresh()

    assert not world.archive.has(orphan)
    assert _places_of(world, CANARY) == []


def test_the_files_of_a_withdrawal_that_was_cut_off_after_its_commit_go_with_the_next_action(world: World) -> None:
    world.harvest(bench("b1"), bench("b2", CANARY))
    order = Order(name="baenke", reason="r", by="anna", at=START)
    with world.store.database.write() as connection:
        press = Press(files=world.files, site=world.site, curation=world.curation, renderer=world.renderer)
        withdraw_dataset(connection, order, press=press, archive=world.archive, vault=NoVault())
    assert any(each.startswith("files/") for each in _places_of(world, CANARY)), "as if killed here"

    world.publisher.refresh()

    assert _places_of(world, CANARY) == []


def test_a_withdrawal_needs_a_reason_and_something_to_withdraw(world: World) -> None:
    world.harvest(bench("b1"))

    with pytest.raises(ConfigurationError):
        world.publisher.withdraw("baenke", reason=" ", by="anna")
    with pytest.raises(ConfigurationError):
        world.publisher.withdraw("baenke", row="b1", edition=1, reason="r", by="anna")
    with pytest.raises(UnknownItem):
        world.publisher.withdraw("baenke", row="b7", reason="r", by="anna")
    with pytest.raises(UnknownEdition):
        world.publisher.withdraw("baenke", edition=7, reason="r", by="anna")
    with pytest.raises(UnknownDataset):
        world.publisher.withdraw("nichts", reason="r", by="anna")
    assert world.store.revision() == 1


def test_other_data_sets_of_the_same_source_stay(world: World) -> None:
    world.harvest(bench("b1"), bench("b2", CANARY))
    world.harvest(bench("t1", table="tisch"), of=declaration("tische", "tisch"), source=SourceReference(name="gruenamt", title="G"))

    world.publisher.withdraw("baenke", reason="r", by="anna")

    assert world.content("tische").startswith("id,")
    assert world.store.keys("tisch") == {"t1"}
    assert world.store.keys("bench") == frozenset()


def test_large_tables_leave_nothing_in_pages_that_were_split(world: World) -> None:
    rows = [bench(f"b{n:04}", f"{CANARY} {n}" * 5) for n in range(400)]
    world.harvest(*rows)
    world.clock.now += timedelta(hours=1)
    world.harvest(*(replace(each, values={**each.values, "place": f"{each.values['place']} x"}) for each in rows))

    world.publisher.withdraw("baenke", reason="r", by="anna")

    assert _places_of(world, CANARY) == []
    assert list(Path(world.folder / "files").rglob("*.json")) == []
