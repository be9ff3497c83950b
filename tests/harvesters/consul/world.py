"""One installation with one platform as its source; the process `mitmachen` is published."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from catalog.plan import Outcome, RunRecord
from harvesters.http.opening import Web
from harvesters.run import harvest
from schemas.row import Value
from tests.harvesters.catalogues.portals import quick
from tests.harvesters.http.servers import Script, Server, serving
from tests.harvesters.world import Intake, intake

PROCESSES = """
[[table]]
table = "process"
file = "verfahren.csv"
[table.columns]
id = "id"
title = "title"
mode = { constant = "digital" }
method = { constant = "idea-collection" }
"""

DISTRICTS = """
ignore = ["*"]
[[table]]
table = "district"
file = "ortsbezirke.csv"
[table.columns]
id = "id"
name = "name"
kind = { constant = "local-district" }
"""


@dataclass
class World:
    made: Intake
    server: Server
    routes: dict[str, Script]
    web: Web

    def run(self, *, days: float = 0.0, **more: Any) -> RunRecord:
        made = self.made
        made.clock.now += timedelta(days=days, seconds=1)
        return harvest(
            made.source,
            store=made.store,
            publisher=made.publisher,
            archive=made.archive,
            now=made.clock.now,
            vault=made.vault,
            web=self.web,
            **more,
        )

    def configure(self, **options: Any) -> None:
        self.made.source = replace(self.made.source, options={**self.made.source.options, **options})

    def private(self, table: str = "contribution") -> dict[str, dict[str, object]]:
        return {each.key: dict(each.content) for each in self.made.vault.microdata(table)}

    def public(self, table: str) -> dict[str, Mapping[str, Value]]:
        return {each.row.key: each.row.values for each in self.made.store.published(self.made.source.name, table)}

    def publish_processes(self, *keys: str) -> None:
        before = self.made.source
        self.made.source = replace(before, name="verfahren", kind="files", url="drop", options={"mapping": "mapping.toml"})
        self.made.map(PROCESSES)
        self.made.drop("verfahren.csv", "id,title\n" + "".join(f"{each},Verfahren {each}\n" for each in keys))
        assert self.made.run().outcome is Outcome.OK
        self.made.source = before

    def publish_districts(self, *keys: str) -> None:
        before = self.made.source
        self.made.source = replace(before, name="ortsbezirke", kind="files", url="drop", options={"mapping": "mapping.toml"})
        self.made.map(DISTRICTS)
        self.made.drop("ortsbezirke.csv", "id,name\n" + "".join(f"{each},{each}\n" for each in keys))
        assert self.made.run().outcome is Outcome.OK
        self.made.source = before


#: An installation in which the processes are published already, made once for all tests: half of a test's time would go into it.
_READY: list[Path] = []


def prepare(folder: Path) -> None:
    with platform(folder, {}, process="mitmachen"):
        pass
    shutil.rmtree(folder / "drop")
    _READY.append(folder)


@contextmanager
def platform(
    folder: Path,
    routes: Mapping[str, Script],
    *,
    kind: str = "consul",
    path: str = "/",
    environ: Mapping[str, str] | None = None,
    **options: Any,
) -> Iterator[World]:
    if _READY:
        shutil.copytree(_READY[0], folder, dirs_exist_ok=True)
    made, served = intake(folder), dict(routes)
    with serving(served) as server:
        made.source = replace(
            made.source,
            name="mitmachen",
            title="Mitmachportal",
            kind=kind,
            url=server.url(path),
            options=options,
            personal_data=True,
            legal_basis="Aufgabe nach Satzung",
            allow_private=("127.0.0.1",),
        )
        world = World(made, server, served, replace(quick(folder), environ=environ or {}))
        if _READY:
            made.clock.now += timedelta(seconds=1)
        else:
            world.publish_processes("mitmachen", "radwege")
        yield world
    made.close()
