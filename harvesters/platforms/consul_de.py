"""The German fork of CONSUL, which most German cities run: one part of it per source, because each part wants another key.

`graphql`: proposals, with a token that goes out without "Bearer". `overview`: projects and phases, with a Bearer token of an ApiClient.
`exports`: the CSV files of its administration, from a drop folder or an address.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from harvesters.consul.addresses import graphql_address, home_address, overview_address, require_web
from harvesters.consul.announcing import announced
from harvesters.consul.connections import Endpoint
from harvesters.consul.exports import Exports, Published
from harvesters.consul.fork import Fork
from harvesters.consul.overview import Overview
from harvesters.consul.rows import CONTRIBUTION, NodeRecord, Rules, Topic
from harvesters.harvester import Found, SourceConfig, require_legal_basis
from harvesters.http.paging import web
from harvesters.keys import PREFIX
from harvesters.record import Record
from schemas.dates import PartialDate
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch
from schemas.row import Quarantined, Row
from schemas.table import Table, common_tables, microdata_tables


def _code_of(table: Table, field: str) -> AfterValidator:
    known = [each.value for each in table.field(field).codes]

    def check(code: str) -> str:
        if code not in known:
            raise ValueError(f"»{code}« ist kein Code; es gibt {', '.join(known)}")
        return code

    return AfterValidator(check)


def _day(text: str) -> str:
    return str(PartialDate(text))


class PublishedOptions(BaseModel):
    """`[[source.options.published]]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(min_length=1, description="Name oder Muster der Datei")
    process: str = Field(min_length=2, description="Kennung des Verfahrens")
    address: str = Field(pattern=r"https?://\S+", description="wo die Stadt genau diese Zahlen veröffentlicht hat")
    as_of: str = Field(default="", description="Stand der Zahlen: 2026, 2026-03 oder 2026-03-12")


class ConsulDeOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: Literal["graphql", "overview", "exports"] = Field(description="welcher Teil der Plattform; für jeden eine Quelle")
    prefix: str = Field(default="", pattern=PREFIX, description="Vorsilbe der Kennungen, in allen Quellen einer Plattform dieselbe")
    process: str = Field(default="", description="Kennung des Verfahrens, zu dem Beiträge gehören, von denen nichts Genaueres bekannt ist")
    processes: dict[str, str] = Field(default={}, description="Nummer oder Name des Projekts auf der Plattform -> Kennung des Verfahrens")
    topics: dict[str, Topic] = Field(default={}, description="Label der Plattform -> Thema (Code der Tabelle Beiträge)")
    project_topics: dict[str, Annotated[str, _code_of(common_tables()["project"], "topic")]] = Field(
        default={}, description="Schlagwort eines Projekts -> Themenfeld (Code der Tabelle Projekte)"
    )
    kinds: dict[str, Annotated[str, _code_of(microdata_tables()[CONTRIBUTION], "kind")]] = Field(
        default={}, description="Stimmung (sentiment) -> Art des Beitrags"
    )
    states: dict[str, Annotated[str, _code_of(microdata_tables()["report"], "state")]] = Field(
        default={}, description="Status einer Mängelmeldung -> Stand"
    )
    categories: dict[str, Annotated[str, _code_of(microdata_tables()["report"], "category")]] = Field(
        default={}, description="Kategorie einer Mängelmeldung -> Kategorie; andere gelten als Sonstiges"
    )
    texts: bool = Field(default=False, description="auch Überschrift und Text der Beiträge lesen; sie liegen dann im Tresor")
    precision: Literal["day", "month"] = Field(default="day", description="wie genau die Einreichung vermerkt wird")
    mode: Literal["digital", "hybrid", "unknown"] = Field(default="unknown", description="Beteiligungsweg der Verfahren")
    page_address: str = Field(default="", description="Adresse der Projektseiten, mit {slug}")
    transport: Literal["get", "post"] = Field(default="get", description="wie GraphQL gefragt wird")
    published: tuple[PublishedOptions, ...] = Field(default=(), description="Dateien, deren Zahlen die Stadt schon veröffentlicht hat")


class ConsulDeHarvester:
    """Harvester `consul-de`."""

    kind: ClassVar[str] = "consul-de"
    Options: ClassVar[type[BaseModel]] = ConsulDeOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError."""
        self._options = options = ConsulDeOptions.model_validate(dict(source.options))
        self._source = source
        self._prefix = options.prefix or source.name
        if options.part != "overview":
            for name in _microdata(options):
                require_legal_basis(source, microdata_tables()[name])
        if options.part != "exports":
            require_web(source)
            self._require_token()
        elif not options.process and not options.processes:
            raise ConfigurationError(
                f"Quelle {source.name!r}: options.process oder options.processes fehlt; Exporte nennen kein Verfahren."
            )

    @property
    def token_scheme(self) -> str:
        return "" if self._options.part == "graphql" else "Bearer"

    def records(self, fetch: Fetch) -> Iterator[Found]:
        options, url = self._options, self._source.url
        if options.part == "overview":
            yield from announced(self._overview.found(web(fetch), overview_address(url)), first=["project"])
        elif options.part == "graphql":
            endpoint = Endpoint(fetch=web(fetch), url=graphql_address(url), post=options.transport == "post")
            yield from announced(self._fork.found(endpoint), first=[CONTRIBUTION])
        else:
            yield from announced(self._exports.found(fetch))

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, NodeRecord)  # records() yields no other
        return record.results()

    def _require_token(self) -> None:
        if not (self._source.token_env or self._source.token_file):
            raise ConfigurationError(
                f"Quelle {self._source.name!r}: Ohne Token (token_env oder token_file) antwortet diese Plattform mit einer leeren Liste."
            )

    @property
    def _rules(self) -> Rules:
        options = self._options
        return Rules(topics=options.topics, texts=options.texts, by_month=options.precision == "month")

    @property
    def _fork(self) -> Fork:
        options = self._options
        return Fork(
            prefix=self._prefix,
            rules=self._rules,
            process=options.process,
            processes=options.processes,
            kinds=options.kinds,
            districts=self._source.districts,
        )

    @property
    def _overview(self) -> Overview:
        return Overview(
            prefix=self._prefix,
            title=self._source.title,
            home=home_address(self._source.url),
            topics=self._options.project_topics,
            page_address=self._options.page_address,
            districts=self._source.districts,
            mode=self._options.mode,
        )

    @property
    def _exports(self) -> Exports:
        options = self._options
        return Exports(
            prefix=self._prefix,
            title=self._source.title,
            rules=self._rules,
            process=options.process,
            processes=options.processes,
            states=options.states,
            categories=options.categories,
            published=tuple(Published(**each.model_dump()) for each in options.published),
            districts=self._source.districts,
            mode=options.mode,
        )


def _microdata(options: ConsulDeOptions) -> tuple[str, ...]:
    """Which of them a folder holds is known only when it is read."""
    return (CONTRIBUTION, "report") if options.part == "exports" else (CONTRIBUTION,)


HARVESTER = ConsulDeHarvester
