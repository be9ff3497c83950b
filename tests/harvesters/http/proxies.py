"""A real HTTP proxy on 127.0.0.1: CONNECT tunnels and absolute addresses, with a login if a test wants one. It resolves names by a
table of its own, as proxies do."""

import base64
import select
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.harvesters.http.servers import PATIENCE, Request, head, read_request


@dataclass
class ProxyServer:
    names: Mapping[str, int]  #: host -> port on this machine
    login: str = ""  #: user:password
    refuses: int = 0  #: status for everything
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        return [each.target for each in self.requests]

    def accept(self, listener: socket.socket) -> None:
        while not self.stopping.is_set():
            with suppress(OSError):
                sock, _ = listener.accept()
                threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        with suppress(OSError), client:
            request = read_request(client)
            if request is None:
                return
            self.requests.append(request)
            status = self._status(request)
            if status != 200:
                client.sendall(head(status, {"Content-Length": "0", "Proxy-Authenticate": 'Basic realm="x"', "Connection": "close"}))
                return
            with socket.create_connection(("127.0.0.1", self._port_of(request)), PATIENCE) as target:
                if "://" in request.target:
                    target.sendall(_as_origin_form(request))
                else:
                    client.sendall(head(200, {}))
                self._pump(client, target)

    def _status(self, request: Request) -> int:
        wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.login and request.headers.get("proxy-authorization") != wanted:
            return 407
        if self.refuses:
            return self.refuses
        return 200 if self._port_of(request) else 502

    def _port_of(self, request: Request) -> int:
        authority = urlsplit(request.target).netloc if "://" in request.target else request.target
        return self.names.get(authority.rpartition(":")[0] or authority, 0)

    def _pump(self, client: socket.socket, target: socket.socket) -> None:
        """Until one side hangs up."""
        other = {client: target, target: client}
        while not self.stopping.is_set():
            for each in select.select([client, target], [], [], 0.05)[0]:
                content = each.recv(65536)
                if not content:
                    return
                other[each].sendall(content)


def _as_origin_form(request: Request) -> bytes:
    """The request as it goes on: path for address, and without what was meant for the proxy."""
    parts = urlsplit(request.target)
    lines = [f"GET {parts.path}{'?' + parts.query if parts.query else ''} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if not name.startswith("proxy-")]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


@contextmanager
def proxying(names: Mapping[str, int], *, login: str = "", refuses: int = 0) -> Iterator[ProxyServer]:
    proxy = ProxyServer(names, login=login, refuses=refuses)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        proxy.port = listener.getsockname()[1]
        thread = threading.Thread(target=proxy.accept, args=(listener,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.stopping.set()
            thread.join(PATIENCE)
