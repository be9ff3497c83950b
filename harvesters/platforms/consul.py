"""CONSUL Democracy over its GraphQL interface: contributions for the vault; budgets and milestones for everybody.

Read-only and without a key; no author is ever asked for (platforms.md 1). Polls, legislation and ballots of budgets are not in it.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from harvesters.consul.addresses import graphql_address, home_address, require_web
from harvesters.consul.announcing import announced
from harvesters.consul.connections import Endpoint
from harvesters.consul.mapped import Mapped
from harvesters.consul.rows import NodeRecord, Rules, Topic
from harvesters.consul.upstream import Walking, Wanted
from harvesters.harvester import Found, SourceConfig, require_legal_basis
from harvesters.http.paging import web
from harvesters.keys import PREFIX
from harvesters.record import Record
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch
from schemas.row import Quarantined, Row
from schemas.table import microdata_tables

_PRIVATE = dict.fromkeys(["proposals", "debates", "comments", "investments"], "contribution") | {"votes": "ballot"}


class ConsulOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", pattern=PREFIX, description="Vorsilbe der Kennungen; ohne: der Name der Quelle. Danach nie mehr ändern")
    collections: tuple[Literal["proposals", "debates", "comments", "investments", "votes", "budgets", "milestones"], ...] = Field(
        default=("proposals", "debates", "comments", "budgets", "investments", "milestones"),
        min_length=1,
        description="was gelesen wird; Stimmen (votes) nur auf Wunsch, es sind viele",
    )
    process: str = Field(default="", description="Kennung des Verfahrens, zu dem Beiträge gehören, von denen nichts Genaueres bekannt ist")
    by_tag: dict[str, str] = Field(default={}, description="Schlagwort auf der Plattform -> Kennung des Verfahrens")
    by_budget: dict[str, str] = Field(default={}, description="Nummer des Bürgerhaushalts auf der Plattform -> Kennung des Verfahrens")
    topics: dict[str, Topic] = Field(default={}, description="Schlagwort auf der Plattform -> Thema (Code der Tabelle Beiträge)")
    geozones: dict[str, str] = Field(default={}, description="Name des Gebiets auf der Plattform -> Kennung des Ortsbezirks")
    texts: bool = Field(default=False, description="auch Überschrift und Text der Beiträge lesen; sie liegen dann im Tresor")
    precision: Literal["day", "month"] = Field(default="day", description="wie genau die Einreichung vermerkt wird")
    mode: Literal["digital", "hybrid", "unknown"] = Field(default="unknown", description="Beteiligungsweg der Bürgerhaushalte")
    project: str = Field(default="", description="Kennung des Projekts, zu dem Bürgerhaushalte und Meilensteine gehören")
    licence: str = Field(
        default="",
        description="Lizenz der Texte der Stadt auf der Plattform (Nutzungsbedingungen); ohne sie bleiben Meilensteine ohne Beschreibung",
    )
    transport: Literal["get", "post"] = Field(default="get", description="wie gefragt wird; post, wenn der Server lange Adressen ablehnt")


class ConsulHarvester:
    """Harvester `consul`."""

    kind: ClassVar[str] = "consul"
    Options: ClassVar[type[BaseModel]] = ConsulOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError."""
        options = self._options = ConsulOptions.model_validate(dict(source.options))
        require_web(source)
        self._private = [_PRIVATE[each] for each in options.collections if each in _PRIVATE]
        for name in self._private:
            require_legal_basis(source, microdata_tables()[name])
        own = {"investments"} if {"budgets", "investments"} <= set(options.collections) else set()
        if self._private and not options.process and not {*options.collections} <= {"budgets", "milestones", *own}:
            raise ConfigurationError(f"Quelle {source.name!r}: options.process fehlt; ohne Verfahren kommt kein Beitrag in den Tresor.")
        self._url = graphql_address(source.url)
        rules = Rules(topics=options.topics, texts=options.texts, by_month=options.precision == "month")
        self._mapped = Mapped(
            prefix=options.prefix or source.name,
            title=source.title,
            home=home_address(source.url),
            rules=rules,
            geozones=options.geozones,
            licence=options.licence,
            mode=options.mode,
            project=options.project,
        )

    def records(self, fetch: Fetch) -> Iterator[Found]:
        options = self._options
        endpoint = Endpoint(fetch=web(fetch), url=self._url, post=options.transport == "post")
        wanted = Wanted(
            collections=frozenset(options.collections),
            texts=options.texts,
            texts_of_the_city=bool(options.licence),
            geozones=options.geozones,
            by_tag=options.by_tag,
            by_budget=options.by_budget,
            process=options.process,
            tags=bool(options.by_tag or options.topics),
        )
        yield from announced(Walking(endpoint, wanted, self._mapped).found(), first={*self._private} - {"ballot"})

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, NodeRecord)  # records() yields no other
        return record.results()


HARVESTER = ConsulHarvester
