"""One source, one drop folder, one catalogue: everything real, only the clock is ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog.files import Files
from catalog.plan import Guards, Review, RunRecord
from catalog.publish import Publisher
from catalog.store import Store
from catalog.vault import Vault
from dcat.render import renderer
from harvesters.harvester import SourceConfig
from harvesters.replay import replay
from harvesters.run import harvest
from schemas.personal_data import Detector
from tests.catalog.world import Clock, site, two_formats
from tests.stores import empty_store
from tests.vaults import new_vault

MAPPING = """
[[table]]
table = "project"
file = "projekte.csv"
[table.columns]
id = "id"
title = "title"
status = { column = "status", codes = { "läuft" = "running", "fertig" = "completed" } }
start = { column = "start", parse = "date" }
note = "note"
source_url = "quelle"
"""
HEADER = "id,title,status,start,note,quelle"
PROJECTS = ("p1,Stadtpark,läuft,12.06.2023,,https://example.org/1", "p2,Radweg,fertig,2023-06,,", "p3,Bäume,läuft,2023,,")


@dataclass
class Intake:
    """`drop` writes a file into the drop folder, `run` harvests it."""

    folder: Path
    store: Store
    clock: Clock
    source: SourceConfig
    vault: Vault
    detector: Detector = field(default_factory=Detector)

    @property
    def archive(self) -> Files:
        return Files(self.folder / "archive")

    @property
    def publisher(self) -> Publisher:
        return Publisher(
            self.store,
            Files(self.folder / "public"),
            self.archive,
            site=site(),
            curation=self.folder / "curation",
            renderer=renderer(site()),
            clock=self.clock,
            write_files=two_formats,
            vault=self.vault,
        )

    def drop(self, name: str, content: str | bytes) -> None:
        path = self.folder / "drop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def projects(self, *lines: str, header: str = HEADER) -> None:
        self.drop("projekte.csv", "\n".join([header, *lines]) + "\n")

    def map(self, mapping: str) -> None:
        (self.folder / "mapping.toml").write_text(mapping, encoding="utf-8")

    def guard(self, **guards: object) -> None:
        self.source = replace(self.source, guards=replace(self.source.guards, **guards))  # type: ignore[arg-type]  # test shorthand

    def run(self, *, days: float = 0.0, plan_only: bool = False, uploads: Mapping[str, bytes] | None = None) -> RunRecord:
        self.clock.now += timedelta(days=days, seconds=1)
        return harvest(
            self.source,
            store=self.store,
            publisher=self.publisher,
            archive=self.archive,
            now=self.clock.now,
            detector=self.detector,
            plan_only=plan_only,
            vault=self.vault,
            uploads=uploads,
        )

    def replay(self, run: int) -> RunRecord:
        return replay(
            self.source,
            run,
            store=self.store,
            archive=self.archive,
            vault=self.vault,
            now=self.clock.now,
            detector=self.detector,
        )

    def close(self) -> None:
        self.vault.close()
        self.store.close()

    def published(self, table: str = "project") -> dict[str, str]:
        """Key -> state of the published rows."""
        return {each.row.key: each.state.value for each in self.store.published(self.source.name, table)}

    def editions(self, name: str = "projekte") -> int:
        return len(self.store.editions(name))


def intake(folder: Path) -> Intake:
    clock = Clock(datetime(2026, 11, 1, 4, 0, tzinfo=UTC))
    store = Store(empty_store(folder / "klar.db"), clock=clock)
    (folder / "drop").mkdir()
    guards = Guards(at_least=1, max_shrink=0.4, remove_after=timedelta(days=7), review=Review.NEVER)
    source = SourceConfig(
        name="projekte", title="Projekte", kind="files", url="drop", folder=folder, options={"mapping": "mapping.toml"}, guards=guards
    )
    made = Intake(folder=folder, store=store, clock=clock, source=source, vault=new_vault(folder, clock))
    made.map(MAPPING)
    return made
