"""Search on the page and for programs."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.world import BASE_URL, World


def _found(client: TestClient, query: str) -> list[str]:
    return [each["name"] for each in client.get(f"/api/v1/datasets?{query}").json()["datasets"]]


@pytest.mark.parametrize("words", ["Bürgerbeteiligung", "buergerbeteiligung", "BÜRGERBETEILIGUNG"])
def test_umlauts_may_be_typed_in_any_way(client: TestClient, words: str) -> None:
    assert _found(client, f"q={words}")[0] == "beteiligungsverfahren"


def test_a_row_leads_to_its_table(client: TestClient) -> None:
    assert "projekte" in _found(client, "q=Fahrradstraße")
    assert "projekte" in _found(client, "q=strasse")


def test_everything_is_listed_without_a_question(client: TestClient) -> None:
    answer = client.get("/api/v1/datasets").json()

    assert (answer["total"], answer["pages"], answer["next"]) == (5, 1, None)
    assert {each["name"] for each in answer["datasets"]} == {
        "projekte", "beteiligungsverfahren", "veranstaltungen", "messstellen", "berichtete-zahlen",
    }  # fmt: skip


def test_pages_follow_one_another(client: TestClient) -> None:
    seen, url = [], "/api/v1/datasets?limit=2&sort=title"
    while url:
        answer = client.get(url).json()
        seen += [each["name"] for each in answer["datasets"]]
        url = (answer["next"] or "").removeprefix(BASE_URL)

    assert len(seen) == len(set(seen)) == 5
    assert client.get("/api/v1/datasets?limit=2&page=4").status_code == 404
    assert client.get("/datasets?page=2", headers=BROWSER).status_code == 404


def test_filters_narrow_and_count(client: TestClient) -> None:
    answer = client.get("/api/v1/datasets?type=sensor").json()

    assert [each["name"] for each in answer["datasets"]] == ["messstellen"]
    counts = {each["value"]: each["count"] for each in answer["facets"]["type"]}
    assert counts == {"participation": 2, "project": 1, "sensor": 1, "statistics": 1}
    assert _found(client, "format=geojson") == ["messstellen"]
    assert _found(client, "type=sensor&type=project&sort=title") == ["messstellen", "projekte"]
    assert _found(client, "updated=older") == []
    assert len(_found(client, "updated=30d")) == 5


def test_no_facet_link_leads_to_nothing(client: TestClient) -> None:
    page = client.get("/datasets?type=participation", headers=BROWSER).text
    filters = page[page.index('id="filters"') :]
    links = [each.replace("&amp;", "&") for each in re.findall(r'href="(/datasets\?[^"]+)"', filters)]

    assert len(links) > 5
    for each in links:
        assert 'article class="card"' in client.get(each, headers=BROWSER).text, each


def test_what_is_selected_can_be_taken_back(client: TestClient) -> None:
    page = client.get("/datasets?q=projekte&type=project", headers=BROWSER).text

    assert '<a href="/datasets?type=project">„projekte“' in page
    assert '<a href="/datasets?q=projekte">Projekte' in page
    assert '<input type="hidden" name="type" value="project">' in page
    assert '<a href="/en/datasets?q=projekte&amp;type=project" lang="en"' in page


def test_an_empty_field_of_the_form_is_no_question(client: TestClient) -> None:
    assert client.get("/datasets?q=&type=&theme=&page=").status_code == 200


def test_a_typing_error_gets_a_suggestion(client: TestClient) -> None:
    page = client.get("/datasets?q=Projegte", headers=BROWSER).text

    assert "Meinten Sie:" in page
    assert re.search(r'<a href="/datasets\?q=[Pp]rojekt\w*">', page)


def test_nothing_found_helps_on(client: TestClient) -> None:
    page = client.get("/datasets?q=Qwertzuiop", headers=BROWSER).text

    assert "Nichts gefunden" in page
    assert "mailto:opendata@example.org?subject=Datenwunsch%3A%20Qwertzuiop" in page


def test_words_of_which_no_data_set_has_all_are_searched_for_singly(client: TestClient) -> None:
    answer = client.get("/api/v1/datasets?q=Messstellen Qwertzuiop").json()

    assert answer["relaxed"] is True
    assert [each["name"] for each in answer["datasets"]] == ["messstellen"]
    assert "enthält alle Wörter" in client.get("/datasets?q=Messstellen Qwertzuiop", headers=BROWSER).text


def test_a_publication_is_found_at_once(world: World) -> None:
    client = client_of(world)
    assert "messstellen" in _found(client, "q=Messstellen")

    world.publisher.withdraw("messstellen", reason="Versehen", by="amt")

    assert "messstellen" not in _found(client, "q=Messstellen")
    assert client.get("/api/v1/datasets").json()["total"] == 4


def test_without_an_index_the_answer_is_503_and_not_an_empty_list(world: World) -> None:
    client = client_of(world)
    folder = world.folder / "search"
    folder.write_text("no folder", encoding="utf-8")  # nothing can be built here

    assert client.get("/api/v1/datasets").status_code == 503
    assert client.get("/datasets/projekte", headers=BROWSER).status_code == 200
