"""Services: klar's own API in the catalogue, and services that deliver a data set."""

from collections.abc import Iterator
from itertools import chain

from pyoxigraph import NamedNode, Triple

from dcat.parts import typed_only
from dcat.terms import Line, addresses, describe, endpoints, nodes, tagged
from dcat.uris import absolute
from dcat.wording import marked
from schemas.links import StatedLicence
from schemas.model import DataService, Site
from schemas.values import AccessRight, Availability, FileFormat, Licence, Text

#: What klar itself offers to programs; the catalogue names it once.
API = DataService(
    name="api",
    title=Text(de="Programmierschnittstelle", en="Programming interface"),
    description=Text(
        de="Datensätze suchen, lesen und in mehreren Formaten abrufen, ohne Anmeldung; beschrieben nach OpenAPI 3.1.",
        en="Search, read and download data sets in several formats, without registration; described in OpenAPI 3.1.",
    ),
    endpoint_url="/api/v1",
    endpoint_description="/api/v1/openapi.json",
    documentation="/api",
    formats=(FileFormat.JSON,),
)


def service_triples(
    service: DataService,
    site: Site,
    uri: str,
    *,
    licence: Licence | StatedLicence,
    official: bool,
    publisher: str,
    contact: str,
    more: tuple[Line, ...] = (),
) -> Iterator[Triple]:
    """One service. It names no data sets (dcat:servesDataset): whoever follows links from one data set would then reach every other.

    `publisher`, `contact`: URIs of nodes that are described elsewhere. Raises InvalidIri.
    """
    pages = addresses("services", absolute(service.documentation, site))
    return chain(
        describe(
            NamedNode(uri),
            "dcat:DataService",
            ("dcterms:title", tagged(service.title)),
            ("dcterms:description", tagged(marked(service.description, official=official))),
            ("dcterms:publisher", nodes(publisher)),
            ("dcat:contactPoint", nodes(contact)),
            ("dcat:endpointURL", endpoints("services", absolute(service.endpoint_url, site))),
            ("dcat:endpointDescription", addresses("services", absolute(service.endpoint_description, site))),
            ("foaf:page", pages),
            ("dcterms:conformsTo", addresses("services", *service.conforms_to)),
            ("dcterms:format", nodes(*(each.iri for each in service.formats))),
            ("dcterms:license", nodes(licence.iri)),
            ("dcterms:accessRights", nodes(AccessRight.PUBLIC.iri)),
            ("dcatap:availability", nodes(Availability.STABLE.iri)),
            *more,
        ),
        typed_only("foaf:Document", pages),
        typed_only("dcterms:Standard", addresses("services", *service.conforms_to)),
    )
