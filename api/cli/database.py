"""`klar db`: the schema of the database."""

import typer

from api.cli.app import Command, Json, new_group, settings_of
from api.cli.output import print_json, say
from api.wiring import sqlite_file, store_of
from catalog.database import HEAD

_GROUP = new_group("Datenbank anlegen und auf den Stand des Programms bringen.")


def register(app: typer.Typer) -> None:
    app.add_typer(_GROUP, name="db")


@_GROUP.command("upgrade", cls=Command)
def upgrade(ctx: typer.Context) -> None:
    """Legt die Datenbank an oder bringt sie auf den Stand des Programms; ist sie es schon, geschieht nichts."""
    store = store_of(settings_of(ctx))
    try:
        store.upgrade()
        _, expected = store.schema_version()
    finally:
        store.close()
    say(f"Die Datenbank ist auf dem Stand {expected}.")


@_GROUP.command("current", cls=Command)
def current(ctx: typer.Context, as_json: Json = False) -> None:
    """Zeigt den Stand der Datenbank und den des Programms; endet mit 1, wenn sie sich unterscheiden."""
    settings = settings_of(ctx)
    file = sqlite_file(settings)
    store = store_of(settings)
    try:
        found, expected = store.schema_version() if file is None or file.exists() else (None, HEAD)
    finally:
        store.close()
    if as_json:
        print_json({"found": found, "expected": expected})
    else:
        say(f"Datenbank: {found or 'noch keine'}, Programm: {expected}")
    if found != expected:
        raise typer.Exit(1)
