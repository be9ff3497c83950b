"""A bounded HTTP load on loopback: keep-alive connections that ask for one path again and again.

`wrk` is used where it is installed, because a client in Python is slower than the servers it should measure; without it both
servers are measured with the same slow client, which makes their ratio look better than it is. The report names the client.
"""

import re
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Load:
    requests_per_second: float
    client: str


def load(port: int, path: str, *, seconds: int = 5, connections: int = 16, headers: tuple[str, ...] = ()) -> Load:
    """Requests per second that a server on 127.0.0.1 answers with 200 or 304."""
    if shutil.which("wrk"):
        return _wrk(port, path, seconds, connections, headers)
    return _threads(port, path, seconds, connections, headers)


def _wrk(port: int, path: str, seconds: int, connections: int, headers: tuple[str, ...]) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    for header in headers:
        command += ["-H", header]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True, timeout=seconds + 30)
    if "Non-2xx" in done.stdout and not headers:
        raise RuntimeError(done.stdout)
    match = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if match is None:
        raise RuntimeError(done.stdout)
    return Load(requests_per_second=float(match[1]), client="wrk")


def _threads(port: int, path: str, seconds: int, connections: int, headers: tuple[str, ...]) -> Load:
    deadline = time.monotonic() + seconds
    counts = [0] * connections
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{''.join(each + chr(13) + chr(10) for each in headers)}\r\n".encode()

    def ask(index: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            while time.monotonic() < deadline:
                connection.sendall(request)
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
