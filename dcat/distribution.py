"""Distributions: the files of the newest edition, what services deliver, and files that lie elsewhere."""

from collections.abc import Iterable
from itertools import chain

from pyoxigraph import NamedNode, Triple

from dcat.parts import agent_triples, availability, contact_triples, file_status, hvd_categories, legislation, statement_triples
from dcat.profiles import Profile
from dcat.service import service_triples
from dcat.terms import Line, addresses, describe, endpoints, german, moment, nodes, tagged, typed
from dcat.uris import (
    absolute,
    access_uri,
    contact_uri,
    distribution_uri,
    link_uris,
    publisher_uri,
    service_uri,
    site_publisher_uri,
    table_schema_url,
)
from dcat.wording import attribution, file_title, link_rights, link_title
from schemas.file_types import file_type
from schemas.links import Link
from schemas.model import DataService, Dataset, Distribution, Site
from schemas.values import media_type_iri


def distribution_uris(dataset: Dataset, uri: str) -> tuple[str, ...]:
    return (
        *(distribution_uri(uri, each) for each in dataset.distributions),
        *(access_uri(uri, each) for each in dataset.services),
        *link_uris(uri, dataset.links),
    )


def distributions_triples(dataset: Dataset, site: Site, profile: Profile, uri: str) -> Iterable[Triple]:
    """Raises InvalidIri."""
    shared = _shared(dataset, site, uri)
    files = (_file(each, dataset, site, profile, uri, shared) for each in dataset.distributions)
    delivered = (_delivered(each, dataset, site, uri, shared) for each in dataset.services)
    linked = (_linked(each, node, dataset, profile) for node, each in zip(link_uris(uri, dataset.links), dataset.links, strict=True))
    return chain(chain.from_iterable(files), chain.from_iterable(delivered), chain.from_iterable(linked))


def _shared(dataset: Dataset, site: Site, uri: str) -> tuple[Line, ...]:
    """What all distributions of a data set say: they are the same data."""
    return (
        ("dcterms:license", addresses("licence", dataset.licence.iri)),
        ("dcatde:licenseAttributionByText", german(attribution(dataset))),
        ("dcterms:rights", nodes(uri + "#rights")),
        ("adms:status", nodes(file_status(dataset))),
        ("dcatap:availability", nodes(availability(dataset))),
        legislation(dataset),
        ("dcterms:language", nodes(*(each.iri for each in dataset.languages))),
        ("dcterms:conformsTo", nodes(table_schema_url(dataset, site))),
        ("dcterms:issued", moment(dataset.issued)),
        ("dcterms:modified", moment(dataset.content_modified or dataset.modified)),
    )


def _file(
    distribution: Distribution, dataset: Dataset, site: Site, profile: Profile, uri: str, shared: tuple[Line, ...]
) -> Iterable[Triple]:
    form = distribution.format
    node = distribution_uri(uri, distribution)
    url = nodes(f"{site.dataset_url(dataset.name)}/data.{form.extension}")
    checksum = profile.checksum(distribution)
    described = describe(
        NamedNode(node),
        "dcat:Distribution",
        ("dcterms:title", tagged(file_title(dataset, distribution))),
        ("dcat:accessURL", url),
        ("dcat:downloadURL", url),  # Konvention 39: a direct download is both
        ("dcterms:format", nodes(form.iri)),
        ("dcat:mediaType", nodes(form.media_type_iri)),
        ("dcat:byteSize", profile.byte_size(distribution.byte_size)),
        ("spdx:checksum", nodes(node + "-checksum" if checksum else "")),
        *shared,
    )
    if checksum is None:
        return described
    return chain(
        described,
        describe(
            NamedNode(node + "-checksum"),
            "spdx:Checksum",
            ("spdx:algorithm", nodes(checksum.algorithm)),
            ("spdx:checksumValue", typed(checksum.value, "xsd:hexBinary")),
        ),
    )


def _linked(link: Link, node: str, dataset: Dataset, profile: Profile) -> Iterable[Triple]:
    """A file that lies elsewhere, under a URI of ours. Of a neighbour's it says what the neighbour says, no more."""
    licence = link.licence or dataset.licence
    own = dataset.upstream is None
    issued, modified = (link.issued or (dataset.issued if own else None), link.modified or (dataset.modified if own else None))
    words = tagged(link_rights(link))
    return chain(
        describe(
            NamedNode(node),
            "dcat:Distribution",
            ("dcterms:title", tagged(link_title(dataset, link))),
            ("dcterms:description", tagged(link.description) if link.description else ()),
            ("dcat:accessURL", addresses("links", link.access_url)),
            ("dcat:downloadURL", addresses("links", link.download_url)),
            ("dcterms:format", nodes(file_type(link))),
            ("dcat:mediaType", nodes(media_type_iri(link.media_type))),
            ("dcat:byteSize", profile.byte_size(link.byte_size) if link.byte_size is not None and link.byte_size >= 0 else ()),
            ("dcterms:license", addresses("licence", licence.iri)),
            ("dcatde:licenseAttributionByText", german(link.licence.attribution or attribution(dataset))),
            ("dcterms:rights", nodes(node + "-rights" if words else "")),
            ("adms:status", nodes(file_status(dataset))),
            ("dcatap:availability", nodes(availability(dataset))),
            legislation(dataset),
            ("dcterms:language", nodes(*(each.iri for each in dataset.languages))),
            ("dcterms:issued", moment(issued) if issued else ()),
            ("dcterms:modified", moment(modified) if modified else ()),
        ),
        statement_triples("dcterms:RightsStatement", node + "-rights", link_rights(link)),
    )


def _delivered(service: DataService, dataset: Dataset, site: Site, uri: str, shared: tuple[Line, ...]) -> Iterable[Triple]:
    """Konvention 41: no download address; the access address is the service's endpoint. A broker answers no portal that asks whether a link
    is alive, and a portal takes away what seems dead: there it is the page that describes it."""
    endpoint = service.endpoint_url if service.endpoint_url.startswith(("http://", "https://", "/")) else service.documentation
    node = service_uri(dataset, uri, service, site)
    return chain(
        describe(
            NamedNode(access_uri(uri, service)),
            "dcat:Distribution",
            ("dcterms:title", tagged(service.title)),
            ("dcat:accessURL", endpoints("services", absolute(service.access_url or endpoint or service.endpoint_url, site))),
            ("dcat:accessService", nodes(node)),
            ("dcterms:format", nodes(service.formats[0].iri)),
            *shared,
        ),
        service_triples(
            service,
            site,
            node,
            licence=dataset.licence,
            official=dataset.official,
            # One that serves several data sets says the same below each, whoever publishes them.
            publisher=site_publisher_uri(site) if service.shared else publisher_uri(dataset, site),
            contact=contact_uri(site) if service.shared else uri + "#contact",
            more=(legislation(dataset), hvd_categories(dataset)),
        ),
        _responsible(site) if service.shared else (),
    )


def _responsible(site: Site) -> Iterable[Triple]:
    return chain(agent_triples(site.publisher, site_publisher_uri(site), site), contact_triples(site.contact, contact_uri(site)))
