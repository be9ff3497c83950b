"""From finished bytes to an HTTP answer: validators, 304, Range, HEAD (RFC 9110)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.web.ranges import partial

#: Everything is revalidated: a withdrawal must reach every reader at once, and a 304 costs microseconds.
REVALIDATE = "no-cache"
#: What stands under a name made of its content never becomes something else (RFC 8246).
IMMUTABLE = "public, max-age=31536000, immutable"
#: Set in the ASGI scope by `middleware.HeadAsGet`.
HEAD_MARK = "klar.head"
_BYTE_RANGES = re.compile(r"bytes=\s*(?:\d+-\d*|-\d+)(?:\s*,\s*(?:\d+-\d*|-\d+))*\s*", re.ASCII)
_MOST_RANGES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Representation:
    """One answer, ready to be sent any number of times."""

    content: bytes
    media_type: str
    etag: str  #: strong, with quotes
    modified: datetime | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    compressible: bool = False  #: large text that is asked for by programs: also kept as gzip (api.web.coding)


def represent(
    content: bytes,
    media_type: str,
    *,
    modified: datetime | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    compressible: bool = False,
    made_of: bytes | None = None,
) -> Representation:
    """The ETag is the SHA-256 of the content, or of `made_of`, which says as much: the same in every process that serves the same bytes."""
    etag = f'"{hashlib.sha256(content if made_of is None else made_of).hexdigest()[:40]}"'
    return Representation(
        content=content,
        media_type=media_type,
        etag=etag,
        modified=modified,
        status=status,
        headers=headers or {},
        compressible=compressible,
    )


def represent_json(value: object, *, modified: datetime | None = None, headers: Mapping[str, str] | None = None) -> Representation:
    content = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return represent(content, "application/json", modified=modified, headers=headers)


def respond(request: Request, representation: Representation) -> Response:
    headers = _headers(representation)
    if representation.status == 200 and is_unchanged(request, representation.etag, representation.modified):
        return Response(status_code=304, headers=headers)
    # As a header and not as `media_type`, to which Starlette would add a charset: harvesters want the exact type.
    headers["content-type"] = representation.media_type
    if "accept-ranges" in headers and representation.status == 200 and not request.scope.get(HEAD_MARK):
        part = partial(request, representation.content, headers)
        if part is not None:
            return part
    return Response(representation.content, status_code=representation.status, headers=headers)


def respond_file(
    request: Request,
    path: Path,
    *,
    sha256: str,
    size: int,
    media_type: str,
    filename: str,
    modified: datetime,
    caching: str = REVALIDATE,
) -> Response:
    """A stored file; Range is answered. `size` is the file's, so that HEAD opens nothing."""
    etag = f'"{sha256}"'
    headers = {
        "etag": etag,
        "last-modified": http_date(modified),
        "cache-control": caching,
        "accept-ranges": "bytes",
        "content-disposition": f'attachment; filename="{filename}"',
    }
    if is_unchanged(request, etag, modified):
        return Response(status_code=304, headers=headers)
    headers["content-type"] = media_type
    if request.scope.get(HEAD_MARK):
        return Response(headers=headers | {"content-length": str(size)})
    _drop_unusable_range(request)
    return FileResponse(path, headers=headers)


def is_unchanged(request: Request, etag: str, modified: datetime | None) -> bool:
    """If-None-Match decides alone where it is sent (RFC 9110, 13.2.2)."""
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        return wanted.strip() == "*" or etag in (each.strip().removeprefix("W/") for each in wanted.split(","))
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since).astimezone(UTC)
    except (ValueError, OverflowError):
        return False


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _headers(representation: Representation) -> dict[str, str]:
    headers = {"etag": representation.etag, "cache-control": REVALIDATE, **representation.headers}
    if representation.modified is not None:
        headers["last-modified"] = http_date(representation.modified)
    return headers


def _drop_unusable_range(request: Request) -> None:
    """A Range header that nobody can read, or that asks for many small pieces, is ignored (RFC 9110, 14.2)."""
    value = request.headers.get("range")
    if value is None:
        return
    reversed_ = any(int(first) > int(last) for first, last in re.findall(r"(\d+)-(\d+)", value[:1000], re.ASCII))
    if _BYTE_RANGES.fullmatch(value) and value.count(",") < _MOST_RANGES and not reversed_:
        return
    request.scope["headers"] = [(name, each) for name, each in request.scope["headers"] if name != b"range"]
