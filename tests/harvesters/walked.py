"""What a kind makes of a server on 127.0.0.1, before anything is judged or published: quick enough for a story a rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harvesters.attempt import quiet
from harvesters.harvester import SourceConfig, token_header, token_scheme
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, open_source
from harvesters.http.pace import MemoryPace
from harvesters.private_rows import values_of
from harvesters.registry import harvester_of
from harvesters.walking import Walk
from schemas.fetch import Payload
from schemas.row import Finding, Quarantined, Value
from tests.harvesters.http.servers import Script, serving
from tests.harvesters.http.world import START, SWIFT

_NAME = "klar/0 (+https://daten.example.org; a@example.org)"


def _web(environ: Mapping[str, str]) -> Web:
    """Waits for nothing."""
    quick = Surroundings(sleep=lambda seconds: None)
    return Web(user_agent=_NAME, limits=SWIFT, environ=environ, pace=MemoryPace(interval=0), surroundings=quick)


@dataclass(frozen=True, kw_only=True)
class Walked:
    walk: Walk
    home: str  #: address of the server
    targets: tuple[str, ...]  #: what was asked for, in order
    archived: tuple[Payload, ...]
    private: tuple[Payload, ...]

    def rows(self, table: str) -> dict[str, Mapping[str, Value]]:
        """Key -> values; without the name of the source and its hyphen."""
        private = list(self.walk.private.get(table, ()))
        found = [(each.key, each.values) for each in self.walk.rows.get(table, ())]
        found += zip([each.key for each in private], values_of(private), strict=True)
        return {key.removeprefix(f"{self.walk.source}-"): values for key, values in found}

    def refused(self, table: str) -> tuple[Quarantined, ...]:
        return tuple(self.walk.quarantined.get(table, ()))

    @property
    def findings(self) -> dict[str, Finding]:
        """Code -> the first finding that has it; of what failed, and of what was noticed."""
        return {each.code: each for each in reversed([*self.walk.findings, *self.walk.failures])}


def walked(
    routes: Mapping[str, Script], folder: Path, kind: str, path: str = "/", environ: Mapping[str, str] | None = None, **settings: Any
) -> Walked:
    """`settings`: of `SourceConfig`; a source that may hold contributions, unless they say otherwise. Raises what the walk raises."""
    archived: list[Payload] = []
    private: list[Payload] = []
    given: dict[str, Any] = {"personal_data": True, "legal_basis": "Satzung", "allow_private": ("127.0.0.1",), **settings}
    with serving(routes) as server:
        source = SourceConfig(name="stadt", title="Mitmachen", kind=kind, url=server.url(path), folder=folder, **given)
        walk = Walk(source=source.name, harvester=harvester_of(source), progress=quiet)
        with open_source(
            source,
            _web(environ or {}),
            keep_payload=archived.append,
            keep_private=private.append,
            clock=lambda: START,
            header=token_header(walk.harvester),
            scheme=token_scheme(walk.harvester),
        ) as fetch:
            walk.through(fetch)
        targets = tuple(server.paths)
        return Walked(walk=walk, home=server.url("/"), targets=targets, archived=tuple(archived), private=tuple(private))
