"""`klar sources`: what is configured, and how it went last time."""

from typing import Any

import typer

from api.cli.app import Command, Json
from api.cli.installed import opened
from api.cli.output import counts_text, moment, moment_json, outcome_text, print_json, print_table, say
from api.cron import BerlinCron
from api.installation import Installation
from harvesters.harvester import SourceConfig


def register(app: typer.Typer) -> None:
    app.command("sources", cls=Command)(sources)


def sources(ctx: typer.Context, as_json: Json = False) -> None:
    """Quellen mit dem Ergebnis der letzten Ernte, der nächsten Ernte und den Zahlen."""
    with opened(ctx) as found:
        states = [_state(found, each) for each in found.settings.sources()]
    if as_json:
        print_json([_json(each) for each in states])
    elif states:
        print_table(("Quelle", "Art", "letzte Ernte", "Ergebnis", "Zeilen", "nächste Ernte"), [_row(each) for each in states])
    else:
        say("Es ist keine Quelle eingerichtet; [[source]] in klar.toml legt eine an.")


def _state(found: Installation, source: SourceConfig) -> dict[str, Any]:
    now = found.clock()
    last = next(iter(found.store.runs(source.name, limit=1)), None)
    success = found.store.last_success(source.name)
    upcoming = BerlinCron(source.schedule).next_after(now) if source.schedule else None
    return {"source": source, "last": last, "success": success, "next": upcoming}


def _row(state: dict[str, Any]) -> tuple[str, ...]:
    source, last = state["source"], state["last"]
    outcome = outcome_text(last) if last else "noch nie geerntet"
    return (
        f"{source.name}\n{source.title}",
        source.kind,
        moment(last.started_at) if last else "–",
        f"{outcome}\n{last.message}".strip() if last else outcome,
        counts_text(last.counts) if last else "–",
        moment(state["next"]) if state["next"] else "von Hand",
    )


def _json(state: dict[str, Any]) -> dict[str, Any]:
    source, last, success = state["source"], state["last"], state["success"]
    return {
        "name": source.name,
        "title": source.title,
        "kind": source.kind,
        "schedule": source.schedule,
        "last_run": last.id if last else None,
        "last_outcome": last.outcome.value if last else None,
        "last_message": last.message if last else "",
        "last_started_at": moment_json(last.started_at) if last else None,
        "last_success_at": moment_json(success.finished_at) if success else None,
        "counts": last.counts if last else {},
        "next_run_at": moment_json(state["next"]),
    }
