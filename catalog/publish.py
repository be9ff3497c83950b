"""Publishing: the only code that changes what the public sees. One transaction under the write lock, one savepoint per data set.

Files are written before the commit that names them: what a crash leaves behind is at most a file nobody refers to.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from catalog import removal, standing, tables, withdraw
from catalog.adopting import adopt_again, source_of
from catalog.applying import Application
from catalog.charts.keeping import keep_charts
from catalog.codec import loads
from catalog.consent import forget_consent, release_subject
from catalog.database import Record, utc_now
from catalog.decisions import record_decision
from catalog.entries import Applied, Status
from catalog.erasure import Erasing, NoVault, finish_erasures
from catalog.files import Files
from catalog.issuing import attempt, remember_source
from catalog.meta import raise_revision, read_revision
from catalog.outline import Outline
from catalog.plan import PlanState
from catalog.plans import PlanInHand, close_plan, plan_in_hand, require_open
from catalog.press import NOTICE, Content, FileWriter, Issue, Occasion, Press, Refused, write_all
from catalog.quarantine import file_dataset
from catalog.rendering import Renderer
from catalog.rowchanges import is_outdated
from catalog.rows import main_source
from catalog.statistics import publishing as statistics
from catalog.statistics.releases import ReleaseHead, is_statistic
from catalog.store import Store
from catalog.totals import count_anew
from schemas.declaration import Declaration, city_wide
from schemas.errors import ConfigurationError, PlanOutdated
from schemas.model import Site, SourceReference
from schemas.personal_data import Detector
from schemas.statistics import Release
from schemas.values import Text

_d = tables.dataset.c
_AT_ONCE = 200  #: data sets that are brought in line in one transaction
_NEW_COLUMNS = Text(de="Die Spalten haben sich geändert.", en="The columns have changed.")


class Publisher:
    """Applies plans, follows configuration, erases what must not be public. `archive` and `vault` are touched by withdrawal only.
    `detector` looks for personal data in titles, descriptions and other words of data sets; without one nobody looks.
    `notice`: how long the removal of a data set without rows is announced before; 0: it goes at once.
    `attached`: where the files lie that rows name, until they are published with them."""

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
        notice: timedelta = NOTICE,
        attached: Files | None = None,
    ) -> None:
        self._database = store.database
        self._files = files
        self._archive = archive
        self._vault = vault or NoVault()
        self._site = site
        self._press = Press(
            files=files,
            site=site,
            curation=curation,
            renderer=renderer,
            write_files=write_files,
            notice=notice,
            attached=attached,
            detector=detector,
        )
        self._clock = clock

    def apply(self, plan: int, *, by: str = "", reason: str = "", role: str = "", outlines: Sequence[Outline] | None = None) -> Applied:
        """Publish a plan; `by` is the person who approved it, "" when no guard or review stopped it. `outlines`: of
        what was stored under this number, from whoever has just stored it and has let go of its rows: here they are read a table at a time.

        Raises UnknownItem, DecisionRefused (decided already), PlanOutdated (the plan is then marked so), Busy, and
        ConfigurationError when `uri_base` is not the one everything was published under.
        """
        self._finish_erasures()
        with self._database.write() as connection:
            hand = plan_in_hand(connection, plan, outlines)
            require_open(hand.stored)
            _require_uri_base(connection, self._site)
            outdated = is_outdated(connection, hand)
            if outdated:
                close_plan(connection, plan, PlanState.OUTDATED, by=by, reason=reason, at=self._clock())
            else:
                applied = self._apply(connection, hand, by, reason, role)
        if outdated:
            raise PlanOutdated(f"Plan {plan}")
        return applied

    def publish_release(
        self, release: Release, *, charts: Mapping[str, Content] | None = None, by: str = "", role: str = ""
    ) -> ReleaseHead:
        """Publish a release of a statistic that passed the audit, for ever; a statistic that is no demonstration gets an edition of its
        data set. `store.next_release` gives name and number. `charts`: of `catalog.charts.drawing.draw_all`, drawn before, for that takes
        seconds.

        Raises ReleaseRefused (name or number taken, cells missing or too many, not publishable: nothing has changed), ConfigurationError.
        """
        self._finish_erasures()
        with self._database.write() as connection:
            _require_uri_base(connection, self._site)
            head = statistics.publish_release(connection, self._press, release)
            keep_charts(connection, self._files, release, charts or {})
            forget_consent(connection, release_subject(release.cube.name), release.number)
            if by:
                target = f"{release.cube.name}, {release.name}"
                record_decision(connection, at=self._clock(), who=by, role=role, what="release", target=target, why=release.reason.de)
            raise_revision(connection)
        return head

    def refresh(self, sources: Sequence[SourceReference] = ()) -> tuple[str, ...]:
        """Bring metadata and fragments in line with configuration, curation, declarations and renderer; `sources` as they are
        configured now. Returns the data sets that changed for readers or were rendered anew. Looks only at data sets that something
        has changed for (catalog.standing).

        Data sets whose announced end has come go. Those whose curation is broken or which do not pass the renderer's checks stay as
        they are, on the Prüfliste.
        """
        self._finish_erasures()
        with self._database.write() as connection:
            _require_uri_base(connection, self._site)
            for each in sources:
                remember_source(connection, each)
            now = self._clock()
            names = standing.due(connection, self._press, now)
            target = standing.begin(connection, self._press, now)
            leaving = removal.due(connection, now)
            names = _active(connection) if names is None else tuple(dict.fromkeys((*names, *leaving)))
        changed = self._bring_in_line(names)
        with self._database.write() as connection:
            standing.finish(connection, target)
        return changed

    def end_announced(self) -> tuple[str, ...]:
        """Remove the data sets whose announced end has come. Doing it again changes nothing. Returns their names."""
        with self._database.read() as connection:
            names = removal.due(connection, self._clock())
        return self._bring_in_line(names)

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
                withdraw.withdraw_dataset(connection, order, press=self._press, archive=self._archive, vault=self._vault)
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

    def _apply(self, connection: Connection, hand: PlanInHand, by: str, reason: str, role: str) -> Applied:
        now = self._clock()
        stored = hand.stored
        remember_source(connection, stored.plan.source)
        outcome = Application(connection, self._press, hand, approved=bool(by), at=now).carry_out()
        close_plan(connection, stored.id, PlanState.APPLIED, by=by, reason=reason, at=now)
        if by:
            record_decision(connection, at=now, who=by, role=role, what="approve", target=f"plan {stored.id}", why=reason)
        revision = raise_revision(connection) if outcome.changed else read_revision(connection)
        return outcome.applied(stored.id, revision)

    def _bring_in_line(self, names: Sequence[str]) -> tuple[str, ...]:
        changed: list[str] = []
        for start in range(0, len(names), _AT_ONCE):
            changed += self._refresh_some(names[start : start + _AT_ONCE])
        return tuple(changed)

    def _refresh_some(self, names: Sequence[str]) -> list[str]:
        """In one transaction; nobody has to wait until all are done."""
        with self._database.write() as connection:
            question = select(tables.dataset).where(_d.name.in_(names), _d.status == Status.ACTIVE.value)
            active = {each.name: each for each in connection.execute(question)}
            done = [(name, self._refresh(connection, active[name])) for name in names if name in active]
            changed = [name for name, issue in done if issue is not None and (issue.kind or issue.rendered)]
            if changed:
                raise_revision(connection)
        return changed

    def _refresh(self, connection: Connection, stored: Record) -> Issue | None:
        now = self._clock()
        try:
            outcome = self._brought_in_line(connection, stored, now)
            findings = outcome.findings
        except Refused as refused:
            standing.note_issue(connection, self._press, stored.name, fine=False)
            outcome, findings = None, refused.findings
        source = source_of(connection, stored.upstream) if stored.upstream else main_source(connection, stored.table_name)
        file_dataset(connection, source, 0, stored.table_name, findings, at=now)
        return outcome

    def _brought_in_line(self, connection: Connection, stored: Record, now: datetime) -> Issue:
        """Raises Refused."""
        if stored.upstream:
            return adopt_again(connection, self._press, stored, at=now)
        if is_statistic(connection, stored.name):
            return statistics.refresh_statistic(connection, self._press, stored, at=now)
        occasion = Occasion(at=now, run=0, note=_NEW_COLUMNS, new_content=False)
        declaration = _newest(stored.name, loads(Declaration, stored.declaration))
        return attempt(connection, self._press, declaration, occasion, lambda: None)

    def _finish_erasures(self) -> None:
        finish_erasures(self._database, files=self._files, archive=self._archive, vault=self._vault)


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
