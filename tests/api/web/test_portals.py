"""Other portals collect from klar, for months: what they have is what is published, whatever happens meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from benchmarks.catalogue import multiply
from schemas.declaration import city_wide, declaration_of_table
from tests.api.web.conftest import client_of
from tests.api.web.portals import CkanPortal, DcatPortal
from tests.api.web.world import BASE_URL, World, new_world, row
from tests.dcat.walkers import Answer, WalkAborted, piveau_walk

DISTRICTS, DECISIONS, EVENTS = (city_wide()[each] for each in ("ortsbezirke", "ratsbeschluesse", "veranstaltungen"))


def _decide(world: World) -> None:
    world.harvest(row("decision", "b1", body="Stadtrat", decision="Beschluss", outcome="adopted"), of=DECISIONS)


def _events(world: World, *titles: str) -> None:
    rows = [row("event", title.lower(), title=title, start="2027-01-01", source_date_basis="stated") for title in titles]
    world.harvest(*rows, of=EVENTS)


def _end_events(world: World) -> None:
    """Missing, removed, announced, gone."""
    for _ in range(2):
        _events(world)
    world.clock.now += timedelta(days=31)
    assert world.publisher.end_announced() == ("veranstaltungen",)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[World]:
    """Three pages: numbers 1 to 220; number 1 and number 2 can be published again."""
    world = new_world(tmp_path)
    world.harvest(row("district", "mitte", name="Innenstadt"), of=DISTRICTS)
    _events(world, "Fest")
    multiply(world.store, "ortsbezirke", 220)
    yield world
    world.close()


def _uris(world: World) -> list[str]:
    return sorted(f"{BASE_URL}/datasets/{name}" for name in world.store.names())


def test_what_happens_between_the_pages_of_a_walk_costs_no_survivor(city: World) -> None:
    """Before page 2: a data set of page 1 and one of page 3 go, one of page 1 changes, one is published. Before page 3 another one goes."""
    first = set(_uris(city))

    def disturb(number: int) -> None:
        if number == 2:
            city.publisher.withdraw("ortsbezirke-50", reason="Name", by="amt")
            city.publisher.withdraw("ortsbezirke-210", reason="Name", by="amt")
            city.harvest(row("district", "mitte", name="Mitte"), of=DISTRICTS)
            _decide(city)
        if number == 3:
            city.publisher.withdraw("ortsbezirke-150", reason="Name", by="amt")
            _end_events(city)

    portal = DcatPortal(client_of(city), "/catalog.nt", before_page=disturb)
    seen = portal.harvest()
    survivors = first & set(_uris(city))

    assert len(survivors) == 220 - 4
    assert len(seen) == len(set(seen))
    assert survivors <= set(seen)
    assert f"{BASE_URL}/datasets/ratsbeschluesse" in seen
    assert f"{BASE_URL}/datasets/ortsbezirke-210" not in seen


def test_piveau_counts_and_sees_the_same(city: World) -> None:
    client, first, asked = client_of(city), set(_uris(city)), []

    def get(url: str) -> Answer:
        asked.append(url)
        if len(asked) == 2:
            city.publisher.withdraw("ortsbezirke-3", reason="Name", by="amt")
            _decide(city)
            _end_events(city)
        answer = client.get(url.removeprefix(BASE_URL))
        return Answer(status=answer.status_code, media_type=answer.headers["content-type"], content=answer.content)

    seen, total = piveau_walk(get, "/catalog.nt")

    survivors = first & set(_uris(city))
    assert len(asked) == 3
    assert len(seen) == len(set(seen))
    assert survivors <= set(seen)
    assert total == len(_uris(city))


@pytest.mark.parametrize("syntax", ["ttl", "rdf", "jsonld"])
def test_a_portal_follows_a_catalogue_for_months(world: World, syntax: str) -> None:
    portal = DcatPortal(client_of(world), f"/catalog.{syntax}")
    portal.harvest()
    before = dict(portal.packages)
    assert sorted(portal.packages) == _uris(world)

    _decide(world)
    _events(world)
    _events(world)
    portal.harvest()
    assert sorted(portal.packages) == _uris(world)
    assert len(portal.packages) == len(before) + 1, "what is announced to go is still there"
    world.clock.now += timedelta(days=31)
    world.publisher.end_announced()
    portal.harvest()

    assert sorted(portal.packages) == _uris(world)
    assert f"{BASE_URL}/datasets/veranstaltungen" not in portal.packages


def test_an_outage_between_two_pages_imports_and_deletes_nothing(city: World) -> None:
    portal = DcatPortal(client_of(city), "/catalog.nt")
    portal.harvest()
    before = dict(portal.packages)

    def break_down(number: int) -> None:
        if number == 5:
            with city.store.database.write() as connection:
                connection.exec_driver_sql("DELETE FROM fragment WHERE dataset = 'ortsbezirke-150'")
                connection.exec_driver_sql("DELETE FROM meta WHERE key = 'standing'")
                connection.exec_driver_sql("UPDATE meta SET value = value + 1 WHERE key = 'revision'")

    portal.before_page = break_down
    with pytest.raises(WalkAborted, match="503"):
        portal.harvest()

    assert portal.packages == before


def test_a_ckan_portal_takes_everything_once_and_then_what_has_changed(world: World) -> None:
    client: TestClient = client_of(world)
    portal = CkanPortal(client)

    created, updated, unchanged = portal.harvest()
    assert (len(created), updated, unchanged) == (len(world.store.names()), [], [])
    assert portal.harvest() == ([], [], sorted(created)), "texts of moments compare as moments"
    since = f"{world.clock.now + timedelta(hours=23):%Y-%m-%dT%H:%M:%S.%f}Z"
    assert portal.harvest(since) == ([], [], [])
    world.clock.now += timedelta(days=1)
    _events(world, "Fest")
    _decide(world)
    created, updated, unchanged = portal.harvest(since)

    uuids = {each.dataset.name: each.dataset.uuid for each in world.store.datasets()}
    assert (created, updated, unchanged) == ([uuids["ratsbeschluesse"]], [uuids["veranstaltungen"]], [])
    assert all("sort=id+asc" in each for each in portal.requests)


def test_an_announced_removal_reaches_a_ckan_portal_as_a_change(world: World) -> None:
    portal = CkanPortal(client_of(world))
    portal.harvest()
    uuid = world.store.dataset("veranstaltungen").dataset.uuid
    world.clock.now += timedelta(days=1)
    for _ in range(2):
        world.harvest(of=declaration_of_table("event"))

    _, updated, _ = portal.harvest()

    assert updated == [uuid]
    shown = world.store.dataset("veranstaltungen").dataset
    assert shown.removal is not None
    package = client_of(world).get("/api/3/action/package_show?id=veranstaltungen").json()["result"]
    assert "wird voraussichtlich am" in package["notes"], "such a portal never deletes: it has to say so itself"
    assert {each["status"].rpartition("/")[2] for each in package["resources"]} == {"DEPRECATED"}
