"""One data set under its permanent address."""

import json

import pytest
from fastapi.testclient import TestClient
from rdflib import DCAT, RDF, URIRef

from catalog.entries import ChangeKind
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.world import BASE_URL, CANARY, World
from tests.dcat.graphs import graph_of, triples_of

SYNTAXES = {"ttl": "text/turtle", "rdf": "application/rdf+xml", "jsonld": "application/ld+json", "nt": "application/n-triples"}


@pytest.mark.parametrize(("syntax", "media_type"), SYNTAXES.items())
def test_suffix_and_accept_header_give_the_same_bytes(client: TestClient, syntax: str, media_type: str) -> None:
    by_suffix = client.get(f"/datasets/projekte.{syntax}")
    by_header = client.get("/datasets/projekte", headers={"accept": media_type})

    assert by_suffix.headers["content-type"] == by_header.headers["content-type"] == media_type
    assert by_suffix.content == by_header.content
    assert "Accept" in by_header.headers["vary"]


def test_all_syntaxes_say_the_same(client: TestClient) -> None:
    triples = [triples_of(client.get(f"/datasets/projekte.{each}").content, each) for each in SYNTAXES]

    assert all(each == triples[0] for each in triples)
    graph = graph_of(client.get("/datasets/projekte.ttl").content, "ttl")
    assert (URIRef(f"{BASE_URL}/datasets/projekte"), RDF.type, DCAT.Dataset) in graph


def test_a_browser_and_a_client_without_wishes_get_the_page(client: TestClient) -> None:
    for headers in (BROWSER, {"accept": "*/*"}, {}):
        assert client.get("/datasets/projekte", headers=headers).headers["content-type"] == "text/html; charset=utf-8"


def test_json_holds_metadata_files_and_columns(client: TestClient) -> None:
    record = client.get("/api/v1/datasets/projekte").json()

    assert record == client.get("/datasets/projekte.json").json()
    assert record["uri"] == f"{BASE_URL}/datasets/projekte"
    assert record["title"]["de"].startswith("Projekte")
    assert record["modified"].endswith("Z")
    assert {each["format"] for each in record["files"]} == {"csv", "json", "ndjson", "xlsx", "parquet"}
    assert [each["name"] for each in record["schema"]["fields"]][:2] == ["id", "title"]
    sizes = {each["url"]: each["size"] for each in record["files"]}
    for url, size in sizes.items():
        assert len(client.get(url.removeprefix(BASE_URL)).content) == size


def test_hostile_cells_and_titles_are_text_on_the_page(client: TestClient) -> None:
    for path in ("/datasets/projekte", "/en/datasets/projekte", "/datasets/projekte/editions/1/diff/2"):
        page = client.get(path, headers=BROWSER).text
        assert "&lt;script&gt;alert(&#39;klar&#39;)&lt;/script&gt;" in page
        assert "<script" not in page.replace('<script type="application/ld+json">', "")
        assert "<img" not in page


def test_a_hostile_legal_page_is_text(client: TestClient) -> None:
    page = client.get("/impressum", headers=BROWSER).text

    assert "<strong>Vorlage</strong>" in page
    assert CANARY not in page
    assert "klar: Vorlage" not in page


def test_the_page_says_what_a_reader_needs(client: TestClient) -> None:
    page = client.get("/datasets/projekte", headers=BROWSER).text

    for words in (
        "Vorhaben der Stadt", "22. November 2026, 04:00 Uhr", "Nummer 3", "Datenlizenz Deutschland", "Stadt Kaiserslautern",
        "0 Fehler in 15 Zeilen", "1 Zeile fehlt derzeit", "gegenüber Nummer 2", "@dataset{projekte-3", "in der Quelle genannt",
        "unregelmäßig", "Fahrradstraße", "Mai 2024", f"{BASE_URL}/datasets/projekte/editions/3/data.csv",
        "mailto:opendata@example.org?subject=Fehler%20im%20Datensatz", "Beteiligungsplattform KLmitWirkung",
    ):  # fmt: skip
        assert words in page, words


def test_the_prueflist_is_counted_but_not_shown(client: TestClient) -> None:
    page = client.get("/datasets/beteiligungsverfahren", headers=BROWSER).text

    assert "1 Zeile der Quellen wartet" in page
    assert "klein" not in page


def test_what_was_never_published_is_unknown(client: TestClient) -> None:
    for name in ("nie-gesehen", "../../etc/passwd", "GROSS", "a" * 200, "%00", "editions"):
        for path in (f"/datasets/{name}", f"/datasets/{name}.ttl", f"/datasets/{name}/data.csv", f"/api/v1/datasets/{name}"):
            assert client.get(path).status_code == 404, path


def test_a_withdrawn_data_set_is_gone_and_says_why(world: World) -> None:
    world.publisher.withdraw("projekte", reason="Enthielt einen Namen", by="amt")
    client = client_of(world)

    problem = client.get("/datasets/projekte", headers={"accept": "application/json"})
    page = client.get("/datasets/projekte", headers=BROWSER)
    rdf = client.get("/datasets/projekte.ttl")

    assert {each.status_code for each in (problem, page, rdf, client.get("/datasets/projekte/data.csv"))} == {410}
    assert problem.json()["reason"] == "Enthielt einen Namen"
    assert "Enthielt einen Namen" in page.text
    graph = graph_of(rdf.content, "ttl")
    assert (URIRef(f"{BASE_URL}/datasets/projekte"), RDF.type, DCAT.Dataset) not in graph
    assert "Enthielt einen Namen" in rdf.text
    assert "Projekte der Stadtentwicklung" not in rdf.text + page.text
    assert "projekte" not in [each["name"] for each in client.get("/api/v1/datasets").json()["datasets"]]


def test_a_withdrawn_edition_is_gone_and_the_others_stay(world: World) -> None:
    world.publisher.withdraw("projekte", edition=1, reason="Enthielt einen Namen", by="amt")
    client = client_of(world)

    gone = client.get("/datasets/projekte/editions/1/data.csv")
    page = client.get("/datasets/projekte/editions", headers=BROWSER).text

    assert (gone.status_code, gone.json()["reason"]) == (410, "Enthielt einen Namen")
    assert client.get("/datasets/projekte/editions/1/diff/3.json").status_code == 410
    assert client.get("/datasets/projekte/editions/2/data.csv").status_code == 200
    assert "zurückgezogen: Enthielt einen Namen" in page
    assert "/editions/1/diff/" not in page


def test_changes_are_listed_in_order_and_can_be_followed(world: World) -> None:
    client = client_of(world)
    seen, url = [], "/api/v1/changes?limit=2"
    while url:
        answer = client.get(url).json()
        seen += answer["changes"]
        url = (answer["next"] or "").removeprefix(BASE_URL)

    assert [each["seq"] for each in seen] == sorted(each["seq"] for each in seen)
    assert seen == client.get("/api/v1/changes").json()["changes"]
    assert (seen[0]["dataset"], seen[0]["kind"]) == ("projekte", ChangeKind.CREATED.value)

    world.publisher.withdraw("projekte", reason="Enthielt einen Namen", by="amt")
    new = client.get(f"/api/v1/changes?since={seen[-1]['seq']}").json()["changes"]

    assert [(each["dataset"], each["kind"], each["reason"]["de"]) for each in new] == [("projekte", "withdrawn", "Enthielt einen Namen")]


def test_a_new_publication_changes_the_answer_and_its_etag(world: World) -> None:
    client = client_of(world)
    before = client.get("/datasets/messstellen.ttl")
    other = client.get("/datasets/projekte.ttl")

    world.publisher.withdraw("messstellen", reason="Versehen", by="amt")

    assert client.get("/datasets/messstellen.ttl", headers={"if-none-match": before.headers["etag"]}).status_code == 410
    assert client.get("/datasets/projekte.ttl", headers={"if-none-match": other.headers["etag"]}).status_code == 304


def test_json_is_the_same_in_two_processes(world: World) -> None:
    first, second = (client_of(world).get("/api/v1/datasets/projekte") for _ in range(2))

    assert (first.content, first.headers["etag"]) == (second.content, second.headers["etag"])
    assert json.loads(first.content)
