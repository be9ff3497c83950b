"""Reading what klar writes with both libraries."""

import warnings

from pyoxigraph import RdfFormat, Triple, parse
from rdflib import Graph

RDFLIB = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
OXIGRAPH = {"ttl": RdfFormat.TURTLE, "rdf": RdfFormat.RDF_XML, "jsonld": RdfFormat.JSON_LD, "nt": RdfFormat.N_TRIPLES}


def triples_of(content: bytes, syntax: str) -> set[Triple]:
    """Exactly, lexical forms included: there are no blank nodes, so sets can be compared."""
    return {each.triple for each in parse(content, format=OXIGRAPH[syntax])}


def graph_of(content: bytes, syntax: str) -> Graph:
    return rdflib_graph(content, RDFLIB[syntax])


def rdflib_graph(content: bytes | str, parser: str) -> Graph:
    with warnings.catch_warnings():
        # rdflib 7.6 uses its own deprecated class in the JSON-LD parser.
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        return Graph().parse(data=content, format=parser)
