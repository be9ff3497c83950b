"""`klar init`: a new installation in an empty folder."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.app import Command
from api.cli.output import say
from api.initialise import initialise


def register(app: typer.Typer) -> None:
    app.command("init", cls=Command)(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="ORDNER", help="Leerer oder neuer Ordner.", show_default=False)] = Path(),
    example: Annotated[str | None, typer.Option("--example", metavar="NAME", help="Ein mitgeliefertes Beispiel: kaiserslautern.")] = None,
) -> None:
    """Legt eine Installation an: klar.toml mit Erklärungen, Vorlagen der Rechtstexte, leere Ablage und die Datenbank."""
    settings = initialise(folder, example=example)
    say(f"Angelegt: {settings.path}")
    if example is None:
        say("Als Nächstes: klar.toml ausfüllen, eine Quelle eintragen, dann »klar config check« und »klar harvest --plan«.")
    else:
        say(f"Als Nächstes: KLAR_CONFIG={settings.path} klar harvest, dann klar serve.")
