"""Data sets of neighbours in RDF: what their catalogue says, no more, and valid however little that is."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from catalog.compose import new_identity
from catalog.curation import Curation
from catalog.neighbours import compose_neighbours, publisher_there
from dcat.dataset import dataset_triples
from dcat.namespaces import term
from dcat.official import AP_2_1_1, OFFICIAL, REPAIRED, ProfileFiles
from dcat.profiles import DE_3_0, Profile, ap_2_1_1
from dcat.render import published_triples, render
from dcat.rules import violations
from dcat.shacl import graph_from_triples, load
from dcat.terms import InvalidIri
from dcat.uris import link_uris
from schemas.model import Dataset, Removal
from schemas.upstream import UNSTATED, Link, StatedLicence, UpstreamDataset
from schemas.values import AccessRight, FileFormat, Frequency, HvdCategory, Language, Licence, Text, Theme
from tests.dcat.samples import SITE
from tests.dcat.strategies import (
    dates,
    latitudes,
    longitudes,
    loose_pairs,
    moments,
    optional_addresses,
    pairs,
    periods,
    texts,
    web_addresses,
)
from tests.dcat.test_official import SHAPES, present
from tests.neighbours import BARE, CATALOGUE, CSV, SOURCE, TREES, WMS

#: Terms outside the list are the neighbour's, and stay: the official list says so of the IRI itself.
LISTED = frozenset({each.iri for each in Licence} | {UNSTATED.iri})
_LICENCE = term("dcterms:license")
PROFILES = (DE_3_0, ap_2_1_1())
HERE = NamedNode(SITE.dataset_uri("baumkataster"))
loaded = cache(load)

stated = st.builds(
    StatedLicence,
    known=st.one_of(st.none(), st.sampled_from(Licence)),
    stated=st.one_of(st.just(""), texts.filter(lambda each: not each.startswith("http")), web_addresses),
    attribution=texts,
)
links = st.builds(
    Link,
    access_url=web_addresses,
    title=st.one_of(st.none(), loose_pairs),
    description=st.one_of(st.none(), loose_pairs),
    download_url=optional_addresses,
    format=st.one_of(st.none(), st.sampled_from(FileFormat)),
    stated_format=st.one_of(
        st.sampled_from(("WMS", "application/pdf", "shapefile", "http://publications.europa.eu/resource/authority/file-type/PDF")), texts
    ),
    media_type=st.one_of(st.sampled_from(("", "text/csv", "csv", "application/x-zip", "TEXT/HTML")), texts),
    licence=stated,
    byte_size=st.one_of(st.none(), st.integers(-5, 2**70)),
    uri=st.one_of(st.just(""), web_addresses),
    issued=st.one_of(st.none(), moments),
    modified=st.one_of(st.none(), moments),
)
neighbours = st.builds(
    UpstreamDataset,
    uri=st.one_of(web_addresses, st.just("urn:uuid:0b6fbe1c-3f5e-4a52-9d2a-7a3a3b0e5c01")),
    title=pairs,
    description=loose_pairs,
    publisher=texts.map("Amt {}".format),
    publisher_homepage=optional_addresses,
    contact_url=optional_addresses,
    landing_page=web_addresses,
    themes=st.lists(st.sampled_from(Theme), max_size=2).map(tuple),
    keywords=st.lists(loose_pairs, max_size=2).map(tuple),
    licence=stated,
    frequency=st.one_of(st.none(), st.sampled_from(Frequency)),
    temporal=periods,
    spatial_title=st.one_of(st.none(), loose_pairs),
    spatial_iris=st.lists(web_addresses, max_size=1).map(tuple),
    bbox=st.one_of(st.none(), st.tuples(longitudes, latitudes, longitudes, latitudes)),
    languages=st.lists(st.sampled_from(Language), unique=True).map(tuple),
    access_right=st.one_of(st.none(), st.sampled_from(AccessRight)),
    hvd=st.one_of(st.just(()), st.just((HvdCategory.MOBILITY,))),
    legislation=st.lists(web_addresses, max_size=1).map(tuple),
    contributor_id=st.sampled_from(("", "https://dcat-ap.de/def/contributors/x", "geoportal", SITE.contributor_id)),
    identifiers=st.lists(texts, max_size=3).map(tuple),
    version=texts,
    issued=st.one_of(st.none(), dates),
    modified=st.one_of(st.none(), moments),
    links=st.lists(links, max_size=3).map(tuple),
)


def composed(found: UpstreamDataset, curation: Curation = Curation(), name: str = "baumkataster") -> Dataset:  # noqa: B008  # frozen
    return compose_neighbours(
        found,
        name=name,
        catalogue=CATALOGUE,
        site=SITE,
        identity=new_identity(found.uri, number=7, issued=datetime(2026, 11, 1, tzinfo=UTC)),
        source=SOURCE,
        curation=curation,
        publisher=publisher_there(found),
        modified=datetime(2026, 11, 22, tzinfo=UTC),
    )


LEAVING = replace(
    composed(TREES),
    removal=Removal(
        announced=datetime(2026, 11, 22, tzinfo=UTC), at=datetime(2026, 12, 22, tzinfo=UTC), reason=Text(de="Führt niemand mehr.")
    ),
)


def values(triples: Iterable[Triple], subject: NamedNode, predicate: str) -> list[str]:
    found = [each.object for each in triples if (each.subject, each.predicate) == (subject, term(predicate))]
    return sorted(each.value for each in found if isinstance(each, Literal | NamedNode))


def of_links(dataset: Dataset) -> list[NamedNode]:
    return [NamedNode(each) for each in link_uris(SITE.dataset_uri(dataset.name), dataset.links)]


def test_the_subject_is_ours_and_the_identifier_theirs() -> None:
    triples = list(dataset_triples(composed(TREES), SITE))

    assert values(triples, HERE, "dcterms:identifier") == [TREES.uri]
    assert values(triples, HERE, "dcterms:modified") == ["2026-05-01T12:30:00Z"]
    assert values(triples, HERE, "dcterms:issued") == ["2021-03"]
    assert values(triples, HERE, "dcat:version") == ["7"]
    assert values(triples, HERE, "dcat:landingPage") == [TREES.landing_page]
    assert values(triples, HERE, "dcterms:conformsTo") == []
    notations = {each.object.value for each in triples if each.predicate == term("skos:notation") and isinstance(each.object, Literal)}
    assert {"baum-17", "https://alt.nachbarstadt.example/17"} < notations


def test_nothing_is_newer_than_its_own_catalogue_says() -> None:
    triples = list(dataset_triples(composed(replace(TREES, modified=None, issued=None)), SITE))

    assert values(triples, HERE, "dcterms:modified") == []
    assert values(triples, HERE, "dcterms:issued") == []


def test_the_record_says_since_when_it_is_listed_here() -> None:
    triples = published_triples(composed(TREES), SITE)

    assert values(triples, NamedNode(f"{HERE.value}#record"), "dcterms:modified") == ["2026-11-22T00:00:00Z"]


def test_each_file_has_its_own_terms() -> None:
    strange = replace(WMS, licence=StatedLicence(stated="https://example.org/terms"))
    dataset = composed(replace(TREES, licence=StatedLicence(), links=(CSV, WMS, strange)))
    triples = list(dataset_triples(dataset, SITE))
    csv, wms, other = of_links(dataset)

    assert values(triples, csv, "dcterms:license") == [Licence.DL_BY_2.iri]
    assert values(triples, csv, "dcatde:licenseAttributionByText") == ["Nachbarstadt, Grünflächenamt"]
    assert values(triples, wms, "dcterms:license") == ["http://dcat-ap.de/def/licenses/other-closed"]
    assert values(triples, NamedNode(f"{wms.value}-rights"), "rdfs:label") == ["Nutzung nach Absprache"]
    assert values(triples, other, "dcterms:license") == ["https://example.org/terms"]


def test_files_keep_their_uris_whatever_their_order_and_titles() -> None:
    before, after = (
        composed(TREES),
        composed(replace(TREES, links=(WMS, replace(CSV, title=Text(de="Neu"), access_url="https://x.example/")))),
    )

    assert set(of_links(before)) == set(of_links(after))


def test_two_links_alike_are_two_files() -> None:
    assert len(set(of_links(composed(replace(TREES, links=(WMS, WMS, WMS)))))) == 3


def test_formats_are_those_of_the_list_and_sizes_follow_the_profile() -> None:
    dataset = composed(TREES)
    csv, wms = of_links(dataset)
    triples, older = (list(dataset_triples(dataset, SITE, each)) for each in PROFILES)

    assert values(triples, csv, "dcterms:format") == [FileFormat.CSV.iri]
    assert values(triples, wms, "dcterms:format") == ["http://publications.europa.eu/resource/authority/file-type/WMS_SRVC"]
    assert (values(triples, csv, "dcat:byteSize"), values(older, csv, "dcat:byteSize")) == (["4711"], [])


@pytest.mark.parametrize("field", ["landing_page", "contact_url", "publisher_homepage"])
def test_one_bad_address_costs_the_data_set_and_names_its_field(field: str) -> None:
    bad = replace(TREES, **{field: "http://"})  # type: ignore[arg-type]  # any of three texts

    rendered = render(composed(bad), SITE)

    assert [each.code for each in rendered.findings] == ["invalid-iri"]
    with pytest.raises(InvalidIri):
        published_triples(composed(replace(TREES, links=(replace(CSV, access_url="ftp://x.example/"),))), SITE)


def test_a_data_set_without_publisher_is_refused() -> None:
    assert {each.field for each in render(composed(replace(TREES, publisher="")), SITE).findings} >= {"foaf:name"}


def test_one_that_is_announced_to_go_says_so_in_status_availability_and_words() -> None:
    triples = list(dataset_triples(LEAVING, SITE))

    for each in of_links(LEAVING):
        assert values(triples, each, "adms:status") == ["http://publications.europa.eu/resource/authority/distribution-status/DEPRECATED"]
    assert values(triples, HERE, "dcatap:availability") == [
        "http://publications.europa.eu/resource/authority/planned-availability/TEMPORARY"
    ]
    said = " ".join(values(triples, HERE, "dcterms:description"))
    assert "Dieser Datensatz wird voraussichtlich am 22.12.2026 entfernt: Führt niemand mehr." in said
    assert values(triples, HERE, "dcterms:modified") == ["2026-05-01T12:30:00Z"], "what is newer than the original displaces it"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda each: each.name)
def test_samples_pass_our_own_gate(profile: Profile) -> None:
    for each in (composed(TREES), composed(BARE), LEAVING):
        assert render(each, SITE, profile).findings == ()


@settings(max_examples=50, derandomize=True, deadline=None)
@given(neighbours)
def test_whatever_a_neighbour_leaves_out_passes_our_own_gate(found: UpstreamDataset) -> None:
    dataset = composed(found)

    assert violations(published_triples(dataset, SITE), hvd=bool(dataset.hvd), own=False) == ()


@cache
def drawn() -> tuple[UpstreamDataset, ...]:
    """Judged by every profile in one run: pySHACL takes seconds over the code lists alone."""
    found: list[UpstreamDataset] = []

    @settings(max_examples=50, derandomize=True, deadline=None)
    @given(neighbours)
    def draw(one: UpstreamDataset) -> None:
        # An office that several describe has one name and one home page: what is drawn at random has not.
        found.append(replace(one, publisher=f"{one.publisher} {len(found)}"))

    draw()
    return tuple(found)


@present
@pytest.mark.parametrize("files", [OFFICIAL, REPAIRED], ids=lambda each: each.name)
def test_neighbours_have_no_results_in_the_official_shapes(files: ProfileFiles) -> None:
    datasets = [
        composed(TREES),
        composed(BARE, name="bare"),
        replace(LEAVING, name="leaving"),
        *(composed(each, name=f"n{n}") for n, each in enumerate(drawn())),
    ]
    graph = graph_from_triples(triple for each in datasets for triple in published_triples(each, SITE))

    terms = {str(each.object).strip("<>") for one in datasets for each in published_triples(one, SITE) if each.predicate == _LICENCE}
    results = [each for each in loaded(SHAPES, files).results(graph) if each.focus not in terms - LISTED]
    assert results == []


@present
def test_the_profile_for_the_eu_has_no_results_either() -> None:
    graph = graph_from_triples(triple for each in (TREES,) for triple in published_triples(composed(each), SITE, PROFILES[1]))

    assert loaded(SHAPES, AP_2_1_1).results(graph) == ()
