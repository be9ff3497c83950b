"""How fast neighbours' data sets come in: a DCAT feed and a CKAN portal on this machine, against rdflib reading the same pages.

CPU seconds of this process, its server included, and of its children (pages are parsed in one, Frictionless runs in one): other
processes on the machine must not decide. What is imported once in a process is warm before. ckanext-dcat takes 27 data sets a second of
CPU (harvest into CKAN 2.12, measured once on another machine: a scale, no rival in this run).
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from rdflib import Graph

from benchmarks.report import Measurement
from benchmarks.running import cpu_seconds
from benchmarks.site import SITE
from catalog.files import Files
from catalog.plan import Guards, Outcome, Review
from catalog.publish import Publisher
from catalog.store import Store
from dcat.render import renderer
from harvesters.harvester import SourceConfig
from harvesters.http.opening import Web
from harvesters.http.pace import MemoryPace
from harvesters.run import harvest

_CKANEXT_DCAT = 27
_PAGE = 100
_PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . 
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix eu: <http://publications.europa.eu/resource/authority/> .
"""
_WORDS = "Die Erhebung nennt Lage, Breite und Belag der Radwege im Stadtgebiet; sie wird laufend ergänzt und jährlich geprüft. " * 3


def measure(folder: Path, count: int = 1_000) -> list[Measurement]:
    """`count`: data sets in each of the two catalogues."""
    pages = [_page(start, count) for start in range(0, count, _PAGE)]
    rdflib = _seconds(lambda: [Graph().parse(data=each, format="turtle") for each in pages])
    measured = []
    with _serving(pages, count) as address:
        for kind, url in (("dcat", f"{address}/catalog.ttl?page=1"), ("ckan", address)):
            _World(folder / f"{kind}-warm", kind, url).seconds(Outcome.OK)
            world = _World(folder / kind, kind, url)
            rows = world.seconds(Outcome.PLANNED, plan_only=True)
            first = world.seconds(Outcome.OK)
            second = world.seconds(Outcome.UNCHANGED)
            what = "DCAT feed (Turtle)" if kind == "dcat" else "CKAN portal"
            measured += [
                Measurement(
                    f"{what}: data sets read, checked and planned", count / rows, "data sets/s", f"{_ratio(count / rows)} (goal: ≥ 10)"
                ),
                Measurement(f"{what}: the whole way, published with page and RDF", count / first, "data sets/s", _ratio(count / first)),
                Measurement(f"{what}: read again, nothing changed", count / second, "data sets/s", _ratio(count / second)),
            ]
    return [*measured, Measurement("rdflib merely parsing the same feed", count / rdflib, "data sets/s", "1")]


def _ratio(speed: float) -> str:
    return f"{speed / _CKANEXT_DCAT:.1f} × ckanext-dcat"


def _seconds(work: Callable[[], object]) -> float:
    started = cpu_seconds()
    work()
    return cpu_seconds() - started


def _page(start: int, count: int) -> str:
    numbers = range(start, min(start + _PAGE, count))
    page, last = start // _PAGE + 1, (count - 1) // _PAGE + 1
    following = f' ; hydra:next "/catalog.ttl?page={page + 1}"' if page < last else ""
    view = f"<https://nachbar.example/catalog.ttl?page={page}> a hydra:PagedCollection ; hydra:totalItems {count}{following} .\n"
    return _PREFIXES + view + "".join(map(_described, numbers))


def _described(number: int) -> str:
    uri = f"https://nachbar.example/dataset/{number}"
    files = "".join(_file(uri, each) for each in ("csv", "json"))
    return f"""<{uri}> a dcat:Dataset ; dct:title "Radwege {number}"@de, "Cycle paths {number}"@en ; dct:description "{_WORDS}"@de ;
  dct:identifier "{uri}" ; dct:publisher [ a foaf:Organization ; foaf:name "Nachbarstadt" ] ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Statistikstelle" ; vcard:hasURL <https://nachbar.example/statistik> ] ;
  dcat:keyword "Radweg"@de, "Verkehr"@de, "Mobilität"@de ; dcat:theme <http://publications.europa.eu/resource/authority/data-theme/TRAN> ;
  dct:spatial [ a dct:Location ; dcat:bbox "POLYGON((7.6 49.3,7.9 49.3,7.9 49.6,7.6 49.6,7.6 49.3))" ] ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2020-01-01"^^xsd:date ; dcat:endDate "2026-06-30"^^xsd:date ] ;
  dct:issued "2020-04-10"^^xsd:date ; dct:modified "2026-04-12T08:30:00+02:00"^^xsd:dateTime ;
  dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/ANNUAL> ;
  dct:language <http://publications.europa.eu/resource/authority/language/DEU> ;
  dcat:landingPage <{uri}/seite> ; dcat:distribution <{uri}/csv>, <{uri}/json> .
{files}"""


def _file(uri: str, form: str) -> str:
    return f"""<{uri}/{form}> a dcat:Distribution ; dct:title "Radwege ({form.upper()})"@de ;
  dcat:accessURL <{uri}/radwege.{form}> ; dcat:downloadURL <{uri}/radwege.{form}> ; dcat:byteSize 4711 ;
  dct:license <http://dcat-ap.de/def/licenses/dl-by-de/2.0> ; dct:modified "2026-04-12"^^xsd:date ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/{form.upper()}> .
"""


def _package(number: int) -> Mapping[str, object]:
    uri = f"https://nachbar.example/dataset/{number}"
    resources = [
        {"id": f"{each}-{number}", "name": "Radwege", "format": each, "url": f"{uri}/radwege.{each.lower()}"} for each in ("CSV", "JSON")
    ]
    return {
        "id": f"7c1d9a10-2b34-4c56-8d78-{number:012d}",
        "name": f"radwege-{number}",
        "title": f"Radwege {number}",
        "notes": _WORDS,
        "license_id": "dl-de-by-2.0",
        "organization": {"name": "stadt", "title": "Nachbarstadt"},
        "tags": [{"name": each} for each in ("Radweg", "Verkehr", "Mobilität")],
        "groups": [{"name": "tran"}],
        "extras": [{"key": "uri", "value": f"{uri}/ckan"}, {"key": "frequency", "value": "ANNUAL"}],
        "resources": resources,
        "metadata_created": "2026-01-05T09:00:00.100001",
        "metadata_modified": "2026-01-06T10:15:00.123456",
    }


@contextmanager
def _serving(pages: list[str], count: int) -> Iterator[str]:
    """Both catalogues at one address."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            if parts.path == "/catalog.ttl":
                self._send(pages[int(query["page"][0]) - 1].encode(), "text/turtle")
                return
            start, rows = int(query["start"][0]), int(query["rows"][0])
            results = [_package(each) for each in range(start, min(start + rows, count))]
            self._send(json.dumps({"success": True, "result": {"count": count, "results": results}}).encode(), "application/json")

        def _send(self, content: bytes, media_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _World:
    def __init__(self, folder: Path, kind: str, url: str) -> None:
        folder.mkdir(parents=True)
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self._store = Store(f"sqlite:///{folder / 'klar.db'}", clock=lambda: self._now)
        self._store.upgrade()
        self._archive = Files(folder / "archive")
        files, clock = Files(folder / "public"), lambda: self._now
        self._publisher = Publisher(
            self._store, files, self._archive, site=SITE, curation=folder / "curation", renderer=renderer(SITE), clock=clock
        )
        source = SourceConfig(name="nachbar", title="Nachbarstadt", kind=kind, url=url, folder=folder, allow_private=("127.0.0.1",))
        self._source = replace(source, guards=Guards(review=Review.NEVER))
        self._web = Web(user_agent="klar benchmark", pace=MemoryPace(interval=0), environ={})

    def seconds(self, expected: Outcome, *, plan_only: bool = False) -> float:
        self._now += timedelta(hours=1)
        started = cpu_seconds()
        run = harvest(
            self._source,
            store=self._store,
            publisher=self._publisher,
            archive=self._archive,
            now=self._now,
            web=self._web,
            plan_only=plan_only,
        )
        taken = cpu_seconds() - started
        if run.outcome is not expected:
            raise RuntimeError(f"{run.outcome}: {run.message} {run.findings[:3]}")
        return taken
