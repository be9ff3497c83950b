"""A table that cannot be judged within its limits is that table's error: what is published of it stays, the rest goes on."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from catalog import limited
from catalog.checks import check_rows
from catalog.plan import Outcome
from harvesters import judging
from tests.harvesters.world import PROJECTS, Intake, intake

#: No repeated group, and still it tries every way to share the characters out among ten repetitions.
BACKTRACKING = "a*a*a*a*a*a*a*a*a*a*b"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    made = intake(tmp_path)

    yield made
    made.close()


def package(**constraints: object) -> str:
    names = ("id", "name")
    fields: list[dict[str, object]] = [
        {"name": each, "type": "string", "title": each, "description": each, "klar:disclosure": "public"} for each in names
    ]
    fields[1] |= {"constraints": constraints}
    resource = {"name": "firmen", "path": "firmen.csv", "schema": {"primaryKey": "id", "fields": fields}}
    return json.dumps({"name": "firmen", "title": "Firmen", "description": "Firmen", "resources": [resource]})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "check_rows", partial(check_rows, seconds=2))


def test_a_pattern_that_never_ends_costs_its_table_one_run_and_no_other_table_anything(world: Intake, impatient: None) -> None:
    world.projects(*PROJECTS)
    world.drop("firmen/datapackage.json", package())
    world.drop("firmen/firmen.csv", f"id,name\nx,{'a' * 40}\n")
    world.run()

    world.drop("firmen/datapackage.json", package(pattern=BACKTRACKING))
    world.drop("firmen/firmen.csv", f"id,name\nx,{'a' * 41}\ny,b\n")
    world.projects("p1,Umbenannt,läuft,12.06.2023,,", *PROJECTS[1:])
    run = world.run(days=1)

    assert run.outcome is Outcome.PARTIAL
    (finding,) = [each for each in run.findings if each.code == "limit-exceeded"]
    assert finding.table == "firmen"
    assert "länger als" in finding.message
    assert [each.row.values["name"] for each in world.store.published("projekte", "firmen")] == ["a" * 40]
    assert world.published("firmen") == {"x": "current"}
    assert "Umbenannt" in {each.row.values["title"] for each in world.store.published("projekte", "project")}


def test_a_source_of_which_nothing_could_be_judged_has_failed_and_says_why(world: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    world.projects(*PROJECTS)
    world.run()

    limited._SHELF.clear()  # a child that has everything in place already needs little more for three rows
    monkeypatch.setattr(judging, "check_rows", partial(check_rows, memory=30 * 1024**2))
    world.projects("p1,Umbenannt,läuft,12.06.2023,,", *PROJECTS[1:])
    run = world.run(days=1)

    assert run.outcome is Outcome.FAILED
    assert "mehr als 30 MB Arbeitsspeicher" in run.message
    assert world.published() == {"p1": "current", "p2": "current", "p3": "current"}
    monkeypatch.undo()
    assert world.run(days=2).outcome is Outcome.OK
