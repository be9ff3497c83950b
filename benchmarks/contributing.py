"""How fast contributions come in from an interface in pages of 25, and in how much memory: CONSUL on this machine, harvested into a vault,
against merely fetching the same pages.

Each way is a process of its own, so that its memory is its own; the server is another, with all pages ready. CPU seconds of the process
and of its children (Frictionless runs in one), from the first question to the last row in the vault. For fewer than 50,000:
`python -m benchmarks.contributing 5000`.
"""

import base64
import json
import multiprocessing
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpcore2

from benchmarks.report import Measurement
from benchmarks.running import cpu_seconds, peak_megabytes
from benchmarks.site import SITE
from catalog.files import Files
from catalog.plan import Guards, Outcome, Review, RunRecord
from catalog.publish import Publisher
from catalog.store import Store
from catalog.vault import Vault
from dcat.render import renderer
from harvesters.consul import questions
from harvesters.consul.connections import PAGE, Endpoint
from harvesters.harvester import SourceConfig
from harvesters.http.opening import Web, open_source
from harvesters.http.pace import MemoryPace
from harvesters.keeping import Keeper
from harvesters.platforms.consul import HARVESTER
from harvesters.run import harvest

_COUNT = 50_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_PROCESS = "mitmachen"
_QUESTION = questions.proposals(texts=False, tags=False)


def measure(folder: Path, count: int = _COUNT) -> list[Measurement]:
    """`count`: contributions on the platform."""
    with _serving(count) as url:
        bare, _ = apart(_bare, folder / "bare", url)
        fetched, _ = apart(_fetched, folder / "fetched", url)
        first, peak = apart(_harvested, folder / "harvested", url)
        again, later = apart(_harvested, folder / "harvested", url)
    return [
        Measurement("contributions: a bare loop over the pages", count / bare, "contributions/s", ""),
        Measurement("contributions: merely fetched, and kept in the vault", count / fetched, "contributions/s", "1"),
        Measurement(
            "contributions: harvested into the vault",
            count / first,
            "contributions/s",
            f"{fetched / first:.2f} × merely fetching (goal: ≥ 0.5)",
        ),
        Measurement(
            "contributions: harvested again, nothing changed", count / again, "contributions/s", f"{fetched / again:.2f} × merely fetching"
        ),
        Measurement("contributions: most memory while harvesting", peak, "MB", "goal: < 300"),
        Measurement("contributions: most memory while harvesting again", later, "MB", "goal: < 300"),
    ]


def apart(prepared: Callable[[Path, str], Callable[[], None]], folder: Path, url: str) -> tuple[float, float]:
    """CPU seconds and most memory (MB) of a process that does this alone, once it is prepared."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_measured, args=(prepared, folder, url, theirs))
    process.start()
    theirs.close()
    found: tuple[float, float] = ours.recv()
    process.join()
    return found


def _measured(prepared: Callable[[Path, str], Callable[[], None]], folder: Path, url: str, report: Connection) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    work = prepared(folder, url)
    started = cpu_seconds()
    work()
    report.send((cpu_seconds() - started, peak_megabytes()))


def _bare(folder: Path, url: str) -> Callable[[], None]:
    def work() -> None:
        after = ""
        with httpcore2.ConnectionPool() as pool:
            while True:
                answer = pool.request("GET", f"{url}graphql?after={after}").content
                info = json.loads(answer)["data"]["proposals"]["pageInfo"]
                if not info["hasNextPage"]:
                    return
                after = info["endCursor"]

    return work


def _fetched(folder: Path, url: str) -> Callable[[], None]:
    world = _World(folder, url)
    keeper = Keeper(world.source, 1, store=world.store, archive=world.archive, vault=world.vault)

    def work() -> None:
        with open_source(
            world.source, world.web, keep_payload=keeper.keep, keep_private=keeper.keep_private, clock=lambda: _NOW, recall=keeper.recall
        ) as fetch:
            endpoint = Endpoint(fetch=fetch, url=f"{url}graphql", post=False)
            for _ in endpoint.connection(_QUESTION, ["proposals"], name="proposals"):
                pass

    return work


def _harvested(folder: Path, url: str) -> Callable[[], None]:
    return _World(folder, url).ready()


class _World:
    def __init__(self, folder: Path, url: str) -> None:
        self.store = Store(f"sqlite:///{folder / 'klar.db'}", clock=lambda: _NOW)
        self.store.upgrade()
        self.vault = Vault(f"sqlite:///{folder / 'vault.db'}", clock=lambda: _NOW)
        self.vault.upgrade()
        self.archive = Files(folder / "archive")
        self.web = Web(user_agent="klar benchmark", pace=MemoryPace(interval=0), environ={})
        self.source = SourceConfig(
            name="platform",
            title="Plattform",
            kind=HARVESTER.kind,
            url=url,
            folder=folder,
            options={"process": _PROCESS, "collections": ["proposals"]},
            personal_data=True,
            legal_basis="Benchmark",
            allow_private=("127.0.0.1",),
            guards=Guards(review=Review.NEVER),
        )
        self._publisher = _publisher(self.store, self.archive, folder, self.vault)
        self._folder = folder

    def ready(self) -> Callable[[], None]:
        """The process is published, and everything warm."""
        self._publish_process()
        return self._harvest

    def _harvest(self) -> None:
        run = self._run(self.source)
        if run.outcome not in (Outcome.OK, Outcome.UNCHANGED):
            raise RuntimeError(f"{run.outcome}: {run.message} {run.findings[:3]}")

    def _publish_process(self) -> None:
        drop = self._folder / "drop"
        drop.mkdir(exist_ok=True)
        (drop / "process.csv").write_text(f"id,title,mode,method\n{_PROCESS},Mitmachen,digital,idea-collection\n", encoding="utf-8")
        mapping = '[[table]]\ntable = "process"\nfile = "process.csv"\n[table.columns]\n'
        mapping += "".join(f'{each} = "{each}"\n' for each in ("id", "title", "mode", "method"))
        (self._folder / "mapping.toml").write_text(mapping, encoding="utf-8")
        own = replace(self.source, name="process", kind="files", url="drop", options={"mapping": "mapping.toml"})
        self._run(replace(own, guards=Guards(review=Review.NEVER, at_least=1)))

    def _run(self, source: SourceConfig) -> RunRecord:
        return harvest(source, store=self.store, publisher=self._publisher, archive=self.archive, now=_NOW, web=self.web, vault=self.vault)


def _publisher(store: Store, archive: Files, folder: Path, vault: Vault) -> Publisher:
    files = Files(folder / "public")
    return Publisher(
        store, files, archive, site=SITE, curation=folder / "curation", renderer=renderer(SITE), clock=lambda: _NOW, vault=vault
    )


@contextmanager
def _serving(count: int) -> Iterator[str]:
    """Every page ready; the cursor is the place of the last node, as graphql-ruby's is."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(count, theirs), daemon=True)
    process.start()
    port: int = ours.recv()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        ours.send("enough")
        process.join()


def _serve(count: int, control: Connection) -> None:
    pages = {_cursor(start): _page(start, count) for start in range(0, count, PAGE)}

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write an answer

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            after = json.loads(query["variables"][0])["after"] if "variables" in query else query.get("after", [_cursor(0)])[0]
            content = pages[after or _cursor(0)]
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    control.send(server.server_port)
    control.recv()
    server.shutdown()
    server.server_close()


def _page(start: int, count: int) -> bytes:
    end = min(start + PAGE, count)
    info = {"hasNextPage": end < count, "endCursor": _cursor(end)}
    nodes = [{"node": _node(number)} for number in range(start, end)]
    return json.dumps({"data": {"proposals": {"pageInfo": info, "edges": nodes}}}).encode()


def _node(number: int) -> Mapping[str, object]:
    day = f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    return {"id": str(number + 1), "publicCreatedAt": f"{day} 09:00:00 +0100", "retiredAt": None, "geozone": {"id": "3", "name": "Mitte"}}


def _cursor(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for each in measure(Path(place), int(sys.argv[1]) if sys.argv[1:] else _COUNT):
            print(f"{each.what}: {each.value:.4g} {each.unit}  {each.ratio}", flush=True)
