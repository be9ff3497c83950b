"""One klar.toml brought to life, for the processes of the operator: the parts that harvest and publish."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from api.indexing import index_published
from api.settings import Settings
from api.wiring import Clock, public_files, require_database, search_of, store_of, utc_now
from catalog.entries import Applied
from catalog.files import Files
from catalog.plan import RunRecord
from catalog.publish import Publisher
from catalog.search import Search
from catalog.store import Store
from dcat.render import renderer
from harvesters.harvester import SourceConfig
from harvesters.http.opening import Web, web_in
from harvesters.run import Progress, harvest
from schemas.errors import ConfigurationError
from schemas.personal_data import DEFAULT_MAILBOXES, Detector


@dataclass(frozen=True, kw_only=True)
class Installation:
    settings: Settings
    store: Store
    files: Files
    archive: Files
    publisher: Publisher
    search: Search
    clock: Clock

    def source(self, name: str) -> SourceConfig:
        """Raises ConfigurationError that lists the known names."""
        sources = {each.name: each for each in self.settings.sources()}
        if name not in sources:
            known = ", ".join(sources) or "keine"
            raise ConfigurationError(f"Die Quelle »{name}« gibt es nicht. Eingerichtet: {known}.")
        return sources[name]

    def harvest(self, source: SourceConfig, *, plan_only: bool = False, progress: Progress | None = None) -> RunRecord:
        """One run of one source. Raises Busy when it is being harvested already, and ConfigurationError."""
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
        )

    def approve(self, plan: int, *, by: str, reason: str) -> Applied:
        """Publish a held or proposed plan. Raises UnknownItem, DecisionRefused, PlanOutdated."""
        applied = self.publisher.apply(plan, by=by, reason=reason)
        decided = self.store.plan(plan).plan
        self.web.validators.commit(decided.source.name, decided.run)
        return applied

    def reject(self, plan: int, *, by: str, reason: str) -> None:
        """Raises UnknownItem, DecisionRefused."""
        self.store.reject_plan(plan, by, reason)
        decided = self.store.plan(plan).plan
        self.web.validators.discard(decided.source.name, decided.run)

    @cached_property
    def web(self) -> Web:
        """What sources in the web share: politeness per host and what they said of their versions, kept across runs."""
        site = self.settings.site()
        return web_in(self.settings.files / "http", base_url=site.base_url, contact=site.contact.email)

    def follow_up(self) -> tuple[str, ...]:
        """After publishing: bring metadata in line with configuration and curation, and the search in line with both.
        Returns the data sets whose metadata changed."""
        changed = self.publisher.refresh([each.reference for each in self.settings.sources()])
        index_published(self.search, self.store, self.files)
        return changed


def detector_of(settings: Settings) -> Detector:
    """Looks for personal data; `[privacy]` says what is public all the same. Raises ConfigurationError for an address that is none."""
    privacy = settings.content.privacy
    mailboxes = privacy.mailboxes or DEFAULT_MAILBOXES
    return Detector(privacy.venues, hosts=privacy.hosts, mailboxes=mailboxes, public=privacy.public)


@contextmanager
def installation(settings: Settings, *, clock: Clock = utc_now) -> Iterator[Installation]:
    """Raises WrongSchemaVersion for a database that is not there or of another version."""
    store = store_of(settings, clock=clock)
    try:
        require_database(settings)
        store.require_current()
        yield _installation(settings, store, clock)
    finally:
        store.close()


def _installation(settings: Settings, store: Store, clock: Clock) -> Installation:
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
            renderer=renderer(site, settings.content.feed.profile),
            clock=clock,
        ),
        search=search_of(settings),
        clock=clock,
    )
