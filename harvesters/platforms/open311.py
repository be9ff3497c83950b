"""Reports of defects from a server that speaks Open311 GeoReport v2: rows about single persons, into the vault and nowhere else.

A request that is not named any more was hidden or deleted, nobody says which: its row is marked and leaves. One that lies before the period
asked for is neither (reference: participation/platforms.md 7 and 12). `stats.json` is never asked: it counts unpublished reports, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog.plan import Window
from harvesters.harvester import Found, IntoVault, Remark, SourceConfig, Within, require_legal_basis
from harvesters.http.paging import web
from harvesters.keys import PREFIX
from harvesters.open311.keeping import Keeping
from harvesters.open311.reading import Manner, Paging, Server
from harvesters.open311.rows import TABLE, Rows, position_of
from harvesters.open311.windows import periods
from harvesters.record import Record
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch
from schemas.row import Finding, Quarantined, Row
from schemas.table import microdata_tables

Category = Literal["road", "lighting", "waste", "graffiti", "green", "playground", "traffic", "water", "other"]
_MOST_NAMES = 20


class Open311Options(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", pattern=PREFIX, description="steht vor jeder Kennung; sonst der Name der Quelle")
    jurisdiction_id: str = Field(default="", max_length=200, description="Zuständigkeit, wenn der Server mehrere bedient")
    format: Literal["json", "xml"] = Field(default="json", description="Form der Antworten")
    days: int = Field(default=180, ge=1, le=3650, description="so weit zurück wird gelesen")
    window_days: int = Field(default=90, ge=1, le=90, description="Tage je Anfrage; mehr als 90 beantwortet kein Server")
    reread_days: int = Field(default=7, ge=0, le=30, description="ältere Zeiträume werden so oft neu gelesen; 0: jedes Mal")
    paging: Paging = Field(default="none", description="»offset« für Mark-a-Spot, »page« für Server mit page und page_size")
    page_size: int = Field(default=100, ge=1, le=1000, description="Meldungen je Seite, wenn geblättert wird")
    process: str = Field(default="", pattern=r"([a-z0-9][a-z0-9._:-]{1,127})?", description="Kennung des veröffentlichten Verfahrens")
    categories: Mapping[str, Category] = Field(default_factory=dict, description="service_code oder service_name -> Kategorie")
    texts: bool = Field(default=False, description="auch die Beschreibung in den Tresor nehmen; ausgewertet wird sie nicht")


class Open311Harvester:
    """Harvester `open311`."""

    kind: ClassVar[str] = "open311"
    Options: ClassVar[type[BaseModel]] = Open311Options

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web or does not
        say why it may read of persons."""
        options = self._options = Open311Options.model_validate(dict(source.options))
        if not source.is_remote:
            raise ConfigurationError(f"Quelle {source.name!r}: Ein Mängelmelder hat eine Adresse mit http:// oder https://.")
        require_legal_basis(source, microdata_tables()[TABLE])
        self._rows = Rows(
            prefix=options.prefix or source.name, process=options.process, categories=options.categories, districts=source.districts
        )

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """Raises SourceError."""
        source, options = web(fetch), self._options
        yield IntoVault(table=microdata_tables()[TABLE])
        server = Server(source, source.list("")[0], self._manner)
        now, services = server.services()
        asked = tuple(periods(now.date(), days=options.days, width=timedelta(days=options.window_days)))
        # A day later than the first moment asked for: days are the city's, moments are not.
        since = asked[0].start.date() + timedelta(days=1)
        yield Within(table=TABLE, window=Window(field="reported_on", since=since))
        met = _Met(self._rows, services)
        for period in asked:
            for origin, place, request in server.requests(period, now=now):
                if met.is_new(request):
                    yield met.noted(Record(met.named(request), origin=origin, tables=[TABLE], row=place))
        yield from met.remarks()

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        yield self._rows.report(record)

    @property
    def _manner(self) -> Manner:
        options = self._options
        return Manner(
            form=options.format,
            jurisdiction=options.jurisdiction_id,
            paging=options.paging,
            page_size=options.page_size,
            keeping=Keeping(texts=options.texts),
            reread=timedelta(days=options.reread_days),
        )


class _Met:
    """What one walk has met: which requests, and what a person should hear of them."""

    def __init__(self, rows: Rows, services: Mapping[str, str]) -> None:
        self._rows = rows
        self._services = services
        self._seen: dict[str, Mapping[str, Any]] = {}
        self._unmapped: dict[str, None] = {}
        self._swapped = 0

    def is_new(self, request: Mapping[str, Any]) -> bool:
        """Two periods name what was reported in the moment between them; one that says something else comes through, and is refused."""
        number = str(request.get("service_request_id"))
        known = self._seen.setdefault(number, request)
        return known is request or dict(known) != dict(request)

    def named(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """With the name of its service, which some servers give in the list of services only."""
        name = request.get("service_name") or self._services.get(str(request.get("service_code")))
        return {**request, "service_name": name}

    def noted(self, record: Record) -> Record:
        code, name = record.get("service_code"), record.get("service_name")
        if not self._rows.knows(str(code), str(name)):
            self._unmapped.setdefault(f"{name or 'ohne Namen'} ({code})")
        place = position_of(record.get("long"), record.get("lat"))
        self._swapped += place is not None and place[2]
        return record

    def remarks(self) -> Iterator[Remark]:
        if self._unmapped:
            names = ", ".join(list(self._unmapped)[:_MOST_NAMES])
            yield _remark(
                "unmapped-category", f"Diese Anliegen haben keine Kategorie (options.categories) und zählen als Sonstiges: {names}."
            )
        if self._swapped:
            yield _remark(
                "swapped-position",
                f"Bei {self._swapped} Meldungen stehen Länge und Breite vertauscht in der Quelle; sie sind richtig herum gelesen.",
            )


def _remark(code: str, message: str) -> Remark:
    return Remark(finding=Finding(code=code, message=message, table=TABLE))


HARVESTER = Open311Harvester
