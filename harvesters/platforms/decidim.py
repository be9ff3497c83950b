"""A Decidim: processes, phases, meetings, implementation and budgets become public rows, proposals go to the vault.

Through GraphQL (`form = "graphql"`), or from the ZIP of its open data (`form = "open-data"`), which knows less (reference:
participation/platforms.md 3 and 12).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from harvesters.catalogues.intake import require_web
from harvesters.decidim.comments import zip_of
from harvesters.decidim.export import Choice
from harvesters.decidim.interface import Interface
from harvesters.decidim.opendata import OpenData
from harvesters.decidim.platform import Platform
from harvesters.decidim.rows import Rules
from harvesters.harvester import Found, SourceConfig, require_legal_basis
from harvesters.http.paging import web
from harvesters.keys import PREFIX
from harvesters.nodes import NodeRecord
from harvesters.record import Record
from schemas.fetch import Fetch
from schemas.row import Quarantined, Row
from schemas.table import microdata_tables

Space = Literal["processes", "assemblies", "conferences", "initiatives"]


def _state(code: str) -> str:
    known = [each.value for each in microdata_tables()["contribution"].field("state").codes]
    if code not in known:
        raise ValueError(f"»{code}« ist kein Stand eines Beitrags; es gibt {', '.join(known)}")
    return code


class DecidimOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal["graphql", "open-data"] = Field(default="graphql", description="graphql: über die Schnittstelle; open-data: aus der ZIP")
    prefix: str = Field(default="", pattern=PREFIX, description="steht vor den Nummern der Plattform; ohne: der Name der Quelle")
    spaces: tuple[Space, ...] = Field(default=("processes", "assemblies"), min_length=1, description="welche Räume gelesen werden")
    contributions: bool = Field(default=True, description="Vorschläge in den Tresor übernehmen")
    comments: bool = Field(default=True, description="mit den Vorschlägen auch Kommentare übernehmen; sie stehen nur in den offenen Daten")
    texts: bool = Field(default=False, description="auch Überschrift und Text von Vorschlägen und Kommentaren in den Tresor übernehmen")
    states: Mapping[str, Annotated[str, AfterValidator(_state)]] = Field(
        default_factory=dict, description="eigene Zustände der Plattform und was sie bedeuten"
    )
    page_size: int = Field(default=50, ge=1, le=100, description="Einträge je Seite; Decidim gibt von sich aus höchstens 50")


class DecidimHarvester:
    """Harvester `decidim`."""

    kind: ClassVar[str] = "decidim"
    Options: ClassVar[type[BaseModel]] = DecidimOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options; ConfigurationError for a source that is no address in the web, or that
        does not say why it may hold proposals."""
        self._options = DecidimOptions.model_validate(dict(source.options))
        require_web(source)
        if self._options.contributions:
            require_legal_basis(source, microdata_tables()["contribution"])
        self._source = source

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source, options = web(fetch), self._options
        home = f"{source.list('')[0].partition('?')[0].rstrip('/').removesuffix('/api')}/"
        rules = Rules(
            prefix=options.prefix or self._source.name,
            home=home,
            title=self._source.title,
            states=options.states,
            districts=self._source.districts,
        )
        comments = options.contributions and options.comments
        if options.form == "open-data":
            choice = Choice(contributions=options.contributions, comments=comments, texts=options.texts)
            yield from OpenData(source, rules, kinds=options.spaces, choice=choice).found()
            return
        only_comments = Choice(contributions=False, texts=options.texts, spaces=False)
        yield from Interface(
            Platform(source, f"{home}api", page_size=options.page_size),
            rules,
            kinds=options.spaces,
            contributions=options.contributions,
            texts=options.texts,
            comments=partial(zip_of, source, rules, only_comments) if comments else None,
        ).found()

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, NodeRecord)  # records() yields no other
        return record.results()


HARVESTER = DecidimHarvester
