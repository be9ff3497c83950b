"""One page as nodes and their values. What cannot be an IRI costs its triple; blank nodes get names, so that everything has one."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from dcat.namespaces import PREFIXES, term

Term = NamedNode | Literal
#: Characters of an IRI; what is longer names nothing that anybody could ask for.
LONGEST = 4096
BLANK = "urn:klar:blank:"
TYPE = PREFIXES["rdf"] + "type"
DATASET, CATALOGUE = term("dcat:Dataset").value, term("dcat:Catalog").value
#: RFC 3987 in short: what no IRI may hold. Parsers of others let it pass and break on the way out (pain, A1).
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`]*")
_ORG = "http://www.w3.org/ns/org#"
#: Classes that count as another one for the shapes, as FOAF, vCard and ORG define them.
_SUPER: Mapping[str, str] = {
    **{PREFIXES["foaf"] + each: PREFIXES["foaf"] + "Agent" for each in ("Organization", "Person", "Group")},
    **{_ORG + each: PREFIXES["foaf"] + "Agent" for each in ("Organization", "FormalOrganization", "OrganizationalUnit")},
    **{PREFIXES["vcard"] + each: PREFIXES["vcard"] + "Kind" for each in ("Organization", "Individual", "Group", "Location")},
}


@dataclass(frozen=True, kw_only=True)
class BadIri:
    subject: str
    predicate: str
    value: str  #: of the triple, as text
    iri: str  #: the one of subject, predicate and value that is none


class Graph:
    """Triples by subject and predicate, in the order of the page, each once."""

    def __init__(self, triples: Iterable[Triple], page: int = 1) -> None:
        """`page`: its number; a blank node of another page is another node, whatever it is called there."""
        self.bad: list[BadIri] = []
        self._page = page
        self._blank: dict[str, str] = {}
        self._nodes: dict[str, dict[str, dict[Term, None]]] = {}
        for each in triples:
            self._add(each)

    def _add(self, triple: Triple) -> None:
        subject, predicate = self._name(triple.subject), triple.predicate.value
        value = triple.object
        named = NamedNode(self._name(value)) if isinstance(value, BlankNode) else value
        if not isinstance(named, NamedNode | Literal):
            return  # a triple as a value (RDF-star), which no harvester reads
        iris = (subject, predicate, named.value if isinstance(named, NamedNode) else named.datatype.value)
        wrong = next((each for each in iris if not is_iri(each)), None)
        if wrong is not None:
            self.bad.append(BadIri(subject=subject, predicate=predicate, value=named.value, iri=wrong))
            return
        self._nodes.setdefault(subject, {}).setdefault(predicate, {})[named] = None

    def _name(self, node: object) -> str:
        if isinstance(node, BlankNode):
            return self._blank.setdefault(node.value, f"{BLANK}{self._page}-{len(self._blank) + 1}")
        return node.value if isinstance(node, NamedNode) else ""

    def __len__(self) -> int:
        return sum(len(values) for each in self._nodes.values() for values in each.values())

    def instances(self, class_: str) -> Iterator[str]:
        """Subjects of a class, in order."""
        wanted = NamedNode(class_)
        return (subject for subject, content in self._nodes.items() if wanted in content.get(TYPE, ()))

    def is_a(self, node: str, class_: str) -> bool:
        return any(each.value == class_ for each in self._nodes.get(node, {}).get(TYPE, ()))

    def values(self, node: str, curie: str) -> Sequence[Term]:
        return tuple(self._nodes.get(node, {}).get(term(curie).value, ()))

    def iris(self, node: str, curie: str) -> Sequence[str]:
        return [each.value for each in self.values(node, curie) if isinstance(each, NamedNode)]

    def texts(self, node: str, curie: str) -> Sequence[str]:
        return [each.value for each in self.values(node, curie) if isinstance(each, Literal)]

    def content(self, node: str) -> Mapping[str, Iterable[Term]]:
        """Predicate -> values; nothing for a node that is only mentioned."""
        return self._nodes.get(node, {})

    def subjects(self) -> Iterable[str]:
        return self._nodes

    def triples(self, nodes: Iterable[str]) -> Iterator[Triple]:
        """What is said of nodes; subclasses typed as what the shapes know."""
        for node in nodes:
            subject = NamedNode(node)
            for predicate, values in self._nodes.get(node, {}).items():
                for value in values:
                    yield Triple(subject, NamedNode(predicate), value)
                    if predicate == TYPE and value.value in _SUPER:
                        yield Triple(subject, NamedNode(TYPE), NamedNode(_SUPER[value.value]))

    def closure(self, start: str) -> "Closure":
        """Everything reachable from a data set, as ckanext-dcatde copies it before it validates (harvest-rules, section 2.4); other data
        sets and the catalogue are noted and not entered, or each would hold the whole page."""
        own: dict[str, None] = {start: None}
        others: dict[str, str] = {}
        open_ = [start]
        while open_:
            node = open_.pop()
            for predicate, values in self._nodes.get(node, {}).items():
                for value in values if predicate != TYPE else ():
                    if not isinstance(value, NamedNode) or value.value in own or value.value not in self._nodes:
                        continue
                    if self.is_a(value.value, DATASET) or self.is_a(value.value, CATALOGUE):
                        others.setdefault(value.value, predicate)
                        continue
                    own[value.value] = None
                    open_.append(value.value)
        return Closure(nodes=tuple(own), others=others)


@dataclass(frozen=True, kw_only=True)
class Closure:
    nodes: tuple[str, ...]  #: described nodes, the data set first
    others: Mapping[str, str]  #: data sets and catalogues it leads to -> the predicate of the last step


def is_iri(text: str) -> bool:
    """Absolute, of bearable length, and without what breaks a serialisation."""
    return len(text) <= LONGEST and _IRI.fullmatch(text) is not None


def is_blank(node: str) -> bool:
    return node.startswith(BLANK)
