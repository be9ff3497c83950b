"""A council information system that speaks OParl 1.0 or 1.1: meetings, decisions and committees, never persons.

Most runs ask for what has changed since the last whole reading (`harvesters.oparl.lists`). What is deleted is named as deleted, or missing
from the next whole list: in klar both are a row that is missing, marked, and gone after `remove_after` (reference:
participation/platforms.md 8).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from harvesters.harvester import Found, SourceConfig
from harvesters.http.paging import web
from harvesters.keys import PREFIX
from harvesters.oparl.lists import Lists
from harvesters.oparl.reading import Choice, System
from harvesters.oparl.records import ItemRecord, MeetingRecord, OrganisationRecord
from harvesters.oparl.rows import Rows
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch
from schemas.row import Quarantined, Row

Wanted = Literal["organisation", "event", "decision"]
Outcome = Literal["adopted", "rejected", "noted", "discussed", "on-agenda", "not-implemented", "unknown"]


class OparlOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", pattern=PREFIX, description="steht vor jeder Kennung; sonst der Name der Quelle")
    tables: tuple[Wanted, ...] = Field(default=("organisation", "event", "decision"), min_length=1, description="was übernommen wird")
    bodies: tuple[str, ...] = Field(default=(), description="nur diese Körperschaften (Name oder Kurzname); ohne: alle")
    organisation_types: tuple[str, ...] = Field(
        default=("Gremium",), description="Organisationen nur dieser Arten (organizationType); leer: alle"
    )
    committees: tuple[str, ...] = Field(default=(), description="Beschlüsse nur dieser Gremien (ihre Namen); ohne: aller")
    keywords: tuple[str, ...] = Field(
        default=(), description="Beschlüsse nur, in deren Titel, Text, Vorlage oder Schlagwörtern eines dieser Wörter vorkommt"
    )
    outcomes: Mapping[str, Outcome] = Field(default_factory=dict, description="Ergebnis in Worten der Quelle -> Code")
    full_every_days: int = Field(default=7, ge=0, le=30, description="so oft wird alles gelesen, dazwischen nur Geändertes; 0: immer alles")


class OparlHarvester:
    """Harvester `oparl`."""

    kind: ClassVar[str] = "oparl"
    Options: ClassVar[type[BaseModel]] = OparlOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web."""
        self._options = OparlOptions.model_validate(dict(source.options))
        if not source.is_remote:
            raise ConfigurationError(f"Quelle {source.name!r}: Ein Ratsinformationssystem hat eine Adresse mit http:// oder https://.")
        self._rows = Rows(
            prefix=self._options.prefix or source.name,
            home=source.url,
            title=source.title,
            outcomes=self._options.outcomes,
            districts=source.districts,
        )

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """Raises SourceError."""
        source = web(fetch)
        options = self._options
        for table in options.tables:
            yield declaration_of_table(table)
        choice = Choice(
            tables=frozenset(options.tables),
            bodies=frozenset(options.bodies),
            types=frozenset(options.organisation_types),
            committees=frozenset(options.committees),
            keywords=options.keywords,
        )
        lists = Lists(source, full_every=timedelta(days=options.full_every_days))
        yield from System(lists, choice).found(source.list("")[0])

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        match record:
            case OrganisationRecord():
                yield self._rows.organisation(record)
            case MeetingRecord():
                yield self._rows.meeting(record)
            case ItemRecord():
                yield self._rows.decision(record)


HARVESTER = OparlHarvester
