"""A DIPAS through its Participatory Data Specification: projects become processes, contributions go to the vault (reference:
participation/platforms.md 4 and 12)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from harvesters.catalogues.intake import require_web
from harvesters.catalogues.texts import plain
from harvesters.dipas.reading import (
    CONTRIBUTION,
    CONTRIBUTION_SKIPPED,
    PROJECT,
    PROJECT_SKIPPED,
    TEXTS,
    contributions_at,
    kept,
    projects_at,
    properties_in,
)
from harvesters.harvester import Found, IntoVault, SourceConfig, Unreadable, require_legal_basis
from harvesters.http.paging import web
from harvesters.keys import PREFIX, key_of
from harvesters.nodes import NodeRecord, day, row_of, web_address, words
from harvesters.parts import require_own
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import MissingField, RecordError, SourceError, WrongValue
from schemas.fetch import Fetch, Payload, WebFetch
from schemas.row import Finding, Quarantined, Row
from schemas.table import microdata_tables

_TABLE = "contribution"
#: What DIPAS writes where a term is missing.
_NONE = "none"
#: Rubrics as German instances name them -> code of `contribution.kind`; cities name their own.
_KINDS = {
    "idee": "idea",
    "ideen": "idea",
    "vorschlag": "idea",
    "frage": "question",
    "fragen": "question",
    "kritik": "objection",
    "kommentar": "comment",
}


def _code(field: str, code: str) -> str:
    known = [each.value for each in microdata_tables()[_TABLE].field(field).codes]
    if code not in known:
        raise ValueError(f"»{code}« gibt es nicht; es gibt {', '.join(known)}")
    return code


Kind = Annotated[str, AfterValidator(partial(_code, "kind"))]
Topic = Annotated[str, AfterValidator(partial(_code, "topic"))]


class DipasOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", pattern=PREFIX, description="steht vor den Kürzeln der Plattform; ohne: der Name der Quelle")
    projects: tuple[str, ...] = Field(default=(), description="nur diese Verfahren (ihre Kürzel in DIPAS); ohne: alle")
    contributions: bool = Field(default=True, description="Beiträge in den Tresor übernehmen")
    texts: bool = Field(default=False, description="auch Überschrift und Text der Beiträge in den Tresor übernehmen")
    kinds: Mapping[str, Kind] = Field(default_factory=dict, description="Beitragsarten der Plattform und was sie bedeuten")
    topics: Mapping[str, Topic] = Field(default_factory=dict, description="Kategorien der Plattform und zu welchem Thema sie gehören")


class DipasHarvester:
    """Harvester `dipas`."""

    kind: ClassVar[str] = "dipas"
    Options: ClassVar[type[BaseModel]] = DipasOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options; ConfigurationError for a source that is no address in the web, or that
        does not say why it may hold contributions."""
        self._options = DipasOptions.model_validate(dict(source.options))
        require_web(source)
        if self._options.contributions:
            require_legal_basis(source, microdata_tables()[_TABLE])
        self._source = source
        self._prefix = self._options.prefix or source.name
        self._kinds = _KINDS | {name.lower(): code for name, code in self._options.kinds.items()}

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        address = projects_at(source.list("")[0])
        payload = _list(source, address, PROJECT, PROJECT_SKIPPED, archive=True)
        projects = [each for each in properties_in(payload.content, address) if self._is_wanted(each)]
        if not projects:
            raise SourceError(f"»{address}«: Die Plattform nennt kein einziges Verfahren; nichts davon wird übernommen.")
        yield declaration_of_table("process")
        for each in projects:
            key = self._key(each.get("id"))
            yield NodeRecord(each, origin=payload.url, table="process", key=key, rows=self._process)
            if self._options.contributions:
                yield from self._contributions(source, address, each, key) if key else [_nobodys(payload.url)]

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, NodeRecord)  # records() yields no other
        return record.results()

    def _is_wanted(self, project: Mapping[str, object]) -> bool:
        return not self._options.projects or project.get("id") in self._options.projects

    def _key(self, number: object) -> str:
        """ "" for what has no usable id: it could be any."""
        try:
            return key_of(self._prefix, number) if isinstance(number, (str, int)) else ""
        except RecordError:
            return ""

    def _contributions(self, source: WebFetch, projects: str, project: Mapping[str, object], process: str) -> Iterator[Found]:
        """A project whose contributions cannot be read costs only itself."""
        address = contributions_at(projects, str(project["id"]))
        taken = CONTRIBUTION | TEXTS if self._options.texts else CONTRIBUTION
        try:
            payload = _list(source, address, taken, CONTRIBUTION_SKIPPED, archive=False)
            found = list(properties_in(payload.content, address))
            if not found and project.get("hasParticipatoryText"):
                raise SourceError(f"»{address}« ist leer, obwohl das Verfahren Beiträge nennt.")
        except SourceError as error:
            require_own(error)
            yield Unreadable(
                finding=Finding(code="contributions", message=error.detail, origin=address, table=_TABLE),
                tables=(_TABLE,),
                others_count=True,
            )
            return
        if found:
            yield IntoVault(table=microdata_tables()[_TABLE])
        for each in found:
            key = f"{process}/{each.get('id')}"
            yield NodeRecord(each, origin=payload.url, table=_TABLE, key=key, rows=partial(self._contribution, process=process))

    def _process(self, record: Record) -> Iterator[Row]:
        """Raises RecordError."""
        record.skip("hasParticipatoryText")
        key, title = self._key(record.get("id")), words(record, "nameFull")
        if not key or not title:
            raise MissingField("»nameFull«" if key else "»id«")
        website = web_address(record, "website")
        yield row_of(
            "process",
            {
                "id": key,
                "title": title,
                "mode": "digital",
                "method": "map-marking",
                "legal_kind": "informal",  # PDS covers informal participation (platforms.md 4)
                "start": _day(record, "dateStart"),
                "end": _day(record, "dateEnd"),
                "website": website,
                "participate_url": website,
                "source_title": self._source.title,
            },
            origin=record.origin,
            source_url=website or "",
        )

    def _contribution(self, record: Record, *, process: str) -> Iterator[Row]:
        """No place: `district_id` is where a person says to live, not where a pin stands. Raises RecordError."""
        number = record.get("id")
        if not isinstance(number, (str, int)) or isinstance(number, bool):
            raise WrongValue("»id«")
        kind, category = _term(record, "contributionType"), _term(record, "category")
        yield row_of(
            _TABLE,
            {
                "id": str(number),
                "process_id": process,
                "kind": self._kinds.get(kind.lower(), "other"),
                "topic": self._options.topics.get(category),
                "state": "open",
                "submitted_on": _day(record, "dateCreated"),
                "channel": "online",
                "title": words(record, "title"),
                "text": _prose(record.get("contributionContent")),
            },
            origin=record.origin,
        )


def _nobodys(address: str) -> Unreadable:
    message = "Ein Verfahren hat keine Kennung; seine Beiträge sind nicht zu lesen, und keiner gilt als verschwunden."
    finding = Finding(code="contributions", message=message, origin=address, table=_TABLE)
    return Unreadable(finding=finding, tables=(_TABLE,), others_count=True)


def _list(source: WebFetch, address: str, taken: Collection[str], skipped: Collection[str], *, archive: bool) -> Payload:
    """Raises SourceError. Never with `noCache`: that makes the server build every answer anew."""
    keep = partial(kept, address, taken, skipped)
    return source.get(address, keep=keep, archive=archive, accept="application/json", expected=["json"])


def _term(record: Record, name: str) -> str:
    """ "" for a missing term, which DIPAS calls `none`. Raises WrongValue."""
    said = words(record, name) or ""
    return "" if said.lower() == _NONE else said


def _day(record: Record, name: str) -> str | None:
    return day(record, name) if _term(record, name) else None


def _prose(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise WrongValue("»contributionContent«")
    return plain(value or "") or None


HARVESTER = DipasHarvester
