"""What a newcomer sees after `make run`: two statistics, one of them of invented people; and that nothing of the invented one is in
anything that machines harvest."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.initialise import initialise
from api.settings import load_public
from api.web.app import create_app
from api.wiring import public_services
from tests.api.places import opened
from tests.api.test_cli import Captured, klar

INVENTED = "demonstration-ruetschhofstrasse"
EVENTS = "veranstaltungszahlen"
#: In whatever case.
TRACES = ("demonstration", "synthetisch", "erfunden")
MAKEFILE = (Path(__file__).resolve().parents[2] / "Makefile").read_text(encoding="utf-8")
#: Of the statistics' commands in `make run`, as typed there.
STEPS = [shlex.split(each) for each in re.findall(r"\$\(KLAR\) (cubes publish .*?) \|\|", MAKEFILE)]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("klar") / "stadt"
    initialise(folder, example="kaiserslautern")
    assert klar(folder / "klar.toml", "harvest") in (0, 2)
    for step in STEPS:
        assert klar(folder / "klar.toml", *step) == 0
    return folder / "klar.toml"


@pytest.fixture(scope="module")
def client(config: Path) -> Iterator[TestClient]:
    services = replace(public_services(load_public(config, {})), requests_per_minute=1_000_000)
    with TestClient(create_app(services), follow_redirects=False) as made:
        yield made
    services.store.close()


def test_both_statistics_are_there_with_charts(config: Path, client: TestClient) -> None:
    page = client.get("/statistics").text
    assert INVENTED in page
    assert EVENTS in page
    for name in (INVENTED, EVENTS):
        shown = client.get(f"/statistics/{name}")
        assert (shown.status_code, "<svg" in shown.text) == (200, True), name
        assert client.get(f"/api/v1/statistics/{name}.csv").status_code == 200
    assert "Demonstration (synthetisch)" in client.get(f"/statistics/{INVENTED}").text
    assert client.get(f"/statistics/{INVENTED}").headers["x-robots-tag"].startswith("noindex")
    assert client.get(f"/datasets/{EVENTS}").status_code == 200
    assert client.get(f"/datasets/{INVENTED}").status_code == 404


def test_a_second_run_makes_no_release(config: Path, capsys: Captured) -> None:
    for step in STEPS:
        assert klar(config, *step) == 0
    assert capsys.readouterr().out.count("nichts Neues") == 2
    with opened(config) as found:
        assert [len(found.store.releases(name)) for name in (INVENTED, EVENTS)] == [1, 1]


def machine_readable(client: TestClient) -> Iterator[str]:
    """Feed, change feeds, lists, search, CKAN API (what `klar push` reads, too), sitemap."""
    for suffix in ("ttl", "rdf", "jsonld", "nt"):
        yield f"/catalog.{suffix}"
    yield from (
        "/catalog",
        "/changes.atom",
        "/en/changes.atom",
        "/api/v1/changes?since=0",
        "/api/v1/datasets",
        "/sitemap.xml",
        "/robots.txt",
    )
    yield from ("/api/3/action/package_list", "/api/3/action/package_search?rows=1000", "/api/3/action/package_search?q=zufriedenheit")
    yield from (
        "/api/3/action/tag_list",
        "/api/3/action/group_list",
        "/api/3/action/organization_list",
        "/api/3/action/resource_search?query=name:e",
    )
    yield from ("/datasets?q=zufriedenheit", "/datasets?type=statistics", "/datasets", "/")
    listed = client.get("/api/3/action/package_list").json()["result"]
    yield from (f"/datasets/{name}.ttl" for name in listed)


def test_nothing_of_invented_people_is_in_what_machines_harvest(client: TestClient) -> None:
    answers = {path: client.get(path) for path in machine_readable(client)}
    good = {path: answer.text.casefold() for path, answer in answers.items() if answer.status_code == 200}

    assert len(good) > 25, {path: answer.status_code for path, answer in answers.items()}
    assert {path: each for path, text in good.items() for each in (INVENTED, *TRACES) if each in text} == {}
    assert EVENTS in good["/catalog.ttl"], "the other one is there"
    assert EVENTS in good["/api/3/action/package_list"]
    assert EVENTS in good["/sitemap.xml"]


def test_make_run_publishes_what_this_looks_at() -> None:
    assert [each for step in STEPS for each in step if each in (INVENTED, EVENTS)] == [EVENTS, INVENTED]
    assert all("--reason" in step for step in STEPS)
