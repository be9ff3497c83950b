"""A small published catalogue for the web tests: real store, real publisher, real formats and real RDF.

Its rows are invented, but for the figures on which sources disagree; some cells and titles try to break out of the page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.web.services import LEGAL_PAGES, PublicServices, PublicSource
from catalog.files import Files
from catalog.plan import Guards, Intake, Outcome, PlanState, Review, RunRecord, SeenTable
from catalog.planning import make_plan
from catalog.publish import Publisher
from catalog.rendering import Renderer
from catalog.search import Search
from catalog.store import Store
from dcat.render import renderer
from schemas.declaration import Declaration, city_wide, declaration_of_table
from schemas.model import Agent, Contact, Site, SourceReference
from schemas.place import KAISERSLAUTERN
from schemas.row import Quarantined, Row, Value
from schemas.table import common_tables
from schemas.values import Language, Licence
from tests.stores import empty_store

START = datetime(2026, 11, 20, 3, 0, 0, tzinfo=UTC)
NO_GUARDS = Guards(at_least=0, max_shrink=1.0, remove_after=timedelta(0), review=Review.NEVER)
SOURCE = SourceReference(name="klmitwirkung", title="Beteiligungsplattform KLmitWirkung", url="https://klmitwirkung.example/")
CANARY = "<script>alert('klar')</script>"
BASE_URL = "https://daten.example"


def site(**more: object) -> Site:
    content: dict[str, object] = {
        "base_url": BASE_URL,
        "uri_base": BASE_URL,
        "title": "Offene Daten Kaiserslautern",
        "publisher": Agent(name="Stadt Kaiserslautern", homepage="https://www.kaiserslautern.de/"),
        "contact": Contact(name="Offene Daten", email="opendata@example.org"),
        "licence": Licence.DL_ZERO_2,
        "contributor_id": "http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
        "place": KAISERSLAUTERN,
        "languages": (Language.GERMAN, Language.ENGLISH),
        **more,
    }
    return Site(**content)  # type: ignore[arg-type]  # test shorthand


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


def row(table: str, key: str, /, **values: Value) -> Row:
    """A row with every field of its table; those not given are empty. `source_url` is that of the row."""
    source_url = str(values.pop("source_url", ""))
    names = common_tables()[table].field_names
    unknown = set(values) - set(names)
    assert not unknown, unknown
    return Row(table=table, key=key, values={name: {"id": key, **values}.get(name) for name in names}, source_url=source_url)


@dataclass
class World:
    """One installation below a folder. `harvest` does what a run does, without fetching."""

    folder: Path
    clock: Clock
    site: Site
    renderer: Renderer
    run: int = 0
    database: str = ""  #: URL of a migrated one; "": a file below the folder

    def __post_init__(self) -> None:
        self.store = Store(self.database or empty_store(self.folder / "klar.db"), clock=self.clock)
        self.files = Files(self.folder / "files")
        self.publisher = Publisher(
            self.store,
            self.files,
            Files(self.folder / "archive"),
            site=self.site,
            curation=self.folder / "curation",
            renderer=self.renderer,
            clock=self.clock,
        )

    def harvest(self, *rows: Row, of: Declaration, quarantined: tuple[Quarantined, ...] = (), source: SourceReference = SOURCE) -> None:
        """Publish exactly these rows of one table."""
        self.run += 1
        table = of.table.name
        seen = SeenTable(declaration=of, rows=rows, quarantined=quarantined)
        plan = make_plan(
            Intake(source=source, run=self.run, at=self.clock(), tables=(seen,)),
            published={table: self.store.published(source.name, table)},
            known_datasets=self.store.known_datasets(),
            guards=NO_GUARDS,
            base=self.store.fingerprint(source.name),
        )
        applied = self.publisher.apply(self.store.save_plan(plan, PlanState.PROPOSED))
        assert not applied.refused, applied.refused

    def services(self, **more: object) -> PublicServices:
        content: dict[str, object] = {
            "site": self.site,
            "store": self.store,
            "files": self.files,
            "search": Search(self.folder / "search"),
            "renderer": self.renderer,
            "legal": {name: self.folder / f"{name}.md" for name in LEGAL_PAGES},
            "sources": SOURCES,
            "clock": self.clock,
            **more,
        }
        return PublicServices(**content)  # type: ignore[arg-type]  # test shorthand

    def close(self) -> None:
        self.store.close()


SOURCES = (
    PublicSource(
        name="klmitwirkung",
        title="Beteiligungsplattform KLmitWirkung",
        schedule="0 4 * * *",
        expected_interval=timedelta(days=1),
        url="https://klmitwirkung.example/",
    ),
    PublicSource(name="stadtrat", title="Ratsinformationen", schedule="0 5 * * 1", expected_interval=timedelta(days=7)),
    PublicSource(name="einmalig", title="Von Hand gepflegte Listen"),
)


def new_world(
    folder: Path, the_site: Site | None = None, *, make_renderer: Callable[[Site], Renderer] = renderer, database: str = ""
) -> World:
    the_site = the_site or site()
    world = World(folder=folder, clock=Clock(), site=the_site, renderer=make_renderer(the_site), database=database)
    for name in LEGAL_PAGES[:-1]:
        (folder / f"{name}.md").write_text(
            f"<!-- klar: Vorlage -->\n\n# {name.title()}\n\nDies ist eine **Vorlage**. {CANARY}\n", encoding="utf-8"
        )
    return world


def fill(world: World) -> None:
    """Five data sets; `projekte` in three editions."""
    _projects(world)
    _processes(world)
    _events(world)
    _stations(world)
    _figures(world)
    _finish_run(world, "klmitwirkung", world.clock() - timedelta(hours=3))


def _projects(world: World) -> None:
    declared = declaration_of_table("project")
    common = {"source_date": "2023-06", "source_date_basis": "inferred", "source_title": "Stadt Kaiserslautern"}
    garden = row(
        "project", "theatergarten", title="Theatergarten", summary="Begegnungsort vor dem Pfalztheater", status="running", start="2023",
        source_url="https://www.kaiserslautern.de/theatergarten", **common,
    )  # fmt: skip
    cycle = row("project", "fahrradstrasse", title="Fahrradstraße", summary="Bäume und Räder", status="planned", start="2024-05", **common)
    script = row("project", "einschub", title=f"Einschub {CANARY}", summary='"><img src=x onerror=alert(1)>', status="unknown", **common)
    world.harvest(garden, cycle, of=declared)
    world.clock.now += timedelta(days=1)
    world.harvest(replace(garden, values={**garden.values, "status": "completed", "end": "2026-10-01"}), cycle, script, of=declared)
    world.clock.now += timedelta(days=1)
    more = [row("project", f"vorhaben-{n:02}", title=f"Vorhaben {n}", status="planned", **common) for n in range(12)]
    world.harvest(replace(garden, values={**garden.values, "status": "completed", "end": "2026-10-01"}), script, *more, of=declared)


def _processes(world: World) -> None:
    rows = (
        row(
            "process", "ruetschhofstrasse-2023", title="Rütschhofstraße", mode="digital", method="survey", participants=893,
            qualifier="exact", source_title="Rheinpfalz", source_date="2023-11", source_date_basis="inferred",
            source_url="https://www.rheinpfalz.example/ruetschhof",
        ),
        row(
            "process", "theatergarten-entwurf-2023", title="Theatergarten, Entwurf", mode="hybrid", method="vote", votes=800,
            qualifier="mixed", note="800 Stimmen: ob alle für den Sieger, ist mehrdeutig", source_date_basis="unknown",
        ),
    )  # fmt: skip
    held = Quarantined(table="process", key="klein", digest="0" * 64, findings=(), acceptable=True)
    world.harvest(*rows, of=declaration_of_table("process"), quarantined=(held,))
    world.store.save_quarantine(SOURCE.name, world.run, (held,), ("process",))


def _events(world: World) -> None:
    world.harvest(
        row(
            "event", "einwohnerversammlung-2020", title="Einwohnerversammlung", start="2020-02-13", mode="analog", attendees=250,
            qualifier="min", source_title="nachrichten-kl", source_date="2020-02", source_date_basis="stated",
            source_url="https://nachrichten-kl.example/versammlung",
        ),
        of=declaration_of_table("event"),
    )  # fmt: skip


def _stations(world: World) -> None:
    world.harvest(
        row(
            "station", "waschmuehle-wasser", station_id="waschmuehle", name="Waschmühle Wassertemperatur", operator="Stadt Kaiserslautern",
            observed_property="Wassertemperatur", unit="°C", unit_basis="assumed", longitude=7.76278, latitude=49.46028, status="active",
            source_date_basis="unknown", live_url="https://waschmuehle.example/",
        ),
        of=declaration_of_table("station"),
    )  # fmt: skip


def _figures(world: World) -> None:
    common: Mapping[str, Value] = {
        "subject_kind": "event", "subject_id": "einwohnerversammlung-2020", "subject": "Einwohnerversammlung", "measure": "participants",
        "unit": "persons", "source_date_basis": "stated",
    }  # fmt: skip
    world.harvest(
        row(
            "figure",
            "ev-1",
            **{**common, "value": 300, "qualifier": "max", "asserted_by": "herzlich-digital.de", "source_date": "2020-02-14"},
        ),
        row(
            "figure",
            "ev-2",
            **{
                **common,
                "value": 300,
                "qualifier": "min",
                "asserted_by": "Jahresrückblick 2020",
                "source_date": "2020-12",
                "source_url": "javascript:alert(1)",
            },
        ),
        of=declaration_of_table("figure"),
    )


def _finish_run(world: World, source: str, at: datetime) -> None:
    number = world.store.start_run(source, source)
    world.store.finish_run(
        RunRecord(id=number, source=source, started_at=at, finished_at=at, outcome=Outcome.OK, message="", counts={}, findings=())
    )


assert set(city_wide()) >= {"projekte", "beteiligungsverfahren", "veranstaltungen", "messstellen", "berichtete-zahlen"}
