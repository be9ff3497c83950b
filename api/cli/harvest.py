"""`klar harvest`: read sources, publish what may be published, say what waits."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from api.cli.app import Command, Json, person
from api.cli.installed import opened
from api.cli.output import counts_text, finding_text, outcome_text, print_json, run_json, say
from api.harvesting import guarded, harvested
from api.installation import Installation
from api.notify import notify
from catalog.plan import Outcome, RunRecord
from harvesters.harvester import SourceConfig
from harvesters.run import Progress
from schemas.errors import ConfigurationError

#: Findings shown per source; the rest is counted.
_SHOWN = 10


def register(app: typer.Typer) -> None:
    app.command("harvest", cls=Command)(harvest)


def harvest(
    ctx: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(metavar="QUELLE", help="Namen von Quellen; ohne Angabe alle.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Nur lesen und den Änderungsplan ablegen, nichts veröffentlichen.")] = False,
    replay: Annotated[
        int | None, typer.Option("--replay", metavar="ERNTE", min=1, help="Nummer einer früheren Ernte: noch einmal lesen, was sie las.")
    ] = None,
    i_know: Annotated[
        bool, typer.Option("--i-know", help="Alles unter der geänderten uri_base veröffentlichen: Alle Adressen ändern sich.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Erntet Quellen und veröffentlicht, was sich geändert hat.

    --plan und --replay veröffentlichen nichts; --replay liest noch einmal, was eine frühere Ernte las, und legt den Plan dazu ab.

    Ende mit 0: alles in Ordnung. 1: eine Quelle ist gescheitert. 2: ein Änderungsplan ist angehalten (klar plans).
    """
    if replay is not None and len(set(sources or ())) != 1:
        raise ConfigurationError("--replay braucht genau eine Quelle: die jener Ernte.")
    with opened(ctx) as found:
        chosen = [found.source(each) for each in dict.fromkeys(sources)] if sources else list(found.settings.sources())
        if not chosen:
            raise ConfigurationError("Es ist keine Quelle eingerichtet; [[source]] in klar.toml legt eine an.")
        if i_know and not plan:
            found.publisher.move_uri_base(by=person(""), reason="klar harvest --i-know")
        if replay is not None:
            records = [_replay(found, chosen[0], replay, quiet=as_json)]
        else:
            records = [_run(found, each, plan_only=plan, quiet=as_json) for each in chosen]
            for each in notify(found, records):
                typer.echo(f"Hinweis: {each}", err=True)
        changed = () if plan or replay is not None else found.follow_up()
        waiting = _waiting(found, [each.name for each in chosen])
    if as_json:
        print_json({"runs": [run_json(each) for each in records], "metadata_changed": list(changed), "waiting": waiting})
    else:
        _conclude(changed, waiting)
    raise typer.Exit(_status(records, waiting))


def _run(found: Installation, source: SourceConfig, *, plan_only: bool, quiet: bool) -> RunRecord:
    """One source; its error stays its own."""
    with _progress(source, quiet) as progress:
        record = harvested(
            found, source, lambda: found.harvest(source, plan_only=plan_only, progress=progress), report=partial(typer.echo, err=True)
        )
    if not quiet:
        _report(record)
    return record


def _replay(found: Installation, source: SourceConfig, run: int, *, quiet: bool) -> RunRecord:
    with _progress(source, quiet) as progress:
        record = guarded(found, source, lambda: found.replay(source, run, progress=progress), report=partial(typer.echo, err=True))
    if not quiet:
        _report(record)
    return record


@contextmanager
def _progress(source: SourceConfig, quiet: bool) -> Iterator[Progress | None]:
    """A bar on a terminal, nothing elsewhere: a log wants results."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(source.name, total=None)

        def show(label: str, done: int, total: int | None) -> None:
            bar.update(task, description=f"{source.name}: {label}", completed=done, total=total)

        yield show


def _report(record: RunRecord) -> None:
    parts = [f"{record.source}: {outcome_text(record)}"]
    if record.outcome is not Outcome.FAILED:
        parts.append(f"({counts_text(record.counts)})")
    say(" ".join(parts) + (f". {record.message}" if record.message else ""))
    for each in record.findings[:_SHOWN]:
        say(f"  {finding_text(each)}")
    if len(record.findings) > _SHOWN:
        say(f"  … und {len(record.findings) - _SHOWN} weitere Hinweise (klar harvest --json)")


def _waiting(found: Installation, names: Sequence[str]) -> dict[str, list[int]]:
    plans = [each.id for each in found.store.plans() if each.plan.source.name in names and each.plan.holds]
    items = [each.id for each in found.store.quarantine() if each.source in names]
    return {"plans": plans, "quarantine": items}


def _conclude(changed: Sequence[str], waiting: dict[str, list[int]]) -> None:
    if changed:
        say(f"Beschreibung oder Darstellung erneuert: {', '.join(changed)}")
    if waiting["plans"]:
        say(f"Angehalten: Plan {', '.join(map(str, waiting['plans']))}. Ansehen: klar plans show {waiting['plans'][0]}")
    if waiting["quarantine"]:
        say(f"In der Prüfliste: {len(waiting['quarantine'])}. Ansehen: klar quarantine")


def _status(records: Sequence[RunRecord], waiting: dict[str, list[int]]) -> int:
    if any(each.outcome is Outcome.FAILED for each in records):
        return 1
    return 2 if waiting["plans"] or any(each.outcome is Outcome.HELD for each in records) else 0
