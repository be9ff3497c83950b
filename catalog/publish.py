"""Publishing: the only code that changes what the public sees. One transaction under the write lock, one savepoint per data set.

Files are written before the commit that names them: what a crash leaves behind is at most a file nobody refers to.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from catalog import standing, tables, withdraw
from catalog.applying import Application
from catalog.codec import loads
from catalog.database import utc_now
from catalog.decisions import record_decision
from catalog.entries import Applied, Status
from catalog.erasure import Erasing, NoVault, finish_erasures
from catalog.files import Files
from catalog.issuing import attempt, remember_source
from catalog.plan import PlanState, StoredPlan
from catalog.plans import close_plan, read_plan, require_open
from catalog.press import FileWriter, Issue, Occasion, Press, Refused, write_all
from catalog.quarantine import file_dataset
from catalog.rendering import Renderer
from catalog.rowchanges import is_outdated
from catalog.rows import main_source
from catalog.store import Store
from catalog.totals import count_anew
from schemas.declaration import Declaration, city_wide
from schemas.errors import ConfigurationError, PlanOutdated
from schemas.model import Site, SourceReference
from schemas.personal_data import Detector
from schemas.values import Text

_d = tables.dataset.c
_AT_ONCE = 200  #: data sets that are brought in line in one transaction
_NEW_COLUMNS = Text(de="Die Spalten haben sich geändert.", en="The columns have changed.")


class Publisher:
    """Applies plans, follows configuration, erases what must not be public. `archive` and `vault` are touched by withdrawal only.
    `detector` looks for personal data in titles, descriptions and other words of data sets; without one nobody looks."""

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
        vault: Erasing | None = None,
        detector: Detector | None = None,
    ) -> None:
        self._database = store.database
        self._files = files
        self._archive = archive
        self._vault = vault or NoVault()
        self._site = site
        self._press = Press(files=files, site=site, curation=curation, renderer=renderer, write_files=write_files, detector=detector)
        self._clock = clock

    def apply(self, plan: int, *, by: str = "", reason: str = "", role: str = "") -> Applied:
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
                applied = self._apply(connection, stored, by, reason, role)
        if outdated:
            raise PlanOutdated(f"Plan {plan}")
        return applied

    def refresh(self, sources: Sequence[SourceReference] = ()) -> tuple[str, ...]:
        """Bring metadata and fragments in line with configuration, curation, declarations and renderer; `sources` as they are
        configured now. Returns the data sets that changed for readers or were rendered anew. Looks only at data sets that something
        has changed for (catalog.standing).

        Data sets whose curation is broken or which do not pass the renderer's checks stay as they are, on the Prüfliste.
        """
        self._finish_erasures()
        with self._database.write() as connection:
            _require_uri_base(connection, self._site)
            for each in sources:
                remember_source(connection, each)
            names = standing.due(connection, self._press)
            target = standing.begin(connection, self._press)
            names = _active(connection) if names is None else names
        changed: list[str] = []
        for start in range(0, len(names), _AT_ONCE):
            changed += self._refresh_some(names[start : start + _AT_ONCE])
        with self._database.write() as connection:
            standing.finish(connection, target)
        return tuple(changed)

    def withdraw(self, name: str, *, edition: int | None = None, row: str | None = None, reason: str, by: str, role: str = "") -> None:
        """Erase a data set, one edition, or one row (by key, from all editions) everywhere, and say so publicly with `reason`.

        A withdrawn name or row never comes back. Raises UnknownDataset, UnknownEdition, UnknownItem, Gone, DecisionRefused (the
        newest edition: its rows are the published ones), ConfigurationError (no reason given, or both an edition and a row).
        """
        if not reason.strip() or (edition is not None and row is not None):
            raise ConfigurationError("Eine Zurückziehung braucht eine Begründung und entweder einen Stand oder eine Zeile oder keines.")
        self._finish_erasures()
        with self._database.write() as connection:
            _require_uri_base(connection, self._site)
            order = withdraw.Order(name=name, reason=reason, by=by, role=role, at=self._clock())
            if edition is not None:
                withdraw.withdraw_edition(connection, order, edition)
            elif row is not None:
                withdraw.withdraw_row(connection, order, row, press=self._press, archive=self._archive, vault=self._vault)
            else:
                withdraw.withdraw_dataset(connection, order, vault=self._vault)
            count_anew(connection)
            raise_revision(connection)
        self._finish_erasures()

    def move_uri_base(self, *, by: str, reason: str) -> tuple[str, ...]:
        """Publish everything under the configured `uri_base` from now on (`--i-know`): every URI changes, which nobody should want."""
        with self._database.write() as connection:
            where = tables.meta.c.key == "uri_base"
            connection.execute(tables.meta.update().where(where).values(value=self._site.uri_base))
            record_decision(connection, at=self._clock(), who=by, what="move", target=f"uri_base {self._site.uri_base}", why=reason)
        return self.refresh()

    def _apply(self, connection: Connection, stored: StoredPlan, by: str, reason: str, role: str) -> Applied:
        now = self._clock()
        remember_source(connection, stored.plan.source)
        outcome = Application(connection, self._press, stored, approved=bool(by), at=now).carry_out()
        close_plan(connection, stored.id, PlanState.APPLIED, by=by, reason=reason, at=now)
        if by:
            record_decision(connection, at=now, who=by, role=role, what="approve", target=f"plan {stored.id}", why=reason)
        revision = raise_revision(connection) if outcome.changed else read_revision(connection)
        return outcome.applied(stored.id, revision)

    def _refresh_some(self, names: Sequence[str]) -> list[str]:
        """In one transaction; nobody has to wait until all are done."""
        with self._database.write() as connection:
            active = connection.execute(select(_d.name, _d.declaration).where(_d.name.in_(names), _d.status == Status.ACTIVE.value))
            stored = dict(map(tuple, active))
            declarations = [_newest(name, loads(Declaration, stored[name])) for name in names if name in stored]
            done = [(each.name, self._refresh(connection, each)) for each in declarations]
            changed = [name for name, issue in done if issue is not None and (issue.kind or issue.rendered)]
            if changed:
                raise_revision(connection)
        return changed

    def _refresh(self, connection: Connection, declaration: Declaration) -> Issue | None:
        now = self._clock()
        occasion = Occasion(at=now, run=0, note=_NEW_COLUMNS, new_content=False)
        source, table = main_source(connection, declaration.table.name), declaration.table.name
        try:
            outcome = attempt(connection, self._press, declaration, occasion, lambda: None)
        except Refused as refused:
            file_dataset(connection, source, 0, table, refused.findings, at=now)
            standing.note_issue(connection, self._press, declaration.name, fine=False)
            return None
        file_dataset(connection, source, 0, table, outcome.findings, at=now)
        return outcome

    def _finish_erasures(self) -> None:
        finish_erasures(self._database, files=self._files, archive=self._archive, vault=self._vault)


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


def _active(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(select(_d.name).where(_d.status == Status.ACTIVE.value).order_by(_d.number)).scalars())


def _newest(name: str, stored: Declaration) -> Declaration:
    """The program's own word on a city-wide data set; what the source said on its own ones."""
    return city_wide().get(name, stored)
