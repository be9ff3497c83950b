"""Errors are pages with one sentence; neither they nor the log nor a cookie hold anything of a row or a secret."""

import io
import logging
import sqlite3

import pytest

from api.admin.quiet import QuietFormatter
from catalog.tokens import Role
from tests.api.admin.office import Office
from tests.api.places import EVENTS

CANARY = "Zwetschgenkuchen"


def break_a_run(bureau: Office) -> None:
    """Something in the database that no program of ours writes: reading it raises an error that quotes it."""
    bureau.harvest()
    with sqlite3.connect(bureau.config.parent / "data" / "klar.db") as database:
        database.execute("UPDATE run SET outcome = ?", (CANARY,))
    database.close()


def test_what_nobody_foresaw_is_a_page_without_a_trace(bureau: Office) -> None:
    person = bureau.person(Role.READER)
    break_a_run(bureau)

    answer = person.see("/runs")

    assert answer.status_code == 500
    assert "Der Fehler liegt an der Software" in answer.text
    assert CANARY not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert '<a href="/">Zur Übersicht</a>' in answer.text


def test_a_database_that_is_gone_is_still_a_page(bureau: Office) -> None:
    person = bureau.person(Role.READER)
    with sqlite3.connect(bureau.config.parent / "data" / "klar.db") as database:
        database.execute("DROP TABLE token")
    database.close()

    answer = person.see("/")

    assert answer.status_code == 500
    assert "Der Fehler liegt an der Software" in answer.text


def test_the_log_says_where_and_never_what() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(QuietFormatter("%(levelname)s %(message)s"))
    log = logging.getLogger("klar.test-discretion")
    log.addHandler(handler)
    log.propagate = False

    try:
        try:
            sqlite3.connect(":memory:").execute(f"SELECT {CANARY}")
        except sqlite3.OperationalError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        log.exception("Ein Fehler")

    text = out.getvalue()
    assert "OperationalError in test_discretion.py:" in text
    assert "RuntimeError in test_discretion.py:" in text
    assert CANARY not in text


def test_a_canary_of_a_row_stays_on_its_pages(bureau: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Through every decision: neither log lines nor cookies nor addresses hold what a row says."""
    caplog.set_level(logging.DEBUG)
    releaser = bureau.person(Role.RELEASER)
    bureau.harvest(EVENTS.replace("Sommerfest", CANARY).replace("analog,40,", "analog,3,"))
    answers = [releaser.see(path) for path in ("/plans/1", "/quarantine/1", "/runs/1", "/plans/77", "/quarantine/77")]
    answers += [releaser.decide(path) for path in ("/plans/1/approve", "/quarantine/1/accept", "/plans/1/approve", "/quarantine/77/accept")]
    releaser.see("/upload/termine")
    answers.append(releaser.upload("termine", f"{CANARY}.csv", EVENTS.replace("Sommerfest", CANARY).encode()))
    answers.append(releaser.upload("termine", f"{CANARY}.exe", b"x"))

    assert CANARY in answers[0].text, "the control: the plan itself shows it"
    assert not [each for each in answers if each.status_code >= 400 and CANARY in each.text]
    for each in answers:
        assert CANARY not in str(each.headers)
    assert CANARY not in caplog.text
    assert releaser.secret not in caplog.text
    assert releaser.csrf not in caplog.text
    assert releaser.client.cookies["klar-admin"] not in caplog.text
    assert CANARY not in str([(each.target, each.why) for each in bureau.found.store.decisions()])


def test_no_page_repeats_a_secret(bureau: Office) -> None:
    person = bureau.person(Role.RELEASER)
    cookie = person.client.cookies["klar-admin"]

    for path in ("/", "/decisions", "/decisions.json", "/upload"):
        page = person.see(path).text
        assert cookie not in page
        assert person.secret not in page
