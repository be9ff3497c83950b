import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib.compare import isomorphic

from catalog.rendering import SYNTAXES
from dcat.namespaces import PREFIXES, term
from dcat.render import published_triples
from dcat.serialise import between, document, fragment, fragments
from dcat.shacl import graph_from_triples
from schemas.model import Dataset
from tests.dcat.graphs import graph_of, triples_of
from tests.dcat.samples import ALL, PROJECTS, SITE
from tests.dcat.strategies import datasets

ROOT = Path(__file__).resolve().parents[2]


@settings(max_examples=40)
@given(datasets())
def test_every_syntax_says_exactly_what_the_mapping_says(dataset: Dataset) -> None:
    triples = published_triples(dataset, SITE)

    for syntax, body in fragments(triples).items():
        assert triples_of(document(syntax, body), syntax) == set(triples)


@settings(max_examples=20)
@given(datasets())
def test_rdflib_reads_every_syntax_and_all_are_isomorphic(dataset: Dataset) -> None:
    triples = published_triples(dataset, SITE)
    written = fragments(triples)

    graphs = [graph_of(document(syntax, written[syntax]), syntax) for syntax in SYNTAXES]

    assert len(graphs[0]) == len(set(triples))
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])
    assert isomorphic(graphs[0], graph_of(document("nt", fragment(triples, "nt")), "nt"))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_joined_fragments_say_what_all_data_sets_say(syntax: str) -> None:
    triples = [published_triples(each, SITE) for each in ALL]

    joined = document(syntax, *(fragment(each, syntax) for each in triples))

    assert triples_of(joined, syntax) == set().union(*triples)
    assert set(graph_of(joined, syntax)) == set(graph_of(document("nt", *(fragment(each, "nt") for each in triples)), "nt"))


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("count", [0, 1, len(ALL)])
def test_what_stands_between_two_fragments_can_stand_between_others(syntax: str, count: int) -> None:
    head, *others, foot, new_foot = [fragment(published_triples(each, SITE), syntax) for each in (ALL * 3)[: count + 3]]

    inner = between(syntax, document(syntax, head, *others, foot), head, foot)

    assert document(syntax, foot, inner, new_foot) == document(syntax, foot, *others, new_foot)


@settings(max_examples=40)
@given(datasets())
def test_a_fragment_brings_no_envelope_of_its_own(dataset: Dataset) -> None:
    written = fragments(published_triples(dataset, SITE))

    assert not any(line.startswith((b"@", b"PREFIX", b"BASE")) for line in written["ttl"].split(b"\n"))
    assert b"xmlns" not in _without_texts(written["rdf"])
    assert b"<rdf:RDF" not in _without_texts(written["rdf"])
    assert not written["jsonld"].startswith(b"[")
    assert b'"@context"' not in written["jsonld"]


def _without_texts(xml: bytes) -> bytes:
    """Tags only: texts may hold anything, escaped or not."""
    return b"\n".join(line.partition(b">")[0] for line in xml.split(b"\n") if line.startswith(b"\t<"))


def test_order_and_repetition_of_triples_do_not_matter() -> None:
    triples = published_triples(PROJECTS, SITE)

    assert fragments(triples) == fragments(triples[::-1] + triples)


def test_blank_nodes_are_refused() -> None:
    with pytest.raises(ValueError, match="named node"):
        fragments([Triple(BlankNode(), term("dcterms:title"), Literal("x"))])


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_nothing_is_an_empty_document(syntax: str) -> None:
    assert triples_of(document(syntax), syntax) == set()
    assert len(graph_of(document(syntax), syntax)) == 0


def test_prefixes_are_all_declared_in_one_order() -> None:
    assert list(PREFIXES) == sorted(PREFIXES)


_PRINT_DIGESTS = """
import hashlib
from catalog.rendering import SYNTAXES
from dcat.feed import page
from dcat.render import published_triples, renderer
from dcat.serialise import fragments
from tests.dcat.samples import ALL, ISSUED, MODIFIED, SITE
written = [fragments(published_triples(each, SITE)) for each in ALL]
for syntax in SYNTAXES:
    parts = [each[syntax] for each in written]
    content = page(SITE, syntax, number=1, fragments=parts, total=4, last_page=3, modified=MODIFIED, issued=ISSUED)
    print(syntax, len(content), hashlib.sha256(content).hexdigest())
print(renderer(SITE).key)
"""


def test_bytes_are_the_same_in_every_process() -> None:
    outputs = {_digests(seed) for seed in ("0", "1", "4711")}

    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == len(SYNTAXES) + 1


def _digests(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", _PRINT_DIGESTS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_graph_made_without_parsing_keeps_every_lexical_form() -> None:
    triples = published_triples(PROJECTS, SITE)

    graph = graph_from_triples(triples)

    assert len(graph) == len(set(triples))
    assert {(str(s), str(p), str(o)) for s, p, o in graph} == {(_plain(t.subject), _plain(t.predicate), _plain(t.object)) for t in triples}


def _plain(node: object) -> str:
    assert isinstance(node, NamedNode | Literal)
    return node.value
