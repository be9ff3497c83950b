"""One catalogue is published once and only read; a test that changes something gets a copy of its folder."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.web.app import create_app
from tests.api.web.world import World, fill, new_world

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only."""
    world = new_world(tmp_path_factory.mktemp("published"))
    fill(world)
    yield world
    world.close()


@pytest.fixture(scope="session")
def client(published: World) -> TestClient:
    return client_of(published)


@pytest.fixture
def world(published: World, tmp_path: Path) -> Iterator[World]:
    """A copy that a test may change."""
    folder = tmp_path / "installation"
    shutil.copytree(published.folder, folder, ignore=shutil.ignore_patterns("search"))
    copy = World(folder=folder, clock=replace(published.clock), site=published.site, renderer=published.renderer, run=published.run)
    yield copy
    copy.close()


def client_of(world: World, **more: object) -> TestClient:
    """Requests name a foreign host on purpose: nothing of it may appear in an answer."""
    return TestClient(create_app(world.services(**more)), base_url="http://evil.example", raise_server_exceptions=False)
