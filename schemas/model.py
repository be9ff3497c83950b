"""What klar publishes: frozen data, named after DCAT-AP.de 3.0 (04_classes.md of the specification)."""

from dataclasses import dataclass
from datetime import datetime

from schemas.dates import PartialDate
from schemas.errors import NoTable
from schemas.links import Link, StatedLicence
from schemas.table import Table
from schemas.values import (
    AccessRight,
    Availability,
    FileFormat,
    Frequency,
    GeocodingLevel,
    HvdCategory,
    Language,
    Licence,
    PublisherType,
    Text,
    Theme,
)

_NOTHING = Text(de="")


@dataclass(frozen=True, kw_only=True)
class Successor:
    """The body that took over from another one."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Agent:
    """foaf:Agent: a body, never a person. Bodies are renamed and dissolved; a data set keeps its URI when its publisher changes."""

    name: str
    id: str = ""  #: key of the body in the table of organisations, part of its URI; "": the body behind the site, or an unlisted one
    homepage: str = ""
    type: PublisherType | None = None
    identifiers: tuple[str, ...] = ()  #: permanent IRIs of the body elsewhere
    valid_from: PartialDate | None = None
    valid_to: PartialDate | None = None
    successor: Successor | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """vcard:Kind: a role or office. DCAT-AP.de wants at least one of the two addresses."""

    name: str
    email: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Period:
    """dcterms:PeriodOfTime: at least one end is known."""

    start: PartialDate | None = None
    end: PartialDate | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """dcterms:Location. Coordinates are longitude, latitude in degrees, CRS84."""

    title: Text
    iris: tuple[str, ...] = ()  #: GeoNames, EU place or dcat-ap.de geocoding IRIs of the same place
    bbox: tuple[float, float, float, float] | None = None  #: west, south, east, north
    centroid: tuple[float, float] | None = None
    level: GeocodingLevel | None = None


@dataclass(frozen=True, kw_only=True)
class SourceReference:
    """Where rows of a data set come from: shown in provenance, never part of an address."""

    name: str
    title: str
    url: str = ""  #: empty for drop folders: a path on a city machine concerns nobody
    personal_data: bool = False
    legal_basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """One file of the newest edition. Its URI is `{dataset}#{format.extension}`."""

    format: FileFormat
    byte_size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class DataService:
    """dcat:DataService: a way to ask for data instead of fetching a file. Its URI is `{dataset}#service-{name}`, or, where it serves
    several data sets, `{catalog}#service-{name}`."""

    name: str  #: `[a-z0-9-]+`
    title: Text
    description: Text
    endpoint_url: str  #: absolute, or a path of klar itself
    endpoint_description: str = ""  #: machine-readable, e.g. OpenAPI; absolute, or a path of klar itself
    documentation: str = ""  #: for people; absolute, or a path of klar itself
    formats: tuple[FileFormat, ...]  #: at least one; the first is the format of the distribution that the service delivers
    shared: bool = False  #: one endpoint for several data sets
    access_url: str = ""  #: where this data set is asked for; "": at the endpoint
    conforms_to: tuple[str, ...] = ()  #: IRIs of the standards it keeps to


@dataclass(frozen=True, kw_only=True)
class Series:
    """dcat:DatasetSeries: what data sets with the same subject have in common. Its URI is `{catalog}#series-{name}`."""

    name: str
    title: Text
    description: Text


@dataclass(frozen=True, kw_only=True)
class Removal:
    """The announced end of a data set: until then its files are DEPRECATED."""

    announced: datetime  #: aware
    at: datetime  #: first instant without it, aware
    reason: Text


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """Where a data set is kept that is only listed here: who publishes it says when it changes."""

    uri: str  #: its permanent IRI there, `dct:identifier` here
    catalogue: str  #: title of that catalogue
    issued: PartialDate | None = None  #: there
    modified: datetime | None = None  #: there, aware
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class CurationNote:
    """One field of the metadata that a person set in `curation/NAME.toml`."""

    field: str
    who: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """What all data sets of one installation share: from `[site]` and `[publisher]` of klar.toml."""

    base_url: str  #: where klar is served, without trailing slash
    uri_base: str  #: base of all URIs, without trailing slash, frozen at first publication
    title: str
    publisher: Agent
    contact: Contact
    licence: Licence
    contributor_id: str
    place: Place
    languages: tuple[Language, ...]
    official: bool = False

    def dataset_uri(self, name: str) -> str:
        return f"{self.uri_base}/datasets/{name}"

    def dataset_url(self, name: str) -> str:
        return f"{self.base_url}/datasets/{name}"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """dcat:Dataset: the metadata of one data set in its newest edition. Everything a representation needs is in here.

    A data set has a table in editions (`table`, `distributions`), or is reached by `services` and `links`; one of a neighbour's says so in
    `upstream`.
    """

    name: str  #: permanent, part of the URI
    uuid: str  #: permanent, the CKAN id
    number: int  #: publication number, from 1, never reused; decides the feed page
    title: Text
    description: Text
    table: Table | None = None  #: schema of the published table, provenance columns included; None: klar holds no rows of it
    themes: tuple[Theme, ...]
    keywords: tuple[Text, ...]
    publisher: Agent
    contact: Contact
    licence: Licence | StatedLicence  #: of everything that states no other one
    attribution: str = ""  #: text that a "by" licence wants to be named
    contributor_id: str = ""
    frequency: Frequency
    temporal: Period | None = None
    spatial: Place | None = None  #: None: nobody said
    issued: datetime  #: first publication here, aware
    modified: datetime  #: last change of content or metadata here, aware
    edition: int = 0  #: number of the newest edition, from 1; 0: it has none
    edition_note: Text = _NOTHING
    rows: int = 0
    distributions: tuple[Distribution, ...] = ()
    links: tuple[Link, ...] = ()  #: files beside those of the edition: elsewhere, or named by its rows
    access_right: AccessRight | None = None  #: None: nobody said
    availability: Availability | None = None  #: None: nobody said
    languages: tuple[Language, ...]
    provenance: Text
    sources: tuple[SourceReference, ...] = ()
    kind: str = "table"  #: what the search facet "type" shows: participation, project, sensor, …
    landing_page: str = ""  #: an original page elsewhere, if there is one
    legislation: tuple[str, ...] = ()  #: ELI IRIs, without the one that follows from `hvd`
    hvd: tuple[HvdCategory, ...] = ()  #: not empty: a high-value data set; only a person may say so
    services: tuple[DataService, ...] = ()
    resolution: str = ""  #: time between two values, xsd:duration; "": nobody said, or they come when something happens
    series: Series | None = None
    upstream: Upstream | None = None  #: None: our own
    removal: Removal | None = None  #: its removal is announced
    content_modified: datetime | None = None  #: time of the newest edition, aware; None: as `modified`
    curation: tuple[CurationNote, ...] = ()
    official: bool = False
    identifiers: tuple[str, ...] = ()  #: further identifiers (adms:identifier), mostly IRIs

    @property
    def columns(self) -> Table:
        """Its table, for what only a table can give. Raises NoTable."""
        if self.table is None:
            raise NoTable(self.name, places=tuple(each.download_url or each.access_url for each in self.links))
        return self.table
