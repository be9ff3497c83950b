"""A file for a drop folder: seen as a plan first, and published exactly as it was seen, or not at all."""

import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from api.cli import run
from api.dropfolder import DropFolder, clean_name
from api.staging import UPLOAD_LIMIT, UploadRefused
from catalog.entries import QuarantineState
from catalog.plan import Outcome, PlanState
from catalog.tokens import Role
from tests.api.admin.office import Office, Person, office
from tests.api.places import EVENTS, FEW

NEW = EVENTS.replace("Sommerfest", "Herbstfest")
CANARY = "Zwetschgenkuchen"


@pytest.fixture
def started(bureau: Office) -> Office:
    """The first state is public."""
    bureau.harvest()
    bureau.found.approve(1, by="amt", reason="Erster Stand.")
    return bureau


def uploaded(bureau: Office, content: str = NEW, *, by: Person | None = None, name: str = "Export 2026.csv") -> str:
    """Address of the uploaded file's page."""
    person = by or bureau.person(Role.EDITOR)
    person.see("/upload/termine")
    answer = person.upload("termine", name, content.encode(), replaces="events.csv")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def drop_folder(bureau: Office) -> dict[str, str]:
    return {each.name: each.read_text(encoding="utf-8") for each in bureau.drop.iterdir()}


def test_an_upload_shows_its_plan_and_publishes_nothing(started: Office) -> None:
    path = uploaded(started)

    page = started.person(Role.RELEASER).see(path).text

    assert "Hochgeladene Datei: events.csv" in page
    assert "<td>Sommerfest</td><td><ins>Herbstfest</ins></td>" in page
    assert started.published()["fest"]["title"] == "Sommerfest"
    assert drop_folder(started) == {"events.csv": EVENTS}


def test_releasing_writes_the_file_and_publishes_the_plan(started: Office) -> None:
    path = uploaded(started)
    releaser = started.person(Role.RELEASER)
    releaser.see(path)

    answer = releaser.decide(f"{path}/release", "Der neue Export.")

    assert answer.headers["location"] == "/plans/2?done=released"
    assert drop_folder(started) == {"events.csv": NEW}
    assert started.published()["fest"]["title"] == "Herbstfest"
    assert releaser.see(path).status_code == 404, "it waits no more"
    assert started.harvest().outcome is Outcome.UNCHANGED, "the drop folder says what is published"


def test_discarding_leaves_nothing_of_the_file(started: Office) -> None:
    path = uploaded(started, EVENTS.replace("Sommerfest", CANARY))
    editor = started.person(Role.EDITOR)
    editor.see(path)

    answer = editor.decide(f"{path}/discard", "Falsche Datei.")

    assert "Verworfen" in editor.see(answer.headers["location"]).text
    assert drop_folder(started) == {"events.csv": EVENTS}
    assert started.found.store.plan(2).state is PlanState.REJECTED
    assert list((started.config.parent / "data" / "vault-uploads").iterdir()) == []


def test_a_waiting_upload_lies_on_the_side_of_the_vault_and_nowhere_else(started: Office) -> None:
    uploaded(started, EVENTS.replace("Sommerfest", CANARY))
    folder = started.config.parent / "data"

    holding = {each.relative_to(folder) for each in folder.rglob("*") if each.is_file() and CANARY.encode() in each.read_bytes()}

    assert {each.parts[0] for each in holding if each.suffix != ".db" and "db-" not in each.name} == {"vault-uploads"}
    for each in (folder / "vault-uploads").iterdir():
        assert each.stat().st_mode & 0o077 == 0, "for nobody else's eyes"
    assert (folder / "vault-uploads").stat().st_mode & 0o077 == 0


def test_a_harvest_in_between_does_not_publish_it(started: Office) -> None:
    path = uploaded(started)

    record = started.harvest()

    assert record.outcome is Outcome.UNCHANGED
    assert started.published()["fest"]["title"] == "Sommerfest"
    releaser = started.person(Role.RELEASER)
    page = releaser.see(path).text
    assert "Bitte den Plan neu berechnen." in page
    assert f"{path}/release" not in page
    assert releaser.decide(f"{path}/release").status_code == 409
    assert drop_folder(started) == {"events.csv": EVENTS}


def test_a_plan_made_anew_can_be_released(started: Office) -> None:
    path = uploaded(started)
    started.harvest()
    releaser = started.person(Role.RELEASER)
    releaser.see(path)

    answer = releaser.send(f"{path}/plan")
    page = releaser.see(answer.headers["location"]).text
    releaser.decide(f"{path}/release")

    assert "neu berechnet" in page
    assert started.published()["fest"]["title"] == "Herbstfest"


def test_what_was_published_meanwhile_makes_it_outdated(started: Office) -> None:
    path = uploaded(started)
    number = started.found.store.plan(2).id
    started.harvest(EVENTS.replace("analog,120", "analog,130"), plan_only=True)
    started.found.approve(3, by="amt", reason="Zahl berichtigt.")
    revived = started.found.store.save_plan(started.found.store.plan(number).plan, PlanState.HELD)
    staged = started.admin.staging.all()[0]
    started.admin.staging.planned(staged, run=staged.run, plan=revived)
    releaser = started.person(Role.RELEASER)
    page = releaser.see(path).text

    answer = releaser.decide(f"{path}/release")

    assert "hat sich seit dem Hochladen geändert" in page
    assert answer.status_code == 409
    assert drop_folder(started)["events.csv"].count("Herbstfest") == 0
    assert started.published()["fest"]["title"] == "Sommerfest"


def test_its_plan_is_approved_nowhere_else(started: Office) -> None:
    """Published without its file, the next harvest would take it back."""
    path = uploaded(started)
    releaser = started.person(Role.RELEASER)
    page = releaser.see("/plans/2").text

    answer = releaser.decide("/plans/2/approve")

    assert f'href="{path}"' in page
    assert "/plans/2/approve" not in page
    assert answer.status_code == 409
    assert started.published()["fest"]["title"] == "Sommerfest"


def refuse_publishing(bureau: Office) -> None:
    """From now on every publication fails, late: another `uri_base` was frozen than the configured one."""
    with sqlite3.connect(bureau.config.parent / "data" / "klar.db") as database:
        database.execute("UPDATE meta SET value = 'https://anders.example' WHERE key = 'uri_base'")
    database.close()


def test_the_command_line_does_not_approve_it_without_its_file_either(started: Office, capsys: pytest.CaptureFixture[str]) -> None:
    uploaded(started)

    status = run(["--config", str(started.config), "plans", "approve", "2", "--reason", "Geprüft."])

    assert status == 1
    assert "hochgeladenen Datei" in capsys.readouterr().err
    assert started.published()["fest"]["title"] == "Sommerfest"


def test_the_first_of_two_words_does_not_touch_the_folder(tmp_path: Path) -> None:
    """Else a process that dies in that moment would leave a file that only one person has released."""
    with office(tmp_path / "stadt", personal=True) as bureau:
        path = uploaded(bureau)
        anna = bureau.person(Role.RELEASER, "Anna")
        anna.see(path)
        before = (bureau.drop / "events.csv").stat()
        anna.decide(f"{path}/release", "Geprüft.")
        after = (bureau.drop / "events.csv").stat()

        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_release_that_fails_gives_the_folder_back_what_it_had(started: Office) -> None:
    path = uploaded(started)
    releaser = started.person(Role.RELEASER)
    releaser.see(path)
    refuse_publishing(started)

    answer = releaser.decide(f"{path}/release")

    assert answer.status_code == 422
    assert "uri_base" in answer.text
    assert drop_folder(started) == {"events.csv": EVENTS}
    assert started.found.store.runs(limit=1)[0].outcome is Outcome.PLANNED
    assert releaser.see(path).status_code == 200, "it still waits"


def test_a_new_file_that_could_not_be_released_leaves_no_trace(started: Office) -> None:
    editor, releaser = started.person(Role.EDITOR), started.person(Role.RELEASER)
    editor.see("/upload/termine")
    path = editor.upload("termine", "weitere.csv", b"a,b\n1,2\n").headers["location"]
    refuse_publishing(started)
    releaser.see(path)

    releaser.decide(f"{path}/release")

    assert drop_folder(started) == {"events.csv": EVENTS}


def test_while_publishing_the_file_is_already_in_place(started: Office) -> None:
    """A process that dies in between leaves a file that the next harvest reads, never a publication without its file."""
    seen = []
    with DropFolder(started.found.source("termine")).holding("events.csv", NEW.encode(), stays=lambda: False):
        seen.append(drop_folder(started))

    assert seen == [{"events.csv": NEW}]
    assert drop_folder(started) == {"events.csv": EVENTS}


def test_while_a_source_is_harvested_nothing_is_released(started: Office) -> None:
    path = uploaded(started)
    releaser = started.person(Role.RELEASER)
    releaser.see(path)
    run = started.found.store.start_run("termine", "Veranstaltungen")

    answer = releaser.decide(f"{path}/release")

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert drop_folder(started) == {"events.csv": EVENTS}
    assert started.found.store.run(run).outcome is Outcome.RUNNING


def test_while_a_source_is_harvested_an_upload_waits_for_its_plan(started: Office) -> None:
    started.found.store.start_run("termine", "Veranstaltungen")

    page = started.person(Role.EDITOR).see(uploaded(started)).text

    assert "Die Datei ist noch nicht geprüft" in page


def test_columns_nobody_knows_are_named_before_anything_happens(started: Office) -> None:
    path = uploaded(started, "id,title,spalte\n1,Fest,x\n")

    page = started.person(Role.RELEASER).see(path).text

    assert "»spalte«" in page
    assert f"{path}/release" not in page
    assert started.published()["fest"]["title"] == "Sommerfest"


def test_rows_for_the_list_are_named_before_anything_happens(started: Office) -> None:
    path = uploaded(started, EVENTS + "neu,Treffen mit erika.mustermann@web.de,2024-01-01,analog,50,stated\n")

    page = started.person(Role.RELEASER).see(path).text

    assert "Kommt auf die Prüfliste" in page
    assert "E-Mail-Adresse" in page
    assert "mustermann" not in page


def test_an_upload_that_nobody_released_settles_nothing(started: Office) -> None:
    """The row that waits is still in the drop folder, whatever the uploaded file says."""
    started.harvest(FEW)

    uploaded(started, NEW)

    item = started.found.store.quarantine_item(1)
    assert item.state is QuarantineState.OPEN
    assert started.found.vault.quarantined(item.source, item.table, item.key, item.digest)


def test_a_guard_says_why_a_person_should_look(started: Office) -> None:
    header, *rows = EVENTS.splitlines(keepends=True)
    path = uploaded(started, header + rows[0])

    page = started.person(Role.RELEASER).see(path).text

    assert "Kein Wächter" not in page
    assert f"{path}/release" in page, "a person has seen why, and may"


def test_after_a_day_it_is_gone_and_its_plan_with_it(started: Office) -> None:
    path = uploaded(started)
    started.clock.pass_by(timedelta(hours=24))
    releaser = started.person(Role.RELEASER, days=30)
    releaser.log_in()

    assert releaser.see(path).status_code == 404
    assert "Keine Datei wartet." in releaser.see("/upload").text
    assert list((started.config.parent / "data" / "vault-uploads").iterdir()) == []
    assert started.found.store.plan(2).state is PlanState.REJECTED
    assert started.found.store.decisions(1)[0].who == "betrieb"


def test_any_process_that_harvests_deletes_what_waited_too_long(started: Office) -> None:
    uploaded(started)
    started.clock.pass_by(timedelta(hours=24))

    started.found.follow_up()

    assert started.admin.staging.all() == ()


def test_what_a_crash_left_of_an_upload_is_swept_away(started: Office) -> None:
    uploaded(started)
    orphan = started.config.parent / "data" / "vault-uploads" / "0123456789abcdef.content"
    orphan.write_bytes(b"halb")
    long_ago = (started.clock.now - timedelta(days=2)).timestamp()
    os.utime(orphan, (long_ago, long_ago))

    started.found.follow_up()

    assert not orphan.exists()
    assert len(started.admin.staging.all()) == 1


def test_the_log_names_an_upload_by_its_content(started: Office) -> None:
    """A file's name may be a person's."""
    editor = started.person(Role.EDITOR, "Emil")
    editor.see("/upload/termine")
    path = editor.upload("termine", "Erika Mustermann.csv", b"a,b\n").headers["location"]
    editor.see(path)
    editor.decide(f"{path}/discard", "Falsche Datei.")

    log = started.found.store.decisions()

    assert ("Emil", "editor", "upload") in [(each.who, each.role, each.what) for each in log]
    assert "Mustermann" not in str(log)
    assert "Falsche Datei." in [each.why for each in log]


def test_within_the_day_it_stays(started: Office) -> None:
    path = uploaded(started)
    started.clock.pass_by(timedelta(hours=23, minutes=59))
    editor = started.person(Role.EDITOR)
    editor.log_in()

    assert editor.see(path).status_code == 200


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../klar.toml.csv", "klar.toml.csv"),
        ("C:\\Users\\amt\\events.csv", "events.csv"),
        ("/etc/cron.d/x.csv", "x.csv"),
        (".versteckt.csv", "versteckt.csv"),
        ("~$offen.xlsx", "offen.xlsx"),
        ("Teilnahme\u202evsc.csv", "Teilnahme_vsc.csv"),
        ("a\x00b.csv", "a_b.csv"),
        ("--delete.csv", "delete.csv"),
        ("Übersicht März (neu).CSV", "Übersicht März (neu).csv"),
        ("x" * 400 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_name_of_the_senders_machine_becomes_a_plain_one(name: str, kept: str) -> None:
    assert clean_name(name) == kept


@pytest.mark.parametrize("name", ["", ".csv", "..", "events", "makro.xlsm", "bild.svg", "seite.html", "events.csv.exe", "\u202e.csv"])
def test_a_file_that_nobody_reads_is_refused(started: Office, name: str) -> None:
    editor = started.person(Role.EDITOR)
    editor.see("/upload/termine")

    answer = editor.upload("termine", name or " ", EVENTS.encode())

    assert answer.status_code in (400, 422)
    assert started.admin.staging.all() == ()


@pytest.mark.parametrize("replaces", ["../klar.toml", "nirgends.csv", "/etc/passwd", "events.csv\x00"])
def test_only_a_file_of_the_folder_can_be_replaced(started: Office, replaces: str) -> None:
    editor = started.person(Role.EDITOR)
    editor.see("/upload/termine")

    assert editor.upload("termine", "events.csv", EVENTS.encode(), replaces=replaces).status_code == 422


def test_another_kind_of_file_does_not_take_the_place(started: Office) -> None:
    editor = started.person(Role.EDITOR)
    editor.see("/upload/termine")

    assert "andere Endung" in editor.upload("termine", "events.xlsx", b"PK", replaces="events.csv").text


def test_the_mapping_says_which_files_are_awaited(bureau: Office) -> None:
    (bureau.drop / "events.csv").unlink()

    page = bureau.person(Role.EDITOR).see("/upload/termine").text

    assert '<option value="events.csv">' in page


def test_an_empty_file_is_refused(started: Office) -> None:
    editor = started.person(Role.EDITOR)
    editor.see("/upload/termine")

    assert "Die Datei ist leer" in editor.upload("termine", "events.csv", b"").text


def test_a_file_that_is_too_large_is_refused_while_it_comes(started: Office) -> None:
    editor = started.person(Role.EDITOR)
    editor.see("/upload/termine")

    answer = editor.upload("termine", "events.csv", b"x" * (UPLOAD_LIMIT + 200_000))

    assert answer.status_code == 413
    assert "höchstens 20 MB" in answer.text


def test_a_form_without_a_file_may_be_small_only(started: Office) -> None:
    editor = started.person(Role.EDITOR)
    editor.see("/plans/1")

    assert editor.decide("/plans/1/reject", "x" * 100_000).status_code == 413


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", ""])
def test_what_is_no_form_is_refused(started: Office, content_type: str) -> None:
    editor = started.person(Role.EDITOR)
    editor.see("/upload/termine")

    answer = editor.client.post(
        "/upload/termine/file",
        content=b"csrf=" + editor.csrf.encode(),
        headers={"content-type": content_type, "sec-fetch-site": "same-origin"},
    )

    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("name", ["nirgends", "%2e%2e%2fklar.toml", "klar.toml"])
def test_a_source_that_does_not_exist_is_a_page(started: Office, name: str) -> None:
    assert started.person(Role.EDITOR).see(f"/upload/{name}").status_code in (404, 405, 422)


@pytest.mark.parametrize("id_", ["0" * 16, "0" * 17, "%2e%2e%2fevents", "events"])
def test_an_upload_that_does_not_exist_is_a_page(started: Office, id_: str) -> None:
    assert started.person(Role.EDITOR).see(f"/uploads/{id_}").status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(started: Office, tmp_path: Path) -> None:
    outside = tmp_path / "draussen"
    outside.mkdir()
    (outside / "events.csv").write_text(EVENTS, encoding="utf-8")
    (started.drop / "unten").symlink_to(outside)
    folder = DropFolder(started.found.source("termine"))

    with pytest.raises(UploadRefused), folder.holding("unten/events.csv", b"neu", stays=lambda: True):
        pass

    assert (outside / "events.csv").read_text(encoding="utf-8") == EVENTS


def test_two_persons_release_a_file_of_a_source_with_personal_data(tmp_path: Path) -> None:
    with office(tmp_path / "stadt", personal=True) as bureau:
        path = uploaded(bureau)
        anna, berta = bureau.person(Role.RELEASER, "Anna"), bureau.person(Role.RELEASER, "Berta")
        anna.see(path)
        first = anna.decide(f"{path}/release", "Geprüft.")
        folder_between = drop_folder(bureau)
        waiting = anna.see(path).text
        berta.see(path)
        second = berta.decide(f"{path}/release", "Auch geprüft.")

        assert first.headers["location"] == f"{path}?done=pending"
        assert folder_between == {"events.csv": EVENTS}
        assert "Sie haben schon zugestimmt" in waiting
        assert second.headers["location"] == "/plans/1?done=released"
        assert drop_folder(bureau) == {"events.csv": NEW}
        assert bureau.published()["fest"]["title"] == "Herbstfest"
