"""The application all commands are registered with, and what they share: settings, help in German, the person's name."""

import os
import re
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from api.settings import Settings, find, load

_WORDS = {
    "Usage:": "Aufruf:",
    "Options:": "Optionen:",
    "Arguments:": "Angaben:",
    "Commands:": "Befehle:",
    "[OPTIONS]": "[OPTIONEN]",
    "COMMAND [ARGS]...": "BEFEHL …",
    "Show this message and exit.": "Diese Hilfe zeigen.",
    "required]": "nötig]",
    "[default: ": "[Vorgabe: ",
}


def _german(text: str) -> str:
    for word, german in _WORDS.items():
        text = text.replace(word, german)
    return re.sub(r" <[a-z]+[a-z \[\]]*>", "", text)  # names of Python types


class Command(TyperCommand):
    """A command whose help is German throughout."""

    def get_help(self, ctx: Any) -> str:
        return _german(super().get_help(ctx))


class Group(TyperGroup):
    """The same for a group of commands."""

    def get_help(self, ctx: Any) -> str:
        return _german(super().get_help(ctx))


def new_group(help_text: str, **settings: Any) -> typer.Typer:
    return typer.Typer(
        cls=Group,
        help=help_text,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
        **settings,
    )


Json = Annotated[bool, typer.Option("--json", help="Ausgabe für Programme.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Begründung; sie wird aufbewahrt.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Wer entscheidet; sonst der angemeldete Benutzer.")]


def new_application() -> typer.Typer:
    app = new_group("Veröffentlicht die offenen Daten einer Stadt: ernten, prüfen, schützen, als DCAT-AP.de-Katalog bereitstellen.")
    app.callback()(_options)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"klar {version('klar')}")
        raise typer.Exit


def _options(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="DATEI", help="Konfiguration; sonst KLAR_CONFIG, sonst ./klar.toml.")
    ] = None,
    show_version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Version zeigen.")] = False,
) -> None:
    ctx.obj = config


def config_path(ctx: typer.Context) -> Path:
    found = ctx.find_root().obj
    return find(found if isinstance(found, Path) else None, os.environ).absolute()


def settings_of(ctx: typer.Context) -> Settings:
    """Raises ConfigurationError."""
    return load(config_path(ctx), os.environ)


def person(by: str) -> str:
    """Who decides: `--by`, else the login name."""
    return by.strip() or os.environ.get("USER", "").strip() or "betrieb"
