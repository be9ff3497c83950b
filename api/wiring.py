"""What settings become: the parts every process has, and the services of the public server. Below this, a function takes the
value it needs, never the settings. What only the operator's processes have is put together in `api.installation`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from api.settings import PublicSettings, expected_interval
from api.web.services import PublicServices, PublicSource
from catalog.files import Files
from catalog.search import Search
from catalog.store import Store
from dcat.render import renderer
from schemas.errors import WrongSchemaVersion

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def store_of(settings: PublicSettings, *, clock: Clock = utc_now) -> Store:
    return Store(settings.database, clock=clock)


def public_files(settings: PublicSettings) -> Files:
    return Files(settings.files / "public")


def search_of(settings: PublicSettings) -> Search:
    return Search(settings.files / "search", aliases=settings.aliases)


def require_database(settings: PublicSettings) -> None:
    """SQLite would quietly make an empty file. Raises WrongSchemaVersion."""
    file = sqlite_file(settings)
    if file is not None and not file.exists():
        raise WrongSchemaVersion(f"{file} gibt es noch nicht.")


def sqlite_file(settings: PublicSettings) -> Path | None:
    """None for a database server."""
    return sqlite_path(settings.database)


def sqlite_path(url: str) -> Path | None:
    """The file of a database URL; None for a database server."""
    _, sqlite, path = url.partition("sqlite:///")
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
        aliases=settings.aliases,
        outlines=settings.districts.outlines() if settings.districts else (),
        profile=settings.content.feed.profile,
        version=version("klar"),
        requests_per_minute=settings.content.limits.requests,
        engine_seconds=settings.content.limits.engine_seconds,
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
            personal_data=each.personal_data,
        )
