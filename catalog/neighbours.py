"""From what a neighbour's catalogue says of a data set, and a person's curation, to its metadata here: pure."""

import re
from dataclasses import replace
from datetime import datetime

from catalog.compose import Identity
from catalog.curation import Curation
from schemas.links import Link, StatedLicence
from schemas.model import Agent, Contact, Dataset, Place, Site, SourceReference, Upstream
from schemas.upstream import UpstreamDataset
from schemas.values import HVD_LEGISLATION, Frequency, Licence, Text

_WEB = re.compile(r"https?://")
_CONTRIBUTOR = re.compile(r"http://dcat-ap\.de/def/contributors/[A-Za-z]\S*")


def compose_neighbours(
    found: UpstreamDataset,
    *,
    name: str,
    catalogue: str,
    site: Site,
    identity: Identity,
    source: SourceReference,
    curation: Curation,
    publisher: Agent,
    modified: datetime,
) -> Dataset:
    """`catalogue`: title of the neighbour's. `publisher`: `publisher_there`, unless a person chose another one."""
    title = curation.title or _german_first(found.title)
    page = found.landing_page or (found.uri if _WEB.match(found.uri) else "")
    return Dataset(
        name=name,
        uuid=identity.uuid,
        number=identity.number,
        title=title,
        description=curation.description or _german_first(found.description, otherwise=title),
        themes=found.themes if curation.themes is None else curation.themes,
        keywords=found.keywords if curation.keywords is None else curation.keywords,
        publisher=publisher,
        contact=curation.contact or Contact(name=found.publisher, url=found.contact_url or page or found.publisher_homepage or source.url),
        licence=curation.licence or _licence(found),
        attribution=found.licence.attribution,
        contributor_id=found.contributor_id if _CONTRIBUTOR.fullmatch(found.contributor_id) else site.contributor_id,
        frequency=found.frequency or Frequency.UNKNOWN,
        temporal=curation.temporal or found.temporal,
        spatial=curation.spatial or _place(found),
        issued=identity.issued,
        modified=modified,
        links=_links(found, curation),
        access_right=found.access_right,
        languages=found.languages,
        provenance=Text(
            de=f"Übernommen aus dem Katalog »{catalogue}«: Beschreibung und Daten stammen von dort, die Daten liegen dort.",
            en=f"Taken over from the catalogue “{catalogue}”: description and data come from there, the data are kept there.",
        ),
        sources=(source,),
        kind="other",
        landing_page=page if curation.landing_page is None else curation.landing_page,
        legislation=_legislation(found) if curation.legislation is None else curation.legislation,
        hvd=curation.hvd or found.hvd,
        upstream=Upstream(uri=found.uri, catalogue=catalogue, issued=found.issued, modified=found.modified, version=found.version),
        curation=curation.notes,
        official=site.official,
        identifiers=tuple(dict.fromkeys(each for each in found.identifiers if each.strip() and each != found.uri)),
    )


def publisher_there(found: UpstreamDataset) -> Agent:
    return Agent(name=found.publisher, homepage=found.publisher_homepage)


def unknown_terms(dataset: Dataset) -> tuple[str, ...]:
    """Terms of use as stated that are in no list; "" for files without any."""
    stated = [each.licence or dataset.licence for each in dataset.links] or [dataset.licence]
    return tuple(dict.fromkeys(each.stated.strip() for each in stated if isinstance(each, StatedLicence) and each.known is None))


def _licence(found: UpstreamDataset) -> Licence | StatedLicence:
    """What is said of the data set, else what all its files agree on."""
    if found.licence:
        return found.licence.known or found.licence
    stated = {each.licence for each in found.links}
    only = stated.pop() if len(stated) == 1 else StatedLicence()
    return only.known or only


def _links(found: UpstreamDataset, curation: Curation) -> tuple[Link, ...]:
    """A licence that a person chose holds for all files."""
    if curation.licence is None:
        return found.links
    return tuple(replace(each, licence=StatedLicence(attribution=each.licence.attribution)) for each in found.links)


def _place(found: UpstreamDataset) -> Place | None:
    if not (found.spatial_title or found.spatial_iris or found.bbox):
        return None
    return Place(title=found.spatial_title or Text(de=""), iris=found.spatial_iris, bbox=found.bbox)


def _legislation(found: UpstreamDataset) -> tuple[str, ...]:
    """The regulation on high-value data sets follows from `hvd`."""
    return tuple(each for each in found.legislation if each != HVD_LEGISLATION)


def _german_first(text: Text, otherwise: Text | None = None) -> Text:
    """Pages, searches and CKAN need something in the first language, whatever that is."""
    if text.de.strip():
        return text
    return Text(de=text.en, en=text.en) if text.en.strip() or otherwise is None else otherwise
