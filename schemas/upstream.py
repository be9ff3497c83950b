"""Data sets of other catalogues that klar lists: what is known of them, as their own catalogue says it.

Nothing of their content is held here: they are descriptions with links. A person's address is never taken over: a neighbour's contact is
an office or a page.
"""

from dataclasses import dataclass
from datetime import datetime

from schemas.dates import PartialDate
from schemas.model import Period
from schemas.values import AccessRight, FileFormat, Frequency, HvdCategory, Language, Licence, Text, Theme


@dataclass(frozen=True, kw_only=True)
class StatedLicence:
    """What a foreign catalogue says about the terms of use."""

    known: Licence | None = None  #: mapped by table; None: not in the list, `stated` stays as it is and is reported
    stated: str = ""  #: IRI or name as it was given
    attribution: str = ""  #: text that wants to be named


@dataclass(frozen=True, kw_only=True)
class Link:
    """dcat:Distribution somewhere else."""

    access_url: str
    title: Text | None = None
    description: Text | None = None
    download_url: str = ""
    format: FileFormat | None = None  #: where it is one that klar knows
    stated_format: str = ""  #: IRI or word as it was given
    media_type: str = ""  #: as in the header of HTTP, without parameters
    licence: StatedLicence = StatedLicence()
    byte_size: int | None = None
    uri: str = ""  #: of the distribution in its own catalogue; "": it has none
    issued: datetime | None = None  #: aware
    modified: datetime | None = None  #: aware


@dataclass(frozen=True, kw_only=True)
class UpstreamDataset:
    """dcat:Dataset of another catalogue."""

    uri: str  #: its permanent IRI there: the key, and `dct:identifier` here
    name: str = ""  #: its short name there, e.g. CKAN's; a wish for the name here
    title: Text
    description: Text
    publisher: str  #: name of the body
    publisher_homepage: str = ""
    contact_url: str = ""
    landing_page: str = ""  #: where people read about it in its own catalogue
    themes: tuple[Theme, ...] = ()
    keywords: tuple[Text, ...] = ()
    licence: StatedLicence = StatedLicence()  #: where the distributions do not say one
    frequency: Frequency | None = None
    temporal: Period | None = None
    spatial_title: Text | None = None
    spatial_iris: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None  #: west, south, east, north; degrees, CRS84
    languages: tuple[Language, ...] = ()
    access_right: AccessRight | None = None
    hvd: tuple[HvdCategory, ...] = ()
    legislation: tuple[str, ...] = ()
    contributor_id: str = ""
    identifiers: tuple[str, ...] = ()  #: further ones: literals or IRIs
    version: str = ""
    issued: PartialDate | None = None
    modified: datetime | None = None  #: aware; there, not here
    links: tuple[Link, ...] = ()
