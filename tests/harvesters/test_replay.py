"""A run once more from what was kept of it: the same bytes, or a sentence that says why not."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from catalog.entries import ArchiveEntry
from catalog.plan import Outcome, PlanState, RunRecord
from harvesters.harvester import Found, SourceConfig
from harvesters.http.address import WebAddress
from harvesters.http.paging import pages, web
from harvesters.record import Record
from harvesters.registry import kinds
from harvesters.replay import ReplayFetch, WebReplay
from schemas.declaration import declaration_of_table
from schemas.errors import AnswersGone, Busy, ConfigurationError, DecisionRefused, SourceError, UnknownItem
from schemas.fetch import Fetch
from schemas.row import Row
from schemas.table import common_tables
from tests.catalog.world import START
from tests.harvesters.http.servers import reply, serving
from tests.harvesters.http.test_conditional import Versioned
from tests.harvesters.test_run_http import at, csv, quick
from tests.harvesters.test_run_vault import run as run_in_the_web
from tests.harvesters.world import HEADER, MAPPING, PROJECTS, Intake, intake

CHANGED = (PROJECTS[0], "p2,Radweg Nord,fertig,2023-06,,https://example.org/2", "p4,Markt,läuft,2024,,")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    (tmp_path / "here").mkdir()
    made = intake(tmp_path / "here")
    yield made
    made.close()


def public(made: Intake) -> dict[str, str]:
    """Every published file, by name."""
    folder = made.folder / "public"
    return {str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.rglob("*") if each.is_file()}


def editions(made: Intake, name: str = "projekte") -> list[tuple[int, str, dict[str, str]]]:
    return [(each.number, each.sha256, {ext: file.sha256 for ext, file in each.files.items()}) for each in made.store.editions(name)]


def copied(made: Intake, folder: Path) -> Intake:
    """The whole installation as it is now, in another folder, with a clock that shows the same."""
    with sqlite3.connect(made.folder / "klar.db") as one, sqlite3.connect(made.folder / "vault.db") as other:
        for each in (one, other):
            each.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    one.close()
    other.close()
    shutil.copytree(made.folder, folder)
    (folder / "drop").rename(folder / "drop-was")  # nothing but archive and vault may be read
    (folder / "drop").mkdir()
    again = intake_again(folder)
    again.clock.now = made.clock.now
    again.source = replace(made.source, folder=folder)
    again.detector = made.detector
    return again


def intake_again(folder: Path) -> Intake:
    (folder / "drop").rmdir()
    mapping = (folder / "mapping.toml").read_text(encoding="utf-8")
    made = intake(folder)
    made.map(mapping)
    return made


def approve(made: Intake, record: RunRecord) -> None:
    assert record.plan is not None
    made.publisher.apply(record.plan, by="anna", reason="wiederholt")


@pytest.mark.parametrize("personal", [False, True], ids=["archive", "vault"])
def test_on_the_state_before_the_run_a_replay_gives_the_same_editions_byte_for_byte(world: Intake, tmp_path: Path, personal: bool) -> None:
    world.source = replace(world.source, personal_data=personal)
    world.projects(*PROJECTS)
    world.run()
    world.projects(*CHANGED)
    planned = world.run(days=1, plan_only=True)
    before = copied(world, tmp_path / "there")
    before_files = public(before)
    approve(world, planned)
    for made in (world, before):
        made.clock.now += timedelta(hours=1)

    record = before.replay(planned.id)

    assert (record.outcome, record.id) == (Outcome.PLANNED, planned.id + 1)
    assert "Es sind dieselben Zeilen wie damals." in record.message
    assert public(before) == before_files, "nothing is published yet"
    world.clock.now = before.clock.now
    approve(before, record)
    assert public(before) == public(world)
    assert editions(before) == editions(world)
    rows = [
        {each.row.key: (each.row, each.changed_run, each.changed_at, each.state) for each in made.store.published("projekte", "project")}
        for made in (world, before)
    ]
    assert rows[0] == rows[1]
    before.close()


def test_a_run_that_published_at_once_is_replayed_on_a_restored_copy(world: Intake, tmp_path: Path) -> None:
    world.projects(*PROJECTS)
    world.run()
    before = copied(world, tmp_path / "there")
    world.projects(*CHANGED)
    run = world.run(days=1)
    at_publication = world.clock.now
    _bring_over(world, before, run.id)

    record = before.replay(run.id)
    before.clock.now = at_publication
    approve(before, record)

    assert public(before) == public(world)
    assert editions(before) == editions(world)
    before.close()


def _bring_over(world: Intake, before: Intake, run: int) -> None:
    """What a backup of the catalogue lacks and archive and vault have: the run's record, its list of answers, the answers."""
    shutil.copytree(world.folder / "archive", before.folder / "archive", dirs_exist_ok=True)
    with sqlite3.connect(before.folder / "klar.db") as target:
        target.execute("ATTACH ? AS other", (str(world.folder / "klar.db"),))
        target.execute("INSERT INTO run SELECT * FROM other.run WHERE id = ?", (run,))
        target.execute("INSERT INTO archive_entry SELECT * FROM other.archive_entry WHERE run = ?", (run,))
    target.close()
    seen = world.vault.seen(run)
    assert seen is not None
    before.vault.remember_seen(run, "projekte", seen.digest, seen.listed)


def test_a_replay_of_the_published_run_would_change_nothing(world: Intake) -> None:
    world.projects(*PROJECTS)
    run = world.run()
    before = public(world)

    record = world.replay(run.id)

    assert (record.outcome, record.counts["unchanged"]) == (Outcome.PLANNED, 3)
    assert public(world) == before
    (plan,) = world.store.plans()
    assert (plan.plan.run, plan.plan.at, plan.state, plan.plan.is_empty) == (run.id, run.started_at, PlanState.PROPOSED, True)


def test_a_replay_leaves_lists_archive_vault_and_drop_folder_alone(world: Intake) -> None:
    world.projects(*PROJECTS, "p5,Haus,läuft,vielleicht,,")
    run = world.run()
    world.projects(*PROJECTS, "p6,Haus,läuft,nie,,")
    world.run(days=1)
    items, places = world.store.quarantine(), world.vault.quarantined_places()
    archived = world.archive.names()

    world.replay(run.id)

    assert (world.store.quarantine(), world.vault.quarantined_places(), world.archive.names()) == (items, places, archived)
    assert [each.key for each in items] == ["p6"]
    assert world.store.archived(3) == ()


def test_another_mapping_gives_other_rows_and_that_is_said(world: Intake) -> None:
    world.projects(*PROJECTS)
    run = world.run()
    world.map(MAPPING.replace('"fertig" = "completed"', '"fertig" = "running"'))

    record = world.replay(run.id)

    assert "nicht dieselben Zeilen" in record.message
    assert record.counts["updated"] == 1


def test_where_nobody_knows_any_more_that_is_said(world: Intake) -> None:
    world.projects(*PROJECTS)
    run = world.run()
    world.vault.purge_records(world.clock.now + timedelta(days=1))

    assert "weiß niemand mehr" in world.replay(run.id).message


def test_a_file_that_could_not_be_read_then_cannot_be_read_now(world: Intake) -> None:
    world.map(MAPPING.replace("projekte.csv", "p*.csv"))
    world.drop("p1.csv", "\n".join([HEADER, *PROJECTS[:1], ""]))
    (world.folder / "drop" / "p2.csv").symlink_to("/etc/hostname")
    run = world.run()
    assert [each.origin for each in run.findings] == ["p2.csv"]

    again = world.replay(run.id)

    assert [each.origin for each in again.findings] == [each.origin for each in run.findings]
    assert again.counts["created"] == run.counts.get("created", 0)


def test_a_leftover_file_is_remarked_on_as_before(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.drop("liesmich.txt", "x")
    run = world.run()
    assert [each.code for each in run.findings] == ["unread-file"]

    assert world.replay(run.id).findings == run.findings


def test_purged_answers_are_named_with_address_and_day(world: Intake) -> None:
    world.source = replace(world.source, personal_data=True)
    world.projects(*PROJECTS)
    run = world.run()
    world.vault.purge_payloads([run.id])

    with pytest.raises(AnswersGone, match=r"»projekte\.csv« \(nach Ablauf der Aufbewahrung gelöscht am 01\.11\.2026\)"):
        world.replay(run.id)


def test_withdrawn_answers_are_named_with_address_and_day(world: Intake) -> None:
    world.projects(*PROJECTS)
    run = world.run()
    world.publisher.withdraw("projekte", row="p1", reason="Name", by="anna")

    with pytest.raises(AnswersGone, match=r"»projekte\.csv« \(zurückgezogen am 01\.11\.2026\)"):
        world.replay(run.id)


def test_a_run_without_news_names_the_one_that_has_the_answers(tmp_path: Path) -> None:
    with serving({"/projekte.csv": Versioned(csv(*PROJECTS))}) as server:
        made, connection = at(tmp_path, server.url("/")), quick(tmp_path)
        first, second = run_in_the_web(made, connection), run_in_the_web(made, connection)
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.UNCHANGED)

    with pytest.raises(AnswersGone, match=f"--replay {first.id}"):
        made.replay(second.id)
    assert made.replay(first.id).counts["unchanged"] == 3
    made.close()


def test_only_runs_of_this_source_that_have_ended_are_replayed(world: Intake) -> None:
    with pytest.raises(UnknownItem):
        world.replay(7)
    world.projects(*PROJECTS)
    run = world.run()
    mine, world.source = world.source, replace(world.source, name="andere")
    with pytest.raises(ConfigurationError, match="»projekte«, nicht »andere«"):
        world.replay(run.id)
    world.source = mine
    running = world.store.start_run("projekte", "Projekte")
    with pytest.raises(DecisionRefused, match="läuft noch"):
        world.replay(running)
    with pytest.raises(Busy):
        world.replay(run.id)


def test_a_run_that_read_nothing_has_nothing_to_replay(world: Intake) -> None:
    run = world.run()
    assert run.outcome is Outcome.FAILED

    with pytest.raises(AnswersGone, match="hat keine"):
        world.replay(run.id)


def test_an_archive_that_was_tampered_with_is_noticed(world: Intake) -> None:
    world.projects(*PROJECTS)
    run = world.run()
    (entry,) = world.store.archived(run.id)
    world.archive.path(entry.sha256).write_bytes(b"something else")

    record = world.replay(run.id)

    assert record.outcome is Outcome.FAILED
    assert "beschädigt" in record.findings[0].message


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Pages:
    """A kind that only exists here: pages of organisations with a link to the next one."""

    kind: ClassVar[str] = "replayed-pages"
    Options: ClassVar[type[BaseModel]] = _Options

    def __init__(self, source: SourceConfig) -> None:
        self._url = source.url

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        yield declaration_of_table("organisation")
        for page in pages(source, source.list("")[0], lambda each: json.loads(each.content)["next"]):
            for each in json.loads(page.content)["results"]:
                yield Record(each, origin=page.url, tables=["organisation"])

    def map(self, record: Record) -> Iterator[Row]:
        key = record.text("id")
        values = dict.fromkeys(common_tables()["organisation"].field_names) | {
            "id": key,
            "name": record.text("name"),
            "kind": "association",
        }
        yield Row(table="organisation", key=key, values=values, origin=record.origin)


def page(name: str, following: str | None) -> Any:
    content = {"results": [{"id": f"verein-{name}", "name": f"Verein {name.upper()}"}], "next": following}
    return reply(json.dumps(content), Content_Type="application/json; charset=utf-8")


def test_a_source_that_comes_in_pages_is_replayed_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds(), "replayed-pages", Pages)
    routes = {"/a": page("a", "b"), "/b": page("b", "c?x=1"), "/c": page("c", None)}
    with serving(routes) as server:
        made = at(tmp_path, server.url("/a"))
        made.source = replace(made.source, kind="replayed-pages", options={})
        run = run_in_the_web(made, quick(tmp_path))
    assert (run.outcome, run.counts["created"]) == (Outcome.OK, 3)

    record = made.replay(run.id)

    assert (record.outcome, record.counts["unchanged"]) == (Outcome.PLANNED, 3)
    assert "dieselben Zeilen" in record.message
    made.close()


def entries(*answers: tuple[str, bytes]) -> tuple[list[ArchiveEntry], dict[str, bytes]]:
    contents = {hashlib.sha256(content).hexdigest(): content for _, content in answers}
    listed = [
        ArchiveEntry(
            run=1,
            source="a",
            url=url,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            fetched_at=START,
            media_type="text/csv",
            charset="cp1252",
        )
        for url, content in answers
    ]
    return listed, contents


def folder(*answers: tuple[str, bytes], listed: dict[str, tuple[str, ...]] | None = None) -> ReplayFetch:
    found, contents = entries(*answers)
    return ReplayFetch(found, read=contents.__getitem__, listed=listed)


def test_a_replayed_folder_gives_what_was_read_and_nothing_else() -> None:
    fetch = folder(("a.csv", b"1"), ("unten/b.csv", b"2"))

    assert fetch.list("") == ("a.csv", "unten/b.csv")
    assert fetch.list("unten") == ("unten/b.csv",)
    found = fetch.get("unten/b.csv", archive=False)
    assert (found.content, found.fetched_at, found.media_type, found.charset) == (b"2", START, "text/csv", "cp1252")
    with pytest.raises(SourceError, match="nicht gelesen"):
        fetch.get("c.csv")


def test_a_folder_that_was_listed_is_listed_as_it_was() -> None:
    assert folder(("a.csv", b"1"), listed={"": ("a.csv", "fehlt.csv")}).list("") == ("a.csv", "fehlt.csv")


def test_an_address_that_was_read_twice_gives_its_answers_in_turn() -> None:
    fetch = folder(("a.csv", b"1"), ("a.csv", b"2"))

    assert [fetch.get("a.csv").content for _ in range(3)] == [b"1", b"2", b"2"]


def test_a_filter_is_asked_again_in_a_replay() -> None:
    assert folder(("a.csv", b"abc")).get("a.csv", keep=lambda content: content[:1]).content == b"a"


def test_a_replayed_web_follows_only_where_the_run_went() -> None:
    home = WebAddress.parse("https://daten.example.org/a")
    found, contents = entries(("https://daten.example.org/a", b"[]"), ("https://daten.example.org/b?x=1", b"{}"))
    fetch = WebReplay(found, read=contents.__getitem__, home=home)

    assert fetch.list("") == ("https://daten.example.org/a",)
    first = fetch.get("")
    assert (first.url, first.sniffed) == ("https://daten.example.org/a", "json")
    following = fetch.follow("b?x=1", base=first.url)
    assert fetch.get(following, accept="application/json", expected=["json"]).content == b"{}"
    for elsewhere in ("c", "https://example.org/b?x=1", "a"):
        with pytest.raises(SourceError):
            fetch.follow(elsewhere, base=following)
