"""Finds every kind of source: one module in `harvesters/platforms`, one HARVESTER in it. No list to edit."""

import pkgutil
from functools import cache
from importlib import import_module

from pydantic import ValidationError

from harvesters import platforms
from harvesters.harvester import Harvester, SourceConfig
from harvesters.messages import german
from schemas.errors import ConfigurationError


@cache
def kinds() -> dict[str, type[Harvester]]:
    """Kind -> class of its harvester. Raises ConfigurationError when two modules claim one kind."""
    found: dict[str, type[Harvester]] = {}
    for module in pkgutil.iter_modules(platforms.__path__, platforms.__name__ + "."):
        harvester: type[Harvester] = import_module(module.name).HARVESTER
        if harvester.kind in found:
            raise ConfigurationError(f"Die Art {harvester.kind!r} gibt es zweimal.")
        found[harvester.kind] = harvester
    return found


def harvester_of(source: SourceConfig) -> Harvester:
    """The harvester of a source, its options and mapping checked. Raises ConfigurationError, MappingError, DisclosureError."""
    kind = kinds().get(source.kind)
    if kind is None:
        raise ConfigurationError(f"Quelle {source.name!r}: Die Art {source.kind!r} gibt es nicht; es gibt {', '.join(sorted(kinds()))}.")
    try:
        return kind(source)
    except ValidationError as error:
        raise ConfigurationError(f"Quelle {source.name!r}, options: {german(error)}") from error
