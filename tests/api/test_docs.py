"""The documentation is true: every command, option, setting and default stands in it, and nothing that does not exist."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticUndefined
from typer.main import get_command

from api.cli import application
from api.sections import Content, Section, section_of, setting_names
from harvesters.registry import kinds

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")


def commands() -> dict[str, Any]:
    """What can be typed -> its command: groups only where they do something themselves."""

    def walk(command: Any, path: str) -> dict[str, Any]:
        inner = getattr(command, "commands", {})
        own = {path: command} if not inner or getattr(command, "invoke_without_command", False) else {}
        return own | {key: value for name, each in inner.items() for key, value in walk(each, f"{path} {name}").items()}

    found = walk(get_command(application()), "klar")
    found.pop("klar", None)
    return found


def documented_commands() -> dict[str, str]:
    """Command -> its section."""
    parts = re.split(r"^### `([^`]*)`\n", COMMANDS, flags=re.MULTILINE)[1:]
    return {re.sub(r" (\[?[A-Z].*)$", "", title): text for title, text in zip(parts[::2], parts[1::2], strict=True)}


def test_the_documentation_has_every_command_and_no_other() -> None:
    assert set(documented_commands()) == set(commands())


@pytest.mark.parametrize("name", commands())
def test_the_documentation_has_every_option_of_a_command_and_no_other(name: str) -> None:
    options = {each for parameter in commands()[name].params for each in parameter.opts if each.startswith("--")} - {"--help"}

    listed = documented_commands()[name].splitlines()[0]

    assert set(re.findall(r"`(--[a-z-]+)`", listed)) == options


def documented_settings() -> dict[str, str]:
    """Key -> default, as the tables give it."""
    return dict(re.findall(r"^\| `([a-zA-Z_.]+)` \| ([^|]*) \|", CONFIGURATION, flags=re.MULTILINE))


def test_the_documentation_has_every_setting_and_no_other() -> None:
    assert sorted(documented_settings()) == sorted(setting_names())


@pytest.mark.parametrize("name", setting_names())
def test_the_documentation_gives_the_default(name: str) -> None:
    section: type[Section] = Content
    *path, key = [each for each in name.split(".") if each != "NAME"]
    for each in path:
        inner = section_of(section.model_fields[each].annotation)
        assert inner is not None
        section = inner
    field = section.model_fields[key]
    default = field.get_default(call_default_factory=True, validated_data={})

    expected = "–" if default is PydanticUndefined else "none" if default is None else f"`{_toml(default)}`"

    assert documented_settings()[name].strip() == expected


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{}"
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("kind", kinds())
def test_the_options_of_every_kind_are_documented(kind: str) -> None:
    assert f"Options of `{kind}`" in CONFIGURATION
    for option in kinds()[kind].Options.model_fields:
        assert f"`{option}`" in CONFIGURATION


@pytest.mark.parametrize("document", [COMMANDS, CONFIGURATION], ids=["commands", "configuration"])
def test_variables_in_the_documentation_name_settings(document: str) -> None:
    known = {each.upper().replace(".", "__") for each in setting_names()} | {"CONFIG"}
    generic = {"SECTION__KEY"}

    for variable in re.findall(r"`KLAR_([A-Z_]+)`", document):
        plain = re.sub(r"^(SOURCE)__[A-Z]+__", r"\1__", re.sub(r"^(PUSH)__[A-Z]+__", r"\1__NAME__", variable))
        assert plain.removesuffix("__MAPPING") in known | generic | {""}, variable
