"""What klar reads of a foreign catalogue: DCAT-AP.de 3.0 and the older terms that feeds still use. Names of persons and their mail are not
in it, so they never get any further than the archive.

Sources: reference/dcat/spec.md; namespaces as the official shapes and real feeds misspell them (`r5r#`, `https://` for `http://`).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

Shape = Mapping[str, Any]  #: predicate -> shape of what it leads to
_LEAF: Shape = {}
_AGENT: Shape = {"foaf:name": _LEAF, "foaf:homepage": _LEAF, "skos:prefLabel": _LEAF, "rdfs:label": _LEAF}
_LABEL: Shape = {"rdfs:label": _LEAF, "skos:prefLabel": _LEAF, "dcterms:title": _LEAF, "skos:notation": _LEAF, "rdf:value": _LEAF}
_LICENCE: Shape = {**_LABEL, "foaf:homepage": _LEAF, "dcterms:identifier": _LEAF, "skos:exactMatch": _LEAF, "foaf:page": _LEAF}
DISTRIBUTION: Shape = {
    "dcterms:title": _LEAF,
    "dcterms:description": _LEAF,
    "dcat:accessURL": _LEAF,
    "dcat:downloadURL": _LEAF,
    "dcterms:format": _LABEL,
    "dcat:mediaType": _LABEL,
    "dcterms:license": _LICENCE,
    "dcatde:licenseAttributionByText": _LEAF,
    "dcat:byteSize": _LEAF,
    "dcterms:issued": _LEAF,
    "dcterms:modified": _LEAF,
}
DATASET: Shape = {
    "dcterms:title": _LEAF,
    "dcterms:description": _LEAF,
    "dcterms:identifier": _LEAF,
    "adms:identifier": {"skos:notation": _LEAF},
    "dcterms:publisher": _AGENT,
    "dcat:contactPoint": {"vcard:hasURL": _LEAF, "vcard:url": _LEAF},
    "dcat:landingPage": _LEAF,
    "foaf:page": _LEAF,
    "dcat:theme": _LEAF,
    "dcat:keyword": _LEAF,
    "dcterms:license": _LICENCE,
    "dcatde:licenseAttributionByText": _LEAF,
    "dcterms:accrualPeriodicity": _LABEL,
    "dcterms:temporal": {"dcat:startDate": _LEAF, "dcat:endDate": _LEAF, "schema:startDate": _LEAF, "schema:endDate": _LEAF},
    "dcterms:spatial": {
        "rdfs:label": _LEAF,
        "skos:prefLabel": _LEAF,
        "locn:geographicName": _LEAF,
        "dcat:bbox": _LEAF,
        "dcat:centroid": _LEAF,
        "locn:geometry": _LEAF,
    },
    "dcatde:politicalGeocodingURI": _LEAF,
    "dcterms:language": _LABEL,
    "dcterms:accessRights": _LABEL,
    "dcatap:hvdCategory": _LEAF,
    "dcatap:applicableLegislation": _LEAF,
    "dcatde:contributorID": _LEAF,
    "dcat:version": _LEAF,
    "owl:versionInfo": _LEAF,
    "adms:version": _LEAF,
    "dcterms:issued": _LEAF,
    "dcterms:modified": _LEAF,
    "dcat:distribution": DISTRIBUTION,
}
CATALOGUE: Shape = {"dcterms:publisher": _AGENT}
_CLASSES = ("dcat:Dataset", "dcat:Catalog", "hydra:PartialCollectionView", "hydra:PagedCollection", "foaf:Person", "vcard:Individual")
_PAGING = tuple(f"hydra:{each}" for each in ("next", "nextPage", "last", "lastPage", "totalItems"))
#: Namespace without scheme -> prefix.
_PREFIXES: Mapping[str, str] = {
    "www.w3.org/ns/adms#": "adms",
    "www.w3.org/ns/dcat#": "dcat",
    "data.europa.eu/r5r/": "dcatap",
    "data.europa.eu/r5r#": "dcatap",
    "dcat-ap.de/def/dcatde/": "dcatde",
    "dcat-ap.de/def/dcatde/1_0/": "dcatde",
    "www.dcat-ap.de/def/dcatde/": "dcatde",
    "purl.org/dc/terms/": "dcterms",
    "xmlns.com/foaf/0.1/": "foaf",
    "www.w3.org/ns/hydra/core#": "hydra",
    "www.w3.org/ns/locn#": "locn",
    "www.w3.org/2002/07/owl#": "owl",
    "www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "www.w3.org/2000/01/rdf-schema#": "rdfs",
    "schema.org/": "schema",
    "www.w3.org/2004/02/skos/core#": "skos",
    "www.w3.org/2006/vcard/ns#": "vcard",
}


@cache
def _read() -> frozenset[str]:
    names = {"rdf:type", *_CLASSES, *_PAGING, *CATALOGUE}
    open_: list[Shape] = [DATASET]
    while open_:
        shape = open_.pop()
        names.update(shape)
        open_ += [each for each in shape.values() if each]
    return frozenset(names | {f"foaf:{each}" for each in ("name", "homepage")})


def curie_of(iri: str) -> str:
    """`dcterms:title` for whatever spelling of its namespace; "" for what klar does not read."""
    bare = iri.partition("://")[2] if iri.startswith(("http://", "https://")) else iri
    cut = max(bare.rfind("#"), bare.rfind("/")) + 1
    name = f"{_PREFIXES.get(bare[:cut], '')}:{bare[cut:]}"
    return name if name in _read() else ""
