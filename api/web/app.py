"""The public web application. Nothing is created on import; everything is handed in."""

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.web.budget import Budget, BudgetGate
from api.web.ckan import routes as ckan
from api.web.errors import problem_response
from api.web.middleware import CommonHeaders, EscapedQuery, HeadAsGet, RequestLog
from api.web.moved import MovedHost
from api.web.parameters import once
from api.web.participation import routes as participation
from api.web.routes import changes, dataset, downloads, editions, feed, information, native, operations, search
from api.web.rows import routes as rows
from api.web.sensors import routes as sensors
from api.web.services import PublicServices
from api.web.statistics import pages_routes as statistics_pages
from api.web.statistics import routes as statistics
from api.web.web import FinishedAnswers, Web, web_from
from schemas.errors import KlarError

#: FastAPI's own would record addresses of clients and texts of errors, wherever an environment variable sends them.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def create_app(services: PublicServices) -> FastAPI:
    """German pages at the root, others below their language; data and API once."""
    web = web_from(services)
    # No generated pages: they would load scripts from elsewhere. No redirects for slashes: they repeat the Host header.
    app = FastAPI(
        title=services.site.title,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        dependencies=[Depends(once)],
    )
    _include_routes(app, web)
    _handle_errors(app, web)
    app.add_middleware(FinishedAnswers, web=web)
    app.add_middleware(BudgetGate, web=web, budget=Budget(requests=services.requests_per_minute, engine_seconds=services.engine_seconds))
    app.add_middleware(MovedHost, site=services.site)
    app.add_middleware(CommonHeaders, indexed=services.site.official)
    app.add_middleware(HeadAsGet)
    app.add_middleware(EscapedQuery)
    app.add_middleware(RequestLog)
    return app


def _include_routes(app: FastAPI, web: Web) -> None:
    """The order matters where a pattern of one route also fits the address of another: the more specific one first."""
    # Routes are tried one after the other: what harvesters ask most stands first.
    app.include_router(feed.routes(web))
    app.include_router(ckan.routes(web))
    app.include_router(operations.routes(web))
    app.include_router(native.routes(web, app))
    app.include_router(rows.routes(web))
    app.include_router(statistics.routes(web))
    app.include_router(editions.routes(web))
    app.include_router(downloads.routes(web))
    app.include_router(dataset.routes(web))
    app.include_router(participation.routes(web))
    stations = sensors.stations_known(web)
    for language in web.templates.languages:
        below = "" if language == "de" else f"/{language}"
        app.include_router(information.routes(web, language, app), prefix=below)
        app.include_router(statistics_pages.routes(web, language), prefix=below)
        app.include_router(participation.pages(web, language), prefix=below)
        app.include_router(sensors.pages(web, language, stations), prefix=below)
        app.include_router(changes.routes(web, language), prefix=below)
        app.include_router(search.routes(web, language), prefix=below)
        if language != "de":
            for module in (feed, editions, dataset):
                app.include_router(module.pages(web, language), prefix=below)


def _handle_errors(app: FastAPI, web: Web) -> None:
    async def answer(request: Request, error: Exception) -> Response:
        return problem_response(web, request, error)

    for kind in (KlarError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)
