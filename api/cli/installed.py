"""The installation a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from api.cli.app import settings_of
from api.installation import Installation, installation


@contextmanager
def opened(ctx: typer.Context) -> Iterator[Installation]:
    """Raises ConfigurationError, WrongSchemaVersion."""
    with installation(settings_of(ctx)) as found:
        yield found
