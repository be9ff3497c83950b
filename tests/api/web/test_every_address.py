"""What holds for one address holds for all."""

import re
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from api.web.middleware import CONTENT_SECURITY_POLICY
from tests.api.web.conftest import BROWSER

PAGES = (
    "/", "/datasets", "/datasets?q=projekte&type=project&sort=title", "/datasets/projekte", "/datasets/projekte/editions",
    "/datasets/projekte/editions/1/diff/3", "/statistics/reported", "/status", "/api", "/impressum", "/datenschutz", "/barrierefreiheit",
    "/leichte-sprache", "/gebaerdensprache", "/nutzung", "/kontakt", "/catalog", "/projects", "/projects?status=planned",
    "/projects/theatergarten", "/processes", "/processes?mode=digital", "/processes/ruetschhofstrasse-2023",
    "/sensors", "/sensors?status=active", "/datasets/messstellen",
)  # fmt: skip
ENGLISH = (*(f"/en{each}" for each in PAGES), "/en")
MACHINES = (
    "/datasets/projekte.ttl", "/datasets/projekte.rdf", "/datasets/projekte.jsonld", "/datasets/projekte.nt", "/datasets/projekte.json",
    "/datasets/projekte/data.csv", "/datasets/projekte/data.csv?dialect=excel-de", "/datasets/projekte/data.json",
    "/datasets/projekte/data.ndjson", "/datasets/projekte/data.xlsx", "/datasets/projekte/data.parquet",
    "/datasets/messstellen/data.geojson", "/datasets/projekte/datapackage.json", "/datasets/projekte.zip",
    "/datasets/projekte/editions.json", "/datasets/projekte/editions/1/data.csv", "/datasets/projekte/editions/1/diff/2.json",
    "/datasets/projekte/editions/1/diff/2.csv", "/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/catalog.nt", "/catalog.ttl?page=1",
    "/catalog.ttl?modified_since=2026-11-22T00:00:00Z", "/api/v1/datasets", "/api/v1/datasets/projekte", "/api/v1/datasets/projekte/rows",
    "/api/v1/datasets/projekte/rows?group_by=status", "/api/v1/config",
    "/api/v1/changes?since=0", "/events.ics", "/changes.atom", "/en/changes.atom", "/api/v1/openapi.json", "/robots.txt", "/sitemap.xml",
    "/.well-known/security.txt", "/static/klar.css", "/static/sensors.css", "/static/icon.svg",
)  # fmt: skip
HEALTH = ("/health/live", "/health/ready")
ALL = PAGES + ENGLISH + MACHINES + HEALTH


def _accept(path: str) -> dict[str, str]:
    """Uncompressed, so that sizes can be compared; compressed answers: test_feed."""
    return {**(BROWSER if path in PAGES + ENGLISH else {}), "accept-encoding": "identity"}


@pytest.mark.parametrize("path", ALL)
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    got, head = client.get(path, headers=_accept(path)), client.head(path, headers=_accept(path))

    assert (got.status_code, head.status_code) == (200, 200)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
    assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize("path", PAGES + ENGLISH + MACHINES)
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path, headers=_accept(path))

    again = client.get(path, headers={**_accept(path), "if-none-match": first.headers["etag"]})
    other = client.get(path, headers={**_accept(path), "if-none-match": '"another"'})

    assert re.fullmatch(r'"[0-9a-f]{40,64}"', first.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("path", [*ALL, "/nowhere", "/datasets/nowhere", "/datasets?theme=NONE"])
def test_every_answer_carries_the_common_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-robots-tag"] == "noindex, nofollow"


@pytest.mark.parametrize("path", [*ALL, "/nowhere"])
def test_the_host_of_the_request_appears_nowhere(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={**_accept(path), "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})

    assert b"evil" not in answer.content
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize("path", [*PAGES, *ENGLISH, *MACHINES, *HEALTH])
def test_an_unknown_parameter_is_refused_with_the_allowed_ones(client: TestClient, path: str) -> None:
    if path.startswith("/static/"):
        return  # the style sheet carries its version as a parameter
    joint = "&" if "?" in path else "?"

    answer = client.get(f"{path}{joint}colour=red")

    assert answer.status_code == 400
    problem = answer.json()
    assert problem["parameter"] == "colour"
    assert "colour" not in problem["allowed"]
    assert problem["type"].endswith("#unknown-parameter")


@pytest.mark.parametrize("path", ["/", "/datasets/projekte", "/datasets?q=projekte"])
def test_parameters_that_others_append_to_links_do_no_harm(client: TestClient, path: str) -> None:
    joint = "&" if "?" in path else "?"

    assert client.get(f"{path}{joint}utm_source=newsletter&fbclid=1", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("path", ["/", "/catalog.ttl", "/api/v1/datasets", "/nowhere"])
def test_a_preflight_is_answered(client: TestClient, path: str) -> None:
    answer = client.options(path, headers={"origin": "https://app.example", "access-control-request-method": "GET"})

    assert answer.status_code == 204
    assert "GET" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", ALL)
def test_writing_is_refused(client: TestClient, path: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = client.request(method, path)

        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", PAGES + ENGLISH)
def test_pages_load_nothing_from_elsewhere_and_have_no_script(client: TestClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).text

    # A block of data is no script: browsers do not run it (HTML, 4.12.1).
    elements = [(tag, each) for tag, each in elements_of(page) if (tag, each.get("type")) != ("script", "application/ld+json")]

    assert {tag for tag, _ in elements} & {"script", "style", "img", "iframe", "object", "embed", "video", "audio", "base"} == set()
    assert {name for _, attributes in elements for name in attributes if name.startswith("on") or name in ("style", "src")} == set()
    assert not any(value.strip().lower().startswith("javascript:") for _, attributes in elements for value in attributes.values())
    loaded = [each["href"] for tag, each in elements if tag == "link" and each["rel"] in ("stylesheet", "icon")]
    files = [each.partition("?")[0] for each in loaded]
    assert files[:2] == ["/static/klar.css", "/static/icon.svg"]
    assert files[2:] in ([], ["/static/sensors.css"], ["/static/statistics.css", "/static/sensors.css"])


def test_the_check_on_scripts_would_see_one() -> None:
    elements = elements_of('<p onclick="x()">a</p><script>b</script>')

    assert elements == [("p", {"onclick": "x()"}), ("script", {})]


def elements_of(page: str) -> list[tuple[str, dict[str, str]]]:
    """Start tags as a browser reads them."""
    found: list[tuple[str, dict[str, str]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, {name: value or "" for name, value in attrs}))

    Reader().feed(page)
    return found


@pytest.mark.parametrize("path", PAGES + ENGLISH)
def test_pages_that_are_not_official_say_so(client: TestClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).text

    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert ("nicht amtlich" in page) or ("not official" in page)


@pytest.mark.parametrize("path", PAGES + ENGLISH)
def test_pages_name_their_language_and_title(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    language = "en" if path.startswith("/en") else "de"

    assert answer.text.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language
    assert "Offene Daten Kaiserslautern</title>" in answer.text


@pytest.mark.parametrize("path", PAGES + ENGLISH)
def test_every_link_of_a_page_leads_somewhere(client: TestClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).text
    links = {each.replace("&amp;", "&").partition("#")[0] for each in re.findall(r'(?:href|action)="(/[^"]*)"', page)}

    broken = {each: client.head(each, headers=BROWSER).status_code for each in links}

    assert len(links) > 10
    assert {each: code for each, code in broken.items() if code != 200} == {}
