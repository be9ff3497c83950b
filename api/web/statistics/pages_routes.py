"""`/statistics`: pages of the same questions that the API answers."""

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.web.answers import Representation, represent, respond
from api.web.parameters import Nothing
from api.web.statistics.answers import LATEST, require_name
from api.web.statistics.charts import chart
from api.web.statistics.pages_asking import Asked, PageAsked, page_asked, read
from api.web.statistics.pages_list import difference_page, list_page
from api.web.statistics.pages_questions import questions_page
from api.web.statistics.pages_statistic import embed_page, statistic_page
from api.web.statistics.parameters import day_from
from api.web.web import Web

Maker = Callable[[Asked], Representation]


def routes(web: Web, language: str) -> APIRouter:
    """After the fixed addresses below `/statistics`: names of statistics are matched last."""
    router = APIRouter(prefix="/statistics", include_in_schema=False)

    @router.get("")
    async def statistics(request: Request, _query: Nothing) -> Response:
        return await web.hot_answer(request, ("statistics page", language), lambda: list_page(web, language))

    @router.get("/questions")
    async def questions(request: Request, _query: Nothing) -> Response:
        return await web.hot_answer(request, ("questions", language), lambda: questions_page(web, language))

    @router.get("/{name}")
    async def statistic(request: Request, name: str) -> Response:
        asked = page_asked(request, name, "", language)
        day = dict(asked.pairs).get("as_of")
        if day is not None:
            return await run_in_threadpool(_redirect, web, request, asked, day)
        return await _answer(web, request, asked, "page", statistic_page)

    @router.get("/{name}/embed")
    async def embed(request: Request, name: str) -> Response:
        return await _answer(web, request, page_asked(request, name, "", language), "embed", embed_page)

    @router.get("/{name}/chart.{form}")
    async def picture(request: Request, name: str, form: str) -> Response:
        return await _answer(web, request, page_asked(request, name, "", language), form, lambda asked: chart(asked, form))

    @router.get("/{name}/releases/{release}")
    async def release_page(request: Request, name: str, release: str) -> Response:
        return await _answer(web, request, page_asked(request, name, release, language), "page", statistic_page)

    @router.get("/{name}/releases/{release}/embed")
    async def release_embed(request: Request, name: str, release: str) -> Response:
        return await _answer(web, request, page_asked(request, name, release, language), "embed", embed_page)

    @router.get("/{name}/releases/{release}/chart.{form}")
    async def release_picture(request: Request, name: str, release: str, form: str) -> Response:
        return await _answer(web, request, page_asked(request, name, release, language), form, lambda asked: chart(asked, form))

    @router.get("/{name}/releases/{before}/diff/{after}")
    async def difference(request: Request, name: str, before: str, after: str, _query: Nothing) -> Response:
        key = ("release difference page", language, name, before, after)
        return await web.hot_answer(request, key, lambda: difference_page(web, name, before, after, language))

    return router


async def _answer(web: Web, request: Request, asked: PageAsked, what: str, make: Maker) -> Response:
    """Kept under the one spelling of a question; asked again when made, for a newer release may have come in between."""
    found = await run_in_threadpool(read, web, asked)
    key = ("statistic page", what, asked.language, asked.statistic, asked.release, found.question.canonical)
    return await web.hot_answer(request, key, lambda: make(read(web, asked)))


def _redirect(web: Web, request: Request, asked: PageAsked, day: str) -> Response:
    """To the release that was the newest on that day. Raises UnknownStatistic, UnknownRelease, UnsuitableParameter, Gone."""
    head = web.services.store.release_as_of(require_name(web, asked.statistic), day_from(day))
    query = urlencode([each for each in asked.pairs if each[0] != "as_of"], safe=",")
    path = f"/statistics/{asked.statistic}/releases/{head.name}"
    below = path if asked.language == "de" else f"/{asked.language}{path}"
    location = web.addresses.absolute(below) + (f"?{query}" if query else "")
    return respond(
        request, represent(b"", "text/plain; charset=utf-8", status=307, headers={"location": location, "cache-control": LATEST})
    )
