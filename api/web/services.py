"""What the public web is given: read access to what is published, and nothing else (no vault, no harvesters, no settings)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from catalog.files import Files
from catalog.query import TableEngine
from catalog.rendering import Renderer
from catalog.search import Search
from catalog.store import Store
from schemas.aliases import Aliases
from schemas.districts import Outline
from schemas.model import Site

#: Pages of `[legal]`, in the order of the footer. The name is the address.
LEGAL_PAGES = ("impressum", "datenschutz", "barrierefreiheit", "leichte-sprache", "gebaerdensprache", "nutzung", "kontakt")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class PublicSource:
    """One configured source, as the public may know it: never a path of a city machine."""

    name: str
    title: str
    schedule: str = ""  #: cron in Europe/Berlin; "" when it is harvested by hand
    expected_interval: timedelta | None = None  #: longest time between two runs by its schedule
    url: str = ""  #: only http(s)
    personal_data: bool = False  #: what its runs found must show nowhere


@dataclass(frozen=True, kw_only=True)
class PublicServices:
    site: Site
    store: Store
    files: Files
    search: Search
    renderer: Renderer
    legal: Mapping[str, Path]  #: page name of LEGAL_PAGES -> Markdown file
    sources: tuple[PublicSource, ...] = ()
    aliases: Aliases = field(default_factory=Aliases)  #: what projects and others are called elsewhere
    outlines: tuple[Outline, ...] = ()  #: of the districts, for maps
    profile: str = "dcat-ap-de-3.0"
    version: str = "0.1.0"  #: of klar
    requests_per_minute: int = 600  #: per client and process
    engine_seconds: float = 20.0  #: per client, minute and process
    clock: Callable[[], datetime] = field(default=utc_now)

    @cached_property
    def tables(self) -> TableEngine:
        """Answers questions to published tables."""
        return TableEngine(self.files.root)
