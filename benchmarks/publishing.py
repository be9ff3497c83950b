"""How long harvesting and publishing 10,000 records take, against merely reading the same files."""

import csv
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.report import Measurement
from benchmarks.site import SITE
from catalog.files import Files
from catalog.plan import Guards, Outcome, Review
from catalog.publish import Publisher
from catalog.store import Store
from dcat.render import renderer
from harvesters.harvester import SourceConfig
from harvesters.run import harvest

RECORDS = 10_000
_MAPPING = """
[[table]]
table = "project"
file = "projects.csv"
dialect = { encoding = "utf-8", delimiter = "," }
[table.columns]
id = "id"
title = "title"
summary = "description"
status = { column = "status", codes = { laufend = "running" } }
start = "start"
note = "note"
source_url = "source_url"
source_date_basis = { constant = "stated" }
smart_city_model_project = { constant = false }
"""


def measure(folder: Path) -> list[Measurement]:
    """Four runs over one catalogue: first, unchanged, one record changed, all changed."""
    world = _World(folder)
    world.write(lambda number: "")
    first = world.seconds(Outcome.OK)
    unchanged = world.seconds(Outcome.UNCHANGED)
    world.write(lambda number: "geändert" if number == RECORDS // 2 else "")
    one = world.seconds(Outcome.OK)
    reading = min(world.reading() for _ in range(5))
    world.write(lambda number: "alles neu")
    every = world.seconds(Outcome.OK)
    return [
        Measurement("harvest of 10,000 records, none published before", first, "s", f"{first / reading:.0f} × reading the file"),
        Measurement("harvest of 10,000 records, none changed", unchanged, "s", f"{unchanged / reading:.0f} × reading the file"),
        Measurement("harvest of 10,000 records, one changed (a whole new edition)", one, "s", f"{one / reading:.0f} × reading the file"),
        Measurement("harvest and publication of 10,000 changed records", every, "s", f"{RECORDS / every:.0f} records a second"),
        Measurement("merely reading the file (csv.DictReader)", reading, "s", ""),
    ]


class _World:
    def __init__(self, folder: Path) -> None:
        (folder / "drop").mkdir(parents=True)
        (folder / "mapping.toml").write_text(_MAPPING, encoding="utf-8")
        self._csv = folder / "drop" / "projects.csv"
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        store = Store(f"sqlite:///{folder / 'klar.db'}", clock=lambda: self._now)
        store.upgrade()
        files, archive = Files(folder / "public"), Files(folder / "archive")
        publisher = Publisher(
            store, files, archive, site=SITE, curation=folder / "curation", renderer=renderer(SITE), clock=lambda: self._now
        )
        source = SourceConfig(name="bench", title="Benchmark", kind="files", url="drop", folder=folder, options={"mapping": "mapping.toml"})
        self._source = replace(source, guards=Guards(review=Review.NEVER))
        self._store, self._publisher, self._archive = store, publisher, archive

    def write(self, note: Callable[[int], str]) -> None:
        with self._csv.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "title", "description", "status", "start", "note", "source_url"])
            for number in range(RECORDS):
                address = f"https://example.org/projekte/{number}"
                text = f"Das Vorhaben mit der Nummer {number} in der Fahrradstraße; Beteiligung läuft."
                rows.writerow([f"projekt-{number}", f"Projekt Nummer {number}", text, "laufend", "2023-06", note(number), address])

    def seconds(self, expected: Outcome) -> float:
        self._now += timedelta(hours=1)
        started = time.perf_counter()
        run = harvest(self._source, store=self._store, publisher=self._publisher, archive=self._archive, now=self._now)
        taken = time.perf_counter() - started
        if run.outcome is not expected:
            raise RuntimeError(f"{run.outcome}: {run.message} {run.findings[:3]}")
        return taken

    def reading(self) -> float:
        started = time.perf_counter()
        with self._csv.open(encoding="utf-8", newline="") as file:
            if sum(1 for _ in csv.DictReader(file)) != RECORDS:
                raise RuntimeError("the file is not whole")
        return time.perf_counter() - started
