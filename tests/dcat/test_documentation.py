"""docs/dcat-mapping.md lists what klar writes, all of it and nothing else, and names tests that exist."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from pyoxigraph import NamedNode

from dcat.catalogue import catalogue_triples
from dcat.namespaces import curie, term
from dcat.render import published_triples
from tests.dcat.samples import ALL, ISSUED, MODIFIED, SITE

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "dcat-mapping.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(\w+:\w+)` \|", re.MULTILINE)


def documented() -> Mapping[str, set[str]]:
    """Class -> properties."""
    parts = re.split(r"^### (\w+:\w+)$", DOCUMENT.split("## What klar does not write")[0], flags=re.MULTILINE)[1:]
    return {
        class_: set(re.findall(r"^\| `(\w+:\w+)` \|", text, flags=re.MULTILINE))
        for class_, text in zip(parts[::2], parts[1::2], strict=True)
    }


def written() -> Mapping[str, set[str]]:
    """Class -> properties, over everything the samples make klar say; nodes that only have a class are left out."""
    triples = [*catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED), *(t for each in ALL for t in published_triples(each, SITE))]
    classes = {t.subject: curie(t.object.value) for t in triples if t.predicate == term("rdf:type") and isinstance(t.object, NamedNode)}
    classes |= {t.subject: "dcat:Dataset" for t in triples if t.object == term("dcat:Dataset")}
    found = defaultdict(set)
    for each in triples:
        if each.predicate != term("rdf:type"):
            found[classes[each.subject]].add(curie(each.predicate.value))
    return found


def test_the_documentation_has_every_property_and_no_other() -> None:
    assert documented() == written()


def test_every_line_names_a_test_that_exists() -> None:
    table = DOCUMENT.split("## What klar does not write")[0]
    named = re.findall(r"`(test_\w+)` \|$", table, flags=re.MULTILINE)
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    assert len(named) == len(_ROW.findall(table))
    assert set(named) <= set(re.findall(r"^def (test_\w+)", sources, flags=re.MULTILINE))


def test_what_is_said_not_to_be_written_is_not() -> None:
    refused = set(re.findall(r"`(\w+:\w+)`", DOCUMENT.split("## What klar does not write")[1].split("of the catalogue")[0]))

    assert refused
    assert not refused & written()["dcat:Dataset"]
