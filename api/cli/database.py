"""`klar db`: the schemas of the databases, store and vault."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from api.cli.app import Command, Json, new_group, settings_of
from api.cli.output import print_json, say
from api.settings import Settings
from api.vault import vault_file, vault_of
from api.wiring import sqlite_file, store_of
from catalog.store import Store
from catalog.vault import Vault

_GROUP = new_group("Datenbank und Tresor anlegen und auf den Stand des Programms bringen.")


def register(app: typer.Typer) -> None:
    app.add_typer(_GROUP, name="db")


@_GROUP.command("upgrade", cls=Command)
def upgrade(ctx: typer.Context) -> None:
    """Legt Datenbank und Tresor an oder bringt sie auf den Stand des Programms; sind sie es schon, geschieht nichts."""
    for title, database, _ in _databases(settings_of(ctx)):
        try:
            database.upgrade()
            _, expected = database.schema_version()
        finally:
            database.close()
        say(f"{title} ist auf dem Stand {expected}.")


@_GROUP.command("current", cls=Command)
def current(ctx: typer.Context, as_json: Json = False) -> None:
    """Zeigt den Stand von Datenbank und Tresor und den des Programms; endet mit 1, wenn sie sich unterscheiden."""
    found = {title: _versions(database, file) for title, database, file in _databases(settings_of(ctx))}
    if as_json:
        store, vault = found.values()
        print_json({**store, "vault": vault})
    for title, versions in found.items() if not as_json else ():
        say(f"{title.split()[-1]}: {versions['found'] or 'noch keine'}, Programm: {versions['expected']}")
    if any(each["found"] != each["expected"] for each in found.values()):
        raise typer.Exit(1)


def _databases(settings: Settings) -> Iterator[tuple[str, Store | Vault, Path | None]]:
    yield "Die Datenbank", store_of(settings), sqlite_file(settings)
    yield "Der Tresor", vault_of(settings), vault_file(settings)


def _versions(database: Store | Vault, file: Path | None) -> dict[str, Any]:
    """SQLite would make a file that is not there: it is not asked."""
    try:
        found, expected = database.schema_version() if file is None or file.exists() else (None, database.database.version_expected)
    finally:
        database.close()
    return {"found": found, "expected": expected}
