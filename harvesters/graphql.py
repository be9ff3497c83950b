"""One question to a GraphQL server, and its answer or what is wrong with it (GraphQL specification, section 7)."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from harvesters.answers import json_of, parsed
from harvesters.naming import complaint
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

#: Complaints of one answer that are passed on.
_MOST = 3


class GraphQlError(SourceError):
    """The server answered with `errors`. `data` is what it gave all the same; where a field failed, it is null. `messages` are as the
    server wrote them, for programs: people read only the words that are ours or every server's, and the address without the question."""

    def __init__(self, address: str, messages: tuple[str, ...], data: Mapping[str, Any] | None, query: str = "") -> None:
        names = re.findall(r"\w+", query)
        said = "; ".join(dict.fromkeys(complaint(each, names) for each in messages[:_MOST]))
        super().__init__(f"»{_endpoint(address)}«: Die Schnittstelle meldet: {said}")
        self.messages = messages
        self.data = data


def asked(
    fetch: WebFetch,
    url: str,
    query: str,
    variables: Mapping[str, object],
    *,
    question: str,
    post: bool,
    keep: Callable[[bytes], bytes] | None = None,
    archive: bool = True,
) -> tuple[dict[str, Any], Payload]:
    """`data` of the answer, and the answer. `question` names it in the archive (a POST has no address of its own) and must be new in
    this run. Raises GraphQlError; SourceError for what is no GraphQL answer."""
    if post:
        body = json.dumps({"query": query, "variables": dict(variables)}, ensure_ascii=False, separators=(",", ":")).encode()
        payload = fetch.post(url, body, question=question, keep=keep, archive=archive, accept="application/json", expected=["json"])
    else:
        asking = {"query": query} | ({"variables": json.dumps(dict(variables), separators=(",", ":"))} if variables else {})
        payload = fetch.get(f"{url}?{urlencode(asking)}", keep=keep, archive=archive, accept="application/json", expected=["json"])
    return _data(payload, query), payload


_ENVELOPE = frozenset({"data", "errors", "message"})


def only_asked(query: str, address: str, content: bytes) -> bytes:
    """The answer without anything that the question does not name: for `keep`. Doing it twice is doing it once. Raises SourceError."""
    answer = parsed(content, dict, address)
    kept = _only(answer, frozenset(re.findall(r"\w+", query)) | _ENVELOPE)
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _only(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _only(each, names) for name, each in value.items() if name in names}
    return [_only(each, names) for each in value] if isinstance(value, list) else value


def name_of(query: str, variables: Mapping[str, object]) -> str:
    """A stable name for a question that has no better one."""
    said = json.dumps([query, dict(variables)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _data(payload: Payload, query: str) -> dict[str, Any]:
    answer = json_of(payload, dict)
    data = answer.get("data")
    found = data if isinstance(data, dict) else None
    errors = answer.get("errors")
    if errors:
        raise GraphQlError(payload.url, tuple(map(_message, errors if isinstance(errors, list) else [errors])), found, query)
    if found is None:
        raise SourceError(f"»{_endpoint(payload.url)}«: Die Antwort hat kein »data«; ist das eine GraphQL-Schnittstelle?")
    return found


def _endpoint(url: str) -> str:
    return url.partition("?")[0]


def _message(error: object) -> str:
    message = error.get("message") if isinstance(error, dict) else None
    return message if isinstance(message, str) and message.isprintable() else "error"
