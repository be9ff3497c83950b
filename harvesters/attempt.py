"""One run between its first and its last byte: what it read, what it makes of it, how it ends. Harvest and replay differ in where the
answers come from and in what is kept; this is what they share."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from catalog.files import Files
from catalog.outline import Outline, outlines_of
from catalog.plan import Intake, Outcome, Plan, PlanState, RunRecord, SeenTable
from catalog.planning import make_plan
from catalog.publish import Publisher
from catalog.store import Store
from catalog.vault import Vault, mark_of
from harvesters.counting import counts_of, partial_message
from harvesters.harvester import SourceConfig
from harvesters.judging import Judge, fingerprint_of
from harvesters.known import known_of
from harvesters.located import without_unpublished
from harvesters.registry import harvester_of
from harvesters.resting import read_by, rested_counts, settled_run
from harvesters.walking import LONG, Progress, Walk
from schemas.errors import KlarError
from schemas.personal_data import Detector, without_passages
from schemas.row import Finding
from schemas.upstream import TABLE

#: Table of districts.
_DISTRICT = "district"


def quiet(label: str, done: int, total: int | None) -> None:
    """Nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a run works with."""

    store: Store
    archive: Files
    vault: Vault | None
    detector: Detector
    progress: Progress = quiet


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Under which run and time rows enter the catalogue; a replay lends those of the run it repeats."""

    run: int
    at: datetime


class Planned:
    """What a run would change, and what it saw. Whoever has one takes its parts out for no longer than needed: rows go when they are let
    go of here."""

    def __init__(self, plan: Plan, tables: tuple[SeenTable, ...]) -> None:
        self.plan = plan
        self.tables = tables

    def let_go(self) -> tuple[Outline, ...]:
        """What is known of the plan without its rows: they are stored, and there is memory for a table's files then."""
        outlines = outlines_of(self.plan)
        self.plan = replace(self.plan, tables=())
        self.tables = tuple(replace(each, rows=()) for each in self.tables)
        return outlines


class Attempt:
    """`run` is the number this attempt is recorded under, `now` when it began."""

    def __init__(
        self, desk: Desk, source: SourceConfig, *, run: int, now: datetime, provenance: Provenance, deleted: Mapping[str, str] | None = None
    ) -> None:
        self.desk = desk
        self.source = source
        self.run = run
        self.now = now
        self.walk = Walk(source=source.name, harvester=harvester_of(source), progress=desk.progress, deleted=frozenset(deleted or ()))
        self._provenance = provenance
        self._began = monotonic()
        self._withdrawn: Mapping[str, frozenset[str]] = {}
        self._judged_everything = False
        self._rests_on: RunRecord | None = None

    def recorded(self, work: Callable[[], RunRecord]) -> RunRecord:
        """Do it, and have the run end whatever happens. What goes wrong on purpose is its outcome; everything else goes on upwards."""
        try:
            record = work()
        except KlarError as error:
            record = self.ended(Outcome.FAILED, error.detail or str(error))
        except BaseException:
            aborted = "Die Ernte wurde durch einen Programmfehler oder von außen abgebrochen."
            self.desk.store.finish_run(self.ended(Outcome.FAILED, aborted))
            raise
        finally:
            if self.walk.records >= LONG:
                gc.unfreeze()
        self.desk.store.finish_run(record)
        return record

    def ended(
        self, outcome: Outcome, message: str, *, plan: int | None = None, counts: dict[str, int] | None = None, more: Iterable[Finding] = ()
    ) -> RunRecord:
        findings = self._discreet([*self.walk.failures, *self.walk.findings, *more])
        return RunRecord(
            id=self.run,
            source=self.source.name,
            started_at=self.now,
            finished_at=self.now + timedelta(seconds=monotonic() - self._began),
            outcome=outcome,
            message=message,
            counts={**(counts or {}), "findings": len(findings)},
            findings=findings,
            plan=plan,
            lately=tuple(self.walk.lately),
            read_by=self._read_by,
        )

    def _discreet(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Fit to be kept: a sentence may quote what stands in a cell, and a key may be somebody's telephone number."""
        return tuple(without_passages(each, self.desk.detector) for each in findings)

    def may_rest(self) -> bool:
        """Whether the rows of the last run still stand as they would be made today."""
        if self.walk.microdata or self.desk.store.judged_by(self.source.name) != self._rules:
            return False
        self._rests_on = settled_run(self.desk.store, self.source, run=self.run, by=self._read_by)
        return self._rests_on is not None

    def rested(self) -> RunRecord:
        """The end of a run that found nothing new: what the last one had to say still holds."""
        assert self._rests_on is not None  # the walk has ended for it
        message = "Die Quelle meldet nichts Neues; es bleibt alles, wie es war."
        counts = rested_counts(self.desk.store.row_states(self.source.name))
        return self.ended(Outcome.UNCHANGED, message, counts=counts, more=self._rests_on.findings)

    @property
    def nothing_was_readable(self) -> bool:
        return bool(self.walk.failures) and not self.walk.records

    def withdrawn_origins(self) -> frozenset[str]:
        """Addresses of answers that still hold withdrawn rows: neither archive nor vault may get them back."""
        store, walk = self.desk.store, self.walk
        tables = store.withdrawn_tables()
        origins: set[str] = set()
        if self.desk.vault is not None:
            for name in walk.microdata:
                barred = self.desk.vault.barred_microdata(name)
                origins |= {row.origin for row in walk.private[name] if barred and mark_of(row.key) in barred}
        for name in walk.declarations:
            keys = store.withdrawn(name)
            rows = [(row.key, row.origin) for row in walk.rows[name]]
            refused = [(each.key, finding.origin) for each in walk.quarantined[name] for finding in each.findings]
            origins |= {origin for key, origin in (*rows, *refused) if name in tables or key in keys}
        return frozenset(origins)

    def planned(self) -> Planned:
        """What the run would change, and what it saw."""
        self._leave_unpublished_districts()
        self._tell_of_duplicates()
        self._drop_withdrawn_tables()
        self._expect_vanished_tables()
        known = known_of(self.desk.store, self.source.name, self.walk.declarations)
        self._judged_everything = self.desk.store.judged_by(self.source.name) != self._rules
        tables = Judge(self.walk, known, self.desk.detector, self.desk.store, everything=self._judged_everything).tables()
        noticed = self._discreet(self.walk.findings)
        plan = make_plan(
            Intake(
                source=self.source.reference,
                run=self._provenance.run,
                at=self._provenance.at,
                tables=tables,
                findings=noticed,
            ),
            published=known.published,
            known_datasets=known.datasets,
            guards=self.source.guards,
            base=known.base,
        )
        for each in plan.findings[len(noticed) :]:  # what only planning can notice: a plan without changes is not kept
            self.walk.note(each)
        self._withdrawn = known.withdrawn
        return Planned(plan, tables)

    def remember_origins(self, tables: Sequence[SeenTable]) -> None:
        """`klar withdraw` has to find the answers that rows came from."""
        origins = {each.declaration.table.name: {row.origin for row in each.rows} for each in tables}
        self.desk.store.record_origins(self.source.name, origins)

    def may_be_withdrawn(self, table: str, key: str) -> bool:
        """Whether a refused row is one that must not come back; one without a key may be."""
        withdrawn = self._withdrawn.get(table, frozenset())
        return key in withdrawn or (not key and bool(withdrawn))

    def proposed(self, plan: Plan) -> tuple[int, dict[str, int]]:
        """Number of the stored plan, which nobody has applied, and its counts."""
        return self.desk.store.save_plan(plan, PlanState.HELD if plan.holds else PlanState.PROPOSED), counts_of(plan.tables)

    def concluded(self, made: Planned, publisher: Publisher, *, newly_refused: int) -> RunRecord:
        """Publish what may be published."""
        if made.plan.holds:
            number, counts = self.proposed(made.plan)
            reasons = " ".join(each.message for each in made.plan.holds)
            return self.ended(Outcome.HELD, f"Plan {number} wartet: {reasons}", plan=number, counts=counts)
        partial = bool(self.walk.failures or newly_refused)  # what waits since an earlier run is no news
        if made.plan.is_empty:
            self.desk.store.supersede_plans(self.source.name)
            self._note_judgement(made.tables)
            counts = counts_of(made.plan.tables)
            return self.ended(Outcome.PARTIAL if partial else Outcome.UNCHANGED, self._message(counts), counts=counts)
        return self._applied(made, publisher, partial=partial)

    def _applied(self, made: Planned, publisher: Publisher, *, partial: bool) -> RunRecord:
        number, _ = self.proposed(made.plan)
        self.desk.progress("veröffentlichen", 0, None)
        applied = publisher.apply(number, outlines=self._let_go(made))
        refused = [self.walk.own(each) for findings in applied.refused.values() for each in findings]
        counts = counts_of(applied.tables)
        message = self._message(counts)
        if applied.refused:
            message = f"Nicht veröffentlicht: {', '.join(applied.refused)}. {message}".strip()
        elif not applied.waiting:
            self._note_judgement(made.tables)
        outcome = Outcome.PARTIAL if partial or refused or applied.newly_waiting else Outcome.OK
        return self.ended(outcome, message, plan=number, counts=counts, more=[*refused, *self._untold(applied.findings)])

    def _let_go(self, made: Planned) -> tuple[Outline, ...]:
        outlines = made.let_go()
        for each in (self.walk.rows, self.walk.lines, self.walk.sheets):
            each.clear()
        return outlines

    def _untold(self, findings: Sequence[Finding]) -> list[Finding]:
        """Of what publishing found: a catalogue's unknown licences were told when it was read, those of data sets that stay included."""
        told = {(each.code, each.table) for each in self.walk.findings}
        return [each for each in findings if each.key or (each.code, each.table) not in told]

    def _message(self, counts: Mapping[str, int]) -> str:
        return partial_message(unreadable=len(self.walk.failures), quarantined=counts["quarantined"])

    @property
    def _rules(self) -> str:
        return fingerprint_of(self.desk.detector, [each.table for each in self.walk.declarations.values()])

    @property
    def _read_by(self) -> str:
        return read_by(self.source, self._rules)

    def _note_judgement(self, tables: Sequence[SeenTable]) -> None:
        """From now on rows that stand published count as judged by today's rules: only after a run that judged all of them, and
        whose verdict is published."""
        if self._judged_everything and all(each.complete for each in tables):
            self.desk.store.record_judgement(self.source.name, self._rules)

    def _leave_unpublished_districts(self) -> None:
        """Boundaries may draw districts that the data set of districts does not have (yet)."""
        if self.source.districts is None:
            return
        rows = self.walk.rows
        known = self.desk.store.keys(_DISTRICT) | {each.key for each in rows.get(_DISTRICT, ())}
        left: Counter[str] = Counter()
        for name in self.walk.declarations:
            if name in rows:
                rows[name], some = without_unpublished(rows[name], known)
                left += some
        for district, count in sorted(left.items()):
            message = (
                f"Der Ortsbezirk »{district}« steht nicht im Datensatz »ortsbezirke«; {count} Zeilen bleiben so lange ohne Ortsbezirk. "
                "Ist er veröffentlicht, kommt er mit der nächsten Ernte dazu."
            )
            self.walk.note(Finding(code="unpublished-district", message=message, field="district_id"))

    def _tell_of_duplicates(self) -> None:
        """A data set refers to descriptions of the same data that others have published. Where the catalogue lists one of them as well, a
        person has to choose: neither goes by itself."""
        stated = {iri: each for each in self.walk.declarations.values() for iri in each.identifiers}
        for iri in sorted(stated.keys() & self.desk.store.keys(TABLE)) if stated else ():
            found = stated[iri]
            message = (
                f"Der Datensatz »{found.name}« verweist auf {iri}; diesen Datensatz führt der Katalog auch von einem Nachbarn auf. "
                "Vermutlich steht dasselbe zweimal da; einer von beiden kann zurückgezogen werden (klar withdraw)."
            )
            self.walk.note(Finding(code="duplicate-candidate", message=message, table=found.table.name))

    def _drop_withdrawn_tables(self) -> None:
        for name in sorted(self.desk.store.withdrawn_tables() & self.walk.declarations.keys()):
            dataset = self.walk.drop(name).name
            message = f"Der Datensatz »{dataset}« wurde zurückgezogen; die Quelle führt ihn noch."
            self.walk.note(Finding(code="withdrawn", message=message, table=name))

    def _expect_vanished_tables(self) -> None:
        """A table this source publishes and says nothing of any more is an empty one: the guards hold it."""
        for each in self.desk.store.declarations_of(self.source.name):
            if each.table.name not in self.walk.declarations:
                self.walk.declarations[each.table.name] = each
                if self.walk.everything_doubtful:
                    continue  # it may be in the part that could not be read
                message = f"Die Quelle enthält die Tabelle »{each.table.title.de}« nicht mehr, die sie bisher veröffentlicht."
                self.walk.note(Finding(code="table-vanished", message=message, table=each.table.name))
