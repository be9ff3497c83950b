"""`klar config`: is klar.toml right, and what does it say?"""

import typer

from api.cli.app import Command, Json, new_group, settings_of
from api.cli.output import print_json, say
from api.redaction import as_toml, shown
from dcat.render import renderer
from harvesters.registry import harvester_of

_GROUP = new_group("Konfiguration prüfen und zeigen.")


def register(app: typer.Typer) -> None:
    app.add_typer(_GROUP, name="config")


@_GROUP.command("check", cls=Command)
def check(ctx: typer.Context, as_json: Json = False) -> None:
    """Prüft klar.toml, die Umgebungsvariablen und alle Zuordnungen; nennt Datei und Zeile jedes Fehlers."""
    settings = settings_of(ctx)
    sources = settings.sources()
    for each in sources:
        harvester_of(each)
    renderer(settings.site(), settings.content.feed.profile, shapes=settings.shapes)
    if as_json:
        print_json({"path": str(settings.path), "valid": True, "sources": [each.name for each in sources]})
    else:
        say(f"{settings.path} ist in Ordnung: {len(sources)} {'Quelle' if len(sources) == 1 else 'Quellen'}.")


@_GROUP.command("show", cls=Command)
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Zeigt alle Einstellungen, wie sie gelten: mit Vorgaben und Umgebungsvariablen, ohne Geheimnisse."""
    content = shown(settings_of(ctx))
    if as_json:
        print_json(content)
    else:
        say(as_toml(content).rstrip("\n"))
