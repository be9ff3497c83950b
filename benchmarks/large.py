"""A portal of many data sets, asked over HTTP: feed pages kept and joined, 304, `package_search` with facets.

Run alone: `python -m benchmarks.large [data sets]`. The yardstick is `benchmarks.bare`: the same bytes, the same server, the same client.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from api.indexing import index_published
from api.settings import load
from api.wiring import public_files, search_of, store_of
from benchmarks.catalogue import multiply
from benchmarks.load import Request
from benchmarks.load import load as ask
from benchmarks.report import Measurement, figure
from benchmarks.running import get, resident_megabytes, server

_BIN = Path(sys.executable).parent
_PORT, _BARE_PORT = 8473, 8474
_TRIES = 3
_SECONDS = 3
_PAGE = "/catalog.ttl?page=2"
_SEARCH = "/api/3/action/package_search?facet.field=%5B%22groups%22,%22organization%22,%22tags%22,%22res_format%22%5D"
_QUESTIONS = (
    "&q=b%C3%A4ume", "&q=brunnen+innenstadt", "&q=&fq=groups:envi", "&q=spielpl%C3%A4tze&sort=title+asc",
    "&q=beschl%C3%BCsse&start=40", "&q=radwege&fq=groups:tran", "&q=*:*&sort=metadata_modified+desc", "&q=denkm%C3%A4ler+betzenberg",
)  # fmt: skip


def measure(folder: Path, size: int = 10_000) -> list[Measurement]:
    return list(_measure(folder, size))


def _measure(folder: Path, size: int) -> Iterator[Measurement]:
    folder.mkdir(parents=True, exist_ok=True)
    environment = _example(folder / "example", size)
    command = [str(_BIN / "klar"), "serve", "--port", str(_PORT)]
    with server(command, environment, _PORT, "/health/ready") as (process, seconds):
        yield Measurement(f"`klar serve` over {size:,} data sets ready after start", seconds, "s", "")
        yield from _pages(folder, size)
        yield from _searches(size)
        yield Measurement(f"memory of `klar serve` over {size:,} data sets after this", resident_megabytes(process.pid), "MB", "")


def _example(folder: Path, size: int) -> dict[str, str]:
    environment = {**os.environ, "KLAR_CONFIG": str(folder / "klar.toml")}
    subprocess.run([_BIN / "klar", "init", str(folder), "--example", "kaiserslautern"], check=True, capture_output=True)
    harvested = subprocess.run([_BIN / "klar", "harvest"], env=environment, capture_output=True, text=True)
    if harvested.returncode not in (0, 2):
        raise RuntimeError(harvested.stderr)
    settings = load(folder / "klar.toml", environment).public()
    store = store_of(settings)
    multiply(store, "ortsbezirke", size)
    index_published(search_of(settings), store, public_files(settings), settings.site())  # as a harvest does at its end
    store.close()
    return environment


def _pages(folder: Path, size: int) -> Iterator[Measurement]:
    page = folder / "page"
    page.write_bytes(get(_PORT, _PAGE))
    bare = [str(_BIN / "uvicorn"), "--factory", "benchmarks.bare:create_app", "--port", str(_BARE_PORT), "--no-access-log"]
    bare += ["--http", "httptools", "--loop", "uvloop", "--log-level", "warning"]
    etag = _etag(_PAGE)
    kilobytes = page.stat().st_size // 1000
    comparisons = (
        (f"feed page of {kilobytes} kB, kept", Request(_PAGE), Request("/page"), 0.5),
        (f"feed page of {kilobytes} kB, joined from stored fragments", Request(_JOINED), Request("/page"), 0.2),
        (f"feed pages of {kilobytes} kB in turn, their fragments read each time", Request(_READ, turns=_PAGES), Request("/page"), 0.2),
        ("304 for a feed page", Request(_PAGE, headers=(f"If-None-Match: {etag}",)), Request("/unchanged"), 0.8),
    )
    with server(bare, {**os.environ, "BENCH_BYTES": str(page)}, _BARE_PORT, "/page"):
        for what, ours, theirs, goal in comparisons:
            mine, yardstick = _interleaved(ours, theirs)
            ratio = f"{mine / yardstick:.2f} of the bare route (goal: ≥ {goal})"
            yield Measurement(f"{what} ({size:,} data sets)", mine, "answers/s", ratio)


#: Such answers are never kept: each is joined anew. All data sets are younger.
_SINCE = "&modified_since=2001-01-01T00:00:00Z"
_JOINED = _PAGE + _SINCE
#: More pages than the server keeps fragments of.
_READ = "/catalog.ttl?page={turn}" + _SINCE
_PAGES = 60


def _interleaved(ours: Request, theirs: Request) -> tuple[float, float]:
    """Best of several turns each, taken alternately: what else the machine does hits both."""
    turns = [(ask(_PORT, ours, seconds=_SECONDS), ask(_BARE_PORT, theirs, seconds=_SECONDS)) for _ in range(_TRIES)]
    return max(mine.requests_per_second for mine, _ in turns), max(other.requests_per_second for _, other in turns)


def _searches(size: int) -> Iterator[Measurement]:
    """One client that waits for each answer, every question several times, none of them kept."""
    get(_PORT, _SEARCH + "&rows=5")
    times = []
    for turn in range(25):
        for question in _QUESTIONS:
            started = time.perf_counter()
            get(_PORT, f"{_SEARCH}{question}&rows={10 + turn}")
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    middle, last = times[len(times) // 2], times[int(len(times) * 0.99)]
    what = f"package_search over HTTP with four facets, {size:,} data sets"
    yield Measurement(what, middle, "ms (p50)", f"p99 {figure(last)} ms (goals: 10 and 50)")


def _etag(path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{_PORT}{path}", timeout=30) as answer:
        return str(answer.headers["etag"])


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        for each in _measure(Path(folder), size):
            print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}", flush=True)


if __name__ == "__main__":
    main()
