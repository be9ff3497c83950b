"""`klar doctor`: is this installation well?"""

from typing import Annotated

import typer

from api.cli.app import Command, Json, settings_of
from api.cli.output import print_json, print_table, say
from api.doctor import Check, Verdict, diagnose

_WORDS = {Verdict.OK: "gut", Verdict.WARNING: "Warnung", Verdict.FAILURE: "Fehler"}


def register(app: typer.Typer) -> None:
    app.command("doctor", cls=Command)(doctor)


def doctor(
    ctx: typer.Context,
    mail: Annotated[bool, typer.Option("--mail", help="Auch den Mailserver fragen; gesendet wird nichts.")] = False,
    as_json: Json = False,
) -> None:
    """Untersucht die Installation: Platz, Uhr, Datenbank, Rechte, Quellen, Rechtstexte. Endet mit 1, wenn etwas fehlt."""
    checks = diagnose(settings_of(ctx), mail=mail)
    if as_json:
        print_json([{"name": each.name, "verdict": each.verdict.value, "message": each.message} for each in checks])
    else:
        print_table(("", "Befund"), [(_WORDS[each.verdict], each.message) for each in checks])
        say(_summary(checks))
    if any(each.verdict is Verdict.FAILURE for each in checks):
        raise typer.Exit(1)


def _summary(checks: tuple[Check, ...]) -> str:
    counts = {verdict: sum(each.verdict is verdict for each in checks) for verdict in Verdict}
    return f"{counts[Verdict.OK]} gut, {counts[Verdict.WARNING]} Warnungen, {counts[Verdict.FAILURE]} Fehler"
