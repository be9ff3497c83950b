"""The DCAT-AP.de feed: `/catalog` and `/catalog.{ttl,rdf,jsonld,nt}`. Hot: harvesters walk it page by page."""

from datetime import datetime
from functools import partial

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from api.web.answers import Representation, represent, respond
from api.web.negotiation import best
from api.web.openapi import DATA, FEED
from api.web.pages import CataloguePage
from api.web.parameters import FeedQuery
from api.web.problems import NotReady, UnknownPage, UnknownRepresentation
from api.web.published import Summary
from api.web.templating import Frame
from api.web.web import Web
from dcat.feed import MEDIA_TYPES, PAGE_SIZE, frame, numbers_on
from dcat.serialise import between, document

_HTML = "text/html"
_SYNTAX_NAMES = {"ttl": "Turtle", "rdf": "RDF/XML", "jsonld": "JSON-LD", "nt": "N-Triples"}


def routes(web: Web) -> APIRouter:
    router = APIRouter()

    @router.get("/catalog.{syntax}", operation_id="feed_page", **FEED)
    async def feed_page(request: Request, syntax: str, query: FeedQuery) -> Response:
        if syntax not in MEDIA_TYPES:
            raise UnknownRepresentation(syntax, allowed=[f"/catalog.{each}" for each in MEDIA_TYPES])
        return await _feed(web, request, syntax, query, negotiated=False)

    @router.get("/catalog", operation_id="feed", **DATA)
    async def catalogue(request: Request, query: FeedQuery) -> Response:
        syntax = _syntax(request)
        if syntax is None:
            return await web.hot_answer(request, ("catalogue", "de"), lambda: _catalogue_page(web, "de"), negotiated=True)
        return await _feed(web, request, syntax, query, negotiated=True)

    return router


def pages(web: Web, language: str) -> APIRouter:
    """The page about the feed in the other languages; the German one shares its address with the feed."""
    router = APIRouter(include_in_schema=False)

    @router.get("/catalog")
    def catalogue_page(request: Request, _query: FeedQuery) -> Response:
        return web.answer(request, ("catalogue", language), lambda: _catalogue_page(web, language))

    return router


async def _feed(web: Web, request: Request, syntax: str, query: FeedQuery, *, negotiated: bool) -> Response:
    if query.modified_since is None:
        key = ("feed", syntax, query.page)
        return await web.hot_answer(request, key, lambda: feed_representation(web, syntax, query.page), negotiated=negotiated)
    # Not kept: there are as many of these as there are moments.
    build = partial(feed_representation, web, syntax, query.page, query.modified_since)
    return respond(request, await to_thread.run_sync(web.cache.unkept, build, limiter=web.joiners))


def feed_representation(web: Web, syntax: str, number: int, modified_since: datetime | None = None) -> Representation:
    """One page from stored fragments. Raises NotReady, NotRendered and UnknownPage: never a page that lacks something."""
    services = web.services
    state = web.summary()
    issued, modified = _moments(state)
    if number > state.last_page:
        raise UnknownPage(f"{number} > {state.last_page}")
    if missing := web.missing():
        raise NotReady("Noch nicht für diese Version vorbereitet: " + ", ".join(missing))
    total = state.total if modified_since is None else web.changed_since(modified_since)
    head, foot = frame(
        services.site,
        syntax,
        number=number,
        total=total,
        last_page=state.last_page,
        modified=modified,
        issued=issued,
        modified_since=modified_since,
    )
    kept = modified_since is None
    headers = {"vary": "Accept, Accept-Encoding" if kept else "Accept"}
    content, digest = _joined(web, syntax, number, modified_since, head, foot)
    made_of = b"\0".join([services.renderer.key.encode(), syntax.encode(), head, foot, digest.encode()])
    return represent(content, MEDIA_TYPES[syntax], modified=modified, headers=headers, compressible=kept, made_of=made_of)


def _joined(web: Web, syntax: str, number: int, since: datetime | None, head: bytes, foot: bytes) -> tuple[bytes, str]:
    """A page, and the digest of its fragments. They are read again only where another one is among them than the last time, not because
    something was published elsewhere. Raises NotRendered."""
    store, renderer = web.services.store, web.services.renderer.key
    digest = web.page_digest((number, since))
    body = web.bodies.find((renderer, syntax, digest))
    if body is not None:
        return document(syntax, head, body, foot), digest
    fragments = store.fragments(syntax, renderer, *numbers_on(number), since)
    content = document(syntax, head, *fragments, foot)
    web.bodies.keep((renderer, syntax, fragments.digest), between(syntax, content, head, foot))
    return content, fragments.digest


def _moments(state: Summary) -> tuple[datetime, datetime]:
    """Before anything was published there is no catalogue: an empty one would make a harvester delete everything."""
    if state.issued is None or state.modified is None:
        raise NotReady("Es ist noch nichts veröffentlicht.")
    return state.issued, state.modified


def _syntax(request: Request) -> str | None:
    """The syntax a client wants of `/catalog`, None for the page. Harvesters send no Accept header: Turtle."""
    by_type = {media_type: syntax for syntax, media_type in MEDIA_TYPES.items()}
    wanted = best(request.headers.get("accept", ""), [*by_type, _HTML])
    return by_type.get(wanted or MEDIA_TYPES["ttl"])


def _catalogue_page(web: Web, language: str) -> Representation:
    state = web.summary()
    page_ = CataloguePage(
        total=state.total,
        pages=max(state.last_page, 1),
        size=PAGE_SIZE,
        feeds=tuple((_SYNTAX_NAMES[each], web.addresses.absolute(f"/catalog.{each}")) for each in MEDIA_TYPES),
    )
    alternates = tuple((media_type, f"/catalog.{syntax}") for syntax, media_type in MEDIA_TYPES.items())
    frame = Frame(language=language, path="/catalog", title="DCAT-AP.de", section="api", alternates=alternates)
    return web.page("catalogue.html", frame, page_)
