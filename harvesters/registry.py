"""Finds every kind of source: one module in `harvesters/platforms`, one HARVESTER in it. No list to edit.

A kind is called like its module. So it can be found without importing the others: what all of them need takes 40 MB and a second.
"""

import pkgutil
from collections.abc import Iterator, MutableMapping
from functools import cache
from importlib import import_module

from pydantic import ValidationError

from harvesters import platforms
from harvesters.harvester import Harvester, SourceConfig
from harvesters.messages import german
from schemas.errors import ConfigurationError


class _Kinds(MutableMapping[str, type[Harvester]]):
    """Kind -> class of its harvester, imported when it is asked for. Tests add kinds of their own."""

    def __init__(self) -> None:
        modules = [each.name for each in pkgutil.iter_modules(platforms.__path__, platforms.__name__ + ".")]
        self._modules = {each.rpartition(".")[2].replace("_", "-"): each for each in modules}
        self._added: dict[str, type[Harvester]] = {}

    def __getitem__(self, kind: str) -> type[Harvester]:
        if kind in self._added:
            return self._added[kind]
        harvester: type[Harvester] = import_module(self._modules[kind]).HARVESTER
        return harvester

    def __contains__(self, kind: object) -> bool:
        return kind in self._added or kind in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter({**self._modules, **self._added})

    def __len__(self) -> int:
        return len({**self._modules, **self._added})

    def __setitem__(self, kind: str, harvester: type[Harvester]) -> None:
        self._added[kind] = harvester

    def __delitem__(self, kind: str) -> None:
        del self._added[kind]


@cache
def kinds() -> MutableMapping[str, type[Harvester]]:
    """Kind -> class of its harvester."""
    return _Kinds()


def harvester_of(source: SourceConfig) -> Harvester:
    """The harvester of a source, its options and mapping checked. Raises ConfigurationError, MappingError, DisclosureError."""
    kind = kinds().get(source.kind)
    if kind is None:
        raise ConfigurationError(f"Quelle {source.name!r}: Die Art {source.kind!r} gibt es nicht; es gibt {', '.join(sorted(kinds()))}.")
    try:
        return kind(source)
    except ValidationError as error:
        raise ConfigurationError(f"Quelle {source.name!r}, options: {german(error)}") from error
