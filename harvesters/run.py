"""One harvest of one source: read and archive, map, check, plan, and publish what may be published (DESIGN B2)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from catalog.checks import check_rows
from catalog.files import Files
from catalog.plan import Change, Intake, Outcome, Plan, PlanState, PublishedRow, RunRecord, SeenTable
from catalog.planning import make_plan, settle_keys
from catalog.publish import Publisher
from catalog.store import Store
from harvesters.fetch import FolderFetch
from harvesters.harvester import Found, Harvester, Remark, SourceConfig, Unreadable
from harvesters.record import Record
from harvesters.registry import harvester_of
from schemas.declaration import Declaration
from schemas.errors import ConfigurationError, KlarError, MissingField, RecordError
from schemas.fetch import Fetch, Payload
from schemas.personal_data import Detector, personal_findings
from schemas.row import Finding, Quarantined, Row
from schemas.rules import is_acceptable, row_findings

if TYPE_CHECKING:
    from harvesters.http.opening import Web

#: What is being done, how many are done, how many there are (None: nobody knows yet).
Progress = Callable[[str, int, int | None], None]
_STEP = 500


def _quiet(label: str, done: int, total: int | None) -> None:
    """Nobody watches."""


def harvest(
    source: SourceConfig,
    *,
    store: Store,
    publisher: Publisher,
    archive: Files,
    now: datetime,
    detector: Detector | None = None,
    web: "Web | None" = None,
    plan_only: bool = False,
    progress: Progress | None = None,
) -> RunRecord:
    """Harvest `source` once. `plan_only` stores the plan as proposed and publishes nothing. `detector` looks for personal data;
    without one, the one that knows no exceptions does. `web` is what sources with an http(s) address share.

    Raises ConfigurationError before anything is read, and Busy while the source is being harvested already. What goes wrong
    later ends in the run's outcome: nothing that is published changes because of it.
    """
    harvester = harvester_of(source)
    run = store.start_run(source.name, source.title)
    attempt = _Attempt(source, harvester, store, archive, run, now, detector or Detector(), web, progress or _quiet)
    try:
        record = attempt.carry_out(publisher, plan_only=plan_only)
    except KlarError as error:
        record = attempt.ended(Outcome.FAILED, error.detail or str(error))
    except BaseException:
        store.finish_run(attempt.ended(Outcome.FAILED, "Die Ernte wurde durch einen Programmfehler oder von außen abgebrochen."))
        raise
    store.finish_run(record)
    if web is not None:
        _settle_validators(web, record)
    return record


def _settle_validators(web: "Web", record: RunRecord) -> None:
    """What the source said of its versions counts only when this run's content is published: a held or proposed plan decides
    later, and after anything else the next run fetches in full."""
    if record.outcome in (Outcome.OK, Outcome.UNCHANGED):
        web.validators.commit(record.source, record.id)
    elif record.outcome not in (Outcome.HELD, Outcome.PLANNED):
        web.validators.discard(record.source, record.id)


@dataclass
class _Harvest:
    """What walking the source has given so far."""

    declarations: dict[str, Declaration] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    quarantined: dict[str, list[Quarantined]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[tuple[str, str], int | None] = field(default_factory=dict)  #: (table, key) -> line, to name it in findings
    unreadable: set[str] = field(default_factory=set)  #: tables of which a part could not be read
    everything_doubtful: bool = False  #: a part could not be read and nobody knows which tables it held
    failures: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    records: int = 0


class _Attempt:
    """One run from the first byte to its record."""

    def __init__(
        self,
        source: SourceConfig,
        harvester: Harvester,
        store: Store,
        archive: Files,
        run: int,
        now: datetime,
        detector: Detector,
        web: "Web | None",
        progress: Progress,
    ) -> None:
        self._source = source
        self._harvester = harvester
        self._store = store
        self._archive = archive
        self._run = run
        self._now = now
        self._detector = detector
        self._web = web
        self._progress = progress
        self._harvest = _Harvest()
        self._began = monotonic()
        self._published_keys: Mapping[str, Collection[str]] = {}

    def carry_out(self, publisher: Publisher, *, plan_only: bool) -> RunRecord:
        """Raises SourceError and other KlarErrors: then nothing was published."""
        self._read()
        found = self._harvest
        if found.failures and not found.records:
            return self.ended(Outcome.FAILED, "Nichts von dieser Quelle war lesbar; alles Veröffentlichte bleibt, wie es ist.")
        self._expect_vanished_tables()
        published = {name: self._store.published(self._source.name, name) for name in found.declarations}
        self._published_keys = {name: frozenset(each.row.key for each in rows) for name, rows in published.items()}
        tables = tuple(self._checked(published))
        plan = make_plan(
            Intake(source=self._source.reference, run=self._run, at=self._now, tables=tables, findings=tuple(found.findings)),
            published=published,
            taken={name: self._store.taken(self._source.name, name) for name in found.declarations},
            known_datasets=self._store.known_datasets(),
            guards=self._source.guards,
            base=self._store.fingerprint(self._source.name),
            withdrawn={name: self._store.withdrawn(name) for name in found.declarations},
        )
        new = self._remember(plan, tables)
        return self._conclude(plan, publisher, plan_only=plan_only, newly_refused=new)

    def ended(
        self, outcome: Outcome, message: str, *, plan: int | None = None, counts: dict[str, int] | None = None, more: Iterable[Finding] = ()
    ) -> RunRecord:
        findings = (*self._harvest.failures, *self._harvest.findings, *more)
        return RunRecord(
            id=self._run,
            source=self._source.name,
            started_at=self._now,
            finished_at=self._now + timedelta(seconds=monotonic() - self._began),
            outcome=outcome,
            message=message,
            counts={**(counts or {}), "findings": len(findings)},
            findings=findings,
            plan=plan,
        )

    # --- reading ---------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Every payload is archived when it comes, unless something was withdrawn once: then the rows tell first which ones hold it."""
        undecided: list[Payload] = []
        keep = undecided.append if self._store.has_withdrawals() else self._keep
        with self._opened(keep) as fetch:
            for each in self._harvester.records(fetch):
                self._take(each)
        withdrawn = self._withdrawn_origins()
        for payload in undecided:
            if payload.url not in withdrawn:
                self._keep(payload)
        self._drop_withdrawn_tables()

    @contextmanager
    def _opened(self, keep: Callable[[Payload], None]) -> Iterator[Fetch]:
        """The way to the source: its folder, or the web. Raises SourceError, ConfigurationError."""
        if not self._source.is_remote:
            yield FolderFetch(Path(self._source.folder, self._source.url), keep_payload=keep, clock=lambda: self._now)
            return
        if self._web is None:
            raise ConfigurationError(f"Quelle {self._source.name!r}: Für Adressen im Netz fehlt der Zugang.")
        from harvesters.http.opening import open_source, stage  # heavy: 250 ms

        with open_source(
            self._source,
            self._web,
            keep_payload=keep,
            clock=lambda: self._now,
            recall=self._archive,
            token_file=self._source.token_file,
            alive=lambda: self._store.heartbeat(self._run),
        ) as fetch:
            yield fetch
            stage(fetch, self._source, self._web, self._run)

    def _withdrawn_origins(self) -> set[str]:
        """Addresses of payloads that still hold withdrawn rows: the archive must not get them back."""
        tables = self._store.withdrawn_tables()
        origins: set[str] = set()
        for name in self._harvest.declarations:
            keys = self._store.withdrawn(name)
            rows = [(row.key, row.origin) for row in self._harvest.rows[name]]
            refused = [(each.key, finding.origin) for each in self._harvest.quarantined[name] for finding in each.findings]
            origins |= {origin for key, origin in (*rows, *refused) if name in tables or key in keys}
        return origins

    def _keep(self, payload: Payload) -> None:
        self._archive.put(payload.content)
        self._store.record_archived(self._run, self._source.name, payload)

    def _take(self, found: Found) -> None:
        match found:
            case Declaration():
                self._harvest.declarations[found.table.name] = found
            case Remark():
                self._harvest.findings.append(self._own(found.finding))
            case Unreadable():
                self._harvest.failures.append(self._own(found.finding))
                self._harvest.unreadable.update(found.tables)
                self._harvest.everything_doubtful |= not found.tables
            case Record():
                self._take_record(found)

    def _take_record(self, record: Record) -> None:
        self._harvest.records += 1
        if self._harvest.records % _STEP == 0:
            self._progress("lesen", self._harvest.records, None)
        try:
            results = list(self._harvester.map(record))
        except RecordError as error:
            results = [self._unmapped(record, table, error) for table in record.tables]
        for each in results:
            self._harvest.lines.setdefault((each.table, each.key), record.row)
            if isinstance(each, Row):
                self._harvest.rows[each.table].append(each)
            else:
                self._harvest.quarantined[each.table].append(self._owned(each))
        for name in record.unread:
            message = f"Das Feld »{name}« wird weder übernommen noch übergangen."
            finding = Finding(code="unread-field", message=message, origin=record.origin, row=record.row, field=name)
            self._harvest.findings.append(self._own(finding))

    def _unmapped(self, record: Record, table: str, error: RecordError) -> Quarantined:
        code = "missing-field" if isinstance(error, MissingField) else "wrong-value"
        finding = Finding(code=code, message=str(error), origin=record.origin, table=table, row=record.row)
        return Quarantined(table=table, key="", digest=record.digest, findings=(finding,))

    def _drop_withdrawn_tables(self) -> None:
        for name in sorted(self._store.withdrawn_tables() & self._harvest.declarations.keys()):
            dataset = self._harvest.declarations.pop(name).name
            self._harvest.rows.pop(name, None)
            self._harvest.quarantined.pop(name, None)
            message = f"Der Datensatz »{dataset}« wurde zurückgezogen; die Quelle führt ihn noch."
            self._harvest.findings.append(self._own(Finding(code="withdrawn", message=message, table=name)))

    def _expect_vanished_tables(self) -> None:
        """A table this source publishes and says nothing of any more is an empty one: the guards hold it."""
        for each in self._store.declarations_of(self._source.name):
            if each.table.name not in self._harvest.declarations:
                self._harvest.declarations[each.table.name] = each
                message = f"Die Quelle enthält die Tabelle »{each.table.title.de}« nicht mehr, die sie bisher veröffentlicht."
                self._harvest.findings.append(self._own(Finding(code="table-vanished", message=message, table=each.table.name)))

    # --- checking --------------------------------------------------------------------------------------------------------

    def _checked(self, published: Mapping[str, Sequence[PublishedRow]]) -> Iterator[SeenTable]:
        """Every table with its rows judged. A row that waits takes along the rows that point to it."""
        seen = {name: self._judged(name, published[name]) for name in self._harvest.declarations}
        while orphans := self._orphans(seen):
            for name, refused in orphans.items():
                digests = {each.digest for each in refused}
                kept = tuple(row for row in seen[name].rows if row.digest not in digests)
                seen[name] = replace(seen[name], rows=kept, quarantined=(*seen[name].quarantined, *refused))
        yield from seen.values()

    def _judged(self, name: str, published: Sequence[PublishedRow]) -> SeenTable:
        found = self._harvest
        if name in found.unreadable:
            # What was read before the fault may be half of it: a table changes only in runs that read all of its files.
            return SeenTable(declaration=found.declarations[name], rows=(), complete=False)
        raw = SeenTable(
            declaration=found.declarations[name],
            rows=tuple(found.rows[name]),
            quarantined=tuple(_with_sure_key(each, self._published_keys[name]) for each in found.quarantined[name]),
            complete=not found.everything_doubtful,
        )
        taken, withdrawn = self._store.taken(self._source.name, name), self._store.withdrawn(name)
        settled, repeated = settle_keys(raw, taken=taken, withdrawn=withdrawn)
        found.findings += [self._own(each) for each in repeated]
        problems = self._problems(settled, {(each.row.key, each.row.digest) for each in published})
        accepted = self._store.accepted(self._source.name)
        refused = [self._refusal(row, problems[row.key]) for row in settled.rows if row.key in problems]
        waiting = [each for each in refused if not (each.acceptable and (each.table, each.key, each.digest) in accepted)]
        digests = {each.digest for each in waiting}
        kept = tuple(row for row in settled.rows if row.digest not in digests)
        return replace(settled, rows=kept, quarantined=(*settled.quarantined, *waiting))

    def _problems(self, seen: SeenTable, published: Collection[tuple[str, str]]) -> dict[str, tuple[Finding, ...]]:
        """Key -> findings. Frictionless and the personal-data check judge only rows that differ from what is published: the others
        were judged before."""
        table = seen.declaration.table
        self._progress(f"prüfen ({table.title.de})", 0, len(seen.rows))
        problems = {row.key: own for row in seen.rows if (own := row_findings(table, row))}
        fresh = [row for row in seen.rows if (row.key, row.digest) not in published]
        for index, found in check_rows(table, fresh).items():
            key = fresh[index].key
            problems[key] = (*problems.get(key, ()), *found)
        for row in fresh:
            if personal := personal_findings(table, row, self._detector):
                problems[row.key] = (*problems.get(row.key, ()), *personal)
        return problems

    def _refusal(self, row: Row, findings: Sequence[Finding]) -> Quarantined:
        line = self._harvest.lines.get((row.table, row.key))
        # A key that is somebody's telephone number has no place on a list that is kept: its digest tells rows apart as well.
        # A published key stays what it is: the row must not seem to be gone.
        secret = row.key not in self._published_keys.get(row.table, ()) and bool(self._detector.find(row.key))
        key = row.digest if secret else row.key
        named = tuple(self._own(replace(each, origin=row.origin, table=row.table, key=key, row=line)) for each in findings)
        acceptable = all(is_acceptable(each.code) for each in findings)
        return Quarantined(table=row.table, key=key, digest=row.digest, findings=named, acceptable=acceptable)

    def _orphans(self, seen: Mapping[str, SeenTable]) -> dict[str, list[Quarantined]]:
        """Rows that point to a key that is neither published nor arriving."""
        arriving = {name: {row.key for row in each.rows} for name, each in seen.items()}
        known: dict[str, Collection[str]] = {}
        withdrawn = self._store.withdrawn_tables()
        orphans: dict[str, list[Quarantined]] = defaultdict(list)
        for name, each in seen.items():
            refused: set[str] = set()
            for key in each.declaration.table.foreign_keys:
                if key.table in withdrawn:
                    continue  # what pointed there before the withdrawal stays as it is
                if key.table not in known:
                    gone = self._store.withdrawn(key.table)
                    known[key.table] = self._store.keys(key.table) | arriving.get(key.table, set()) | gone
                for row in each.rows:
                    target = row.values.get(key.field)
                    if target is not None and str(target) not in known[key.table] and row.key not in refused:
                        refused.add(row.key)
                        orphans[name].append(self._refusal(row, [_dangling(key.field, key.table, str(target))]))
        return {name: refused for name, refused in orphans.items() if refused}

    # --- ending ----------------------------------------------------------------------------------------------------------

    def _remember(self, plan: Plan, tables: Sequence[SeenTable]) -> int:
        """How many rows wait on the Prüfliste since this run."""
        origins = {each.declaration.table.name: {row.origin for row in each.rows} for each in tables}
        self._store.record_origins(self._source.name, origins)
        refused = [item for table in plan.tables for item in table.quarantined]
        complete = [each.declaration.table.name for each in tables if each.complete]
        return len(self._store.save_quarantine(self._source.name, self._run, refused, complete))

    def _conclude(self, plan: Plan, publisher: Publisher, *, plan_only: bool, newly_refused: int) -> RunRecord:
        counts = _counts(plan)
        if plan_only:
            number = self._store.save_plan(plan, PlanState.HELD if plan.holds else PlanState.PROPOSED)
            return self.ended(Outcome.PLANNED, f"Plan {number} liegt bereit; nichts wurde veröffentlicht.", plan=number, counts=counts)
        if plan.holds:
            number = self._store.save_plan(plan, PlanState.HELD)
            reasons = " ".join(each.message for each in plan.holds)
            return self.ended(Outcome.HELD, f"Plan {number} wartet: {reasons}", plan=number, counts=counts)
        partial = bool(self._harvest.failures or newly_refused)  # what waits since an earlier run is no news
        if plan.is_empty:
            self._store.supersede_plans(self._source.name)
            return self.ended(Outcome.PARTIAL if partial else Outcome.UNCHANGED, self._partial_message(counts), counts=counts)
        number = self._store.save_plan(plan, PlanState.PROPOSED)
        self._progress("veröffentlichen", 0, None)
        applied = publisher.apply(number)
        refused = [self._own(each) for findings in applied.refused.values() for each in findings]
        partial |= bool(refused)
        message = self._partial_message(counts)
        if applied.refused:
            message = f"Nicht veröffentlicht: {', '.join(applied.refused)}. {message}".strip()
            counts = _counts(replace(plan, tables=tuple(each for each in plan.tables if each.declaration.name not in applied.refused)))
        outcome = Outcome.PARTIAL if partial else Outcome.OK
        return self.ended(outcome, message, plan=number, counts=counts, more=[*refused, *applied.findings])

    def _partial_message(self, counts: Mapping[str, int]) -> str:
        parts = []
        if self._harvest.failures:
            parts.append(f"Nicht lesbar: {len(self._harvest.failures)}; die betroffenen Tabellen bleiben, wie sie sind.")
        if counts["quarantined"]:
            parts.append(f"Auf der Prüfliste: {counts['quarantined']}.")
        return " ".join(parts)

    def _own(self, finding: Finding) -> Finding:
        return replace(finding, source=self._source.name)

    def _owned(self, item: Quarantined) -> Quarantined:
        return replace(item, findings=tuple(map(self._own, item.findings)))


def _with_sure_key(item: Quarantined, published: Collection[str]) -> Quarantined:
    """Where cells have shifted, what stands in the key's place is a key only if it is known; else it may be anything, also a name."""
    if item.key in published or all(each.code != "ragged-row" for each in item.findings):
        return item
    return replace(item, key="", findings=tuple(replace(each, key="") for each in item.findings))


def _dangling(name: str, table: str, target: str) -> Finding:
    message = (
        f"Der Verweis »{target}« führt ins Leere: In der Tabelle »{table}« gibt es diese Zeile nicht (oder sie steht auf der Prüfliste)."
    )
    return Finding(code="foreign-key", message=message, field=name)


def _counts(plan: Plan) -> dict[str, int]:
    names = {
        Change.CREATE: "created",
        Change.UPDATE: "updated",
        Change.RETURN: "returned",
        Change.MISS: "missing",
        Change.STALE: "stale",
        Change.REMOVE: "removed",
    }
    counts = {name: sum(table.count(change) for table in plan.tables) for change, name in names.items()}
    counts["unchanged"] = sum(table.unchanged for table in plan.tables)
    counts["quarantined"] = sum(len(table.quarantined) for table in plan.tables)
    return counts
