"""A part of a finished answer (RFC 9110, section 14): what DuckDB and Arrow ask for when they read Parquet over HTTP."""

import re

from starlette.requests import Request
from starlette.responses import Response

_ONE_RANGE = re.compile(r"bytes=\s*(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))\s*", re.ASCII)


def partial(request: Request, content: bytes, headers: dict[str, str]) -> Response | None:
    """206 or 416 for the one range that the request names; None where the whole is the answer: no range, several, one that nobody
    can read, or of another state (`If-Range`). `headers` are those of the whole."""
    found = _ONE_RANGE.fullmatch(request.headers.get("range", ""))
    condition = request.headers.get("if-range")
    if found is None or (condition is not None and condition != headers["etag"]):
        return None
    first, last = _bounds(found, len(content))
    if found[2] and int(found[2]) < int(found[1]):
        return None
    if first >= len(content) or last < first:
        return Response(status_code=416, headers={"content-range": f"bytes */{len(content)}", "cache-control": "no-store"})
    place = {"content-range": f"bytes {first}-{last}/{len(content)}"}
    return Response(content[first : last + 1], status_code=206, headers=headers | place)


def _bounds(found: re.Match[str], size: int) -> tuple[int, int]:
    """First and last byte; the last one may lie before the first: then nothing is left."""
    if found[3]:
        return max(size - int(found[3]), 0), size - 1 if int(found[3]) else -1
    return int(found[1]), min(int(found[2]), size - 1) if found[2] else size - 1
