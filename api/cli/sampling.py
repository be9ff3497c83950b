"""`klar sample`: take the values of sensors, so that there is a history although the live service forgets."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer

from api.cli.app import Command, Json
from api.cli.installed import opened
from api.cli.output import print_json, say
from harvesters.sampling.checking import REASONS
from harvesters.sampling.shelf import Shelf
from harvesters.sampling.snapshot import Bounds, Report
from harvesters.sampling.taking import take


def register(app: typer.Typer) -> None:
    app.command("sample", cls=Command)(sample)


def sample(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="QUELLE", help="Name einer Quelle mit Sensoren.")],
    days: Annotated[int, typer.Option("--days", metavar="TAGE", min=1, max=366, help="So weit wird höchstens zurückgefragt.")] = 7,
    as_json: Json = False,
) -> None:
    """Sammelt die Messwerte einer Quelle seit dem letzten Mal, beim ersten Mal die der letzten 24 Stunden.

    Sie werden je Datensatz und Monat als Parquet abgelegt und (noch) nicht veröffentlicht.

    Ende mit 0: alles gesammelt. 1: eine Messreihe hat nicht geantwortet. 2: nicht alles passte in einen Lauf; der nächste geht weiter.
    """
    with opened(ctx) as found:
        chosen, shelf = found.source(source), Shelf(found.settings.files / "messwerte")
        reports = take(chosen, found.web, shelf, now=found.clock(), bounds=Bounds(most=timedelta(days=days)))
    if as_json:
        print_json({"layers": {name: _json(each) for name, each in reports.items()}})
    else:
        for each in sentences(reports):
            say(each)
    raise typer.Exit(status_of(reports))


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


def status_of(reports: Mapping[str, Report]) -> int:
    if any(each.failed for each in reports.values()):
        return 1
    return 2 if any(each.postponed for each in reports.values()) else 0
