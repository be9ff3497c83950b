"""The small SHACL engine says what pySHACL says, result for result, about good and about broken data sets."""

import logging
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import Graph

from dcat.constraints import Result, read_shapes
from dcat.namespaces import term
from dcat.profiles import DE_3_0, Profile, ap_2_1_1
from dcat.render import published_triples
from dcat.rules import shape_files, shapes_text
from dcat.shacl import graph_from_triples, results
from schemas.model import Dataset
from tests.dcat.faults import FAULTS, Fault
from tests.dcat.graphs import rdflib_graph
from tests.dcat.samples import ALL, PROJECTS, SITE, STATIONS

AP_2_1_1 = ap_2_1_1(lambda sha256: sha256[:40])
SUITES = [(profile, hvd) for profile in (DE_3_0, AP_2_1_1) for hvd in (False, True)]
Key = tuple[str, str, str, str]


def texts(profile: Profile, *, hvd: bool) -> list[str]:
    return [shapes_text(each) for each in shape_files(profile, hvd=hvd)]


def by_pyshacl(triples: Iterable[Triple], sources: list[str]) -> Counter[Key]:
    """rdflib warns about each lexical form it cannot convert; that is what some of these tests are about."""
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    shapes = Graph()
    for each in sources:
        shapes += rdflib_graph(each, "turtle")
    return Counter(_key(each, each.value) for each in results(graph_from_triples(triples), shapes))


def by_klar(triples: Iterable[Triple], sources: list[str]) -> Counter[Key]:
    known = list(triples)
    values = {str(each.object): each.object for each in known}
    found = (each for source in sources for each in read_shapes(source).results(known))
    return Counter(_key(each, _as_rdflib(values[each.value]) if each.value else "") for each in found)


def _key(result: Result, value: str) -> Key:
    return result.focus, result.path, result.component, value


def _as_rdflib(value: object) -> str:
    assert isinstance(value, NamedNode | Literal)
    node = NamedNode("urn:x")
    (converted,) = graph_from_triples([Triple(node, node, value)]).objects()
    return str(converted.n3())


def assert_equal(triples: Iterable[Triple], sources: list[str]) -> Counter[Key]:
    known = list(triples)
    ours = by_klar(known, sources)
    assert ours == by_pyshacl(known, sources)
    return ours


_EVERY = {str(each.object): each for dataset in ALL for each in published_triples(dataset, SITE)}
predicates = st.sampled_from(sorted({each.predicate for each in _EVERY.values()}, key=str))
odd_values: st.SearchStrategy[NamedNode | Literal] = st.one_of(
    st.sampled_from(sorted((each.object for each in _EVERY.values()), key=str)),
    st.sampled_from(
        [
            Literal(""),
            Literal("ohne Sprache"),
            Literal("auf Deutsch", language="de"),
            Literal("schweizerisch", language="de-CH"),
            Literal("français", language="fr"),
            Literal("-1", datatype=term("xsd:nonNegativeInteger")),
            Literal("12", datatype=term("xsd:nonNegativeInteger")),
            Literal("viele", datatype=term("xsd:nonNegativeInteger")),
            Literal("12", datatype=term("xsd:integer")),
            Literal("abc", datatype=term("xsd:hexBinary")),
            Literal("ab", datatype=term("xsd:hexBinary")),
            Literal("2026-02-31", datatype=term("xsd:date")),
            Literal("2026-02-28", datatype=term("xsd:date")),
            Literal("gestern", datatype=term("xsd:dateTime")),
            Literal("2026-02-28T10:00:00Z", datatype=term("xsd:dateTime")),
            Literal("2026", datatype=term("xsd:gYear")),
            Literal("26", datatype=term("xsd:gYear")),
            Literal("POINT(7 49)", datatype=term("geo:wktLiteral")),
            Literal("irgendwo", datatype=term("geo:wktLiteral")),
            NamedNode("urn:x:y"),
            NamedNode("https://example.org/"),
            NamedNode("mailto:amt@example.org"),
        ]
    ),
)
#: One change to a data set's triples: take one away, give one another value, or say something more about one of its nodes.
changes = st.lists(st.tuples(st.sampled_from(["drop", "replace", "add"]), st.integers(0, 10_000), predicates, odd_values), max_size=8)


Step = tuple[str, int, NamedNode, NamedNode | Literal]


def changed(triples: list[Triple], steps: list[Step]) -> list[Triple]:
    for what, place, predicate, value in steps:
        each = triples[place % len(triples)]
        if what != "add":
            triples = [other for other in triples if other != each]
        if what == "replace":
            triples = [*triples, Triple(each.subject, each.predicate, value)]
        if what == "add":
            triples = [*triples, Triple(each.subject, predicate, value)]
    return triples


@settings(max_examples=50)
@given(dataset=st.sampled_from(ALL), suite=st.sampled_from(SUITES), steps=changes)
def test_the_engine_finds_what_pyshacl_finds(dataset: Dataset, suite: tuple[Profile, bool], steps: list[Step]) -> None:
    profile, hvd = suite
    triples = changed(list(published_triples(dataset, SITE, profile)), steps)

    assert_equal(triples, texts(profile, hvd=hvd))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_the_engine_finds_every_planted_fault_as_pyshacl_does(fault: Fault) -> None:
    broken = fault.make(published_triples(fault.dataset, SITE))

    assert_equal(broken, texts(DE_3_0, hvd=bool(fault.dataset.hvd)))


def test_the_comparison_sees_results_of_every_component() -> None:
    """Negative control: data sets without results would be equal under any engine."""
    broken = changed(list(published_triples(PROJECTS, SITE)), _DISASTER)
    uri = NamedNode(SITE.dataset_uri(PROJECTS.name))
    broken = [each for each in broken if (each.subject, each.predicate) != (uri, term("dcterms:identifier"))]
    broken += [Triple(uri, predicate, value) for predicate, value in _EXTRA]

    found = assert_equal(broken, texts(DE_3_0, hvd=False)) + assert_equal(published_triples(STATIONS, SITE), texts(AP_2_1_1, hvd=True))

    assert {component for _, _, component, _ in found} >= {
        "Class",
        "Datatype",
        "HasValue",
        "LanguageIn",
        "MaxCount",
        "MinCount",
        "MinLength",
        "NodeKind",
        "Or",
        "Pattern",
        "UniqueLang",
    }


_DISASTER: list[Step] = [("replace", place, term("dcterms:title"), NamedNode("urn:x:y")) for place in range(0, 170, 7)]
_EXTRA: list[tuple[NamedNode, NamedNode | Literal]] = [
    (term("dcterms:title"), Literal("", language="de")),
    (term("dcterms:title"), Literal("noch einer", language="de")),
    (term("dcterms:description"), Literal("une description", language="fr")),
    (term("dcterms:modified"), Literal("2026", datatype=term("xsd:gYear"))),
    (term("dcterms:modified"), Literal("gestern", datatype=term("xsd:dateTime"))),
    (term("rdf:type"), term("dcterms:PeriodOfTime")),
    (term("dcat:startDate"), Literal("2026-01-01T00:00:00Z", datatype=term("xsd:dateTime"))),
    (term("dcat:theme"), Literal("GOVE")),
]


@pytest.mark.parametrize(
    "unknown",
    [
        "sh:property [ sh:path dcterms:title ; sh:name 'x'@de ; sh:maxLength 3 ]",
        "sh:property [ sh:path dcterms:title ; sh:name 'x'@de ; sh:or ( [ sh:nodeKind sh:IRI ] ) ]",
        "sh:property [ sh:path [ sh:inversePath dcterms:title ] ; sh:name 'x'@de ; sh:minCount 1 ]",
        "sh:property [ sh:path dcterms:title ; sh:name 'x'@de ; sh:uniqueLang false ]",
        "sh:closed true",
        "sh:deactivated true",
    ],
)
def test_what_the_engine_does_not_know_is_refused(unknown: str) -> None:
    text = f"""
    @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcterms: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
    [] a sh:NodeShape ; sh:targetClass dcat:Dataset ; {unknown} .
    """

    with pytest.raises(ValueError, match="shapes:"):
        read_shapes(text)
