"""What each template is given: one frozen dataclass a page. A test holds its fields and the template's to be the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.web.reported import Group
from api.web.sensors.shapes import Drawing
from catalog.difference import Difference
from catalog.entries import Edition
from schemas.model import Dataset
from schemas.table import Field
from schemas.values import Text


@dataclass(frozen=True, kw_only=True)
class Card:
    """A data set in a list."""

    name: str
    title: Text
    summary: Text
    kind: str
    modified: datetime
    rows: int
    catalogue: str  #: title of the one it was taken from; "" for our own
    formats: tuple[str, ...]
    licence: Text


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value of a facet."""

    label: str
    count: int
    link: str  #: path and query with this value switched
    active: bool


@dataclass(frozen=True, kw_only=True)
class Facet:
    title: str
    choices: tuple[Choice, ...]
    open: bool  #: shown unfolded


@dataclass(frozen=True, kw_only=True)
class Link:
    label: str
    link: str
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class StartPage:
    total: int  #: data sets
    rows: int  #: of all data sets
    modified: datetime | None  #: last publication
    kinds: tuple[Choice, ...]
    newest: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    query: str
    total: int
    number: int  #: of this result page, from 1
    pages: int
    cards: tuple[Card, ...]
    facets: tuple[Facet, ...]
    chips: tuple[Link, ...]  #: what is selected, with the address without it
    sorts: tuple[Link, ...]
    kept: tuple[tuple[str, str], ...]  #: parameters that a new search keeps
    previous: str  #: address, "" on the first page
    next: str
    suggestion: Link | None  #: another spelling that finds something
    relaxed: bool  #: no data set has all words; these have some
    json: str  #: address of the same search as JSON
    wish: str  #: mailto


@dataclass(frozen=True, kw_only=True)
class Download:
    format: str  #: for people
    key: str  #: extension, also names what it is good for
    path: str
    size: int | None  #: bytes; None when it is made on request


@dataclass(frozen=True, kw_only=True)
class Preview:
    fields: tuple[Field, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    field: Field
    type: str  #: key of the text that says what it is
    key: bool  #: part of the primary key
    reference: str  #: data set that it refers to, or ""
    example: str


@dataclass(frozen=True, kw_only=True)
class EditionLine:
    edition: Edition
    before: int | None  #: the edition that the difference is to; None for the first or where one is withdrawn


@dataclass(frozen=True, kw_only=True)
class Snippet:
    title: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Service:
    """A way to ask for the values."""

    title: Text
    description: Text
    address: str
    documentation: str  #: for people; "" when there is none elsewhere


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What the page of a data set says of its stations beside its rows."""

    freshness: str  #: sentence; "" when no run has seen a value
    stale: bool
    looked: str  #: sentence; "" as `freshness`
    resolution: str  #: time between two values in words, "" when nobody says
    units: tuple[str, ...]
    map: Drawing | None
    stations: Link
    history: Link | None  #: to the data set of collected values, where there is one
    services: tuple[Service, ...]
    examples: tuple[Snippet, ...]
    source_examples: tuple[Snippet, ...]


@dataclass(frozen=True, kw_only=True)
class DatasetPage:
    dataset: Dataset
    lead: Text  #: first sentence of the description
    rest: Text  #: the others
    period: str  #: temporal coverage in words, or ""
    downloads: tuple[Download, ...]
    months: tuple[Download, ...]  #: of a data set of collected values, newest first
    month_examples: tuple[Snippet, ...]
    preview: Preview
    own_columns: tuple[Column, ...]
    provenance_columns: tuple[Column, ...]
    checked: datetime
    waiting: int  #: rows in the Prüfliste
    missing: int
    stale: int
    editions: tuple[EditionLine, ...]  #: the newest
    edition_count: int
    citation: str
    bibtex: str
    snippets: tuple[Snippet, ...]
    report: str  #: mailto
    uri: str
    reading: tuple[Link, ...]  #: the same rows as pages for people, and as a calendar
    structured: str  #: schema.org as JSON-LD, safe in a script element
    layer: Layer | None  #: of a data set whose rows name stations


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A file that lies elsewhere."""

    title: Text
    description: Text | None
    address: str
    format: str  #: "" when nobody said
    size: int | None  #: bytes; None when nobody said
    licence: Text
    licence_url: str  #: "" when there is nothing to read


@dataclass(frozen=True, kw_only=True)
class ListedPage:
    """A data set without a table here."""

    dataset: Dataset
    lead: Text  #: first sentence of the description
    rest: Text  #: the others
    period: str  #: temporal coverage in words, or ""
    catalogue: str  #: title of the one it was taken from; "" for our own
    changed: datetime | None  #: where it is kept; None when nobody said
    links: tuple[Elsewhere, ...]
    citation: str
    uri: str
    structured: str  #: schema.org as JSON-LD, safe in a script element


@dataclass(frozen=True, kw_only=True)
class EditionsPage:
    dataset: Dataset
    editions: tuple[EditionLine, ...]


@dataclass(frozen=True, kw_only=True)
class DifferencePage:
    dataset: Dataset
    before: Edition
    after: Edition
    difference: Difference
    added: Preview
    removed: Preview
    changed: tuple[tuple[str, str, str, str], ...]  #: key, column, before, after
    changed_cells: int  #: all of them
    limit: int  #: most rows shown of each kind


@dataclass(frozen=True, kw_only=True)
class ReportedPage:
    figures: int
    subjects: int
    competing: tuple[Group, ...]
    sections: tuple[tuple[str, tuple[Group, ...]], ...]  #: title and groups
    datasets: tuple[Link, ...]
    citation: str


@dataclass(frozen=True, kw_only=True)
class SourceState:
    title: str
    url: str
    state: str  #: fresh, late, never
    last: datetime | None
    expected: str  #: in words
    values: str  #: how fresh the values of its sensors are, in words; "" when there are none
    values_late: bool  #: of some layer no values come any more


@dataclass(frozen=True, kw_only=True)
class StatusPage:
    sources: tuple[SourceState, ...]
    datasets: Sequence[Dataset]


@dataclass(frozen=True, kw_only=True)
class CataloguePage:
    total: int
    pages: int
    size: int  #: most data sets on a page
    feeds: tuple[tuple[str, str], ...]  #: name of the syntax, absolute address


@dataclass(frozen=True, kw_only=True)
class ParameterLine:
    name: str
    meaning: str
    values: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    path: str
    summary: str
    parameters: tuple[ParameterLine, ...]


@dataclass(frozen=True, kw_only=True)
class ApiPage:
    operations: tuple[Operation, ...]
    errors: tuple[tuple[int, str, Text], ...]  #: status, code, title
    example: str  #: name of a data set that exists


@dataclass(frozen=True, kw_only=True)
class LegalPage:
    name: str
    html: str  #: rendered from the operator's Markdown, without raw HTML
    written: bool  #: False: the operator has not given this page


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    status: int
    title: Text
    detail: Text
    allowed: Mapping[str, str]  #: parameter -> what it takes
