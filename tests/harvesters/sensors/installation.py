"""One installation with one source of sensors, and the server it reads."""

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
from schemas.row import Row
from tests.harvesters.http.servers import Script, Server, serving
from tests.harvesters.http.world import SWIFT
from tests.harvesters.world import Intake, intake


@dataclass
class Installation:
    made: Intake
    web: Web
    server: Server
    folder: Path

    def run(self, *, days: float = 0.0) -> RunRecord:
        self.made.clock.now += timedelta(days=days, seconds=1)
        return harvest(
            self.made.source,
            store=self.made.store,
            publisher=self.made.publisher,
            archive=self.made.archive,
            now=self.made.clock.now,
            vault=self.made.vault,
            web=self.web,
        )

    def rows(self, table: str) -> dict[str, Row]:
        """By key, without the prefix that all have in common."""
        return {each.row.key: each.row for each in self.made.store.published(self.made.source.name, table)}

    def kept(self, run: RunRecord) -> list[bytes]:
        return [self.made.archive.read(each.sha256) for each in self.made.store.archived(run.id)]

    def contents(self) -> dict[Path, bytes]:
        """Every file of the installation: database, archive, vault, what is public, the state of fetching."""
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@contextmanager
def installed(
    folder: Path, routes: Mapping[str, Script], *, kind: str, options: Mapping[str, Any], path: str = "/", **settings: Any
) -> Iterator[Installation]:
    made = intake(folder)
    with serving(dict(routes)) as server:
        source: dict[str, Any] = {"allow_private": ("127.0.0.1",), "options": options, **settings}
        made.source = replace(made.source, name="netz", title="Messnetz", kind=kind, url=server.url(path), **source)
        web = web_in(folder / "http", base_url="https://daten.example", contact="a@example.org")
        quick = replace(web, limits=SWIFT, surroundings=Surroundings(sleep=lambda seconds: None))
        yield Installation(made=made, web=quick, server=server, folder=folder)
    made.close()
