"""Asking until there is an answer: turns, redirects hop by hop, retries with back-off. What comes back is 200 or 304, or an error."""

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from harvesters.http.address import Policy, WebAddress
from harvesters.http.client import PROXY_WANTS_LOGIN, Answer, Client
from harvesters.http.credentials import Credential
from harvesters.http.faults import Fault, HttpError
from harvesters.http.inflation import ACCEPTED
from harvesters.http.limits import Limits, size_text
from harvesters.http.pace import LONGEST_REST, REST, Pace

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: A redirect that repeats a POST (RFC 9110, 15.4); after the others it would become a GET, and the question would be lost.
_SAME_METHOD = frozenset({307, 308})
#: Seconds before the second attempt; doubled before each further one, and up to half of it taken off again by chance, so that many
#: sources that failed together do not come back together.
BACK_OFF = 2.0


#: Seconds of waiting between two signs of life.
_NAP = 60.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _nobody_asks() -> None:
    """No sign of life needed."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """The body of a POST that only reads."""

    body: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What tests want to hold still. The clock has to run: politeness is about the time between two requests."""

    clock: Callable[[], datetime] = _utc_now
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    monotonic: Callable[[], float] = time.monotonic


class Asker:
    """One run's questions to one source. Not for several threads at once."""

    def __init__(
        self,
        client: Client,
        policy: Policy,
        limits: Limits,
        pace: Pace,
        surroundings: Surroundings,
        *,
        home: WebAddress,
        user_agent: str,
        credential: Credential | None = None,
        alive: Callable[[], None] = _nobody_asks,
    ) -> None:
        """`alive` is called about once a minute, however long the waits between requests are."""
        self._client = client
        self._policy = policy
        self._limits = limits
        self._pace = pace
        self._around = surroundings
        self._home = home
        self._user_agent = user_agent
        self._credential = credential
        self._alive = alive
        self._alive_at = surroundings.monotonic()
        self._requests = 0
        self._bytes = 0
        self._run_until = surroundings.monotonic() + limits.run_seconds

    def close(self) -> None:
        self._client.close()

    def ask(self, address: WebAddress, headers: Mapping[str, str], question: Question | None = None) -> Answer:
        """GET, or POST with a question. Raises HttpError: the last attempt's."""
        patience = self._around.monotonic() + self._limits.patience
        attempt = 1
        while True:
            try:
                return self._walk(address, headers, question)
            except HttpError as error:
                wait = self._wait_before_next(error, attempt)
                if attempt >= self._limits.attempts or wait is None or self._around.monotonic() + wait > patience:
                    self._note_rest(error)
                    raise
            attempt += 1
            self._wait(wait)

    def _wait_before_next(self, error: HttpError, attempt: int) -> float | None:
        """Seconds; None when asking again in this run makes no sense."""
        if not error.fault.is_transient:
            return None
        back_off = BACK_OFF * 2 ** (attempt - 1) * (1 - self._around.chance() / 2)
        wait = max(back_off, error.retry_after or 0)
        return wait if wait <= self._limits.longest_wait else None

    def _note_rest(self, error: HttpError) -> None:
        """Who asked for rest gets it from the next runs, too."""
        seconds = error.retry_after if error.retry_after is not None else REST.total_seconds()
        if error.fault is Fault.BUSY or (error.fault is Fault.SERVER and error.retry_after is not None):
            self._pace.rest(error.host, self._around.clock() + min(timedelta(seconds=seconds), LONGEST_REST))

    def _walk(self, address: WebAddress, headers: Mapping[str, str], question: Question | None) -> Answer:
        """One attempt, redirects included, all within one time limit."""
        seen = [address]
        until = self._around.monotonic() + self._limits.total
        while True:
            waited = self._take_turn(seen[-1])
            until += waited  # standing in our own queue is not the server's fault
            answer = self._answer(seen[-1], self._lines(seen[-1], headers), question, min(until, self._run_until))
            self._count(answer)
            if answer.status not in _REDIRECTS:
                self._require_success(answer, seen[-1])
                return answer
            if question is not None and answer.status not in _SAME_METHOD:
                raise HttpError(Fault.REDIRECTS, f"»{seen[-1].shown}« nimmt die Frage nicht an und leitet weiter.")
            seen.append(self._next_hop(answer, seen))

    def _answer(self, address: WebAddress, lines: Mapping[str, str], question: Question | None, until: float) -> Answer:
        if question is None:
            return self._client.get(address, lines, until=until)
        secret = self._credential if self._is_home(address) else None
        body = secret.filled(question.body) if secret is not None else question.body
        return self._client.post(address, {**lines, "Content-Type": question.media_type}, body, until=until)

    def _take_turn(self, address: WebAddress) -> float:
        self._require_run_goes_on()
        try:
            turn = self._pace.turn(address.host, self._around.clock())
        except OSError as error:  # without the state, nobody knows whether we may ask
            raise HttpError(Fault.STATE, "Der Stand der Abrufe kann nicht geschrieben werden.") from error
        if turn.resting_until is not None:
            until = f"{turn.resting_until:%Y-%m-%d %H:%M} UTC"
            raise HttpError(Fault.COOLING, f"»{address.host}« hat um Ruhe gebeten; bis {until} wird nicht gefragt.", host=address.host)
        self._wait(turn.wait)
        return turn.wait

    def _wait(self, seconds: float) -> None:
        self._give_sign_of_life()
        while seconds > 0:
            self._around.sleep(min(seconds, _NAP))
            self._give_sign_of_life()
            seconds -= _NAP

    def _give_sign_of_life(self) -> None:
        now = self._around.monotonic()
        if now - self._alive_at >= _NAP:
            self._alive()
            self._alive_at = now

    def _require_run_goes_on(self) -> None:
        limits = self._limits
        if self._requests >= limits.run_requests:
            raise HttpError(Fault.RUN_LIMIT, f"Die Quelle will mehr als {limits.run_requests} Abrufe in einer Ernte; hört sie nie auf?")
        if self._around.monotonic() >= self._run_until:
            raise HttpError(Fault.RUN_LIMIT, f"Die Ernte dauert länger als {limits.run_seconds / 60:g} Minuten.")
        self._requests += 1

    def _count(self, answer: Answer) -> None:
        self._bytes += len(answer.content)
        if self._bytes > self._limits.run_bytes:
            raise HttpError(Fault.RUN_LIMIT, f"Die Quelle liefert mehr als {size_text(self._limits.run_bytes)} in einer Ernte.")

    def _lines(self, address: WebAddress, headers: Mapping[str, str]) -> dict[str, str]:
        lines = {"User-Agent": self._user_agent, "Accept-Encoding": ACCEPTED, **headers}
        if self._credential is not None and not self._credential.in_body and self._is_home(address):
            name, value = self._credential.line()
            lines[name] = value
        return lines

    def _is_home(self, address: WebAddress) -> bool:
        """Credentials go to the configured origin, or to the same host once it asked for https."""
        upgraded = (address.scheme, address.host, address.port) == ("https", self._home.host, 443) and self._home.port == 80
        return address.origin == self._home.origin or upgraded

    def _next_hop(self, answer: Answer, seen: list[WebAddress]) -> WebAddress:
        here = seen[-1]
        location = answer.headers.get("location", "")
        if not location:
            raise HttpError(Fault.BAD_ANSWER, f"»{here.shown}« leitet weiter, sagt aber nicht wohin.")
        there = here.join(_as_sent(location))
        if there in seen:
            raise HttpError(Fault.REDIRECTS, f"»{here.shown}« leitet im Kreis.")
        if len(seen) > self._limits.redirects:
            raise HttpError(Fault.REDIRECTS, f"»{seen[0].shown}« leitet mehr als {self._limits.redirects}-mal weiter.")
        require_step(self._policy, here, there)
        return there

    def _require_success(self, answer: Answer, address: WebAddress) -> None:
        status, shown, host = answer.status, address.shown, address.host
        if status in (200, 304):
            return
        said = answer.headers.get("retry-after") or answer.headers.get("x-rate-limit-retry", "")  # The Things Stack says the latter
        retry_after = seconds_of(said, self._around.clock())
        match status:
            case 204:
                raise HttpError(Fault.EMPTY, f"»{shown}« antwortet ohne Inhalt (204).", host=host, status=status)
            case 407:
                raise HttpError(Fault.FORBIDDEN, f"»{shown}«: {PROXY_WANTS_LOGIN}", host=host, status=status)
            case 401 | 403:
                hint = "fehlt das Zugangsgeheimnis, oder gilt es nicht mehr?"
                raise HttpError(Fault.FORBIDDEN, f"»{shown}« verweigert den Zugang ({status}): {hint}", host=host, status=status)
            case 404 | 410:
                raise HttpError(Fault.MISSING, f"»{shown}« gibt es nicht ({status}).", host=host, status=status)
            case 429:
                raise HttpError(Fault.BUSY, f"»{shown}« bittet um Ruhe (429).", host=host, retry_after=retry_after, status=status)
            case 408 | 425:
                raise HttpError(
                    Fault.SERVER, f"»{shown}« antwortet mit Fehler {status}.", host=host, retry_after=retry_after, status=status
                )
            case _ if status >= 500:
                raise HttpError(
                    Fault.SERVER, f"»{shown}« hat selbst einen Fehler ({status}).", host=host, retry_after=retry_after, status=status
                )
            case _:
                raise HttpError(Fault.BAD_ANSWER, f"»{shown}« antwortet mit {status}, womit niemand rechnet.", host=host, status=status)


def require_step(policy: Policy, here: WebAddress, there: WebAddress) -> None:
    """Whether a redirect or a next-link may be followed. Raises HttpError."""
    if here.scheme == "https" and there.scheme == "http":
        raise HttpError(Fault.DOWNGRADE, f"»{here.shown}« leitet auf eine unverschlüsselte Adresse (»{there.host}«).")
    if not policy.may_follow(there):
        raise HttpError(
            Fault.HOST_NOT_PERMITTED,
            f"»{here.shown}« leitet zu »{there.authority}«; wenn das richtig ist, gehört der Rechner in follow_hosts.",
        )


def seconds_of(retry_after: str, now: datetime) -> float | None:
    """Retry-After as seconds or as an HTTP date (RFC 9110, 10.2.3); None when it says neither, or a time gone by."""
    if re.fullmatch(r"[0-9]{1,9}", retry_after, re.ASCII):
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return seconds if seconds > 0 else None


def _as_sent(header: str) -> str:
    """Headers are read as latin-1; servers write UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return header
