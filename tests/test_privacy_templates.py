"""The templates for data protection speak of the program as it is: every key, default, command, option and test they name exists."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticUndefined
from typer.main import get_command

from api.cli import application
from api.sections import Content, PrivacySection, VaultSection, setting_names

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "datenschutz"
TEMPLATES = sorted(FOLDER.glob("*.md"))
#: What says how long something stays.
_PERIODS = {f"vault.{each}" for each in VaultSection.model_fields if each.endswith("_days")} | {
    f"privacy.{each}" for each in PrivacySection.model_fields if each.endswith("_days")
}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(path: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text(path))


def commands() -> dict[str, set[str]]:
    """`klar plans approve` -> its options; groups included."""

    def walk(command: Any, path: str) -> dict[str, set[str]]:
        own = {path: {each for parameter in command.params for each in parameter.opts if each.startswith("--")}}
        return own | {
            key: value for name, each in getattr(command, "commands", {}).items() for key, value in walk(each, f"{path} {name}").items()
        }

    return walk(get_command(application()), "klar")


def test_all_four_are_there() -> None:
    assert {each.stem for each in TEMPLATES} == {
        "README",
        "verarbeitungsverzeichnis",
        "loeschkonzept",
        "folgenabschaetzung",
        "checkliste-betrieb",
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda each: each.stem)
def test_every_key_they_name_exists(path: Path) -> None:
    sections = {each.partition(".")[0] for each in setting_names()}
    named = [each for each in code(path) if re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+)+", each) and each.partition(".")[0] in sections]

    assert [each for each in named if each not in setting_names()] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda each: each.stem)
def test_every_command_they_name_exists_with_its_options(path: Path) -> None:
    known = commands()
    for each in (each for each in code(path) if each.startswith("klar ")):
        words = re.findall(r"^klar(?: [a-z][a-z-]*)*", each)[0].strip()
        command = max((name for name in known if words == name or words.startswith(name + " ")), key=len)
        assert command != "klar", each
        assert words == command, each
        assert set(re.findall(r"--[a-z-]+", each)) <= known[command], each


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda each: each.stem)
def test_every_test_and_file_they_point_to_exists(path: Path) -> None:
    assert [each for each in code(path) if each.startswith("tests/") and not (ROOT / each).is_file()] == []
    links = re.findall(r"\]\(([^)#]+)\)", text(path))
    assert [each for each in links if not (path.parent / each).exists()] == []


def test_the_periods_are_those_of_the_program() -> None:
    """`| … | `vault.retention_days` | 180 Tage | … |`, all of them and with their defaults."""
    listed = dict(re.findall(r"^\|[^|]*\| `([a-z_.]+_days)` \| (\d+) Tage", text(FOLDER / "loeschkonzept.md"), flags=re.MULTILINE))

    assert {key: int(days) for key, days in listed.items()} == {key: default(key) for key in _PERIODS}


def default(key: str) -> object:
    section, _, name = key.partition(".")
    field = type(getattr(Content.model_construct(), section)).model_fields[name]
    assert field.default is not PydanticUndefined
    return field.default


@pytest.mark.parametrize("path", [each for each in TEMPLATES if each.stem != "README"], ids=lambda each: each.stem)
def test_a_template_says_that_it_is_one(path: Path) -> None:
    assert "Keine Rechtsberatung." in " ".join(text(path).split())
    assert re.search(r"\[[^\]]+\](?!\()", text(path)), "something to fill in"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda each: each.stem)
def test_nothing_is_claimed_that_the_reference_does_not_confirm(path: Path) -> None:
    for sentence in re.split(r"(?<=[.;:])\s", " ".join(text(path).split())):
        if re.search(r"EGovG|Art\. 9 DSGVO|Offene-Daten-Gesetz", sentence):
            assert "unbestätigt" in text(path).partition(sentence[:30])[2][:400] or "unbestätigt" in sentence, sentence


def test_a_wrong_name_would_be_noticed() -> None:
    """The control: these tests look at something."""
    assert sum(len(code(each)) for each in TEMPLATES) > 100
    assert "vault.retention_days" in code(FOLDER / "loeschkonzept.md")
    assert any(each.startswith("klar withdraw") for path in TEMPLATES for each in code(path))
