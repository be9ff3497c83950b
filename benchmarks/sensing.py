"""How much a large sensor network costs: a SensorThings server on this machine with all pages ready, five datastreams a Thing.

Each way is a process of its own, so that its memory is its own; the server is another. CPU seconds of the process and of its children. What
the answers cost is told apart from what is made of them: once everything is merely read and kept, once it becomes rows as well. For fewer
than 10,000 Things: `python -m benchmarks.sensing 2000`.
"""

import json
import multiprocessing
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.contributing import apart
from benchmarks.report import Measurement
from benchmarks.site import SITE
from catalog.files import Files
from catalog.plan import Guards, Outcome, Review
from catalog.publish import Publisher
from catalog.store import Store
from dcat.render import renderer
from harvesters.attempt import quiet
from harvesters.harvester import SourceConfig
from harvesters.http.opening import Web, open_source
from harvesters.http.pace import MemoryPace
from harvesters.keeping import Keeper
from harvesters.platforms.sensorthings import HARVESTER
from harvesters.run import harvest
from harvesters.sensorthings.keeping import Keeping
from harvesters.sensorthings.links import Links
from harvesters.sensorthings.lists import Lists
from harvesters.sensorthings.reading import registry_of
from harvesters.sensorthings.root import root_of
from harvesters.walking import Walk

_THINGS = 10_000
_STREAMS = 5
_PAGE = 1_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
#: Of way B in limits.md, section 1: requests at this length of page, and bytes of 10,000 Things.
_LEAST_REQUESTS = 10
_LEAST_MEGABYTES = 40.0
_PROPERTIES = ("NO2", "Ozon", "Lufttemperatur", "Luftfeuchte", "Luftdruck", "Schallpegel", "Anzahl_Fahrraeder", "Anzahl_Kfz")
_UNITS = ("µg/m³", "µg/m³", "°C", "%", "hPa", "dB", None, None)


def measure(folder: Path, things: int = _THINGS) -> list[Measurement]:
    """`things`: Things at the server, with five Datastreams each."""
    streams, share = things * _STREAMS, things / _THINGS
    with _serving(things) as server:
        fetched, _ = apart(_fetched, folder / "fetched", server.url)
        server.asked()
        mapped, peak = apart(_mapped, folder / "mapped", server.url)
        requests, megabytes = server.asked()
        first, most = apart(partial(_harvested, Outcome.OK), folder / "harvested", server.url)
        again, _ = apart(partial(_harvested, Outcome.UNCHANGED), folder / "harvested", server.url)
    least = max(1.0, _LEAST_REQUESTS * share)
    return [
        Measurement("sensors: requests for all of them", requests, "requests", f"{requests / least:.1f} × minimal (goal: ≤ 2)"),
        Measurement("sensors: bytes asked for", megabytes, "MB", f"{megabytes / (_LEAST_MEGABYTES * share):.2f} × minimal (goal: ≤ 2)"),
        Measurement("sensors: merely fetched, filtered and kept", streams / fetched, "datastreams/s", "1"),
        Measurement("sensors: made into rows, beyond fetching", streams / (mapped - fetched), "datastreams/s", "goal: ≥ 20,000"),
        Measurement("sensors: most memory while reading and mapping", peak, "MB", "goal: < 300"),
        Measurement("sensors: harvested and published", streams / first, "datastreams/s", f"{fetched / first:.2f} × merely fetching"),
        Measurement("sensors: most memory while publishing as well", most, "MB", ""),
        Measurement("sensors: harvested again, nothing changed", streams / again, "datastreams/s", "writes its run record only"),
    ]


def _fetched(folder: Path, url: str) -> Callable[[], None]:
    world = _World(folder, url)

    def work() -> None:
        with world.open() as fetch:
            root = root_of(fetch)
            registry_of(Lists(fetch, root.home, Links(root.home, root.stated), Keeping(root.now), size=_PAGE))

    return work


def _mapped(folder: Path, url: str) -> Callable[[], None]:
    world = _World(folder, url)
    walk = Walk(source="netz", harvester=HARVESTER(world.source), progress=quiet)

    def work() -> None:
        with world.open() as fetch:
            walk.through(fetch)
        if walk.failures or not walk.records:
            raise RuntimeError(f"{walk.failures[:3]}")

    return work


def _harvested(expected: Outcome, folder: Path, url: str) -> Callable[[], None]:
    world = _World(folder, url)

    def work() -> None:
        before = world.store.revision()
        run = harvest(world.source, store=world.store, publisher=world.publisher, archive=world.archive, now=_NOW, web=world.web)
        if run.outcome is not expected or (expected is Outcome.UNCHANGED and world.store.revision() != before):
            raise RuntimeError(f"{run.outcome}: {run.message} {run.findings[:3]}")

    return work


class _World:
    def __init__(self, folder: Path, url: str) -> None:
        self.store = Store(f"sqlite:///{folder / 'klar.db'}", clock=lambda: _NOW)
        self.store.upgrade()
        self.archive = Files(folder / "archive")
        self.web = Web(user_agent="klar benchmark", pace=MemoryPace(interval=0), environ={})
        self.source = SourceConfig(
            name="netz",
            title="Messnetz",
            kind=HARVESTER.kind,
            url=url,
            folder=folder,
            options={"page_size": _PAGE},
            allow_private=("127.0.0.1",),
            guards=Guards(review=Review.NEVER),
        )
        files = Files(folder / "public")
        self.publisher = Publisher(
            self.store, files, self.archive, site=SITE, curation=folder / "curation", renderer=renderer(SITE), clock=lambda: _NOW
        )

    def open(self) -> Any:
        run = self.store.start_run("netz", "Messnetz")
        keeper = Keeper(self.source, run, store=self.store, archive=self.archive, vault=None)
        return open_source(self.source, self.web, keep_payload=keeper.keep, clock=lambda: _NOW, recall=keeper.recall)


class _Served:
    def __init__(self, url: str, control: Connection) -> None:
        self.url = url
        self._control = control

    def asked(self) -> tuple[int, float]:
        """Requests, and megabytes of answers, since the last time."""
        self._control.send("asked")
        found: tuple[int, float] = self._control.recv()
        return found


@contextmanager
def _serving(things: int) -> Iterator[_Served]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(things, theirs), daemon=True)
    process.start()
    port: int = ours.recv()
    try:
        yield _Served(f"http://127.0.0.1:{port}/v1.1/", ours)
    finally:
        ours.send("enough")
        process.join()


def _serve(things: int, control: Connection) -> None:
    asked: Counter[str] = Counter()
    prepared: dict[str, bytes] = {}

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write an answer

        def do_GET(self) -> None:
            content = prepared.get(self.path) or prepared.setdefault(
                self.path, _answer(self.path, things, f"http://127.0.0.1:{port}/v1.1/")
            )
            asked.update(requests=1, bytes=len(content))
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    control.send(port)
    while control.recv() == "asked":
        control.send((asked["requests"], asked["bytes"] / 1e6))
        asked.clear()
    server.shutdown()
    server.server_close()


def _answer(target: str, things: int, home: str) -> bytes:
    parts = urlsplit(target)
    query = {name: each[0] for name, each in parse_qs(parts.query).items()}
    name = parts.path.rpartition("/")[2]
    top, skip = int(query.get("$top", _PAGE)), int(query.get("$skip", 0))
    if not name:
        sets = ("Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "Observations")
        return json.dumps({"value": [{"name": each, "url": f"{home}{each}"} for each in sets]}).encode()
    if name == "Things":
        page: dict[str, object] = {"@iot.count": things, "value": [_thing(each) for each in range(skip, min(skip + top, things))]}
        if skip + top < things:
            page["@iot.nextLink"] = f"{home}Things?{parts.query.partition('&$skip')[0]}&$skip={skip + top}"
        return json.dumps(page, ensure_ascii=False).encode()
    kinds = len(_PROPERTIES) if name == "ObservedProperties" else 12
    shares = Counter(each % kinds for each in range(things * _STREAMS))
    made = _property if name == "ObservedProperties" else _sensor
    return json.dumps(
        {"@iot.count": kinds, "value": [{**made(each), "Datastreams@iot.count": shares[each]} for each in range(kinds)]}
    ).encode()


def _thing(number: int) -> Mapping[str, object]:
    point = [round(7.65 + number % 250 / 1_000, 6), round(49.38 + number // 250 % 120 / 1_000, 6)]
    return {
        "@iot.id": number + 1,
        "name": f"Messstation {number:05}",
        "properties": {"topic": "Umwelt", "keywords": ["Sensor", "LoRaWAN"], "language": "de", "ownerThing": "Stadt Kaiserslautern"},
        "Locations": [{"@iot.id": number + 1, "name": f"Standort {number:05}", "location": {"type": "Point", "coordinates": point}}],
        "Datastreams": [_stream(number * _STREAMS + each, point) for each in range(_STREAMS)],
    }


def _stream(number: int, point: list[float]) -> Mapping[str, object]:
    what = number % len(_PROPERTIES)
    begin = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    said = {"ownerData": "Stadt Kaiserslautern", "serviceName": "KL_STA_Umwelt", "resultNature": "processed", "aggregateDuration": "PT15M"}
    return {
        "@iot.id": number + 1,
        "name": f"{_PROPERTIES[what]} an Messstation {number // _STREAMS:05} im 15-Min-Intervall",
        "unitOfMeasurement": {"name": _UNITS[what] or "Anzahl", "symbol": _UNITS[what], "definition": None},
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "observedArea": {"type": "Point", "coordinates": point},
        "phenomenonTime": f"{begin.isoformat()}/2025-12-31T23:45:00Z",
        "properties": {**said, "infoLastUpdate": "2025-03-23T13:47:01.843Z"},
        "Sensor": _sensor(number % 12),
        "ObservedProperty": _property(what),
    }


def _sensor(number: int) -> Mapping[str, object]:
    return {"@iot.id": number + 1, "name": f"Modell {number}"}


def _property(number: int) -> Mapping[str, object]:
    return {"@iot.id": number + 1, "name": _PROPERTIES[number], "definition": f"https://example.org/def/{_PROPERTIES[number]}"}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for each in measure(Path(place), int(sys.argv[1]) if sys.argv[1:] else _THINGS):
            print(f"{each.what}: {each.value:.4g} {each.unit}  {each.ratio}", flush=True)
