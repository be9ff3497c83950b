"""The socket: names are resolved, judged and dialled in one place, so that what was judged is what is dialled.

httpcore2 asks a `NetworkBackend` for every connection it opens, and for nothing else; there is no second look-up in which a name
could stand for another address (DNS rebinding).
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any

import httpcore2

from harvesters.http.address import IPAddress, Policy, Reach, reach_of
from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import Budget, size_text

#: Host and port to addresses, as text, in the order of preference. Raises OSError.
Resolver = Callable[[str, int], Sequence[str]]
#: Opens a connection to an address (as text) and a port within seconds. Raises httpcore2.ConnectError, ConnectTimeout.
Dial = Callable[[str, int, float], httpcore2.NetworkStream]
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


def system_resolver(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def system_dial(address: str, port: int, timeout: float) -> httpcore2.NetworkStream:
    return httpcore2.SyncBackend().connect_tcp(address, port, timeout=timeout, socket_options=())


class GuardedStream(httpcore2.NetworkStream):
    """A connection whose every byte counts against the budget: a server that drips is cut off like one that floods."""

    def __init__(self, stream: httpcore2.NetworkStream, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        content = self._stream.read(max_bytes, self._clamped(timeout))
        if not self._budget.count(len(content)):
            raise HttpError(Fault.TOO_LARGE, f"Die Antwort ist größer als {size_text(self._budget.wire)}.")
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clamped(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return GuardedStream(self._stream.start_tls(ssl_context, server_hostname, self._clamped(timeout)), self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _clamped(self, timeout: float | None) -> float:
        now = time.monotonic()
        if self._budget.is_over(now):
            raise HttpError(Fault.TOO_SLOW, "Die Antwort dauert zu lange.")
        left = self._budget.left(now)
        return left if timeout is None else min(timeout, left)


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections to permitted addresses only. `trusted` is the configured proxy: as the place to connect to, the one that is not
    judged; as the target of a request it is judged like any other."""

    def __init__(
        self,
        policy: Policy,
        budget: Budget,
        *,
        resolver: Resolver = system_resolver,
        dial: Dial = system_dial,
        trusted: tuple[str, int] | None = None,
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._resolver = resolver
        self._trusted = trusted
        self._open = dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        now = time.monotonic()
        until = now + min(timeout or self._budget.left(now), self._budget.left(now))
        is_proxy = (host, port) == self._trusted
        addresses = self._resolve(host, port, until - now) if is_proxy else self.permitted(host, port, within=until - now)
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in addresses:
            try:
                return self._dial(address, port, max(until - time.monotonic(), 0.001))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host}: no address")

    def permitted(self, host: str, port: int, *, within: float) -> Sequence[IPAddress]:
        """The addresses of a host that may be dialled. Raises HttpError when there is none."""
        addresses = self._resolve(host, port, within)
        reaches = {each: reach_of(each) for each in addresses}
        found = [each for each in addresses if self._policy.may_reach(host, port, reaches[each])]
        if not found:
            raise HttpError(Fault.ADDRESS_REFUSED, _refusal(host, reaches.values()))
        return found

    def _resolve(self, host: str, port: int, within: float) -> Sequence[IPAddress]:
        try:
            return (ip_address(host),)
        except ValueError:
            pass  # a name
        answers: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()
        # getaddrinfo knows no time limit; a thread that never ends ends with the process.
        threading.Thread(target=self._ask, args=(host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=max(within, 0.001))
        except queue.Empty:
            raise HttpError(Fault.UNREACHABLE, f"Der Rechnername »{host}« wird nicht aufgelöst (Zeit überschritten).") from None
        if isinstance(answer, OSError | UnicodeError):
            raise HttpError(Fault.UNREACHABLE, f"Den Rechnernamen »{host}« gibt es nicht, oder er wird gerade nicht aufgelöst.") from answer
        return tuple(ip_address(each) for each in answer)

    def _ask(self, host: str, port: int, answers: "queue.SimpleQueue[Sequence[str] | OSError | UnicodeError]") -> None:
        try:
            answers.put(self._resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    def _dial(self, address: IPAddress, port: int, timeout: float) -> httpcore2.NetworkStream:
        """Connect to an address, not to a name, and look at who picked up."""
        stream = self._open(str(address), port, timeout)
        peer = ip_address(str(stream.get_extra_info("server_addr")[0]))
        if _plain(peer) != _plain(address):
            stream.close()
            raise HttpError(Fault.ADDRESS_REFUSED, "Die Verbindung führt zu einer anderen Adresse als der geprüften.")
        return GuardedStream(stream, self._budget)


def _plain(address: IPAddress) -> IPAddress:
    """A socket for both families may call an IPv4 address by its mapped name."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _refusal(host: str, reaches: Iterable[Reach]) -> str:
    kinds = ", ".join(dict.fromkeys(reaches)) or "keine Adresse"
    return f"»{host}« führt nicht ins öffentliche Netz ({kinds}). Private Adressen und der eigene Rechner werden mit allow_private erlaubt."
