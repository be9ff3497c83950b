"""What was published under the old address is found at the new one: `base_url` may move, `uri_base` never does (DESIGN A4).

URIs name the old host for ever. Once that name also leads here, whoever follows one is sent to the same path on the present address. The
target is made of the configured address only; the request decides no more than whether it came to the old host.
"""

from urllib.parse import quote, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.answers import REVALIDATE
from api.web.middleware import escaped
from schemas.model import Site

_PORTS = {"http": 80, "https": 443}
#: Asked by whoever watches this process, under whatever name.
_OPERATIONS = b"/health/"


class MovedHost:
    """Redirects what arrives for the host of `uri_base` when klar is served at another one (`base_url`).

    301 for GET and HEAD, which every harvester and link checker follows; 308 (RFC 9110, 15.4.9) for POST, which the CKAN API takes and
    a 301 would turn into GET. Revalidated each time: an address may move back. Behind a proxy that passes on another name than the
    one that was asked for, `X-Forwarded-Host` decides, or the new address would be redirected to itself."""

    def __init__(self, app: ASGIApp, *, site: Site) -> None:
        self._app = app
        old, new = urlsplit(site.uri_base), urlsplit(site.base_url)
        self._scheme = old.scheme
        self._old = _name(old.netloc, old.scheme)
        self._moved = _name(new.netloc, new.scheme) != self._old
        self._folder = old.path.rstrip("/").encode()
        self._base = site.base_url.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._moved or scope["type"] != "http" or not self._is_for_the_old_host(scope):
            await self._app(scope, receive, send)
            return
        status = 301 if scope["method"] in ("GET", "HEAD") else 308
        headers = [(b"location", self._target(scope)), (b"cache-control", REVALIDATE.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _is_for_the_old_host(self, scope: Scope) -> bool:
        if _path(scope).startswith(_OPERATIONS):
            return False
        headers = dict(scope["headers"])
        asked: bytes = headers.get(b"x-forwarded-host") or headers.get(b"host", b"")
        return _name(asked.decode("latin-1").partition(",")[0].strip(), self._scheme) == self._old

    def _target(self, scope: Scope) -> bytes:
        path, query = _path(scope), scope["query_string"]
        if self._folder and path.startswith(self._folder + b"/"):
            path = path.removeprefix(self._folder)
        return self._base + path + (b"?" + escaped(query) if query else b"")


def _path(scope: Scope) -> bytes:
    """As it was asked for: a decoded path could not be told from one that was escaped twice."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return escaped(raw if raw.startswith(b"/") else b"/" + raw)


def _name(netloc: str, scheme: str) -> tuple[str, int | None]:
    """Host and port, the scheme's own port being none. A name that cannot be read is nobody's."""
    try:
        found = urlsplit(f"//{netloc}")
        host, port = found.hostname or "", found.port
    except ValueError:
        return "", None
    return host.rstrip("."), None if port == _PORTS.get(scheme) else port
