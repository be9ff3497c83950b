"""The operator pages as an ASGI application. Nothing is created on import; everything is handed in."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api.admin.admin import Admin, Place, Visit
from api.admin.door import same
from api.admin.errors import Forbidden, Foreign, NotLoggedIn, answer_error
from api.admin.forms import Form, read_form
from api.admin.headers import PrivateHeaders
from api.admin.routes import cubes, decisions, login, overview, plans, quarantine, sources, upload
from api.admin.sessions import Session
from api.admin.templating import STATIC_FILES
from schemas.errors import KlarError

#: Every address that takes a login; the tests go through all of them.
PLACES: tuple[Place, ...] = tuple(
    place for each in (overview, sources, plans, quarantine, upload, cubes, decisions) for place in each.PLACES
)  # fmt: skip
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(admin: Admin) -> ASGIApp:
    app = Starlette(
        routes=[
            *(Route(each.path, _endpoint(admin, each), methods=["POST" if each.changes else "GET"]) for each in PLACES),
            Route("/login", _open_endpoint(admin, login.show)),
            Route("/login", _login_endpoint(admin), methods=["POST"]),
            Route("/logout", _logout_endpoint(admin), methods=["POST"]),
            Route("/static/{name}", _open_endpoint(admin, _static)),
            Route("/robots.txt", _open_endpoint(admin, _robots)),
        ]
    )

    async def answer(request: Request, error: Exception) -> Response:
        return await run_in_threadpool(answer_error, admin, request, error)

    for kind in (KlarError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)
    app.router.redirect_slashes = False  # it would repeat the Host header
    return PrivateHeaders(app, secure=admin.door.is_secure)


def _endpoint(admin: Admin, place: Place) -> Endpoint:
    """The order is the point: nobody reads a body, a session or a row for somebody who has not passed the step before."""

    async def answer(request: Request) -> Response:
        _require_own(admin, request, form=place.changes)
        session = await run_in_threadpool(_session, admin, request)
        if not session.role.may(place.needs):
            raise Forbidden(place.needs.value)
        form = await _form_of(session, request, place) if place.changes else Form()
        visit = Visit(admin=admin, session=session, path=request.path_params, query=dict(request.query_params), form=form)
        return await run_in_threadpool(place.handler, visit)

    return answer


def _login_endpoint(admin: Admin) -> Endpoint:
    async def answer(request: Request) -> Response:
        _require_own(admin, request, form=True)
        form = await read_form(request)
        return await run_in_threadpool(login.log_in, admin, form, request.cookies.get(admin.door.cookie, ""))

    return answer


def _logout_endpoint(admin: Admin) -> Endpoint:
    async def answer(request: Request) -> Response:
        _require_own(admin, request, form=True)
        session = await run_in_threadpool(_session, admin, request)
        _require_csrf(session, await read_form(request))
        return login.log_out(admin, request.cookies[admin.door.cookie])

    return answer


def _open_endpoint(admin: Admin, handler: Callable[[Admin, Request], Response]) -> Endpoint:
    """What needs no login."""

    async def answer(request: Request) -> Response:
        _require_own(admin, request, form=False)
        return await run_in_threadpool(handler, admin, request)

    return answer


def _require_own(admin: Admin, request: Request, *, form: bool) -> None:
    """Raises Foreign."""
    host = request.headers.get("host", "")
    if not admin.door.knows(host):
        raise Foreign("")
    if form:
        origin, fetch_site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if not admin.door.is_own(host=host, origin=origin, fetch_site=fetch_site):
            raise Foreign("")


def _session(admin: Admin, request: Request) -> Session:
    """Raises NotLoggedIn."""
    found = admin.sessions.find(request.cookies.get(admin.door.cookie, ""))
    if found is None:
        raise NotLoggedIn("")
    return found


async def _form_of(session: Session, request: Request, place: Place) -> Form:
    form = await read_form(request, file_limit=place.file_limit)
    _require_csrf(session, form)
    return form


def _require_csrf(session: Session, form: Form) -> None:
    """Raises Foreign."""
    if not same(form.text("csrf"), session.csrf):
        raise Foreign("")


def _static(_admin: Admin, request: Request) -> Response:
    found = STATIC_FILES.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return FileResponse(found)


def _robots(_admin: Admin, _request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")
