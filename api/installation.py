"""One klar.toml brought to life, for the processes of the operator: the parts that harvest and publish."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from api.indexing import index_published
from api.settings import Settings
from api.staging import purge_staged, staging_of
from api.vault import require_vault, vault_of
from api.wiring import Clock, public_files, require_database, search_of, store_of, utc_now
from catalog.entries import Applied
from catalog.files import Files
from catalog.plan import RunRecord
from catalog.publish import Publisher
from catalog.retention import Periods, Purged, purge
from catalog.search import Search
from catalog.store import Store
from catalog.vault import Vault
from dcat.render import renderer
from harvesters.clearing import clear_folder
from harvesters.harvester import SourceConfig
from harvesters.http.opening import Web, web_in
from harvesters.replay import replay
from harvesters.run import Progress, harvest
from harvesters.sampling.publishing import publish
from harvesters.sampling.shelf import Shelf
from harvesters.sampling.snapshot import Bounds, Report
from harvesters.sampling.taking import take
from schemas.errors import ConfigurationError
from schemas.personal_data import DEFAULT_MAILBOXES, Detector

#: Name of the daily purge among the firings of the clock; no source can have it.
_PURGE = "klar:purge"


@dataclass(frozen=True, kw_only=True)
class Installation:
    settings: Settings
    store: Store
    files: Files
    archive: Files
    publisher: Publisher
    search: Search
    vault: Vault
    clock: Clock

    def source(self, name: str) -> SourceConfig:
        """Raises ConfigurationError that lists the known names."""
        sources = {each.name: each for each in self.settings.sources()}
        if name not in sources:
            known = ", ".join(sources) or "keine"
            raise ConfigurationError(f"Die Quelle »{name}« gibt es nicht. Eingerichtet: {known}.")
        return sources[name]

    def harvest(
        self,
        source: SourceConfig,
        *,
        plan_only: bool = False,
        progress: Progress | None = None,
        uploads: Mapping[str, bytes] | None = None,
    ) -> RunRecord:
        """One run of one source. `uploads`: files that stand in for those of the drop folder, or beside them, by address; only to
        plan. Raises Busy when the source is being harvested already, and ConfigurationError."""
        return harvest(
            source,
            store=self.store,
            publisher=self.publisher,
            archive=self.archive,
            now=self.clock(),
            detector=detector_of(self.settings),
            web=self.web,
            plan_only=plan_only,
            progress=progress,
            vault=self.vault,
            uploads=uploads,
            retention=timedelta(days=self.settings.content.vault.retention_days),
        )

    def sample(self, source: SourceConfig, *, bounds: Bounds | None = None) -> Mapping[str, Report]:
        """Collect the values of a source, by name of the layer. Raises as `harvesters.sampling.taking.take`."""
        return take(source, self.web, shelf_of(self.settings), now=self.clock(), bounds=bounds)

    def publish_samples(self, source: SourceConfig) -> RunRecord | None:
        """What was collected of a source; None: nothing of a published layer. Raises Busy."""
        return publish(
            source,
            store=self.store,
            publisher=self.publisher,
            shelf=shelf_of(self.settings),
            site=self.settings.site(),
            now=self.clock(),
        )

    def replay(self, source: SourceConfig, run: int, *, progress: Progress | None = None) -> RunRecord:
        """A run once more, from what was kept of it; publishes nothing. Raises UnknownItem, ConfigurationError, AnswersGone, Busy."""
        return replay(
            source,
            run,
            store=self.store,
            archive=self.archive,
            vault=self.vault,
            now=self.clock(),
            detector=detector_of(self.settings),
            progress=progress,
        )

    def approve(self, plan: int, *, by: str, reason: str, role: str = "") -> Applied:
        """Publish a held or proposed plan. Raises UnknownItem, DecisionRefused, PlanOutdated."""
        applied = self.publisher.apply(plan, by=by, reason=reason, role=role)
        decided = self.store.plan(plan).plan
        self.web.validators.commit(decided.source.name, decided.run)
        return applied

    def reject(self, plan: int, *, by: str, reason: str, role: str = "") -> None:
        """Raises UnknownItem, DecisionRefused."""
        self.store.reject_plan(plan, by, reason, role=role)
        decided = self.store.plan(plan).plan
        self.web.validators.discard(decided.source.name, decided.run)

    @cached_property
    def web(self) -> Web:
        """What sources in the web share: politeness per host and what they said of their versions, kept across runs."""
        site, http = self.settings.site(), self.settings.content.http
        return web_in(
            self.settings.files / "http",
            base_url=site.base_url,
            contact=site.contact.email,
            proxy=http.proxy,
            proxy_login=self.settings.folder / http.proxy_login_file if http.proxy_login_file else None,
        )

    def follow_up(self) -> tuple[str, ...]:
        """After publishing: bring metadata in line with configuration and curation, and the search in line with both.
        Returns the data sets whose metadata changed."""
        changed = self.publisher.refresh([each.reference for each in self.settings.sources()])
        index_published(self.search, self.store, self.files, self.settings.site())
        purge_staged(staging_of(self.settings), self.store, self.clock())
        self.purge_daily()
        return changed

    def end_announced(self) -> tuple[str, ...]:
        """Remove the data sets whose announced end has come, where nothing is harvested that would do it. Returns their names."""
        gone = self.publisher.end_announced()
        index_published(self.search, self.store, self.files, self.settings.site())  # nothing to do for it mostly; else what a crash left
        return gone

    def purge(self) -> tuple[Purged, ...]:
        """Let go of everything whose time is over: answers, microdata, what the Prüfliste said, logs, files of drop folders."""
        now, drop = self.clock(), timedelta(days=self.settings.content.privacy.drop_days)
        done: list[Purged] = []
        for each in self.settings.sources() if drop else ():
            done += clear_folder(each, self.store, self.vault, period=drop, now=now)  # first: the vault still knows what was read
        done += purge(self.store, self.vault, files=self.files, archive=self.archive, periods=_periods(self.settings), now=now)
        return tuple(done)

    def purge_daily(self) -> tuple[Purged, ...]:
        """The same, in one process, once a day."""
        today = datetime.combine(self.clock().astimezone(UTC).date(), time(), UTC)
        return self.purge() if self.store.fire(_PURGE, today) else ()


def _periods(settings: Settings) -> Periods:
    privacy, vault = settings.content.privacy, settings.content.vault
    return Periods(
        archive=timedelta(days=privacy.archive_days),
        vault=timedelta(days=vault.retention_days),
        quarantine=timedelta(days=privacy.quarantine_days),
        logs=timedelta(days=privacy.log_days),
    )


def shelf_of(settings: Settings) -> Shelf:
    """Where sampled values are collected."""
    return Shelf(settings.files / "messwerte")


def detector_of(settings: Settings) -> Detector:
    """Looks for personal data; `[privacy]` says what is public all the same. Raises ConfigurationError for an address that is none."""
    privacy = settings.content.privacy
    mailboxes = privacy.mailboxes or DEFAULT_MAILBOXES
    contact = settings.content.publisher.contact_email  # stands on every data set
    return Detector(privacy.venues, hosts=privacy.hosts, mailboxes=mailboxes, public=(*privacy.public, contact))


@contextmanager
def installation(settings: Settings, *, clock: Clock = utc_now) -> Iterator[Installation]:
    """Raises WrongSchemaVersion for a database that is not there or of another version."""
    store, vault = store_of(settings, clock=clock), vault_of(settings, clock=clock)
    try:
        require_database(settings)
        store.require_current()
        require_vault(settings)
        vault.require_current()
        yield _installation(settings, store, vault, clock)
    finally:
        vault.close()
        store.close()


def _installation(settings: Settings, store: Store, vault: Vault, clock: Clock) -> Installation:
    site = settings.site()
    files, archive = public_files(settings), Files(settings.files / "archive")
    return Installation(
        settings=settings,
        store=store,
        files=files,
        archive=archive,
        publisher=Publisher(
            store,
            files,
            archive,
            site=site,
            curation=settings.curation,
            renderer=renderer(site, settings.content.feed.profile, sha1=files.sha1, shapes=settings.shapes),
            clock=clock,
            detector=detector_of(settings),
            vault=vault,
            notice=timedelta(days=settings.content.feed.deprecated_days),
            attached=shelf_of(settings).files,
        ),
        search=search_of(settings),
        vault=vault,
        clock=clock,
    )
