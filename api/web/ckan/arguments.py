"""Arguments of an action, wherever they come from: query, JSON, form (compat.md, section 1). Unknown ones are ignored, as CKAN does."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from api.web.ckan.errors import BadRequest, Invalid

#: No question is longer.
LONGEST_BODY = 1024 * 1024
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on", "t"}), frozenset({"false", "0", "no", "off", "f", ""})


class Arguments:
    """Numbers and truth values may be texts: a query string has nothing else."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def has(self, name: str) -> bool:
        return self._given.get(name) not in (None, "")

    def value(self, name: str) -> Any:
        return self._given.get(name)

    def text(self, *names: str) -> str:
        """The first that is there. Raises Invalid for a missing one, as CKAN says it."""
        for each in names:
            if self.has(each):
                return self._scalar(each)
        raise Invalid({names[0]: ["Missing value"]})

    def optional(self, name: str, default: str = "") -> str:
        return self._scalar(name) if self.has(name) else default

    def integer(self, name: str, default: int, *, most: int) -> int:
        """From 0; larger ones are cut to `most`. Raises Invalid."""
        if not self.has(name):
            return default
        try:
            number = int(str(self._given[name]))
        except ValueError:
            raise Invalid({name: ["Invalid integer"]}) from None
        if number < 0:
            raise Invalid({name: ["Must be a natural number"]})
        return min(number, most)

    def flag(self, name: str, default: bool) -> bool:
        """Raises Invalid."""
        if not self.has(name):
            return default
        word = str(self._given[name]).lower()
        if word not in _TRUE | _FALSE:
            raise Invalid({name: ["Must be true or false"]})
        return word in _TRUE

    def texts(self, name: str) -> tuple[str, ...]:
        """A list, a JSON list inside a text, or texts between commas."""
        given = self._parsed(name)
        if isinstance(given, str):
            return tuple(each.strip() for each in given.split(",") if each.strip())
        if given is None:
            return ()
        return tuple(map(str, given)) if isinstance(given, list) else (str(given),)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object, or one written as JSON. Raises Invalid."""
        given = self._parsed(name)
        if given in (None, ""):
            return {}
        if not isinstance(given, dict):
            raise Invalid({name: ["Must be a dictionary"]})
        return given

    def simple(self) -> dict[str, str]:
        """Those with one simple value, as a query string holds them."""
        return {name: str(value) for name, value in self._given.items() if isinstance(value, (str, int, float, bool))}

    def _scalar(self, name: str) -> str:
        given = self._given[name]
        if isinstance(given, (list, dict)):
            raise Invalid({name: ["Must be a single value"]})
        return str(given)

    def _parsed(self, name: str) -> Any:
        given = self._given.get(name)
        if isinstance(given, str) and given.lstrip()[:1] in ("[", "{"):
            try:
                return json.loads(given)
            except (ValueError, RecursionError):
                raise Invalid({name: ["Could not parse as JSON"]}) from None
        return given


async def arguments_of(request: Request) -> Arguments:
    """Query first, body over it. Raises BadRequest."""
    given = _collected(parse_qsl(request.url.query, keep_blank_values=True))
    if request.method == "POST":
        given |= await _from_body(request)
    return Arguments(given)


async def _from_body(request: Request) -> dict[str, Any]:
    body = await _limited_body(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        # Without a type of its own, JSON is often sent under this one: curl -d does.
        if not body.lstrip().startswith(b"{"):
            return _collected(pairs)
    if kind == "multipart/form-data":
        return _collected(await _form_fields(request, body))
    if not body.strip():
        return {}
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"Bad request: JSON Error: Error decoding JSON data. Error: {error}") from None
    if not isinstance(document, dict):
        raise BadRequest("Bad request: JSON Error: Request data JSON decoded to a type that is not an object")
    return document


async def _form_fields(request: Request, body: bytes) -> list[tuple[str, str]]:
    """Files are left out: nothing can be uploaded here. Raises BadRequest."""

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, once(), max_files=10, max_fields=100).parse()
    except MultiPartException as error:
        raise BadRequest(f"Bad request: {error.message}") from None
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


async def _limited_body(request: Request) -> bytes:
    """Raises BadRequest for more than a question can hold; no more than that is ever kept."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > LONGEST_BODY:
            raise BadRequest("Bad request: the body is too long")
    return bytes(chunks)


def _collected(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """One value is a value, several are a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
