"""`klar push ckan` as it is typed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.cli import run
from tests.api.places import small_installation
from tests.api.push.portal import TOKEN, Ckan

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path, ckan: Ckan, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A harvested catalogue with one data set, `veranstaltungen`, and the portal `stadtportal`."""
    found = small_installation(tmp_path / "stadt", review="never")
    _append(found, f'\n[push.stadtportal]\nurl = "{ckan.address}"\ntoken_env = "STADTPORTAL_TOKEN"\n')
    monkeypatch.setenv("STADTPORTAL_TOKEN", TOKEN)
    assert klar(found, "harvest") == 0
    return found


def klar(config: Path, *arguments: str) -> int:
    return run(["--config", str(config), *arguments])


def _append(config: Path, text: str) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write(text)


def push(config: Path, capsys: Captured, *arguments: str, status: int = 0) -> Any:
    capsys.readouterr()
    assert klar(config, "push", "ckan", "stadtportal", *arguments, "--json") == status
    return json.loads(capsys.readouterr().out)


def test_the_catalogue_gets_to_the_portal_and_a_second_run_says_that_nothing_is_to_do(config: Path, ckan: Ckan, capsys: Captured) -> None:
    capsys.readouterr()

    assert klar(config, "push", "ckan", "stadtportal") == 0
    assert "neu: veranstaltungen" in capsys.readouterr().out
    ckan.forget_requests()
    assert klar(config, "push", "ckan", "stadtportal") == 0

    assert "0 neu, 0 geändert, 0 gelöscht, 1 unverändert, 0 gescheitert" in capsys.readouterr().out
    assert ckan.written() == []


def test_a_dry_run_says_what_the_run_then_does(config: Path, ckan: Ckan, capsys: Captured) -> None:
    promised = push(config, capsys, "--dry-run")
    assert ckan.written() == []

    done = push(config, capsys)

    assert (promised["dry_run"], promised["done"]) == (True, [])
    assert promised["steps"] == done["steps"] == done["done"]
    assert [(each["action"], each["name"]) for each in done["done"]] == [("create", "veranstaltungen")]


def test_curated_metadata_is_patched(config: Path, ckan: Ckan, capsys: Captured) -> None:
    push(config, capsys)
    curation = config.parent / "curation"
    curation.mkdir(exist_ok=True)
    (curation / "veranstaltungen.toml").write_text('[title]\nde = "Termine"\nwho = "amt"\nwhy = "besser"\n', encoding="utf-8")
    assert klar(config, "harvest") == 0

    done = push(config, capsys)

    assert [each["action"] for each in done["done"]] == ["patch"]
    assert "title" in done["done"][0]["fields"]
    assert ckan.named("veranstaltungen")["title"] == "Termine"


def test_the_last_data_set_is_not_deleted_without_a_word(config: Path, ckan: Ckan, capsys: Captured) -> None:
    push(config, capsys)
    ckan.add("fremd")
    with closing(sqlite3.connect(config.parent / "data" / "klar.db")) as database, database:
        database.execute("UPDATE dataset SET status = 'removed', removed_at = issued")

    held = push(config, capsys, status=2)

    assert [each["name"] for each in held["held"]] == ["veranstaltungen"]
    assert set(ckan.active()) == {"veranstaltungen", "fremd"}
    push(config, capsys, "--delete-many")
    assert set(ckan.active()) == {"fremd"}


def test_a_withdrawn_data_set_is_erased(config: Path, ckan: Ckan, capsys: Captured) -> None:
    push(config, capsys)
    assert klar(config, "withdraw", "veranstaltungen", "--reason", "war nicht freigegeben") == 0

    done = push(config, capsys)

    assert [(each["action"], each["name"]) for each in done["done"]] == [("erase", "veranstaltungen")]
    assert ckan.packages == {}


def test_failures_end_with_1_and_name_package_and_field(config: Path, ckan: Ckan, capsys: Captured) -> None:
    push(config, capsys)
    ckan.packages.clear()
    ckan.faults = {ckan.writes + 1: 409}

    failed = push(config, capsys, status=1)

    assert [(each["name"], sorted(each["fields"])) for each in failed["failed"]] == [("veranstaltungen", ["resources", "title"])]
    ckan.faults = {ckan.writes + 1: 409}
    assert klar(config, "push", "ckan", "stadtportal") == 1
    assert "Fehler: veranstaltungen: Das Portal lehnt die Angaben ab: Feld »title«" in capsys.readouterr().err


def test_an_unknown_portal_is_an_error_that_lists_the_known_ones(config: Path, capsys: Captured) -> None:
    assert klar(config, "push", "ckan", "gibtsnicht") == 1
    assert "Eingerichtet: stadtportal" in capsys.readouterr().err


def test_a_token_is_needed(config: Path, ckan: Ckan, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STADTPORTAL_TOKEN")
    assert klar(config, "push", "ckan", "stadtportal") == 1
    assert "STADTPORTAL_TOKEN" in capsys.readouterr().err
    assert ckan.requests == []


def test_the_token_may_lie_in_a_file(config: Path, ckan: Ckan, capsys: Captured) -> None:
    (config.parent / "token").write_text(TOKEN + "\n", encoding="ascii")
    _append(config, f'\n[push.zweites]\nurl = "{ckan.address}"\ntoken_file = "token"\n')

    assert klar(config, "push", "ckan", "zweites") == 0
    assert set(ckan.active()) == {"veranstaltungen"}


def test_the_catalogue_is_not_pushed_to_itself(config: Path, capsys: Captured) -> None:
    _append(config, '\n[push.selbst]\nurl = "http://127.0.0.1:8000"\ntoken_env = "STADTPORTAL_TOKEN"\n')

    assert klar(config, "push", "ckan", "selbst") == 1
    assert "dieser Katalog selbst" in capsys.readouterr().err


def test_a_portal_that_is_not_there_is_one_sentence(config: Path, capsys: Captured) -> None:
    _append(config, '\n[push.weg]\nurl = "http://127.0.0.1:9"\ntoken_env = "STADTPORTAL_TOKEN"\n')
    capsys.readouterr()

    assert klar(config, "push", "ckan", "weg") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Fehler: Das Portal konnte nicht gelesen werden; kein Paket wurde geschrieben. Es ist nicht erreichbar")


def test_the_token_is_in_no_output_and_in_no_file(config: Path, ckan: Ckan, capsys: Captured) -> None:
    faults: tuple[int | str, ...] = (403, 409, 500, "html", "close", 403, 409)
    ckan.faults = dict(enumerate(faults, 1))
    capsys.readouterr()
    for _ in range(8):
        klar(config, "push", "ckan", "stadtportal")
        klar(config, "push", "ckan", "stadtportal", "--json")
    klar(config, "config", "show")

    captured = capsys.readouterr()
    assert TOKEN not in captured.out + captured.err
    assert not [path for path in config.parent.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


@pytest.mark.slow
def test_the_whole_example_gets_to_a_portal(tmp_path: Path, ckan: Ckan, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "stadt" / "klar.toml"
    assert run(["init", str(config.parent), "--example", "kaiserslautern"]) == 0
    assert klar(config, "harvest") in (0, 2)
    _append(config, f'\n[push.stadtportal]\nurl = "{ckan.address}"\ntoken_env = "STADTPORTAL_TOKEN"\n')
    monkeypatch.setenv("STADTPORTAL_TOKEN", TOKEN)

    first = push(config, capsys)
    ckan.forget_requests()
    second = push(config, capsys)

    assert len(first["done"]) == len(ckan.active()) == second["unchanged"] >= 10
    assert ckan.written() == []
