"""Publishing: the only code that changes what the public sees. One transaction under the write lock, one savepoint per data set.

Files are written before the commit that names them: what a crash leaves behind is at most a file nobody refers to.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from catalog import tables, withdraw
from catalog.codec import loads
from catalog.database import utc_now
from catalog.decisions import record_decision
from catalog.entries import Applied, ChangeKind, Status
from catalog.erasure import finish_erasures
from catalog.files import Files
from catalog.issuing import attempt, remember_source
from catalog.plan import Change, PlanState, StoredPlan, TablePlan
from catalog.plans import close_plan, read_plan, require_open
from catalog.press import FileWriter, Issue, Occasion, Press, Refused, write_all
from catalog.quarantine import refuse_dataset
from catalog.rendering import Renderer
from catalog.rowchanges import change_rows, is_outdated
from catalog.rows import main_source
from catalog.store import Store
from schemas.declaration import Declaration, city_wide
from schemas.errors import ConfigurationError, PlanOutdated
from schemas.model import Site, SourceReference
from schemas.row import Finding
from schemas.values import Text

_d = tables.dataset.c
_NEW_COLUMNS = Text(de="Die Spalten haben sich geändert.", en="The columns have changed.")
_WORDS = (
    (Change.CREATE, "neu", "added"),
    (Change.UPDATE, "geändert", "changed"),
    (Change.RETURN, "wieder in der Quelle", "back in the source"),
    (Change.MISS, "fehlt in der Quelle", "missing from the source"),
    (Change.STALE, "in Prüfung", "under review"),
    (Change.REMOVE, "entfernt", "removed"),
)


class Publisher:
    """Applies plans, follows configuration, erases what must not be public. `archive` is touched by withdrawal only."""

    def __init__(
        self,
        store: Store,
        files: Files,
        archive: Files,
        *,
        site: Site,
        curation: Path,
        renderer: Renderer,
        clock: Callable[[], datetime] = utc_now,
        write_files: FileWriter = write_all,
    ) -> None:
        self._database = store.database
        self._files = files
        self._archive = archive
        self._site = site
        self._press = Press(files=files, site=site, curation=curation, renderer=renderer, write_files=write_files)
        self._clock = clock

    def apply(self, plan: int, *, by: str = "", reason: str = "") -> Applied:
        """Publish a plan; `by` is the person who approved it, "" when no guard or review stopped it.

        Raises UnknownItem, DecisionRefused (decided already), PlanOutdated (the plan is then marked so), Busy, and
        ConfigurationError when `uri_base` is not the one everything was published under.
        """
        self._finish_erasures()
        with self._database.write() as connection:
            stored = read_plan(connection, plan)
            require_open(stored)
            _require_uri_base(connection, self._site)
            outdated = is_outdated(connection, stored)
            if outdated:
                close_plan(connection, plan, PlanState.OUTDATED, by=by, reason=reason, at=self._clock())
            else:
                applied = self._apply(connection, stored, by, reason)
        if outdated:
            raise PlanOutdated(f"Plan {plan}")
        return applied

    def refresh(self, sources: Sequence[SourceReference] = ()) -> tuple[str, ...]:
        """Bring metadata and fragments in line with configuration, curation, declarations and renderer; `sources` as they are
        configured now. Returns the data sets that changed for readers or were rendered anew.

        Data sets whose curation is broken or which do not pass the renderer's checks stay as they are, on the Prüfliste.
        """
        self._finish_erasures()
        with self._database.write() as connection:
            _require_uri_base(connection, self._site)
            for each in sources:
                remember_source(connection, each)
            active = connection.execute(select(_d.name, _d.declaration).where(_d.status == Status.ACTIVE.value).order_by(_d.number))
            declarations = [_newest(name, loads(Declaration, declaration)) for name, declaration in active.all()]
            done = [(each.name, self._refresh(connection, each)) for each in declarations]
            changed = tuple(name for name, issue in done if issue is not None and (issue.kind or issue.rendered))
            if changed:
                raise_revision(connection)
        return changed

    def withdraw(self, name: str, *, edition: int | None = None, row: str | None = None, reason: str, by: str) -> None:
        """Erase a data set, one edition, or one row (by key, from all editions) everywhere, and say so publicly with `reason`.

        A withdrawn name or row never comes back. Raises UnknownDataset, UnknownEdition, UnknownItem, Gone, DecisionRefused (the
        newest edition: its rows are the published ones), ConfigurationError (no reason given, or both an edition and a row).
        """
        if not reason.strip() or (edition is not None and row is not None):
            raise ConfigurationError("Eine Zurückziehung braucht eine Begründung und entweder einen Stand oder eine Zeile oder keines.")
        self._finish_erasures()
        with self._database.write() as connection:
            _require_uri_base(connection, self._site)
            order = withdraw.Order(name=name, reason=reason, by=by, at=self._clock())
            if edition is not None:
                withdraw.withdraw_edition(connection, order, edition)
            elif row is not None:
                withdraw.withdraw_row(connection, order, row, press=self._press, archive=self._archive)
            else:
                withdraw.withdraw_dataset(connection, order)
            raise_revision(connection)
        self._finish_erasures()

    def move_uri_base(self, *, by: str, reason: str) -> tuple[str, ...]:
        """Publish everything under the configured `uri_base` from now on (`--i-know`): every URI changes, which nobody should want."""
        with self._database.write() as connection:
            where = tables.meta.c.key == "uri_base"
            connection.execute(tables.meta.update().where(where).values(value=self._site.uri_base))
            record_decision(connection, at=self._clock(), who=by, what="move", target=f"uri_base {self._site.uri_base}", why=reason)
        return self.refresh()

    def _apply(self, connection: Connection, stored: StoredPlan, by: str, reason: str) -> Applied:
        now = self._clock()
        remember_source(connection, stored.plan.source)
        outcomes: dict[str, Issue | Refused] = {}
        for table in stored.plan.tables:
            if table.changes:
                outcomes[table.declaration.name] = self._apply_table(connection, stored, table, by, now)
            elif by:
                change_rows(connection, stored.plan.source.name, table, run=stored.plan.run, at=stored.plan.at, approved=True)
        close_plan(connection, stored.id, PlanState.APPLIED, by=by, reason=reason, at=now)
        if by:
            record_decision(connection, at=now, who=by, what="approve", target=f"plan {stored.id}", why=reason)
        issued = {name: each for name, each in outcomes.items() if isinstance(each, Issue) and (each.kind or each.rendered)}
        revision = raise_revision(connection) if issued else read_revision(connection)
        return _applied(stored.id, revision, outcomes)

    def _apply_table(self, connection: Connection, stored: StoredPlan, table: TablePlan, by: str, now: datetime) -> Issue | Refused:
        plan = stored.plan
        name = table.declaration.table.name
        occasion = Occasion(at=now, run=plan.run, note=note(table))

        def write_rows() -> None:
            change_rows(connection, plan.source.name, table, run=plan.run, at=plan.at, approved=bool(by))

        try:
            outcome = attempt(connection, self._press, table.declaration, occasion, write_rows)
        except Refused as refused:
            refuse_dataset(connection, plan.source.name, plan.run, name, refused.findings, at=now)
            return refused
        refuse_dataset(connection, plan.source.name, plan.run, name, outcome.findings, at=now)
        return outcome

    def _refresh(self, connection: Connection, declaration: Declaration) -> Issue | None:
        now = self._clock()
        occasion = Occasion(at=now, run=0, note=_NEW_COLUMNS, new_content=False)
        source, table = main_source(connection, declaration.table.name), declaration.table.name
        try:
            outcome = attempt(connection, self._press, declaration, occasion, lambda: None)
        except Refused as refused:
            refuse_dataset(connection, source, 0, table, refused.findings, at=now)
            return None
        refuse_dataset(connection, source, 0, table, outcome.findings, at=now)
        return outcome

    def _finish_erasures(self) -> None:
        finish_erasures(self._database, files=self._files, archive=self._archive)


def note(table: TablePlan) -> Text:
    """What is new in an edition: `Zeilen neu: 3, geändert: 1`."""
    counts = Counter(each.change for each in table.changes)
    german = ", ".join(f"{word}: {counts[change]}" for change, word, _ in _WORDS if counts[change])
    english = ", ".join(f"{word}: {counts[change]}" for change, _, word in _WORDS if counts[change])
    return Text(de=f"Zeilen {german}", en=f"Rows {english}")


def raise_revision(connection: Connection) -> int:
    revision = read_revision(connection) + 1
    connection.execute(tables.meta.update().where(tables.meta.c.key == "revision").values(value=str(revision)))
    return revision


def read_revision(connection: Connection) -> int:
    return int(connection.execute(select(tables.meta.c.value).where(tables.meta.c.key == "revision")).scalar_one())


def _require_uri_base(connection: Connection, site: Site) -> None:
    """The first publication fixes it: URIs never change."""
    frozen = connection.execute(select(tables.meta.c.value).where(tables.meta.c.key == "uri_base")).scalar_one_or_none()
    if frozen is None:
        connection.execute(tables.meta.insert().values(key="uri_base", value=site.uri_base))
    elif frozen != site.uri_base:
        raise ConfigurationError(f"uri_base steht seit der ersten Veröffentlichung fest: {frozen}; eingestellt ist {site.uri_base}.")


def _newest(name: str, stored: Declaration) -> Declaration:
    """The program's own word on a city-wide data set; what the source said on its own ones."""
    return city_wide().get(name, stored)


def _applied(plan: int, revision: int, outcomes: dict[str, Issue | Refused]) -> Applied:
    issued = {name: each for name, each in outcomes.items() if isinstance(each, Issue)}
    return Applied(
        plan=plan,
        revision=revision,
        editions={name: each.edition for name, each in issued.items() if each.kind in _WITH_EDITION},
        metadata=_of_kind(issued.items(), ChangeKind.METADATA),
        removed=_of_kind(issued.items(), ChangeKind.REMOVED),
        refused={name: each.findings for name, each in outcomes.items() if isinstance(each, Refused)},
        findings=_all_findings(issued.values()),
    )


_WITH_EDITION = (ChangeKind.CREATED, ChangeKind.EDITION, ChangeKind.RETURNED)


def _of_kind(issued: Iterable[tuple[str, Issue]], kind: ChangeKind) -> tuple[str, ...]:
    return tuple(name for name, each in issued if each.kind is kind)


def _all_findings(issued: Iterable[Issue]) -> tuple[Finding, ...]:
    return tuple(finding for each in issued for finding in each.findings)
