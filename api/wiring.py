"""The one place where everything is put together. Below it, a function takes the value it needs, never the settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from api.settings import PublicSettings, Settings, expected_interval
from api.web.services import PublicServices, PublicSource
from catalog.files import Files
from catalog.plan import RunRecord
from catalog.publish import Publisher
from catalog.search import Search
from catalog.store import Store
from dcat.render import renderer
from harvesters.harvester import SourceConfig
from harvesters.run import Progress, harvest
from schemas.errors import ConfigurationError, WrongSchemaVersion

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One klar.toml brought to life, for the processes of the operator."""

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
            plan_only=plan_only,
            progress=progress,
        )

    def follow_up(self) -> tuple[str, ...]:
        """After publishing: bring metadata in line with configuration and curation, and the search in line with both.
        Returns the data sets whose metadata changed."""
        changed = self.publisher.refresh([each.reference for each in self.settings.sources()])
        self.search.catch_up(self.store)
        return changed


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


def store_of(settings: PublicSettings, *, clock: Clock = utc_now) -> Store:
    return Store(settings.database, clock=clock)


def public_files(settings: PublicSettings) -> Files:
    return Files(settings.files / "public")


def search_of(settings: PublicSettings) -> Search:
    return Search(settings.files / "search", public_files(settings))


def require_database(settings: PublicSettings) -> None:
    """SQLite would quietly make an empty file. Raises WrongSchemaVersion."""
    file = sqlite_file(settings)
    if file is not None and not file.exists():
        raise WrongSchemaVersion(f"{file} gibt es noch nicht.")


def sqlite_file(settings: PublicSettings) -> Path | None:
    """None for a database server."""
    _, sqlite, path = settings.database.partition("sqlite:///")
    return Path(path) if sqlite else None


def public_services(settings: PublicSettings, *, clock: Clock = utc_now) -> PublicServices:
    """What `klar serve` gets; the caller has taken `Settings.public()`."""
    site = settings.site()
    return PublicServices(
        site=site,
        store=store_of(settings, clock=clock),
        files=public_files(settings),
        search=search_of(settings),
        renderer=renderer(site, settings.content.feed.profile),
        legal=settings.legal_pages(),
        sources=tuple(_public_source(settings, clock)),
        profile=settings.content.feed.profile,
        version=version("klar"),
        clock=clock,
    )


def _public_source(settings: PublicSettings, clock: Clock) -> Iterator[PublicSource]:
    for each in settings.content.source:
        yield PublicSource(
            name=each.name,
            title=each.title,
            schedule=each.schedule,
            expected_interval=expected_interval(each.schedule, clock()),
            url=each.url if each.url.startswith(("http://", "https://")) else "",
        )
