"""One published city per test process; every test breaks a copy of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.child import send_home
from tests.faults.city import City, build, copied
from tests.harvesters.http.servers import Script, serving


@dataclass(frozen=True)
class Published:
    city: City
    catalogue: dict[str, str]  #: as published, address -> SHA-256

    def copy(self, folder: Path) -> City:
        return copied(self.city, folder)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Read only."""
    routes: dict[str, Script] = {}
    with serving(routes) as server:
        city = build(tmp_path_factory.mktemp("published") / "stadt", server, routes)
        yield Published(city, city.catalogue())
        send_home()


@pytest.fixture
def city(published: Published, tmp_path: Path) -> City:
    return published.copy(tmp_path / "stadt")


@pytest.fixture
def before(published: Published) -> dict[str, str]:
    """The catalogue before the fault, byte by byte."""
    return published.catalogue
