"""The command line: what a data officer types, reads, and gets back as exit status."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import COMMANDS, application, run
from api.cli.errors import SENTENCES, sentence_of
from catalog.plan import PlanState
from schemas import errors
from tests.api.places import EVENTS, FEW, MAPPING, add_source, clean_environment, drop, opened, small_installation

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in [each for each in os.environ if each.startswith("KLAR_")]:
        monkeypatch.delenv(each)
    monkeypatch.setenv("USER", "amt")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return small_installation(tmp_path / "stadt")


def klar(config: Path, *arguments: str) -> int:
    return run(["--config", str(config), *arguments])


def klar_json(config: Path, capsys: Captured, *arguments: str) -> Any:
    capsys.readouterr()
    klar(config, *arguments, "--json")
    return json.loads(capsys.readouterr().out)


# --- help and usage --------------------------------------------------------------------------------------------------------------


def all_commands() -> list[tuple[str, ...]]:
    """Every command and group, as typed."""
    from typer.main import get_command

    def walk(command: Any, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        inner = getattr(command, "commands", {})
        return [path, *(found for name, each in inner.items() for found in walk(each, (*path, name)))]

    return walk(get_command(application()), ())


@pytest.mark.parametrize("command", all_commands(), ids=" ".join)
def test_every_command_has_help_in_german(command: tuple[str, ...], capsys: Captured) -> None:
    assert run([*command, "--help"]) == 0

    text = capsys.readouterr().out
    assert text.startswith(f"Aufruf: klar{''.join(' ' + each for each in command)}")
    assert len(text.splitlines()[2].strip()) > 10, "one sentence that says what it does"
    for english in ("Usage", "Options:", "Show this", "default:", "<str", "<int", "<path"):
        assert english not in text


def test_the_help_lists_all_commands(capsys: Captured) -> None:
    run([])

    text = capsys.readouterr().out
    assert [each for each in COMMANDS if f"\n  {each} " not in text] == []


def test_typers_own_runner_agrees(config: Path) -> None:
    result = CliRunner().invoke(application(), ["--config", str(config), "config", "check"])

    assert (result.exit_code, result.output) == (0, f"{config} ist in Ordnung: 1 Quelle.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ernte"], "Den Befehl »ernte« gibt es nicht. Hilfe: klar --help"),
        (["harvest", "--foo"], "Die Option --foo gibt es nicht. Hilfe: klar harvest --help"),
        (["plans", "approve", "1"], "Es fehlt: --reason. Hilfe: klar plans approve --help"),
        (["plans", "approve", "x", "--reason", "y"], "Der Wert für NUMMER passt nicht. Hilfe: klar plans approve --help"),
        (["withdraw", "--reason", "y"], "Es fehlt: DATENSATZ. Hilfe: klar withdraw --help"),
        (["config"], "Hier fehlt ein Befehl. Hilfe: klar config --help"),
        (["doctor", "jetzt"], "Das ist zu viel: jetzt. Hilfe: klar doctor --help"),
        (["serve", "--port", "0"], "Der Wert für --port passt nicht. Hilfe: klar serve --help"),
        (["validate", "x.csv", "--table"], "Zur Option --table fehlt der Wert, oder sie nimmt keinen."),
        (["validate", "x.csv", "--table", "nix"], "Die Tabelle »nix« gibt es nicht. Es gibt: decision"),
        (["harvest", "--replay", "3"], "--replay braucht genau eine Quelle"),
        (["init", "--example", "mainz"], "Das Beispiel »mainz« gibt es nicht. Es gibt: kaiserslautern."),
    ],
)
def test_wrong_usage_is_one_german_sentence_and_exit_1(
    arguments: list[str], sentence: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(arguments) == 1

    captured = capsys.readouterr()
    assert captured.err.startswith(f"Fehler: {sentence}")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize("kind", [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.KlarError)])
def test_every_error_has_a_german_sentence(kind: type[errors.KlarError]) -> None:
    assert kind in SENTENCES
    error = kind("Detail.", reason="Datenschutz", at="2026") if kind is errors.Gone else kind("Detail.")

    sentence = sentence_of(error)

    assert sentence.startswith(SENTENCES[kind])
    assert "Detail." in sentence


# --- configuration and database --------------------------------------------------------------------------------------------------


def test_a_mistake_in_the_configuration_stops_every_command(config: Path, capsys: Captured) -> None:
    config.write_text(config.read_text(encoding="utf-8").replace("official = false", "oficial = false"), encoding="utf-8")
    line = (
        config.read_text(encoding="utf-8")
        .splitlines()
        .index(next(e for e in config.read_text(encoding="utf-8").splitlines() if "oficial" in e))
        + 1
    )

    for command in (["config", "check"], ["config", "show"], ["sources"], ["harvest"], ["doctor"], ["serve"]):
        assert klar(config, *command) == 1
        assert capsys.readouterr().err.startswith(
            f"Fehler: {config}, Zeile {line}: [site] oficial ist unbekannt. Gemeint ist vielleicht »official«."
        )


def test_config_check_also_reads_the_mappings(config: Path, capsys: Captured) -> None:
    (config.parent / "mappings" / "events.toml").write_text(MAPPING + 'email = "mail"\n', encoding="utf-8")

    assert klar(config, "config", "check") == 1
    assert "email" in capsys.readouterr().err


def test_config_show_has_the_environment_and_no_secrets(config: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLAR_SITE__TITLE", "Aus der Umgebung")
    monkeypatch.setenv("KLAR_STORE__DATABASE", "postgresql+psycopg://klar:CANARY@127.0.0.1/klar")

    assert klar(config, "config", "show") == 0

    text = capsys.readouterr().out
    assert tomllib.loads(text)["site"]["title"] == "Aus der Umgebung"
    assert "CANARY" not in text


def test_a_database_that_is_not_there_is_refused_with_the_way_out(config: Path, capsys: Captured) -> None:
    (config.parent / "data" / "klar.db").unlink()

    for command in (["harvest"], ["sources"], ["plans"], ["quarantine"], ["serve"], ["schedule"], ["withdraw", "x", "--reason", "y"]):
        assert klar(config, *command) == 1
        assert "»klar db upgrade«" in capsys.readouterr().err
    assert not (config.parent / "data" / "klar.db").exists(), "asking creates nothing"

    assert klar(config, "db", "current") == 1
    assert klar(config, "db", "upgrade") == 0
    assert klar(config, "db", "upgrade") == 0, "twice is once"
    assert klar(config, "db", "current") == 0
    assert klar(config, "sources") == 0


def test_an_unreachable_database_is_one_sentence_without_its_password(
    config: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLAR_STORE__DATABASE", "postgresql+psycopg://klar:CANARY@127.0.0.1:1/klar")

    assert klar(config, "sources") == 1

    text = capsys.readouterr().err
    assert text.startswith("Fehler: Die Datenbank ist nicht erreichbar")
    assert "CANARY" not in text


# --- the way of the data ---------------------------------------------------------------------------------------------------------


def test_a_new_data_set_waits_for_a_person_and_is_published_by_approval(config: Path, capsys: Captured) -> None:
    assert klar(config, "harvest") == 2
    assert "termine: angehalten (neu 3)" in capsys.readouterr().out
    with opened(config) as found:
        assert found.store.datasets() == ()

    assert klar(config, "plans") == 2
    assert klar(config, "plans", "show", "1") == 0
    text = capsys.readouterr().out
    assert "veranstaltungen (neuer Datensatz): neu 3" in text
    assert "neu: fest" in text

    assert klar(config, "plans", "approve", "1", "--reason", "  ") == 1, "a reason says something"
    assert klar(config, "plans", "approve", "1", "--reason", "geprüft") == 0
    assert "veranstaltungen: Stand 1" in capsys.readouterr().out
    assert klar(config, "plans", "approve", "1", "--reason", "noch einmal") == 1
    assert klar(config, "plans") == 0, "nothing waits any more"

    with opened(config) as found:
        assert [each.dataset.name for each in found.store.datasets()] == ["veranstaltungen"]
        stored = found.store.plan(1)
        assert (stored.state, stored.decided_by, stored.reason) == (PlanState.APPLIED, "amt", "geprüft")
        assert found.search.revision == found.store.revision(), "the search knows it, too"
    capsys.readouterr()
    assert klar(config, "harvest") == 0
    assert "termine: unverändert (gleich 3)" in capsys.readouterr().out


def test_a_rejected_plan_leaves_everything_as_it_is(config: Path, capsys: Captured) -> None:
    klar(config, "harvest")

    assert klar(config, "plans", "reject", "1", "--reason", "noch nicht", "--by", "Referat") == 0

    assert klar(config, "plans") == 0
    (listed,) = klar_json(config, capsys, "plans", "--all")
    assert (listed["state"], listed["decided_by"], listed["reason"]) == ("rejected", "Referat", "noch nicht")


def test_plan_publishes_nothing(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")

    assert klar(config, "harvest", "--plan") == 0

    assert "termine: geplant (neu 3)" in capsys.readouterr().out
    with opened(config) as found:
        assert found.store.revision() == 0
    assert klar(config, "plans", "approve", "1", "--reason", "gelesen") == 0


def test_a_changed_field_is_shown_before_and_after(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    klar(config, "harvest")
    drop(config.parent, EVENTS.replace("120", "130"))
    klar(config, "harvest", "--plan")
    capsys.readouterr()

    klar(config, "plans", "show", "2")

    text = capsys.readouterr().out
    assert "geändert: fest" in text
    assert "attendees: 120 → 130" in text
    assert "gleich 2" in text


def test_a_broken_source_does_not_touch_the_others(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    add_source(config.parent, "kaputt", review="never")

    assert klar(config, "harvest", "kaputt", "termine") == 1

    text = capsys.readouterr().out
    assert "kaputt: gescheitert" in text
    assert "termine: veröffentlicht (neu 3)" in text


def test_only_named_sources_are_harvested_in_the_order_given(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    add_source(
        config.parent,
        "zweite",
        review="never",
        events=EVENTS.replace("fest", "feier").replace("runde", "kreis").replace("begehung", "gang"),
    )

    runs = klar_json(config, capsys, "harvest", "zweite", "termine", "zweite")["runs"]

    assert [each["source"] for each in runs] == ["zweite", "termine"]
    assert klar(config, "harvest", "dritte") == 1
    assert "Die Quelle »dritte« gibt es nicht. Eingerichtet: termine, zweite." in capsys.readouterr().err


def test_too_few_persons_wait_in_the_quarantine_until_somebody_accepts(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never", events=FEW)
    assert klar(config, "harvest") == 0, "the harvest did its work: only a held plan is 2"
    assert "In der Prüfliste: 1. Ansehen: klar quarantine" in capsys.readouterr().out
    with opened(config) as found:
        assert found.store.dataset("veranstaltungen").dataset.rows == 2

    assert klar(config, "quarantine") == 2
    assert klar(config, "quarantine", "show", "1") == 0
    assert "klar quarantine accept 1" in capsys.readouterr().out
    assert klar(config, "quarantine", "accept", "1", "--reason", "öffentlich berichtet") == 2, "one person is not enough"
    assert klar(config, "quarantine", "accept", "1", "--reason", "noch einmal", "--by", "Amt") == 2, "and is still the same one"
    assert "amt hat zugestimmt. Personenbezogenes geben zwei Personen frei" in capsys.readouterr().out
    assert klar(config, "quarantine", "show", "1") == 0
    assert "Zugestimmt: amt am" in capsys.readouterr().out
    assert klar(config, "quarantine", "accept", "1", "--reason", "steht in der Zeitung", "--by", "berta") == 0
    assert klar(config, "quarantine") == 0
    assert klar(config, "harvest") == 0

    with opened(config) as found:
        assert found.store.dataset("veranstaltungen").dataset.rows == 3


def test_a_rejected_row_stays_out_and_is_not_asked_about_again(tmp_path: Path) -> None:
    config = small_installation(tmp_path / "stadt", review="never", events=FEW)
    klar(config, "harvest")

    assert klar(config, "quarantine", "reject", "1", "--reason", "zu wenige") == 0

    assert klar(config, "harvest") == 0
    with opened(config) as found:
        assert found.store.dataset("veranstaltungen").dataset.rows == 2


def test_withdrawing_a_row_erases_it_everywhere(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    klar(config, "harvest")

    assert klar(config, "withdraw", "veranstaltungen", "--row", "runde", "--reason", "Name einer Person") == 0
    assert "Zurückgezogen: Zeile »runde« in »veranstaltungen«." in capsys.readouterr().out

    klar(config, "harvest")
    with opened(config) as found:
        assert found.store.dataset("veranstaltungen").dataset.rows == 2
        held = [found.files.read(each) for each in found.files.names()]
    assert any(b"Sommerfest" in each for each in held), "the control: other rows are found in this way"
    assert not any("Gesprächsrunde".encode() in each for each in held)
    assert klar(config, "withdraw", "veranstaltungen", "--row", "nie-da", "--reason", "x") == 1


def test_withdrawing_a_data_set_is_final(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    klar(config, "harvest")

    assert klar(config, "withdraw", "veranstaltungen", "--reason", "Datenschutz") == 0
    capsys.readouterr()

    assert klar(config, "withdraw", "veranstaltungen", "--reason", "noch einmal") == 1
    assert "Begründung: Datenschutz" in capsys.readouterr().err
    assert klar(config, "withdraw", "veranstaltungen", "--reason", "") == 1


def test_uri_base_moves_only_for_those_who_say_so(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    klar(config, "harvest")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('uri_base = "http://127.0.0.1:8000"', 'uri_base = "https://daten.example.org"'), encoding="utf-8")

    assert klar(config, "harvest") == 1
    assert "uri_base steht seit der ersten Veröffentlichung fest" in capsys.readouterr().err

    assert klar(config, "harvest", "--i-know") == 0
    assert klar(config, "harvest") == 0


@pytest.mark.parametrize(
    "command",
    [
        ["config", "show"],
        ["config", "check"],
        ["db", "current"],
        ["sources"],
        ["harvest"],
        ["plans"],
        ["plans", "show", "1"],
        ["quarantine"],
        ["quarantine", "show", "1"],
        ["doctor"],
    ],
    ids=" ".join,
)
def test_reporting_commands_speak_json(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", events=FEW)
    klar(config, "harvest")

    assert klar_json(config, capsys, *command)


def test_sources_tell_the_last_outcome_and_the_next_time(tmp_path: Path, capsys: Captured) -> None:
    config = small_installation(tmp_path / "stadt", review="never")

    (before,) = klar_json(config, capsys, "sources")
    klar(config, "harvest")
    (after,) = klar_json(config, capsys, "sources")

    assert (before["last_outcome"], after["last_outcome"]) == (None, "ok")
    assert after["counts"]["created"] == 3
    assert after["next_run_at"] > after["last_success_at"]


# --- validate --------------------------------------------------------------------------------------------------------------------


def test_a_file_is_judged_before_it_is_dropped(tmp_path: Path, capsys: Captured) -> None:
    good, bad = tmp_path / "gut.csv", tmp_path / "schlecht.csv"
    good.write_text("a,b\n1,2\n", encoding="utf-8")
    bad.write_text("a,b\n1,2,3\n", encoding="utf-8")

    assert run(["validate", str(good)]) == 0
    assert run(["validate", str(bad)]) == 1
    assert run(["validate", str(tmp_path / "fehlt.csv")]) == 1
    capsys.readouterr()
    assert run(["validate", str(bad), "--language", "en", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert not report["valid"]
    assert report["errors"][0]["row"] == 2


# --- real processes --------------------------------------------------------------------------------------------------------------


def test_the_console_script_tells_its_version() -> None:
    script = Path(sys.executable).with_name("klar")

    result = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=60, env=clean_environment(), check=False)

    assert (result.returncode, result.stdout) == (0, "klar 0.1.0\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except urllib.error.URLError:
        return 0


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_answers_and_ends_when_told(tmp_path: Path, workers: str) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    klar(config, "harvest")
    port = free_port()
    command = [str(Path(sys.executable).with_name("klar")), "--config", str(config), "serve", "--port", str(port), "--workers", workers]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=clean_environment())
    try:
        deadline = time.monotonic() + 60
        while (status := get(f"http://127.0.0.1:{port}/health/ready")) != 200 and time.monotonic() < deadline:
            time.sleep(0.05)

        assert status == 200, (tmp_path / "log").read_text(encoding="utf-8")
        assert get(f"http://127.0.0.1:{port}/datasets/veranstaltungen") == 200
        assert get(f"http://127.0.0.1:{port}/catalog.ttl") == 200
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    log_text = (tmp_path / "log").read_text(encoding="utf-8")
    assert log_text.startswith(f"klar läuft auf http://127.0.0.1:{port}")
    assert "Traceback" not in log_text
    assert "/datasets" not in log_text, "no access log"
