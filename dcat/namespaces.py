"""Vocabularies of DCAT-AP.de 3.0: the prefixes are fixed, because stored fragments rely on the header every page gets."""

from collections.abc import Mapping
from functools import cache

from pyoxigraph import NamedNode

#: prefix -> namespace, sorted by prefix: the header of every document klar writes.
PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dcterms": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: Beyond the lists in schemas.values: single concepts only RDF needs.
DATA_THEMES = "http://publications.europa.eu/resource/authority/data-theme"
DATASET_TYPES = "http://publications.europa.eu/resource/authority/dataset-type/"
#: The profile every description conforms to, as its own shapes name it: dcterms:conformsTo of each catalogue record.
DCAT_AP_DE = "https://www.dcat-ap.de/def/dcatde/3.0/spec/"
SHA1 = PREFIXES["spdx"] + "checksumAlgorithm_sha1"
SHA256 = PREFIXES["spdx"] + "checksumAlgorithm_sha256"
#: Schemes of skos:notation, from the DataCite ontology (SPAR), as DCAT-AP.de asks for adms:Identifier.
URN_SCHEME = "http://purl.org/spar/datacite/urn"
URI_SCHEME = "http://purl.org/spar/datacite/uri"


@cache
def term(curie: str) -> NamedNode:
    """`dcterms:title` as a node. Raises KeyError for a prefix that is not ours."""
    prefix, _, name = curie.partition(":")
    return NamedNode(PREFIXES[prefix] + name)


def curie(iri: str) -> str:
    """The short form people read in findings; an IRI of another vocabulary stays as it is."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
