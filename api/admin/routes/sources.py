"""Sources, their runs, and what a run remarked."""

from collections.abc import Sequence

from starlette.responses import Response

from api.admin.admin import Place, Visit
from api.admin.pages import RunLine, RunPage, RunsPage, SourceLine, SourcesPage
from api.admin.paging import paged
from api.cron import BerlinCron
from api.dropfolder import has_drop_folder
from api.words import counts_text, outcome_text
from catalog.entries import QuarantineItem
from catalog.plan import RunRecord, StoredPlan
from harvesters.harvester import SourceConfig
from schemas.errors import UnknownItem

#: Runs that the list goes back.
_RUNS = 1000


def source_lines(visit: Visit, plans: Sequence[StoredPlan], items: Sequence[QuarantineItem]) -> tuple[SourceLine, ...]:
    """In the order of klar.toml."""
    return tuple(_line(visit, each, plans, items) for each in visit.found.settings.sources())


def titles(visit: Visit) -> dict[str, str]:
    """Name -> title of the configured sources."""
    return {each.name: each.title for each in visit.found.settings.sources()}


def show_sources(visit: Visit) -> Response:
    store = visit.found.store
    page = SourcesPage(sources=source_lines(visit, store.plans(limit=1000), store.quarantine()))
    return visit.page("sources.html", page, title="Quellen", section="sources")


def show_runs(visit: Visit) -> Response:
    known, chosen = titles(visit), visit.query.get("source", "")
    records = visit.found.store.runs(chosen or None, limit=_RUNS)
    lines = paged(records, visit.query, size=50).map(lambda each: _run_line(visit.admin.masker.run(each), known))
    page = RunsPage(lines=lines, sources=known, chosen=chosen)
    return visit.page("runs.html", page, title="Ernten", section="runs")


def show_run(visit: Visit) -> Response:
    record = visit.admin.masker.run(visit.found.store.run(visit.number))
    findings = paged(record.findings, visit.query)
    line = _run_line(record, titles(visit))
    page = RunPage(
        run=record,
        source=line.source,
        outcome=line.outcome,
        counts=line.counts,
        findings=findings.map(visit.admin.masker.finding),
    )
    return visit.page("run.html", page, title=f"Ernte {record.id}", section="runs")


def run_or_none(visit: Visit, number: int) -> RunRecord | None:
    try:
        return visit.admin.masker.run(visit.found.store.run(number)) if number else None
    except UnknownItem:  # its time was over, and it was purged
        return None


def _line(visit: Visit, source: SourceConfig, plans: Sequence[StoredPlan], items: Sequence[QuarantineItem]) -> SourceLine:
    last = next((visit.admin.masker.run(each) for each in visit.found.store.runs(source.name, limit=1)), None)
    return SourceLine(
        name=source.name,
        title=source.title,
        kind=source.kind,
        last=last,
        outcome=outcome_text(last) if last else "noch nie geerntet",
        next=BerlinCron(source.schedule).next_after(visit.found.clock()) if source.schedule else None,
        held=tuple(each.id for each in plans if each.plan.source.name == source.name),
        open_items=sum(each.source == source.name for each in items),
        can_upload=has_drop_folder(source),
    )


def _run_line(record: RunRecord, known: dict[str, str]) -> RunLine:
    return RunLine(
        record=record,
        source=known.get(record.source, record.source),
        outcome=outcome_text(record),
        counts=counts_text(record.counts),
    )


PLACES = (
    Place(path="/sources", handler=show_sources),
    Place(path="/runs", handler=show_runs),
    Place(path="/runs/{number}", handler=show_run),
)
