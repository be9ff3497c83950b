"""Looking at strangers' addresses on behalf of a person: every answer as it is, whatever its status, and no second attempt.

Anything in the public web may be asked; what is inside only where the person names the host. No credentials are ever sent.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from harvesters.http.address import Reach, SourcePolicy, WebAddress
from harvesters.http.client import Answer, Client
from harvesters.http.faults import Fault, HttpError
from harvesters.http.inflation import ACCEPTED
from harvesters.http.limits import Limits, size_text
from harvesters.http.opening import Web
from harvesters.http.pace import MemoryPace
from harvesters.http.proxy import proxy_from

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
Method = Literal["GET", "HEAD"]


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What was seen at an address."""

    url: str  #: after redirects
    status: int
    headers: Mapping[str, str]  #: names in lower case
    content: bytes


class _AnywherePublic:
    """May follow anybody anywhere in the public web."""

    def __init__(self, home: WebAddress, allow_private: Collection[str]) -> None:
        self._own = SourcePolicy(home, allow_private=allow_private)

    def may_follow(self, address: WebAddress) -> bool:
        return True

    def may_reach(self, host: str, port: int, reach: Reach) -> bool:
        return self._own.may_reach(host, port, reach)


class Looker:
    """One person's look around. Close it, or use it in a `with`. Not for several threads at once."""

    def __init__(self, home: str, web: Web, *, limits: Limits, pause: float, allow_private: Collection[str] = ()) -> None:
        """`pause`: seconds between two requests to one host. Raises HttpError for a `home` or a host that is no address,
        ConfigurationError for a proxy that is none."""
        proxy = proxy_from(web.proxy, web.proxy_login)
        policy = _AnywherePublic(WebAddress.parse(home), allow_private)
        self._client = Client(policy, limits, resolver=web.resolver, dial=web.dial, proxy=proxy, ssl_context=web.ssl_context)
        self._limits = limits
        self._pace = MemoryPace(interval=pause)
        self._lines = {"User-Agent": web.user_agent, "Accept-Encoding": ACCEPTED}
        self._until = time.monotonic() + limits.run_seconds
        self._bytes = 0

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> "Looker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def look(self, url: str, method: Method, *, follow: bool, content: bool = False) -> Sight:
        """`follow` redirects; `content` of a GET that ends with 200. Raises HttpError."""
        address = WebAddress.parse(url)
        seen = [address]
        until = min(time.monotonic() + self._limits.total, self._until)
        while True:
            answer = self._asked(method, seen[-1], until, content=content)
            if not follow or answer.status not in _REDIRECTS:
                here = url if len(seen) == 1 else str(seen[-1])
                return Sight(url=here, status=answer.status, headers=answer.headers, content=answer.content)
            seen.append(self._next(answer, seen))

    def _asked(self, method: Method, address: WebAddress, until: float, *, content: bool) -> Answer:
        if time.monotonic() >= self._until:
            raise HttpError(Fault.RUN_LIMIT, f"Die Prüfung dauert länger als {self._limits.run_seconds / 60:g} Minuten.")
        time.sleep(self._pace.turn(address.host, datetime.now(UTC)).wait)
        if not content:
            return self._client.look(method, address, self._lines, until=until)
        answer = self._client.get(address, self._lines, until=until)
        self._bytes += len(answer.content)
        if self._bytes > self._limits.run_bytes:
            raise HttpError(Fault.RUN_LIMIT, f"Es kommt mehr als {size_text(self._limits.run_bytes)} zusammen.")
        return answer

    def _next(self, answer: Answer, seen: list[WebAddress]) -> WebAddress:
        there = seen[-1].join(answer.headers.get("location", ""))
        if there in seen or len(seen) > self._limits.redirects:
            raise HttpError(Fault.REDIRECTS, f"»{seen[0].shown}« leitet im Kreis oder zu oft weiter.")
        return there
