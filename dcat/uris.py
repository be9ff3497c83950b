"""Every URI klar gives to something, in one place: they are for ever. No title, host, publisher or position is part of one."""

from schemas.model import Agent, DataService, Dataset, Distribution, Series, Site


def catalogue_uri(site: Site) -> str:
    return f"{site.uri_base}/catalog"


def distribution_uri(dataset_uri: str, distribution: Distribution) -> str:
    return f"{dataset_uri}#{distribution.format.extension}"


def service_uri(dataset_uri: str, service: DataService) -> str:
    return f"{dataset_uri}#service-{service.name}"


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
    """Where the Table Schema of the data set stands: in its Data Package."""
    return f"{site.dataset_url(dataset.name)}/datapackage.json"


def absolute(url: str, site: Site) -> str:
    """An address of the model: a path is one of klar itself, wherever that is served."""
    return site.base_url + url if url.startswith("/") else url
