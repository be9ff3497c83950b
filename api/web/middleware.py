"""What holds for every answer: HEAD, security headers, CORS, and a log line without address."""

import logging
import re
import time
from collections.abc import Callable
from urllib.parse import quote

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.answers import HEAD_MARK

_RAW_BYTES = re.compile(rb"[\x80-\xff]+")
LOG = logging.getLogger("klar.web")

#: Pages load nothing but our own style sheet and pictures; there is no script at all.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
#: For the few pages that others may show within their own.
EMBEDDABLE = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
_EVERYWHERE = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Content-Disposition, Content-Range, ETag, Last-Modified, Link, Klar-Edition, Klar-Limited",
}
_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
    "content-length": "0",
}
RawHeaders = list[tuple[bytes, bytes]]


def _raw(headers: dict[str, str]) -> RawHeaders:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def escaped(address: bytes) -> bytes:
    """Percent-encoded where it is not ASCII."""
    return _RAW_BYTES.sub(lambda found: quote(found[0]).encode(), address)


class EscapedQuery:
    """`?q=Bäume` as it was typed is `?q=B%C3%A4ume`: Starlette would read raw bytes as Latin-1 and look for something else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["query_string"].isascii():
            scope = {**scope, "query_string": escaped(scope["query_string"])}
        await self._app(scope, receive, send)


class HeadAsGet:
    """HEAD is answered as GET is, without the body: on every address, with the same headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", HEAD_MARK: True}, receive, without_body)


class CommonHeaders:
    """Adds the headers above to every answer that does not say something else itself, and answers CORS preflights."""

    def __init__(self, app: ASGIApp, *, indexed: bool) -> None:
        self._app = app
        self._headers = _raw(common_headers(indexed=indexed))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                said = {name for name, _ in own}
                message = {**message, "headers": [*own, *(each for each in self._headers if each[0] not in said)]}
            await send(message)

        if scope["method"] == "OPTIONS":
            await with_headers({"type": "http.response.start", "status": 204, "headers": _raw(_PREFLIGHT)})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, with_headers)


def common_headers(*, indexed: bool) -> dict[str, str]:
    return _EVERYWHERE if indexed else _EVERYWHERE | {"x-robots-tag": "noindex, nofollow"}


class RequestLog:
    """One JSON line an answer. Neither address nor query string nor user agent: they may tell who asked for what."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not LOG.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        started = self._clock()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            milliseconds = round((self._clock() - started) * 1000, 1)
            line = {"event": "request", "method": scope["method"], "path": scope["path"], "status": status, "ms": milliseconds}
            LOG.info(orjson.dumps(line).decode())
