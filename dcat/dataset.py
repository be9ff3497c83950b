"""Dataset -> DCAT-AP.de 3.0 triples. Pure: the same data set gives the same triples, whatever the process.

Classes, obligations and vocabularies: 04_classes.md and 05_vocabularies.md of the specification. Every node has a name (a
fragment of the data set's URI), because blank nodes have no stable order; links only lead downwards, because GovData validates
everything that can be reached from a data set.
"""

from collections.abc import Iterator
from itertools import chain

from pyoxigraph import NamedNode, Triple

from dcat.namespaces import DATASET_TYPES, SHA256, URI_SCHEME, URN_SCHEME, term
from dcat.terms import Line, addresses, clean, describe, german, mailbox, moment, nodes, partial_date, plain, tagged, typed
from schemas.model import Agent, Contact, Dataset, Distribution, Period, Place, Site, SourceReference
from schemas.values import DistributionStatus, Language, Text

#: What everything says that is not official.
EXAMPLE = Text(de="Beispiel, nicht amtlich.", en="Example, not official.")
#: Kinds of data sets that the EU list dataset-type has a concept for.
_TYPES = {"statistics": DATASET_TYPES + "STATISTICAL"}


def dataset_triples(dataset: Dataset, site: Site) -> Iterator[Triple]:
    """Everything about one data set: its node, its parts, its files. Raises InvalidIri, which names a field of the model."""
    uri = site.dataset_uri(dataset.name)
    parts = dataset_parts(dataset, site, uri)
    return chain(
        describe(NamedNode(uri), "dcat:Dataset", *_words(dataset), *_links(dataset, site, uri), *_listed_values(dataset, site)),
        parts,
        chain.from_iterable(distribution_triples(each, dataset, site, uri) for each in dataset.distributions),
    )


def _words(dataset: Dataset) -> tuple[Line, ...]:
    return (
        ("dcterms:title", tagged(dataset.title)),
        ("dcterms:description", tagged(marked(dataset.description, official=dataset.official))),
        ("dcat:keyword", tagged(*dataset.keywords)),
        ("dcterms:issued", moment(dataset.issued)),
        ("dcterms:modified", moment(dataset.modified)),
        ("dcat:version", plain(str(dataset.edition))),
        ("adms:versionNotes", tagged(dataset.edition_note)),
    )


def _links(dataset: Dataset, site: Site, uri: str) -> tuple[Line, ...]:
    page = site.dataset_url(dataset.name)
    english = f"{site.base_url}/en/datasets/{dataset.name}" if Language.ENGLISH in site.languages else ""
    return (
        ("dcterms:identifier", plain(uri)),
        ("adms:identifier", nodes(*(node for node, _, _ in _further_identifiers(dataset, uri)))),
        ("dcterms:publisher", nodes(publisher_uri(dataset, site))),
        ("dcat:contactPoint", nodes(uri + "#contact")),
        ("dcterms:spatial", nodes(uri + "#place")),
        ("dcterms:spatial", addresses("spatial", *dataset.spatial.iris)),
        ("dcterms:temporal", nodes(uri + "#period" if _is_known(dataset.temporal) else "")),
        ("dcterms:provenance", nodes(uri + "#provenance" if any(tagged(_provenance(dataset))) else "")),
        ("dcterms:conformsTo", nodes(table_schema_url(dataset, site))),
        ("dcatap:applicableLegislation", addresses("legislation", *dataset.legislation)),
        ("dcat:landingPage", addresses("landing_page", dataset.landing_page or page)),
        ("foaf:page", nodes(page, english)),
        ("dcat:distribution", nodes(*(f"{uri}#{each.format.extension}" for each in dataset.distributions))),
    )


def _listed_values(dataset: Dataset, site: Site) -> tuple[Line, ...]:
    level = dataset.spatial.level
    return (
        ("dcat:theme", nodes(*(each.iri for each in dataset.themes))),
        ("dcterms:type", nodes(_TYPES.get(dataset.kind, ""))),
        ("dcatde:politicalGeocodingLevelURI", nodes(level.iri if level else "")),
        ("dcatde:contributorID", addresses("contributor_id", dataset.contributor_id or site.contributor_id)),
        ("dcterms:accrualPeriodicity", nodes(dataset.frequency.iri)),
        ("dcterms:accessRights", nodes(dataset.access_right.iri)),
        ("dcatap:availability", nodes(dataset.availability.iri)),
        ("dcterms:language", nodes(*(each.iri for each in dataset.languages))),
    )


def dataset_parts(dataset: Dataset, site: Site, uri: str) -> Iterator[Triple]:
    """The nodes a data set points to, files aside."""
    yield from agent_triples(dataset.publisher, publisher_uri(dataset, site))
    yield from contact_triples(dataset.contact, uri + "#contact")
    yield from place_triples(dataset.spatial, uri + "#place")
    yield from _period_triples(dataset.temporal, uri + "#period")
    yield from _statement("dcterms:ProvenanceStatement", uri + "#provenance", _provenance(dataset))
    yield from _statement("dcterms:RightsStatement", uri + "#rights", _rights(dataset))
    yield from _typed_only("dcterms:Standard", nodes(table_schema_url(dataset, site)))
    yield from _typed_only("eli:LegalResource", addresses("legislation", *dataset.legislation))
    for node, notation, scheme in _further_identifiers(dataset, uri):
        yield from describe(NamedNode(node), "adms:Identifier", ("skos:notation", typed(notation, scheme)))


def distribution_triples(distribution: Distribution, dataset: Dataset, site: Site, uri: str) -> Iterator[Triple]:
    """One file of the newest edition, with its checksum."""
    form = distribution.format
    node = f"{uri}#{form.extension}"
    url = f"{site.dataset_url(dataset.name)}/data.{form.extension}"
    yield from describe(
        NamedNode(node),
        "dcat:Distribution",
        ("dcterms:title", tagged(_file_title(dataset, distribution))),
        ("dcat:accessURL", nodes(url)),
        ("dcat:downloadURL", nodes(url)),  # Konvention 39: a direct download is both
        ("dcterms:license", nodes(dataset.licence.iri)),
        ("dcatde:licenseAttributionByText", german(_attribution(dataset))),
        ("dcterms:rights", nodes(uri + "#rights")),
        ("dcterms:format", nodes(form.iri)),
        ("dcat:mediaType", nodes(form.media_type_iri)),
        ("dcat:byteSize", typed(str(distribution.byte_size), "xsd:nonNegativeInteger")),
        ("spdx:checksum", nodes(node + "-checksum")),
        ("adms:status", nodes(DistributionStatus.COMPLETED.iri)),
        ("dcatap:availability", nodes(dataset.availability.iri)),
        ("dcatap:applicableLegislation", addresses("legislation", *dataset.legislation)),
        ("dcterms:language", nodes(*(each.iri for each in dataset.languages))),
        ("dcterms:conformsTo", nodes(table_schema_url(dataset, site))),
        ("dcterms:issued", moment(dataset.issued)),
        ("dcterms:modified", moment(dataset.modified)),
    )
    yield from describe(
        NamedNode(node + "-checksum"),
        "spdx:Checksum",
        ("spdx:algorithm", nodes(SHA256)),
        ("spdx:checksumValue", typed(distribution.sha256, "xsd:hexBinary")),
    )


def agent_triples(agent: Agent, uri: str) -> Iterator[Triple]:
    return describe(
        NamedNode(uri),
        "foaf:Agent",
        ("foaf:name", german(agent.name)),
        ("foaf:homepage", addresses("publisher", agent.homepage)),
        ("dcterms:type", nodes(agent.type.iri if agent.type else "")),
        ("dcterms:identifier", plain(agent.identifier)),
    )


def contact_triples(contact: Contact, uri: str) -> Iterator[Triple]:
    return describe(
        NamedNode(uri),
        "vcard:Kind",
        ("vcard:fn", german(contact.name)),
        ("vcard:hasEmail", mailbox("contact", contact.email)),
        ("vcard:hasURL", addresses("contact", contact.url)),
    )


def place_triples(place: Place, uri: str) -> Iterator[Triple]:
    """One node with name and shape, and a type for each IRI of the same place, which the official shapes ask for."""
    yield from describe(
        NamedNode(uri),
        "dcterms:Location",
        ("skos:prefLabel", tagged(place.title)),
        ("dcat:bbox", typed(_polygon(place.bbox), "geo:wktLiteral")),
        ("dcat:centroid", typed(f"POINT({_position(*place.centroid)})" if place.centroid else "", "geo:wktLiteral")),
    )
    yield from _typed_only("dcterms:Location", addresses("spatial", *place.iris))


def publisher_uri(dataset: Dataset, site: Site) -> str:
    """The body behind the site has one URI; any other body gets one below its data set."""
    return catalogue_uri(site) + "#publisher" if dataset.publisher == site.publisher else site.dataset_uri(dataset.name) + "#publisher"


def catalogue_uri(site: Site) -> str:
    return f"{site.uri_base}/catalog"


def table_schema_url(dataset: Dataset, site: Site) -> str:
    """Where the Table Schema of the data set stands: in its Data Package."""
    return f"{site.dataset_url(dataset.name)}/datapackage.json"


def marked(text: Text, *, official: bool) -> Text:
    """`text`, marked as an example unless it is official."""
    if official:
        return text
    return Text(de=f"{EXAMPLE.de} {text.de}", en=f"{EXAMPLE.en} {text.en}" if text.en else "")


def _period_triples(period: Period | None, uri: str) -> Iterator[Triple]:
    if period is None or not _is_known(period):
        return iter(())
    return describe(
        NamedNode(uri),
        "dcterms:PeriodOfTime",
        ("dcat:startDate", partial_date(period.start)),
        ("dcat:endDate", partial_date(period.end)),
    )


def _is_known(period: Period | None) -> bool:
    return period is not None and (period.start is not None or period.end is not None)


def _statement(type_: str, uri: str, text: Text) -> Iterator[Triple]:
    words = tuple(tagged(text))
    return describe(NamedNode(uri), type_, ("rdfs:label", words)) if words else iter(())


def _typed_only(type_: str, subjects: Iterator[NamedNode]) -> Iterator[Triple]:
    return (Triple(each, term("rdf:type"), term(type_)) for each in subjects)


def _further_identifiers(dataset: Dataset, uri: str) -> Iterator[tuple[str, str, str]]:
    """(node, notation, scheme): the CKAN id, and what the data set is called elsewhere."""
    if dataset.uuid:
        yield uri + "#uuid", f"urn:uuid:{dataset.uuid}", URN_SCHEME
    for number, each in enumerate(filter(None, map(clean, dataset.identifiers)), start=1):
        yield f"{uri}#identifier-{number}", each, URI_SCHEME


def _file_title(dataset: Dataset, distribution: Distribution) -> Text:
    title, form = dataset.title, distribution.format.title
    return Text(de=f"{title.de} – {form.de}", en=f"{title.en} – {form.en}" if title.en else "")


def _provenance(dataset: Dataset) -> Text:
    sources = [_source(each) for each in dataset.sources]
    german_sources = f" Quellen: {'; '.join(each.de for each in sources)}." if sources else ""
    english_sources = f" Sources: {'; '.join(each.en for each in sources)}." if sources else ""
    text = dataset.provenance
    return Text(de=text.de + german_sources, en=text.en + english_sources if text.en else "")


def _source(source: SourceReference) -> Text:
    name = f"{source.title} <{source.url}>" if source.url else source.title
    if not source.personal_data:
        return Text(de=name, en=name)
    return Text(
        de=f"{name} (enthält personenbezogene Daten, die nicht veröffentlicht werden; Rechtsgrundlage: {source.legal_basis})",
        en=f"{name} (holds personal data, which are not published; legal basis: {source.legal_basis})",
    )


def _rights(dataset: Dataset) -> Text:
    """What the licence covers: the compilation, not the figures that others published."""
    licence = dataset.licence.title
    by = _attribution(dataset)
    return Text(
        de=f"{licence.de}. " + (f"Namensnennung: {by}. " if by else "") + "Die Lizenz gilt für diese Zusammenstellung; "
        "Rechte anderer an den zusammengetragenen Angaben bleiben unberührt.",
        en=f"{licence.en}. " + (f"Attribution: {by}. " if by else "") + "The licence covers this compilation; "
        "rights of others in the facts it brings together are not affected.",
    )


def _attribution(dataset: Dataset) -> str:
    """The name a "by" licence wants to be given (Konvention 35); "" for other licences."""
    return (clean(dataset.attribution) or dataset.publisher.name) if dataset.licence.attribution_required else ""


def _polygon(bbox: tuple[float, float, float, float] | None) -> str:
    if bbox is None:
        return ""
    west, south, east, north = bbox
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f"POLYGON(({','.join(_position(*corner) for corner in ring)}))"


def _position(longitude: float, latitude: float) -> str:
    """Longitude first, as CRS84 (the default of geo:wktLiteral) has it; six places are a tenth of a metre."""
    return " ".join(f"{each:.6f}".rstrip("0").rstrip(".") for each in (longitude, latitude))
