"""Templates, their contexts and their texts belong together."""

import dataclasses
import re
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.testclient import TestClient

from api.web import pages
from api.web.parameters import KINDS
from api.web.participation import pages as participation_pages
from api.web.record import moment_json
from api.web.sensors import pages as sensor_pages
from api.web.services import PublicSource
from api.web.statistics import pages as statistics_pages
from api.web.texts import text, texts
from catalog.plan import Outcome, RunRecord
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.world import BASE_URL, SOURCES, START, World, new_world, site

WEB = Path(pages.__file__).parent
TEMPLATES = sorted(WEB.glob("templates/*.html"))
CONTEXTS = {
    each.name: (modules[match[1]], match[2])
    for modules in [
        {"pages": pages, "statistics.pages": statistics_pages, "participation.pages": participation_pages, "sensors.pages": sensor_pages}
    ]
    for each in TEMPLATES
    if (match := re.match(r"\{# page: ([\w.]+)\.(\w+) #\}", each.read_text(encoding="utf-8")))
}


def test_every_page_has_a_documented_context() -> None:
    modules = (pages, statistics_pages, participation_pages, sensor_pages)
    made = {(module, name) for module in modules for name in vars(module) if name.endswith("Page")}

    assert set(CONTEXTS.values()) == made


@pytest.mark.parametrize(("template", "context"), CONTEXTS.items())
def test_a_template_uses_exactly_what_its_context_documents(template: str, context: tuple[ModuleType, str]) -> None:
    fields = {each.name for each in dataclasses.fields(getattr(*context))}

    assert _used(template) == fields


def _used(template: str) -> set[str]:
    """Fields of the page, also those that a shared part uses that is given the page."""
    written = (WEB / "templates" / template).read_text(encoding="utf-8")
    macros = dict(
        re.findall(
            r"{% macro (\w+)\(page\) %}(.*?){% endmacro %}", (WEB / "templates" / "parts.html").read_text(encoding="utf-8"), re.DOTALL
        )
    )
    shared = (macros[name] for name in re.findall(r"parts\.(\w+)\(page\)", written))
    return set(re.findall(r"\bpage\.(\w+)", "".join((written, *shared))))


def _used_keys() -> tuple[set[str], set[str]]:
    """Keys used literally, and beginnings of keys that are put together."""
    sources = [
        each.read_text(encoding="utf-8")
        for each in [
            *TEMPLATES,
            *(path for folder in (".", "routes", "statistics", "participation", "sensors") for path in WEB.glob(f"{folder}/*.py")),
        ]
    ]
    joined = "\n".join(sources)
    literal = set(re.findall(r"\b(?:t|text)\(\s*\"([\w.-]+)\"\s*[,)]", joined)) | set(re.findall(r"\btext\(\s*'([\w.-]+)'", joined))
    begun = set(re.findall(r"\bt\(\"(\w+_)\" ~", joined)) | set(re.findall(r"f\"(\w+_)\{", joined))
    return literal | set(re.findall(r"\"(api_example_\w+)\"", joined)), begun


def test_every_text_is_used_and_every_used_text_exists() -> None:
    literal, begun = _used_keys()

    assert literal - set(texts()) == set()
    unused = {key for key in texts() if key not in literal and not key.startswith(tuple(begun)) and not key.endswith("_heading")}
    assert unused == set()
    assert len(literal) > 100


@pytest.mark.parametrize("key", sorted(texts()))
def test_every_text_has_both_languages_with_the_same_placeholders(key: str) -> None:
    both = texts()[key]
    placeholders = [set(re.findall(r"\{(\w+)\}", each)) for each in (both.de, both.en)]

    assert both.en
    assert both.de or key == "legal_german_only"
    assert placeholders[0] == placeholders[1] or not both.de


def test_every_kind_has_words() -> None:
    assert all(text(f"kind_{each}", "de") for each in KINDS)


def test_an_official_site_is_indexed_and_has_no_banner(world: World) -> None:
    world.site = dataclasses.replace(world.site, official=True)
    client = client_of(world)

    page = client.get("/", headers=BROWSER)

    assert "nicht amtlich" not in page.text
    assert 'name="robots"' not in page.text
    assert "x-robots-tag" not in page.headers
    assert f"Sitemap: {BASE_URL}/sitemap.xml" in client.get("/robots.txt").text
    assert 'content="noindex' in client.get("/nowhere", headers=BROWSER).text


def test_a_site_in_german_only_has_no_english_pages(world: World) -> None:
    world.site = dataclasses.replace(world.site, languages=site().languages[:1])
    client = client_of(world)

    assert client.get("/en/").status_code == 404
    assert "hreflang" not in client.get("/", headers=BROWSER).text


def test_below_a_path_all_links_lead_there(world: World) -> None:
    world.site = dataclasses.replace(world.site, base_url=f"{BASE_URL}/daten")
    page = client_of(world).get("/datasets/projekte", headers=BROWSER).text

    assert {each for each in re.findall(r'href="(/[^"]*)"', page) if not each.startswith("/daten/")} == set()


def test_before_anything_is_published_the_pages_are_there(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    client = client_of(world)
    statuses = {
        path: client.get(path, headers=BROWSER).status_code for path in ("/", "/datasets", "/status", "/statistics/reported", "/api")
    }
    world.close()

    assert set(statuses.values()) == {200}


def test_a_legal_page_that_is_missing_says_so(client: TestClient) -> None:
    page = client.get("/kontakt", headers=BROWSER)

    assert page.status_code == 200
    assert "noch nicht eingerichtet" in page.text


def test_a_legal_page_is_marked_as_german_on_english_pages(client: TestClient) -> None:
    page = client.get("/en/impressum", headers=BROWSER).text

    assert '<article class="prose" lang="de">' in page
    assert "available in German only" in page


def test_freshness_is_told_by_source(client: TestClient) -> None:
    listed = client.get("/status", headers={"accept": "application/json"}).json()["sources"]
    page = client.get("/status", headers=BROWSER).text

    assert [(each["title"], each["state"]) for each in listed] == [
        (SOURCES[0].title, "fresh"),
        (SOURCES[1].title, "never"),
        (SOURCES[2].title, "never"),
    ]
    assert "täglich" in page
    assert "alle 7 Tage" in page
    assert "von Hand" in page


def test_a_source_that_is_late_is_called_late(world: World) -> None:
    client = client_of(world, clock=lambda: START + timedelta(days=4))

    assert client.get("/status", headers={"accept": "application/json"}).json()["sources"][0]["state"] == "late"


def test_security_txt_has_contact_and_end(client: TestClient) -> None:
    lines = dict(each.split(": ", 1) for each in client.get("/.well-known/security.txt").text.splitlines())

    assert lines["Contact"] == "mailto:opendata@example.org"
    assert lines["Expires"] > "2026-11-22"
    assert lines["Canonical"] == f"{BASE_URL}/.well-known/security.txt"


def test_the_sitemap_lists_every_data_set_in_both_languages(client: TestClient, published: World) -> None:
    listed = client.get("/sitemap.xml").text

    for entry in published.store.datasets():
        assert f"<loc>{BASE_URL}/datasets/{entry.dataset.name}</loc>" in listed
        assert f"<loc>{BASE_URL}/en/datasets/{entry.dataset.name}</loc>" in listed


def test_the_style_sheet_is_small_and_loads_nothing(client: TestClient) -> None:
    sheet = client.get("/static/klar.css")

    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert len(sheet.content) < 16_000
    assert "@import" not in sheet.text
    assert "url(" not in sheet.text


def test_the_sheet_of_maps_is_only_loaded_where_there_is_one(client: TestClient) -> None:
    assert "url(" not in client.get("/static/sensors.css").text
    assert "sensors.css" in client.get("/sensors", headers=BROWSER).text
    assert "sensors.css" in client.get("/datasets/messstellen", headers=BROWSER).text
    assert "sensors.css" not in client.get("/datasets/projekte", headers=BROWSER).text


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.UNCHANGED, Outcome.PARTIAL, Outcome.HELD])
def test_what_a_source_said_of_persons_does_not_show_in_its_freshness(world: World, outcome: Outcome) -> None:
    run = world.store.start_run("umfrage", "Umfrage")
    seconds = {Outcome.OK: 9, Outcome.PARTIAL: 7}.get(outcome, 1)
    end, counts = START + timedelta(seconds=seconds), {"vault_created": seconds}
    world.store.finish_run(
        RunRecord(id=run, source="umfrage", started_at=START, finished_at=end, outcome=outcome, message="", counts=counts)
    )
    client = client_of(world, sources=(PublicSource(name="umfrage", title="Umfrage", personal_data=True),))

    (listed,) = client.get("/status", headers={"accept": "application/json"}).json()["sources"]

    began = world.store.run(run).started_at
    assert (listed["state"], listed["last"]) == ("fresh", moment_json(began))
