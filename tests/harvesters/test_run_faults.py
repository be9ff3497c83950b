"""One run against sources that are broken, half there, or changed: what is published stays right, and someone is told why."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from catalog.plan import HeldReason, Outcome
from harvesters import judging
from harvesters import run as running
from tests.harvesters.world import HEADER, MAPPING, PROJECTS, Intake, intake

DISTRICTS = """
[[table]]
table = "district"
file = "orte.csv"
[table.columns]
id = "id"
name = "name"
kind = { constant = "local-district" }
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    made = intake(tmp_path)
    yield made
    made.close()


def package(*fields: str, name: str = "firmen", **schema: Any) -> str:
    described = [{"name": each, "type": "string", "title": each, "description": each, "klar:disclosure": "public"} for each in fields]
    resource = {"name": name, "path": f"{name}.csv", "schema": {"primaryKey": fields[0], "fields": described, **schema}}
    return json.dumps({"name": name, "title": name, "description": name, "resources": [resource]})


def test_what_was_read_before_a_file_breaks_changes_nothing(world: Intake) -> None:
    world.map(MAPPING + DISTRICTS)
    world.projects(*PROJECTS)
    world.drop("orte.csv", "id,name\nnord,Nord\n")
    world.run()

    world.projects("p1,Umbenannt,läuft,2023,,", "p2,Radweg,fertig,2023-06,,", 'p3,"Bäume,läuft,2023,,')
    run = world.run(days=30)

    assert run.outcome is Outcome.PARTIAL
    assert [(each.code, each.origin, each.row) for each in run.findings] == [("broken-quotes", "projekte.csv", 4)]
    rows = world.store.published("projekte", "project")
    assert [(each.row.values["title"], each.state.value) for each in rows] == [
        ("Stadtpark", "current"),
        ("Radweg", "current"),
        ("Bäume", "current"),
    ]


def test_half_a_file_is_held(world: Intake) -> None:
    lines = [f"p{number},Projekt,läuft,2023,," for number in range(10)]
    world.projects(*lines)
    world.run()

    text = "\n".join([HEADER, *lines])
    world.drop("projekte.csv", text[: len(text) // 2])
    run = world.run(days=1)

    # The record that was cut may be any of the missing ones: they are not even marked.
    assert run.outcome in (Outcome.HELD, Outcome.PARTIAL)
    assert set(world.published().values()) <= {"current", "stale"}
    assert len(world.published()) == 10


@pytest.mark.parametrize("guards", [{}, {"max_shrink": 1.0}])
def test_a_table_that_vanishes_from_the_mapping_is_held_and_named(world: Intake, guards: dict[str, float]) -> None:
    world.guard(**guards)
    world.map(MAPPING + DISTRICTS)
    world.projects(*PROJECTS)
    world.drop("orte.csv", "id,name\nnord,Nord\n")
    world.run()

    world.map('ignore = ["orte.csv"]\n' + MAPPING)
    run = world.run(days=30)

    assert run.outcome is Outcome.HELD
    assert [each.code for each in run.findings] == ["table-vanished"]
    assert run.plan is not None
    assert [(each.reason, each.table) for each in world.store.plan(run.plan).plan.holds] == [(HeldReason.EMPTY, "district")]
    assert world.published("district") == {"nord": "current"}


def test_a_package_folder_that_is_gone_removes_nothing_until_a_person_agrees(world: Intake) -> None:
    world.source = replace(world.source, options={})
    world.drop("firmen/datapackage.json", package("id", "name"))
    world.drop("firmen/firmen.csv", "id,name\na,Bäckerei\n")
    world.drop("orte/datapackage.json", package("id", "name", name="treffpunkte"))
    world.drop("orte/treffpunkte.csv", "id,name\nx,Rathaus\n")
    assert world.run().outcome is Outcome.OK

    for each in (world.folder / "drop" / "firmen").iterdir():
        each.unlink()
    run = world.run(days=1)
    assert run.outcome is Outcome.HELD
    assert world.published("firmen") == {"a": "current"}

    assert run.plan is not None
    world.publisher.apply(run.plan, by="Datenstelle", reason="Liste wird nicht mehr geführt")
    assert world.published("firmen") == {"a": "missing"}
    world.run(days=8)
    assert world.published("firmen") == {}
    announced = world.store.dataset("firmen").dataset.removal
    assert announced is not None
    assert world.store.tombstones() == ()
    world.run(days=30)
    assert world.publisher.end_announced() == ("firmen",)
    assert [each.name for each in world.store.tombstones()] == ["firmen"]
    assert world.run(days=1).outcome is Outcome.UNCHANGED


def test_a_broken_description_concludes_nothing_about_any_list(world: Intake) -> None:
    world.source = replace(world.source, options={})
    world.drop("firmen/datapackage.json", package("id", "name"))
    world.drop("firmen/firmen.csv", "id,name\na,Bäckerei\n")
    world.drop("orte/datapackage.json", package("id", "name", name="treffpunkte"))
    world.drop("orte/treffpunkte.csv", "id,name\nx,Rathaus\n")
    world.run()

    world.drop("firmen/datapackage.json", "{")
    run = world.run(days=30)

    assert run.outcome is Outcome.PARTIAL
    assert world.published("firmen") == {"a": "current"}
    assert "package" in [each.code for each in run.findings]


def test_a_folder_with_nothing_to_read_fails(world: Intake) -> None:
    world.source = replace(world.source, options={})

    run = world.run()

    assert run.outcome is Outcome.FAILED
    assert "datapackage.json" in run.message


def test_a_shifted_row_keeps_no_name_as_its_key(world: Intake) -> None:
    """A cell too many moves a person's name into the key's column."""
    world.map(MAPPING + '[table.skip]\nKontakt = "identifier"\n')
    world.projects("Eva Muster," + PROJECTS[0], "zu viel,Eva Muster," + PROJECTS[1], header="Kontakt," + HEADER)

    run = world.run()

    assert world.published() == {"p1": "current"}
    (item,) = world.store.quarantine()
    assert (item.key, [each.code for each in item.findings]) == ("", ["ragged-row"])
    assert "Muster" not in repr((item, run))
    assert b"Muster" not in (world.folder / "klar.db").read_bytes()


def test_a_ragged_row_of_a_published_key_marks_it(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects(PROJECTS[0], PROJECTS[1], "p3,Bäume")
    world.run(days=30)

    assert world.published() == {"p1": "current", "p2": "current", "p3": "stale"}


def test_a_row_that_points_to_a_row_of_another_source_that_is_refused_waits(world: Intake) -> None:
    """The parent is refused because another source publishes its key; the child may point to what is published."""
    world.projects(*PROJECTS)
    world.run()
    world.source = replace(world.source, name="zweite")
    world.map(MAPPING.replace('note = "note"', 'note = "note"\nparent_project_id = "teil"'))
    world.projects("p1,Anders,läuft,2023,,,", "q1,Teil,läuft,2023,,,p1", "q2,Waise,läuft,2023,,,weg", header=HEADER + ",teil")

    world.run(days=1)

    assert world.published() == {"q1": "current"}
    codes = {each.key: each.findings[0].code for each in world.store.quarantine()}
    assert codes == {"p1": "duplicate-key", "q2": "foreign-key"}


def test_a_chain_of_references_falls_with_its_first_row(world: Intake) -> None:
    world.map(MAPPING.replace('note = "note"', 'note = "note"\nparent_project_id = "teil"'))
    chain = [f"p{number},Projekt,läuft,2023,,,p{number - 1}" for number in range(1, 30)]
    world.projects("p0,Wurzel,unklar,2023,,,", *chain, "q1,Allein,läuft,2023,,,", header=HEADER + ",teil")

    world.run()

    assert world.published() == {"q1": "current"}
    assert len(world.store.quarantine()) == 30


def test_a_file_may_give_several_tables(world: Intake) -> None:
    world.map(
        MAPPING.replace('"projekte.csv"', '"alles.csv"')
        + DISTRICTS.replace('"orte.csv"', '"alles.csv"').replace('id = "id"\nname = "name"', 'id = { template = "{ort}" }\nname = "ort"')
    )
    world.drop("alles.csv", HEADER + ",ort\n" + "\n".join(f"{line},{ort}" for line, ort in zip(PROJECTS, ("Süd", "", "Süd"), strict=True)))

    run = world.run()

    assert run.outcome is Outcome.OK
    assert world.published("district") == {"sued": "current"}
    assert len(world.published()) == 3
    assert [each.code for each in run.findings] == ["repeated-row"]


def test_a_file_nobody_reads_is_reported(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.drop("neu.csv", "a,b\n1,2\n")

    run = world.run()

    assert run.outcome is Outcome.OK
    assert [(each.code, each.origin) for each in run.findings] == [("unread-file", "neu.csv")]


def test_a_missing_file_is_named_and_its_table_stays(world: Intake) -> None:
    world.map(MAPPING + DISTRICTS)
    world.projects(*PROJECTS)
    world.drop("orte.csv", "id,name\nnord,Nord\n")
    world.run()
    (world.folder / "drop" / "orte.csv").unlink()

    run = world.run(days=30)

    assert run.outcome is Outcome.PARTIAL
    assert [(each.code, each.origin) for each in run.findings] == [("file-missing", "orte.csv")]
    assert world.published("district") == {"nord": "current"}


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in [HEADER, *PROJECTS]:
        sheet.append([each or None for each in line.split(",")])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def documents() -> bytes:
    names = HEADER.split(",")
    return json.dumps([dict(zip(names, line.split(","), strict=True)) for line in PROJECTS]).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", lambda: "\n".join([HEADER, *PROJECTS]).encode()),
        ("p.xlsx", workbook),
        ("p.json", documents),
    ],
)
def test_csv_xlsx_and_json_give_the_same_rows_and_a_second_run_changes_nothing(
    world: Intake, name: str, content: Callable[[], bytes]
) -> None:
    world.map(MAPPING.replace("projekte.csv", name))
    world.drop(name, content())

    assert world.run().outcome is Outcome.OK
    rows = {each.row.key: each.row.values["start"] for each in world.store.published("projekte", "project")}
    assert rows == {"p1": "2023-06-12", "p2": "2023-06", "p3": "2023"}
    assert world.run(days=1).outcome is Outcome.UNCHANGED


def test_an_unexpected_end_is_recorded_and_the_source_is_free_again(world: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    world.projects(*PROJECTS)
    monkeypatch.setattr(judging, "check_rows", interrupt)
    with pytest.raises(KeyboardInterrupt):
        world.run()
    monkeypatch.undo()

    assert world.store.runs()[0].outcome is Outcome.FAILED
    assert world.run(days=1).outcome is Outcome.OK


def test_progress_is_told(world: Intake) -> None:
    told: list[tuple[str, int, int | None]] = []
    world.projects(*(f"p{number},Projekt,läuft,2023,," for number in range(600)))

    running.harvest(
        world.source,
        store=world.store,
        publisher=world.publisher,
        archive=world.archive,
        now=world.clock.now,
        progress=lambda *step: told.append(step),
    )

    assert ("lesen", 500, None) in told
    assert any(total == 600 for _, _, total in told)


def test_every_finding_of_a_run_is_german_and_names_its_place(world: Intake) -> None:
    world.map(MAPPING + DISTRICTS)
    world.projects("p1,Park,vielleicht,irgendwann,,", ",ohne,läuft,2023,,", "p2,Zu,wenig")
    world.drop("orte.csv", "id,name,geheim\nnord,Nord,x\n")

    run = world.run()

    waiting = [finding for item in world.store.quarantine() for finding in item.findings]
    assert len(waiting) >= 4
    for each in [*run.findings, *waiting]:
        assert each.source == "projekte"
        assert each.origin
        assert each.message.endswith((".", "?", "!"))
        assert not {"the", "is", "not", "error"} & set(each.message.lower().split())
    assert all(each.row is not None for each in waiting)
