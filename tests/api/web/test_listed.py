"""Data sets of neighbours on the public web: found, described, and never offered as files of ours."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pyoxigraph import RdfFormat, parse

from api.web.app import create_app
from dcat.ckan import link_id
from dcat.uris import link_uris
from schemas.declaration import declaration_of_table
from schemas.upstream import StatedLicence
from schemas.values import Text
from tests.api.web.world import BASE_URL, CANARY, World, new_world, row
from tests.neighbours import BARE, CATALOGUE, CSV, SOURCE, TREES, listing, row_of

PAGE = "/datasets/baumkataster"
NASTY = replace(
    TREES,
    uri="https://daten.nachbarstadt.example/dataset/boese",
    name="boese",
    title=Text(de=f"Böse {CANARY}"),
    description=Text(de=f"Erst. {CANARY}"),
    publisher=CANARY,
    licence=StatedLicence(stated=CANARY),
    links=(replace(CSV, title=Text(de=CANARY), licence=StatedLicence(stated="javascript:alert(1)")),),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    built = new_world(tmp_path_factory.mktemp("listed"))
    built.harvest(row("district", "mitte", name="Innenstadt"), of=declaration_of_table("district"))
    built.harvest(*map(row_of, (TREES, BARE, NASTY)), of=listing(), source=SOURCE)
    yield built
    built.close()


@pytest.fixture(scope="module")
def web(world: World) -> Iterator[TestClient]:
    with TestClient(create_app(world.services()), base_url=BASE_URL) as client:
        yield client


def action(web: TestClient, name: str, **parameters: str) -> object:
    return web.get(f"/api/3/action/{name}", params=parameters).json()["result"]


def test_the_page_says_where_the_data_set_comes_from_and_links_there(web: TestClient) -> None:
    page = web.get(PAGE, headers={"accept": "text/html"}).text
    english = web.get(f"/en{PAGE}").text

    assert f"Aus dem Katalog „{CATALOGUE}“ übernommen" in page
    assert f"Taken over from the catalogue “{CATALOGUE}”" in english
    assert f'href="{CSV.download_url}"' in page
    assert "Nutzung nach Absprache" in page
    assert "data.csv" not in page
    assert "/editions" not in page
    assert "<code>https://daten.nachbarstadt.example/dataset/baumkataster</code>" in page


def test_a_page_with_nothing_but_a_title_is_a_page(web: TestClient) -> None:
    page = web.get("/datasets/laermkarte", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert "Sein Katalog nennt keine Dateien" in page.text
    assert "None" not in page.text


def test_nothing_of_a_neighbour_breaks_out_of_the_page(web: TestClient) -> None:
    for address in ("/datasets/boese", "/en/datasets/boese", "/datasets", "/"):
        page = web.get(address, headers={"accept": "text/html"}).text
        assert CANARY not in page
        assert 'href="javascript:' not in page


@pytest.mark.parametrize(("suffix", "form"), [("ttl", RdfFormat.TURTLE), ("rdf", RdfFormat.RDF_XML), ("nt", RdfFormat.N_TRIPLES)])
def test_the_record_is_there_in_every_syntax(web: TestClient, suffix: str, form: RdfFormat) -> None:
    answer = web.get(f"{PAGE}.{suffix}")

    triples = list(parse(answer.content, format=form))
    assert answer.status_code == 200
    assert any(str(each.object) == f'"{TREES.uri}"' for each in triples)
    assert web.get(f"{PAGE}.jsonld").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("data.csv", "data.parquet", "datapackage.json", "editions", "editions.json", "editions/1/data.csv", "editions/1/diff/2"),
        "editions/1/diff/2.csv",
    ],
)
def test_there_are_no_files_of_ours_and_the_answer_says_where_they_are(web: TestClient, path: str) -> None:
    answer = web.get(f"{PAGE}/{path}", headers={"accept": "application/json"})

    assert answer.status_code == 404
    problem = answer.json()
    assert problem["type"].endswith("no-table")
    assert CSV.download_url in problem["places"]


def test_neither_zip_nor_rows_nor_datastore(web: TestClient) -> None:
    assert web.get(f"{PAGE}.zip").json()["type"].endswith("no-table")
    assert web.get(f"/api/v1{PAGE}/rows").json()["type"].endswith("no-table")
    resource = action(web, "package_show", id="baumkataster")["resources"][0]["id"]  # type: ignore[index]  # JSON
    assert web.get("/api/3/action/datastore_search", params={"resource_id": resource}).status_code == 404


def test_the_native_record_names_catalogue_identifier_and_files(web: TestClient) -> None:
    record = web.get(f"/api/v1{PAGE}").json()

    assert record["upstream"] == {
        "uri": TREES.uri,
        "catalogue": CATALOGUE,
        "issued": "2021-03",
        "modified": "2026-05-01T12:30:00Z",
        "version": "7",
    }
    assert (record["files"], record["schema"], record["edition"]) == ([], None, 0)
    assert [each["download_url"] for each in record["elsewhere"]] == [CSV.download_url, None]
    assert record["elsewhere"][1]["licence"]["title"] == {"de": "Nutzung nach Absprache"}
    assert "zip" not in record["links"]
    assert web.get("/api/v1/datasets/laermkarte").json()["spatial"] is None


def test_the_search_finds_them_with_facets(web: TestClient) -> None:
    found = web.get("/api/v1/datasets", params={"q": "Baum", "license": "dl-by-de/2.0", "format": "csv", "type": "other"}).json()
    other = web.get("/api/v1/datasets", params={"license": "other"}).json()
    page = web.get("/datasets", params={"license": "other"}).text

    assert [each["name"] for each in found["datasets"]] == ["baumkataster"]
    assert found["datasets"][0]["catalogue"] == CATALOGUE
    assert {each["name"] for each in other["datasets"]} == {"laermkarte", "boese"}
    assert "Andere oder keine Angabe" in page
    assert f"aus dem Katalog: {CATALOGUE}" in page


def test_they_can_be_narrowed_down_by_catalogue(web: TestClient) -> None:
    found = web.get("/api/v1/datasets", params={"catalogue": CATALOGUE}).json()

    assert {each["name"] for each in found["datasets"]} == {"baumkataster", "laermkarte", "boese"}
    assert found["facets"]["catalogue"] == [{"value": CATALOGUE, "count": 3}]
    assert web.get("/api/v1/datasets", params={"catalogue": "Anderswo"}).json()["total"] == 0
    assert CATALOGUE in web.get("/datasets").text


def test_ckan_shows_packages_with_files_elsewhere(web: TestClient, world: World) -> None:
    package = action(web, "package_show", id="baumkataster")
    assert isinstance(package, dict)
    dataset = world.store.dataset("baumkataster").dataset

    assert (package["license_id"], package["isopen"], package["version"]) == ("dl-by-de/2.0", True, "7")
    extras = {each["key"]: each["value"] for each in package["extras"]}
    assert (extras["identifier"], extras["uri"]) == (TREES.uri, f"{BASE_URL}{PAGE}")
    assert extras["modified"] == "2026-05-01T12:30:00+00:00"
    assert [each["url"] for each in package["resources"]] == [CSV.download_url, TREES.links[1].access_url]
    assert [each["format"] for each in package["resources"]] == ["CSV", "WMS"]
    uri = link_uris(f"{BASE_URL}{PAGE}", dataset.links)[0]
    assert action(web, "resource_show", id=link_id(dataset, uri)) == package["resources"][0]
    bare = action(web, "package_show", id="laermkarte")
    assert isinstance(bare, dict)
    assert (bare["license_id"], bare["isopen"], bare["resources"]) == ("other", False, [])
    licences = action(web, "license_list")
    assert isinstance(licences, list)
    assert "other" in {each["id"] for each in licences}


def test_ckan_search_counts_their_publishers_and_licences(web: TestClient) -> None:
    found = action(web, "package_search", **{"q": "", "facet.field": '["organization", "license_id", "res_format"]'})

    assert isinstance(found, dict)
    assert found["facets"]["organization"]["nachbarstadt"] == 2
    assert found["facets"]["license_id"]["other"] == 2
    assert found["facets"]["res_format"]["WMS"] == 1


def test_search_engines_read_whose_data_set_it_is(web: TestClient) -> None:
    page = web.get(PAGE, headers={"accept": "text/html"}).text
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)

    described = json.loads(script)

    assert described["identifier"] == TREES.uri
    assert described["publisher"]["name"] == "Nachbarstadt"
    assert [each["contentUrl"] for each in described["distribution"]] == [CSV.download_url, TREES.links[1].access_url]
    assert (described["dateModified"], described["datePublished"]) == ("2026-05-01", "2021-03")
    assert "variableMeasured" not in described


def test_feed_sitemap_changes_and_status_know_them(web: TestClient) -> None:
    assert f"{BASE_URL}{PAGE}" in web.get("/catalog.ttl").text
    assert f"{BASE_URL}{PAGE}" in web.get("/sitemap.xml").text
    assert "Baumkataster: neu" in web.get("/changes.atom").text
    changes = web.get("/api/v1/changes").json()["changes"]
    assert next(each for each in changes if each["dataset"] == "baumkataster")["edition"] is None
    assert web.get("/status").status_code == 200
    assert web.get("/health/ready").status_code == 200
    assert web.get("/api").status_code == 200


def test_what_was_withdrawn_answers_410_everywhere(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    world.harvest(row_of(TREES), of=listing(), source=SOURCE)
    world.publisher.withdraw("baumkataster", reason="Name einer Person", by="anna")

    with TestClient(create_app(world.services()), base_url=BASE_URL) as web:
        for path in (PAGE, f"{PAGE}.ttl", f"/api/v1{PAGE}", f"{PAGE}/data.csv", f"{PAGE}/editions.json"):
            assert web.get(path).status_code == 410, path
        assert web.get("/api/v1/datasets").json()["total"] == 0
    world.close()


def test_one_that_its_catalogue_lists_no_more_is_deprecated_before_it_answers_410(tmp_path: Path) -> None:
    built = new_world(tmp_path)
    built.harvest(*map(row_of, (TREES, BARE)), of=listing(), source=SOURCE)
    for _ in range(2):
        built.clock.now += timedelta(hours=12)
        built.harvest(row_of(BARE), of=listing(), source=SOURCE)
    with TestClient(create_app(built.services()), base_url=BASE_URL) as client:
        feed = client.get("/catalog.ttl").text
        assert f"<{BASE_URL}{PAGE}> a dcat:Dataset" in feed
        assert feed.count("distribution-status/DEPRECATED") == len(TREES.links)
        assert "wird voraussichtlich am 21.12.2026 entfernt" in action(client, "package_show", id="baumkataster")["notes"]  # type: ignore[index]  # an object
        assert "entfällt voraussichtlich am 21. Dezember 2026" in client.get(PAGE, headers={"accept": "text/html"}).text
        built.clock.now += timedelta(days=30)
        assert built.publisher.end_announced() == ("baumkataster",)
        assert client.get(f"{PAGE}.ttl").status_code == 410
        assert PAGE not in client.get("/catalog.ttl").text
    built.close()
