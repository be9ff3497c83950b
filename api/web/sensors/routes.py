"""`/sensors`: stations on a map and in a list."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from api.web.answers import Representation
from api.web.cache import RevisionValue
from api.web.parameters import StationListParameters, StationsQuery
from api.web.sensors.lists import PATH, stations_page
from api.web.sensors.stations import Stations, gather
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import Web


def stations_known(web: Web) -> Callable[[], Stations]:
    """Read once for each revision, for both languages and all filters."""
    return RevisionValue(web.services.store.state, lambda: gather(web))


def pages(web: Web, language: str, known: Callable[[], Stations]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    def sensors(request: Request, query: StationsQuery) -> Response:
        return web.answer(request, ("sensors", language, query), lambda: _page(web, known(), query, language))

    return router


def _page(web: Web, known: Stations, asked: StationListParameters, language: str) -> Representation:
    frame = Frame(
        language=language,
        path=PATH,
        title=text("sensors_heading", language),
        description=text("sensors_lead", language),
        section="sensors",
    )
    return web.page("sensors.html", frame, stations_page(web, known, asked, language))
