"""Every test has an installation of its own: these pages change things."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.admin.office import Office, office


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Office]:
    """Nothing is harvested yet."""
    with office(tmp_path / "stadt") as found:
        yield found
