"""Budgets per client: requests, and seconds that answering took. What a 304 answers costs nothing (portals/reliability.md, section 8).

A client is an IPv4 address or an IPv6 /64: whoever has one address of it has them all. The server binds to loopback behind a proxy,
whose `X-Forwarded-For` uvicorn has put in the place of the peer; who really is on this machine has no budget.
Nothing of a client is written down anywhere, and what is known of it is gone a minute after its last request.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.errors import problem_response
from api.web.problems import TooManyRequests
from api.web.web import Web

#: Seconds in which an empty budget is full again.
WINDOW = 60.0
_MOST_CLIENTS = 50_000
#: Place of the `Meter` in the ASGI scope.
METER = "klar.meter"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What one client may use up in a minute, per server process."""

    requests: int
    engine_seconds: float


@dataclass
class _Account:
    requests: float
    seconds: float
    at: float


class Accounts:
    """Buckets that fill at a constant rate. At most so many that an attack with many addresses cannot fill the memory: the ones
    that were quiet longest go first, and theirs are the fullest."""

    def __init__(self, budget: Budget, clock: Callable[[], float]) -> None:
        self._budget = budget
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until the client may ask again; 0: now."""
        account = self._account(client)
        lacking_requests = max(0.0, 1.0 - account.requests) / self._budget.requests
        lacking_seconds = max(0.0, -account.seconds) / self._budget.engine_seconds
        return max(lacking_requests, lacking_seconds) * WINDOW

    def charge(self, client: str, *, requests: int, seconds: float) -> None:
        """An answer may overdraw the account: nobody knows before what it costs."""
        account = self._account(client)
        account.requests -= requests
        account.seconds -= seconds

    def _account(self, client: str) -> _Account:
        now = self._clock()
        account = self._accounts.get(client)
        if account is None:
            account = _Account(requests=self._budget.requests, seconds=self._budget.engine_seconds, at=now)
            self._accounts[client] = account
            while len(self._accounts) > _MOST_CLIENTS:
                self._accounts.popitem(last=False)
        share = (now - account.at) / WINDOW
        account.requests = min(self._budget.requests, account.requests + share * self._budget.requests)
        account.seconds = min(self._budget.engine_seconds, account.seconds + share * self._budget.engine_seconds)
        account.at = now
        self._accounts.move_to_end(client)
        self._forget_the_quiet(now)
        return account

    def _forget_the_quiet(self, now: float) -> None:
        """After a minute without a request an account is as good as new, unless it was overdrawn far."""
        while len(self._accounts) > 1:
            first = next(iter(self._accounts.values()))
            if now - first.at <= WINDOW or first.seconds + self._budget.engine_seconds * (now - first.at) / WINDOW < 0:
                return
            self._accounts.popitem(last=False)


class Meter:
    """In the scope of a request: where the work is measured that its answer costs. What nobody measures is charged by the clock."""

    def __init__(self, charge: Callable[[float], None]) -> None:
        self._charge = charge
        self.used = False

    def __call__(self, seconds: float) -> None:
        """On the event loop; also while the answer is being sent."""
        self.used = True
        self._charge(seconds)


def meter_of(scope: Scope) -> Meter:
    """One that charges nobody, where there is no budget."""
    found = scope.get(METER)
    return found if isinstance(found, Meter) else Meter(lambda seconds: None)


class BudgetGate:
    """Refuses with 429 and `Retry-After` what is over the budget."""

    def __init__(self, app: ASGIApp, *, web: Web, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._web = web
        self._clock = clock
        self._accounts = Accounts(budget, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = client_of(scope) if scope["type"] == "http" else ""
        if not client:
            await self._app(scope, receive, send)
            return
        seconds = self._accounts.wait(client)
        if seconds > 0:
            refusal = problem_response(self._web, Request(scope), TooManyRequests(retry_after=math.ceil(seconds)))
            await refusal(scope, receive, send)
            return
        await self._charged(client, scope, receive, send)

    async def _charged(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        began = self._clock()
        meter = Meter(lambda seconds: self._accounts.charge(client, requests=0, seconds=seconds))

        async def charging(message: Message) -> None:
            if message["type"] == "http.response.start":
                requests = 0 if message["status"] == 304 else 1
                self._accounts.charge(client, requests=requests, seconds=0.0 if meter.used else self._clock() - began)
            await send(message)

        await self._app({**scope, METER: meter}, receive, charging)


def client_of(scope: Scope) -> str:
    """The client's network, "" for who has no budget: this machine, and what is no address."""
    peer = scope.get("client")
    try:
        address = ip_address(str(peer[0]).partition("%")[0]) if peer else None
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address is None or address.is_loopback:
        return ""
    return address.exploded[:19] if isinstance(address, IPv6Address) else str(address)
