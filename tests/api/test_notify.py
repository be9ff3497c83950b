"""One mail for each change of state of a source, in German, with nothing in it that a source said."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import decisions
from api.cli import run
from api.installation import Installation
from api.notify import FAILED, HARVEST, OK, QUARANTINE, WAITING, News, letter, not_begun, notify
from catalog.decisions import Person
from catalog.plan import Outcome, RunRecord
from schemas.errors import Busy, ConfigurationError
from tests.api.mailboxes import Mailbox, free_port, mailbox
from tests.api.places import EVENTS, FEW, add_source, clean_environment, drop, opened, small_installation

CANARIES = ("kanarienvogel.muster@example.org", "0172 9925904", "Kanarienvogel", "KL-SS 1234")
PERSONAL = EVENTS.replace("Sommerfest", "Fest bei Frau Kanarienvogel").replace(
    "Begehung,2023-08-01", "Wagen KL-SS 1234 an 0172 9925904 oder kanarienvogel.muster@example.org,2023-08-01"
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in set(__import__("os").environ) - set(clean_environment()):
        monkeypatch.delenv(each)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


def city(folder: Path, port: int, *, review: str = "never", events: str = EVENTS) -> Path:
    config = small_installation(folder / "stadt", review=review, events=events)
    with config.open("a", encoding="utf-8") as file:
        file.write(f'\n[notify]\nemail = "opendata@example.org"\n[notify.smtp]\nhost = "127.0.0.1"\nport = {port}\n')
    return config


def harvest(found: Installation, *names: str) -> tuple[RunRecord, ...]:
    records = tuple(found.harvest(found.source(each)) for each in names or ("termine",))
    assert notify(found, records) == ()
    return records


def test_a_source_that_is_well_from_the_start_sends_nothing(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port)) as found:
        (first,) = harvest(found)
        harvest(found)

    assert first.outcome is Outcome.OK
    assert box.connections == 0


def test_a_held_plan_is_told_once_and_its_recovery_once(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port, review="new")) as found:
        (held,) = harvest(found)
        harvest(found)
        decisions.approve(found, found.store.plans()[0].id, Person("anna"), "geprüft")
        (well, _) = harvest(found)[0], harvest(found)[0]

    assert (held.outcome, well.outcome) == (Outcome.HELD, Outcome.UNCHANGED)
    assert box.subjects() == ["[klar] Angehalten: Veranstaltungen", "[klar] Wieder in Ordnung: Veranstaltungen"]
    first, second = box.texts()
    assert f"Plan {held.plan} wartet" in first
    assert f"klar plans show {held.plan}" in first
    assert "neu 3" in first
    assert "Quelle: Veranstaltungen (termine)" in first
    assert "Die Ernte gelingt wieder: unverändert." in second


def test_a_failure_is_told_once_and_its_recovery_once(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port)) as found:
        harvest(found)
        file = tmp_path / "stadt" / "drop" / "termine" / "events.csv"
        file.unlink()
        (failed,) = harvest(found)
        harvest(found)
        file.write_text(EVENTS, encoding="utf-8")
        harvest(found)
        harvest(found)

    assert failed.outcome is Outcome.FAILED
    assert box.subjects() == ["[klar] Gescheitert: Veranstaltungen", "[klar] Wieder in Ordnung: Veranstaltungen"]
    assert "klar harvest termine" in box.texts()[0]


def test_rows_on_the_pruefliste_are_told_once_and_when_the_list_is_empty(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port, events=FEW)) as found:
        harvest(found)
        harvest(found)
        drop(tmp_path / "stadt", EVENTS)
        harvest(found)
        harvest(found)

    assert box.subjects() == ["[klar] Prüfliste: Veranstaltungen", "[klar] Wieder in Ordnung: Veranstaltungen"]
    assert "1 Zeile wartet" in box.texts()[0]
    assert "klar quarantine" in box.texts()[0]
    assert "Die Prüfliste dieser Quelle ist leer." in box.texts()[1]


def test_fifty_runs_in_the_same_state_send_one_mail(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port, review="new", events=FEW)) as found:
        (record,) = harvest(found)
        for number in range(50):
            assert notify(found, [replace(record, id=record.id + number, started_at=datetime(2027, 1, 1, tzinfo=UTC))]) == ()

    assert box.subjects() == ["[klar] Angehalten: Veranstaltungen"]
    assert "1 Zeile wartet" in box.texts()[0], "both changes stand in the one mail"


def test_every_source_gets_its_own_mail_in_one_conversation(tmp_path: Path, box: Mailbox) -> None:
    config = city(tmp_path, box.port, review="new")
    add_source(config.parent, "feste", review="new", events=EVENTS.replace("fest,", "feier,"))
    with opened(config) as found:
        harvest(found, "termine", "feste")

    assert box.subjects() == ["[klar] Angehalten: Veranstaltungen"] * 2
    assert ["(termine)" in box.texts()[0], "(feste)" in box.texts()[1], box.connections] == [True, True, 1]


def test_a_plan_that_was_only_asked_for_is_no_change_of_state(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port, review="new")) as found:
        record = found.harvest(found.source("termine"), plan_only=True)

        assert notify(found, [record]) == ()

    assert box.connections == 0


def test_without_notify_nobody_is_told(tmp_path: Path) -> None:
    with opened(small_installation(tmp_path / "stadt")) as found:
        record = found.harvest(found.source("termine"))

        assert notify(found, [record]) == ()
        assert found.store.told("termine") == {}


def test_nothing_of_a_row_stands_in_any_mail(tmp_path: Path, box: Mailbox) -> None:
    """Held, quarantined, failed and recovered, with persons in the source all the while. Control: the source does hold them."""
    with opened(city(tmp_path, box.port, review="new", events=PERSONAL)) as found:
        harvest(found)
        drop(tmp_path / "stadt", "id;Kanarienvogel\n0172 9925904;KL-SS 1234\n")
        harvest(found)
        drop(tmp_path / "stadt", EVENTS)
        harvest(found)
        findings = [each.message for record in found.store.runs() for each in record.findings]

    assert len(box.mails) >= 3
    assert all(each in PERSONAL for each in CANARIES)
    assert findings, "there was something a mail could have repeated"
    for raw, text in zip(box.raw, box.texts(), strict=True):
        assert [each for each in CANARIES if each in text or each.encode() in raw] == []


def test_what_could_not_be_told_is_told_next_time(tmp_path: Path) -> None:
    port = free_port()
    with opened(city(tmp_path, port, review="new")) as found:
        record = found.harvest(found.source("termine"))
        (sentence,) = notify(found, [record])
        assert "nimmt keine Verbindung an" in sentence
        assert found.store.told("termine") == {}

        with mailbox(port=port) as box:
            assert notify(found, [record]) == ()
            assert notify(found, [record]) == ()

    assert len(box.mails) == 1


def test_a_refused_mail_does_not_keep_an_earlier_one_from_being_remembered(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port, review="new")) as found:
        record = found.harvest(found.source("termine"))
        box.refuse = True
        assert "abgelehnt (451)" in notify(found, [record])[0]
        box.refuse = False

        assert notify(found, [record]) == ()

    assert box.subjects() == ["[klar] Angehalten: Veranstaltungen"]


def test_what_was_never_told_needs_no_all_clear(tmp_path: Path) -> None:
    port = free_port()
    with opened(city(tmp_path, port, review="new")) as found:
        record = found.harvest(found.source("termine"))
        assert len(notify(found, [record])) == 1

        with mailbox(port=port) as box:
            assert notify(found, [replace(record, outcome=Outcome.OK)]) == ()

    assert box.mails == []


def test_the_harvest_goes_on_without_a_mail_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = city(tmp_path, free_port(), events=FEW)

    status = run(["--config", str(config), "harvest"])

    printed = capsys.readouterr()
    assert status == 0
    assert "termine: " in printed.out
    assert printed.err.startswith("Hinweis: Es konnte keine Mail gesendet werden")
    with opened(config) as found:
        assert [each.dataset.name for each in found.store.datasets()] == ["veranstaltungen"]


def test_the_command_tells_and_is_told_nothing_to_stderr(tmp_path: Path, box: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    config = city(tmp_path, box.port, review="new")

    assert run(["--config", str(config), "harvest"]) == 2

    assert capsys.readouterr().err == ""
    assert box.subjects() == ["[klar] Angehalten: Veranstaltungen"]


def test_a_run_that_could_not_begin_is_a_failure(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port)) as found:
        record = not_begun("termine", found.clock(), ConfigurationError("mappings/events.toml gibt es nicht."))

        assert notify(found, [record]) == ()

    assert box.subjects() == ["[klar] Gescheitert: Veranstaltungen"]
    assert "mappings" not in box.texts()[0]


def test_a_run_that_another_one_kept_from_beginning_is_none(tmp_path: Path, box: Mailbox) -> None:
    with opened(city(tmp_path, box.port)) as found:
        found.store.start_run("termine", "Veranstaltungen")
        record = not_begun("termine", found.clock(), Busy(""))

        assert notify(found, [record]) == ()

    assert box.mails == []


def test_the_clock_tells_too(tmp_path: Path, box: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    from threading import Lock

    from api.cli.schedule import _harvest

    caplog.set_level(logging.INFO, "klar.schedule")
    with opened(city(tmp_path, box.port, review="new")) as found:
        _harvest(found, found.source("termine"), Lock())
        box.refuse = True
        found.store.save_told("termine", {HARVEST: OK, QUARANTINE: OK}, since=found.clock())
        _harvest(found, found.source("termine"), Lock())

    assert box.subjects() == ["[klar] Angehalten: Veranstaltungen"]
    assert any("nach der nächsten Ernte wird es wieder versucht" in each.message for each in caplog.records)


RECORD = RunRecord(
    id=7,
    source="termine",
    started_at=datetime(2026, 11, 22, 4, tzinfo=UTC),
    finished_at=None,
    outcome=Outcome.FAILED,
    message="m",
    counts={},
)


def test_the_worst_news_comes_first() -> None:
    news = News(record=RECORD, title="Amt", waiting=2, changed={QUARANTINE: WAITING, HARVEST: FAILED})

    assert letter(news).subject == "[klar] Gescheitert: Amt"
    assert "2 Zeilen warten" in letter(news).text


@given(st.text())
def test_no_message_of_a_run_gets_into_a_mail(message: str) -> None:
    news = News(record=replace(RECORD, message=message), title="Amt", waiting=0, changed={HARVEST: FAILED})

    assert letter(news) == letter(replace(news, record=RECORD))
