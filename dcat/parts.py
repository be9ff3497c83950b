"""What catalogue, data sets, files and services have in common: bodies, contacts, places, periods, statements, legislation."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from pyoxigraph import NamedNode, Triple

from dcat.namespaces import URI_SCHEME, URN_SCHEME, term
from dcat.terms import Line, addresses, clean, describe, german, mailbox, nodes, partial_date, plain, tagged, typed
from dcat.uris import organisation_uri
from schemas.model import Agent, Contact, Dataset, Period, Place, Site
from schemas.values import HVD_LEGISLATION, Availability, DistributionStatus, Text

#: How a URI begins (RFC 3986, 3.1).
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")


def agent_triples(agent: Agent, uri: str, site: Site) -> Iterable[Triple]:
    """A body, with the years it existed in and the body that took over, if they are known (no vocabulary of DCAT-AP has words for it)."""
    successor = agent.successor
    later = organisation_uri(successor.id, site) if successor else ""
    described = describe(
        NamedNode(uri),
        "foaf:Agent",
        ("foaf:name", german(agent.name)),
        ("foaf:homepage", addresses("publisher", agent.homepage)),
        ("dcterms:type", nodes(agent.type.iri if agent.type else "")),
        ("dcterms:identifier", plain(*agent.identifiers)),
        ("schema:foundingDate", partial_date(agent.valid_from)),
        ("schema:dissolutionDate", partial_date(agent.valid_to)),
        ("dcterms:isReplacedBy", nodes(later)),
    )
    if successor is None:
        return described
    return chain(described, describe(NamedNode(later), "foaf:Agent", ("foaf:name", german(successor.name))))


def contact_triples(contact: Contact, uri: str) -> Iterable[Triple]:
    return describe(
        NamedNode(uri),
        "vcard:Kind",
        ("vcard:fn", german(contact.name)),
        ("vcard:hasEmail", mailbox("contact", contact.email)),
        ("vcard:hasURL", addresses("contact", contact.url)),
    )


def place_triples(place: Place, uri: str) -> Iterable[Triple]:
    """One node with name and shape, and a type for each IRI of the same place, which the official shapes ask for."""
    return chain(
        describe(
            NamedNode(uri),
            "dcterms:Location",
            ("skos:prefLabel", tagged(place.title)),
            ("dcat:bbox", typed(_polygon(place.bbox), "geo:wktLiteral")),
            ("dcat:centroid", typed(f"POINT({_position(*place.centroid)})" if place.centroid else "", "geo:wktLiteral")),
        ),
        typed_only("dcterms:Location", addresses("spatial", *place.iris)),
    )


def is_known(period: Period | None) -> bool:
    return period is not None and (period.start is not None or period.end is not None)


def period_triples(period: Period | None, uri: str) -> Iterable[Triple]:
    if period is None or not is_known(period):
        return iter(())
    return describe(
        NamedNode(uri),
        "dcterms:PeriodOfTime",
        ("dcat:startDate", partial_date(period.start)),
        ("dcat:endDate", partial_date(period.end)),
    )


def legislation(dataset: Dataset) -> Line:
    """What obliges somebody to keep these data; for high-value data sets the regulation that makes them so."""
    hvd = HVD_LEGISLATION if dataset.hvd else ""
    return "dcatap:applicableLegislation", [*addresses("legislation", *dataset.legislation), *nodes(hvd)]


def hvd_categories(dataset: Dataset) -> Line:
    return "dcatap:hvdCategory", nodes(*(each.iri for each in dataset.hvd))


def availability(dataset: Dataset) -> str:
    """Its IRI, "" when nobody said. What is about to leave is not planned to stay."""
    found = dataset.availability if dataset.removal is None else Availability.TEMPORARY
    return found.iri if found else ""


def file_status(dataset: Dataset) -> str:
    """IRI of the status of its files; "" for a neighbour's, of which nobody said anything, until it is announced to go."""
    if dataset.removal is not None:
        return DistributionStatus.DEPRECATED.iri
    return DistributionStatus.COMPLETED.iri if dataset.upstream is None else ""


def statement_triples(type_: str, uri: str, text: Text) -> Iterable[Triple]:
    words = tagged(text)
    return describe(NamedNode(uri), type_, ("rdfs:label", words)) if words else iter(())


def typed_only(type_: str, subjects: Iterable[NamedNode]) -> Iterable[Triple]:
    """What the official shapes want to know about a node that is described elsewhere: its class."""
    return (Triple(each, term("rdf:type"), term(type_)) for each in subjects)


def further_identifiers(dataset: Dataset, uri: str) -> Iterator[tuple[str, str, str]]:
    """(node, notation, datatype of the notation): the CKAN id, and what the data set is called elsewhere."""
    if dataset.uuid:
        yield uri + "#uuid", f"urn:uuid:{dataset.uuid}", URN_SCHEME
    for number, each in enumerate(filter(None, map(clean, dataset.identifiers)), start=1):
        yield f"{uri}#identifier-{number}", each, URI_SCHEME if _SCHEME.match(each) else "xsd:string"


def identifier_triples(dataset: Dataset, uri: str) -> Iterator[Triple]:
    for node, notation, scheme in further_identifiers(dataset, uri):
        yield from describe(NamedNode(node), "adms:Identifier", ("skos:notation", typed(notation, scheme)))


def _polygon(bbox: tuple[float, float, float, float] | None) -> str:
    if bbox is None:
        return ""
    west, south, east, north = bbox
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f"POLYGON(({','.join(_position(*corner) for corner in ring)}))"


def _position(longitude: float, latitude: float) -> str:
    """Longitude first, as CRS84 (the default of geo:wktLiteral) has it; six places are a tenth of a metre."""
    return " ".join(f"{each:.6f}".rstrip("0").rstrip(".") for each in (longitude, latitude))
