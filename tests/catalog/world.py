"""A small city to publish: one table of benches, one source, a clock that stands still until a test moves it."""

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog import formats
from catalog.entries import Applied
from catalog.files import Files
from catalog.plan import Guards, Intake, Plan, PlanState, Review, SeenTable
from catalog.planning import make_plan, settle_keys
from catalog.press import NOTICE, Content, FileWriter
from catalog.publish import Publisher
from catalog.rendering import SYNTAXES, Rendered, Renderer
from catalog.store import Store
from catalog.vault import Vault
from catalog.vault import tables as vault_tables
from schemas.declaration import Declaration
from schemas.model import Agent, Contact, Dataset, Place, Site, SourceReference
from schemas.personal_data import Detector
from schemas.row import Finding, Quarantined, Row, Value
from schemas.table import Disclosure, Field, Table
from schemas.values import FileFormat, Frequency, Language, Licence, Text, Theme

START = datetime(2026, 11, 22, 4, 0, 0, tzinfo=UTC)
NO_GUARDS = Guards(at_least=0, max_shrink=1.0, remove_after=timedelta(days=7), review=Review.NEVER)
SOURCE = SourceReference(name="gruenamt", title="Grünflächenamt")


def _field(name: str, **more: object) -> Field:
    title = Text(de=name.title(), en=name.title())
    return Field(name=name, type="string", title=title, description=title, disclosure=Disclosure.PUBLIC, **more)  # type: ignore[arg-type]  # test shorthand


BENCHES = Table(
    name="bench",
    title=Text(de="Bänke", en="Benches"),
    description=Text(de="Sitzbänke der Stadt", en="Benches of the city"),
    fields=(_field("id", required=True), _field("place"), _field("built", kind="partial-date")),
    key=("id",),
)


def declaration(name: str = "baenke", table: str = "bench", **more: object) -> Declaration:
    own = replace(BENCHES, name=table)
    content: dict[str, object] = {
        "name": name,
        "table": own,
        "title": Text(de="Bänke", en="Benches"),
        "description": Text(de="Alle Sitzbänke", en="All benches"),
        "themes": (Theme.ENVIRONMENT,),
        "keywords": (Text(de="Bank", en="bench"),),
        "frequency": Frequency.WEEKLY,
        "kind": "other",
        "provenance": Text(de="Vom Amt gezählt", en="Counted by the office"),
        "temporal_fields": ("built",),
        **more,
    }
    return Declaration(**content)  # type: ignore[arg-type]  # test shorthand


def site(**more: object) -> Site:
    content: dict[str, object] = {
        "base_url": "http://127.0.0.1:8000",
        "uri_base": "http://127.0.0.1:8000",
        "title": "Offene Daten",
        "publisher": Agent(name="Stadt Kaiserslautern"),
        "contact": Contact(name="Offene Daten", email="opendata@example.org"),
        "licence": Licence.DL_ZERO_2,
        "contributor_id": "http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
        "place": Place(title=Text(de="Kaiserslautern")),
        "languages": (Language.GERMAN, Language.ENGLISH),
        **more,
    }
    return Site(**content)  # type: ignore[arg-type]  # test shorthand


def renderer(key: str = "r1", refuse: Callable[[Dataset], bool] = lambda dataset: False) -> Renderer:
    """Bytes that change with everything a reader sees; refuses what `refuse` says."""

    def render(dataset: Dataset) -> Rendered:
        if refuse(dataset):
            return Rendered(fragments={}, findings=(Finding(code="shape", message="Form verletzt."),))
        digest = hashlib.sha256(repr(dataset).encode()).hexdigest()
        return Rendered(fragments={syntax: f"{dataset.name} {syntax} {key} {dataset.edition} {digest}".encode() for syntax in SYNTAXES})

    return Renderer(key=key, render=render)


def two_formats(table: Table, rows: Sequence[Mapping[str, Value]], about: formats.About) -> Mapping[str, Content]:
    """CSV and JSON only: the rest costs time and shows nothing new about publishing."""
    return {
        each.extension: Content(content=formats.write(each, table, rows, about=about), media_type=each.media_type)
        for each in (FileFormat.CSV, FileFormat.JSON)
    }


def bench(key: str, place: str = "Stadtpark", built: str | None = None, *, table: str = "bench", origin: str = "baenke.csv") -> Row:
    return Row(table=table, key=key, values={"id": key, "place": place, "built": built}, origin=origin)


def database_url(server: str, name: str) -> str:
    """`postgresql://user:@/postgres?host=…` with another database, for SQLAlchemy's psycopg 3."""
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}".replace("postgresql://", "postgresql+psycopg://", 1)


def vault_url(url: str) -> str:
    """The vault beside a store on PostgreSQL: another schema, another role."""
    return url.replace("//postgres:", "//klar_vault:", 1) + "&options=-csearch_path%3Dvault"


def vault_bytes(vault: Vault) -> str:
    """Everything a vault can be made to say: each value of each table, unpacked."""
    said = []
    with vault.database.read() as connection:
        for each in vault_tables.metadata.sorted_tables:
            for values in connection.execute(each.select()):
                said += [zlib.decompress(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in values]
    return "\n".join(said)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


@dataclass
class World:
    """Store, folders and publisher of one installation; `harvest` does what a run does, without fetching."""

    store: Store
    folder: Path
    clock: Clock
    renderer: Renderer = field(default_factory=renderer)
    site: Site = field(default_factory=site)
    write_files: FileWriter = two_formats
    detector: Detector | None = None
    run: int = 0
    vault: Vault | None = None
    notice: timedelta = NOTICE

    @property
    def files(self) -> Files:
        return Files(self.folder / "files")

    @property
    def archive(self) -> Files:
        return Files(self.folder / "archive")

    @property
    def curation(self) -> Path:
        return self.folder / "curation"

    @property
    def publisher(self) -> Publisher:
        return Publisher(
            self.store,
            self.files,
            self.archive,
            site=self.site,
            curation=self.curation,
            renderer=self.renderer,
            clock=self.clock,
            write_files=self.write_files,
            vault=self.vault,
            detector=self.detector,
            notice=self.notice,
        )

    def plan(
        self,
        rows: Sequence[Row],
        *,
        of: Declaration | None = None,
        source: SourceReference = SOURCE,
        quarantined: tuple[Quarantined, ...] = (),
        guards: Guards = NO_GUARDS,
        complete: bool = True,
        findings: tuple[Finding, ...] = (),
    ) -> Plan:
        self.run += 1
        of = of or declaration()
        name = of.table.name
        raw = SeenTable(declaration=of, rows=tuple(rows), quarantined=quarantined, complete=complete)
        seen, repeated = settle_keys(raw, taken=self.store.taken(source.name, name), withdrawn=self.store.withdrawn(name))
        return make_plan(
            Intake(source=source, run=self.run, at=self.clock(), tables=(seen,), findings=(*findings, *repeated)),
            published={name: self.store.published(source.name, name)},
            known_datasets=self.store.known_datasets([of.name]),
            guards=guards,
            base=self.store.fingerprint(source.name),
        )

    def save(self, plan: Plan) -> int:
        return self.store.save_plan(plan, PlanState.HELD if plan.holds else PlanState.PROPOSED)

    def harvest(self, *rows: Row, of: Declaration | None = None, source: SourceReference = SOURCE, **more: object) -> Applied:
        plan = self.plan(rows, of=of, source=source, **more)  # type: ignore[arg-type]  # test shorthand
        return self.publisher.apply(self.save(plan))

    def content(self, name: str = "baenke", number: int | None = None) -> str:
        edition = self.store.editions(name)[0] if number is None else self.store.edition(name, number)
        return self.files.read(edition.files["csv"].sha256).decode()
