"""Feed pages: the catalogue's description, the stored fragments of one fixed range of data sets, and where the other pages are.

A page covers publication numbers 1–100, 101–200, …, so that a removal shifts nothing: a harvester that walks while something is
published or removed still sees every surviving data set exactly once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from pyoxigraph import NamedNode, Triple

from dcat.catalogue import catalogue_triples
from dcat.namespaces import term
from dcat.serialise import document, fragment
from dcat.terms import describe, iso_moment, plain, typed
from schemas.model import Site

PAGE_SIZE = 100
#: Exact, without parameters: ckanext-dcat takes the parser of all pages from the first answer's type.
MEDIA_TYPES: Mapping[str, str] = {
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}


def page_of(number: int) -> int:
    """The page (from 1) on which the data set with this publication number stands, for ever."""
    return (number - 1) // PAGE_SIZE + 1


def numbers_on(page: int) -> tuple[int, int]:
    """First and last publication number of a page, both included."""
    return (page - 1) * PAGE_SIZE + 1, page * PAGE_SIZE


def page_url(site: Site, syntax: str, number: int, modified_since: datetime | None = None) -> str:
    """From the configured address: behind a proxy the request names another host. The suffix keeps the syntax of page 1."""
    since = "" if modified_since is None else "&" + urlencode({"modified_since": iso_moment(modified_since)})
    return f"{site.base_url}/catalog.{syntax}?page={number}{since}"


def page(
    site: Site,
    syntax: str,
    *,
    number: int,
    fragments: Sequence[bytes],
    total: int,
    last_page: int,
    modified: datetime,
    issued: datetime,
    modified_since: datetime | None = None,
) -> bytes:
    """One page of the feed.

    `fragments`: those of the active data sets with numbers in `numbers_on(number)`, as `render` made them for `syntax`, in
    order. `total`: active data sets on all pages. `issued`, `modified`: first and last change of the catalogue, aware. The bytes
    depend on nothing else. Raises KeyError for an unknown syntax and ValueError for a page that does not exist.
    """
    head, foot = frame(
        site, syntax, number=number, total=total, last_page=last_page, modified=modified, issued=issued, modified_since=modified_since
    )
    return document(syntax, head, *fragments, foot)


def frame(
    site: Site,
    syntax: str,
    *,
    number: int,
    total: int,
    last_page: int,
    modified: datetime,
    issued: datetime,
    modified_since: datetime | None = None,
) -> tuple[bytes, bytes]:
    """What stands before and after the fragments of a page: the catalogue, and where the other pages are. As `page` takes and raises."""
    if not 1 <= number <= max(last_page, 1):
        raise ValueError(f"page {number} of {last_page}")
    return _catalogue(site, syntax, issued, modified), _view(site, syntax, number, max(last_page, 1), total, modified_since)


@lru_cache(maxsize=16)
def _catalogue(site: Site, syntax: str, issued: datetime, modified: datetime) -> bytes:
    """The same on all pages of one state."""
    return fragment(catalogue_triples(site, issued=issued, modified=modified), syntax)


@lru_cache(maxsize=1024)
def _view(site: Site, syntax: str, number: int, last_page: int, total: int, since: datetime | None) -> bytes:
    addresses = {each: page_url(site, syntax, each, since) for each in {1, number - 1, number, number + 1, last_page}}
    return fragment(_view_triples(addresses, number=number, last_page=last_page, total=total), syntax)


def _view_triples(addresses: Mapping[int, str], *, number: int, last_page: int, total: int) -> Iterator[Triple]:
    """The paging node: piveau reads PagedCollection, ckanext-dcat PartialCollectionView. Never a next page after the last."""
    view = NamedNode(addresses[number])
    yield from describe(
        view,
        "hydra:PagedCollection",
        ("rdf:type", [term("hydra:PartialCollectionView")]),
        ("hydra:totalItems", typed(str(total), "xsd:integer")),
        ("hydra:itemsPerPage", typed(str(PAGE_SIZE), "xsd:integer")),
    )
    others = {"first": 1, "previous": number - 1, "next": number + 1, "last": last_page}
    for name, other in others.items():
        if 1 <= other <= last_page:
            yield from (
                Triple(view, term(f"hydra:{each}"), address) for each in (name, f"{name}Page") for address in plain(addresses[other])
            )
