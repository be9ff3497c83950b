"""`/api/v1/statistics`: lists, metadata, numbers, releases and what changed between them."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.web.openapi import JSON, STATISTIC
from api.web.parameters import Nothing
from api.web.statistics import metadata
from api.web.statistics.answers import Asked, difference, prepare, redirect
from api.web.statistics.parameters import (
    DIMENSIONS,
    DifferenceQuery,
    ReleaseParameters,
    ReleaseQuery,
    StatisticParameters,
    StatisticQuery,
    day_from,
    given_parameters,
)
from api.web.web import Web
from catalog.statistics.csvw import METADATA

_OF_A_RELEASE = tuple(ReleaseParameters.model_fields)
_OF_A_STATISTIC = tuple(StatisticParameters.model_fields)


def routes(web: Web) -> APIRouter:
    """The more specific address first: a name with a dot is a form."""
    router = APIRouter(prefix="/api/v1/statistics")

    @router.get("", operation_id="list_statistics", **JSON)
    async def list_statistics(request: Request, _query: Nothing) -> Response:
        return await web.hot_answer(request, "statistics", lambda: metadata.statistics_list(web))

    @router.get(f"/{{name}}.{METADATA}", operation_id="statistic_columns", openapi_extra=DIMENSIONS, **JSON)
    async def statistic_columns(request: Request, name: str, _query: ReleaseQuery) -> Response:
        return await _answer(web, request, Asked(statistic=name, form=METADATA, pairs=given_parameters(request), also=_OF_A_RELEASE))

    @router.get("/{name}.{form}", operation_id="statistic_data", openapi_extra=DIMENSIONS, **STATISTIC)
    async def statistic_data(request: Request, name: str, form: str, query: StatisticQuery) -> Response:
        pairs = given_parameters(request, but=("as_of",))
        asked = Asked(statistic=name, form=form, pairs=pairs, also=_OF_A_STATISTIC, dialect=query.dialect or "")
        if query.as_of:
            return await run_in_threadpool(redirect, web, request, asked, day_from(query.as_of))
        return await _answer(web, request, asked)

    @router.get("/{name}", operation_id="get_statistic", **JSON)
    async def get_statistic(request: Request, name: str, _query: Nothing) -> Response:
        return await web.hot_answer(request, ("statistic", name), lambda: metadata.statistic(web, name))

    @router.get("/{name}/releases", operation_id="list_releases", **JSON)
    async def list_releases(request: Request, name: str, _query: Nothing) -> Response:
        return await web.hot_answer(request, ("releases", name), lambda: metadata.releases(web, name))

    @router.get(f"/{{name}}/releases/{{release}}.{METADATA}", operation_id="release_columns", openapi_extra=DIMENSIONS, **JSON)
    async def release_columns(request: Request, name: str, release: str, _query: ReleaseQuery) -> Response:
        pairs = given_parameters(request)
        return await _answer(web, request, Asked(statistic=name, form=METADATA, pairs=pairs, also=_OF_A_RELEASE, release=release))

    @router.get("/{name}/releases/{release}.{form}", operation_id="release_data", openapi_extra=DIMENSIONS, **STATISTIC)
    async def release_data(request: Request, name: str, release: str, form: str, query: ReleaseQuery) -> Response:
        pairs = given_parameters(request)
        asked = Asked(statistic=name, form=form, pairs=pairs, also=_OF_A_RELEASE, dialect=query.dialect or "", release=release)
        return await _answer(web, request, asked)

    @router.get("/{name}/releases/{before}/diff/{after}.{form}", operation_id="release_difference", **STATISTIC)
    async def release_difference(request: Request, name: str, before: str, after: str, form: str, query: DifferenceQuery) -> Response:
        key = ("release difference", name, before, after, form, query.lang)
        return await web.hot_answer(request, key, lambda: difference(web, name, before, after, form, query.lang))

    return router


async def _answer(web: Web, request: Request, asked: Asked) -> Response:
    """Made at most once for each spelling of a question; the next time the address alone finds it, before routing."""
    key, make = await run_in_threadpool(prepare, web, asked)
    return await web.hot_answer(request, key, make)
