"""A DIPAS through its Participatory Data Specification: projects become processes, contributions go to the vault (reference:
participation/platforms.md 4 and 12)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catalog.plan import Part
from harvesters.catalogues.intake import require_web
from harvesters.catalogues.texts import plain
from harvesters.dipas.reading import (
    COMMENTS,
    CONTRIBUTION,
    CONTRIBUTION_SKIPPED,
    PROJECT,
    PROJECT_SKIPPED,
    TEXTS,
    kept,
    list_of,
    projects_at,
    properties_in,
)
from harvesters.harvester import Found, IntoVault, Parted, Remark, SourceConfig, Unreadable, require_legal_basis
from harvesters.http.paging import web
from harvesters.keys import PREFIX, key_of
from harvesters.naming import shown
from harvesters.nodes import NodeRecord, day, listed, row_of, web_address, words
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
    comments: bool = Field(default=True, description="mit den Beiträgen auch Kommentare übernehmen, zu Beiträgen und zu Entwürfen")
    texts: bool = Field(default=False, description="auch Überschrift und Text von Beiträgen und Kommentaren in den Tresor übernehmen")
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
        if self._options.contributions:
            yield Parted(table=_TABLE, parts=tuple(self._parts(projects)))
        for each in projects:
            key = self._key(each.get("id"))
            yield NodeRecord(each, origin=payload.url, table="process", key=key, rows=self._process)
            if self._options.contributions:
                yield from self._contributions(source, address, each, key) if key else [_nobodys(payload.url)]

    def _parts(self, projects: Sequence[Mapping[str, object]]) -> Iterator[Part]:
        """A project that became internal gives an empty list with status 200: its contributions are not gone."""
        for each in projects:
            if key := self._key(each.get("id")):
                yield Part(title=f"Verfahren {key}", field="process_id", begins=key, exact=True)
        if self._options.comments:
            yield Part(title="Kommentare", field="id", begins="comment-")

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
        """A list that cannot be read costs only itself. Comments come with what they are about; whether the list that has them names what
        nobody commented on, too, is unconfirmed, so what is missing from it is looked for in the list of all."""
        comments = self._options.comments
        number = str(project["id"])
        named = {str(each) for each in listed(project.get("hasParticipatoryText"))}
        taken = CONTRIBUTION | (TEXTS if self._options.texts else frozenset())
        seen: set[str] = set()
        if comments:
            address = list_of(projects, number, "commentedcontributions")
            yield from self._listed(source, address, taken | frozenset(COMMENTS[:1]), process, seen)
        if not comments or named - seen:
            yield from self._listed(source, list_of(projects, number, "contributions"), taken, process, seen, must=bool(named))
        if comments:
            yield from self._listed(source, list_of(projects, number, "conception_comments"), frozenset(COMMENTS[1:]), process, seen)

    def _listed(
        self, source: WebFetch, address: str, taken: frozenset[str], process: str, seen: set[str], *, must: bool = False
    ) -> Iterator[Found]:
        """`seen`: numbers of contributions that came already; this list adds its own. `must`: the project says that there are some."""
        try:
            payload = _list(source, address, taken, CONTRIBUTION_SKIPPED, archive=False, texts=self._options.texts)
            found = list(properties_in(payload.content, address))
            if must and not found:
                raise SourceError(f"»{address}« ist leer, obwohl das Verfahren Beiträge nennt.")
        except SourceError as error:
            require_own(error)
            hint = " Gibt es dort keine Kommentare: options.comments = false." if self._options.comments else ""
            finding = Finding(code="contributions", message=f"{error.detail}{hint}", origin=address, table=_TABLE)
            yield Unreadable(finding=finding, tables=(_TABLE,), others_count=True)
            return
        if found:
            yield IntoVault(table=microdata_tables()[_TABLE])
        for each in found:
            fields = {name: value for name, value in each.items() if name not in COMMENTS}
            if "id" in taken and _number(each) not in seen:
                key = f"{process}/{each['id']}" if _number(each) else ""
                rows = partial(self._contribution, process=process)
                yield NodeRecord(fields, origin=payload.url, table=_TABLE, key=key, rows=rows)
            elif "id" not in taken:
                yield from _unknown(fields, payload.url)
            yield from _comments(each, process, payload.url)
        seen |= {_number(each) for each in found if "id" in taken}

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
        if not _is_number(number):
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
                "text": _prose(record, "contributionContent"),
            },
            origin=record.origin,
        )


def _nobodys(address: str) -> Unreadable:
    message = "Ein Verfahren hat keine Kennung; seine Beiträge sind nicht zu lesen, und keiner gilt als verschwunden."
    finding = Finding(code="contributions", message=message, origin=address, table=_TABLE)
    return Unreadable(finding=finding, tables=(_TABLE,), others_count=True)


def _unknown(fields: Mapping[str, object], origin: str) -> Iterator[Remark]:
    """Of what lies around comments on drafts, and is no record."""
    for name in fields:
        message = f"Das Feld »{shown(name)}« wird weder übernommen noch übergangen."
        yield Remark(finding=Finding(code="unread-field", message=message, origin=origin, table=_TABLE, field=shown(name)))


def _comments(found: Mapping[str, object], process: str, origin: str) -> Iterator[Record]:
    for comment in (comment for name in COMMENTS for comment in listed(found.get(name))):
        assert isinstance(comment, dict)  # kept as such
        number = comment.get("id")
        key = f"{process}/comment-{number}" if _is_number(number) else ""
        yield NodeRecord(comment, origin=origin, table=_TABLE, key=key, rows=partial(_comment, process=process))


def _comment(record: Record, *, process: str) -> Iterator[Row]:
    """Comments count on their own, apart from contributions. Raises RecordError."""
    number = record.get("id")
    if not _is_number(number):
        raise WrongValue("»id«")
    yield row_of(
        _TABLE,
        {
            "id": f"comment-{number}",
            "process_id": process,
            "kind": "comment",
            "state": "open",
            "submitted_on": _day(record, "dateCreated"),
            "channel": "online",
            "title": words(record, "title"),
            "text": _prose(record, "commentContent"),
        },
        origin=record.origin,
    )


def _number(contribution: Mapping[str, object]) -> str:
    """ "" for one that nobody could find again."""
    return str(contribution["id"]) if _is_number(contribution.get("id")) else ""


def _is_number(found: object) -> bool:
    return isinstance(found, (str, int)) and not isinstance(found, bool) and found != ""


def _list(
    source: WebFetch, address: str, taken: Collection[str], skipped: Collection[str], *, archive: bool, texts: bool = False
) -> Payload:
    """Raises SourceError. Never with `noCache`: that makes the server build every answer anew."""
    keep = partial(kept, address, taken, skipped, texts=texts)
    return source.get(address, keep=keep, archive=archive, accept="application/json", expected=["json"])


def _term(record: Record, name: str) -> str:
    """ "" for a missing term, which DIPAS calls `none`. Raises WrongValue."""
    said = words(record, name) or ""
    return "" if said.lower() == _NONE else said


def _day(record: Record, name: str) -> str | None:
    return day(record, name) if _term(record, name) else None


def _prose(record: Record, name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise WrongValue(f"»{name}«")
    return plain(value or "") or None


HARVESTER = DipasHarvester
