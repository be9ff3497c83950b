"""One data set: its page, its record in RDF and JSON, by address or by what the client accepts."""

from collections.abc import Callable, Hashable

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.web.answers import Representation, represent, represent_json
from api.web.dataset_page import dataset_page
from api.web.listed_page import listed_page
from api.web.negotiation import best
from api.web.openapi import DATA
from api.web.parameters import Nothing
from api.web.problems import NotReady, UnknownRepresentation
from api.web.record import record_json
from api.web.sensors.freshness import Live, live_of, seen_json
from api.web.templating import Frame
from api.web.web import Web, dataset_name
from catalog.entries import Status, Tombstone
from dcat.feed import MEDIA_TYPES
from dcat.record import record, tombstone_document
from schemas.errors import Gone
from schemas.values import Text

_HTML = "text/html"
_JSON = "application/json"
Build = Callable[[Web, str, Live | None], Representation]


def routes(web: Web) -> APIRouter:
    router = APIRouter()

    @router.get("/datasets/{name}.{syntax}", operation_id="dataset_record", **DATA)
    async def dataset_record(request: Request, name: str, syntax: str, _query: Nothing) -> Response:
        if syntax == "json":
            return await live_answer(web, request, ("record", name), name, json_record)
        if syntax not in MEDIA_TYPES:
            allowed = [f"/datasets/{{name}}.{each}" for each in (*MEDIA_TYPES, "json", "zip")]
            raise UnknownRepresentation(syntax, allowed=allowed)
        return await web.hot_answer(request, ("rdf", syntax, name), lambda: rdf_record(web, name, syntax))

    @router.get("/datasets/{name}", operation_id="dataset", **DATA)
    async def dataset(request: Request, name: str, _query: Nothing) -> Response:
        syntax = _wanted(request)
        if syntax == "html":
            return await live_answer(web, request, ("dataset", "de", name), name, _page_in("de"), negotiated=True)
        if syntax == "json":
            return await live_answer(web, request, ("record", name), name, json_record, negotiated=True)
        return await web.hot_answer(request, ("rdf", syntax, name), lambda: rdf_record(web, name, syntax), negotiated=True)

    return router


def pages(web: Web, language: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/datasets/{name}")
    async def page(request: Request, name: str, _query: Nothing) -> Response:
        return await live_answer(web, request, ("dataset", language, name), name, _page_in(language))

    return router


async def live_answer(web: Web, request: Request, key: Hashable, name: str, build: Build, *, negotiated: bool = False) -> Response:
    """A finished answer about a data set. Behind a layer of sensors values come without a publication: of such a one it is finished for
    what the newest run has seen, and its address alone decides nothing."""
    if web.cache.find(key) is None:  # what depends on runs is never kept under this key
        live = await run_in_threadpool(live_of, web, name)
        if live is not None:
            return await web.hot_answer(request, (key, live), lambda: build(web, name, live), negotiated=True)
    return await web.hot_answer(request, key, lambda: build(web, name, None), negotiated=negotiated)


def _page_in(language: str) -> Build:
    return lambda web, name, live: html_page(web, name, language, live)


def html_page(web: Web, name: str, language: str, live: Live | None = None) -> Representation:
    """Raises UnknownDataset, Gone."""
    entry = web.entry(name)
    dataset = entry.dataset
    frame = Frame(
        language=language,
        path=f"/datasets/{name}",
        title=dataset.title.in_language(language),
        description=dataset_page_summary(dataset.description, language),
        section="datasets",
        alternates=tuple((media_type, f"/datasets/{name}.{syntax}") for syntax, media_type in MEDIA_TYPES.items()),
    )
    if dataset.table is None:
        return web.page("listed.html", frame, listed_page(web, dataset, language))
    return web.page("dataset.html", frame, dataset_page(web, entry, language, live.seen if live else None))


def json_record(web: Web, name: str, live: Live | None = None) -> Representation:
    """Raises UnknownDataset, Gone."""
    entry = web.entry(name)
    edition = web.services.store.edition(name, entry.dataset.edition) if entry.dataset.edition else None
    content = record_json(entry, edition, web.addresses) | {"freshness": seen_json(live.seen) if live else None}
    # With values that come, the time of the last change would tell a client that nothing is new.
    return represent_json(content, modified=None if live else entry.dataset.modified, headers={"vary": "Accept"})


def rdf_record(web: Web, name: str, syntax: str) -> Representation:
    """The data set's document; after its removal what remains to be said, with 410. Raises UnknownDataset."""
    services = web.services
    headers = {"vary": "Accept"}
    try:
        dataset = web.entry(name).dataset
    except Gone as error:
        tombstone = _tombstone(web, name, error)
        content = _tombstone_rdf(web, tombstone, syntax)
        return represent(content, MEDIA_TYPES[syntax], status=410, headers=headers)
    found = services.store.fragments(syntax, services.renderer.key, dataset.number, dataset.number)
    if len(found) != 1:
        raise NotReady(f"{name}: {len(found)} Fragmente")
    return represent(record(services.site, syntax, found[0]), MEDIA_TYPES[syntax], modified=dataset.modified, headers=headers)


def dataset_page_summary(description: Text, language: str) -> str:
    """At most 160 characters for search engines, cut at a word."""
    words = " ".join(description.in_language(language).split())
    return words if len(words) <= 160 else words[:160].rsplit(" ", 1)[0] + " …"


def _tombstone(web: Web, name: str, error: Gone) -> Tombstone:
    for each in web.services.store.tombstones():
        if each.name == dataset_name(name):
            return each
    raise NotReady(f"{name}: kein Grabstein") from error


def _tombstone_rdf(web: Web, tombstone: Tombstone, syntax: str) -> bytes:
    return tombstone_document(
        web.services.site,
        syntax,
        name=tombstone.name,
        # A withdrawn title may itself be what must not be public.
        title=Text(de="") if tombstone.kind is Status.WITHDRAWN else tombstone.title,
        issued=tombstone.issued,
        removed_at=tombstone.removed_at,
        reason=tombstone.reason.de,
    )


def _wanted(request: Request) -> str:
    """Syntax by Accept; a client that takes anything gets the page."""
    offers = {_HTML: "html"} | {media_type: syntax for syntax, media_type in MEDIA_TYPES.items()} | {_JSON: "json"}
    return offers[best(request.headers.get("accept", ""), list(offers)) or _HTML]
