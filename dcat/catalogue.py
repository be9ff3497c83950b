"""Site -> triples of the catalogue and its API: repeated on every feed page, since harvesters read each page alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from pyoxigraph import NamedNode, Triple

from dcat.namespaces import DATA_THEMES, DCAT_AP_DE, term
from dcat.parts import agent_triples, contact_triples, place_triples, typed_only
from dcat.service import API, service_triples
from dcat.terms import addresses, describe, moment, nodes, tagged
from dcat.uris import catalogue_uri, record_uri, site_publisher_uri
from dcat.wording import marked
from schemas.model import Dataset, Site
from schemas.values import Availability, Text


def entry_triples(dataset: Dataset, site: Site) -> Iterator[Triple]:
    """What the catalogue says about one data set: that it is in it, and since when the entry is as it is.

    Stored with the data set, so that a page lists exactly what it describes. The data set itself does not point at its record,
    and so neither at the catalogue.
    """
    catalogue, uri = NamedNode(catalogue_uri(site)), site.dataset_uri(dataset.name)
    record = NamedNode(record_uri(uri))
    yield Triple(catalogue, term("dcat:dataset"), NamedNode(uri))
    yield Triple(catalogue, term("dcat:record"), record)
    yield from describe(
        record,
        "dcat:CatalogRecord",
        ("foaf:primaryTopic", nodes(uri)),
        ("dcterms:issued", moment(dataset.issued)),
        ("dcterms:modified", moment(dataset.modified)),
        ("dcterms:language", nodes(*(each.iri for each in site.languages))),
        ("dcterms:conformsTo", nodes(DCAT_AP_DE)),
    )
    yield from typed_only("dcterms:Standard", nodes(DCAT_AP_DE))


def catalogue_triples(site: Site, *, issued: datetime, modified: datetime) -> Iterator[Triple]:
    """The catalogue without its data sets. Raises InvalidIri, which names a field of the configuration."""
    uri = catalogue_uri(site)
    publisher = site_publisher_uri(site)
    homepage = addresses("base_url", site.base_url + "/")
    return chain(
        describe(
            NamedNode(uri),
            "dcat:Catalog",
            ("dcterms:title", tagged(_title(site))),
            ("dcterms:description", tagged(description_of(site))),
            ("dcterms:publisher", nodes(publisher)),
            ("foaf:homepage", homepage),
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
        agent_triples(site.publisher, publisher, site),
        contact_triples(site.contact, uri + "#contact"),
        place_triples(site.place, uri + "#place"),
        typed_only("foaf:Document", homepage),
        service_triples(
            replace(API, title=Text(de=f"{API.title.de}: {site.title}", en=f"{API.title.en}: {site.title}")),
            site,
            uri + "#api",
            licence=site.licence,
            official=site.official,
            publisher=publisher,
            contact=uri + "#contact",
        ),
    )


def _title(site: Site) -> Text:
    return Text(de=site.title)


def description_of(site: Site) -> Text:
    """What the catalogue says of itself."""
    name = site.publisher.name
    own = Text(
        de=f"Offene Daten, herausgegeben von: {name}. Jeder Datensatz mit Tabellenschema, Herkunft, Lizenz und allen Ständen.",
        en=f"Open data published by: {name}. Every data set with table schema, provenance, licence and all its editions.",
    )
    return marked(own, official=site.official)
