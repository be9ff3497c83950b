"""`/api/v1/…`: JSON of our own."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from api.web.answers import represent_json, respond
from api.web.openapi import JSON, openapi_document
from api.web.parameters import ChangesQuery, ListQuery, Nothing
from api.web.record import change_json, text_json
from api.web.routes.dataset import json_record, live_answer
from api.web.rows.desk import EXPORTS_OF_ONE, MOST_EXPORTS
from api.web.rows.parameters import DEFAULT_LIMIT, MOST_ROWS
from api.web.search import found_json
from api.web.web import Web
from catalog.query import MOST_VALUES
from dcat.feed import PAGE_SIZE
from schemas.values import FileFormat


def routes(web: Web, app: FastAPI) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.get("/datasets", operation_id="list_datasets", **JSON)
    def list_datasets(request: Request, query: ListQuery) -> Response:
        return respond(request, represent_json(found_json(web, query)))

    @router.get("/datasets/{name}", operation_id="get_dataset", **JSON)
    async def get_dataset(request: Request, name: str, _query: Nothing) -> Response:
        return await live_answer(web, request, ("record", name), name, json_record)

    @router.get("/changes", operation_id="list_changes", **JSON)
    def list_changes(request: Request, query: ChangesQuery) -> Response:
        return respond(request, represent_json(_changes(web, query.since, query.limit)))

    @router.get("/config", operation_id="get_config", **JSON)
    def get_config(request: Request, _query: Nothing) -> Response:
        return web.answer(request, "config", lambda: represent_json(_config(web)))

    @router.get("/openapi.json", operation_id="get_openapi", **JSON)
    def get_openapi(request: Request, _query: Nothing) -> Response:
        services = web.services
        return web.answer(request, "openapi", lambda: represent_json(openapi_document(app, services.site, services.version)))

    return router


def _changes(web: Web, since: int, limit: int) -> dict[str, Any]:
    """`next` is there while there is more; `last` is what to ask for the next time."""
    found = web.services.store.changes(since, limit + 1)
    shown = found[:limit]
    last = shown[-1].seq if shown else since
    more = len(found) > limit
    return {
        "changes": [change_json(each, web.addresses) for each in shown],
        "last": last,
        "next": web.addresses.absolute(f"/api/v1/changes?since={last}&limit={limit}") if more else None,
    }


def _config(web: Web) -> dict[str, Any]:
    site = web.services.site
    return {
        "title": site.title,
        "official": site.official,
        "languages": [each.tag for each in site.languages],
        "base_url": site.base_url,
        "uri_base": site.uri_base,
        "publisher": {"name": site.publisher.name, "homepage": site.publisher.homepage},
        "contact": {"name": site.contact.name, "email": site.contact.email, "url": site.contact.url},
        "licence": {"iri": site.licence.iri, "title": text_json(site.licence.title)},
        "contributor_id": site.contributor_id,
        "profile": web.services.profile,
        "feed": {"url": web.addresses.absolute("/catalog.rdf"), "page_size": PAGE_SIZE},
        "limits": {
            "requests_per_minute": web.services.requests_per_minute,
            "engine_seconds_per_minute": web.services.engine_seconds,
            "rows": {"per_page": DEFAULT_LIMIT, "most_per_page": MOST_ROWS, "values_per_filter": MOST_VALUES},
            # Files have all rows, however many.
            "exports": {"rows": None, "at_once": EXPORTS_OF_ONE, "at_once_for_all": MOST_EXPORTS},
        },
        "formats": [each.extension for each in FileFormat],
        "software": {"name": "klar", "version": web.services.version},
    }
