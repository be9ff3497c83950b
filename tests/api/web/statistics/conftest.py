"""Two releases of one statistic, published once and only read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from schemas.statistics import Cell, Release
from schemas.values import Text
from tests.api.web.statistics.world import client_of, installation
from tests.api.web.world import World
from tests.catalog.statistics.world import AT, CUBE, changed, release_of


def two_releases() -> tuple[Release, Release]:
    """In the second one, one number is another and one is there that was withheld."""
    first = release_of()

    def later(cell: Cell) -> Cell:
        if cell.key == ("2026-S1", "_T", "u30"):
            return replace(cell, value=415)
        return Cell(key=cell.key, value=25) if cell.key == ("_T", "02", "_T") else cell

    reason = Text(de="Nachgereichte Bögen", en="Late forms")
    return first, changed(first, later, name="2026-11-22", number=2, at=AT + timedelta(days=2), reason=reason)


@pytest.fixture(scope="package")
def statistics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only."""
    world = installation(tmp_path_factory.mktemp("statistics"), two_releases())
    yield world
    world.close()


@pytest.fixture(scope="package")
def client(statistics: World) -> TestClient:
    return client_of(statistics)


assert CUBE.name == "teilnehmende"
