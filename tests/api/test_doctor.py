"""The doctor: each complaint has its cause, and a well installation has none."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.cli import run
from api.doctor import TEMPLATE_MARK, Check, Verdict, diagnose
from api.initialise import initialise
from api.settings import LEGAL_PAGES, load
from catalog.files import Files
from tests.api.places import add_source, opened, small_installation


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Well: legal pages written, one source harvested."""
    config = small_installation(tmp_path / "stadt", review="never")
    for page in (config.parent / "legal").iterdir():
        page.write_text("# Ausgefüllt\n", encoding="utf-8")
    with opened(config) as found:
        found.harvest(found.source("termine"))
    return config


def edit(config: Path, old: str, new: str) -> None:
    text = config.read_text(encoding="utf-8")
    assert old in text
    config.write_text(text.replace(old, new), encoding="utf-8")


def ill(config: Path, *, now: Callable[[], datetime] | None = None) -> dict[str, Verdict]:
    checks = diagnose(load(config, {}), clock=now) if now else diagnose(load(config, {}))
    return {each.name: each.verdict for each in checks if each.verdict is not Verdict.OK}


def test_a_well_installation_has_no_complaint(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ill(config) == {}

    assert run(["--config", str(config), "doctor"]) == 0
    assert "0 Warnungen, 0 Fehler" in capsys.readouterr().out


def test_a_new_installation_is_told_about_its_templates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    initialise(tmp_path / "neu")

    assert run(["--config", str(tmp_path / "neu" / "klar.toml"), "doctor", "--json"]) == 1

    found = [
        Check(name=each["name"], verdict=Verdict(each["verdict"]), message=each["message"]) for each in json.loads(capsys.readouterr().out)
    ]
    assert {each.name for each in found if each.verdict is Verdict.FAILURE} == {f"legal:{page}" for page in LEGAL_PAGES.values()}
    assert all("noch eine Vorlage" in each.message for each in found if each.verdict is Verdict.FAILURE)


@pytest.mark.parametrize("content", [None, "", "  \n", f"{TEMPLATE_MARK}\n# Impressum"])
def test_a_legal_page_has_to_be_there_and_written(config: Path, content: str | None) -> None:
    page = config.parent / "legal" / "impressum.md"
    page.unlink() if content is None else page.write_text(content, encoding="utf-8")

    assert ill(config) == {"legal:impressum": Verdict.FAILURE}


def test_a_legal_page_that_is_not_configured_is_missing(config: Path) -> None:
    edit(config, 'terms = "legal/nutzung.md"', "")

    assert ill(config) == {"legal:nutzung": Verdict.FAILURE}


def test_an_official_catalogue_wants_https(config: Path) -> None:
    edit(config, "official = false", "official = true")
    assert ill(config) == {"base-url": Verdict.FAILURE}

    edit(config, 'base_url = "http://127.0.0.1:8000"', 'base_url = "https://daten.example.org"')
    assert ill(config) == {}


def test_uri_base_is_the_one_of_the_first_publication(config: Path) -> None:
    edit(config, 'uri_base = "http://127.0.0.1:8000"', 'uri_base = "https://daten.example.org"')

    assert ill(config) == {"uri-base": Verdict.FAILURE}


def test_a_source_whose_folder_is_gone(config: Path) -> None:
    shutil.rmtree(config.parent / "drop" / "termine")

    assert ill(config) == {"source:termine": Verdict.FAILURE}


def test_a_source_with_a_broken_mapping(config: Path) -> None:
    (config.parent / "mappings" / "events.toml").write_text("[[table]]\n", encoding="utf-8")

    assert ill(config) == {"source:termine": Verdict.FAILURE}


def test_a_source_that_was_never_harvested_is_a_warning(config: Path) -> None:
    add_source(config.parent, "zweite", events="id\n")

    assert ill(config) == {"harvest:zweite": Verdict.WARNING}


def test_a_source_is_late_after_two_of_its_intervals(config: Path) -> None:
    now = datetime.now(UTC)

    assert ill(config, now=lambda: now + timedelta(days=1, hours=20)) == {}
    assert ill(config, now=lambda: now + timedelta(days=3)) == {"harvest:termine": Verdict.FAILURE}


def test_districts_that_are_drawn_and_not_published(config: Path) -> None:
    ring = [[7.7, 49.4], [7.8, 49.4], [7.8, 49.45], [7.7, 49.45], [7.7, 49.4]]
    area = {"type": "Feature", "properties": {"id": "mitte"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (config.parent / "grenzen.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [area]}), encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8") + '\n[districts]\nboundaries = "grenzen.geojson"\n', encoding="utf-8")

    assert ill(config) == {"districts": Verdict.FAILURE}


def test_a_clock_that_runs_behind(config: Path) -> None:
    now = datetime.now(UTC)

    assert ill(config, now=lambda: now - timedelta(days=1)) == {"clock": Verdict.FAILURE, "clock:runs": Verdict.FAILURE}


def test_a_missing_database(config: Path) -> None:
    (config.parent / "data" / "klar.db").unlink()

    assert ill(config) == {"database": Verdict.FAILURE}


def test_a_file_that_is_no_database(config: Path) -> None:
    for each in (config.parent / "data").glob("klar.db*"):
        each.unlink()
    (config.parent / "data" / "klar.db").write_text("kein SQLite, aber lang genug, um so auszusehen", encoding="utf-8")

    assert ill(config) == {"database": Verdict.FAILURE}


def test_files_that_cannot_be_written(config: Path) -> None:
    """A folder below a file: nobody can write there, not even root."""
    edit(config, 'files = "data/files"', 'files = "/proc/klar"')

    assert ill(config)["files"] is Verdict.FAILURE


def test_looking_changes_nothing(config: Path) -> None:
    def state() -> dict[str, int]:
        return {
            str(path): path.stat().st_mtime_ns
            for path in config.parent.rglob("*")
            if path.is_file() and not path.name.endswith(("-wal", "-shm"))
        }

    before = state()
    diagnose(load(config, {}))

    assert state() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gets past the permissions")
def test_root_is_not_fooled_by_its_own_permissions(config: Path) -> None:
    """The check writes: permission bits alone would say that root may write everywhere."""
    (config.parent / "data" / "files").chmod(0o500)

    assert ill(config) == {}
    assert Files(config.parent / "data" / "files").names() == frozenset()
