"""A data set whose removal is announced: everywhere it stands it says so, until it answers 410."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace, URIRef

from schemas.declaration import city_wide
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.test_atom import ATOM, TOMBSTONES, _feed, _text
from tests.api.web.world import BASE_URL, World, new_world, row
from tests.dcat.graphs import graph_of

ADMS = Namespace("http://www.w3.org/ns/adms#")
NAME = "ratsbeschluesse"
STATUS = "http://publications.europa.eu/resource/authority/distribution-status/"


@pytest.fixture
def leaving(tmp_path: Path) -> Iterator[World]:
    """Announced on 21 November 2026 to go on 21 December."""
    world = new_world(tmp_path)
    world.harvest(row("decision", "b1", body="Stadtrat", decision="Beschluss", outcome="adopted"), of=city_wide()[NAME])
    for _ in range(2):
        world.clock.now += timedelta(hours=12)
        world.harvest(of=city_wide()[NAME])
    yield world
    world.close()


@pytest.fixture
def client(leaving: World) -> TestClient:
    return client_of(leaving)


def test_the_page_says_when_it_goes_and_why(client: TestClient) -> None:
    german = client.get(f"/datasets/{NAME}", headers=BROWSER).text
    english = client.get(f"/en/datasets/{NAME}", headers=BROWSER).text

    assert "entfällt voraussichtlich am 21. Dezember 2026: Die Quelle führt keine Zeilen mehr." in " ".join(german.split())
    assert "will probably be removed on 21 December 2026: The source has no rows any more." in " ".join(english.split())
    assert "Stadtrat" in german, "its last rows are shown"


def test_json_says_it_for_programs(client: TestClient) -> None:
    removal = client.get(f"/api/v1/datasets/{NAME}").json()["removal"]

    assert removal["announced"] == "2026-11-21T03:00:00Z"
    assert removal["at"] == "2026-12-21T03:00:00Z"
    assert removal["reason"]["de"] == "Die Quelle führt keine Zeilen mehr."


def test_the_feed_says_deprecated_and_goes_on_offering_the_files(client: TestClient) -> None:
    graph = graph_of(client.get("/catalog.ttl").content, "ttl")

    uri = URIRef(f"{BASE_URL}/datasets/{NAME}")
    files = set(graph.objects(uri, DCAT.distribution))
    assert files
    for each in files:
        assert set(graph.objects(each, ADMS.status)) == {URIRef(STATUS + "DEPRECATED")}
        address = str(graph.value(each, DCAT.downloadURL)).removeprefix(BASE_URL)
        assert client.get(address).status_code == 200
    descriptions = [str(each) for each in graph.objects(uri, DCTERMS.description)]
    assert all("21.12.2026" in each or "2026-12-21" in each for each in descriptions)


def test_the_csv_has_the_last_rows(client: TestClient) -> None:
    lines = client.get(f"/datasets/{NAME}/data.csv").text.splitlines()

    assert len(lines) == 2
    assert lines[1].startswith("b1,")
    assert ",missing," in lines[1]


def test_atom_and_the_changes_for_programs_announce_it(client: TestClient) -> None:
    newest = _feed(client).findall(f"{ATOM}entry")[0]
    last = client.get("/api/v1/changes?since=0").json()["changes"][-1]

    assert _text(newest, f"{ATOM}title").endswith(": entfällt bald")
    assert "21.12.2026" in _text(newest, f"{ATOM}summary")
    assert (last["kind"], last["edition"], last["uri"]) == ("deprecated", None, f"{BASE_URL}/datasets/{NAME}")
    assert "2026-12-21" in last["reason"]["en"]
    assert "will be removed" in _text(_feed(client, "/en/changes.atom").findall(f"{ATOM}entry")[0], f"{ATOM}title")


def test_when_its_time_has_come_it_answers_410_with_page_and_rdf(leaving: World, client: TestClient) -> None:
    before = client.get("/catalog.ttl").headers["etag"]
    leaving.clock.now += timedelta(days=30)
    assert leaving.publisher.end_announced() == (NAME,)

    page, record = client.get(f"/datasets/{NAME}", headers=BROWSER), client.get(f"/datasets/{NAME}.ttl")
    assert (page.status_code, record.status_code) == (410, 410)
    assert "Die Quelle führt keine Zeilen mehr" in page.text
    graph: Graph = graph_of(record.content, "ttl")
    assert (URIRef(f"{BASE_URL}/datasets/{NAME}"), RDF.type, DCAT.Dataset) not in graph
    feed = client.get("/catalog.ttl")
    assert (feed.status_code, feed.headers["etag"] == before) == (200, False)
    assert NAME not in feed.text
    assert _feed(client).findall(f"{TOMBSTONES}deleted-entry")[0].attrib["ref"] == f"{BASE_URL}/datasets/{NAME}"
    assert client.get(f"/datasets/{NAME}/editions/1/data.csv").status_code == 200, "editions of what is removed stay"


def test_the_feed_never_looks_at_the_clock(leaving: World, client: TestClient) -> None:
    """What is public changes by publishing, not by asking."""
    before = client.get("/catalog.ttl").content

    leaving.clock.now += timedelta(days=365)

    assert client_of(leaving).get("/catalog.ttl").content == before
    assert client.get(f"/datasets/{NAME}.ttl").status_code == 200
