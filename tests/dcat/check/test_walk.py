"""The walk goes where ckanext-dcat and piveau go: held against walkers of their own (tests/dcat/walkers.py) on the same feeds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat.check.kinds import Effect, Level
from dcat.check.page import inspect
from dcat.check.paging import Paging, paging
from dcat.check.reading import read
from dcat.check.walk import Walk
from dcat.feed import MEDIA_TYPES
from tests.dcat.check.pages import PREFIXES
from tests.dcat.check.server import Page, checked, kinds
from tests.dcat.feeds import LiveFeed
from tests.dcat.samples import SITE
from tests.dcat.walkers import ckan_walk, piveau_walk


@pytest.mark.parametrize("syntax", MEDIA_TYPES)
def test_klars_own_feed_has_no_fault_in_any_syntax(syntax: str) -> None:
    feed = LiveFeed([1, 2, 150, 201])
    first = f"{SITE.base_url}/catalog.{syntax}?page=1"
    expected = ckan_walk(feed.get, first)
    pages = {
        f"/catalog.{syntax}?page={number}": Page(
            content=feed.get(f"{SITE.base_url}/catalog.{syntax}?page={number}").content.decode().replace(SITE.base_url, "{base}"),
            media_type=MEDIA_TYPES[syntax],
        )
        for number in (1, 2, 3)
    }
    report = checked(pages, f"/catalog.{syntax}?page=1")

    assert kinds(report) <= {"link-limit", "eu-byte-size", "eu-checksum"}
    assert (report.pages, report.complete, report.datasets) == (3, True, len(expected))
    assert sorted(piveau_walk(feed.get, first)[0]) == sorted(expected)
    assert report.levels[Level.GOVDATA][Effect.ACCEPT] == len(expected)


VIEWS = st.sampled_from(["hydra:PagedCollection", "hydra:PartialCollectionView", "hydra:PagedCollection, hydra:PartialCollectionView"])
LINKS = st.sampled_from(["", 'hydra:next "http://x/2" ;', "hydra:next <http://x/2> ;", 'hydra:nextPage "http://x/2" ;',
                         'hydra:next "http://x/2" ; hydra:nextPage "http://x/2" ;'])  # fmt: skip


def paging_of(view: str, link: str, total: str) -> Paging:
    return paging(read(f"{PREFIXES} <http://x/1> a {view} ; {link} {total} .".encode(), "text/turtle", "http://x/1"))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(VIEWS, LINKS, st.sampled_from(["", "hydra:totalItems 7"]))
def test_both_ways_of_paging_are_read(view: str, link: str, total: str) -> None:
    found = paging_of(view, link, total)
    partial, paged = "Partial" in view, "Paged" in view
    plain, page = "hydra:next " in link, "hydra:nextPage" in link

    assert found.ckan == ("http://x/2" if plain or page else "")
    piveau = (page if paged and total else plain) if (partial or total) else False
    assert found.piveau == ("http://x/2" if piveau else "")
    assert found.total == (7 if total and (paged or partial) else None)


@pytest.mark.parametrize("total", ['"many"', '"-3"', '"1e9"', '"²"', '"9999999999999999999999"'])
def test_a_total_that_is_no_number_counts_as_missing(total: str) -> None:
    assert paging_of("hydra:PagedCollection", "", f"hydra:totalItems {total}").total is None


def test_a_walk_can_be_done_without_a_child_and_without_a_web() -> None:
    class Answer:
        url, status, headers, content = "http://x/", 200, {"content-type": "text/turtle"}, PREFIXES.encode()

    class Quiet:
        def head(self, url: str, *, follow: bool) -> Answer:
            return Answer()

        get = peek = lambda self, url: Answer()

    walk = Walk(
        ask=Quiet(), inspect=lambda content, kind, url, number: inspect(content, kind, url, number, ""), take=lambda page: None, most=3
    )
    walk.walk("http://x/")

    assert (walk.pages, walk.complete) == (1, True)
