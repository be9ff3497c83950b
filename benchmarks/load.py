"""A bounded HTTP load on loopback: keep-alive connections that ask for one path again and again.

`wrk` is used where it is installed, because a client in Python is slower than the servers it should measure; without it both
servers are measured with the same slow client, which makes their ratio look better than it is. The report names the client.
"""

import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass

#: What wrk asks for when it shall be something else each time.
_IN_TURN = """
local turn = 0
request = function()
    turn = turn % {turns} + 1
    return wrk.format("GET", "{path}")
end
"""


@dataclass(frozen=True)
class Request:
    path: str  #: `{turn}` in it is 1, 2, … `turns`, 1 …
    headers: tuple[str, ...] = ()
    turns: int = 1

    def target(self, turn: int) -> str:
        return self.path.replace("{turn}", str(turn % self.turns + 1))


@dataclass(frozen=True, kw_only=True)
class Load:
    requests_per_second: float
    client: str


def load(port: int, request: Request, *, seconds: int = 5, connections: int = 16) -> Load:
    """Requests per second that a server on 127.0.0.1 answers with 200 or 304."""
    if shutil.which("wrk"):
        return _wrk(port, request, seconds, connections)
    return _threads(port, request, seconds, connections)


def _wrk(port: int, request: Request, seconds: int, connections: int) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    for header in request.headers:
        command += ["-H", header]
    address = f"http://127.0.0.1:{port}{request.target(0)}"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if request.turns > 1:
            script.write(_IN_TURN.format(path=request.path.replace("{turn}", '" .. turn .. "'), turns=request.turns))
            script.flush()
            command += ["-s", script.name]
        done = subprocess.run([*command, address], capture_output=True, text=True, check=True, timeout=seconds + 30)
    if "Non-2xx" in done.stdout and not request.headers:
        raise RuntimeError(done.stdout)
    match = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if match is None:
        raise RuntimeError(done.stdout)
    return Load(requests_per_second=float(match[1]), client="wrk")


def _threads(port: int, request: Request, seconds: int, connections: int) -> Load:
    deadline = time.monotonic() + seconds
    counts = [0] * connections
    headers = "".join(f"{each}\r\n" for each in request.headers)

    def ask(index: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            while time.monotonic() < deadline:
                target = request.target(index + counts[index])
                connection.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
                _read_answer(connection)
                counts[index] += 1

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(connections)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(requests_per_second=sum(counts) / (time.monotonic() - started), client="threads in Python")


def _read_answer(connection: socket.socket) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("the server closed the connection")
        head += received
    top, _, body = head.partition(b"\r\n\r\n")
    status = top.split(b" ", 2)[1]
    if status not in (b"200", b"304"):
        raise RuntimeError(top.decode("latin-1"))
    match = re.search(rb"(?i)content-length:\s*(\d+)", top)
    left = (int(match[1]) if match and status == b"200" else 0) - len(body)
    while left > 0:
        left -= len(connection.recv(min(left, 1 << 20)))
