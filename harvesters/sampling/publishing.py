"""What was collected becomes public: for each layer a data set whose rows are the months, each with a file of its own.

The ordinary way of rows (plan, review, apply), as a source of its own beside the one the values come from: the list of stations stays
as it is when values come. The files go with the edition that names them (catalog.attachments).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources

from catalog.outline import outlines_of
from catalog.plan import Guards, Intake, Outcome, Plan, PlanState, PublishedRow, RunRecord, SeenTable
from catalog.planning import make_plan, settle_keys
from catalog.publish import Publisher
from catalog.store import Store
from harvesters.counting import counts_of
from harvesters.harvester import SourceConfig
from harvesters.known import Known, known_of
from harvesters.sampling.months import Summary
from harvesters.sampling.shelf import Month, Shelf
from schemas.declaration import VALUES_SUFFIX, Declaration
from schemas.errors import KlarError
from schemas.model import Site, SourceReference
from schemas.row import Finding, Row
from schemas.table import Table, table_from_descriptor
from schemas.values import Frequency, Text

_KEYWORDS = (Text(de="Messwerte", en="observations"), Text(de="Zeitreihe", en="time series"))


def publish(source: SourceConfig, *, store: Store, publisher: Publisher, shelf: Shelf, site: Site, now: datetime) -> RunRecord | None:
    """Plan what the shelf holds of the layers that this source has published, and publish what may be. None: nothing is there to be
    published; a layer comes before its values, for it says what they are.

    Raises Busy while the same is being done; what goes wrong later is the run's outcome."""
    layers = [each for each in store.declarations_of(source.name) if shelf.read(each.name).months]
    if not layers or source.personal_data:
        return None
    reference = reference_of(source)
    work = _Work(source, reference, store, publisher, shelf, site, now)
    work.run = store.start_run(reference.name, reference.title)
    try:
        record = work.done(layers)
    except KlarError as error:
        record = work.ended(Outcome.FAILED, error.detail or str(error))
    except BaseException:
        store.finish_run(work.ended(Outcome.FAILED, "Das Veröffentlichen wurde durch einen Programmfehler oder von außen abgebrochen."))
        raise
    store.finish_run(record)
    return record


def reference_of(source: SourceConfig) -> SourceReference:
    """What is collected is a source of its own: its rows come and go apart from the list of stations."""
    return replace(source.reference, name=f"{source.name}{VALUES_SUFFIX}", title=f"{source.title}: gesammelte Messwerte")


def declaration_of(layer: Declaration) -> Declaration:
    """`layer`: of the list of datastreams, as published. Raises ConfigurationError for a name that becomes too long."""
    name = f"{layer.name}{VALUES_SUFFIX}"
    title = Text(de=f"{layer.title.de}: Messwerte nach Monat", en=f"{layer.title.in_language('en')}: values by month")
    return Declaration(
        name=name,
        table=replace(_template(), name=name, title=title),
        title=title,
        description=_description(layer),
        themes=layer.themes,
        keywords=tuple(dict.fromkeys((*layer.keywords, *_KEYWORDS))),
        frequency=Frequency.DAILY,
        kind=layer.kind,
        provenance=Text(
            de="Von der Schnittstelle des Messnetzes regelmäßig abgeholt und nach Monat abgelegt.",
            en="Taken from the service of the network regularly and kept by month.",
        ),
        licence=layer.licence,
        attribution=layer.attribution,
        landing_page=layer.landing_page,
        series=layer.series,
        resolution=layer.resolution,
        temporal_fields=("id",),
        attached="sha256",
    )


def rows_of(table: Table, name: str, months: Mapping[str, Month], site: Site) -> Iterator[Row]:
    """`name`: of the data set."""
    for key, month in months.items():
        values = {"id": key, **_said(month.summary), "replaced": month.replaced, "size": month.size, "sha256": month.sha256}
        values["url"] = f"{site.dataset_url(name)}/months/{month.sha256}.parquet"
        yield Row(table=table.name, key=key, values={each: values[each] for each in table.field_names})


def _said(summary: Summary) -> dict[str, str | int | None]:
    return {
        "first": _moment(summary.first),
        "last": _moment(summary.last),
        "rows": summary.values,
        "datastreams": summary.datastreams,
        "gaps": summary.gaps,
        "missing": summary.missing,
    }


class _Work:
    """One run. Short-lived; its methods share what it works with."""

    def __init__(
        self, source: SourceConfig, reference: SourceReference, store: Store, publisher: Publisher, shelf: Shelf, site: Site, now: datetime
    ) -> None:
        self._guards = Guards(review=source.guards.review)  # those of the list of stations count stations
        self._reference, self._store, self._publisher = reference, store, publisher
        self._shelf, self._site, self._now = shelf, site, now
        self._findings: list[Finding] = []
        self.run = 0

    def done(self, layers: list[Declaration]) -> RunRecord:
        plan = self._planned(layers)
        counts = counts_of(plan.tables)
        if plan.holds:
            number = self._store.save_plan(plan, PlanState.HELD)
            reasons = " ".join(each.message for each in plan.holds)
            return self.ended(Outcome.HELD, f"Plan {number} wartet: {reasons}", plan=number, counts=counts)
        if plan.is_empty:
            self._store.supersede_plans(self._reference.name)
            return self.ended(Outcome.PARTIAL if self._findings else Outcome.UNCHANGED, "", counts=counts)
        number = self._store.save_plan(plan, PlanState.PROPOSED)
        applied = self._publisher.apply(number, outlines=outlines_of(plan))
        self._findings += [each for findings in applied.refused.values() for each in findings]
        self._findings += applied.findings
        message = f"Nicht veröffentlicht: {', '.join(applied.refused)}." if applied.refused else ""
        outcome = Outcome.PARTIAL if applied.refused or self._findings else Outcome.OK
        return self.ended(outcome, message, plan=number, counts=counts_of(applied.tables))

    def ended(self, outcome: Outcome, message: str, *, plan: int | None = None, counts: dict[str, int] | None = None) -> RunRecord:
        return RunRecord(
            id=self.run,
            source=self._reference.name,
            started_at=self._now,
            finished_at=self._now,
            outcome=outcome,
            message=message,
            counts={**(counts or {}), "findings": len(self._findings)},
            findings=tuple(self._findings),
            plan=plan,
        )

    def _planned(self, layers: list[Declaration]) -> Plan:
        declared = {layer.name: declaration_of(layer) for layer in layers}
        known = known_of(self._store, self._reference.name, {each.table.name: each for each in declared.values()})
        seen = tuple(self._seen(name, each, known) for name, each in declared.items() if each.table.name not in known.withdrawn_tables)
        return make_plan(
            Intake(source=self._reference, run=self.run, at=self._now, tables=seen, findings=tuple(self._findings)),
            published=known.published,
            known_datasets=known.datasets,
            guards=self._guards,
            base=known.base,
        )

    def _seen(self, layer: str, declaration: Declaration, known: Known) -> SeenTable:
        """Never complete: a month that the shelf does not know (any more) stays as it was published."""
        name = declaration.table.name
        before = {each.row.key: each for each in known.published[name]}
        rows = rows_of(declaration.table, declaration.name, self._shelf.read(layer).months, self._site)
        kept = tuple(each for each in rows if each.key not in known.withdrawn[name] and self._has_not_shrunk(each, before.get(each.key)))
        seen, _ = settle_keys(
            SeenTable(declaration=declaration, rows=kept, complete=False), taken=known.taken[name], withdrawn=known.withdrawn[name]
        )
        return seen

    def _has_not_shrunk(self, row: Row, before: PublishedRow | None) -> bool:
        """A month only gains values. One that has lost some was collected anew, after the shelf itself was lost."""
        had, has = before.row.values["rows"] if before else 0, row.values["rows"]
        if isinstance(had, int) and isinstance(has, int) and has < had:
            message = (
                f"{row.key}: veröffentlicht sind {had} Messwerte, gesammelt nur noch {has}. Der Monat bleibt, wie er veröffentlicht ist."
            )
            self._findings.append(Finding(code="month-shrunk", message=message, table=row.table, key=row.key))
            return False
        return True


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _description(layer: Declaration) -> Text:
    return Text(
        de="Gesammelte Messwerte, eine Parquet-Datei je Monat (UTC) mit den Spalten datastream, time, value, resulted und quality. "
        f"Was die Messreihen sind, steht im Datensatz »{layer.title.de}« ({layer.name}).",
        en="Collected values, one Parquet file per month (UTC) with the columns datastream, time, value, resulted and quality. "
        f"What the datastreams are is told by the data set “{layer.title.in_language('en')}” ({layer.name}).",
    )


@cache
def _template() -> Table:
    text = resources.files("harvesters.sampling").joinpath("month.json").read_text(encoding="utf-8")
    return table_from_descriptor("month", json.loads(text))
