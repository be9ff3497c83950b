"""One request and its answer, within its budget. Knows nothing of retries, redirects and what is in the content."""

import io
import logging
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import httpcore2

from harvesters.http.address import Policy, Reach, WebAddress
from harvesters.http.faults import Fault, HttpError
from harvesters.http.inflation import inflated
from harvesters.http.limits import Budget, Limits, size_text
from harvesters.http.network import Dial, GuardedBackend, Resolver, system_dial, system_resolver
from harvesters.http.proxy import Proxy, is_inner_name

# At level DEBUG the library writes response headers into the log, and with them whatever a server puts there.
logging.getLogger("httpcore2").setLevel(logging.WARNING)
PROXY_WANTS_LOGIN = (
    "Der Proxy verlangt eine Anmeldung (407); Benutzer und Passwort gehören in die Datei, die [http] proxy_login_file nennt."
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]  #: names in lower case; several of one name are joined by ", "
    content: bytes  #: inflated; b"" unless the status is 200


class Client:
    """Keeps one connection open between requests. Environment variables for proxies are not looked at."""

    def __init__(
        self,
        policy: Policy,
        limits: Limits,
        *,
        resolver: Resolver = system_resolver,
        dial: Dial = system_dial,
        proxy: Proxy | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._limits = limits
        self._budget = Budget(limits)
        self._proxy = proxy
        self._unknown: set[str] = set()  # names that only the proxy can resolve
        self._backend = GuardedBackend(policy, self._budget, resolver=resolver, dial=dial, trusted=proxy.place if proxy else None)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context,  # None: the system's certificates, loaded when the first https:// is asked
            proxy=httpcore2.Proxy(_url(proxy.address), headers=list(proxy.headers)) if proxy else None,
            max_connections=1,
            keepalive_expiry=15,
            network_backend=self._backend,
        )

    def close(self) -> None:
        self._pool.close()

    def get(self, address: WebAddress, headers: Mapping[str, str], *, until: float) -> Answer:
        """`until`: monotonic seconds. Raises HttpError."""
        return self._asked("GET", address, headers, None, until)

    def post(self, address: WebAddress, headers: Mapping[str, str], body: bytes, *, until: float) -> Answer:
        """`until`: monotonic seconds. Raises HttpError."""
        return self._asked("POST", address, headers, body, until)

    def _asked(self, method: str, address: WebAddress, headers: Mapping[str, str], body: bytes | None, until: float) -> Answer:
        self._budget.start(until)
        if self._proxy is not None:
            self._judge_behind_proxy(address)
        with self._faults(address), self._stream(address, headers, method, body) as response:
            received = self._discreet(_joined(response.headers))
            content = b""
            if response.status == 200:
                content = self._content(response.iter_stream(), received.get("content-encoding", ""), address)
                self._require_discretion(content, address)
            elif response.status == 304:
                response.read()  # has no body; the connection can be used again
            return Answer(status=response.status, headers=received, content=content)

    def look(self, method: Literal["GET", "HEAD"], address: WebAddress, headers: Mapping[str, str], *, until: float) -> Answer:
        """Status and headers; what content there is stays unread, and the line is dropped. Raises HttpError."""
        self._budget.start(until)
        if self._proxy is not None:
            self._judge_behind_proxy(address)
        with self._faults(address), self._stream(address, headers, method) as response:
            if method == "HEAD":
                response.read()  # has no body; the connection can be used again
            return Answer(status=response.status, headers=self._discreet(_joined(response.headers)), content=b"")

    def _judge_behind_proxy(self, address: WebAddress) -> None:
        """Each request, each hop of a redirect. The proxy will look the name up once more, so this is no wall against rebinding; the
        proxy's own rules are. A name that only the proxy can resolve passes, unless it can only mean a machine inside."""
        if address.host in self._unknown:
            return
        try:
            self._backend.permitted(address.host, address.port, within=self._limits.connect)
        except HttpError as error:
            if error.fault is not Fault.UNREACHABLE:
                raise
            if is_inner_name(address.host) and not self._policy.may_reach(address.host, address.port, Reach.PRIVATE):
                complaint = f"»{address.host}« ist ein Name aus dem inneren Netz; er wird mit allow_private erlaubt."
                raise HttpError(Fault.ADDRESS_REFUSED, complaint, host=address.host) from error
            self._unknown.add(address.host)

    def _discreet(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Without those in which the proxy says our login back."""
        login = self._proxy.login if self._proxy else None
        return {name: text for name, text in headers.items() if login is None or not login.is_said_in(text)}

    def _require_discretion(self, content: bytes, address: WebAddress) -> None:
        if self._proxy and self._proxy.login and self._proxy.login.is_in(content):
            raise HttpError(Fault.BETRAYED, f"»{address.shown}«: Die Antwort enthält die Anmeldung am Proxy; sie wird nicht aufbewahrt.")

    def _stream(
        self, address: WebAddress, headers: Mapping[str, str], method: str, body: bytes | None = None
    ) -> AbstractContextManager[httpcore2.Response]:
        limits = self._limits
        timeout = {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": limits.connect}
        extensions: dict[str, Any] = {"timeout": timeout}
        url = _url(address)
        if self._proxy is not None and ":" in address.host:
            # The library writes the host into the proxy's request line as it is; the certificate is held against the bare address.
            url.host, extensions["sni_hostname"] = b"[%b]" % url.host, address.host
        lines = [("Host", address.authority), *headers.items()]
        if body is not None:
            lines.append(("Content-Length", str(len(body))))
        return self._pool.stream(method, url, headers=lines, content=body, extensions=extensions)

    def _content(self, pieces: Iterable[bytes], encoding: str, address: WebAddress) -> bytes:
        buffer = io.BytesIO()
        for piece in inflated(pieces, encoding):
            if buffer.tell() + len(piece) > self._limits.size:
                how = "entpackt " if encoding else ""
                raise HttpError(Fault.TOO_LARGE, f"»{address.shown}« ist {how}größer als {size_text(self._limits.size)}.")
            buffer.write(piece)
        return buffer.getvalue()

    @contextmanager
    def _faults(self, address: WebAddress) -> Iterator[None]:
        """What the library raises, as our faults. Its texts are not passed on: they may quote the server."""
        shown, host = address.shown, address.host
        try:
            yield
        except HttpError as error:
            raise HttpError(
                error.fault, _with_address(error.what, shown), host=host, retry_after=error.retry_after, status=error.status
            ) from error
        except httpcore2.TimeoutException as error:
            raise self._timeout(error, shown, host) from error
        except (httpcore2.ProtocolError, httpcore2.ReadError, httpcore2.WriteError) as error:
            raise HttpError(Fault.INTERRUPTED, f"»{shown}«: Die Antwort bricht ab oder ist kein gültiges HTTP.", host=host) from error
        except httpcore2.ProxyError as error:
            raise self._refused_by_proxy(error, shown, host) from error
        except (httpcore2.NetworkError, OSError) as error:
            raise self._no_connection(error, shown, host) from error

    def _timeout(self, error: httpcore2.TimeoutException, shown: str, host: str) -> HttpError:
        if self._budget.is_over(time.monotonic()):
            return HttpError(Fault.TOO_SLOW, f"»{shown}«: Die Antwort dauert zu lange.", host=host)
        if isinstance(error, httpcore2.ConnectTimeout):
            who = f"Der Proxy »{self._proxy.address.authority}«" if self._proxy else f"»{shown}«"
            return HttpError(Fault.UNREACHABLE, f"{who} nimmt in {self._limits.connect:g} Sekunden keine Verbindung an.", host=host)
        return HttpError(Fault.READ_TIMEOUT, f"»{shown}« sendet {self._limits.read:g} Sekunden lang nichts.", host=host)

    def _refused_by_proxy(self, error: httpcore2.ProxyError, shown: str, host: str) -> HttpError:
        """The answer to CONNECT: the library gives status and reason as one text. Its own words are not passed on."""
        status = str(error)[:3]
        match status:
            case "407":
                return HttpError(Fault.FORBIDDEN, f"»{shown}«: {PROXY_WANTS_LOGIN}", host=host)
            case "401" | "403" | "405":
                return HttpError(Fault.FORBIDDEN, f"»{shown}«: Der Proxy erlaubt diese Adresse nicht ({status}).", host=host)
        return HttpError(Fault.UNREACHABLE, f"»{shown}«: Der Proxy kommt nicht zu dieser Adresse.", host=host)

    def _no_connection(self, error: Exception, shown: str, host: str) -> HttpError:
        causes: list[BaseException] = [error]
        while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and len(causes) < 10:
            causes.append(cause)
        if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes):
            return HttpError(Fault.CERTIFICATE, f"»{shown}«: Das Zertifikat ist ungültig oder gehört jemand anderem.", host=host)
        if self._proxy is not None:
            proxy = self._proxy.address.authority
            return HttpError(Fault.UNREACHABLE, f"»{shown}«: Über den Proxy »{proxy}« kommt keine Verbindung zustande.", host=host)
        return HttpError(Fault.UNREACHABLE, f"»{shown}« ist nicht erreichbar.", host=host)


def _url(address: WebAddress) -> httpcore2.URL:
    """From its parts: the library parses nothing, so that nothing can be read in two ways."""
    return httpcore2.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target)


def _joined(lines: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in lines:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def _with_address(message: str, shown: str) -> str:
    return message if "»" in message else f"»{shown}«: {message}"
