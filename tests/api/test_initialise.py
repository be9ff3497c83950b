"""`klar init`: a folder that works at once, and never an overwritten file."""

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from api.cli import run
from api.initialise import examples, initialise
from api.sections import setting_names
from api.settings import load
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError

STARTER = resources.files("api").joinpath("starter", "klar.toml").read_text(encoding="utf-8")


def test_a_new_folder_is_ready_to_harvest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "neu" / "stadt"

    assert run(["init", str(folder)]) == 0

    config = folder / "klar.toml"
    assert f"Angelegt: {config}" in capsys.readouterr().out
    assert {each.name for each in folder.iterdir()} == {"klar.toml", "legal", "drop", "mappings", "curation", "data"}
    for command in (["config", "check"], ["db", "current"], ["sources"], ["plans"]):
        assert run(["--config", str(config), *command]) == 0


def test_the_example_comes_whole(tmp_path: Path) -> None:
    settings = initialise(tmp_path / "kl", example="kaiserslautern")

    assert len(settings.sources()) >= 8
    for source in settings.sources():
        harvester_of(source)
        assert (tmp_path / "kl" / source.url).is_dir()
    assert all(page.is_file() for page in settings.legal_pages().values())


def test_a_folder_with_anything_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notiz.txt").write_text("wichtig", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="nicht leer"):
        initialise(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == ["notiz.txt"]


def test_a_second_init_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "a")]) == 0
    before = (tmp_path / "a" / "klar.toml").read_bytes()

    assert run(["init", str(tmp_path / "a"), "--example", "kaiserslautern"]) == 1

    assert "es wird nichts überschrieben" in capsys.readouterr().err
    assert (tmp_path / "a" / "klar.toml").read_bytes() == before


def test_an_empty_folder_and_the_current_one_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["init"]) == 0

    assert (tmp_path / "klar.toml").is_file()
    assert run(["config", "check"]) == 0, "./klar.toml is found without being named"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "datei").write_text("x", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="kein Ordner"):
        initialise(tmp_path / "datei")
    with pytest.raises(ConfigurationError, match="nicht geschrieben"):
        initialise(tmp_path / "datei" / "darunter")


def test_the_environment_of_another_installation_does_not_leak_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLAR_STORE__DATABASE", f"sqlite:///{tmp_path}/andere.db")

    initialise(tmp_path / "neu")

    assert not (tmp_path / "andere.db").exists()


def test_the_bundled_examples_are_known_by_name() -> None:
    assert examples() == ("kaiserslautern",)


def test_the_commented_source_of_the_starter_works_when_uncommented(tmp_path: Path) -> None:
    """What a person gets by deleting the # must be right."""
    settings = initialise(tmp_path / "neu")
    text = STARTER
    commented = text[text.index("# [[source]]") :]
    lines = [each.removeprefix("# ") for each in commented.splitlines()]
    settings.path.write_text(text.replace(commented, "\n".join(lines) + "\n"), encoding="utf-8")

    (source,) = load(settings.path, {}).sources()

    assert source.name == "projekte"
    assert {f"source.{key}" for key in tomllib.loads("\n".join(lines))["source"][0]} <= set(setting_names())
