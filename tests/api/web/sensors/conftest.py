"""A catalogue with a network of sensors: published once, only read."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.web.services import PublicSource
from tests.api.web.conftest import client_of
from tests.api.web.world import World, fill, new_world
from tests.sensing import generated, sense, walk

KLIMA = PublicSource(name="klima", title="Klimamessnetz", schedule="0 * * * *")
TEMPERATURE = "klima-lufttemperatur"


@pytest.fixture(scope="module")
def sensed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only."""
    world = new_world(tmp_path_factory.mktemp("sensed"))
    fill(world)
    sense(world, walk(generated()))
    yield world
    world.close()


@pytest.fixture(scope="module")
def sensing(sensed: World) -> TestClient:
    return client_of(sensed, sources=(KLIMA,))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Nothing but the network."""
    world = new_world(tmp_path_factory.mktemp("begun"))
    sense(world, walk(generated(4)))
    yield world
    world.close()


@pytest.fixture
def running(begun: World, tmp_path: Path) -> Iterator[World]:
    """A copy that a test may go on with."""
    folder = tmp_path / "installation"
    shutil.copytree(begun.folder, folder, ignore=shutil.ignore_patterns("search"))
    copy = World(folder=folder, clock=replace(begun.clock), site=begun.site, renderer=begun.renderer, run=begun.run)
    yield copy
    copy.close()


def layer(world: World, beginning: str = TEMPERATURE) -> str:
    """Name of the data set: an aggregation is part of it."""
    (name,) = (each.dataset.name for each in world.store.datasets() if each.dataset.name.startswith(beginning))
    return name
