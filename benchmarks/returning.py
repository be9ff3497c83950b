"""What a second harvest costs where a source says what has changed: OParl with `modified_since`, WordPress with `modified_after`, nothing
changed since the first.

The server is a process of its own. CPU seconds of the harvest alone, from the first question to the end of the run; requests and bytes as
the server counts them. The first harvest publishes everything, as it always does.
"""

import json
import multiprocessing
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.report import Measurement
from benchmarks.running import cpu_seconds
from benchmarks.site import SITE
from catalog.files import Files
from catalog.plan import Guards, Outcome, Review
from catalog.publish import Publisher
from catalog.store import Store
from catalog.vault import Vault
from dcat.render import renderer
from harvesters.harvester import SourceConfig
from harvesters.http.opening import Web
from harvesters.http.pace import MemoryPace
from harvesters.http.validators import FolderValidators
from harvesters.run import harvest

_COUNT = 5_000
_FIRST = datetime(2026, 11, 1, 4, tzinfo=UTC)
_LONG_AGO = datetime(2026, 1, 5, 8, tzinfo=UTC)
Json = dict[str, Any]
#: (path, query, address of the server) -> body and headers.
Answer = Callable[[str, Mapping[str, str], str], tuple[Json | Sequence[Json], Mapping[str, str]]]


def measure(folder: Path, count: int = _COUNT) -> list[Measurement]:
    """`count`: meetings of the council, and posts of the website."""
    platforms = {
        "OParl": _Platform(kind="oparl", home="system", answer=_council, options={"tables": ["event"]}),
        "WordPress": _Platform(kind="wordpress", home="", answer=_site, options={"prefix": "st", "content": [_CONTENT]}),
    }
    found = []
    for title, platform in platforms.items():
        first, second = platform.harvested_twice(folder / platform.kind, count)
        found += [
            Measurement(
                f"{title}: first harvest of {count:,}", first.seconds, "s CPU", f"{first.requests} requests, {first.bytes / 1e6:.3g} MB"
            ),
            Measurement(f"{title}: second harvest, CPU", second.seconds, "s CPU", _share(second.seconds, first.seconds)),
            Measurement(f"{title}: second harvest, requests", second.requests, "requests", _share(second.requests, first.requests)),
            Measurement(f"{title}: second harvest, bytes", second.bytes, "bytes", _share(second.bytes, first.bytes)),
        ]
    return found


def _share(second: float, first: float) -> str:
    return f"{second / first:.1%} of the first (goal: < 10 %)"


@dataclass(frozen=True, kw_only=True)
class _Cost:
    seconds: float
    requests: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class _Platform:
    kind: str
    home: str  #: path of the source's address
    answer: "Callable[[int], Answer]"
    options: Mapping[str, object] = field(default_factory=dict)

    def harvested_twice(self, folder: Path, count: int) -> tuple[_Cost, _Cost]:
        folder.mkdir(parents=True)
        with _serving(self.answer, count) as (address, asked):
            world = _World(folder, self, address)
            world.warm_up()
            first = self._cost(world, asked, _FIRST)
            second = self._cost(world, asked, _FIRST + timedelta(days=1))
        return first, second

    def _cost(self, world: "_World", asked: Callable[[], tuple[int, int]], now: datetime) -> _Cost:
        requests, size = asked()
        began = cpu_seconds()
        world.run(now)
        seconds = cpu_seconds() - began
        more, larger = asked()
        return _Cost(seconds=seconds, requests=more - requests, bytes=larger - size)


class _World:
    def __init__(self, folder: Path, platform: _Platform, address: str) -> None:
        self._folder = folder
        self._now = _FIRST
        self._store = Store(f"sqlite:///{folder / 'klar.db'}", clock=self._clock)
        self._store.upgrade()
        self._vault = Vault(f"sqlite:///{folder / 'vault.db'}", clock=self._clock)
        self._vault.upgrade()
        self._archive = Files(folder / "archive")
        self._web = Web(
            user_agent="klar benchmark", pace=MemoryPace(interval=0), environ={}, validators=FolderValidators(folder / "sources")
        )
        self._publisher = Publisher(
            self._store,
            Files(folder / "public"),
            self._archive,
            site=SITE,
            curation=folder / "curation",
            renderer=renderer(SITE),
            clock=self._clock,
            vault=self._vault,
        )
        self._source = SourceConfig(
            name="platform",
            title="Plattform",
            kind=platform.kind,
            url=f"{address}{platform.home}",
            folder=folder,
            options=platform.options,
            allow_private=("127.0.0.1",),
            guards=Guards(review=Review.NEVER),
        )

    def _clock(self) -> datetime:
        return self._now

    def warm_up(self) -> None:
        """Everything imported, the checking process started: by a harvest of something else."""
        drop = self._folder / "drop"
        drop.mkdir()
        (drop / "project.csv").write_text("id,title,status\nwarm,Warm,running\n", encoding="utf-8")
        mapping = '[[table]]\ntable = "project"\nfile = "project.csv"\n[table.columns]\nid = "id"\ntitle = "title"\nstatus = "status"\n'
        (self._folder / "mapping.toml").write_text(mapping, encoding="utf-8")
        self._harvest(replace(self._source, name="warm", kind="files", url="drop", options={"mapping": "mapping.toml"}))

    def run(self, now: datetime) -> None:
        self._now = now
        self._harvest(self._source)

    def _harvest(self, source: SourceConfig) -> None:
        run = harvest(
            source,
            store=self._store,
            publisher=self._publisher,
            archive=self._archive,
            now=self._now,
            web=self._web,
            vault=self._vault,
        )
        if run.outcome not in (Outcome.OK, Outcome.UNCHANGED):
            raise RuntimeError(f"{run.outcome}: {run.message} {run.findings[:3]}")


def _council(count: int) -> Answer:
    """OParl 1.1: a hundred objects a page, `modified_since` asked for exactly."""
    kept = {"created": _LONG_AGO.isoformat(), "modified": _LONG_AGO.isoformat()}

    def answer(path: str, query: Mapping[str, str], here: str) -> tuple[Json, Mapping[str, str]]:
        if path == "/system":
            return {"id": f"{here}system", "type": "https://schema.oparl.org/1.1/System", "body": f"{here}body"}, {}
        return _page(path, query, here), {}

    def _page(path: str, query: Mapping[str, str], here: str) -> Json:
        size, page = int(query.get("elementsPerPage", 100)), int(query.get("page", 1))
        total = {"/body": 1, "/organization": 1, "/meeting": count}[path]
        if query.get("modified_since", "") > _LONG_AGO.isoformat():
            total = 0
        numbers = range((page - 1) * size, min(page * size, total))
        more = {"next": f"{here}{path[1:]}?{urlencode({**query, 'page': page + 1})}"} if page * size < total else {}
        return {"data": [one(path, each, here) for each in numbers], "pagination": {"totalElements": total}, "links": more}

    def one(path: str, number: int, here: str) -> Json:
        named: Json = {"id": f"{here}{path[1:]}/{number}", "name": f"Nummer {number}", **kept}
        match path:
            case "/body":
                return named | {each: f"{here}{each}" for each in ("organization", "meeting", "paper")}
            case "/organization":
                return named | {"name": "Stadtrat", "organizationType": "Gremium"}
        start = _LONG_AGO + timedelta(days=number % 300)
        place = {"description": "Rathaus, Großer Ratssaal"}
        items = [{"id": f"{here}agendaitem/{number}-{each}", "name": f"Punkt {each}", "public": True} for each in range(5)]
        return named | {"start": start.isoformat(), "location": place, "organization": [f"{here}organization/0"], "agendaItem": items}

    return answer


_CONTENT: Mapping[str, object] = {
    "type": "projekt",
    "table": "project",
    "fields": {
        "status": {"select": ".status", "codes": {"läuft": "running"}},
        "summary": {"select": ".kurz"},
        "website": "link",
    },
}
_TEXT = '<div class="steckbrief"><p class="status">läuft</p><p class="kurz">Ein Platz für alle, Nummer {}.</p>{}</div>'


def _site(count: int) -> Answer:
    """WordPress 6: a hundred posts a page, totals in headers, `modified_after` asked for exactly."""
    words = "".join(f"<p>Absatz {each} über das Projekt, seine Ziele und seine Geschichte in dieser Stadt.</p>" for each in range(20))

    def answer(path: str, query: Mapping[str, str], here: str) -> tuple[Json | Sequence[Json], Mapping[str, str]]:
        if path == "/wp-json/":
            return {"namespaces": ["wp/v2"], "routes": {"/wp/v2/projekt": {}}}, {}
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        after = query.get("modified_after", "")
        total = 0 if after > "2026-01-05T08:00:00" else count  # without zone, as the site's own times are
        totals = {"X-WP-Total": str(total), "X-WP-TotalPages": str(-(-total // size))}
        return [one(each) for each in range((page - 1) * size, min(page * size, total))], totals

    def one(number: int) -> Json:
        return {
            "id": number + 1,
            "link": f"https://stadt.example/projekte/{number}/",
            "modified_gmt": "2026-01-05T08:00:00",
            "title": {"rendered": f"Projekt {number}"},
            "content": {"rendered": _TEXT.format(number, words), "protected": False},
        }

    return answer


@contextmanager
def _serving(answer: Callable[[int], Answer], count: int) -> Iterator[tuple[str, Callable[[], tuple[int, int]]]]:
    """Address of the server, and how many requests and bytes of answers there were so far."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(answer, count, theirs), daemon=True)
    process.start()
    port: int = ours.recv()

    def asked() -> tuple[int, int]:
        ours.send("how many")
        found: tuple[int, int] = ours.recv()
        return found

    try:
        yield f"http://127.0.0.1:{port}/", asked
    finally:
        ours.send("enough")
        process.join()


def _serve(made: Callable[[int], Answer], count: int, control: Connection) -> None:
    answer = made(count)
    asked = [0, 0]

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write an answer

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body, headers = answer(parts.path, dict(parse_qsl(parts.query)), f"http://{self.headers['Host']}/")
            content = json.dumps(body).encode()
            asked[0] += 1
            asked[1] += len(content)
            self.send_response(200)
            for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    control.send(server.server_port)
    while control.recv() != "enough":
        control.send(tuple(asked))
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for each in measure(Path(place), int(sys.argv[1]) if sys.argv[1:] else _COUNT):
            print(f"{each.what}: {each.value:.4g} {each.unit}  {each.ratio}", flush=True)
