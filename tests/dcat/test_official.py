"""0 results against the official shapes, where the reference folder is; the run prints how many shapes met how many data sets."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple
from rdflib import Graph

from dcat.catalogue import catalogue_triples
from dcat.feed import page
from dcat.render import published_triples
from dcat.serialise import fragment
from dcat.shacl import OfficialProfile, dashboard_profile, graph_from_triples, official_profile
from schemas.errors import ConfigurationError
from schemas.model import Dataset, Site
from tests.dcat.faults import FAULTS, Fault
from tests.dcat.graphs import graph_of, rdflib_graph
from tests.dcat.samples import ALL, ISSUED, MODIFIED, PROJECTS, SITE
from tests.dcat.strategies import datasets
from tests.shared import SHARED

SHAPES = SHARED / "reference" / "dcat" / "shapes"
SAMPLES = SHARED / "reference" / "dcat" / "samples"
present = pytest.mark.skipif(not SHAPES.is_dir(), reason=f"offizielle SHACL-Dateien fehlen: {SHAPES}")
PROFILES = ("official", "repaired", "dashboard")

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def profiles() -> dict[str, OfficialProfile]:
    return {
        "official": official_profile(SHAPES, repaired=False),
        "repaired": official_profile(SHAPES, repaired=True),
        "dashboard": dashboard_profile(SHAPES),
    }


def catalogue_graph(chosen: Iterable[Dataset], site: Site = SITE) -> Graph:
    described = (published_triples(each, site) for each in chosen)
    return graph_from_triples(chain(catalogue_triples(site, issued=ISSUED, modified=MODIFIED), *described))


def report(record_property: Record, profile: OfficialProfile, count: int) -> None:
    record_property("summary", f"SHACL {profile.name}: {profile.rules} shapes × {count} data sets, 0 results")


@present
@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("syntax", ["ttl", "rdf", "jsonld", "nt"])
def test_a_feed_page_has_no_results(profiles: dict[str, OfficialProfile], name: str, syntax: str, record_property: Record) -> None:
    written = [fragment(published_triples(each, SITE), syntax) for each in ALL]
    content = page(SITE, syntax, number=1, fragments=written, total=len(ALL), last_page=3, modified=MODIFIED, issued=ISSUED)

    assert profiles[name].results(graph_of(content, syntax)) == ()
    report(record_property, profiles[name], len(ALL))


@present
@pytest.mark.parametrize("name", ["official", "repaired"])
def test_hostile_data_sets_have_no_results(profiles: dict[str, OfficialProfile], name: str, record_property: Record) -> None:
    seen: list[int] = []

    @settings(max_examples=8)
    @given(st.lists(datasets(), min_size=3, max_size=6, unique_by=lambda each: each.name))
    def check(chosen: list[Dataset]) -> None:
        seen.append(len(chosen))
        assert profiles[name].results(catalogue_graph(chosen)) == ()

    check()
    report(record_property, profiles[name], sum(seen))


@present
@pytest.mark.parametrize("name", ["official", "repaired"])
def test_one_address_for_uris_and_pages_changes_nothing(profiles: dict[str, OfficialProfile], name: str) -> None:
    """The default configuration: the page of a data set is its URI."""
    site = replace(SITE, base_url="http://127.0.0.1:8000", uri_base="http://127.0.0.1:8000")

    assert profiles[name].results(catalogue_graph(ALL, site)) == ()


@present
@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_a_fault_has_results(profiles: dict[str, OfficialProfile], fault: Fault) -> None:
    def broken(triples: Iterable[Triple]) -> Graph:
        return graph_from_triples(chain(catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED), fault.make(triples)))

    triples = published_triples(PROJECTS, SITE)

    assert profiles["repaired"].results(broken(triples)) != ()
    assert bool(profiles["official"].results(broken(triples))) is fault.official


@present
def test_the_repair_gives_what_the_reference_repaired_by_hand() -> None:
    by_hand = Graph()
    for name in ("dcat-ap-3.0.0/dcat-ap-SHACL.ttl", "dcat-ap-de-3.0/dcat-ap-SHACL-DE.ttl", "dcat-ap-de-3.0/dcat-ap-de-deprecated.ttl"):
        by_hand.parse(SHAPES / name)
    for each in sorted((SHAPES / "derived-fixed").glob("*.ttl")):
        by_hand.parse(each)

    repaired = official_profile(SHAPES, repaired=True).shapes

    assert len(repaired) == len(by_hand)
    assert _named(repaired) == _named(by_hand)


def _named(graph: Graph) -> set[str]:
    return {f"{s} {p} {o.n3()}" for s, p, o in graph if "_:" not in s.n3() + o.n3()}


@present
@pytest.mark.parametrize(
    ("file", "official", "repaired"),
    [
        ("own/kl-golden.ttl", 0, 0),
        ("shacl-testcases/v3.0_shapes/quicktest.ttl", 0, 1),
        ("shacl-testcases/v3.0_shapes/deprecated.ttl", 11, 11),
        ("dcat-ap-de-3.0/Dataset-und-Distribution.ttl", 10, 10),
    ],
)
def test_known_files_have_the_known_number_of_results(
    profiles: dict[str, OfficialProfile], file: str, official: int, repaired: int
) -> None:
    graph = rdflib_graph((SAMPLES / file).read_text(encoding="utf-8"), "turtle")

    assert (len(profiles["official"].results(graph)), len(profiles["repaired"].results(graph))) == (official, repaired)


@present
def test_an_empty_graph_is_refused_instead_of_conforming(profiles: dict[str, OfficialProfile]) -> None:
    with pytest.raises(ValueError, match="empty"):
        profiles["official"].results(Graph())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"dcat-ap-3\.0\.0/dcat-ap-SHACL\.ttl"):
        official_profile(tmp_path)
