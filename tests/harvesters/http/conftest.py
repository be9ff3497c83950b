"""No test of this folder leaves a connection open."""

from collections.abc import Iterator

import pytest

from tests.harvesters.http.world import OPENED


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()
