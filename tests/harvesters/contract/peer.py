"""What the contract test has to know of a kind of source: a small server that behaves like the real one, and what can happen to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.harvesters.http.servers import Script


def _nothing() -> None:
    """Cannot happen to this kind."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Routes read a world that the callables change. The world holds a handful of records: enough that one may go (guards allow 40 %
    to be missing), few enough that ten harvests take a second."""

    routes: Mapping[str, Script]  #: path -> answer, as `tests.harvesters.http.servers.serving` takes them
    path: str  #: of the source's url on that server
    tables: tuple[str, ...]  #: common tables that get rows; () for a kind that only fills the vault
    empty: Callable[[], None]  #: the server answers 200, in its own form, and holds nothing
    remove: Callable[[], str]  #: one record goes at the source; returns `table/key` of the row it was, or the end of that key
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)  #: more of `SourceConfig`: personal_data, legal_basis, districts …
    environment: Mapping[str, str] = field(default_factory=dict)  #: for `token_env`
    microdata: tuple[str, ...] = ()  #: tables of the vault that get rows
    processes: tuple[str, ...] = ()  #: keys of processes that are published before the first harvest
    identifiers: tuple[str, ...] = ()  #: what its answers say of persons: names, addresses, numbers; each at least six letters, in ASCII
    empty_one: Callable[[], str] | None = None  #: one of several lists that fill a table is suddenly empty, and few of its rows came from
    #: it; returns what staff call the list. None: no table has several
    surprise: Callable[[], str] | None = None  #: a field nobody knows appears in a record that is read; returns its name. None: its
    #: questions name every field, so none can appear
    vanishes: Callable[[], None] = _nothing  #: whatever else must happen at the source before an absence counts
    removal: str = (
        "missing"  #: what follows from `remove` at once: "missing" (and after `remove_after` it is gone), or "gone" (a tombstone)
    )
