"""Documents about one data set: what `/datasets/NAME.ttl` answers while it is published, and after it is gone."""

from datetime import datetime

from pyoxigraph import NamedNode

from dcat.serialise import document, fragment
from dcat.terms import describe, german, moment, nodes, plain, tagged
from schemas.model import Site
from schemas.values import DistributionStatus, Text


def record(site: Site, syntax: str, fragment_: bytes) -> bytes:
    """One data set: its stored fragment as a document of its own. Raises KeyError for an unknown syntax."""
    return document(syntax, fragment_)


def tombstone_document(site: Site, syntax: str, *, name: str, title: Text, issued: datetime, removed_at: datetime, reason: str) -> bytes:
    """What a 410 says in RDF: that the URI once named something, until when, and why it does not any more.

    Not typed dcat:Dataset, which harvesters would import. Pass an empty `title` when the title itself was withdrawn.
    """
    triples = describe(
        NamedNode(site.dataset_uri(name)),
        "prov:Entity",
        ("dcterms:title", tagged(title)),
        ("dcterms:identifier", plain(site.dataset_uri(name))),
        ("dcterms:issued", moment(issued)),
        ("prov:invalidatedAtTime", moment(removed_at)),
        ("adms:status", nodes(DistributionStatus.WITHDRAWN.iri)),
        ("rdfs:comment", german(reason)),
    )
    return document(syntax, fragment(triples, syntax))
