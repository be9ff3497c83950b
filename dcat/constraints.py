"""A small SHACL engine for the shapes klar ships: the constraints they use and no others, about a hundred times as fast as pySHACL.

Publishing validates every data set, and pySHACL needs some fifty milliseconds for one. A shape with a term that is not listed
here is refused when the shapes are read, so nothing is passed over in silence; tests/dcat/test_constraints.py holds the engine
equal to pySHACL. Names follow https://www.w3.org/TR/shacl/. Lexical forms are checked for the datatypes that rdflib checks, too.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from dcat.namespaces import PREFIXES, curie, term

Term = NamedNode | Literal
#: Values of one property of one node -> values that break the rule; None stands for the node as a whole.
Check = Callable[[Collection[Term], "Described"], Sequence[Term | None]]

_SH = "http://www.w3.org/ns/shacl#"
_TYPE = term("rdf:type").value
_FIRST, _REST, _NIL = (PREFIXES["rdf"] + name for name in ("first", "rest", "nil"))
_XSD = PREFIXES["xsd"]


@dataclass(frozen=True, kw_only=True, order=True)
class Result:
    """One sh:ValidationResult, as text."""

    severity: str  #: Violation, Warning, Info, or the local name of a profile's own severity
    focus: str  #: IRI of the node; for a code list rule of the official shapes this is the value
    path: str  #: CURIE, or "" when the path is not a single property
    component: str  #: MinCount, Class, …
    value: str  #: as N-Triples, or ""
    name: str  #: sh:name of the rule, German if there is one, or ""
    message: str  #: German if there is one; "" for our own shapes, whose messages are built from the rest


class Described:
    """Triples by subject and predicate, each value once."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._nodes: dict[str, dict[str, dict[Term, None]]] = {}
        self._instances: dict[str, dict[str, None]] = {}
        nodes = self._nodes
        for each in triples:
            subject, predicate, value = each.subject.value, each.predicate.value, each.object  # type: ignore[union-attr]  # named nodes only
            content = nodes.get(subject)
            if content is None:
                content = nodes[subject] = {}
            if predicate in content:
                content[predicate][value] = None  # type: ignore[index]  # no nested triples
            else:
                content[predicate] = {value: None}  # type: ignore[dict-item]  # no nested triples
            if predicate == _TYPE:
                self._instances.setdefault(value.value, {})[subject] = None  # type: ignore[union-attr]  # classes are named nodes

    def instances(self, class_: str) -> Iterable[str]:
        return self._instances.get(class_, ())

    def is_a(self, node: Term, class_: str) -> bool:
        return isinstance(node, NamedNode) and node.value in self._instances.get(class_, ())

    def node(self, focus: str) -> Mapping[str, Collection[Term]]:
        """Predicate -> values."""
        return self._nodes[focus]


@dataclass(frozen=True, kw_only=True)
class PropertyShape:
    name: str
    paths: tuple[str, ...]  #: several: sh:alternativePath
    checks: tuple[tuple[str, Check], ...]  #: component, check
    demanding: bool  #: has something to say about a node that lacks the property


@dataclass(frozen=True, kw_only=True)
class NodeShape:
    classes: tuple[str, ...]
    properties: tuple[PropertyShape, ...]

    @cached_property
    def by_predicate(self) -> Mapping[str, Sequence[PropertyShape]]:
        """What to check where a node has a property; most nodes have few of those that have rules."""
        found: dict[str, list[PropertyShape]] = {}
        for each in self.properties:
            if len(each.paths) == 1:
                found.setdefault(each.paths[0], []).append(each)
        return found

    @cached_property
    def otherwise(self) -> Sequence[PropertyShape]:
        """What to check on every node: alternative paths, and what may not be missing."""
        return [each for each in self.properties if len(each.paths) > 1 or each.demanding]


@dataclass(frozen=True, kw_only=True)
class Shapes:
    nodes: tuple[NodeShape, ...] = field(default=())

    def results(self, triples: Iterable[Triple]) -> Iterator[Result]:
        """All results, in no order. `triples` hold no blank nodes."""
        described = Described(triples)
        for shape in self.nodes:
            for focus in dict.fromkeys(node for each in shape.classes for node in described.instances(each)):
                yield from _node_results(shape, focus, described)


def _node_results(shape: NodeShape, focus: str, described: Described) -> Iterator[Result]:
    """Loops in a loop, without a function for each: nearly all of some three hundred checks find nothing."""
    content = described.node(focus)
    rules = shape.by_predicate
    for predicate, values in content.items():
        for rule in rules.get(predicate, ()):
            for component, check in rule.checks:
                if found := check(values, described):
                    yield from _broken(rule, component, focus, found)
    for rule in shape.otherwise:
        if len(rule.paths) > 1:
            values = dict.fromkeys(value for path in rule.paths for value in content.get(path, ()))
        elif rule.paths[0] not in content:
            values = {}
        else:
            continue
        for component, check in rule.checks:
            if found := check(values, described):
                yield from _broken(rule, component, focus, found)


def read_shapes(text: str) -> Shapes:
    """Raises ValueError for a term this engine does not know."""
    source = _Source(text)
    return Shapes(nodes=tuple(source.node_shape(each) for each in source.subjects("targetClass")))


def _broken(rule: PropertyShape, component: str, focus: str, values: Iterable[Term | None]) -> Iterator[Result]:
    path = curie(rule.paths[0]) if len(rule.paths) == 1 else ""
    for value in values:
        shown = "" if value is None else str(value)
        yield Result(severity="Violation", focus=focus, path=path, component=component, value=shown, name=rule.name, message="")


class _Source:
    """The shapes as written: reads what stands at a node."""

    def __init__(self, text: str) -> None:
        self._statements: dict[object, dict[str, list[object]]] = {}
        for each in parse(text, format=RdfFormat.TURTLE):
            self._statements.setdefault(each.subject, {}).setdefault(each.predicate.value, []).append(each.object)

    def subjects(self, name: str) -> list[object]:
        return [node for node, content in self._statements.items() if _SH + name in content]

    def node_shape(self, node: object) -> NodeShape:
        content = self._content(node, {"targetClass", "property"})
        properties = tuple(self._property(each) for each in content.get("property", ()))
        return NodeShape(classes=tuple(map(_iri, content["targetClass"])), properties=properties)

    def _property(self, node: object) -> PropertyShape:
        content = self._content(node, {"path", "name", *_CHECKS, "languageIn", "or"})
        checks = [(name[0].upper() + name[1:], _CHECKS[name](each)) for name in _CHECKS for each in content.get(name, ())]
        checks += [("LanguageIn", _language_in({_text(tag) for tag in self._list(each)})) for each in content.get("languageIn", ())]
        checks += [("Or", _any_of([self._datatype(option) for option in self._list(each)])) for each in content.get("or", ())]
        (path,) = content["path"]
        demanding = not {"minCount", "hasValue"}.isdisjoint(content)
        return PropertyShape(name=_text(content["name"][0]), paths=self._paths(path), checks=tuple(checks), demanding=demanding)

    def _paths(self, path: object) -> tuple[str, ...]:
        if isinstance(path, NamedNode):
            return (path.value,)
        (alternatives,) = self._content(path, {"alternativePath"})["alternativePath"]
        return tuple(map(_iri, self._list(alternatives)))

    def _datatype(self, node: object) -> Check:
        """Within sh:or: nothing but datatypes."""
        (datatype,) = self._content(node, {"datatype"})["datatype"]
        return _datatype(datatype)

    def _content(self, node: object, known: set[str]) -> Mapping[str, list[object]]:
        content = {name.removeprefix(_SH): values for name, values in self._statements[node].items() if name != _TYPE}
        if unknown := sorted(set(content) - known):
            raise ValueError(f"shapes: {', '.join(unknown)} at {node}")
        return content

    def _list(self, node: object) -> list[object]:
        values = []
        while not (isinstance(node, NamedNode) and node.value == _NIL):
            content = self._statements[node]
            values.append(content[_FIRST][0])
            node = content[_REST][0]
        return values


def _iri(node: object) -> str:
    if not isinstance(node, NamedNode):
        raise ValueError(f"shapes: {node} is no IRI")
    return node.value


def _text(node: object) -> str:
    if not isinstance(node, Literal):
        raise ValueError(f"shapes: {node} is no text")
    return node.value


def _min_count(node: object) -> Check:
    least = int(_text(node))
    return lambda values, _: (None,) if len(values) < least else ()


def _max_count(node: object) -> Check:
    most = int(_text(node))
    return lambda values, _: (None,) if len(values) > most else ()


def _class(node: object) -> Check:
    class_ = _iri(node)
    return lambda values, described: [each for each in values if not described.is_a(each, class_)]


_KINDS: Mapping[str, type] = {_SH + "IRI": NamedNode, _SH + "Literal": Literal}


def _has_value(node: object) -> Check:
    return lambda values, _: () if node in values else (None,)


def _node_kind(node: object) -> Check:
    kind = _KINDS[_iri(node)]
    return lambda values, _: [each for each in values if not isinstance(each, kind)]


def _pattern(node: object) -> Check:
    search = re.compile(_text(node)).search
    return lambda values, _: [each for each in values if not search(each.value)]


def _min_length(node: object) -> Check:
    least = int(_text(node))
    return lambda values, _: [each for each in values if len(each.value) < least]


def _unique_lang(node: object) -> Check:
    if _text(node) != "true":
        raise ValueError("shapes: uniqueLang is true or absent")
    return _repeated_languages


def _repeated_languages(values: Collection[Term], _: Described) -> list[None]:
    """One result for each language that is used twice."""
    languages = [each.language.lower() for each in values if isinstance(each, Literal) and each.language]
    return [None for language in set(languages) if languages.count(language) > 1]


def _language_in(allowed: set[str]) -> Check:
    def spoken(each: Term) -> bool:
        language = each.language.lower() if isinstance(each, Literal) and each.language else ""
        return language in allowed or language.partition("-")[0] in allowed

    return lambda values, _: [each for each in values if not spoken(each)]


def _datatype(node: object) -> Check:
    datatype = _iri(node)
    well_formed = _LEXICAL.get(datatype.removeprefix(_XSD))

    def fits(each: Term) -> bool:
        right = isinstance(each, Literal) and each.datatype.value == datatype
        return right and (well_formed is None or well_formed(each.value))

    return lambda values, _: [each for each in values if not fits(each)]


def _any_of(options: Sequence[Check]) -> Check:
    return lambda values, described: [each for each in values if all(option((each,), described) for option in options)]


def _written_as(pattern: str, read: Callable[[str], object] = str) -> Callable[[str], bool]:
    written = re.compile(pattern, re.ASCII)

    def well_formed(text: str) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return written.fullmatch(text) is not None

    return well_formed


#: xsd datatype -> whether a text is one of its lexical forms. Those rdflib does not check are left to patterns.
_LEXICAL: Mapping[str, Callable[[str], bool]] = {
    "date": _written_as(r"\d{4}-\d\d-\d\d", date.fromisoformat),
    "dateTime": _written_as(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", datetime.fromisoformat),
    "hexBinary": _written_as(r"([0-9A-Fa-f]{2})*"),
    "nonNegativeInteger": _written_as(r"\+?\d+"),
}

_CHECKS: Mapping[str, Callable[[object], Check]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "class": _class,
    "hasValue": _has_value,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "minLength": _min_length,
    "uniqueLang": _unique_lang,
}
