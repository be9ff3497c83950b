"""Who is logged in. Held in memory only: a restart of the process logs everybody out, and nothing can be stolen from a disk.

Guessing is limited here, too: a token has 256 random bits, and a minute has few attempts.
"""

import hashlib
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from catalog.decisions import Person
from catalog.tokens import Role, Token

#: Without a click for so long, the session is over.
IDLE = timedelta(minutes=30)
#: And after so long in any case.
LONGEST = timedelta(hours=10)
_BYTES = 32
#: More people than this do not work here; the longest idle one makes room.
_MOST = 200


@dataclass(frozen=True, kw_only=True)
class Session:
    """One login. The secret of its cookie is not in here: what is rendered or logged by mistake opens nothing."""

    token: Token
    csrf: str  #: stands in every form of this session
    opened_at: datetime
    seen_at: datetime

    @property
    def person(self) -> Person:
        return Person(self.token.name, self.token.role.value)

    @property
    def role(self) -> Role:
        return self.token.role


class Sessions:
    """`tokens` is asked with every request: a token that is revoked or over ends its sessions at once."""

    def __init__(self, tokens: Callable[[], Iterable[Token]], clock: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._clock = clock
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, token: Token) -> str:
        """The secret for the cookie, told once; only its hash is kept."""
        secret, now = secrets.token_urlsafe(_BYTES), self._clock()
        with self._lock:
            while len(self._open) >= _MOST:
                del self._open[min(self._open, key=lambda each: self._open[each].seen_at)]
            self._open[_digest(secret)] = Session(token=token, csrf=secrets.token_urlsafe(_BYTES), opened_at=now, seen_at=now)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a cookie, if it still holds; this counts as a sign of life."""
        key, now = _digest(secret), self._clock()
        with self._lock:
            found = self._open.get(key)
        if found is None:
            return None
        token = next((each for each in self._tokens() if each.id == found.token.id), None)
        holds = token is not None and token.is_valid(now) and now < found.seen_at + IDLE and now < found.opened_at + LONGEST
        with self._lock:
            if token is None or not holds:
                self._open.pop(key, None)
                return None
            if key in self._open:  # nobody has logged out meanwhile
                self._open[key] = found = replace(found, token=token, seen_at=now)
                return found
        return None

    def close(self, secret: str) -> None:
        with self._lock:
            self._open.pop(_digest(secret), None)


class Throttle:
    """Failed attempts per minute, of all clients together: who guesses has no address of their own behind a proxy or tunnel."""

    def __init__(self, *, attempts: int = 10, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._attempts = attempts
        self._seconds = seconds
        self._clock = clock
        self._failed: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> int:
        """0: go on, and it counts as failed until `succeeded` is said. Else the seconds to wait."""
        with self._lock:
            now = self._clock()
            while self._failed and self._failed[0] <= now - self._seconds:
                self._failed.popleft()
            if len(self._failed) >= self._attempts:
                return max(1, round(self._failed[0] + self._seconds - now))
            self._failed.append(now)
            return 0

    def succeeded(self) -> None:
        with self._lock:
            if self._failed:
                self._failed.pop()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
