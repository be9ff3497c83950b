"""`klar serve` over the bundled example: time until ready, idle memory, and the feed page against a bare route."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.load import Request, load
from benchmarks.report import Measurement
from benchmarks.running import get, resident_megabytes, server

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
        with server(command, environment, _PORT, "/health/ready") as (_, seconds):
            ready.append(seconds)
    with server(command, environment, _PORT, "/health/ready") as (process, _):
        idle = resident_megabytes(process.pid)
        page = folder / "page"
        page.write_bytes(get(_PORT, _PAGE))
        bare = [str(_BIN / "uvicorn"), "--factory", "benchmarks.bare:create_app", "--port", str(_BARE_PORT), "--no-access-log"]
        bare += ["--http", "httptools", "--loop", "uvloop", "--log-level", "warning"]
        with server(bare, {**os.environ, "BENCH_BYTES": str(page)}, _BARE_PORT, "/page"):
            ours, theirs, client = _interleaved()
        busy = resident_megabytes(process.pid)
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
        mine = load(_PORT, Request(_PAGE), seconds=3)
        ours.append(mine.requests_per_second)
        theirs.append(load(_BARE_PORT, Request("/page"), seconds=3).requests_per_second)
        client = mine.client
    return max(ours), max(theirs), client
