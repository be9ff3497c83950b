"""A CKAN portal: data sets of a neighbour, read page by page through package_search; one by one where the portal refuses that.

A page that is missing, comes twice or says something else than the one before makes the run fail: a list that is shorter than it should be
never takes anything away (reference: ckan/pain.md A, E; ckan/compat.md 4).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from harvesters.catalogues import naming, search
from harvesters.catalogues.intake import CatalogueRecord, Intake, require_web
from harvesters.catalogues.iris import action_url
from harvesters.catalogues.packages import adopted, is_offered
from harvesters.catalogues.rows import TABLE
from harvesters.harvester import Found, Remark, SourceConfig
from harvesters.http.faults import HttpError
from harvesters.http.paging import pages, web
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import NotRead, SourceError
from schemas.fetch import Fetch, Payload, WebFetch
from schemas.row import Finding, Quarantined, Row


class CkanOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisations: tuple[str, ...] = Field(default=(), description="nur Datensätze dieser Organisationen (ihre Kurznamen im Portal)")
    groups: tuple[str, ...] = Field(default=(), description="nur Datensätze dieser Gruppen (ihre Kurznamen im Portal)")
    filter: str = Field(default="", max_length=2000, description="weitere Bedingung in der Sprache von CKAN (fq)")
    page_size: int = Field(default=100, ge=1, le=1000, description="Datensätze je Seite")
    at_most: int = Field(default=50_000, ge=1, le=1_000_000, description="ein Portal mit mehr Datensätzen wird nicht gelesen")


class CkanHarvester:
    """Harvester `ckan`."""

    kind: ClassVar[str] = "ckan"
    Options: ClassVar[type[BaseModel]] = CkanOptions
    token_scheme: ClassVar[str] = ""  #: CKAN takes the token alone (reference: ckan/compat.md 1)

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web."""
        self._options = CkanOptions.model_validate(dict(source.options))
        require_web(source)
        self._source = source

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        home = source.list("")[0]
        intake = Intake(self._source)
        listing = _Listing(home, self._options)
        yield declaration_of_table(TABLE)
        try:
            yield from self._searched(source, home, listing, intake)
        except (HttpError, NotRead) as refusal:
            if listing.is_begun or not naming.is_refusal(refusal):
                raise
            yield from self._named(source, home, self._names(source, home, refusal), intake)
        yield from intake.remarks(home)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, CatalogueRecord)  # records() yields no other
        yield record.result(self._source.title)

    def _searched(self, source: WebFetch, home: str, listing: "_Listing", intake: Intake) -> Iterator[CatalogueRecord]:
        for page in pages(source, listing.address(0), listing.following, get=partial(_page, source)):
            for place, package in listing.read(page):
                yield from self._taken(package, place, page.url, home, intake)
        listing.require_complete()

    def _names(self, source: WebFetch, home: str, refusal: SourceError) -> Sequence[str]:
        """Raises SourceError: that the search is refused, where nothing else helps."""
        if self._options.filter:
            raise SourceError(f"{refusal.detail} Ohne Suche lässt sich options.filter nicht anwenden.") from refusal
        try:
            return naming.names_at(source, home, at_most=self._options.at_most)
        except (HttpError, NotRead):
            raise refusal from None

    def _named(self, source: WebFetch, home: str, names: Sequence[str], intake: Intake) -> Iterator[Found]:
        message = f"Das Portal lehnt die Suche (package_search) ab; gelesen werden {len(names)} Datensätze einzeln."
        yield Remark(finding=Finding(code="search-refused", message=message, origin=home, table=TABLE))
        for name, package, origin in naming.shown(source, home, names):
            place = _place({"name": name}, 0)
            if package is None:
                yield CatalogueRecord({"name": name}, origin=origin, place=place, read=naming.withheld)
            elif self._is_wanted(package):
                yield from self._taken(package, place, origin, home, intake)

    def _is_wanted(self, package: object) -> bool:
        """What the search would have asked for."""
        of = _names_in(package, "organization"), _names_in(package, "groups")
        wanted = self._options.organisations, self._options.groups
        return all(not names or not found.isdisjoint(names) for found, names in zip(of, wanted, strict=True))

    def _taken(self, package: object, place: str, origin: str, home: str, intake: Intake) -> Iterator[CatalogueRecord]:
        if isinstance(package, dict) and not is_offered(package):
            intake.leave("not-public", "type", place)
            return
        read = partial(adopted, home=home, fallback=self._source.title)
        yield from intake.take(CatalogueRecord(package, origin=origin, place=place, read=read), place)


def _page(source: WebFetch, url: str) -> Payload:
    """Raises SourceError, also for a web page, an empty answer or half of one."""
    return source.get(url, keep=partial(search.told_where, search.kept, url), accept="application/json", expected=["json"])


def _names_in(package: object, field: str) -> frozenset[object]:
    """Short names of its organisation or its groups."""
    found = package.get(field) if isinstance(package, dict) else None
    several = found if isinstance(found, list) else [found]
    return frozenset(each.get("name") for each in several if isinstance(each, dict))


class _Listing:
    """Pages of one search, and whether they are one list together."""

    def __init__(self, home: str, options: CkanOptions) -> None:
        self._home = home
        self._options = options
        self._seen: set[str] = set()
        self._listed = 0
        self._count = 0
        self._start = 0

    @property
    def is_begun(self) -> bool:
        return bool(self._count)

    def address(self, start: int) -> str:
        # By id: the order by last change moves data sets between pages while they are read.
        query = [("rows", str(self._options.page_size)), ("start", str(start)), ("sort", "id asc")]
        return action_url(self._home, "package_search", [*query, *(("fq", each) for each in [self._filter] if each)])

    @property
    def _filter(self) -> str:
        terms = [_any_of("organization", self._options.organisations), _any_of("groups", self._options.groups), self._options.filter]
        return " ".join(each for each in terms if each)

    def read(self, page: Payload) -> Iterator[tuple[str, object]]:
        """(name for findings, package). Raises SourceError."""
        hits = search.hits_of(page.content)
        if not hits.count:
            raise SourceError(f"»{page.url}«: Das Portal nennt keinen einzigen Datensatz; nichts davon wird übernommen.")
        if hits.count > self._options.at_most:
            raise SourceError(f"»{page.url}«: Das Portal nennt {hits.count} Datensätze, mehr als erlaubt (options.at_most).")
        new = [each for each in hits.packages if self._is_new(each)]
        if hits.packages and not new:
            raise SourceError(
                f"»{page.url}«: Diese Seite enthält nur Datensätze, die schon auf früheren standen; das Portal blättert nicht."
            )
        self._count, self._start = hits.count, self._start + len(hits.packages)
        self._listed += len(new)
        for number, each in enumerate(new):
            yield _place(each, self._start - len(hits.packages) + number), each

    def following(self, page: Payload) -> str | None:
        hits = search.hits_of(page.content)
        return self.address(self._start) if hits.packages and self._start < hits.count else None

    def require_complete(self) -> None:
        """Raises SourceError: what is missing from the list is not gone from the portal."""
        if self._listed < self._count:
            raise SourceError(
                f"Das Portal nennt {self._count} Datensätze, geliefert hat es {self._listed}. Nichts davon wird übernommen; "
                "hat sich der Bestand nur gerade geändert, gelingt die nächste Ernte."
            )

    def _is_new(self, package: object) -> bool:
        number = package.get("id") if isinstance(package, dict) else None
        if not isinstance(number, str):
            return True
        known = number in self._seen
        self._seen.add(number)
        return not known


def _any_of(field: str, names: Iterable[str]) -> str:
    quoted = ['"' + each.replace("\\", "\\\\").replace('"', '\\"') + '"' for each in names]
    return f"{field}:({' OR '.join(quoted)})" if quoted else ""


def _place(package: object, number: int) -> str:
    name = package.get("name") or package.get("id") if isinstance(package, dict) else None
    return f"Datensatz »{name}«" if isinstance(name, str) and len(name) <= 100 else f"Datensatz Nr. {number + 1}"


HARVESTER = CkanHarvester
