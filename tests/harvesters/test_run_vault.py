"""What a run keeps, and where: nothing that may speak of persons outside of the vault."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from catalog.plan import Outcome
from harvesters.harvester import Found, SourceConfig
from harvesters.http.opening import Web
from harvesters.record import Record
from harvesters.registry import kinds
from harvesters.run import harvest
from schemas.declaration import declaration_of_table
from schemas.errors import ConfigurationError, Gone
from schemas.fetch import Fetch
from schemas.row import Quarantined, Row
from schemas.table import common_tables
from tests.catalog.world import vault_bytes
from tests.harvesters.http.servers import serving
from tests.harvesters.http.test_conditional import Versioned
from tests.harvesters.test_run_http import at, quick
from tests.harvesters.world import HEADER, MAPPING, PROJECTS, Intake, intake

#: Letters only: no encoding, escape or line break changes it.
CANARY = "Ypsilantibrunnenstube"
SKIPS = MAPPING + '[table.skip]\nAnsprechperson = "identifier"\n'


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    made = intake(tmp_path)
    yield made
    made.close()


def places(folder: Path, canary: str = CANARY) -> set[str]:
    """Files below the folder that hold the canary, but for the drop folder and the vault."""
    files = [each for each in folder.rglob("*") if each.is_file() and "drop" not in each.relative_to(folder).parts]
    return {each.name for each in files if not each.name.startswith("vault.db") and canary.encode() in each.read_bytes()}


def contents(made: Intake) -> list[bytes]:
    """Everything readable that the vault keeps of this source."""
    return [made.vault.read(each.sha256) for each in made.vault.payloads_of(made.source.name)]


def with_persons(made: Intake) -> None:
    made.projects(f"p1,Stadtpark,läuft,2023,,,{CANARY}", header=HEADER + ",Ansprechperson")
    made.map(SKIPS)


def test_answers_of_a_source_with_personal_data_go_to_the_vault_and_nowhere_else(world: Intake) -> None:
    world.source = replace(world.source, personal_data=True)
    world.projects(*PROJECTS, f"p4,{CANARY},läuft,vielleicht,,")

    run = world.run()

    assert world.store.archived(run.id) == ()
    assert [each.url for each in world.vault.payloads(run.id)] == ["projekte.csv"]
    assert contents(world) == [(world.folder / "drop" / "projekte.csv").read_bytes()]
    assert places(world.folder) == set()


def test_a_file_of_which_personal_columns_are_skipped_goes_to_the_vault_and_the_others_to_the_archive(world: Intake) -> None:
    with_persons(world)
    world.map(SKIPS + '[[table]]\ntable = "district"\nfile = "orte.csv"\n[table.columns]\nid = "id"\nname = "name"\nkind = "kind"\n')
    world.drop("orte.csv", "id,name,kind\nnord,Nord,local-district\n")

    run = world.run()

    assert [each.url for each in world.store.archived(run.id)] == ["orte.csv"]
    assert [each.url for each in world.vault.payloads(run.id)] == ["projekte.csv"]
    assert places(world.folder) == set()


def test_the_search_for_the_canary_finds_what_is_archived(world: Intake) -> None:
    """Negative control of the searches here."""
    world.projects(f"p1,{CANARY},läuft,2023,,")
    run = world.run()

    (entry,) = world.store.archived(run.id)
    assert entry.sha256 in places(world.folder)


@pytest.mark.parametrize(
    "line",
    [
        f"p2,{CANARY},läuft,31.02.2023,,,{CANARY}",
        f"p2,{CANARY},{CANARY},2023,,,{CANARY}",
        f"p2,Radweg,läuft,2023,Frau {CANARY} anrufen: 0631 23125 077,,{CANARY}",
        f"p2,Radweg,läuft,2023,{CANARY}\x07,,{CANARY}",
        f"p1,{CANARY},läuft,2023,,,{CANARY}",
        f"p2,Radweg,läuft,2023,,kein Ort {CANARY},{CANARY}",
        f"p2,{CANARY},läuft,2023",
    ],
    ids=["date", "code", "personal", "control", "duplicate", "address", "ragged"],
)
def test_what_a_refused_row_says_is_in_the_vault_only(world: Intake, line: str) -> None:
    world.map(SKIPS)
    world.projects("p1,Stadtpark,läuft,2023,,,x", line, header=HEADER + ",Ansprechperson")

    run = world.run()

    items = world.store.quarantine()
    assert items
    shelved = [world.vault.quarantined(each.source, each.table, each.key, each.digest) for each in items]
    assert any(CANARY in json.dumps(each, ensure_ascii=False) for each in shelved)
    assert all(each is not None and "Ansprechperson" not in each for each in shelved)
    assert places(world.folder) == set()
    assert CANARY not in repr((run, items, world.store.plans(open_only=False)))


def test_a_refused_row_is_kept_as_it_would_have_been(world: Intake) -> None:
    world.projects("p1,Stadtpark,läuft,2023,0631 23125 077,")
    world.run()

    (item,) = world.store.quarantine()
    kept = world.vault.quarantined("projekte", "project", "p1", item.digest)

    assert kept is not None
    assert {name: kept[name] for name in ("id", "title", "status", "start", "note")} == {
        "id": "p1",
        "title": "Stadtpark",
        "status": "running",
        "start": "2023",
        "note": "0631 23125 077",
    }
    assert tuple(kept) == common_tables()["project"].field_names


def test_a_record_that_gives_no_row_is_kept_by_its_fields_without_those_that_are_skipped(world: Intake) -> None:
    with_persons(world)
    world.projects("p1,Stadtpark,läuft,gestern,,,Eva", header=HEADER + ",Ansprechperson")
    world.run()

    (item,) = world.store.quarantine()
    assert world.vault.quarantined("projekte", "project", "p1", item.digest) == {
        "id": "p1",
        "title": "Stadtpark",
        "status": "läuft",
        "start": "gestern",
        "note": "",
        "quelle": "",
    }


def test_a_mended_row_leaves_the_vault(world: Intake) -> None:
    world.projects("p1,Stadtpark,läuft,2023,0631 23125 077,", PROJECTS[1])
    world.run()
    (item,) = world.store.quarantine()

    world.projects("p1,Stadtpark,läuft,2023,,", PROJECTS[1])
    world.run(days=1)

    assert world.vault.quarantined("projekte", "project", "p1", item.digest) is None


def test_a_decided_row_is_not_put_back_by_the_next_run(world: Intake) -> None:
    world.projects("p1,Stadtpark,läuft,2023,0631 23125 077,", PROJECTS[1])
    world.run()
    (item,) = world.store.quarantine()
    world.store.decide_quarantine(item.id, False, "anna", "gehört nicht hierher")
    world.vault.drop_quarantined([(item.source, item.table, item.key, item.digest)])

    world.run(days=1)

    assert world.vault.quarantined_places() == frozenset()


def test_a_source_in_the_web_with_personal_data_asks_for_news_only(tmp_path: Path) -> None:
    with serving({"/projekte.csv": Versioned("\n".join([HEADER, *PROJECTS, ""]).encode())}) as server:
        made, web = at(tmp_path, server.url("/")), quick(tmp_path)
        made.source = replace(made.source, personal_data=True)
        assert run(made, web).outcome is Outcome.OK
        assert run(made, web).outcome is Outcome.UNCHANGED
        assert server.requests[1].headers["if-none-match"]
    assert [len(made.vault.payloads(each)) for each in (1, 2)] == [1, 0], "a run without news leaves none"
    assert made.archive.names() == frozenset()
    made.close()


def test_a_file_with_personal_columns_in_the_web_asks_for_news_only(tmp_path: Path) -> None:
    page = Versioned(f"{HEADER},Ansprechperson\np1,Park,läuft,2023,,,{CANARY}\n".encode())
    with serving({"/projekte.csv": page}) as server:
        made, web = at(tmp_path, server.url("/")), quick(tmp_path)
        made.map(SKIPS)
        run(made, web)
        made.map(SKIPS.replace('"läuft" = "running"', '"läuft" = "planned"'))
        assert run(made, web).counts["updated"] == 1, "the answer 304 was filled from the vault"
        assert server.requests[1].headers["if-none-match"]
    assert places(tmp_path) == set()
    made.close()


def test_without_a_vault_what_may_speak_of_persons_is_kept_nowhere(world: Intake) -> None:
    with_persons(world)
    record = harvest(
        world.source, store=world.store, publisher=world.publisher, archive=world.archive, now=world.clock.now, plan_only=False
    )

    assert record.outcome is Outcome.OK
    assert world.store.archived(record.id) == ()
    assert places(world.folder) == set()


def test_a_withdrawn_row_is_gone_from_the_vault_and_does_not_come_back(world: Intake) -> None:
    world.source = replace(world.source, personal_data=True)
    world.projects(*PROJECTS, f"p4,{CANARY},läuft,2023,,", f"p5,{CANARY} Zwei,läuft,vielleicht,,")
    world.run()
    assert any(CANARY.encode() in each for each in contents(world))
    assert CANARY in vault_bytes(world.vault)

    world.publisher.withdraw("projekte", row="p4", reason="Name einer Person", by="anna")

    assert CANARY not in vault_bytes(world.vault)
    assert contents(world) == []
    assert [(each.url, each.why) for each in world.vault.forgotten(1)] == [("projekte.csv", "withdrawn")]

    again = world.run(days=1)
    assert contents(world) == []
    assert [(each.url, each.why) for each in world.vault.forgotten(again.id)] == [("projekte.csv", "withdrawn")]
    assert f"{CANARY}," not in vault_bytes(world.vault)


def test_a_withdrawn_data_set_is_gone_from_the_vault(world: Intake) -> None:
    world.source = replace(world.source, personal_data=True)
    world.projects(*PROJECTS, f"p5,{CANARY},läuft,vielleicht,,")
    world.run()

    world.publisher.withdraw("projekte", reason="Namen von Personen", by="anna")

    assert CANARY not in vault_bytes(world.vault)
    world.run(days=1)
    assert CANARY not in vault_bytes(world.vault)
    with pytest.raises(Gone):
        world.store.dataset("projekte")


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Lists:
    """A kind that only exists here: JSON lists of projects, of which it wants id and title and nothing else."""

    kind: ClassVar[str] = "lists"
    Options: ClassVar[type[BaseModel]] = _Options

    def __init__(self, source: SourceConfig) -> None:
        self._remote = source.is_remote

    def records(self, fetch: Fetch) -> Iterator[Found]:
        yield declaration_of_table("project")
        payload = fetch.get("liste.json", keep=allowed)
        for number, each in enumerate(json.loads(payload.content), start=1):
            yield Record(each, origin=payload.url, tables=["project"], row=number)

    def map(self, record: Record) -> Iterator[Row | Quarantined]:
        names = common_tables()["project"].field_names
        values = dict.fromkeys(names) | {"id": record.text("id"), "title": record.text("title"), "status": "running"}
        yield Row(table="project", key=record.text("id"), values=values, origin=record.origin)


def allowed(content: bytes) -> bytes:
    """The allow-list: what is not named here is not even kept."""
    return json.dumps([{"id": each["id"], "title": each["title"]} for each in json.loads(content)]).encode()


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setitem(kinds(), "lists", Lists)
    return json.dumps([{"id": f"p{number}", "title": "Park", "author": CANARY} for number in (1, 2)]).encode()


def _in_a_folder(made: Intake, content: bytes) -> Iterator[Callable[[], Any]]:
    made.drop("liste.json", content)
    yield made.run


def _in_the_web(made: Intake, content: bytes) -> Iterator[Callable[[], Any]]:
    with serving({"/liste.json": Versioned(content)}) as server:
        made.source = replace(made.source, url=server.url("/"), allow_private=("127.0.0.1",))
        web = quick(made.folder)
        yield lambda: run(made, web)


@pytest.mark.parametrize("personal", [False, True], ids=["archive", "vault"])
@pytest.mark.parametrize("way", [_in_a_folder, _in_the_web], ids=["folder", "web"])
def test_what_a_kind_s_allow_list_drops_is_kept_nowhere(world: Intake, lists: bytes, way: Any, personal: bool) -> None:
    world.source = replace(world.source, kind="lists", options={}, personal_data=personal)
    for harvested in way(world, lists):
        first = harvested()
        assert (first.outcome, harvested().outcome) == (Outcome.OK, Outcome.UNCHANGED)

    kept = [world.archive.read(each) for each in world.archive.names()] + contents(world)
    assert kept
    assert all(each == allowed(lists) for each in kept)
    assert places(world.folder) == set()
    assert CANARY not in vault_bytes(world.vault)
    assert world.replay(first.id).message.endswith("dieselben Zeilen wie damals.")


def run(made: Intake, web: Web) -> Any:
    made.clock.now = made.clock.now.replace(microsecond=made.clock.now.microsecond + 1)
    return harvest(
        made.source, store=made.store, publisher=made.publisher, archive=made.archive, vault=made.vault, now=made.clock.now, web=web
    )


def test_an_uploaded_file_stands_in_for_the_one_in_the_folder(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    record = world.run(plan_only=True, uploads={"projekte.csv": "\n".join([HEADER, *PROJECTS, "p4,Neu,läuft,2024,,", ""]).encode()})

    assert (record.outcome, record.counts["created"], record.counts["unchanged"]) == (Outcome.PLANNED, 1, 3)
    assert set(world.published()) == {"p1", "p2", "p3"}
    assert world.run().outcome is Outcome.UNCHANGED, "the folder is as it was"


def test_an_uploaded_file_may_be_the_first_of_its_folder(world: Intake) -> None:
    world.source = replace(world.source, url="drop/neu")

    record = world.run(plan_only=True, uploads={"projekte.csv": "\n".join([HEADER, *PROJECTS, ""]).encode()})

    assert record.counts["created"] == 3
    assert not (world.folder / "drop" / "neu").exists()


@pytest.mark.parametrize("name", ["../projekte.csv", "/etc/passwd", "", ".versteckt.csv", "a/../../b.csv", "a\\b.csv", "a\nb.csv", "a//b"])
def test_an_upload_lies_in_the_folder_or_nowhere(world: Intake, name: str) -> None:
    world.projects(*PROJECTS)

    record = world.run(plan_only=True, uploads={name: b"x"})

    assert record.outcome is Outcome.FAILED
    assert "Ablageordner" in record.message


def test_uploads_are_for_plans_of_drop_folders_only(world: Intake) -> None:
    world.projects(*PROJECTS)
    with pytest.raises(ConfigurationError, match="planen"):
        world.run(uploads={"projekte.csv": b"x"})
    world.source = replace(world.source, url="https://example.org/a.csv")
    with pytest.raises(ConfigurationError, match="Ablageordner"):
        world.run(plan_only=True, uploads={"projekte.csv": b"x"})


def test_a_listing_of_the_folder_is_for_the_vault_only(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.drop(f"{CANARY}.txt", "x")
    world.map('ignore = ["*.txt"]\n' + MAPPING)

    run = world.run()

    seen = world.vault.seen(run.id)
    assert seen is not None
    assert f"{CANARY}.txt" in seen.listed[""]
    assert places(world.folder) == set()
