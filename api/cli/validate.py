"""`klar validate`: a Frictionless report for a file somebody wants to drop."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.app import Command, Json
from api.cli.output import print_json, say
from catalog.checks import validate_file
from schemas.errors import ConfigurationError
from schemas.table import Table, common_tables


def register(app: typer.Typer) -> None:
    app.command("validate", cls=Command)(validate)


def validate(
    file: Annotated[Path, typer.Argument(metavar="DATEI", help="CSV, XLSX, JSON oder eine datapackage.json.")],
    table: Annotated[
        str | None, typer.Option("--table", metavar="NAME", help="Tabelle des gemeinsamen Modells, der die Datei entsprechen soll.")
    ] = None,
    language: Annotated[Literal["de", "en"], typer.Option("--language", help="Sprache des Berichts.")] = "de",
    as_json: Json = False,
) -> None:
    """Prüft eine Datei gegen ihr Schema und nennt jeden Fehler mit Zeile, Feld, Regel und Wert. Endet mit 1 bei Fehlern."""
    report = validate_file(file, table=_table(table), language=language)
    if as_json:
        print_json(report.as_json())
    else:
        say(report.text())
    if not report.valid:
        raise typer.Exit(1)


def _table(name: str | None) -> Table | None:
    if name is None:
        return None
    tables = common_tables()
    if name not in tables:
        raise ConfigurationError(f"Die Tabelle »{name}« gibt es nicht. Es gibt: {', '.join(sorted(tables))}.")
    return tables[name]
