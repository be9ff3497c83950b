"""Servers on 127.0.0.1 that say exactly what a test tells them, byte for byte, and end with it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: Nobody waits longer than this for anybody.
PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True)
class Request:
    target: str
    headers: Mapping[str, str]  #: names in lower case
    method: str = "GET"
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass
class Line:
    """One connection, as seen by a script."""

    sock: socket.socket
    stopping: threading.Event
    sent: int = 0
    said: bytearray = field(default_factory=bytearray)  #: the first megabyte

    def send(self, content: bytes) -> None:
        self.sock.sendall(content)
        self.sent += len(content)
        self.said += content[: max(0, 1_000_000 - len(self.said))]

    def drip(self, content: bytes, pause: float) -> None:
        """Byte by byte."""
        for each in content:
            self.send(bytes([each]))
            if self.stopping.wait(pause):
                return

    def flood(self, piece: bytes, most: int = 10_000) -> None:
        """Until the other side has enough."""
        for _ in range(most):
            if self.stopping.is_set():
                return
            self.send(piece)


#: Answers one request; True keeps the connection open.
Script = Callable[[Line, Request], bool]


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> Script:
    """A whole answer. Header names are written with underscores."""
    content = body.encode() if isinstance(body, str) else body

    def script(line: Line, request: Request) -> bool:
        length = {} if status == 304 else {"Content-Length": str(len(content))}
        line.send(head(status, length | {name.replace("_", "-"): value for name, value in headers.items()}) + content)
        return True

    return script


def to(url: str, status: int = 302) -> Script:
    """A redirect."""
    return reply(b"", status, Location=url)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode()


def raw(*pieces: bytes) -> Script:
    """Bytes, and then the line goes dead."""

    def script(line: Line, request: Request) -> bool:
        line.send(b"".join(pieces))
        return False

    return script


def in_turn(*scripts: Script) -> Script:
    """One after the other; the last one for ever."""
    left = list(scripts)

    def script(line: Line, request: Request) -> bool:
        return (left.pop(0) if len(left) > 1 else left[0])(line, request)

    return script


@dataclass
class Server:
    routes: Mapping[str, Script]
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    ssl_context: ssl.SSLContext | None = None

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        scheme = "https" if self.ssl_context else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [each.target for each in self.requests]

    def accept(self, listener: socket.socket) -> None:
        while not self.stopping.is_set():
            with suppress(OSError):
                sock, _ = listener.accept()
                threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        with suppress(OSError):
            line = Line(self.ssl_context.wrap_socket(sock, server_side=True) if self.ssl_context else sock, self.stopping)
            self.lines.append(line)
            with line.sock:
                while (request := read_request(line.sock)) is not None:
                    self.requests.append(request)
                    if not self.routes.get(request.path, self.routes.get("*", reply("nothing here", 404)))(line, request):
                        return


def read_request(sock: socket.socket) -> Request | None:
    content = b""
    while b"\r\n\r\n" not in content:
        piece = sock.recv(65536)
        if not piece:
            return None
        content += piece
    top, _, body = content.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        piece = sock.recv(65536)
        if not piece:
            return None
        body += piece
    method, target = first.split(" ")[:2]
    return Request(target=target, headers=headers, method=method, body=body)


@contextmanager
def serving(routes: Mapping[str, Script], *, ssl_context: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(routes, ssl_context=ssl_context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.accept, args=(listener,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            thread.join(PATIENCE)
            for line in server.lines:
                with suppress(OSError):
                    line.sock.close()
