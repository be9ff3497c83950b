"""The catalogue as other portals walk it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from rdflib import DCAT, RDF, URIRef

from api.web.answers import Representation
from api.web.coding import compressed
from schemas.declaration import city_wide
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.test_dataset import SYNTAXES
from tests.api.web.world import BASE_URL, World, new_world, row
from tests.dcat.graphs import graph_of
from tests.dcat.walkers import HYDRA, Answer, WalkAborted, ckan_walk, piveau_walk


@pytest.mark.parametrize(("syntax", "media_type"), SYNTAXES.items())
def test_a_page_has_the_exact_media_type_and_accept_gives_the_same(client: TestClient, syntax: str, media_type: str) -> None:
    page = client.get(f"/catalog.{syntax}")

    assert page.headers["content-type"] == media_type
    assert page.content == client.get("/catalog", headers={"accept": media_type}).content
    assert page.content == client.get(f"/catalog.{syntax}?page=1").content


def test_a_harvester_that_wishes_nothing_gets_rdf_and_a_browser_a_page(client: TestClient) -> None:
    assert client.get("/catalog").headers["content-type"] == "text/turtle"
    assert client.get("/catalog", headers={"accept": "*/*"}).headers["content-type"] == "text/turtle"
    assert "text/html" in client.get("/catalog", headers=BROWSER).headers["content-type"]


def test_the_feed_holds_every_data_set_once(client: TestClient, published: World) -> None:
    graph = graph_of(client.get("/catalog.ttl").content, "ttl")

    found = {str(each) for each in graph.subjects(RDF.type, DCAT.Dataset)}

    assert found == {f"{BASE_URL}/datasets/{each.dataset.name}" for each in published.store.datasets()}
    view = URIRef(f"{BASE_URL}/catalog.ttl?page=1")
    assert int(str(graph.value(view, HYDRA.totalItems))) == len(found)
    assert graph.value(view, HYDRA.next) is None


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_portals_find_every_data_set(client: TestClient, published: World, syntax: str) -> None:
    expected = sorted(f"{BASE_URL}/datasets/{each.dataset.name}" for each in published.store.datasets())

    def get(url: str) -> Answer:
        answer = client.get(url.removeprefix(BASE_URL))
        return Answer(status=answer.status_code, media_type=answer.headers["content-type"], content=answer.content)

    assert sorted(ckan_walk(get, f"/catalog.{syntax}")) == expected
    seen, total = piveau_walk(get, f"/catalog.{syntax}")
    assert (sorted(seen), total) == (expected, len(expected))
    with pytest.raises(WalkAborted):
        ckan_walk(get, f"/catalog.{syntax}?page=7")


def test_beyond_the_last_page_there_is_nothing(client: TestClient) -> None:
    assert client.get("/catalog.ttl?page=2").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "99999999999999999999"])
def test_a_page_that_is_no_number_is_refused(client: TestClient, page: str) -> None:
    answer = client.get(f"/catalog.ttl?page={page}")

    assert answer.status_code == 400
    assert answer.json()["parameter"] == "page"


def test_only_what_has_changed_since(client: TestClient) -> None:
    graph = graph_of(client.get("/catalog.ttl?modified_since=2026-11-23T00:00:00Z").content, "ttl")
    everything = graph_of(client.get("/catalog.ttl?modified_since=2020-01-01T00:00:00Z").content, "ttl")

    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == 0
    assert len(set(everything.subjects(RDF.type, DCAT.Dataset))) == 5
    assert client.get("/catalog.ttl?modified_since=gestern").json()["parameter"] == "modified_since"
    assert client.get("/catalog.ttl?modified_since=2026-11-22T00:00:00").status_code == 400  # no time zone
    for number in ("2026", "20261122", "-1", "1795000000.5"):
        assert client.get(f"/catalog.ttl?modified_since={number}").status_code == 400, "no seconds since 1970"


@pytest.mark.parametrize("path", ["/catalog.ttl?modified_since=2020-01-01T00:00:00Z", "/catalog.ttl"])
def test_a_publication_between_two_looks_gives_one_state_or_none(world: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The fragments are read, then something is published, then the list of data sets is read."""
    looks: list[int] = []
    read = world.store.fragments

    def read_and_then_publish(*arguments: Any) -> tuple[bytes, ...]:
        found = read(*arguments)
        looks.append(len(found))
        if len(looks) == 1:
            world.harvest(
                row("decision", "b1", body="Stadtrat", decision="Beschluss", outcome="adopted"), of=city_wide()["ratsbeschluesse"]
            )
        return found

    client = client_of(world)
    monkeypatch.setattr(world.store, "fragments", read_and_then_publish)
    answer = client.get(path)

    graph = graph_of(answer.content, "ttl")
    described = {str(each) for each in graph.subjects(RDF.type, DCAT.Dataset)}
    assert looks == [5, 6]
    assert described == {f"{BASE_URL}/datasets/{each.dataset.name}" for each in world.store.datasets()}
    assert [str(each) for each in graph.objects(None, HYDRA.totalItems)] == ["6"]


def test_a_page_is_sent_compressed_to_who_can_read_it(client: TestClient) -> None:
    plain = client.get("/catalog.rdf", headers={"accept-encoding": "identity"})
    packed = client.get("/catalog.rdf", headers={"accept-encoding": "br, gzip;q=0.5"})

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content, "as the client unpacks it"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 4
    assert packed.headers["content-type"] == plain.headers["content-type"] == "application/rdf+xml"
    for each in (plain, packed):
        assert {"Accept", "Accept-Encoding"} <= {name.strip() for name in each.headers["vary"].split(",")}


@pytest.mark.parametrize("value", ["identity", "", "gzip;q=0", "gzip;q=0.000, *", "br", "deflate", "gzip;q=x", "*;q=0", "gzipped"])
def test_who_cannot_read_gzip_gets_it_plain(client: TestClient, value: str) -> None:
    assert "content-encoding" not in client.get("/catalog.ttl", headers={"accept-encoding": value}).headers


@pytest.mark.parametrize("value", ["gzip", "GZIP", "x-gzip", "*", "deflate, gzip;q=1.0, *;q=0.5", "br,gzip ; q=0.1"])
def test_who_can_read_gzip_gets_it(client: TestClient, value: str) -> None:
    assert client.get("/catalog.ttl", headers={"accept-encoding": value}).headers["content-encoding"] == "gzip"


def test_every_coding_has_an_etag_of_its_own_and_its_own_304(client: TestClient) -> None:
    tags = {}
    for coding in ("identity", "gzip"):
        for _ in range(2):  # the second time past the router
            got = client.get("/catalog.ttl", headers={"accept-encoding": coding})
            head = client.head("/catalog.ttl", headers={"accept-encoding": coding})
            assert dict(head.headers) == dict(got.headers)
            tags[coding] = got.headers["etag"]
    assert not any(each.startswith("W/") for each in tags.values())
    assert tags["identity"] != tags["gzip"]
    for coding, other in (("identity", "gzip"), ("gzip", "identity")):
        own = client.get("/catalog.ttl", headers={"accept-encoding": coding, "if-none-match": tags[coding]})
        foreign = client.get("/catalog.ttl", headers={"accept-encoding": coding, "if-none-match": tags[other]})
        assert (own.status_code, foreign.status_code) == (304, 200)
        assert own.headers["etag"] == tags[coding]


def test_a_page_is_compressed_once_for_each_state(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counting(plain: Representation) -> Representation:
        made.append(plain.etag)
        return compressed(plain)

    monkeypatch.setattr("api.web.web.compressed", counting)
    client = client_of(world)
    for _ in range(3):
        client.get("/catalog.ttl", headers={"accept-encoding": "gzip"})
    before = len(made)
    world.harvest(row("decision", "b1", body="Stadtrat", decision="Beschluss", outcome="adopted"), of=city_wide()["ratsbeschluesse"])
    packed = client.get("/catalog.ttl", headers={"accept-encoding": "gzip"})

    assert (before, len(made)) == (1, 2)
    assert "ratsbeschluesse" in packed.text


def test_last_modified_is_the_last_change_of_the_catalogue(client: TestClient) -> None:
    first = client.get("/catalog.ttl")

    assert first.headers["last-modified"] == "Sun, 22 Nov 2026 03:00:00 GMT"
    assert client.get("/catalog.ttl", headers={"if-modified-since": first.headers["last-modified"]}).status_code == 304
    assert client.get("/catalog.ttl", headers={"if-modified-since": "Sat, 21 Nov 2026 03:00:00 GMT"}).status_code == 200
    stale = {"if-modified-since": first.headers["last-modified"], "if-none-match": '"another"'}
    assert client.get("/catalog.ttl", headers=stale).status_code == 200


def test_without_a_publication_there_is_no_empty_catalogue(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    answer = client_of(world).get("/catalog.rdf")
    world.close()

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]


def test_missing_fragments_give_503_and_never_a_shorter_page(world: World) -> None:
    _sql(world, "DELETE FROM fragment WHERE dataset = 'messstellen' AND syntax = 'rdf'")
    client = client_of(world)

    assert {client.get(f"/catalog.{each}").status_code for each in ("rdf", "ttl")} == {503}
    assert client.get("/health/ready").status_code == 503
    assert client.get("/datasets/projekte/data.csv").status_code == 200


def test_an_unreadable_database_gives_503_everywhere(world: World) -> None:
    client = client_of(world)
    _sql(world, "DROP TABLE meta")

    for path in ("/catalog.ttl", "/catalog", "/datasets/projekte.ttl", "/api/v1/datasets", "/api/v1/datasets/projekte", "/health/ready"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sqlite" not in answer.text.lower()
    assert client.get("/", headers=BROWSER).status_code == 503
    assert client.get("/health/live").status_code == 200


def test_a_wrong_schema_version_is_not_ready(world: World) -> None:
    _sql(world, "UPDATE alembic_version SET version_num = '0000'")

    assert client_of(world).get("/health/ready").status_code == 503


def test_a_lost_file_gives_503(world: World) -> None:
    edition = world.store.editions("projekte")[0]
    world.files.erase(edition.files["xlsx"].sha256)

    assert client_of(world).get("/datasets/projekte/data.xlsx").status_code == 503


def _sql(world: World, statement: str) -> None:
    connection = sqlite3.connect(world.folder / "klar.db")
    with connection:
        connection.execute(statement)
    connection.close()
