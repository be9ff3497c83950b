"""`/projects`, `/processes` and the calendars of events."""

from collections.abc import Callable, Iterable
from datetime import date

from fastapi import APIRouter, Request, Response

from api.web.answers import Representation, represent
from api.web.cache import RevisionValue
from api.web.openapi import CALENDAR
from api.web.pages import Link
from api.web.parameters import Nothing, ProcessesQuery, ProjectsQuery
from api.web.participation.calendar import MEDIA_TYPE, Feed, calendar
from api.web.participation.dossier import dossier_page
from api.web.participation.gathering import gather
from api.web.participation.lists import ListParameters, dossiers_page
from api.web.participation.names import names_of
from api.web.participation.pages import SECTIONS
from api.web.participation.statistics import Mentions, compared, mentions, told_of
from api.web.participation.wording import text_of
from api.web.problems import UnknownPage
from api.web.published import common_rows
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import Web
from api.web.wording import BERLIN
from schemas.values import Text

_DESCRIBED = 160


def routes(web: Web) -> APIRouter:
    """What has no language."""
    router = APIRouter()

    @router.get("/events.ics", operation_id="events_calendar", **CALENDAR)
    async def events_calendar(request: Request, _query: Nothing) -> Response:
        return await web.hot_answer(request, "events calendar", lambda: _all_events(web))

    @router.get("/processes/{id}/events.ics", operation_id="process_calendar", **CALENDAR)
    async def process_calendar(request: Request, id: str, _query: Nothing) -> Response:  # the name in the address
        return await web.hot_answer(request, ("process calendar", id), lambda: _events_of(web, id))

    return router


def pages(web: Web, language: str) -> APIRouter:
    """Kept for a day at most: whether one can take part depends on it. So their addresses are not remembered (`hot_answer`)."""
    router = APIRouter(include_in_schema=False)
    told: Callable[[], Mentions] = RevisionValue(web.services.store.state, lambda: mentions(web))

    @router.get("/projects")
    def projects(request: Request, query: ProjectsQuery) -> Response:
        return _list(web, request, "project", query, language)

    @router.get("/processes")
    def processes(request: Request, query: ProcessesQuery) -> Response:
        return _list(web, request, "process", query, language)

    @router.get("/projects/{id}")
    def project(request: Request, id: str, _query: Nothing) -> Response:  # the name in the address
        return _dossier(web, request, "project", id, told, language)

    @router.get("/processes/{id}")
    def process(request: Request, id: str, _query: Nothing) -> Response:  # the name in the address
        return _dossier(web, request, "process", id, told, language)

    return router


def _today(web: Web) -> date:
    return web.services.clock().astimezone(BERLIN).date()


def _list(web: Web, request: Request, kind: str, asked: ListParameters, language: str) -> Response:
    today = _today(web)
    key = ("dossiers", kind, language, today, asked)
    return web.answer(request, key, lambda: _list_page(web, kind, asked, today, language))


def _list_page(web: Web, kind: str, asked: ListParameters, today: date, language: str) -> Representation:
    frame = Frame(
        language=language,
        path=f"/{SECTIONS[kind]}",
        title=text(f"dossiers_heading_{SECTIONS[kind]}", language),
        description=text(f"dossiers_lead_{SECTIONS[kind]}", language),
        section=SECTIONS[kind],
    )
    return web.page("dossiers.html", frame, dossiers_page(web, kind, asked, today, language))


def _dossier(web: Web, request: Request, kind: str, key: str, told: Callable[[], Mentions], language: str) -> Response:
    today = _today(web)
    return web.answer(request, ("dossier", kind, key, language, today), lambda: _dossier_page(web, kind, key, told(), today, language))


def _dossier_page(web: Web, kind: str, key: str, told: Mentions, today: date, language: str) -> Representation:
    """Raises UnknownPage, Gone, NotReady."""
    services = web.services
    dossier = gather(web, kind, key)
    page = dossier_page(
        dossier,
        organisations=common_rows(services.store, services.files, "organisation") or (),
        districts=common_rows(services.store, services.files, "district") or (),
        statistics=_links(web, told_of(dossier, told), language),
        compared=_links(web, compared(told), language),
        names=names_of(kind, dossier.row, services.aliases, lambda: common_rows(services.store, services.files, kind) or ()),
        aliases=services.aliases,
        today=today,
        addresses=web.addresses,
        language=language,
    )
    frame = Frame(
        language=language,
        path=f"/{SECTIONS[kind]}/{key}",
        title=page.title,
        description=_shortened(page.summary or text(f"dossiers_lead_{SECTIONS[kind]}", language)),
        section=SECTIONS[kind],
        alternates=(("text/calendar", page.calendar),) if page.calendar else (),
    )
    return web.page("dossier.html", frame, page)


def _links(web: Web, found: Iterable[tuple[Text, str]], language: str) -> tuple[Link, ...]:
    return tuple(Link(label=title.in_language(language), link=web.addresses.page(path, language)) for title, path in found)


def _shortened(words: str) -> str:
    return words if len(words) <= _DESCRIBED else words[:_DESCRIBED].rsplit(" ", 1)[0] + " …"


def _all_events(web: Web) -> Representation:
    """Raises UnknownPage while there is no event with a day."""
    rows = common_rows(web.services.store, web.services.files, "event") or ()
    title = text("calendar_title", "de", site=web.services.site.title)
    return _calendar(calendar(rows, Feed(title=title, path="/events.ics"), web.addresses))


def _events_of(web: Web, key: str) -> Representation:
    """Raises UnknownPage, Gone."""
    dossier = gather(web, "process", key)
    feed = Feed(title=text_of(dossier.row, "title"), path=f"/processes/{key}/events.ics")
    return _calendar(calendar(dossier.rows("event"), feed, web.addresses))


def _calendar(content: bytes | None) -> Representation:
    if content is None:
        raise UnknownPage("events.ics")
    return represent(content, MEDIA_TYPE)
