"""One run, from what lies in the drop folder to what readers see."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from catalog.plan import HeldReason, Outcome, PlanState, Review, RunRecord
from schemas.errors import Busy, ConfigurationError, DisclosureError, MappingError, PlanOutdated
from schemas.personal_data import Detector
from tests.harvesters.world import HEADER, MAPPING, PROJECTS, Intake, intake


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    made = intake(tmp_path)
    yield made
    made.close()


def codes(run: RunRecord) -> list[str]:
    return [each.code for each in run.findings]


def waiting(world: Intake) -> dict[str, list[str]]:
    return {each.key: [finding.code for finding in each.findings] for each in world.store.quarantine()}


def reasons(world: Intake) -> set[HeldReason]:
    return {hold.reason for plan in world.store.plans() for hold in plan.plan.holds}


def test_a_first_harvest_publishes_what_the_folder_holds(world: Intake) -> None:
    world.projects(*PROJECTS)

    run = world.run()

    assert (run.outcome, run.counts["created"]) == (Outcome.OK, 3)
    rows = {each.row.key: each.row for each in world.store.published("projekte", "project")}
    assert [rows[key].values["start"] for key in ("p1", "p2", "p3")] == ["2023-06-12", "2023-06", "2023"]
    assert rows["p1"].source_url == "https://example.org/1"


def test_a_second_harvest_of_the_same_files_changes_nothing(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()
    before = (world.store.revision(), world.editions())

    run = world.run(days=1)

    assert (run.outcome, run.counts["unchanged"]) == (Outcome.UNCHANGED, 3)
    assert (world.store.revision(), world.editions()) == before


def test_only_a_changed_row_gets_a_new_time(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects(PROJECTS[0], "p2,Radweg Nord,fertig,2023-06,,", PROJECTS[2])
    run = world.run(days=1)

    changed = {each.row.key: each.changed_run for each in world.store.published("projekte", "project")}
    assert run.counts["updated"] == 1
    assert changed == {"p1": 1, "p2": run.id, "p3": 1}


def test_one_bad_record_waits_and_the_rest_goes_on(world: Intake) -> None:
    world.projects(PROJECTS[0], "p2,Radweg,fertig,31.02.2023,,", PROJECTS[2])

    run = world.run()

    assert run.outcome is Outcome.PARTIAL
    assert world.published() == {"p1": "current", "p3": "current"}
    (item,) = world.store.quarantine()
    (finding,) = item.findings
    assert (item.key, finding.origin, finding.row, finding.field) == ("p2", "projekte.csv", 3, "start")


def test_the_last_good_version_of_a_bad_record_stays_and_is_marked(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects(PROJECTS[0], "p2,Radweg,vielleicht,2023-06,,", PROJECTS[2])
    world.run(days=1)

    rows = {each.row.key: each for each in world.store.published("projekte", "project")}
    assert (rows["p2"].row.values["status"], rows["p2"].state.value) == ("completed", "stale")

    world.projects(*PROJECTS)
    world.run(days=1)
    assert world.published()["p2"] == "current"
    assert waiting(world) == {}


def test_a_column_nobody_mapped_stops_its_file_and_is_named(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects("p1,Stadtpark,läuft,2023,,,geheim", header=HEADER + ",Ansprechperson")
    run = world.run(days=1)

    assert run.outcome is Outcome.FAILED
    assert "Ansprechperson" in run.findings[0].message
    assert world.published() == dict.fromkeys(("p1", "p2", "p3"), "current")


def test_a_broken_file_does_not_stop_another_one(world: Intake) -> None:
    process = '\n[[table]]\ntable = "district"\nfile = "orte.csv"\n[table.columns]\nid = "id"\nname = "name"\n'
    process += 'kind = { constant = "local-district" }\n'
    world.map(MAPPING + process)
    world.projects(*PROJECTS)
    world.drop("orte.csv", "id,name\nnord,Nord\n")
    world.run()

    world.drop("orte.csv", "<!DOCTYPE html><html><body>Wartung</body></html>")
    world.projects(*PROJECTS, "p4,Neu,läuft,2024,,")
    run = world.run(days=1)

    assert run.outcome is Outcome.PARTIAL
    assert world.published()["p4"] == "current"
    assert world.published("district") == {"nord": "current"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00\x00",
        "id,title,status,start,note,quelle\np1,M\xfcller,l\xe4uft,,,\n".encode("latin-1"),
        b"<html><body>Anmelden</body></html>",
        b'id,title,status,start,note,quelle\np1,"offen,l\xc3\xa4uft,,,\n',
        b"id,id,status,start,note,quelle\np1,p1,x,,,\n",
    ],
    ids=["empty", "binary", "latin-1", "html", "open quote", "twice the same column"],
)
def test_an_unreadable_file_changes_nothing_and_says_why(world: Intake, content: bytes) -> None:
    world.projects(*PROJECTS)
    world.run()
    before = world.store.revision()

    world.drop("projekte.csv", content)
    run = world.run(days=30)

    assert run.outcome in (Outcome.FAILED, Outcome.HELD)
    assert run.findings or world.store.plans()
    assert (world.store.revision(), world.published()) == (before, dict.fromkeys(("p1", "p2", "p3"), "current"))


def test_a_folder_that_is_gone_removes_nothing(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()
    (world.folder / "drop").rename(world.folder / "elsewhere")

    run = world.run(days=30)

    assert run.outcome is Outcome.FAILED
    assert str(world.folder) not in run.message
    assert len(world.published()) == 3


def test_an_emptied_table_is_held_and_removes_nothing(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects()
    run = world.run(days=30)

    assert run.outcome is Outcome.HELD
    assert reasons(world) == {HeldReason.EMPTY}
    assert world.published() == dict.fromkeys(("p1", "p2", "p3"), "current")


def test_a_table_that_shrinks_too_much_is_held(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects(PROJECTS[0])
    assert world.run(days=1).outcome is Outcome.HELD
    assert HeldReason.SHRUNK in reasons(world)


def test_other_keys_for_the_same_rows_are_held(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects(*(line.replace("p", "q", 1) for line in PROJECTS))
    assert world.run(days=1).outcome is Outcome.HELD
    assert reasons(world) == {HeldReason.IDS_CHANGED}


def test_fewer_rows_than_expected_are_held_from_the_first_harvest_on(world: Intake) -> None:
    world.guard(at_least=10)
    world.projects(*PROJECTS)

    assert world.run().outcome is Outcome.HELD
    assert reasons(world) == {HeldReason.BELOW_MINIMUM}
    assert world.published() == {}


def test_a_new_data_set_waits_for_review_and_approval_publishes_it(world: Intake) -> None:
    world.guard(review=Review.NEW)
    world.projects(*PROJECTS)
    run = world.run()
    assert (run.outcome, reasons(world)) == (Outcome.HELD, {HeldReason.NEW_DATASET})

    assert run.plan is not None
    world.publisher.apply(run.plan, by="Datenstelle", reason="geprüft")

    assert len(world.published()) == 3
    assert world.store.plan(run.plan).state is PlanState.APPLIED
    assert world.run(days=1).outcome is Outcome.UNCHANGED


def test_a_column_with_its_first_value_waits_for_review(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()
    world.guard(review=Review.NEW)

    world.projects(PROJECTS[0], PROJECTS[1], "p3,Bäume,läuft,2023,eine Anmerkung,")
    assert world.run(days=1).outcome is Outcome.HELD
    assert reasons(world) == {HeldReason.NEW_COLUMNS}


def test_a_plan_is_not_applied_when_the_published_state_has_moved_on(world: Intake) -> None:
    world.projects(*PROJECTS)
    proposed = world.run(plan_only=True).plan
    assert proposed is not None
    other = world.store.plan(proposed).plan
    world.run(days=1)

    again = world.store.save_plan(other, PlanState.PROPOSED)
    with pytest.raises(PlanOutdated):
        world.publisher.apply(again, by="Datenstelle", reason="zu spät")


def test_a_plan_only_run_publishes_nothing_and_the_next_run_still_sees_the_change(world: Intake) -> None:
    world.projects(*PROJECTS)

    run = world.run(plan_only=True)

    assert run.outcome is Outcome.PLANNED
    assert run.plan is not None
    assert world.store.plan(run.plan).state is PlanState.PROPOSED
    assert world.store.revision() == 0
    assert world.run(days=1).counts["created"] == 3


def test_a_newer_run_supersedes_what_was_held(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()
    world.projects()
    held = world.run(days=1).plan
    assert held is not None

    world.projects(*PROJECTS)
    world.run(days=1)

    assert world.store.plan(held).state is PlanState.SUPERSEDED


def test_a_missing_row_stays_marked_until_the_time_is_over_and_a_returning_one_keeps_its_identity(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()

    world.projects(*PROJECTS[:2])
    world.run(days=1)
    assert world.published()["p3"] == "missing"

    world.run(days=6.9)
    assert world.published()["p3"] == "missing"

    world.projects(*PROJECTS)
    world.run(days=0.01)
    assert world.published()["p3"] == "current"

    world.projects(*PROJECTS[:2])
    world.run(days=1)
    run = world.run(days=7.1)
    assert run.counts["removed"] == 1
    assert "p3" not in world.published()


_EVENTS = """
[[table]]
table = "event"
file = "termine.csv"
[table.columns]
id = "id"
title = "title"
start = { column = "start", parse = "date" }
mode = { constant = "analog" }
attendees = { column = "attendees", parse = "integer" }
qualifier = { constant = "exact" }
project_id = "project"
"""


def test_a_reported_count_of_fewer_than_five_persons_waits_for_a_person(world: Intake) -> None:
    world.map(MAPPING + _EVENTS)
    world.projects(*PROJECTS)
    world.drop("termine.csv", "id,title,start,attendees,project\ne1,Rundgang,2023-07,3,p1\ne2,Workshop,2023-07,25,p1\n")
    world.run()
    assert world.published("event") == {"e2": "current"}
    (item,) = world.store.quarantine()

    world.store.decide_quarantine(item.id, True, "Datenstelle", "öffentliche Begehung")
    world.run(days=1)
    assert world.published("event") == {"e1": "current", "e2": "current"}

    # The approval was for that row, not for the next small number.
    world.drop("termine.csv", "id,title,start,attendees,project\ne1,Rundgang,2023-07,2,p1\ne2,Workshop,2023-07,25,p1\n")
    world.run(days=1)
    assert world.published("event")["e1"] == "stale"
    assert waiting(world) == {"e1": ["small-person-count"]}


def test_a_row_whose_parent_waits_waits_too(world: Intake) -> None:
    world.map(MAPPING + _EVENTS)
    world.projects("p1,Stadtpark,unklar,2023,,", *PROJECTS[1:])
    world.drop("termine.csv", "id,title,start,attendees,project\ne1,Rundgang,2023-07,30,p1\ne2,Workshop,2023-07,25,p2\n")

    world.run()

    assert world.published("event") == {"e2": "current"}
    assert waiting(world)["e1"] == ["foreign-key"]


def test_contradicting_rows_under_one_key_wait_and_equal_ones_count_once(world: Intake) -> None:
    world.projects(*PROJECTS, PROJECTS[1], "p3,Wald,läuft,2023,,")

    run = world.run()

    assert world.published() == {"p1": "current", "p2": "current"}
    assert set(waiting(world)["p3"]) == {"duplicate-key"}
    assert "repeated-row" in codes(run)


def test_another_source_cannot_take_over_a_row(world: Intake) -> None:
    world.projects(*PROJECTS)
    world.run()
    first = world.source

    world.source = replace(first, name="zweite")
    world.projects("p1,Übernommen,läuft,2023,,", "p9,Eigenes,läuft,2023,,")
    world.run(days=1)

    assert world.published() == {"p9": "current"}
    world.source = first
    assert world.store.published("projekte", "project")[0].row.values["title"] == "Stadtpark"


@pytest.mark.parametrize("column", ["E-Mail", "author", "Telefon"])
def test_a_mapping_that_publishes_personal_columns_is_refused_before_anything_is_read(world: Intake, column: str) -> None:
    world.map(MAPPING.replace('note = "note"', f'note = "{column}"'))
    world.projects(*PROJECTS)

    with pytest.raises(DisclosureError):
        world.run()
    assert world.store.runs() == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('note = "note"', 'nonsense = "note"'),
        ('"läuft" = "running"', '"läuft" = "rennt"'),
        ('title = "title"\n', ""),
        ('note = "note"', 'note = { column = "note", parse = "integer" }'),
        ('note = "note"', 'note = { column = "note", constant = "x" }'),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(world: Intake, old: str, new: str) -> None:
    world.map(MAPPING.replace(old, new))

    with pytest.raises(MappingError, match=r"mapping\.toml"):
        world.run()


def test_a_file_with_personal_columns_is_read_but_not_archived(world: Intake) -> None:
    world.projects("p1,Stadtpark,läuft,2023,,,Eva Muster", header=HEADER + ",Ansprechperson")
    world.map(MAPPING + '[table.skip]\nAnsprechperson = "identifier"\n')

    world.run()

    assert world.published() == {"p1": "current"}
    everything = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file() and "drop" not in path.parts)
    assert b"Muster" not in everything


def test_what_is_harvested_is_archived_as_it_came(world: Intake) -> None:
    world.projects(*PROJECTS)
    run = world.run()

    (entry,) = world.store.archived(run.id)
    assert world.archive.read(entry.sha256) == (world.folder / "drop" / "projekte.csv").read_bytes()


def test_a_link_out_of_the_folder_is_not_followed(world: Intake) -> None:
    secret = world.folder / "secret.csv"
    secret.write_text("\n".join([HEADER, *PROJECTS]), encoding="utf-8")
    os.symlink(secret, world.folder / "drop" / "projekte.csv")

    assert world.run().outcome is Outcome.FAILED
    assert world.published() == {}


def test_unknown_options_are_refused(world: Intake) -> None:
    world.source = replace(world.source, options={"maping": "mapping.toml"})

    with pytest.raises(ConfigurationError, match="maping"):
        world.run()


def test_a_source_is_not_harvested_twice_at_once(world: Intake) -> None:
    world.store.start_run("projekte", "Projekte")

    with pytest.raises(Busy):
        world.run()


_PACKAGE = """{"name": "firmen", "title": "Firmen", "description": "Wer mitmacht.",
 "resources": [{"name": "firmen", "path": "firmen.csv", "schema": {"primaryKey": "id", "fields": [
   {"name": "id", "type": "string", "title": "Kennung", "description": "Kennung", "klar:disclosure": "public"},
   {"name": "name", "type": "string", "title": "Name", "description": "Name der Firma"DISCLOSURE}]}}]}"""


def test_a_folder_with_a_data_package_becomes_a_data_set_of_its_own(world: Intake) -> None:
    world.source = replace(world.source, options={})
    world.drop("firmen/datapackage.json", _PACKAGE.replace("DISCLOSURE", ', "klar:disclosure": "public"'))
    world.drop("firmen/firmen.csv", "id,name\na1,Bäckerei\n")

    assert world.run().outcome is Outcome.OK

    assert world.store.dataset("firmen").dataset.title.de == "Firmen"


def test_a_field_without_a_word_on_disclosure_is_refused_by_name(world: Intake) -> None:
    world.source = replace(world.source, options={})
    world.drop("firmen/datapackage.json", _PACKAGE.replace("DISCLOSURE", ""))
    world.drop("firmen/firmen.csv", "id,name\na1,Bäckerei\n")

    run = world.run()

    assert run.outcome is Outcome.FAILED
    assert "name" in run.findings[0].message
    assert "klar:disclosure" in run.findings[0].message


@pytest.mark.parametrize("path", ["https://example.org/firmen.csv", "/etc/passwd", "../projekte.csv"])
def test_a_data_package_cannot_reach_out_of_its_folder(world: Intake, path: str) -> None:
    world.source = replace(world.source, options={})
    package = _PACKAGE.replace("DISCLOSURE", ', "klar:disclosure": "public"').replace("firmen.csv", path)
    world.drop("firmen/datapackage.json", package)
    world.projects(*PROJECTS)

    assert world.run().outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("before", "passage", "code"),
    [
        ("Rückfragen an ", "eva.muster@example.org", "personal-email"),
        ("Nach 18 Uhr anrufen: Tel. ", "0631 23125 077", "personal-phone"),
        ("Konto ", "DE89 3704 0044 0532 0130 00", "personal-iban"),
    ],
)
def test_personal_data_in_a_text_wait_for_a_person_and_are_repeated_nowhere(world: Intake, before: str, passage: str, code: str) -> None:
    world.projects(PROJECTS[0], f"p2,Radweg,fertig,2023-06,{before}{passage},")

    run = world.run()

    assert world.published() == {"p1": "current"}
    (item,) = world.store.quarantine()
    assert code in [each.code for each in item.findings]
    said = repr((run, item, world.store.plans(open_only=False)))
    assert passage not in said


_PHONE = "0631 23125 077"


@pytest.mark.parametrize(
    "lines",
    [
        (f"{_PHONE},Büro,läuft,2023,,", f"{_PHONE},Laden,läuft,2023,,"),
        (f"{_PHONE},Büro,läuft,2023,,", f"{_PHONE},Büro,läuft,2023,,"),
        (f"{_PHONE},Büro,{_PHONE},2023,,",),
        (f"p9,Büro,{_PHONE},2023,,",),
    ],
    ids=["twice, differently", "twice", "wrong value, personal key", "wrong value"],
)
def test_no_finding_and_no_list_repeats_a_personal_key_or_value(world: Intake, lines: tuple[str, ...]) -> None:
    world.projects(PROJECTS[0], *lines)

    run = world.run()

    assert world.published() == {"p1": "current"}
    assert _PHONE not in repr((run, world.store.quarantine(), world.store.plans(open_only=False)))


def test_a_dangling_reference_to_a_telephone_number_repeats_it_nowhere(world: Intake) -> None:
    world.map(MAPPING + _EVENTS)
    world.projects(PROJECTS[0])
    world.drop("termine.csv", f"id,title,start,attendees,project\ne1,Rundgang,2023-07,30,{_PHONE}\ne2,Fest,2023-07,30,p1\n")

    run = world.run()

    assert world.published("event") == {"e2": "current"}
    assert _PHONE not in repr((run, world.store.quarantine(), world.store.plans(open_only=False)))


def test_what_the_configuration_calls_public_is_published(world: Intake) -> None:
    line = "p2,Radweg,fertig,2023-06,Rückfragen an opendata@kaiserslautern.de,"
    world.projects(PROJECTS[0], line)
    world.run()
    assert "p2" not in world.published()

    world.detector = Detector(hosts=("kaiserslautern.de",))
    world.run(days=1)
    assert world.published() == {"p1": "current", "p2": "current"}


def test_a_published_key_that_looks_personal_is_not_taken_for_a_missing_row(world: Intake) -> None:
    world.guard(remove_after=timedelta(0))
    world.projects("0631-3652543,Büro,läuft,2023,,", *PROJECTS)
    world.run()
    assert "0631-3652543" in world.published()

    world.projects("0631-3652543,Büro,unsinnig,2023,,", *PROJECTS)
    world.run(days=1)
    world.run(days=1)

    assert world.published()["0631-3652543"] == "stale"


def test_withdrawing_one_data_set_leaves_those_that_point_to_it_as_they_are(world: Intake) -> None:
    world.map(MAPPING + _EVENTS)
    world.projects(*PROJECTS)
    world.drop("termine.csv", "id,title,start,attendees,project\ne1,Rundgang,2023-07,30,p1\n")
    world.run()

    world.publisher.withdraw("projekte", reason="Test", by="Datenstelle")
    world.run(days=1)

    assert world.published("event") == {"e1": "current"}
    assert waiting(world) == {}


@pytest.mark.parametrize("content", ['[{"id": ' + "9" * 5000 + "}]", '[{"id": "p1", "\\ud800": 1}]'], ids=["huge number", "half character"])
def test_odd_json_ends_in_a_sentence(world: Intake, content: str) -> None:
    world.map(MAPPING.replace("projekte.csv", "projekte.json"))
    world.drop("projekte.json", content)

    assert world.run().outcome is Outcome.FAILED
