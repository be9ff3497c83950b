"""A list as the last published run holds it: all of it, young enough, and without asking."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from harvesters.http.faults import Fault, HttpError
from harvesters.http.fetch import HttpFetch
from schemas.fetch import Payload
from tests.harvesters.http.servers import reply, serving
from tests.harvesters.http.world import START, World, world

WEEK = timedelta(days=7)
PAGES = {
    "/1": reply(json.dumps({"items": ["a", "b"], "next": "2"}), Content_Type="application/json"),
    "/2": reply(json.dumps({"items": ["c"], "next": None}), Content_Type="application/json"),
}


def following(page: Payload) -> str | None:
    link: str | None = json.loads(page.content)["next"]
    return link


def read(source: World, *urls: str, publish: bool = True) -> None:
    fetch = source.open()
    for each in urls:
        fetch.get(each)
    if publish:
        source.publish(fetch)


def recalled(fetch: HttpFetch, *, at_most: timedelta = WEEK, accept: str = "*/*") -> list[bytes]:
    return [each.content for each in fetch.recall("/1", following, at_most=at_most, accept=accept)]


def test_a_list_that_was_published_is_recalled_page_by_page_without_asking(tmp_path: Path) -> None:
    with serving(PAGES) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1", "/2")
        source.now += timedelta(days=2)
        fetch = source.open()
        found = fetch.recall("/1", following, at_most=WEEK)
        assert len(server.requests) == 2
    assert [json.loads(each.content)["items"] for each in found] == [["a", "b"], ["c"]]
    assert {each.fetched_at for each in found} == {START}, "when it came, not when it was recalled"
    assert all(each.unchanged for each in found)
    assert fetch.pending() is None, "what is held of these pages stays what it was"


def test_half_a_list_is_none(tmp_path: Path) -> None:
    with serving(PAGES) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1")
        fetch = source.open()
        assert recalled(fetch) == []
        assert not fetch.is_unchanged, "nothing was given"


@pytest.mark.parametrize(("days", "pages"), [(6.9, 2), (7.0, 0), (-1.0, 0)])
def test_a_list_that_is_too_old_or_of_tomorrow_is_none(days: float, pages: int, tmp_path: Path) -> None:
    with serving(PAGES) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1", "/2")
        source.now += timedelta(days=days)
        assert len(recalled(source.open())) == pages


def test_what_no_run_has_published_is_not_recalled(tmp_path: Path) -> None:
    with serving(PAGES) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1", "/2", publish=False)
        assert recalled(source.open()) == []


def test_the_answer_to_another_question_is_not_recalled(tmp_path: Path) -> None:
    with serving(PAGES) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1", "/2")
        assert recalled(source.open(), accept="application/json") == []


def test_what_is_gone_from_the_archive_is_not_recalled(tmp_path: Path) -> None:
    with serving(PAGES) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1", "/2")
        for path in (tmp_path / "archive").rglob("*"):
            if path.is_file() and b'"c"' in path.read_bytes():
                path.unlink()
        assert recalled(source.open()) == []


def test_recalled_pages_can_be_asked_for_all_the_same(tmp_path: Path) -> None:
    with serving(PAGES) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1", "/2")
        fetch = source.open()
        recalled(fetch)
        first = fetch.get("/1")
        assert fetch.follow("2", base=first.url) == server.url("/2")
        assert len(server.requests) == 3


def test_a_run_with_news_keeps_what_it_recalled_for_its_replay(tmp_path: Path) -> None:
    with serving({**PAGES, "/new": reply('{"items": []}')}) as server:
        source = world(server.url("/"), tmp_path)
        read(source, "/1", "/2")
        source.archived.clear()
        fetch = source.open()
        recalled(fetch)
        assert not source.archived, "no news yet"
        fetch.get("/new")
        assert [each.url for each in source.archived] == [server.url(each) for each in ("/1", "/2", "/new")]


def test_no_address_is_recalled_that_may_not_be_asked(tmp_path: Path) -> None:
    with serving(PAGES) as server:
        fetch = world(server.url("/"), tmp_path).open()
        with pytest.raises(HttpError) as error:
            fetch.recall("https://anderswo.example/1", following, at_most=WEEK)
    assert error.value.fault is Fault.HOST_NOT_PERMITTED
