"""`/datasets`: search with facets. Works without scripts: a GET form, and every facet value is a link."""

from fastapi import APIRouter, Request, Response

from api.web.answers import respond
from api.web.parameters import SearchQuery
from api.web.search import query_string, search_page
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import Web


def routes(web: Web, language: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/datasets")
    def search(request: Request, query: SearchQuery) -> Response:
        # Not kept: there are more searches than memory.
        page = search_page(web, query, language)
        title = f"{query.q} – {text('search_heading', language)}" if query.q else text("search_heading", language)
        frame = Frame(language=language, path="/datasets", title=title, section="datasets", query=query_string(query))
        return respond(request, web.page("search.html", frame, page))

    return router
