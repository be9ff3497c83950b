"""What all tests of CONSUL share."""

import pytest

from tests.harvesters.consul.world import prepare


@pytest.fixture(scope="session", autouse=True)
def _ready(tmp_path_factory: pytest.TempPathFactory) -> None:
    prepare(tmp_path_factory.mktemp("consul"))
