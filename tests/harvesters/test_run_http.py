"""A source in the web, from the first byte to the published edition; nothing faked but the clock."""

import hashlib
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.plan import Outcome, Review, RunRecord
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, web_in
from harvesters.run import harvest
from tests.harvesters.http.servers import Line, Request, Script, head, raw, reply, serving
from tests.harvesters.http.test_conditional import Versioned
from tests.harvesters.http.world import SWIFT
from tests.harvesters.world import HEADER, MAPPING, PROJECTS, Intake, intake


def csv(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def quick(folder: Path) -> Web:
    made = web_in(folder / "http", base_url="https://daten.example.org", contact="a@example.org")
    return replace(made, limits=SWIFT, surroundings=Surroundings(sleep=lambda seconds: None))


def run(made: Intake, web: Web, *, days: float = 0.0, **more: Any) -> RunRecord:
    made.clock.now += timedelta(days=days, seconds=1)
    return harvest(made.source, store=made.store, publisher=made.publisher, archive=made.archive, now=made.clock.now, web=web, **more)


def at(folder: Path, url: str) -> Intake:
    made = intake(folder)
    made.source = replace(made.source, url=url, allow_private=("127.0.0.1",))
    return made


def contents(folder: Path) -> dict[str, str]:
    """Every table but the one of runs, and every file but politeness."""
    with sqlite3.connect(folder / "klar.db") as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name not in ("run", "sqlite_sequence")
        ]
        found = {name: repr(database.execute(f"SELECT * FROM {name}").fetchall()) for name in names}
    database.close()
    files = [path for path in folder.rglob("*") if path.is_file() and "klar.db" not in path.name and "hosts" not in path.parts]
    return found | {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_304_run_writes_nothing_but_its_record(tmp_path: Path) -> None:
    with serving({"/projekte.csv": Versioned(csv(*PROJECTS))}) as server:
        made, web = at(tmp_path, server.url("/")), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        before = contents(tmp_path)
        record = run(made, web)
        assert (record.outcome, contents(tmp_path) == before) == (Outcome.UNCHANGED, True)
        assert server.requests[1].headers["if-none-match"]
        assert len(made.store.runs()) == 2
    assert made.editions() == 1


def test_plan_only_publishes_nothing_and_the_next_run_still_sees_the_change(tmp_path: Path) -> None:
    page = Versioned(csv(*PROJECTS))
    with serving({"/projekte.csv": page}) as server:
        made, web = at(tmp_path, server.url("/projekte.csv")), quick(tmp_path)
        run(made, web)
        page.content = csv(*PROJECTS, "p4,Markt,läuft,2024,,")
        assert run(made, web, plan_only=True).outcome is Outcome.PLANNED
        assert set(made.published()) == {"p1", "p2", "p3"}
        assert run(made, web).counts["created"] == 1
    assert set(made.published()) == {"p1", "p2", "p3", "p4"}


def test_a_new_mapping_is_followed_although_the_source_says_304(tmp_path: Path) -> None:
    with serving({"/projekte.csv": Versioned(csv(*PROJECTS))}) as server:
        made, web = at(tmp_path, server.url("/")), quick(tmp_path)
        run(made, web)
        made.map(MAPPING.replace('"fertig" = "completed"', '"fertig" = "running"'))
        assert run(made, web).counts["updated"] == 1
    assert server.requests[1].headers["if-none-match"]


def half(line: Line, request: Request) -> bool:
    line.send(head(200, {"Content-Length": "5000"}) + csv(*PROJECTS[:1]))
    return False


FAULTS: dict[str, tuple[Script, Outcome]] = {
    "500": (reply("oops", 500), Outcome.FAILED),
    "503": (reply("", 503, Retry_After="7200"), Outcome.FAILED),
    "empty": (reply(""), Outcome.FAILED),
    "header only": (reply(csv()), Outcome.HELD),
    "login": (reply("<!doctype html><title>Anmeldung</title>"), Outcome.FAILED),
    "maintenance": (reply('{"message": "Wartung"}', Content_Type="application/json"), Outcome.FAILED),
    "half": (half, Outcome.FAILED),
    "shrunk": (reply(csv(*PROJECTS[:1])), Outcome.HELD),
    "loop": (reply(b"", 302, Location="/projekte.csv"), Outcome.FAILED),
    "inside": (reply(b"", 302, Location="http://169.254.169.254/"), Outcome.FAILED),
    "garbage": (raw(b"\x00\x01"), Outcome.FAILED),
}


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_the_source_does_what_is_published_stays(name: str, tmp_path: Path) -> None:
    script, outcome = FAULTS[name]
    routes = {"/projekte.csv": reply(csv(*PROJECTS))}
    with serving(routes) as server:
        made, web = at(tmp_path, server.url("/")), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        revision, rows = made.store.revision(), made.store.published("projekte", "project")
        routes["/projekte.csv"] = script
        record = run(made, web, days=30)
        assert record.outcome is outcome, record
        assert (made.store.revision(), made.store.published("projekte", "project")) == (revision, rows)
        assert record.message
        routes["/projekte.csv"] = reply(csv(*PROJECTS, "p4,Markt,läuft,2024,,"))
        web = quick(tmp_path / "rested") if name == "503" else web
        assert run(made, web).outcome is Outcome.OK
    assert len(made.published()) == 4


def test_the_same_table_in_another_encoding_changes_nothing_and_is_reported(tmp_path: Path) -> None:
    routes = {"/projekte.csv": reply(csv(*PROJECTS))}
    with serving(routes) as server:
        made, web = at(tmp_path, server.url("/")), quick(tmp_path)
        run(made, web)
        routes["/projekte.csv"] = reply(csv(*PROJECTS).decode().encode("utf-16"))
        record = run(made, web, days=30)
    assert (record.outcome, [each.code for each in record.findings]) == (Outcome.UNCHANGED, ["detected-dialect"])
    assert made.editions() == 1


def test_validators_of_a_held_plan_wait_for_its_approval(tmp_path: Path) -> None:
    with serving({"/projekte.csv": Versioned(csv(*PROJECTS))}) as server:
        made, web = at(tmp_path, server.url("/")), quick(tmp_path)
        made.guard(review=Review.ALWAYS)
        record = run(made, web)
        assert (record.outcome, record.plan is not None) == (Outcome.HELD, True)
        run(made, web)
        assert "if-none-match" not in server.requests[1].headers
        (held,) = made.store.plans(open_only=True)
        made.publisher.apply(held.id, by="x", reason="y")
        web.validators.commit("projekte", held.plan.run)
        run(made, web)
    assert server.requests[2].headers["if-none-match"]
