"""Dataset -> triples of DCAT-AP.de 3.0. Pure: the same data set gives the same triples, whatever the process.

Classes, obligations and vocabularies: 04_classes.md and 05_vocabularies.md of the specification; docs/dcat-mapping.md lists
every property. Every node has a name (a fragment of the data set's URI), because blank nodes have no stable order; links only
lead downwards, because GovData validates everything that can be reached from a data set.
"""

from collections.abc import Iterator
from itertools import chain

from pyoxigraph import NamedNode, Triple

from dcat.distribution import distribution_uris, distributions_triples
from dcat.namespaces import DATASET_TYPES, term
from dcat.parts import (
    agent_triples,
    availability,
    contact_triples,
    further_identifiers,
    hvd_categories,
    identifier_triples,
    is_known,
    legislation,
    period_triples,
    place_triples,
    statement_triples,
    typed_only,
)
from dcat.profiles import DE_3_0, Profile
from dcat.terms import Line, addresses, describe, moment, nodes, partial_date, plain, tagged, typed
from dcat.uris import catalogue_uri, publisher_uri, series_uri, site_publisher_uri, table_schema_url
from dcat.wording import description, marked, provenance, rights
from schemas.model import Dataset, Series, Site
from schemas.values import Language

#: Kinds of data sets that the EU list dataset-type has a concept for.
_TYPES = {"statistics": DATASET_TYPES + "STATISTICAL"}


def dataset_triples(dataset: Dataset, site: Site, profile: Profile = DE_3_0) -> Iterator[Triple]:
    """Everything about one data set: its node, its parts, its files. Raises InvalidIri, which names a field of the model."""
    uri = site.dataset_uri(dataset.name)
    return chain(
        describe(
            NamedNode(uri),
            "dcat:Dataset",
            # The official shapes want the topic of a catalogue record to say so itself.
            ("rdf:type", [term("dcat:Resource")]),
            *_words(dataset),
            *_links(dataset, site, uri),
            *_listed_values(dataset, site),
        ),
        _parts(dataset, site, uri),
        distributions_triples(dataset, site, profile, uri),
    )


def _words(dataset: Dataset) -> tuple[Line, ...]:
    return (
        ("dcterms:title", tagged(dataset.title)),
        ("dcterms:description", tagged(description(dataset))),
        ("dcat:keyword", tagged(*dataset.keywords)),
        *_times(dataset),
        ("adms:versionNotes", tagged(dataset.edition_note)),
    )


def _times(dataset: Dataset) -> tuple[Line, ...]:
    """Of a neighbour's data set what its own catalogue says, and no more: of two entries with one identifier GovData keeps the newer one,
    which must stay the neighbour's."""
    there = dataset.upstream
    if there is None:
        return (
            ("dcterms:issued", moment(dataset.issued)),
            ("dcterms:modified", moment(dataset.modified)),
            ("dcat:version", plain(str(dataset.edition) if dataset.edition else "")),
        )
    return (
        ("dcterms:issued", partial_date(there.issued)),
        ("dcterms:modified", moment(there.modified) if there.modified else ()),
        ("dcat:version", plain(there.version)),
    )


def _links(dataset: Dataset, site: Site, uri: str) -> tuple[Line, ...]:
    return (
        ("dcterms:identifier", plain(dataset.upstream.uri if dataset.upstream else uri)),
        ("adms:identifier", nodes(*(node for node, _, _ in further_identifiers(dataset, uri)))),
        ("dcterms:publisher", nodes(publisher_uri(dataset, site))),
        ("dcat:contactPoint", nodes(uri + "#contact")),
        *_place(dataset, uri),
        ("dcterms:temporal", nodes(uri + "#period" if is_known(dataset.temporal) else "")),
        ("dcterms:provenance", nodes(uri + "#provenance" if tagged(provenance(dataset)) else "")),
        ("dcterms:conformsTo", nodes(table_schema_url(dataset, site))),
        ("dcat:landingPage", addresses("landing_page", _landing_page(dataset, site))),
        ("foaf:page", nodes(*_pages(dataset, site))),
        ("dcat:inSeries", nodes(series_uri(dataset.series, site) if dataset.series else "")),
        ("dcat:distribution", nodes(*distribution_uris(dataset, uri))),
    )


def _place(dataset: Dataset, uri: str) -> tuple[Line, ...]:
    place = dataset.spatial
    return () if place is None else (("dcterms:spatial", nodes(uri + "#place")), ("dcterms:spatial", addresses("spatial", *place.iris)))


def _listed_values(dataset: Dataset, site: Site) -> tuple[Line, ...]:
    level = dataset.spatial.level if dataset.spatial else None
    access = dataset.access_right
    return (
        ("dcat:theme", nodes(*(each.iri for each in dataset.themes))),
        ("dcterms:type", nodes(_TYPES.get(dataset.kind, ""))),
        ("dcatde:politicalGeocodingLevelURI", nodes(level.iri if level else "")),
        ("dcatde:contributorID", addresses("contributor_id", dataset.contributor_id or site.contributor_id)),
        ("dcterms:accrualPeriodicity", nodes(dataset.frequency.iri)),
        ("dcat:temporalResolution", typed(dataset.resolution, "xsd:duration")),
        ("dcterms:accessRights", nodes(access.iri if access else "")),
        ("dcatap:availability", nodes(availability(dataset))),
        ("dcterms:language", nodes(*(each.iri for each in dataset.languages))),
        legislation(dataset),
        hvd_categories(dataset),
    )


def _parts(dataset: Dataset, site: Site, uri: str) -> Iterator[Triple]:
    """The nodes a data set points to, files aside."""
    _, laws = legislation(dataset)
    return chain(
        agent_triples(dataset.publisher, publisher_uri(dataset, site), site),
        contact_triples(dataset.contact, uri + "#contact"),
        place_triples(dataset.spatial, uri + "#place") if dataset.spatial else (),
        period_triples(dataset.temporal, uri + "#period"),
        statement_triples("dcterms:ProvenanceStatement", uri + "#provenance", provenance(dataset)),
        statement_triples("dcterms:RightsStatement", uri + "#rights", rights(dataset)),
        identifier_triples(dataset, uri),
        _series_triples(dataset.series, dataset, site) if dataset.series else (),
        typed_only("dcterms:Standard", nodes(table_schema_url(dataset, site))),
        typed_only("foaf:Document", [*addresses("landing_page", _landing_page(dataset, site)), *nodes(*_pages(dataset, site))]),
        typed_only("eli:LegalResource", (node for node in laws if isinstance(node, NamedNode))),
        typed_only("skos:Concept", nodes(*(each.iri for each in dataset.hvd))),
    )


def _series_triples(series: Series, dataset: Dataset, site: Site) -> Iterator[Triple]:
    """Every member describes it, so that a page needs no other page; all in the same words, which are the site's.

    It names no members. One high-value member makes it a high-value series.
    """
    publisher, contact = site_publisher_uri(site), catalogue_uri(site) + "#contact"
    hvd = (legislation(dataset), hvd_categories(dataset)) if dataset.hvd else ()
    return chain(
        describe(
            NamedNode(series_uri(series, site)),
            "dcat:DatasetSeries",
            ("dcterms:title", tagged(series.title)),
            ("dcterms:description", tagged(marked(series.description, official=site.official))),
            ("dcterms:publisher", nodes(publisher)),
            ("dcat:contactPoint", nodes(contact)),
            ("dcterms:spatial", addresses("place", *site.place.iris)),
            *hvd,
        ),
        agent_triples(site.publisher, publisher, site),
        contact_triples(site.contact, contact),
        typed_only("dcterms:Location", addresses("place", *site.place.iris)),
    )


def _landing_page(dataset: Dataset, site: Site) -> str:
    return dataset.landing_page or site.dataset_url(dataset.name)


def _pages(dataset: Dataset, site: Site) -> tuple[str, ...]:
    """Our own pages about the data set."""
    page = site.dataset_url(dataset.name)
    return (page, f"{site.base_url}/en/datasets/{dataset.name}") if Language.ENGLISH in site.languages else (page,)
