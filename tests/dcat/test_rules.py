"""Each way to break the rules is found by our own shapes and code lists, and (test_official.py) by the official ones."""

import pytest
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import SH, Graph

from dcat.catalogue import catalogue_triples
from dcat.namespaces import PREFIXES, curie, term
from dcat.profiles import DE_3_0, ap_2_1_1
from dcat.render import published_triples
from dcat.rules import CODE_LISTS, shapes_text, violations
from dcat.shacl import graph_from_triples
from schemas.model import Dataset
from tests.dcat.faults import FAULTS, Fault
from tests.dcat.graphs import rdflib_graph
from tests.dcat.samples import ALL, ISSUED, MODIFIED, PROJECTS, SITE, STATIONS


@pytest.mark.parametrize("dataset", ALL, ids=lambda each: each.name)
def test_what_the_mapping_gives_breaks_no_rule(dataset: Dataset) -> None:
    for profile in (DE_3_0, ap_2_1_1(lambda sha256: sha256[:40]), ap_2_1_1()):
        assert violations(published_triples(dataset, SITE, profile), profile, hvd=bool(dataset.hvd)) == ()


def test_the_catalogue_breaks_no_rule() -> None:
    assert violations(catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED)) == ()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_a_fault_is_found_and_its_field_named(fault: Fault) -> None:
    findings = violations(fault.make(published_triples(fault.dataset, SITE)), hvd=bool(fault.dataset.hvd))

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


FILES = ("klar.ttl", "dcat-ap-de-3.0.ttl", "dcat-ap-2.1.1.ttl", "hvd.ttl", "not-hvd.ttl")


@pytest.mark.parametrize("file", FILES)
def test_every_shape_has_a_german_name_and_a_class_that_klar_writes(file: str) -> None:
    shapes = rdflib_graph(shapes_text(file), "turtle")
    triples = [*catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED), *(t for each in ALL for t in published_triples(each, SITE))]
    classes = {node for node in graph_from_triples(triples).objects() if curie(str(node)).partition(":")[0] in PREFIXES}

    assert set(shapes.objects(None, SH.targetClass)) <= classes
    assert all(shapes.value(shape, SH.name) is not None for shape in shapes.subjects(SH.path))


def test_every_property_that_klar_writes_has_a_rule() -> None:
    """What nobody checks may break without anybody noticing. Types and links that only lead to labels are not rules of their own."""
    rules = Graph()
    for each in FILES:
        rules += rdflib_graph(shapes_text(each), "turtle")
    checked = {str(node) for node in rules.objects()}
    written = {t.predicate.value for each in ALL for t in published_triples(each, SITE)}
    written |= {t.predicate.value for t in catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED)}

    unchecked = {curie(each) for each in written - checked} - {curie(each.value) for each in CODE_LISTS}

    assert unchecked == {"rdf:type", "skos:prefLabel"}


def test_one_profile_does_not_satisfy_the_shapes_of_the_other() -> None:
    """Negative control of the profiles' own shapes."""
    other = ap_2_1_1(lambda sha256: sha256[:40])

    assert {each.field for each in violations(published_triples(PROJECTS, SITE), other)} == {
        "dcat:byteSize",
        "spdx:algorithm",
        "spdx:checksumValue",
    }
    assert {each.field for each in violations(published_triples(PROJECTS, SITE, other), DE_3_0)} == {"spdx:algorithm", "spdx:checksumValue"}


def test_a_high_value_data_set_is_held_to_its_marks_and_another_one_may_not_carry_them() -> None:
    flagged, plain = published_triples(STATIONS, SITE), published_triples(PROJECTS, SITE)

    assert {each.field for each in violations(plain, hvd=True)} == {"dcatap:applicableLegislation", "dcatap:hvdCategory"}
    assert {each.field for each in violations(flagged, hvd=False)} == {"dcatap:applicableLegislation", "dcatap:hvdCategory"}
