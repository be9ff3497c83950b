"""`klar withdraw`: erase what must not be public, everywhere, and say so publicly."""

from typing import Annotated

import typer

from api import decisions
from api.cli.app import By, Command, person
from api.cli.installed import opened
from api.cli.output import say
from catalog.decisions import Person
from schemas.table import microdata_tables

_ERASED = (
    "Gelöscht: eine Zeile der Einzeldaten, mit allen Rohantworten ihrer Quelle im Tresor. Sie kommt nicht wieder. Steht sie noch in einer "
    "Datei der Quelle, muss sie dort gelöscht werden. Veröffentlichte Stände bleiben; der nächste zählt ohne sie."
)


def register(app: typer.Typer) -> None:
    app.command("withdraw", cls=Command)(withdraw)


def withdraw(
    ctx: typer.Context,
    dataset: Annotated[str, typer.Argument(metavar="DATENSATZ", help="Name des Datensatzes; für Einzeldaten der Name ihrer Tabelle.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Begründung; sie wird öffentlich gezeigt.")],
    edition: Annotated[int | None, typer.Option("--edition", metavar="N", min=1, help="Nur diesen Stand.")] = None,
    row: Annotated[str | None, typer.Option("--row", metavar="SCHLÜSSEL", help="Nur diese Zeile, aus allen Ständen.")] = None,
    by: By = "",
) -> None:
    """Löscht Inhalte, die nicht öffentlich sein dürfen: aus Ständen, Unterschieden, Archiv und Suche.

    Das lässt sich nicht rückgängig machen. Die Adresse antwortet danach mit 410 und der Begründung.
    """
    with opened(ctx) as found:
        decisions.withdraw(found, dataset, Person(person(by)), reason, edition=edition, row=row)
    if dataset in microdata_tables():
        say(_ERASED)
        return
    what = (
        f"Stand {edition} von »{dataset}«"
        if edition is not None
        else f"Zeile »{row}« in »{dataset}«"
        if row is not None
        else f"»{dataset}«"
    )
    say(f"Zurückgezogen: {what}. Die Begründung ist öffentlich: {reason}")
