"""A statistic in the catalogue: a data set like any other; and a demonstration, which is in nothing that machines harvest."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from catalog.statistics.forms import MEDIA_TYPES
from schemas.dates import PartialDate
from schemas.statistics import Break
from schemas.values import Text
from tests.api.web.conftest import BROWSER
from tests.api.web.statistics.conftest import two_releases
from tests.api.web.statistics.world import API, client_of, installation
from tests.api.web.world import BASE_URL, World
from tests.catalog.statistics.world import CUBE, release_of

HARVESTED = (
    "/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/catalog.nt", "/catalog.ttl?page=1", "/changes.atom", "/en/changes.atom",
    "/api/v1/changes", "/api/v1/datasets", "/api/3/action/package_list", "/api/3/action/package_search", "/sitemap.xml", "/",
    "/datasets", "/datasets?q=Beteiligungen", "/api/v1/config",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/datasets/teilnehmende", "/en/datasets/teilnehmende", "/datasets/teilnehmende/editions"])
def test_the_data_set_of_a_statistic_has_its_pages(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)

    assert answer.status_code == 200
    assert "Teilnehmende an Beteiligungen" in answer.text or "Participants" in answer.text


def test_the_editions_of_the_data_set_are_the_releases(client: TestClient) -> None:
    first, second = (client.get(f"/datasets/teilnehmende/editions/{n}/data.csv").text for n in (1, 2))

    assert first.splitlines()[0] == "halbjahr_code,halbjahr,ortsbezirk_code,ortsbezirk,alter_code,alter,teilnehmende,status"
    assert len(first.splitlines()) == 1 + len(two_releases()[0].cells)
    assert first != second
    assert client.get("/datasets/teilnehmende/editions/1/diff/2.json").json()["counts"]["changed"] == 2


def test_the_feed_leads_to_the_files_and_to_the_api(client: TestClient) -> None:
    feed = client.get("/catalog.nt").text

    assert f"<{BASE_URL}/datasets/teilnehmende/data.csv>" in feed
    assert f"<{BASE_URL}{API}/teilnehmende>" in feed


def test_the_metadata_of_the_statistic_leads_to_the_data_set(client: TestClient) -> None:
    assert client.get(f"{API}/teilnehmende").json()["links"]["dataset"] == f"{BASE_URL}/datasets/teilnehmende"


@pytest.mark.parametrize("path", HARVESTED)
def test_a_statistic_is_harvested_and_a_demonstration_is_not(client: TestClient, demonstration: TestClient, path: str) -> None:
    accept = BROWSER if path.startswith(("/datasets", "/sitemap")) or path == "/" else {}

    real, invented = (each.get(path, headers=accept) for each in (client, demonstration))

    assert (real.status_code, invented.status_code) == (200, 200)
    assert "teilnehmende" not in invented.text
    if path not in ("/", "/api/v1/config"):
        assert "teilnehmende" in real.text


@pytest.mark.parametrize(
    "path", ["/datasets/teilnehmende", "/datasets/teilnehmende.json", "/datasets/teilnehmende/data.csv", "/api/v1/datasets/teilnehmende"]
)
def test_a_demonstration_has_no_data_set(demonstration: TestClient, path: str) -> None:
    assert demonstration.get(path).status_code == 404


def test_a_demonstration_has_all_the_addresses_of_a_statistic(demonstration: TestClient) -> None:
    for path in (API, f"{API}/teilnehmende", *(f"{API}/teilnehmende.{form}" for form in MEDIA_TYPES)):
        assert demonstration.get(path).status_code == 200, path


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Beside it another statistic: a catalogue with nothing in it is not answered for at all."""
    real = replace(CUBE, name="andere", measure="anzahl", title=Text(de="Eine andere Zählung"), notes=Text(de="Gezählt."))
    releases = [release_of(replace(CUBE, demonstration=True)), release_of(real)]
    world = installation(tmp_path_factory.mktemp("demonstration"), releases)
    yield client_of(world)
    world.close()


def test_what_was_withdrawn_is_gone_and_says_why(tmp_path: Path) -> None:
    world = installation(tmp_path / "withdrawn", two_releases())
    client = client_of(world)
    here = f"{API}/teilnehmende"
    address = f"{here}/releases/2026-11-20.csv"
    assert client.get(address).status_code == 200

    world.publisher.withdraw("teilnehmende", edition=1, reason="Falsch gezählt", by="anna")

    gone = client.get(address)
    assert (gone.status_code, gone.json()["reason"]) == (410, "Falsch gezählt")
    assert client.get(f"{here}/releases/2026-11-20/diff/2026-11-22.csv").status_code == 410
    assert client.get(f"{here}.csv?as_of=2026-11-20").status_code == 410
    assert client.get(f"{here}.csv").status_code == 200
    assert client.get(f"{here}/releases").json()["releases"][1]["withdrawn_reason"] == "Falsch gezählt"
    _withdraw_all(world, client)


def _withdraw_all(world: World, client: TestClient) -> None:
    world.publisher.withdraw("teilnehmende", reason="Rechtsgrundlage fehlt", by="anna")

    assert client.get(f"{API}/teilnehmende.csv").json()["reason"] == "Rechtsgrundlage fehlt"
    assert client.get(API).json() == {"statistics": []}
    assert client.get(f"{API}/teilnehmende/releases/2026-11-22.csv").status_code == 410
    world.close()


def test_a_break_in_the_series_stands_on_the_page_and_in_the_description(tmp_path: Path) -> None:
    words = Text(de="Seitdem braucht man ein Konto.", en="An account is needed since then.")
    world = installation(tmp_path, [release_of(replace(CUBE, breaks=(Break(since=PartialDate("2023-07"), words=words),)))])
    client = client_of(world)

    german, english = (client.get(f"{each}/statistics/teilnehmende", headers=BROWSER).text for each in ("", "/en"))
    described = client.get(f"{API}/teilnehmende").json()
    world.close()

    assert "Bruch in der Reihe ab 07.2023: Seitdem braucht man ein Konto." in german.replace("\u00a0", " ")
    assert "Break in the series from 2023-07 on: An account is needed since then." in english.replace("\u00a0", " ")
    assert described["breaks"] == [{"date": "2023-07", "de": words.de, "en": words.en}]
