"""The way in and out."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.admin.admin import Admin
from api.admin.forms import Form
from api.admin.pages import LoginPage
from api.admin.templating import Frame

#: A token is 48 characters; what is longer is none.
_LONGEST = 200


def show(admin: Admin, request: Request) -> Response:
    if admin.sessions.find(request.cookies.get(admin.door.cookie, "")):
        return RedirectResponse("/", status_code=303)
    return _page(admin, LoginPage(failed=False, wait=0), status=200)


def log_in(admin: Admin, form: Form, earlier: str) -> Response:
    """`earlier`: what the cookie held before; every login gets a new one. Whether a token is unknown, revoked or over is not told."""
    wait = admin.throttle.take()
    if wait:
        answer = _page(admin, LoginPage(failed=False, wait=wait), status=429)
        answer.headers["retry-after"] = str(wait)
        return answer
    secret = form.text("token")
    token = admin.found.store.token_of(secret) if 0 < len(secret) <= _LONGEST else None
    if token is None:
        return _page(admin, LoginPage(failed=True, wait=0), status=401)
    admin.throttle.succeeded()
    admin.sessions.close(earlier)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(
        admin.door.cookie, admin.sessions.open(token), httponly=True, samesite="strict", secure=admin.door.is_secure, path="/"
    )
    return answer


def log_out(admin: Admin, secret: str) -> Response:
    admin.sessions.close(secret)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(admin.door.cookie, httponly=True, samesite="strict", secure=admin.door.is_secure, path="/")
    return answer


def _page(admin: Admin, page: LoginPage, *, status: int) -> Response:
    return admin.page("login.html", Frame(title="Anmelden"), page, status=status)
