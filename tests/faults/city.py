"""Three sources of one city, published: a drop folder, files in the web, and pages in the web. Two of them share a data set."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.settings import load
from api.web.app import create_app
from api.wiring import public_services, store_of
from catalog.entries import QuarantineItem
from catalog.plan import PublishedRow, RunRecord
from catalog.store import Store
from harvesters.http.limits import Limits
from tests.api.places import new_installation
from tests.faults.child import CANARY, SECONDS, TIGHT, Errand, harvest, in_child
from tests.faults.paged import registered
from tests.harvesters.http.servers import Script, Server, reply

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SOURCES = ("ablage", "netz", "seiten")
#: Table that a source's rows are in, and the data set they appear in.
TABLES = {"ablage": ("event", "project"), "netz": ("project",), "seiten": ("organisation",)}
DATASETS = {"event": "veranstaltungen", "project": "projekte", "organisation": "organisationen"}
SYNTAXES = ("ttl", "rdf", "jsonld", "nt")
#: Key -> state and values.
Rows = Mapping[str, tuple[str, Mapping[str, Any]]]
#: Stands in rows; a message that holds it quotes rows.
CONTENT = "Quittenhain"
CONFIG = """
[[source]]
name = "ablage"
title = "Ablage der Stadt"
kind = "files"
url = "drop/ablage"
review = "never"
max_shrink = 0.2
[source.options]
mapping = "mappings/ablage.toml"

[[source]]
name = "netz"
title = "Projektserver"
kind = "files"
url = "http://127.0.0.1:{port}/netz/"
review = "never"
max_shrink = 0.2
remove_after = "7d"
allow_private = ["127.0.0.1"]
token_env = "NETZ_TOKEN"
[source.options]
mapping = "mappings/netz.toml"

[[source]]
name = "seiten"
title = "Vereinsregister"
kind = "test-pages"
url = "http://localhost:{port}/seiten/?page=1"
review = "never"
max_shrink = 0.2
allow_private = ["localhost"]
[source.options]
most = 1000000000
"""
PROJECT_MAPPING = """
[[table]]
table = "project"
file = "projekte.csv"
[table.columns]
id = "id"
title = "titel"
status = {{ column = "stand", codes = {{ "läuft" = "running", "fertig" = "completed" }} }}
{website}
"""
EVENT_MAPPING = """
[[table]]
table = "event"
file = "termine.csv"
[table.columns]
id = "id"
title = "titel"
start = { column = "tag", parse = "date" }
mode = { constant = "analog" }
source_date_basis = { constant = "stated" }
"""


def projects(prefix: str, count: int, *, without: tuple[int, ...] = ()) -> list[dict[str, str]]:
    return [
        {
            "id": f"{prefix}{number:02}",
            "titel": f"{CONTENT} {number}",
            "stand": "läuft" if number % 2 else "fertig",
            "webseite": f"https://example.org/{prefix}/{number}",
        }
        for number in range(1, count + 1)
        if number not in without
    ]


def csv(rows: list[dict[str, str]], columns: tuple[str, ...] = ("id", "titel", "stand", "webseite")) -> str:
    return "\n".join([",".join(columns), *(",".join(each.get(column, "") for column in columns) for each in rows), ""])


def page(numbers: range, following: str | None, total: int = 9) -> dict[str, Any]:
    results = [{"id": f"v{number}", "name": f"Verein {CONTENT} {number}"} for number in numbers]
    return {"results": results, "next": following, "total": total}


def as_json(content: object) -> Script:
    return reply(json.dumps(content), Content_Type="application/json")


def pages(*contents: dict[str, Any]) -> Script:
    """Page by its number in the query."""
    scripts = [as_json(each) for each in contents]

    def script(line: Any, request: Any) -> bool:
        number = int(request.target.partition("page=")[2] or 1)
        return scripts[number - 1](line, request)

    return script


@dataclass
class City:
    """`serve` and `drop` say what the sources hold; `harvest` asks them all."""

    folder: Path
    server: Server
    routes: dict[str, Script]
    now: datetime = START
    records: dict[str, RunRecord] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "klar.toml"

    # --- what the sources hold -------------------------------------------------------------------------------------------

    def well(self, **titles: str) -> None:
        """As the sources should be. `ablage="…"` renames the first row of that source."""
        own, web, first = projects("a", 3), projects("n", 10), page(range(1, 4), "?page=2")
        own[0]["titel"] = titles.get("ablage", own[0]["titel"])
        web[0]["titel"] = titles.get("netz", web[0]["titel"])
        first["results"][0]["name"] = titles.get("seiten", first["results"][0]["name"])
        self.drop("projekte.csv", csv(own, ("id", "titel", "stand")))
        self.drop("termine.csv", f"id,titel,tag\ne1,Fest,12.06.2026\ne2,Markt {CONTENT},13.06.2026\n")
        self.serve("projekte.csv", csv(web))
        self.routes["/seiten/"] = pages(first, page(range(4, 7), "?page=3"), page(range(7, 10), None))

    def drop(self, name: str, content: str | bytes) -> None:
        path = self.folder / "drop" / "ablage" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def serve(self, name: str, content: str | bytes | Script) -> None:
        self.routes[f"/netz/{name}"] = content if callable(content) else reply(content, Content_Type="text/csv")

    def permit(self, line: str) -> None:
        """One more line in the section of the source `netz`."""
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text.replace('token_env = "NETZ_TOKEN"', f'token_env = "NETZ_TOKEN"\n{line}'), encoding="utf-8")

    def forbid(self) -> None:
        """The configuration as it was."""
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(
            "".join(line for line in text.splitlines(keepends=True) if not line.startswith("follow_hosts")), encoding="utf-8"
        )

    def demand(self, line: str) -> None:
        """One more line in the mapping of the source `netz`."""
        path = self.folder / "mappings" / "netz.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("[[table]]", f"[[table]]\n{line}"), encoding="utf-8")

    def say_secret_by_file(self, name: str) -> None:
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text.replace('token_env = "NETZ_TOKEN"', f'token_file = "{name}"'), encoding="utf-8")
        (self.folder / name).write_text(f"{CANARY}\n", encoding="utf-8")

    def lose_folder(self) -> None:
        shutil.rmtree(self.folder / "drop" / "ablage")

    # --- what klar does --------------------------------------------------------------------------------------------------

    def errand(self, *, limits: Limits = TIGHT, sources: Sequence[str] = SOURCES, **more: Any) -> Errand:
        return Errand(config=self.config, sources=sources, now=self.now, limits=limits, **more)

    def harvest(self, *, days: float = 1, limits: Limits = TIGHT, seconds: float = SECONDS, **more: Any) -> Mapping[str, RunRecord]:
        """All sources, in a child with caps."""
        self.now += timedelta(days=days)
        self.records = {each.source: each for each in in_child(harvest, self.errand(limits=limits, **more), seconds=seconds)}
        return self.records

    @contextmanager
    def store(self) -> Iterator[Store]:
        with registered():
            store = store_of(load(self.config, {}), clock=lambda: self.now)
        try:
            yield store
        finally:
            store.close()

    # --- what is there ---------------------------------------------------------------------------------------------------

    def rows(self, source: str) -> Rows:
        with self.store() as store:
            found: list[PublishedRow] = [each for table in TABLES[source] for each in store.published(source, table)]
        return {each.row.key: (each.state.value, dict(each.row.values)) for each in found}

    def quarantine(self) -> list[QuarantineItem]:
        with self.store() as store:
            return list(store.quarantine())

    def holds(self) -> list[tuple[str, str]]:
        """(source, reason) of every plan that waits."""
        with self.store() as store:
            return [(each.plan.source.name, hold.reason.value) for each in store.plans() for hold in each.plan.holds]

    @contextmanager
    def reader(self) -> Iterator[Callable[[], dict[str, str]]]:
        """The public server, started once and asked whenever. What it gives: address -> SHA-256 of what a reader gets there: records,
        files of every edition, feed pages, changes. Every one must be there, and every file must be what its name says."""
        with registered():
            services = public_services(load(self.config, {}).public(), clock=lambda: self.now)

        def read() -> dict[str, str]:
            addresses = [*(f"/catalog.{each}?page=1" for each in SYNTAXES), "/api/v1/changes"]
            files: set[str] = set()
            for entry in services.store.datasets():
                name = entry.dataset.name
                addresses += [f"/datasets/{name}.{each}" for each in SYNTAXES]
                for edition in services.store.editions(name):
                    addresses.append(f"/datasets/{name}/editions/{edition.number}/data.csv")
                    files |= {each.sha256 for each in edition.files.values()}
            for sha in files:
                assert sha256(services.files.read(sha)).hexdigest() == sha
            return {address: _digest(client, address) for address in addresses} | {f"file {each}": each for each in files}

        try:
            with TestClient(create_app(services), base_url="http://127.0.0.1:8000") as client:  # one event loop for all questions
                yield read
        finally:
            services.store.close()

    def catalogue(self) -> dict[str, str]:
        """What a reader gets who comes now."""
        with self.reader() as read:
            return read()


def _digest(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return sha256(answer.content).hexdigest()


def build(folder: Path, server: Server, routes: dict[str, Script]) -> City:
    """Configured, harvested once and published."""
    new_installation(folder)
    with (folder / "klar.toml").open("a", encoding="utf-8") as file:
        file.write(CONFIG.format(port=server.port))
    mappings = folder / "mappings"
    ablage = PROJECT_MAPPING.format(website="") + EVENT_MAPPING
    (mappings / "ablage.toml").write_text(ablage, encoding="utf-8")
    (mappings / "netz.toml").write_text(PROJECT_MAPPING.format(website='website = "webseite"'), encoding="utf-8")
    city = City(folder=folder, server=server, routes=routes)
    city.well()
    records = city.harvest(days=0)
    assert {each.outcome.value for each in records.values()} == {"ok"}, records
    return city


def copied(template: City, folder: Path) -> City:
    """The same, to be broken."""
    shutil.copytree(template.folder, folder)
    city = City(folder=folder, server=template.server, routes=template.routes)
    city.routes.clear()
    city.well()
    return city
