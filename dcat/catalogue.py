"""Site -> triples of the catalogue and its API: repeated on every feed page, since harvesters read each page alone."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from pyoxigraph import NamedNode, Triple

from dcat.dataset import agent_triples, catalogue_uri, contact_triples, marked, place_triples
from dcat.namespaces import DATA_THEMES, term
from dcat.terms import addresses, describe, moment, nodes, tagged
from schemas.model import Dataset, Site
from schemas.values import AccessRight, Availability, Text


def entry_triples(dataset: Dataset, site: Site) -> Iterator[Triple]:
    """What the catalogue says about one data set. Stored with the data set, so that a page lists exactly what it describes."""
    yield Triple(NamedNode(catalogue_uri(site)), term("dcat:dataset"), NamedNode(site.dataset_uri(dataset.name)))


def catalogue_triples(site: Site, *, issued: datetime, modified: datetime) -> Iterator[Triple]:
    """The catalogue without its data sets. Raises InvalidIri, which names a field of the configuration."""
    uri = catalogue_uri(site)
    return chain(
        describe(
            NamedNode(uri),
            "dcat:Catalog",
            ("dcterms:title", tagged(_title(site))),
            ("dcterms:description", tagged(marked(_description(site), official=site.official))),
            ("dcterms:publisher", nodes(uri + "#publisher")),
            ("foaf:homepage", addresses("base_url", site.base_url + "/")),
            ("dcterms:language", nodes(*(each.iri for each in site.languages))),
            ("dcterms:license", nodes(site.licence.iri)),
            ("dcat:themeTaxonomy", nodes(DATA_THEMES)),
            ("dcatap:availability", nodes(Availability.STABLE.iri)),
            ("dcterms:spatial", nodes(uri + "#place")),
            ("dcterms:spatial", addresses("place", *site.place.iris)),
            ("dcat:service", nodes(uri + "#api")),
            ("dcterms:issued", moment(issued)),
            ("dcterms:modified", moment(modified)),
        ),
        agent_triples(site.publisher, uri + "#publisher"),
        place_triples(site.place, uri + "#place"),
        service_triples(site),
    )


def service_triples(site: Site) -> Iterator[Triple]:
    """The API. It names no data sets (dcat:servesDataset): GovData would then find every data set below every other."""
    uri = catalogue_uri(site)
    api = f"{site.base_url}/api"
    return chain(
        describe(
            NamedNode(uri + "#api"),
            "dcat:DataService",
            ("dcterms:title", tagged(Text(de=f"Programmierschnittstelle: {site.title}", en=f"Programming interface: {site.title}"))),
            ("dcterms:description", tagged(marked(_API, official=site.official))),
            ("dcterms:publisher", nodes(uri + "#publisher")),
            ("dcat:contactPoint", nodes(uri + "#contact")),
            ("dcat:endpointURL", nodes(api + "/v1")),
            ("dcat:endpointDescription", nodes(api + "/v1/openapi.json")),
            ("foaf:page", nodes(api)),
            ("dcterms:license", nodes(site.licence.iri)),
            ("dcterms:accessRights", nodes(AccessRight.PUBLIC.iri)),
            ("dcatap:availability", nodes(Availability.STABLE.iri)),
        ),
        contact_triples(site.contact, uri + "#contact"),
    )


_API = Text(
    de="Datensätze suchen, lesen und in mehreren Formaten abrufen, ohne Anmeldung; beschrieben nach OpenAPI 3.1.",
    en="Search, read and download data sets in several formats, without registration; described in OpenAPI 3.1.",
)


def _title(site: Site) -> Text:
    return Text(de=site.title)


def _description(site: Site) -> Text:
    name = site.publisher.name
    return Text(
        de=f"Offene Daten, herausgegeben von: {name}. Jeder Datensatz mit Tabellenschema, Herkunft, Lizenz und allen Ständen.",
        en=f"Open data published by: {name}. Every data set with table schema, provenance, licence and all its editions.",
    )
