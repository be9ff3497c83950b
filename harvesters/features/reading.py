"""Features page by page: one list, however it is asked for, or none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harvesters.answers import json_of
from harvesters.features.addresses import with_query
from harvesters.features.keeping import UNNAMED
from harvesters.features.places import DEGREES, Axes, axes_by_authority, axes_east_first
from harvesters.http.faults import HttpError
from harvesters.http.paging import pages
from schemas.crs import CRS84, UnknownCrs
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

_CRS84_IRI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_JSON = "application/geo+json, application/json"
#: A filter that is told which address an answer is from.
Keep = Callable[[bytes, str], bytes]


@dataclass(frozen=True, kw_only=True)
class Found:
    """One feature of the list."""

    feature: Mapping[str, Any]
    axes: Axes
    origin: str
    at: datetime  #: when it was fetched
    number: int  #: place in the whole list, from 1


@dataclass
class Listing:
    """All pages together. `matched`: how many the server says there are."""

    keep: Keep
    received: int = 0  #: with those that came twice
    known: dict[str | int, Mapping[str, Any]] = field(default_factory=dict)  #: id -> feature, of those that have one
    twice: int = 0
    matched: int | None = None
    unnamed: frozenset[str] = frozenset()

    def taken(self, page: Payload, axes: Callable[[Payload, Mapping[str, Any]], Axes]) -> Iterator[Found]:
        content = json_of(page, dict)
        self.unnamed |= frozenset(content.get(UNNAMED, ()))
        counted = content.get("numberMatched", content.get("totalFeatures"))
        if isinstance(counted, int):
            self.matched = counted
        try:
            order = axes(page, content)
        except UnknownCrs as error:
            raise SourceError(f"»{page.url}«: {error}") from error
        for each in content["features"]:
            self.received += 1
            if self._came_before(each):
                self.twice += 1
                continue
            yield Found(feature=each, axes=order, origin=page.url, at=page.fetched_at, number=self.received)

    def _came_before(self, feature: Mapping[str, Any]) -> bool:
        """A list that moves while it is read names one feature on two pages, and another on none. One that says something else than before
        comes through, and is refused."""
        number = feature["id"]
        return number is not None and self.known.setdefault(number, feature) is not feature and self.known[number] == feature

    def require_complete(self) -> None:
        """Raises SourceError: what is missing from the list is not gone."""
        if not self.received:
            raise SourceError("Die Liste enthält kein einziges Feature; nichts davon wird übernommen.")
        different = self.received - self.twice
        if self.matched is not None and different < self.matched:
            raise SourceError(
                f"Der Dienst nennt {self.matched} Features, geliefert hat er {different}. Nichts davon wird übernommen; "
                "hat sich der Bestand nur gerade geändert, gelingt die nächste Ernte."
            )

    def get(self, source: WebFetch, url: str) -> Payload:
        # XML is read so far that an exception report can be told from a broken answer.
        return source.get(url, keep=lambda content: self.keep(content, url), accept=_JSON, expected=("json", "xml"))


def of_ogcapi(source: WebFetch, collection: str, listing: Listing, *, page_size: int) -> Iterator[Found]:
    """OGC API Features: `{collection}/items`. CRS84 is asked for by name; a server that knows Part 1 only refuses the question (400), and
    always answers in it. The limit is clamped by many servers: the next link counts, not the size of a page."""
    asked = with_query(f"{collection.rstrip('/')}/items", f="json", limit=str(page_size))
    first = with_query(asked, crs=_CRS84_IRI)

    def get(url: str) -> Payload:
        try:
            return listing.get(source, url)
        except HttpError as error:
            if error.status != 400 or url != first:
                raise
        return listing.get(source, asked)

    for page in pages(source, first, _next_link, get=get):
        yield from listing.taken(page, _content_crs)


def of_wfs(
    source: WebFetch, service: str, listing: Listing, *, type_name: str, output: str, crs: str, sort_by: str, page_size: int
) -> Iterator[Found]:
    """WFS 2.0 (OGC 09-025r2, 11.1): GetFeature in slices. A server may give fewer than asked for (CountDefault), so the next slice begins
    where this one ended, and the list ends with the count the server stated, or with an empty slice."""
    fixed = {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": type_name,
        "outputFormat": output,
        "srsName": crs,
        **({"sortBy": sort_by} if sort_by else {}),
    }

    def address(start: int) -> str:
        return with_query(service, **fixed, count=str(page_size), startIndex=str(start))

    def following(page: Payload) -> str | None:
        return address(listing.received) if _goes_on(json_of(page, dict), listing.received) else None

    for page in pages(source, address(0), following, get=lambda url: listing.get(source, url)):
        yield from list(listing.taken(page, lambda _, content: _stated(content, crs)))


def of_geojson(source: WebFetch, address: str, listing: Listing, *, crs: str) -> Iterator[Found]:
    """One file."""
    page = listing.get(source, address)
    yield from listing.taken(page, lambda _, content: _stated(content, crs or CRS84))


def _goes_on(content: Mapping[str, Any], received: int) -> bool:
    matched = content.get("numberMatched", content.get("totalFeatures"))
    if not content["features"]:
        return False
    return received < matched if isinstance(matched, int) else True


def _next_link(page: Payload) -> str | None:
    links = json_of(page, dict).get("links", ())
    return str(links[0]["href"]) if links else None


def _content_crs(page: Payload, _: Mapping[str, Any]) -> Axes:
    declared = page.headers.get("content-crs", "")
    return axes_by_authority(declared) if declared else DEGREES


def _stated(content: Mapping[str, Any], declared: str) -> Axes:
    """What the answer says of itself comes before what was asked for."""
    member = content.get("crs")
    return axes_east_first(member["properties"]["name"] if member else declared)
