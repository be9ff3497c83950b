from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rdflib import DCAT, RDF, Graph, Literal, URIRef

from catalog.rendering import SYNTAXES
from dcat.feed import MEDIA_TYPES, PAGE_SIZE, numbers_on, page, page_of
from dcat.record import record, tombstone_document
from dcat.render import published_triples
from dcat.serialise import fragment
from schemas.values import Text
from tests.dcat.feeds import LiveFeed, PositionalFeed, numbered
from tests.dcat.graphs import graph_of, triples_of
from tests.dcat.samples import ISSUED, MODIFIED, PROJECTS, SITE
from tests.dcat.walkers import HYDRA, WalkAborted, ckan_walk, piveau_walk

CATALOGUE = URIRef("https://opendata.example.org/catalog")


def start(syntax: str) -> str:
    return f"{SITE.base_url}/catalog.{syntax}"


def uris(numbers: Any) -> list[str]:
    return sorted(SITE.dataset_uri(f"datensatz-{number}") for number in numbers)


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (100, 1), (101, 2), (200, 2), (201, 3), (100_000, 1000)])
def test_a_data_set_stands_on_the_page_of_its_number(number: int, expected: int) -> None:
    first, last = numbers_on(page_of(number))

    assert page_of(number) == expected
    assert first <= number <= last
    assert last - first + 1 == PAGE_SIZE


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_ckan_sees_every_data_set_exactly_once(syntax: str) -> None:
    numbers = [1, 2, 99, 100, 101, 150, 201, 305]

    assert sorted(ckan_walk(LiveFeed(numbers).get, start(syntax))) == uris(numbers)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_piveau_sees_every_data_set_exactly_once_and_the_right_total(syntax: str) -> None:
    numbers = [1, 100, 101, 305]

    seen, total = piveau_walk(LiveFeed(numbers).get, start(syntax))

    assert sorted(seen) == uris(numbers)
    assert total == len(numbers)


def test_a_page_on_which_everything_was_removed_does_not_end_the_walk() -> None:
    feed = LiveFeed([1, 250])

    assert sorted(ckan_walk(feed.get, start("ttl"))) == uris([1, 250])
    assert len(feed.asked) == 3


def test_an_empty_catalogue_is_one_page_without_data_sets() -> None:
    assert ckan_walk(LiveFeed([]).get, start("rdf")) == []
    assert piveau_walk(LiveFeed([]).get, start("rdf")) == ([], 0)


def test_what_is_published_and_removed_during_a_walk_shifts_nothing() -> None:
    def disturb(feed: LiveFeed, number: int) -> None:
        if number == 2:
            feed.active.pop(1)  # already seen
            feed.active.pop(151)  # not yet seen
            feed.publish(301)

    feed = LiveFeed(range(1, 301, 3), before_page=disturb)
    survivors = [number for number in range(1, 301, 3) if number not in (1, 151)]

    seen = ckan_walk(feed.get, start("ttl"))

    assert len(seen) == len(set(seen))
    assert set(uris(survivors)) <= set(seen)
    assert uris([301])[0] in seen


def test_a_walk_that_meets_a_missing_page_imports_nothing() -> None:
    """Negative control of the walker: klar answers 404 beyond the end, and this is what happens then."""
    with pytest.raises(WalkAborted):
        ckan_walk(LiveFeed([1]).get, start("ttl") + "?page=2")


def test_pages_by_position_would_lose_a_data_set() -> None:
    """Negative control of the walk above: the same removal, with pages counted by position."""

    def remove(feed: LiveFeed, number: int) -> None:
        if number == 2:
            feed.active.pop(1)

    seen = ckan_walk(PositionalFeed(range(1, 202), before_page=remove).get, start("ttl"))

    assert uris([101])[0] not in seen


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_page_says_the_same_in_every_syntax_but_for_the_paging_node(syntax: str) -> None:
    assert without_view(one_page(syntax), syntax) == without_view(one_page("nt"), "nt")


def without_view(content: bytes, syntax: str) -> set[object]:
    return {each for each in triples_of(content, syntax) if "/catalog." not in str(each.subject)}


def one_page(syntax: str, number: int = 2, last_page: int = 3, **more: Any) -> bytes:
    fragments = [fragment(published_triples(numbered(each), SITE), syntax) for each in (101, 102)]
    return page(SITE, syntax, number=number, fragments=fragments, total=230, last_page=last_page, modified=MODIFIED, issued=ISSUED, **more)


def hydra(graph: Graph) -> dict[str, str]:
    (view,) = graph.subjects(RDF.type, HYDRA.PagedCollection)
    assert (view, RDF.type, HYDRA.PartialCollectionView) in graph
    return {str(p).removeprefix(str(HYDRA)): str(o) for p, o in graph.predicate_objects(view) if str(p).startswith(str(HYDRA))}


def test_the_paging_node_has_absolute_links_for_both_harvesters() -> None:
    links = hydra(graph_of(one_page("ttl"), "ttl"))

    address = "https://daten.example.org/catalog.ttl?page="
    assert links == {
        "totalItems": "230",
        "itemsPerPage": "100",
        **dict.fromkeys(("first", "firstPage", "previous", "previousPage"), address + "1"),
        **dict.fromkeys(("next", "nextPage", "last", "lastPage"), address + "3"),
    }


@pytest.mark.parametrize(("number", "absent"), [(1, "previous"), (3, "next")])
def test_the_ends_have_no_further_link(number: int, absent: str) -> None:
    links = hydra(graph_of(one_page("rdf", number=number), "rdf"))

    assert absent not in links
    assert f"{absent}Page" not in links


def test_a_filter_stays_in_the_links() -> None:
    links = hydra(graph_of(one_page("ttl", modified_since=datetime(2026, 1, 1, tzinfo=UTC)), "ttl"))

    assert links["next"] == "https://daten.example.org/catalog.ttl?page=3&modified_since=2026-01-01T00%3A00%3A00Z"


@pytest.mark.parametrize("number", [0, 4])
def test_a_page_beyond_the_end_does_not_exist(number: int) -> None:
    with pytest.raises(ValueError, match="page"):
        one_page("ttl", number=number)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_page_repeats_the_catalogue_and_lists_what_it_describes(syntax: str) -> None:
    graph = graph_of(one_page(syntax), syntax)

    assert (CATALOGUE, RDF.type, DCAT.Catalog) in graph
    listed = set(graph.objects(CATALOGUE, DCAT.dataset))
    assert listed == set(graph.subjects(RDF.type, DCAT.Dataset))
    assert len(listed) == 2


def test_every_syntax_has_its_media_type() -> None:
    assert set(MEDIA_TYPES) == set(SYNTAXES)
    assert all(";" not in each for each in MEDIA_TYPES.values())


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_one_data_set_is_a_document_of_its_own(syntax: str) -> None:
    triples = published_triples(PROJECTS, SITE)

    assert triples_of(record(SITE, syntax, fragment(triples, syntax)), syntax) == set(triples)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_tombstone_says_until_when_and_why_and_is_no_data_set(syntax: str) -> None:
    content = tombstone_document(
        SITE, syntax, name="alt", title=Text(de="Altes", en="Old"), issued=ISSUED, removed_at=MODIFIED, reason="Quelle eingestellt."
    )

    graph = graph_of(content, syntax)
    subject = URIRef("https://opendata.example.org/datasets/alt")
    assert Literal("Quelle eingestellt.", lang="de") in set(graph.objects(subject))
    assert URIRef("http://publications.europa.eu/resource/authority/distribution-status/WITHDRAWN") in set(graph.objects(subject))
    assert list(graph.subjects(RDF.type, DCAT.Dataset)) == []


def test_a_tombstone_whose_title_was_withdrawn_has_none() -> None:
    content = tombstone_document(SITE, "nt", name="alt", title=Text(de=""), issued=ISSUED, removed_at=MODIFIED, reason="Name einer Person.")

    assert b"terms/title" not in content


def test_nothing_depends_on_the_request() -> None:
    moved = replace(SITE, base_url="https://neu.example.org")

    content = page(moved, "ttl", number=1, fragments=[], total=0, last_page=1, modified=MODIFIED, issued=ISSUED)

    assert b"<https://neu.example.org/catalog.ttl?page=1>" in content
    assert b"daten.example.org" not in content
