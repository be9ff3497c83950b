"""Our own portal as a neighbour's source, and as its own: data sets go round, and never come back in."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.web.app import create_app
from catalog.files import Files
from catalog.plan import Outcome, RunRecord
from harvesters.harvester import SourceConfig
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, web_in
from harvesters.http.pace import MemoryPace
from harvesters.run import harvest
from tests.api.web.ckan.conftest import Portal
from tests.api.web.world import NO_GUARDS, World, new_world, site

TABLE = "upstream_dataset"
WAYS = {
    "ckan": "/",
    "dcat": "/catalog.ttl",
    "dcat over RDF/XML": "/catalog.rdf",
    "dcat over JSON-LD": "/catalog.jsonld",
    "dcat over N-Triples": "/catalog.nt",
}


def web(folder: Path) -> Web:
    made = web_in(folder / "http", base_url="https://nachbar.example", contact="a@example.org")
    return replace(made, pace=MemoryPace(interval=0), surroundings=Surroundings(sleep=lambda seconds: None))


def harvested(world: World, url: str, way: str, *, own: tuple[str, ...] = (), **options: Any) -> RunRecord:
    source = SourceConfig(
        name="nachbar",
        title="Nachbar",
        kind=way.split()[0],
        url=url + WAYS[way],
        folder=world.folder,
        options=options,
        guards=NO_GUARDS,
        allow_private=("127.0.0.1",),
        own_addresses=own,
    )
    archive = Files(world.folder / "archive")
    return harvest(source, store=world.store, publisher=world.publisher, archive=archive, now=world.clock(), web=web(world.folder))


def listed(world: World) -> Mapping[str, Mapping[str, Any]]:
    return {each.row.key: each.row.values for each in world.store.published("nachbar", TABLE)}


@contextmanager
def served(world: World, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(create_app(world.services()), log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[World]:
    world = new_world(tmp_path, site(base_url="https://nachbar.example", uri_base="https://nachbar.example"))
    yield world
    world.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_neighbour_reads_all_of_our_data_sets_by_every_way(way: str, portal: Portal, neighbour: World) -> None:
    record = harvested(neighbour, portal.address, way, own=("https://nachbar.example",))

    names = set(portal.world.store.names())
    assert record.outcome is Outcome.OK, record
    assert set(listed(neighbour)) == {portal.world.site.dataset_uri(each) for each in names}
    assert not neighbour.store.quarantine()


def test_both_ways_say_the_same(portal: Portal, tmp_path: Path) -> None:
    said = []
    for way in ("ckan", "dcat"):
        world = new_world(tmp_path / way, site())
        harvested(world, portal.address, way)
        said.append({key: [row[name] for name in ("title", "licence", "modified", "identifier")] for key, row in listed(world).items()})
        world.close()

    assert said[0] == said[1]


@pytest.mark.parametrize("way", ["ckan", "dcat"])
def test_our_own_portal_gives_us_nothing(way: str, portal: Portal, neighbour: World) -> None:
    record = harvested(neighbour, portal.address, way, own=(portal.world.site.uri_base, portal.world.site.base_url))

    assert (record.outcome, dict(listed(neighbour))) == (Outcome.UNCHANGED, {}), record
    assert [each.code for each in record.findings] == ["own"]


@pytest.mark.parametrize("way", ["ckan", "dcat"])
def test_what_a_neighbour_took_from_us_does_not_come_back(way: str, portal: Portal, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        there = new_world(tmp_path / "there", site(base_url=address, uri_base="https://nachbar.example"))
        assert harvested(there, portal.address, "dcat", own=("https://nachbar.example",)).outcome is Outcome.OK
        here = new_world(tmp_path / "here", site())
        with served(there, listener):
            record = harvested(here, address, way, own=(portal.world.site.uri_base, portal.world.site.base_url))
        assert set(listed(here)) <= {"https://nachbar.example/datasets/uebernommene-datensaetze"}, record
        assert any(each.code == "own" for each in record.findings), record
        here.close()
        there.close()
