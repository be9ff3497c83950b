"""How portals walk a DCAT feed, after harvest-rules (2.1, 2.2): the decisive steps of ckanext-dcat and of piveau, and no others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rdflib import DCAT, RDF, Graph, Namespace, URIRef
from rdflib.term import Node

from tests.dcat.graphs import rdflib_graph

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
#: Content type -> parser, as ckanext-dcat chooses it from the first page.
PARSERS = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/ld+json": "json-ld", "application/n-triples": "nt"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    media_type: str
    content: bytes


Get = Callable[[str], Answer]


class WalkAborted(Exception):
    """Nothing is imported."""


def ckan_walk(get: Get, url: str) -> list[str]:
    """GUIDs in the order seen. ckanext-dcat takes the parser from the first page, and ends where a page equals the first."""
    guids: list[str] = []
    first: bytes | None = None
    parser = ""
    for _ in range(1000):
        answer = get(url)
        if answer.status != 200 or not answer.content:
            raise WalkAborted(url)
        if first is not None and answer.content == first:
            return guids
        if first is None:
            first, parser = answer.content, PARSERS[answer.media_type]
        graph = rdflib_graph(answer.content.decode("utf-8"), parser)
        guids += sorted(str(node) for node in graph.subjects(RDF.type, DCAT.Dataset))
        following = ckan_next(graph)
        if following is None:
            return guids
        url = following
    raise WalkAborted("endless")


def ckan_next(graph: Graph) -> str | None:
    for type_ in (HYDRA.PartialCollectionView, HYDRA.PagedCollection):
        for view in graph.subjects(RDF.type, type_):
            for predicate in (HYDRA.next, HYDRA.nextPage):
                for value in graph.objects(view, predicate):
                    return str(value)
    return None


def piveau_walk(get: Get, url: str) -> tuple[list[str], int]:
    """(data sets in the order seen, hydra:totalItems of the last page). piveau wants totalItems on the PagedCollection."""
    seen: list[str] = []
    for _ in range(1000):
        answer = get(url)
        graph = rdflib_graph(answer.content, PARSERS[answer.media_type])
        seen += [str(node) for node in graph.objects(None, DCAT.dataset)]
        total, following = _piveau_page(graph)
        if following is None:
            return seen, total
        url = following
    raise WalkAborted("endless")


def _piveau_page(graph: Graph) -> tuple[int, str | None]:
    for view in graph.subjects(RDF.type, HYDRA.PagedCollection):
        total = graph.value(view, HYDRA.totalItems)
        if total is not None:
            return int(str(total)), _text(graph, view, HYDRA.nextPage)
    for view in graph.subjects(RDF.type, HYDRA.PartialCollectionView):
        return int(str(next(graph.objects(None, HYDRA.totalItems)))), _text(graph, view, HYDRA.next)
    raise WalkAborted("no paging node")


def _text(graph: Graph, view: Node, predicate: URIRef) -> str | None:
    value = graph.value(view, predicate)
    return None if value is None else str(value)


def closure(graph: Graph, start: URIRef) -> Iterator[URIRef]:
    """Everything reachable from a data set, as ckanext-dcatde copies it before it validates."""
    open_, seen = [start], {start}
    while open_:
        node = open_.pop()
        yield node
        for value in graph.objects(node, None):
            if isinstance(value, URIRef) and value not in seen:
                seen.add(value)
                open_.append(value)
