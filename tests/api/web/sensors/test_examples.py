"""Whoever copies a query from a page gets an answer: every one is taken from the page as it is served, and run."""

import contextlib
import html
import io
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from api.web.app import create_app
from api.web.sensors.examples import own_examples, source_examples
from catalog.store import Store
from schemas.model import Dataset
from schemas.values import FileFormat
from tests.api.web.conftest import BROWSER
from tests.api.web.sensors.conftest import TEMPERATURE, layer
from tests.api.web.serving import address_of, listeners, serving
from tests.api.web.world import new_world, site
from tests.sensing import generated, network, sense, services, walk

STREAM = {"@iot.id": 1, "name": "Lufttemperatur 1", "unitOfMeasurement": {"name": "degree Celsius", "symbol": "°C"}}
VALUE = {"phenomenonTime": "2026-11-22T03:45:00Z", "result": 4.2}


@dataclass
class Peer:
    """A server that answers `Datastreams` as SensorThings 1.1 has it, and keeps what it was asked."""

    asked: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def open(self) -> Iterator[str]:
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                expanded = "$expand" in parse_qs(urlsplit(self.path).query)
                stream = STREAM | ({"Observations": [VALUE]} if expanded else {})
                content = json.dumps({"value": [stream]}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1.1/"
        finally:
            server.shutdown()
            thread.join(10)
            server.server_close()


@dataclass
class Served:
    snippets: dict[str, str]  #: title -> code, as the page shows them
    stations_page: str
    peer: Peer


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    peer = Peer()
    with peer.open() as endpoint, listeners(1) as sockets:
        address = address_of(sockets[0])
        world = new_world(tmp_path_factory.mktemp("served"), site(base_url=address, uri_base=address))
        sense(world, walk(generated(3), endpoint=endpoint, of=network(endpoint)))
        with serving(create_app(world.services()), sockets):
            page = requests.get(f"{address}/datasets/{layer(world)}", headers=BROWSER, timeout=30).text
            yield Served(snippets=_snippets(page), stations_page=f"{address}/sensors", peer=peer)
        world.close()


def _snippets(page: str) -> dict[str, str]:
    """Of the section about values; what stands under the same title at the source gets its own."""
    section = page[page.index('<h2 id="values">') : page.index('<h2 id="downloads">')]
    own, _, source = section.partition("<h3>Bei der Quelle</h3>")
    return {f"{where}{title}": html.unescape(code) for where, part in (("", own), ("Quelle: ", source)) for title, code in _pairs(part)}


def _pairs(part: str) -> list[tuple[str, str]]:
    return re.findall(r"<h[34]>([^<]*)</h[34]>\s*<pre[^>]*>(.*?)</pre>", part, re.DOTALL)


def printed(code: str) -> str:
    """What it writes."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "example", "exec"), {})
    return out.getvalue()


def in_shell(code: str) -> str:
    return subprocess.run(
        ["bash", "-c", code], capture_output=True, text=True, check=True, timeout=60, env={"PATH": "/usr/bin:/bin"}
    ).stdout


def test_all_of_them_are_there(served: Served) -> None:
    assert list(served.snippets) == [
        "curl", "Python, requests", "Python, pandas", "Quelle: curl", "Quelle: SensorThings, Python",
    ]  # fmt: skip


def test_curl(served: Served) -> None:
    lines = in_shell(served.snippets["curl"]).splitlines()

    assert lines[0] == "station,name,property,unit,longitude,latitude,status"
    assert len(lines) == 4
    assert "Messstelle 0,Temperature 0,Lufttemperatur,Cel,7.72,49.42,active" in lines


def test_requests(served: Served) -> None:
    assert printed(served.snippets["Python, requests"]).splitlines()[0] == "klima-0 7.72 49.42"


def test_pandas(served: Served) -> None:
    assert re.search(r"active\s+3", printed(served.snippets["Python, pandas"]))


def test_curl_at_the_source(served: Served) -> None:
    answer = json.loads(in_shell(served.snippets["Quelle: curl"]))

    assert answer["value"][0]["name"] == "Lufttemperatur 1"
    assert parse_qs(urlsplit(served.peer.asked[-1]).query) == {"$filter": ["ObservedProperty/name eq 'Temperature'"]}


def test_sensorthings_gives_the_latest_value_of_each_datastream(served: Served) -> None:
    assert printed(served.snippets["Quelle: SensorThings, Python"]) == "Lufttemperatur 1 2026-11-22T03:45:00Z 4.2\n"
    assert parse_qs(urlsplit(served.peer.asked[-1]).query, separator="&") == {
        "$filter": ["ObservedProperty/name eq 'Temperature'"],
        "$expand": ["Observations($top=1;$orderby=phenomenonTime desc)"],
    }


@pytest.fixture(scope="module")
def dataset(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    world = new_world(tmp_path_factory.mktemp("one"))
    sense(world, walk(generated(3)))
    found = _named(world.store, TEMPERATURE)
    world.close()
    return found


def _named(store: Store, beginning: str) -> Dataset:
    return next(each.dataset for each in store.datasets() if each.dataset.name.startswith(beginning))


def test_without_an_address_for_the_layer_nothing_is_asked_of_the_source(dataset: Dataset) -> None:
    silent = tuple(replace(each, access_url="") for each in dataset.services)

    assert source_examples(replace(dataset, services=silent)) == ()
    assert source_examples(replace(dataset, services=())) == ()
    assert len(own_examples(dataset, site())) == 3


def test_a_question_asks_for_a_status_that_some_station_has(dataset: Dataset) -> None:
    curl, python, _ = own_examples(dataset, site(), "unknown")
    assert "status__exact=unknown" in curl.code
    assert '"status__exact": "unknown"' in python.code


def test_a_service_of_another_kind_is_only_shown_where_it_is(dataset: Dataset) -> None:
    first, *_ = services()
    other = replace(
        first, conforms_to=(), access_url="https://geo.example.org/collections/baeume/items?f=json", formats=(FileFormat.GEOJSON,)
    )

    (only,) = source_examples(replace(dataset, services=(other,)))

    assert only.code == "curl 'https://geo.example.org/collections/baeume/items?f=json'"


def test_an_expand_that_the_address_has_stays(dataset: Dataset) -> None:
    first, *_ = services()
    own = replace(first, access_url="https://iot.example.org/v1.1/Datastreams?$expand=Thing")

    *_, asked = source_examples(replace(dataset, services=(own,)))

    assert asked.code.count("expand") == 1


@pytest.mark.parametrize(
    "evil", ["https://x.example/$(touch GOTCHA)", "https://x.example/'; touch GOTCHA; '", 'https://x.example/"); touch("GOTCHA']
)
def test_an_address_is_never_a_command(dataset: Dataset, tmp_path: Path, evil: str) -> None:
    """The shell is given `printf` in the place of curl; Python is read and not run."""
    first, *_ = services()
    shell, python = source_examples(replace(dataset, services=(replace(first, access_url=evil),)))

    said = subprocess.run(
        ["bash", "-c", shell.code.replace("curl", "printf %s", 1)], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    assert said == evil
    assert list(tmp_path.iterdir()) == []
    assert "touch" not in compile(python.code, "example", "exec").co_names
