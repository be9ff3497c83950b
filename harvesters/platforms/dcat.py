"""A DCAT feed: RDF/XML, Turtle, JSON-LD or N-Triples with Hydra paging, or a data.json.

Pages are parsed in the limited child. One that cannot be read, comes twice or leads nowhere makes the run fail: what a broken feed leaves
out never takes anything away (reference: dcat/harvest-rules.md 2, dcat/pain.md A).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from catalog import limited
from harvesters.catalogues import graphs, project_open_data
from harvesters.catalogues.intake import CatalogueRecord, Intake, require_web
from harvesters.catalogues.rdf import Page, read_page
from harvesters.catalogues.rows import TABLE
from harvesters.catalogues.texts import line
from harvesters.harvester import Found, SourceConfig
from harvesters.http.paging import pages, web
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import SourceError
from schemas.fetch import Fetch, Payload, WebFetch
from schemas.row import Quarantined, Row

_LARGEST = 50 * 1024 * 1024  #: bytes of one page, as ckanext-dcat has it
_MEMORY = limited.GIGABYTE
_SECONDS = 60.0  #: of computing time for one page
_SYNTAXES = {
    "rdf-xml": "application/rdf+xml",
    "turtle": "text/turtle",
    "json-ld": "application/ld+json",
    "n-triples": "application/n-triples",
}
_ACCEPT = (
    "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7, application/json;q=0.6, */*;q=0.1"
)


class DcatOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    syntax: Literal["", "rdf-xml", "turtle", "json-ld", "n-triples", "data.json"] = Field(
        default="", description="Form der Seiten; leer: was die Antwort ist"
    )
    check_total: bool = Field(default=True, description="die Zahl, die der Katalog nennt (hydra:totalItems), muss erreicht werden")
    most_pages: int = Field(default=2_000, ge=1, le=10_000, description="ein Katalog mit mehr Seiten wird nicht gelesen")


class DcatHarvester:
    """Harvester `dcat`."""

    kind: ClassVar[str] = "dcat"
    Options: ClassVar[type[BaseModel]] = DcatOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web."""
        self._options = DcatOptions.model_validate(dict(source.options))
        require_web(source)
        self._source = source

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        first = source.list("")[0]
        intake = Intake(self._source)
        feed = _Feed(self._options)
        yield declaration_of_table(TABLE)
        for payload in pages(source, first, feed.following, get=partial(_get, source), most=self._options.most_pages):
            page = feed.read(payload)
            for number, tree in enumerate(page.trees):
                yield from self._taken(tree, _place(tree, number), payload.url, page, intake)
        feed.require_complete()
        yield from intake.remarks(first)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, CatalogueRecord)  # records() yields no other
        yield record.result(self._source.title)

    def _taken(self, tree: Mapping[str, Any], place: str, origin: str, page: Page, intake: Intake) -> Iterator[CatalogueRecord]:
        if graphs.is_stub(tree):
            intake.leave("stub", "dcat:Dataset", tree.get("@id") or place)
            return
        read = partial(graphs.adopted, fallback=page.publisher or self._source.title)
        yield from intake.take(CatalogueRecord(tree, origin=origin, place=place, read=read), place)


def _place(tree: Mapping[str, Any], number: int) -> str:
    name = tree.get("@id") or next((each["@value"] for each in tree.get("dcterms:title", ()) if "@value" in each), "")
    return f"Datensatz »{line(name)[:200]}«" if name else f"Datensatz Nr. {number + 1} der Seite"


def _get(source: WebFetch, url: str) -> Payload:
    """Into the vault: contact points name persons, and nobody can cut them out of RDF without writing it anew."""
    return source.get(url, keep=_kept, archive=False, accept=_ACCEPT, expected=["xml", "json", "text"])


def _kept(content: bytes) -> bytes:
    """A data.json without its contacts; RDF as it came, because what a parser would leave out nobody can cut out of the text."""
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or len(content) > _LARGEST:
        return content
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return content  # reading it will say what is wrong
    return json.dumps(project_open_data.discreet(answer)).encode() if project_open_data.is_catalogue(answer) else content


class _Feed:
    """Pages of one feed, and whether they are one list together."""

    def __init__(self, options: DcatOptions) -> None:
        self._options = options
        self._uris: set[str] = set()
        self._nameless = 0
        self._total: int | None = None
        self._page: Page | None = None

    def read(self, payload: Payload) -> Page:
        """Raises SourceError."""
        try:
            page = _parsed(payload, self._options)
        except SourceError as error:
            raise SourceError(f"»{payload.url}«: {error.detail}") from error
        described = [each for each in page.trees if not graphs.is_stub(each)]
        self._uris.update(each["@id"] for each in described if each.get("@id"))
        self._nameless += sum(1 for each in described if not each.get("@id"))
        self._total = page.total if page.total is not None else self._total
        self._page = page
        return page

    def following(self, payload: Payload) -> str | None:
        """Raises SourceError for a last page that is none."""
        page = self._page
        assert page is not None  # pages() asks after the page was read
        if not page.next and page.last and page.view and page.last not in (page.view, payload.url):
            raise SourceError(f"»{payload.url}« nennt keine nächste Seite, die letzte ist aber »{page.last[:300]}«.")
        return page.next or None

    def require_complete(self) -> None:
        """Raises SourceError: what is missing from the list is not gone from the catalogue."""
        found = len(self._uris) + self._nameless
        if not found:
            raise SourceError("Der Katalog enthält keinen einzigen Datensatz; nichts davon wird übernommen.")
        if self._options.check_total and self._total is not None and found < self._total:
            raise SourceError(
                f"Der Katalog nennt {self._total} Datensätze, geliefert hat er {found}. Nichts davon wird übernommen; zählt er etwas "
                "anderes mit, hilft check_total = false."
            )


def _parsed(payload: Payload, options: DcatOptions) -> Page:
    if len(payload.content) > _LARGEST:
        raise SourceError(f"Die Seite ist größer als {_LARGEST // 1024**2} MB.")
    if options.syntax == "data.json":
        return _data_json(project_open_data.parsed(payload.content), payload.url)
    syntax = _SYNTAXES.get(options.syntax) or _syntax_of(payload)
    if syntax == "application/ld+json" and not options.syntax:
        answer = project_open_data.parsed(payload.content)
        if project_open_data.is_catalogue(answer):
            return _data_json(answer, payload.url)
    return limited.call(read_page, payload.content, syntax, payload.url, memory=_MEMORY, seconds=_SECONDS)


def _data_json(answer: Any, url: str) -> Page:
    if not project_open_data.is_catalogue(answer):
        raise SourceError("Das ist kein Katalog nach Project Open Data (data.json).")
    trees = tuple(project_open_data.tree_of(each, url.partition("#")[0]) for each in answer["dataset"])
    return Page(trees=trees, publisher="", next="", view="", last="", total=None)


def _syntax_of(payload: Payload) -> str:
    """What the bytes are; what the server says decides only between what looks alike."""
    head = payload.content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"<?xml", b"<rdf:RDF", b"<!--", b"<!DOCTYPE", b"<!doctype")):
        return _SYNTAXES["rdf-xml"]
    if payload.media_type == _SYNTAXES["rdf-xml"] and head.startswith(b"<") and not head.startswith((b"<http", b"<urn:")):
        return _SYNTAXES["rdf-xml"]
    if head.startswith(b"{") or (head.startswith(b"[") and payload.media_type not in (_SYNTAXES["turtle"], _SYNTAXES["n-triples"])):
        return _SYNTAXES["json-ld"]
    return _SYNTAXES["turtle"]  # N-Triples are Turtle, too


HARVESTER = DcatHarvester
