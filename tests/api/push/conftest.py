"""A small published catalogue, and a portal to publish it to."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import pytest

from api.push.connection import Connection
from api.push.portal import Call, Portal
from api.push.push import Pushed, push
from api.push.steps import Ours
from harvesters.http.credentials import Secret
from schemas.model import Dataset
from tests.api.push.portal import TOKEN, Ckan, serving
from tests.api.web.world import World, fill, new_world, site


@dataclass(frozen=True)
class Catalogue:
    datasets: tuple[Dataset, ...]
    ours: Ours


Push = Callable[..., Pushed]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = new_world(tmp_path_factory.mktemp("push"))
    fill(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def catalogue(world: World) -> Catalogue:
    """Five data sets."""
    return Catalogue(tuple(each.dataset for each in world.store.datasets()), Ours(site=site(), name_of=world.store.name_of))


@pytest.fixture
def ckan() -> Iterator[Ckan]:
    with serving(Ckan()) as served:
        yield served


@pytest.fixture
def run(ckan: Ckan, catalogue: Catalogue) -> Push:
    """One push of these data sets (all, unless told otherwise) with the token (the right one, unless told otherwise)."""

    def once(
        datasets: Sequence[Dataset] | None = None,
        *,
        token: str = TOKEN,
        name_of: Callable[[str], str] = catalogue.ours.name_of,
        around: Callable[[Call], Call] = lambda call: call,
        withdrawn: Collection[str] = (),
        **more: bool,
    ) -> Pushed:
        connection = Connection(ckan.address, Secret(token), user_agent="klar tests")
        try:
            ours = Ours(site=catalogue.ours.site, name_of=name_of)
            return push(Portal(around(connection)), catalogue.datasets if datasets is None else datasets, ours, withdrawn=withdrawn, **more)
        finally:
            connection.close()

    return once
