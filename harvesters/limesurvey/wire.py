"""citric's way into the web: klar's own. Its HTTP library hands each request to this adapter, and the adapter asks the Fetch, so that
addresses, pace, limits and what may be kept are judged as everywhere else.

The password is never here: where it belongs stands a mark, which the Fetch replaces on the way out. The session key is kept nowhere: the
answer that holds it is forgotten, and an answer that repeats it is refused.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import requests
from requests.adapters import BaseAdapter

from harvesters.answers import parsed
from schemas.errors import SourceError
from schemas.fetch import WebFetch

#: Method -> what may be kept of its result. Of a method that is not named, nothing but how it went.
Keeping = Mapping[str, Callable[[Any], Any]]
_SECRET = frozenset({"get_session_key", "release_session_key"})
#: In a replay nobody is asked: the key is made up.
_REPLAYED = {"get_session_key": "replayed", "release_session_key": "OK"}
_LONGEST = 200


class Wire(BaseAdapter):
    """For one session. `keeping` may be filled while it lasts."""

    def __init__(self, fetch: WebFetch, keeping: Keeping) -> None:
        super().__init__()
        self._fetch = fetch
        self._keeping = keeping
        self._key = ""
        self.at: datetime | None = None  #: when the last answer came

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Raises SourceError."""
        assert isinstance(request.body, str)  # citric hands JSON over as a text
        body = request.body.encode()
        asked = json.loads(body)
        method, params = str(asked["method"]), list(asked["params"])
        secret = method in _SECRET
        payload = self._fetch.post(
            str(request.url),
            body,
            question=_question(method, params),
            archive=False,
            forget=secret,
            expected=("json",),
            accept="application/json",
            keep=None if secret else lambda content: self._kept(content, method, asked["id"], str(request.url)),
        )
        self.at = payload.fetched_at
        if secret and not payload.content:
            found: dict[str, Any] = {"result": _REPLAYED[method], "error": None}
        else:
            found = self._answer(payload.content, asked["id"], str(request.url))
        if method == "get_session_key" and isinstance(found["result"], str):
            self._key = found["result"] if payload.content else ""
        return _response(request, {**found, "id": asked["id"]})

    def close(self) -> None:
        """The Fetch outlives this session."""

    def _answer(self, content: bytes, number: object, address: str) -> dict[str, Any]:
        """Raises SourceError."""
        found: dict[str, Any] = parsed(content, dict, address)
        if not found.keys() >= {"result", "error"} or found.get("id") not in (number, None):
            raise SourceError(f"»{address}«: Das ist keine Antwort auf die Frage (JSON-RPC). Ist die Schnittstelle auf JSON-RPC gestellt?")
        return found

    def _kept(self, content: bytes, method: str, number: object, address: str) -> bytes:
        """Without the number of the question, which is another one each time. Raises SourceError."""
        if self._key and self._key.encode() in content:
            raise SourceError(f"»{address}«: Die Antwort enthält den Sitzungsschlüssel; sie wird nicht aufbewahrt.")
        found = self._answer(content, number, address)
        result, error = found["result"], found["error"]
        if isinstance(result, dict) and isinstance(result.get("status"), str):
            result = {"status": result["status"][:_LONGEST]}
        elif method in self._keeping:
            result = self._keeping[method](result)
        else:
            result = None
        error = None if error is None else str(error)[:_LONGEST]
        kept = {"id": None, "result": result, "error": error}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _question(method: str, params: list[Any]) -> str:
    """Method and numbers (survey, question, page): nothing else of a question may be written down."""
    numbers = (str(each) for each in params if isinstance(each, int) and not isinstance(each, bool))
    return "-".join([method, *numbers])


def _response(request: requests.PreparedRequest, answer: Mapping[str, Any]) -> requests.Response:
    made = requests.Response()
    made.status_code, made.url, made.encoding, made.request = 200, str(request.url), "utf-8", request
    made._content = json.dumps(answer).encode()  # requests knows no other way to make a Response without a connection
    return made


def session(wire: Wire) -> requests.Session:
    """Knows no environment: no proxies, no .netrc."""
    made = requests.Session()
    made.trust_env = False
    for scheme in ("http://", "https://"):
        made.mount(scheme, wire)
    return made
