"""Pages: a harvester that exists only here, and sources that repeat themselves, never end or point elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvesters.fetch import FolderFetch
from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import Limits
from harvesters.http.paging import pages, web
from harvesters.record import Record
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch, Payload
from tests.harvesters.http.servers import Line, Request, Script, in_turn, reply, serving
from tests.harvesters.http.world import START, world


def page(numbers: list[int], following: str | None) -> Script:
    return reply(json.dumps({"results": [{"id": each} for each in numbers], "next": following}), Content_Type="application/json")


def following(payload: Payload) -> str | None:
    link = json.loads(payload.content)["next"]
    assert link is None or isinstance(link, str)
    return link


def records(fetch: Fetch, *, most: int = 100) -> Iterator[Record]:
    source = web(fetch)
    first = source.list("")[0]
    for each in pages(source, first, following, get=lambda url: source.get(url, expected=["json"]), most=most):
        for entry in json.loads(each.content)["results"]:
            yield Record(entry, origin=each.url, tables=["project"])


def numbers(found: Iterator[Record]) -> list[int]:
    return [each.take("id", int) for each in found]


def test_pages_are_read_to_the_last_one(tmp_path: Path) -> None:
    with serving({"/a/": page([1, 2], "2"), "/a/2": page([3], "c?p=3"), "/a/c": page([], None)}) as server:
        source = world(server.url("/a/"), tmp_path)
        fetch = source.open()
        assert numbers(records(fetch)) == [1, 2, 3]
    assert server.paths == ["/a/", "/a/2", "/a/c?p=3"]
    assert len(source.archived) == 3


def test_a_next_link_to_another_host_is_refused(tmp_path: Path) -> None:
    with serving({"*": page([666], None)}) as other, serving({"/": page([1], other.url("/2"))}) as server:
        with pytest.raises(HttpError, match=r"follow_hosts") as caught:
            numbers(records(world(server.url(), tmp_path).open()))
        assert caught.value.fault is Fault.HOST_NOT_PERMITTED
        assert other.lines == []
        allowed = world(server.url(), tmp_path, follow_hosts=(f"127.0.0.1:{other.port}",))
        assert numbers(records(allowed.open())) == [1, 666]


def test_a_harvester_cannot_go_around_that(tmp_path: Path) -> None:
    with serving({"*": page([666], None)}) as other, serving({"/": page([1], None)}) as server:
        with pytest.raises(HttpError) as caught:
            world(server.url(), tmp_path).open().get(other.url("/2"))
        assert caught.value.fault is Fault.HOST_NOT_PERMITTED
        assert other.lines == []


@pytest.mark.parametrize("link", ["/", "/?", "", "#end", "/../", "/%2e%2e/"])
def test_a_page_that_names_itself_as_the_next_is_noticed(link: str, tmp_path: Path) -> None:
    with serving({"*": page([1], link)}) as server, pytest.raises(HttpError) as caught:
        numbers(records(world(server.url(), tmp_path).open()))
    assert caught.value.fault is Fault.REPEATED
    assert len(server.requests) <= 2


def test_pages_that_go_around_in_a_circle_are_noticed(tmp_path: Path) -> None:
    circle = {"/": page([1], "/2"), "/2": page([2], "/3"), "/3": page([3], "/2")}
    with serving(circle) as server, pytest.raises(HttpError, match="schon gelesen") as caught:
        numbers(records(world(server.url(), tmp_path).open()))
    assert (caught.value.fault, len(server.requests)) == (Fault.REPEATED, 3)


def test_the_same_page_under_new_addresses_is_noticed(tmp_path: Path) -> None:
    """A server that ignores the page number."""
    deaf = {"/": in_turn(page([1], "/?page=2"), page([2], "/?page=3"), page([2], "/?page=4"))}
    with serving(deaf) as server, pytest.raises(HttpError, match="noch einmal den Inhalt") as caught:
        numbers(records(world(server.url(), tmp_path).open()))
    assert caught.value.fault is Fault.REPEATED


def endless(line: Line, request: Request) -> bool:
    number = int(request.target.partition("=")[2] or 0)
    return page([number], f"/?page={number + 1}")(line, request)


def test_pages_that_never_end_do_end(tmp_path: Path) -> None:
    with serving({"*": endless}) as server:
        with pytest.raises(HttpError, match="nach 20 Seiten noch kein Ende") as caught:
            numbers(records(world(server.url(), tmp_path).open(), most=20))
        assert caught.value.fault is Fault.RUN_LIMIT
        with pytest.raises(HttpError, match="mehr als 30 Abrufe"):
            numbers(records(world(server.url(), tmp_path).open(limits=Limits(run_requests=30))))


def test_half_of_the_pages_is_no_answer(tmp_path: Path) -> None:
    with serving({"/": page([1], "/2"), "/2": reply("", 500)}) as server, pytest.raises(HttpError) as caught:
        numbers(records(world(server.url(), tmp_path).open()))
    assert caught.value.fault is Fault.SERVER


def test_a_folder_has_no_pages(tmp_path: Path) -> None:
    folder = FolderFetch(tmp_path, keep_payload=lambda payload: None, clock=lambda: START)
    with pytest.raises(ConfigurationError, match="braucht eine Adresse"):
        numbers(records(folder))
