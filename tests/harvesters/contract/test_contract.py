"""What every kind of source has to keep to, whatever it reads: over all that the registry finds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from catalog.plan import Outcome, RunRecord
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, web_in
from harvesters.registry import kinds
from harvesters.run import harvest
from tests.harvesters.contract.peer import Peer
from tests.harvesters.http.servers import Line, Request, Script, Server, head, reply, serving
from tests.harvesters.http.world import SWIFT
from tests.harvesters.world import Intake, intake

#: Folders and files: their own tests tell the same stories without a server (test_run, test_run_faults, test_run_microdata).
KINDS = sorted(set(kinds()) - {"files"})
_PROCESSES = """
[[table]]
table = "process"
file = "verfahren.csv"
[table.columns]
id = "id"
title = "title"
mode = { constant = "digital" }
method = { constant = "survey" }
"""


@dataclass
class World:
    """One installation with one source, and the server it reads."""

    made: Intake
    web: Web
    peer: Peer
    routes: dict[str, Script]
    server: Server

    def run(self, *, days: float = 0.0) -> RunRecord:
        self.made.clock.now += timedelta(days=days, seconds=1)
        return harvest(
            self.made.source,
            store=self.made.store,
            publisher=self.made.publisher,
            archive=self.made.archive,
            now=self.made.clock.now,
            vault=self.made.vault,
            web=self.web,
        )

    def public(self) -> dict[str, str]:
        """`table/key` -> state."""
        rows = [(name, each) for name in self.peer.tables for each in self.made.store.published(self.made.source.name, name)]
        return {f"{name}/{each.row.key}": each.state.value for name, each in rows}

    def private(self) -> dict[str, Mapping[str, object]]:
        rows = [(name, each) for name in self.peer.microdata for each in self.made.vault.microdata(name)]
        return {f"{name}/{each.key}": dict(each.content) for name, each in rows}

    def held(self) -> tuple[dict[str, str], dict[str, Mapping[str, object]]]:
        return self.public(), self.private()


def peer_of(kind: str) -> Peer:
    made: Peer = import_module(f"tests.harvesters.contract.peers.{kind.replace('-', '_')}").peer()
    return made


@contextmanager
def world_of(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    peer = peer_of(kind)
    for name, value in peer.environment.items():
        monkeypatch.setenv(name, value)
    routes = dict(peer.routes)
    made = intake(folder)
    _publish(made, peer.processes)
    with serving(routes) as server:
        settings: dict[str, Any] = {"allow_private": ("127.0.0.1",), "options": peer.options, **peer.settings}
        made.source = replace(made.source, name="nachbar", title="Nachbar", kind=kind, url=server.url(peer.path), **settings)
        web = web_in(folder / "http", base_url="https://daten.example", contact="a@example.org")
        quick = replace(web, limits=SWIFT, surroundings=Surroundings(sleep=lambda seconds: None))
        yield World(made=made, web=quick, peer=peer, routes=routes, server=server)
    made.close()


def _publish(made: Intake, processes: tuple[str, ...]) -> None:
    if processes:
        made.source = replace(made.source, name="verfahren")
        made.map(_PROCESSES)
        made.drop("verfahren.csv", "id,title\n" + "".join(f"{each},Verfahren {each}\n" for each in processes))
        assert made.run().outcome is Outcome.OK


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_harvest_of_the_same_changes_nothing(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_of(kind, tmp_path, monkeypatch) as world:
        first = world.run()
        before = world.held()
        revision = world.made.store.revision()
        second = world.run(days=1)

        assert first.outcome is Outcome.OK, first
        assert {each.partition("/")[0] for each in before[0]} == set(world.peer.tables), "rows of each table"
        assert {each.partition("/")[0] for each in before[1]} == set(world.peer.microdata)
        assert second.outcome is Outcome.UNCHANGED, second
        assert (world.held(), world.made.store.revision()) == (before, revision)


def _page(line: Line, request: Request) -> bool:
    return reply("<!doctype html><title>Anmeldung</title><p>Bitte anmelden", Content_Type="text/html")(line, request)


def _half(line: Line, request: Request) -> bool:
    line.send(head(200, {"Content-Length": "5000", "Content-Type": "application/json"}) + b'{"data": {"')
    return False


_FAULTS: dict[str, Script] = {
    "server error": reply("oops", 500),
    "nothing": reply(""),
    "maintenance": reply('{"maintenanceMode": true}', Content_Type="application/json"),
    "login page": _page,
    "half": _half,
    "empty list": reply("[]", Content_Type="application/json"),
    "empty object": reply("{}", Content_Type="application/json"),
    "null": reply("null", Content_Type="application/json"),
    "control characters": reply(b"\x00\x01\x02\xff\xfe{", Content_Type="application/json"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_source_does_what_is_held_stays(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_of(kind, tmp_path, monkeypatch) as world:
        world.run()
        before, revision = world.held(), world.made.store.revision()
        for name, fault in _FAULTS.items():
            for path in [*world.peer.routes, "*"]:
                world.routes[path] = fault
            for days in (0.0, 30.0):
                run = world.run(days=days)
                assert run.outcome in (Outcome.HELD, Outcome.FAILED), (name, run)
                assert run.findings or run.message, name
                assert (world.held(), world.made.store.revision()) == (before, revision), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_is_suddenly_empty_takes_nothing_away(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_of(kind, tmp_path, monkeypatch) as world:
        world.run()
        before = world.held()
        world.peer.empty()
        for days in (0.0, 30.0):
            run = world.run(days=days)
            assert run.outcome in (Outcome.HELD, Outcome.FAILED), run
            assert world.held() == before


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_several_lists_that_is_suddenly_empty_takes_nothing_away(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if peer_of(kind).empty_one is None:
        return
    with world_of(kind, tmp_path, monkeypatch) as world:
        world.run()
        before = world.held()
        assert world.peer.empty_one is not None
        named = world.peer.empty_one()
        for days in (0.0, 30.0):
            run = world.run(days=days)
            assert (run.outcome, f"»{named}«" in run.message) == (Outcome.HELD, True), run
            assert world.held() == before


def _is(place: str, said: str) -> bool:
    table, _, end = said.partition("/")
    return place.startswith(f"{table}/") and place.endswith(end)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_gone_at_the_source_is_marked_and_leaves_after_its_time(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_of(kind, tmp_path, monkeypatch) as world:
        world.run()
        said = world.peer.remove()
        world.peer.vanishes()
        everything = {**world.public(), **world.private()}
        removed = next(each for each in everything if _is(each, said))

        world.run(days=1)
        if world.peer.removal == "missing":
            assert world.public().get(removed, "missing") == "missing"
            assert removed in {**world.public(), **world.private()}, "marked, and still there"
            world.run(days=8)
        left = {**world.public(), **world.private()}

        assert removed not in left
        assert everything.keys() - left.keys() == {removed}, "and nothing else with it"


@pytest.mark.parametrize("kind", KINDS)
def test_identifiers_reach_no_public_row_no_archive_and_no_message(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_of(kind, tmp_path, monkeypatch) as world:
        first = world.run()
        world.peer.remove()
        second = world.run(days=1)
        said = b"".join(each.said for each in world.server.lines)
        assert first.outcome is Outcome.OK, first
        for each in world.peer.identifiers:
            assert len(each) >= 6, each
            assert each.encode() in said, f"the server never says {each!r}: what would this prove?"
        for place, content in _kept(world, tmp_path, first, second):
            assert not [each for each in world.peer.identifiers if each.encode() in content], place


def _kept(world: World, folder: Path, *runs: RunRecord) -> Iterator[tuple[object, bytes]]:
    """Everything outside of the vault that may speak of the source. Plans lie packed in the database: read by eye they hold nothing."""
    yield from ((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file() and not path.name.startswith("vault.db"))
    yield from ((each.id, repr(each).encode()) for each in runs)
    archived = {each.sha256 for run in runs for each in world.made.store.archived(run.id)}
    yield from (("archive", world.made.archive.read(each)) for each in sorted(archived))
    plans = [each for each in world.made.store.plans(open_only=False) if each.plan.source.name == world.made.source.name]
    assert plans or not world.peer.tables, "there is something to look at"
    yield from ((f"plan {each.id}", repr(each).encode()) for each in plans)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_nobody_knows_is_reported(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_of(kind, tmp_path, monkeypatch) as world:
        known = world.run()
        assert not [each for each in known.findings if each.code == "unread-field"], known.findings
        if world.peer.surprise is None:
            return
        name = world.peer.surprise()
        told = [each for each in world.run(days=1).findings if each.code == "unread-field"]
        assert any(name in each.message or name in each.field for each in told), told
