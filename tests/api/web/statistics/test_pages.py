"""Pages of statistics: the same question as in the API, said in a sentence, drawn, listed, cited; and honest about what is missing."""

import dataclasses
import html
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.web.middleware import CONTENT_SECURITY_POLICY, EMBEDDABLE
from schemas.values import Language
from tests.api.web.conftest import BROWSER
from tests.api.web.statistics.charts import DEMONSTRATION, published
from tests.api.web.statistics.world import API, client_of, installation
from tests.api.web.test_every_address import elements_of
from tests.api.web.world import BASE_URL, World, site
from tests.catalog.statistics.world import release_of

HERE = "/statistics/teilnehmende"
RELEASE = f"{HERE}/releases/2026-11-22"
DIFFERENCE = f"{HERE}/releases/2026-11-20/diff/2026-11-22"
PAGES = (
    "/statistics", "/statistics/questions", HERE, f"{HERE}?group_by=alter", f"{HERE}?alter=60&group_by=alter", f"{HERE}?pivot=halbjahr",
    f"{HERE}?ortsbezirk=_T,01", RELEASE, f"{HERE}/releases/2026-11-20", DIFFERENCE, f"/statistics/{DEMONSTRATION}",
)  # fmt: skip
EMBEDS = (f"{HERE}/embed", f"{HERE}/embed?group_by=ortsbezirk", f"{RELEASE}/embed")
PICTURES = (f"{HERE}/chart.svg", f"{HERE}/chart.png", f"{RELEASE}/chart.svg?group_by=alter")
EVERY = (*PAGES, *EMBEDS)
BOTH = (*EVERY, *(f"/en{each}" for each in EVERY))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only."""
    made = published(tmp_path_factory.mktemp("pages"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(world: World) -> TestClient:
    return client_of(world)


def _page(client: TestClient, path: str, status: int = 200) -> str:
    """As it is read: without entities and hard spaces."""
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status, path
    return html.unescape(answer.text).replace("\u00a0", " ")


@pytest.mark.parametrize("path", [*BOTH, *PICTURES])
def test_what_holds_for_every_address_holds_here(client: TestClient, path: str) -> None:
    headers = {**BROWSER, "accept-encoding": "identity"}
    got, head = client.get(path, headers=headers), client.head(path, headers=headers)
    again = client.get(path, headers={**headers, "if-none-match": got.headers["etag"]})
    unknown = client.get(f"{path}{'&' if '?' in path else '?'}colour=red")

    assert (got.status_code, head.status_code, again.status_code) == (200, 200, 304)
    assert dict(head.headers) == dict(got.headers)
    assert b"evil" not in got.content
    assert (unknown.status_code, unknown.json()["parameter"]) == (400, "colour")
    assert client.get(f"{path}{'&' if '?' in path else '?'}utm_source=mail", headers=BROWSER).content == got.content


@pytest.mark.parametrize("path", BOTH)
def test_pages_are_whole_and_load_only_our_own(client: TestClient, path: str) -> None:
    page = client.get(path, headers=BROWSER)
    elements = elements_of(page.text)
    names = [attributes["id"] for _, attributes in elements if "id" in attributes]

    assert page.text.lstrip().startswith("<!doctype html>")
    assert page.headers["content-language"] == ("en" if path.startswith("/en") else "de")
    assert {tag for tag, _ in elements} & {"script", "style", "img", "iframe", "object", "embed", "base"} == set()
    assert {name for _, each in elements for name in each if name.startswith("on") or name in ("style", "src")} == set()
    assert len(names) == len(set(names))
    assert [tag for tag, _ in elements].count("h1") == 1
    loaded = [each["href"].partition("?")[0] for tag, each in elements if tag == "link" and each["rel"] in ("stylesheet", "icon")]
    assert set(loaded) == {"/static/klar.css", "/static/statistics.css", "/static/icon.svg"}


@pytest.mark.parametrize("path", BOTH)
def test_every_link_leads_somewhere(client: TestClient, path: str) -> None:
    text = client.get(path, headers=BROWSER).text
    links = {
        html.unescape(each).partition("#")[0].removeprefix(BASE_URL)
        for each in re.findall(rf'(?:href|action)="((?:{BASE_URL})?/[^"]*)"', text)
    }

    broken = {each: code for each in links if each and (code := client.head(each, headers=BROWSER).status_code) != 200}

    assert broken == {}
    assert len(links) > 3


@pytest.mark.parametrize("path", BOTH)
def test_labels_and_headers_of_tables_and_forms_are_there(client: TestClient, path: str) -> None:
    elements = elements_of(client.get(path, headers=BROWSER).text)

    labelled = {each["for"] for tag, each in elements if tag == "label"}
    assert {each["id"] for tag, each in elements if tag == "select"} == labelled
    assert all(each.get("scope") in ("col", "row", "rowgroup") for tag, each in elements if tag == "th")
    tags = [tag for tag, _ in elements]
    assert tags.count("caption") == tags.count("table")


def test_the_page_says_what_it_shows_and_shows_it(client: TestClient) -> None:
    page = _page(client, f"{HERE}?group_by=alter")

    assert '<p class="finding">Teilnehmende: am meisten bei unter 30 (rund 420), insgesamt rund 500.</p>' in page
    assert "<svg " in page
    assert re.findall(r"<th scope=\"row\"><a [^>]*>([^<]+)</a></th><td>(\d+)\b", page) == [
        ("unter 30", "420"),
        ("30 bis 59", "340"),
        ("60 und älter", "260"),
    ]


def test_page_and_api_answer_the_same_question_with_the_same_numbers(client: TestClient) -> None:
    for query in ("", "?group_by=ortsbezirk", "?halbjahr=2026-S1&group_by=alter", "?alter=u30,60&group_by=alter"):
        rows = client.get(f"{API}/teilnehmende.json{query}").json()["rows"]
        published_here = [f"{each['teilnehmende']}" for each in rows if each["teilnehmende"] is not None]

        shown = re.findall(r"<td>(\d+)\b", client.get(HERE + query, headers=BROWSER).text)

        assert sorted(shown) == sorted(published_here), query


def _shares(page: str) -> list[str]:
    return re.findall(r'<td>\d+ <span class="quiet">([^<]+)</span></td>', page)


def test_shares_stand_beside_the_numbers_of_one_dimension_with_their_range(client: TestClient) -> None:
    page = _page(client, f"{HERE}?group_by=alter")

    assert _shares(page) == ["84 % (83–85)", "68 % (67–69)", "52 % (51–53)"]
    assert "Anteil an „Altersgruppe: insgesamt“" in page
    assert _shares(_page(client, f"{HERE}?group_by=halbjahr")) == []  # half-years are no parts of a whole
    assert "84% (83–85)" in _page(client, f"/en{HERE}?group_by=alter")


def test_shares_of_a_wider_table_are_asked_for(client: TestClient) -> None:
    assert _shares(_page(client, HERE)) == []
    assert len(_shares(_page(client, f"{HERE}?group_by=halbjahr,alter&share=alter"))) > 2
    # The form sends what was chosen for another table, too.
    assert _shares(_page(client, f"{HERE}?group_by=alter&share=ortsbezirk")) == _shares(_page(client, f"{HERE}?group_by=alter"))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    asked=st.dictionaries(
        st.sampled_from(["halbjahr", "ortsbezirk", "alter", "group_by", "pivot"]),
        st.lists(
            st.sampled_from(["2025-S2", "2026-S1", "01", "02", "_U", "_T", "u30", "60", "alter", "halbjahr", "ortsbezirk", "%00"]),
            min_size=1,
        ),
    ),
    what=st.sampled_from(["", "/embed", "/chart.svg"]),
)
def test_whatever_is_asked_is_answered_or_refused_as_the_api_does(client: TestClient, asked: dict[str, list[str]], what: str) -> None:
    query = "&".join(f"{name}={','.join(dict.fromkeys(values))}" for name, values in asked.items())

    status = client.get(f"{HERE}{what}?{query}", headers=BROWSER).status_code
    api = client.get(f"{API}/teilnehmende.csv?{query}").status_code

    assert status == api or (what == "/chart.svg" and (status, api) == (404, 200)), query


def test_the_data_set_of_a_statistic_leads_to_its_page(client: TestClient) -> None:
    assert 'class="button" href="/statistics/teilnehmende"' in _page(client, "/datasets/teilnehmende")
    assert 'href="/statistics/projekte"' not in _page(client, "/datasets/projekte")


def test_boxes_of_a_form_with_the_same_name_are_one_list(client: TestClient) -> None:
    assert (
        client.get(f"{HERE}?alter=60&alter=u30&halbjahr=", headers=BROWSER).text == client.get(f"{HERE}?alter=u30,60", headers=BROWSER).text
    )


def test_every_reason_for_a_missing_number_has_its_own_sign_and_is_explained(client: TestClient) -> None:
    page = _page(client, HERE)

    signs = re.findall(r'<abbr class="missing" title="([^"]+)">([^<]+)<span class="hidden">', page)
    assert set(signs) == {("geheim gehalten", "."), ("nicht erhoben", "n. e."), ("noch nicht ausgewertet", "…")}
    assert "Was bedeutet der Punkt (0–4)?" in page
    assert "Zahlen unter 5, auch die Null, werden geheim gehalten" in page


def test_a_choice_that_nobody_made_is_marked_in_the_form(client: TestClient) -> None:
    page = _page(client, f"{HERE}?halbjahr=2026-S1&group_by=alter")

    assert '<option value="2026-S1" selected>' in page
    assert '<option value="halbjahr,alter" selected>' in page
    assert '<form class="choose" method="get" action="/statistics/teilnehmende">' in page


def test_downloads_have_the_question_of_the_page_in_every_form(client: TestClient) -> None:
    page = _page(client, f"/en{HERE}?alter=60&pivot=halbjahr")
    links = re.findall(rf'<li><a href="({API}/[^"]+)">([^<]+)</a></li>', page)

    assert [label for _, label in links] == ["CSV", "CSV for German Excel", "XLSX", "JSON", "JSON-stat", "Parquet"]
    assert links[0][0] == f"{API}/teilnehmende.csv?alter=60&pivot=halbjahr&lang=en"
    assert "pivot" not in links[4][0]


def test_a_citation_leads_to_these_numbers_for_ever_in_both_languages(client: TestClient) -> None:
    page = _page(client, f"{HERE}?alter=60&group_by=alter")
    german, english = re.findall(r'<p class="copy" lang="\w\w">([^<]+)</p>', page)

    assert german == (
        "Stadt Kaiserslautern (2026): Teilnehmende an Beteiligungen. Stand 2026-11-22 (22. November 2026). "
        f"{BASE_URL}/statistics/teilnehmende/releases/2026-11-22?alter=60&group_by=alter "
        "(Lizenz: Datenlizenz Deutschland – Zero – Version 2.0)"
    )
    assert f"{BASE_URL}/en/statistics/teilnehmende/releases/2026-11-22?alter=60&group_by=alter" in english
    address = german[german.index(BASE_URL) :].split(" ")[0].removeprefix(BASE_URL)
    assert "rund 260" in _page(client, address)


def test_an_older_release_stays_and_says_so(client: TestClient) -> None:
    page = _page(client, f"{HERE}/releases/2026-11-20?halbjahr=2026-S1&alter=u30")

    assert "rund 410" in page
    assert "Das ist ein älterer Stand" in page
    assert 'href="/statistics/teilnehmende?halbjahr=2026-S1&alter=u30"' in page
    assert "rund 415" in _page(client, f"{HERE}?halbjahr=2026-S1&alter=u30")
    assert "älterer Stand" not in _page(client, RELEASE)


def test_a_day_leads_to_the_release_of_that_day(client: TestClient) -> None:
    answer = client.get(f"/en{HERE}?as_of=2026-11-21&alter=60", headers=BROWSER)

    assert (answer.status_code, answer.headers["location"]) == (307, f"{BASE_URL}/en{HERE}/releases/2026-11-20?alter=60")
    assert client.get(f"{HERE}?as_of=gestern").status_code == 400
    assert client.get(f"{HERE}?as_of=2020-01-01").status_code == 404


def test_what_is_not_published_together_is_refused_with_what_is(client: TestClient) -> None:
    page = _page(client, f"{HERE}?ortsbezirk=01&alter=60", status=422)

    assert "„Ortsbezirk × Altersgruppe“" in page
    assert "planned-tables, round5/1" in page
    assert re.findall(r'<li><a href="(/statistics/teilnehmende\?[^"]+)">([^<]+)</a></li>', page) == [
        ("/statistics/teilnehmende?group_by=ortsbezirk", "Ortsbezirk"),
        ("/statistics/teilnehmende?group_by=alter", "Altersgruppe"),
    ]
    assert 'content="noindex' in page


def test_reported_figures_stand_beside_with_qualifier_and_source(client: TestClient) -> None:
    page = _page(client, HERE)

    row = re.search(r'<tr><th scope="row">Insgesamt</th><td>(.*?)</td><td><strong class="figure">(.*?)</strong></td><td>(.*?)</td>', page)
    assert row is not None
    assert row.groups()[:2] == ("rund 500", "über 500 Personen")
    assert 'href="https://www.rheinpfalz.example/zahl" rel="nofollow noopener">Rheinpfalz' in row[3]


def test_the_difference_shows_every_changed_number(client: TestClient) -> None:
    page = _page(client, DIFFERENCE)

    assert re.findall(r'<tr><th scope="row">([^<]+)</th><td><del>([^<]+)</del></td><td><ins>([^<]+)</ins></td></tr>', page) == [
        ("Erfenbach, Nord", "geheim gehalten", "25"),
        ("1. Halbjahr 2026, unter 30", "410", "415"),
    ]
    assert f"{API}/teilnehmende/releases/2026-11-20/diff/2026-11-22.csv" in page
    assert "2026-11-22.csv?lang=en" in _page(client, f"/en{DIFFERENCE}")
    assert "keine Zahl geändert" in _page(client, f"{RELEASE}/diff/2026-11-22")


def test_no_chart_is_better_than_a_misleading_one_and_the_page_says_why(client: TestClient) -> None:
    assert "Unter drei Zahlen sagt die Tabelle mehr" in _page(client, f"{HERE}?alter=60&group_by=alter")
    assert "Die meisten Zahlen dieser Auswahl sind nicht veröffentlicht" in _page(client, f"{HERE}?halbjahr=2025-S2&group_by=alter")
    assert "Zu diesem Stand wurde kein Bild gezeichnet" in _page(client, f"{HERE}/releases/2026-11-20")


def test_a_part_of_a_table_gets_the_chart_of_the_whole_and_says_so(client: TestClient) -> None:
    assert "Das Bild zeigt die ganze Tabelle" in _page(client, f"{HERE}?alter=u30,60&group_by=alter")
    assert "Das Bild zeigt die ganze Tabelle" not in _page(client, f"{HERE}?group_by=alter")


def test_pictures_are_the_stored_bytes(client: TestClient, world: World) -> None:
    stored = world.store.charts("teilnehmende", "2026-11-22")["en/alter.png"]

    answer = client.get(f"/en{HERE}/chart.png?group_by=alter")

    assert (answer.headers["content-type"], answer.content) == ("image/png", world.files.read(stored.sha256))
    assert client.get(f"{RELEASE}/chart.svg?group_by=alter").headers["cache-control"].endswith("immutable")
    assert client.get(f"{HERE}/chart.svg?alter=60&group_by=alter").status_code == 404
    assert client.get(f"{HERE}/chart.gif").json()["allowed"] == ["chart.svg", "chart.png"]


def test_a_chart_whose_file_is_gone_costs_the_chart_and_not_the_numbers(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = published(tmp_path_factory.mktemp("gone"))
    stored = world.store.charts("teilnehmende", "2026-11-22")["de/alter.svg"]
    world.files.path(stored.sha256).unlink()
    client = client_of(world)

    page = _page(client, f"{HERE}?group_by=alter")

    assert "kein Bild gezeichnet" in page
    assert "<td>420 " in page
    world.close()


def test_only_what_is_made_for_it_can_stand_within_other_pages(client: TestClient) -> None:
    for path in (*EMBEDS, *PICTURES):
        assert client.get(path).headers["content-security-policy"] == EMBEDDABLE, path
    for path in (*PAGES, "/", "/datasets", f"{API}/teilnehmende.csv"):
        assert client.get(path, headers=BROWSER).headers["content-security-policy"] == CONTENT_SECURITY_POLICY, path
    assert "frame-ancestors *" in EMBEDDABLE
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


def test_an_embedded_page_is_the_finding_with_chart_or_table_and_its_source(client: TestClient) -> None:
    drawn, listed = _page(client, f"{HERE}/embed"), _page(client, f"{HERE}/embed?alter=60&group_by=alter")

    assert "<svg " in drawn
    assert "<table" not in drawn
    assert "<table" in listed
    assert "<nav" not in drawn
    assert f'<a href="{BASE_URL}{RELEASE}" target="_blank"' in drawn
    assert f'<iframe src="{BASE_URL}{RELEASE}/embed" title="Teilnehmende an Beteiligungen" width="100%"' in _page(client, HERE)


def test_a_demonstration_is_marked_wherever_it_is_seen(client: TestClient) -> None:
    sentence = "Demonstration (synthetisch): "
    for path in (f"/statistics/{DEMONSTRATION}", f"/statistics/{DEMONSTRATION}/embed", "/statistics"):
        assert f'<p class="demonstration">{sentence}' in _page(client, path), path
    assert "erfunden" in client.get(f"/statistics/{DEMONSTRATION}/chart.svg").text
    citations = re.findall(r'<p class="copy" lang="de">([^<]+)</p>', _page(client, f"/statistics/{DEMONSTRATION}"))
    assert all(sentence in each for each in citations)


def test_the_real_ones_are_never_called_a_demonstration(client: TestClient) -> None:
    assert "demonstration" not in _page(client, HERE).lower()


def test_no_machine_harvests_a_demonstration(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = published(tmp_path_factory.mktemp("official"), site(official=True))
    client = client_of(world)

    for path in ("/sitemap.xml", "/catalog.ttl", "/changes.atom", "/api/v1/changes", "/api/v1/datasets", "/datasets?q=Demonstration"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert DEMONSTRATION not in answer.text, path
    assert f"{BASE_URL}/statistics/teilnehmende</loc>" in client.get("/sitemap.xml").text, "the others are in there"
    for path in (f"/statistics/{DEMONSTRATION}", f"/statistics/{DEMONSTRATION}/chart.svg", f"/en/statistics/{DEMONSTRATION}"):
        assert client.get(path, headers=BROWSER).headers["x-robots-tag"].startswith("noindex"), path
    assert 'name="robots"' in client.get(f"/statistics/{DEMONSTRATION}", headers=BROWSER).text
    assert 'name="robots"' not in client.get(HERE, headers=BROWSER).text
    assert "x-robots-tag" not in client.get(HERE, headers=BROWSER).headers
    world.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/statistics/nirgends", 404),
        ("/statistics/Teilnehmende", 404),
        ("/statistics/teilnehmende%00", 404),
        (f"{HERE}/releases/2026-11-21", 404),
        (f"{HERE}/releases/latest", 404),
        (f"{HERE}/releases/2026-11-20/diff/1", 404),
        (f"{HERE}?alter=61", 400),
        (f"{HERE}?group_by=farbe", 400),
        (f"{HERE}?dialect=excel-de", 400),
        (f"{HERE}/embed?ortsbezirk=01&alter=60", 422),
        (f"{HERE}/chart.svg?ortsbezirk=01&alter=60", 422),
    ],
)
def test_what_is_wrong_with_an_address_is_said(client: TestClient, path: str, status: int) -> None:
    assert client.get(path, headers=BROWSER).status_code == status


def test_a_withdrawn_release_is_gone_with_its_pictures_and_listed_with_the_reason(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = published(tmp_path_factory.mktemp("withdrawn"))
    world.publisher.withdraw("teilnehmende", edition=1, reason="Zählfehler", by="stadt")
    client = client_of(world)

    for path in (f"{HERE}/releases/2026-11-20", f"{HERE}/releases/2026-11-20/chart.svg", f"{HERE}/releases/2026-11-20/embed", DIFFERENCE):
        assert client.get(path, headers=BROWSER).status_code == 410, path
    page = _page(client, HERE)
    assert "zurückgezogen: Zählfehler" in page
    assert "/diff/" not in page
    world.close()


def test_an_installation_without_statistics_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = installation(tmp_path_factory.mktemp("none"), [])
    client = client_of(world)

    assert "Noch ist keine Statistik veröffentlicht" in _page(client, "/statistics")
    assert client.get("/statistics/questions", headers=BROWSER).status_code == 200
    world.close()


def test_a_site_in_german_only_cites_german_addresses(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = installation(tmp_path_factory.mktemp("german"), [release_of()], site(languages=(Language.GERMAN,)))
    client = client_of(world)

    assert f"{BASE_URL}/en/" not in _page(client, HERE)
    assert client.get(f"/en{HERE}").status_code == 404
    world.close()


def test_a_release_counted_in_another_way_is_marked_as_a_break(tmp_path_factory: pytest.TempPathFactory) -> None:
    first = release_of()
    later = dataclasses.replace(first, name="2026-11-20-2", number=2, rules="round5/2")
    world = installation(tmp_path_factory.mktemp("break"), [first, later])
    client = client_of(world)

    assert "(anders gezählt als davor)" in _page(client, HERE)
    assert "sagt deshalb nichts über einen Verlauf" in _page(client, f"{HERE}/releases/2026-11-20/diff/2026-11-20-2")
    world.close()
