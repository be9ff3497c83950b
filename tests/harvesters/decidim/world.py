"""One installation that harvests one Decidim."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from catalog.plan import RunRecord
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, web_in
from harvesters.run import harvest
from schemas.row import Value
from tests.harvesters.http.servers import Script, Server, serving
from tests.harvesters.http.world import SWIFT
from tests.harvesters.world import Intake, intake


@dataclass
class Harvested:
    made: Intake
    web: Web
    server: Server

    def run(self, *, days: float = 0.0) -> RunRecord:
        self.made.clock.now += timedelta(days=days, seconds=1)
        made = self.made
        return harvest(
            made.source,
            store=made.store,
            publisher=made.publisher,
            archive=made.archive,
            now=made.clock.now,
            vault=made.vault,
            web=self.web,
        )

    def rows(self, table: str) -> dict[str, Mapping[str, Value]]:
        """Key -> values of what is published."""
        return {each.row.key: each.row.values for each in self.made.store.published(self.made.source.name, table)}

    def private(self) -> dict[str, Mapping[str, object]]:
        return {each.key: dict(each.content) for each in self.made.vault.microdata("contribution")}


@contextmanager
def harvesting(folder: Path, routes: Mapping[str, Script], kind: str = "decidim", **settings: Any) -> Iterator[Harvested]:
    """`settings`: of `SourceConfig`; a source that may hold proposals, unless they say otherwise."""
    made = intake(folder)
    with serving(routes) as server:
        given: dict[str, Any] = {"personal_data": True, "legal_basis": "Satzung", "url": server.url("/"), **settings}
        made.source = replace(
            made.source, name="stadt", title="Mitmachen", kind=kind, allow_private=("127.0.0.1",), **{"options": {}, **given}
        )
        web = web_in(folder / "http", base_url="https://daten.example", contact="a@example.org")
        yield Harvested(made=made, web=replace(web, limits=SWIFT, surroundings=Surroundings(sleep=lambda seconds: None)), server=server)
    made.close()
