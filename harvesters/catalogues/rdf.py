"""Pages of a DCAT feed as trees of what klar reads. Runs in the limited child (catalog.limited): bytes in, plain data out.

Refused before any parser sees them: entities, with which a page makes its reader work, and remote contexts, with which it makes it fetch
(pyoxigraph would expand the one and fail on the other). A value that is no IRI does not break the page: it costs the data set that it
belongs to.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from harvesters.catalogues.shape import CATALOGUE, DATASET, Shape, curie_of
from schemas.errors import SourceError

Tree = dict[str, Any]
#: RDF in all forms a feed may have; N-Triples are Turtle.
SYNTAXES: Mapping[str, RdfFormat] = {
    "application/rdf+xml": RdfFormat.RDF_XML,
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
}
_PROLOGUE = re.compile(r"\ufeff?(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")
_DEEPEST = 200  #: brackets in brackets
_VIEWS = ("hydra:PartialCollectionView", "hydra:PagedCollection")
_Node = dict[str, list[Any]]
_SORTED = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a feed."""

    trees: tuple[Tree, ...]  #: one per dcat:Dataset, sorted by IRI
    publisher: str  #: of the catalogue; "": not said
    next: str  #: "" on the last page
    view: str  #: IRI of the paging node
    last: str  #: address of the last page as the paging node names it
    total: int | None  #: data sets on all pages


def read_page(content: bytes, syntax: str, url: str) -> Page:
    """`syntax`: one of SYNTAXES. Raises SourceError, whose text does not name the address."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"Byte {error.start} ist kein UTF-8; RDF-Seiten sind in UTF-8 zu liefern.") from error
    form = SYNTAXES[syntax]
    if form is RdfFormat.RDF_XML:
        _require_plain_xml(text)
    if form is RdfFormat.JSON_LD:
        _require_local_contexts(text)
    try:
        graph = _Graph(parse(content, format=form, base_iri=url, lenient=True))
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"Die Seite ist kein vollständiges RDF: {_first_line(error)}") from error
    return graph.page()


class _Graph:
    """Values by subject and predicate; predicates that nobody reads are left out."""

    def __init__(self, quads: Any) -> None:
        self._nodes: dict[NamedNode | BlankNode, _Node] = {}
        self._by_class: dict[str, dict[NamedNode | BlankNode, None]] = {}
        curies: dict[str, str] = {}
        for each in quads:
            predicate = each.predicate.value
            name = curies.get(predicate)
            if name is None:
                name = curies[predicate] = curie_of(predicate)
            if name:
                subject, value = each.subject, each.object
                self._nodes.setdefault(subject, {}).setdefault(name, []).append(value)
                if name == "rdf:type" and isinstance(value, NamedNode):
                    self._by_class.setdefault(curie_of(value.value), {})[subject] = None

    def page(self) -> Page:
        view, following = self._paging()
        last = [value for name in ("hydra:last", "hydra:lastPage") for value in self._texts(view, name)] if view else []
        return Page(
            trees=tuple(sorted((_tree(self._nodes, each, DATASET, ()) for each in self._typed("dcat:Dataset")), key=_order)),
            publisher=next(self._publishers(), ""),
            next=following,
            view=view.value if isinstance(view, NamedNode) else "",
            last=last[0] if last else "",
            total=self._total(view),
        )

    def _typed(self, curie: str) -> Iterator[NamedNode | BlankNode]:
        """In the order in which they were first spoken of."""
        found = self._by_class.get(curie, {})
        return (each for each in self._nodes if each in found) if len(found) > 1 else iter(found)

    def _publishers(self) -> Iterator[str]:
        for each in self._typed("dcat:Catalog"):
            for publisher in _tree(self._nodes, each, CATALOGUE, ()).get("dcterms:publisher", ()):
                yield from (name["@value"] for name in publisher.get("foaf:name", ()) if "@value" in name)

    def _paging(self) -> tuple[NamedNode | BlankNode | None, str]:
        """The paging node and the next page, as ckanext-dcat reads it, then as piveau does (reference: dcat/harvest-rules.md 2.1, 2.2)."""
        views = [node for each in _VIEWS for node in self._typed(each)]
        found = dict.fromkeys(value for each in views for name in ("hydra:next", "hydra:nextPage") for value in self._texts(each, name))
        if len(found) > 1:
            raise SourceError(f"Die Seite nennt {len(found)} verschiedene nächste Seiten.")
        return (views[0] if views else None), next(iter(found), "")

    def _total(self, view: NamedNode | BlankNode | None) -> int | None:
        texts = self._texts(view, "hydra:totalItems") if view else []
        text = texts[0].strip() if texts else ""
        return int(text) if re.fullmatch(r"\d{1,12}", text, re.ASCII) else None

    def _texts(self, node: NamedNode | BlankNode, name: str) -> list[str]:
        return [each.value for each in self._nodes.get(node, {}).get(name, ()) if not isinstance(each, BlankNode)]


def _tree(nodes: Mapping[Any, _Node], node: NamedNode | BlankNode, shape: Shape, above: tuple[Any, ...]) -> Tree:
    """What is said of a node, as deep as the shape goes; blank nodes have no name. In an order of its own: graphs have none."""
    tree: Tree = {} if isinstance(node, BlankNode) else {"@id": node.value}
    for name, values in nodes.get(node, {}).items():
        if name in shape and name != "rdf:type":
            listed = [_value(nodes, each, shape[name], (*above, node)) for each in values]
            tree[name] = sorted(listed, key=_order) if len(listed) > 1 else listed
        elif name == "rdf:type":
            tree["@type"] = sorted(curie_of(each.value) or each.value for each in values if isinstance(each, NamedNode))
    return tree


def _value(nodes: Mapping[Any, _Node], value: Any, shape: Shape, above: tuple[Any, ...]) -> Tree:
    if isinstance(value, Literal):
        return {"@value": value.value, "@language": value.language} if value.language else {"@value": value.value}
    if not isinstance(value, NamedNode | BlankNode):
        return {}  # a triple as a value (RDF 1.2), which no harvester reads
    if shape and value not in above:
        return _tree(nodes, value, shape, above)
    return {"@id": value.value} if isinstance(value, NamedNode) else {}


def _order(tree: Tree) -> str:
    """By what it says as JSON; where that begins with an IRI, which no other tree beside it has, by no more than that."""
    if "@id" not in tree:
        return _SORTED(tree)
    return str(tree["@id"]) if len(tree) == 1 else f'{{"@id": {_SORTED(tree["@id"])}'


def _require_plain_xml(text: str) -> None:
    start = _PROLOGUE.match(text)
    after = text[start.end() : start.end() + 9] if start else ""
    if after.lower() == "<!doctype" or "<!ENTITY" in text:
        raise SourceError("Die Seite beginnt mit einer Dokumenttyp-Deklaration (<!DOCTYPE); damit kann man Leser zum Absturz bringen.")


def _require_local_contexts(text: str) -> None:
    try:
        level: Sequence[object] = [json.loads(text)]
    except RecursionError:
        raise SourceError("Das JSON ist zu tief verschachtelt.") from None
    except ValueError as error:
        raise SourceError(f"Die Seite ist kein vollständiges JSON: {_first_line(error)}") from error
    depth = 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise SourceError("Das JSON ist zu tief verschachtelt.")
        for each in level:
            if isinstance(each, dict):
                _require_own(each.get("@context"), "@context")
                _require_own(each.get("@import"), "@import")
        level = [inner for each in level for inner in _inside(each)]


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _require_own(context: object, name: str) -> None:
    if any(isinstance(each, str) for each in (context if isinstance(context, list) else [context])):
        raise SourceError(f"Die Seite verweist mit {name} auf einen fremden Kontext, statt ihn selbst zu enthalten; klar lädt ihn nicht.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
