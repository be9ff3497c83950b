"""Every URI klar gives to something, in one place: they are for ever. No title, host, publisher or position is part of one."""

import hashlib
from collections import Counter

from schemas.links import Link
from schemas.model import Agent, DataService, Dataset, Distribution, Series, Site


def catalogue_uri(site: Site) -> str:
    return f"{site.uri_base}/catalog"


def distribution_uri(dataset_uri: str, distribution: Distribution) -> str:
    return f"{dataset_uri}#{distribution.format.extension}"


def link_uris(dataset_uri: str, links: tuple[Link, ...]) -> tuple[str, ...]:
    """One for each link. They hang on what the file is called where it lies, so that neither order nor titles matter."""
    seen: Counter[str] = Counter()
    found = []
    for each in links:
        key = each.uri or "\n".join((each.access_url, each.download_url, each.format.code if each.format else each.stated_format))
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        seen[digest] += 1
        found.append(f"{dataset_uri}#link-{digest}" + (f"-{seen[digest]}" if seen[digest] > 1 else ""))
    return tuple(found)


def service_uri(dataset: Dataset, dataset_uri: str, service: DataService, site: Site) -> str:
    """One that serves several data sets has one URI for all of them, unless their licences differ: a service has one."""
    if not service.shared:
        return f"{dataset_uri}#service-{service.name}"
    own = "" if dataset.licence == site.licence else "-" + hashlib.sha256(dataset.licence.iri.encode()).hexdigest()[:6]
    return f"{catalogue_uri(site)}#service-{service.name}{own}"


def contact_uri(site: Site) -> str:
    """The office behind the catalogue."""
    return f"{catalogue_uri(site)}#contact"


def access_uri(dataset_uri: str, service: DataService) -> str:
    """The distribution that a service delivers."""
    return f"{dataset_uri}#access-{service.name}"


def record_uri(dataset_uri: str) -> str:
    return f"{dataset_uri}#record"


def series_uri(series: Series, site: Site) -> str:
    return f"{catalogue_uri(site)}#series-{series.name}"


def organisation_uri(id_: str, site: Site) -> str:
    """A body of the table of organisations: the same URI below every data set and after every change of names."""
    return f"{catalogue_uri(site)}#organisation-{id_}"


def publisher_uri(dataset: Dataset, site: Site) -> str:
    """A listed body has a URI of its own, so has the body behind the site; any other one gets one below its data set."""
    if dataset.publisher.id:
        return organisation_uri(dataset.publisher.id, site)
    return site_publisher_uri(site) if dataset.publisher == site.publisher else site.dataset_uri(dataset.name) + "#publisher"


def site_publisher_uri(site: Site) -> str:
    publisher: Agent = site.publisher
    return organisation_uri(publisher.id, site) if publisher.id else catalogue_uri(site) + "#publisher"


def table_schema_url(dataset: Dataset, site: Site) -> str:
    """Where the Table Schema of the data set stands: in its Data Package; "" for a data set without table."""
    return "" if dataset.table is None else f"{site.dataset_url(dataset.name)}/datapackage.json"


def absolute(url: str, site: Site) -> str:
    """An address of the model: a path is one of klar itself, wherever that is served."""
    return site.base_url + url if url.startswith("/") else url
