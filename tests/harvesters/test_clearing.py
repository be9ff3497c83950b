"""Files of the drop folder whose time is over: which ones go, and that nothing published goes with them."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catalog.plan import Outcome, Review
from catalog.retention import Purged
from harvesters import clearing
from harvesters.clearing import clear_folder
from tests.harvesters.world import HEADER, MAPPING, PROJECTS, Intake, intake

PERIOD = timedelta(days=30)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    made = intake(tmp_path)
    made.source = replace(made.source, personal_data=True)
    yield made
    made.close()


def drop(world: Intake, name: str, *lines: str, at: datetime | None = None) -> Path:
    """A file as old as the clock says."""
    world.drop(name, "\n".join([HEADER, *lines, ""]))
    path = world.folder / "drop" / name
    moment = (at or world.clock.now).timestamp()
    os.utime(path, (moment, moment))
    return path


def clear(world: Intake) -> list[str]:
    done = clear_folder(world.source, world.store, world.vault, period=PERIOD, now=world.clock.now)
    assert all(each == Purged(what="drop", source="projekte", url=each.url, count=1, before=world.clock.now - PERIOD) for each in done)
    return [each.url for each in done]


def files(world: Intake) -> set[str]:
    return {each.relative_to(world.folder / "drop").as_posix() for each in (world.folder / "drop").rglob("*") if each.is_file()}


def test_a_file_that_was_read_and_published_long_enough_ago_goes(world: Intake) -> None:
    drop(world, "projekte.csv", *PROJECTS)
    world.run(days=0)
    world.run(days=29)
    assert clear(world) == []

    world.run(days=2)
    assert clear(world) == ["projekte.csv"]

    assert files(world) == set()
    assert list(world.store.deleted_files("projekte")) == ["projekte.csv"]
    assert clear(world) == []


def test_afterwards_the_run_says_when_and_why_and_nothing_published_changes(world: Intake) -> None:
    drop(world, "projekte.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)
    clear(world)
    before = (world.store.revision(), world.published(), world.editions())

    run = world.run(days=30)

    assert (run.outcome, [each.code for each in run.findings]) == (Outcome.UNCHANGED, ["file-deleted"])
    assert "am 02.12.2026 gelöscht" in run.findings[0].message
    assert "drop_days" in run.findings[0].message
    assert (world.store.revision(), world.published(), world.editions()) == before
    assert world.run(days=300).outcome is Outcome.UNCHANGED, "rows are not removed later either"
    assert (world.store.revision(), world.published(), world.editions()) == before


def test_a_new_file_under_the_old_name_is_read_as_ever(world: Intake) -> None:
    drop(world, "projekte.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)
    clear(world)
    world.run(days=1)

    drop(world, "projekte.csv", *PROJECTS[:2], "p4,Markt,läuft,2024,,")
    run = world.run(days=1)

    assert (run.counts["created"], run.counts["missing"], run.findings) == (1, 1, ())


def test_new_files_of_a_table_count_beside_those_that_are_gone(world: Intake) -> None:
    """An office that drops a file a month: what the deleted ones held stays, what new ones bring is published."""
    world.map(MAPPING.replace("projekte.csv", "*.csv"))
    drop(world, "november.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)
    assert clear(world) == ["november.csv"]

    drop(world, "dezember.csv", "p4,Markt,läuft,2024,,", "p1,Stadtpark Nord,läuft,2023,,")
    run = world.run(days=1)

    assert (run.outcome, run.counts["created"], run.counts["updated"], run.counts["missing"]) == (Outcome.OK, 1, 1, 0)
    assert set(world.published()) == {"p1", "p2", "p3", "p4"}
    assert set(world.published().values()) == {"current"}


def test_a_source_that_is_one_file_goes_on_without_it(world: Intake) -> None:
    world.source = replace(world.source, url="drop/projekte.csv")
    drop(world, "projekte.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)

    assert clear(world) == ["projekte.csv"]

    run = world.run(days=1)
    assert (run.outcome, [each.code for each in run.findings]) == (Outcome.UNCHANGED, ["file-deleted"])
    drop(world, "projekte.csv", *PROJECTS, "p4,Markt,läuft,2024,,")
    assert world.run(days=1).counts["created"] == 1


@pytest.mark.parametrize("what", ["changed", "never published", "rejected", "young", "link", "unread", "harmless"])
def test_what_may_not_go_stays(world: Intake, what: str) -> None:
    if what == "harmless":
        world.source = replace(world.source, personal_data=False)
    if what in ("never published", "rejected"):
        world.guard(review=Review.ALWAYS)
    drop(world, "projekte.csv", *PROJECTS)
    run = world.run()
    if what == "rejected":
        assert run.plan is not None
        world.store.reject_plan(run.plan, "anna", "falsch")
    old = world.clock.now
    world.clock.now += timedelta(days=100)
    if what == "changed":
        drop(world, "projekte.csv", *PROJECTS[:2], at=old)
    if what == "young":
        drop(world, "projekte.csv", *PROJECTS)
    if what == "link":
        drop(world, "anderswo.csv", *PROJECTS, at=old).rename(world.folder / "anderswo.csv")
        (world.folder / "drop" / "projekte.csv").unlink()
        (world.folder / "drop" / "projekte.csv").symlink_to(world.folder / "anderswo.csv")
    if what == "unread":
        drop(world, "projekte.csv", *PROJECTS).unlink()
        drop(world, "neu.csv", *PROJECTS, at=old)

    before = files(world)
    assert clear(world) == []
    assert files(world) == before
    assert world.store.deleted_files("projekte") == {}


def test_a_file_with_personal_columns_goes_and_its_harmless_neighbour_stays(world: Intake) -> None:
    world.source = replace(world.source, personal_data=False)
    skips = MAPPING + '[table.skip]\nAnsprechperson = "identifier"\n'
    world.map(skips + '[[table]]\ntable = "district"\nfile = "orte.csv"\n[table.columns]\nid = "id"\nname = "name"\nkind = "kind"\n')
    world.drop("orte.csv", "id,name,kind\nnord,Nord,local-district\n")
    world.projects("p1,Stadtpark,läuft,2023,,,Eva", header=HEADER + ",Ansprechperson")
    for each in (world.folder / "drop").iterdir():
        os.utime(each, (world.clock.now.timestamp(), world.clock.now.timestamp()))
    world.run()
    world.clock.now += timedelta(days=31)

    assert clear(world) == ["projekte.csv"]
    assert files(world) == {"orte.csv"}
    assert world.run(days=1).outcome is Outcome.UNCHANGED


def test_a_folder_that_cannot_be_written_to_keeps_its_files_without_a_word(world: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The superuser may write everywhere: the refusal is put in the way."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    drop(world, "projekte.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)
    monkeypatch.setattr(os, "rename", refuse)

    assert clear(world) == []
    assert (files(world), world.store.deleted_files("projekte")) == ({"projekte.csv"}, {})


def test_a_file_that_is_replaced_in_the_very_moment_comes_back(world: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(world, "projekte.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)
    rename = os.rename

    def late(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "rename", rename)
        path.write_text("something else", encoding="utf-8")
        rename(source, target)

    monkeypatch.setattr(os, "rename", late)

    assert clear(world) == []
    assert path.read_text(encoding="utf-8") == "something else"
    assert files(world) == {"projekte.csv"}


class Killed(BaseException):
    """Nobody catches it."""


def _killed(*_: object, **__: object) -> None:
    raise Killed


def test_a_deletion_that_is_killed_before_it_is_recorded_begins_anew(world: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(world, "projekte.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)
    with monkeypatch.context() as patch:
        patch.setattr(clearing, "record_purges", _killed)
        with pytest.raises(Killed):
            clear(world)
    assert files(world) == {".klar-geht-projekte.csv"}

    assert world.run().outcome is Outcome.FAILED, "a file that is missing changes nothing"
    assert set(world.published()) == {"p1", "p2", "p3"}
    assert clear(world) == ["projekte.csv"]
    assert files(world) == set()


def test_a_deletion_that_is_killed_after_it_was_recorded_is_ended_by_the_next_one(world: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(world, "projekte.csv", *PROJECTS)
    world.run()
    world.clock.now += timedelta(days=31)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _killed)
        with pytest.raises(Killed):
            clear(world)
    assert files(world) == {".klar-geht-projekte.csv"}

    assert [each.code for each in world.run().findings] == ["file-deleted"]
    assert clear(world) == ["projekte.csv"]
    assert files(world) == set()


PACKAGE = """{"name": "firmen", "title": "Firmen", "description": "Wer mitmacht.",
 "resources": [{"name": "firmen", "path": "firmen.csv", "schema": {"primaryKey": "id", "fields": [
   {"name": "id", "type": "string", "title": "Kennung", "description": "Kennung", "klar:disclosure": "public"}]}}]}"""


def test_a_data_package_may_go_as_a_whole(world: Intake) -> None:
    world.source = replace(world.source, options={})
    world.drop("firmen/datapackage.json", PACKAGE)
    world.drop("firmen/firmen.csv", "id\na1\na2\n")
    for each in (world.folder / "drop" / "firmen").iterdir():
        os.utime(each, (world.clock.now.timestamp(), world.clock.now.timestamp()))
    assert world.run().outcome is Outcome.OK
    world.clock.now += timedelta(days=31)
    assert sorted(clear(world)) == ["firmen/datapackage.json", "firmen/firmen.csv"]

    run = world.run(days=100)

    assert (run.outcome, {each.code for each in run.findings}) == (Outcome.UNCHANGED, {"file-deleted"})
    assert world.published("firmen") == {"a1": "current", "a2": "current"}
