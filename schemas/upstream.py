"""Data sets of other catalogues that klar lists: what is known of them, as their own catalogue says it.

Nothing of their content is held here: they are descriptions with links. A person's address is never taken over: a neighbour's contact is
an office or a page.
"""

from dataclasses import dataclass
from datetime import datetime

from schemas.dates import PartialDate
from schemas.links import UNSTATED, Link, StatedLicence
from schemas.model import Period
from schemas.values import AccessRight, Frequency, HvdCategory, Language, Text, Theme

__all__ = ["TABLE", "UNSTATED", "Link", "StatedLicence", "UpstreamDataset"]


TABLE = "upstream_dataset"  #: of the common model: every row of it is a data set in the catalogue, too


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
    licence: StatedLicence = UNSTATED  #: where the distributions do not say one
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
