"""What is kept of an answer from which a kind reads only what the options name: never the answer itself.

A reduced answer knows the rules it was reduced by. A server that says »unchanged« gives the reduced one of an earlier run; where the
options have changed since, it lacks what is asked for now, and the address is asked again as if for the first time.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

from harvesters.answers import parsed
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

_MARK = "klar-extract"


class OtherRules(SourceError):
    """This answer was kept under other options; what they left out is not kept."""


class Extracts:
    """`rules`: everything that decides what is read, as text. `read`: raw answer -> JSON objects; raises SourceError. `tidy`: what a kept
    object may hold, so that a server which sends the reduced form itself gains nothing."""

    def __init__(self, rules: str, read: Callable[[bytes, str], Sequence[dict[str, Any]]], tidy: Callable[[Any], dict[str, Any]]) -> None:
        self._rules = hashlib.sha256(rules.encode()).hexdigest()
        self._read = read
        self._tidy = tidy

    def get(self, fetch: WebFetch, url: str, *, accept: str, expected: Collection[str]) -> Payload:
        """Raises SourceError."""

        def keep(content: bytes) -> bytes:
            return self.kept(content, url)

        # A payload kept under another Accept answers another question: the address is then asked without conditions.
        try:
            return fetch.get(url, keep=keep, accept=accept, expected=expected)
        except OtherRules:
            return fetch.get(url, keep=keep, accept=f"{accept}, */*;q=0.1", expected=expected)

    def items(self, payload: Payload) -> list[dict[str, Any]]:
        """What was kept. Raises SourceError."""
        return self._known(payload.content, payload.url) or []

    def kept(self, content: bytes, url: str) -> bytes:
        """The allow-list filter: doing it twice is doing it once. Raises SourceError."""
        items = self._known(content, url)
        if items is None:
            items = list(self._read(content, url))
        return json.dumps({_MARK: self._rules, "items": items}, ensure_ascii=False, sort_keys=True).encode()

    def _known(self, content: bytes, url: str) -> list[dict[str, Any]] | None:
        """None for an answer that is not reduced yet."""
        if not content.startswith(b'{"items":'):
            return None
        said = parsed(content, dict, url)
        items = said.get("items")
        if said.keys() != {_MARK, "items"} or not isinstance(items, list):
            return None
        if said[_MARK] != self._rules:
            raise OtherRules(f"»{url}« wurde nach anderen Regeln (options) aufgehoben.")
        return [self._tidy(each) for each in items]
