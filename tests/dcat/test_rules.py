"""Each way to break the rules is found by our own shapes and code lists, and (test_official.py) by the official ones."""

import pytest
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import SH

from dcat.catalogue import catalogue_triples
from dcat.namespaces import PREFIXES, curie, term
from dcat.render import published_triples
from dcat.rules import CODE_LISTS, shapes_text, violations
from dcat.shacl import graph_from_triples
from schemas.model import Dataset
from tests.dcat.faults import FAULTS, Fault
from tests.dcat.graphs import rdflib_graph
from tests.dcat.samples import ALL, ISSUED, MODIFIED, PROJECTS, SITE


@pytest.mark.parametrize("dataset", ALL, ids=lambda each: each.name)
def test_what_the_mapping_gives_breaks_no_rule(dataset: Dataset) -> None:
    assert violations(published_triples(dataset, SITE)) == ()


def test_the_catalogue_breaks_no_rule() -> None:
    assert violations(catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED)) == ()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_a_fault_is_found_and_its_field_named(fault: Fault) -> None:
    findings = violations(fault.make(published_triples(PROJECTS, SITE)))

    assert fault.field in {each.field for each in findings}
    assert all(each.message and each.origin for each in findings)


def test_a_value_outside_its_list_is_quoted() -> None:
    node = NamedNode("https://opendata.example.org/datasets/projekte#csv")
    (finding,) = violations([Triple(node, term("dcterms:format"), NamedNode("http://example.org/DOC"))])

    assert finding.message == "Format (dcterms:format): <http://example.org/DOC> steht nicht in der Codeliste."
    assert finding.origin == node.value


def test_text_is_never_a_value_of_a_list() -> None:
    node = NamedNode("https://opendata.example.org/datasets/projekte")

    assert [each.code for each in violations([Triple(node, term("dcat:theme"), Literal("GOVE"))])] == ["unknown-code"]


def test_every_listed_field_is_one_that_the_mapping_writes() -> None:
    """A list for a predicate that nobody writes would check nothing."""
    written = {each.predicate for dataset in ALL for each in published_triples(dataset, SITE)}

    assert set(CODE_LISTS) <= written


def test_every_shape_has_a_german_name_and_a_class_that_klar_writes() -> None:
    shapes = rdflib_graph(shapes_text(), "turtle")
    triples = [*catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED), *(t for each in ALL for t in published_triples(each, SITE))]
    classes = {node for node in graph_from_triples(triples).objects() if curie(str(node)).partition(":")[0] in PREFIXES}

    assert set(shapes.objects(None, SH.targetClass)) <= classes
    assert all(shapes.value(shape, SH.name) is not None for shape in shapes.subjects(SH.path))
