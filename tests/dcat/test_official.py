"""0 results against the official shapes, where the reference folder is; the run prints how many shapes met how many data sets."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from pyoxigraph import NamedNode, Triple
from rdflib import Graph

from catalog.rendering import Renderer
from dcat.catalogue import catalogue_triples
from dcat.constraints import Result
from dcat.feed import page
from dcat.official import AP_2_1_1, AP_3_0_0, DASHBOARD, HVD, OFFICIAL, REPAIRED, ProfileFiles
from dcat.profiles import DE_3_0, Profile, ap_2_1_1
from dcat.render import published_triples, renderer
from dcat.serialise import fragment
from dcat.shacl import graph_from_triples, load
from schemas.model import Dataset, Site
from schemas.values import HvdCategory
from tests.dcat.faults import FAULTS, Fault
from tests.dcat.graphs import graph_of, rdflib_graph
from tests.dcat.samples import ALL, ISSUED, MODIFIED, PROJECTS, SITE
from tests.dcat.strategies import datasets
from tests.shared import SHARED

SHAPES = SHARED / "reference" / "dcat" / "shapes"
SAMPLES = SHARED / "reference" / "dcat" / "samples"
present = pytest.mark.skipif(not SHAPES.is_dir(), reason=f"offizielle SHACL-Dateien fehlen: {SHAPES}")
AP_2_1_1_PROFILE = ap_2_1_1(lambda sha256: sha256[:40])
#: Profile of the feed -> official profiles that find nothing in what it writes. Size and checksum decide: see docs/dcat-mapping.md.
ACCEPTED = {
    DE_3_0.name: (OFFICIAL, REPAIRED, DASHBOARD),
    AP_2_1_1_PROFILE.name: (OFFICIAL, REPAIRED, DASHBOARD, AP_2_1_1, AP_3_0_0),
}
CASES = [(profile, files) for profile in (DE_3_0, AP_2_1_1_PROFILE) for files in ACCEPTED[profile.name]]
LABELS = [f"{profile.name}-{files.name}" for profile, files in CASES]
every_case = pytest.mark.parametrize(("profile", "files"), CASES, ids=LABELS)
both_profiles = pytest.mark.parametrize("profile", [DE_3_0, AP_2_1_1_PROFILE], ids=lambda each: each.name)

Record = Callable[[str, object], None]
loaded = cache(load)


def results_in(files: ProfileFiles, graph: Graph) -> tuple[Result, ...]:
    return loaded(SHAPES, files).results(graph)


def catalogue_graph(chosen: Iterable[Dataset], profile: Profile = DE_3_0, site: Site = SITE) -> Graph:
    described = (published_triples(each, site, profile) for each in chosen)
    return graph_from_triples(chain(catalogue_triples(site, issued=ISSUED, modified=MODIFIED), *described))


def high_value_graph(chosen: Iterable[Dataset], profile: Profile = DE_3_0) -> Graph:
    """Without the catalogue, whose API serves other data sets, too: these shapes target every service there is."""
    return graph_from_triples(chain.from_iterable(published_triples(each, SITE, profile) for each in chosen if each.hvd))


def report(record_property: Record, files: ProfileFiles, profile: Profile, count: int) -> None:
    rules = loaded(SHAPES, files).rules
    record_property("summary", f"SHACL {files.name}: {rules} shapes × {count} data sets of profile {profile.name}, 0 results")


@present
@every_case
def test_a_catalogue_has_no_results(profile: Profile, files: ProfileFiles, record_property: Record) -> None:
    assert results_in(files, catalogue_graph(ALL, profile)) == ()
    report(record_property, files, profile, len(ALL))


@present
@pytest.mark.parametrize("syntax", ["ttl", "rdf", "jsonld", "nt"])
def test_a_feed_page_has_no_results_in_any_syntax(syntax: str) -> None:
    written = [fragment(published_triples(each, SITE), syntax) for each in ALL]
    content = page(SITE, syntax, number=1, fragments=written, total=len(ALL), last_page=3, modified=MODIFIED, issued=ISSUED)

    assert results_in(REPAIRED, graph_of(content, syntax)) == ()


@present
@both_profiles
def test_high_value_data_sets_have_no_results(profile: Profile, record_property: Record) -> None:
    chosen = [replace(each, hvd=(HvdCategory.STATISTICS,)) for each in ALL]

    assert results_in(HVD, high_value_graph(chosen, profile)) == ()
    report(record_property, HVD, profile, len(chosen))


@cache
def hostile() -> tuple[Dataset, ...]:
    """Drawn once, judged by every profile in one run each: pySHACL takes seconds over the code lists alone."""
    drawn: list[Dataset] = []

    @settings(max_examples=40)
    @given(datasets())
    def draw(dataset: Dataset) -> None:
        drawn.append(replace(dataset, name=f"{dataset.name[:60]}-{len(drawn)}"))

    draw()
    return tuple(_consistent(drawn))


@present
@every_case
def test_hostile_data_sets_have_no_results(profile: Profile, files: ProfileFiles, record_property: Record) -> None:
    chosen = hostile()
    if files == DASHBOARD:  # wants a keyword of every data set, which a source may not give
        chosen = tuple(replace(each, keywords=PROJECTS.keywords) for each in chosen)

    assert results_in(files, catalogue_graph(chosen, profile)) == ()
    report(record_property, files, profile, len(chosen))


@present
def test_hostile_high_value_data_sets_have_no_results(record_property: Record) -> None:
    flagged = [replace(each, hvd=each.hvd or (HvdCategory.MOBILITY,)) for each in hostile()]

    assert results_in(HVD, high_value_graph(flagged)) == ()
    report(record_property, HVD, DE_3_0, len(flagged))


def _consistent(chosen: Iterable[Dataset]) -> list[Dataset]:
    """Bodies and series are the same wherever they are named; what is drawn at random is not."""
    return [
        replace(
            each,
            publisher=replace(each.publisher, id=f"{number}-{each.publisher.id}", successor=None) if each.publisher.id else each.publisher,
            series=replace(each.series, name=f"{number}-{each.series.name}") if each.series else None,
        )
        for number, each in enumerate(chosen)
    ]


@present
@pytest.mark.parametrize("files", [OFFICIAL, REPAIRED], ids=lambda each: each.name)
def test_one_address_for_uris_and_pages_changes_nothing(files: ProfileFiles) -> None:
    """The default configuration: the page of a data set is its URI."""
    site = replace(SITE, base_url="http://127.0.0.1:8000", uri_base="http://127.0.0.1:8000")

    assert results_in(files, catalogue_graph(ALL, site=site)) == ()


@present
@pytest.mark.parametrize("files", [AP_2_1_1, AP_3_0_0], ids=lambda each: each.name)
def test_sizes_and_checksums_are_why_there_are_two_profiles(files: ProfileFiles) -> None:
    """Negative control of the second profile."""
    fields = {each.path for each in results_in(files, catalogue_graph(ALL, DE_3_0))}

    assert fields == ({"dcat:byteSize", "spdx:algorithm"} if files == AP_2_1_1 else {"dcat:byteSize"})


def _broken(fault: Fault, files: ProfileFiles) -> list[Triple]:
    """The data set in its catalogue; for HVD without, see `high_value_graph`."""
    triples = fault.make(published_triples(fault.dataset, SITE))
    return triples if files == HVD else [*catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED), *triples]


def _moved(triples: Iterable[Triple], city: str) -> Iterator[Triple]:
    """The same in another city."""

    def moved(node: Any) -> Any:
        return NamedNode(node.value.replace(SITE.uri_base, city)) if isinstance(node, NamedNode) else node

    return (Triple(moved(each.subject), each.predicate, moved(each.object)) for each in triples)


@cache
def _focuses_of_all_faults(files: ProfileFiles) -> frozenset[str]:
    """Of a graph in which each fault that is found has a city of its own: one run takes little longer than one fault."""
    chosen = [(number, each) for number, each in enumerate(FAULTS) if each.by and (files != HVD or each.dataset.hvd)]
    graph = graph_from_triples(chain.from_iterable(_moved(_broken(each, files), _city(number)) for number, each in chosen))
    return frozenset(each.focus for each in results_in(files, graph))


def _city(number: int) -> str:
    return f"https://city-{number}.example.org"


def _has_results(number: int, files: ProfileFiles) -> bool:
    """In the fault's own city, or of a term that only this fault has brought in."""
    fault = FAULTS[number]
    if not fault.by:  # what others say of a term could hide that nobody asks: alone
        return bool(results_in(files, graph_from_triples(_broken(fault, files))))
    good = published_triples(fault.dataset, SITE)
    brought = {str(each.object) for each in fault.make(good)} - {str(each.object) for each in good}
    focuses = _focuses_of_all_faults(files)
    return any(each.startswith(_city(number) + "/") for each in focuses) or any(f"<{each}>" in brought for each in focuses)


@present
@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[each.name for each in FAULTS])
def test_a_fault_has_results_in_the_official_shapes_unless_they_have_a_hole(number: int) -> None:
    fault = FAULTS[number]
    finders = {"official": {"official", "repaired"}, "repaired": {"repaired"}, "hvd": {"hvd"}, "": set()}

    found = {name for name, files in (("official", OFFICIAL), ("repaired", REPAIRED)) if _has_results(number, files)}

    assert found == finders[fault.by] - {"hvd"}
    assert fault.by != "hvd" or _has_results(number, HVD)


@cache
def gate(profile: str) -> Renderer:
    return renderer(SITE, profile, sha1=lambda sha256: sha256[:40], shapes=SHAPES)


@present
def test_the_gate_asks_the_official_shapes_after_our_own() -> None:
    """What only they know: the list of contributors."""
    unlisted = replace(PROJECTS, contributor_id="http://dcat-ap.de/def/contributors/gibtEsNicht")

    assert renderer(SITE).render(unlisted).findings == ()
    rendered = gate(DE_3_0.name).render(unlisted)

    assert rendered.fragments == {}
    (finding,) = rendered.findings
    assert (finding.code, finding.field, finding.origin) == ("unknown-code", "dcatde:contributorID", SITE.dataset_uri("projekte"))
    assert finding.message == (
        "Datensatz projekte: dcatde:contributorID: <http://dcat-ap.de/def/contributors/gibtEsNicht> steht nicht in der amtlichen Codeliste."
    )


@present
@pytest.mark.parametrize("dataset", ALL, ids=lambda each: each.name)
@both_profiles
def test_the_gate_lets_good_data_sets_pass(dataset: Dataset, profile: Profile) -> None:
    rendered = gate(profile.name).render(dataset)

    assert rendered.fragments
    assert rendered == renderer(SITE, profile.name, sha1=lambda sha256: sha256[:40]).render(dataset)


@present
def test_the_repair_gives_what_the_reference_repaired_by_hand() -> None:
    by_hand = Graph()
    for name in ("dcat-ap-3.0.0/dcat-ap-SHACL.ttl", "dcat-ap-de-3.0/dcat-ap-SHACL-DE.ttl", "dcat-ap-de-3.0/dcat-ap-de-deprecated.ttl"):
        by_hand.parse(SHAPES / name)
    for each in sorted((SHAPES / "derived-fixed").glob("*.ttl")):
        by_hand.parse(each)

    repaired = load(SHAPES, REPAIRED).shapes

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
def test_known_files_have_the_known_number_of_results(file: str, official: int, repaired: int) -> None:
    graph = rdflib_graph((SAMPLES / file).read_text(encoding="utf-8"), "turtle")

    assert (len(results_in(OFFICIAL, graph)), len(results_in(REPAIRED, graph))) == (official, repaired)


@present
def test_an_empty_graph_is_refused_instead_of_conforming() -> None:
    with pytest.raises(ValueError, match="empty"):
        results_in(OFFICIAL, Graph())
