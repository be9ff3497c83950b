"""`klar serve` over the bundled example: time until ready, idle memory, and the feed page against a bare route."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import load
from benchmarks.report import Measurement

_BIN = Path(sys.executable).parent
_PAGE = "/catalog.ttl?page=1"
_PORT, _BARE_PORT = 8471, 8472
_TRIES = 5


def measure(folder: Path) -> list[Measurement]:
    example = folder / "example"
    environment = {**os.environ, "KLAR_CONFIG": str(example / "klar.toml")}
    subprocess.run([_BIN / "klar", "init", str(example), "--example", "kaiserslautern"], check=True, capture_output=True)
    harvested = subprocess.run([_BIN / "klar", "harvest"], env=environment, capture_output=True, text=True)
    if harvested.returncode not in (0, 2):
        raise RuntimeError(harvested.stderr)
    command = [str(_BIN / "klar"), "serve", "--port", str(_PORT)]
    ready = []
    for _ in range(3):
        with _server(command, environment, _PORT, "/health/ready") as (_, seconds):
            ready.append(seconds)
    with _server(command, environment, _PORT, "/health/ready") as (process, _):
        idle = _resident_megabytes(process.pid)
        page = folder / "page"
        page.write_bytes(_get(_PORT, _PAGE))
        bare = [str(_BIN / "uvicorn"), "--factory", "benchmarks.bare:create_app", "--port", str(_BARE_PORT), "--no-access-log"]
        bare += ["--http", "httptools", "--loop", "uvloop", "--log-level", "warning"]
        with _server(bare, {**os.environ, "BENCH_BYTES": str(page)}, _BARE_PORT, "/page"):
            ours, theirs, client = _interleaved()
        busy = _resident_megabytes(process.pid)
    return [
        Measurement("`klar serve` ready after start", min(ready), "s", "goal: < 2 s"),
        Measurement("idle memory of `klar serve` (resident)", idle, "MB", "goal: < 150 MB"),
        Measurement("memory after the load below", busy, "MB", ""),
        Measurement(
            f"feed page of {page.stat().st_size // 1000} kB from the page cache ({client})",
            ours,
            "pages/s",
            f"{ours / theirs:.2f} of the bare route (goal: ≥ 0.5)",
        ),
        Measurement("bare `async def` FastAPI route, same bytes, same server", theirs, "pages/s", "1"),
    ]


def _interleaved() -> tuple[float, float, str]:
    """Best of several turns each, taken alternately: what else the machine does hits both."""
    ours, theirs, client = [], [], ""
    for _ in range(_TRIES):
        mine = load(_PORT, _PAGE, seconds=3)
        ours.append(mine.requests_per_second)
        theirs.append(load(_BARE_PORT, "/page", seconds=3).requests_per_second)
        client = mine.client
    return max(ours), max(theirs), client


@contextmanager
def _server(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(port, path):
            if process.poll() is not None or time.perf_counter() - started > 30:
                raise RuntimeError(f"{command} does not answer")
            time.sleep(0.01)
        yield process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answers(port: int, path: str) -> bool:
    try:
        return bool(_get(port, path))
    except OSError:
        return False


def _get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        content: bytes = answer.read()
        return content


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match[1]) / 1000 if match else float("nan")
