"""`klar sample`: take the values of sensors and publish them by month, so that there is a history although the live service forgets."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer

from api.cli.app import Command, Json
from api.cli.installed import opened
from api.cli.output import counts_text, finding_text, outcome_text, print_json, run_json, say
from api.notify import notify
from catalog.plan import Outcome, RunRecord
from harvesters.sampling.checking import REASONS
from harvesters.sampling.snapshot import Bounds, Report


def register(app: typer.Typer) -> None:
    app.command("sample", cls=Command)(sample)


def sample(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="QUELLE", help="Name einer Quelle mit Sensoren.")],
    days: Annotated[int, typer.Option("--days", metavar="TAGE", min=1, max=366, help="So weit wird höchstens zurückgefragt.")] = 7,
    as_json: Json = False,
) -> None:
    """Sammelt die Messwerte einer Quelle seit dem letzten Mal, beim ersten Mal die der letzten 24 Stunden, und veröffentlicht sie.

    Sie liegen je Datensatz und Monat in einer Parquet-Datei; der Datensatz NAME-messwerte führt die Monate auf.

    Ende mit 0: alles in Ordnung. 1: eine Messreihe hat nicht geantwortet, oder es ließ sich nicht veröffentlichen. 2: nicht alles passte in
    einen Lauf (der nächste geht weiter), oder ein Änderungsplan ist angehalten (klar plans).
    """
    with opened(ctx) as found:
        chosen = found.source(source)
        reports = found.sample(chosen, bounds=Bounds(most=timedelta(days=days)))
        record = found.publish_samples(chosen)
        if record is not None:
            for each in notify(found, [record]):
                typer.echo(f"Hinweis: {each}", err=True)
            found.follow_up()
    if as_json:
        published = None if record is None else run_json(record)
        print_json({"layers": {name: _json(each) for name, each in reports.items()}, "published": published})
    else:
        for each in (*sentences(reports), *about(record)):
            say(each)
    raise typer.Exit(status_of(reports, record))


def about(record: RunRecord | None) -> Iterator[str]:
    """What became of publishing."""
    if record is None:
        yield "Nichts veröffentlicht: Erst muss die Quelle selbst veröffentlicht sein (klar harvest)."
        return
    yield f"{record.source}: {outcome_text(record)} ({counts_text(record.counts)}). {record.message}".strip()
    for each in record.findings:
        yield f"  {finding_text(each)}"


def sentences(reports: Mapping[str, Report]) -> Iterator[str]:
    """What came, and what did not: layer by layer."""
    for name, each in reports.items():
        yield (f"{name}: {each.added} Werte neu, {each.replaced} durch spätere ersetzt; {each.asked} Messreihen vollständig.")
        for reason, count in sorted(each.refused.items()):
            yield (f"  {count} Werte nicht übernommen: {REASONS[reason]}")
        for stream, why in sorted(each.failed.items())[:5]:
            yield (f"  Messreihe {stream} hat nicht geantwortet: {why}")
        if each.postponed:
            yield (f"  {each.postponed} Messreihen sind noch nicht fertig; der nächste Lauf geht dort weiter.")
        for gap in each.unasked:
            yield (
                f"  {gap.datastreams} Messreihen: von {gap.since:%d.%m.%Y %H:%M} bis {gap.until:%d.%m.%Y %H:%M} (UTC) wurde nie gefragt."
            )


def _json(report: Report) -> dict[str, Any]:
    return {
        "added": report.added,
        "replaced": report.replaced,
        "requests": report.requests,
        "complete": report.asked,
        "failed": report.failed,
        "postponed": report.postponed,
        "refused": dict(report.refused),
        "unasked": [
            {"since": each.since.isoformat(), "until": each.until.isoformat(), "datastreams": each.datastreams} for each in report.unasked
        ],
    }


def status_of(reports: Mapping[str, Report], record: RunRecord | None = None) -> int:
    outcome = None if record is None else record.outcome
    if any(each.failed for each in reports.values()) or outcome in (Outcome.FAILED, Outcome.PARTIAL):
        return 1
    return 2 if any(each.postponed for each in reports.values()) or outcome is Outcome.HELD else 0
