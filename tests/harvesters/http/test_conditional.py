"""Asking only for what is new: validators move with the publication, and a run without news leaves no trace."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harvesters.http.faults import Fault, HttpError
from harvesters.http.opening import stage
from harvesters.http.validators import FolderValidators, MemoryValidators, Validator, Validators
from tests.harvesters.http.servers import Line, Request, Script, head, in_turn, reply, serving
from tests.harvesters.http.world import START, World, world

CSV = b"id;name\n1;Spielplatz\n"
NEW = b"id;name\n1;Spielplatz\n2;Freibad\n"


class Versioned:
    """A page with an ETag, as RFC 9110 has it."""

    def __init__(self, content: bytes, *, weak: bool = False) -> None:
        self.content = content
        self.weak = weak

    def __call__(self, line: Line, request: Request) -> bool:
        etag = ("W/" if self.weak else "") + f'"{hashlib.sha256(self.content).hexdigest()[:8]}"'
        if request.headers.get("if-none-match") == etag:
            return reply(b"", 304, ETag=etag)(line, request)
        return reply(self.content, ETag=etag, Content_Type="text/csv; charset=utf-8")(line, request)


def run(source: World, *urls: str) -> tuple[bytes, ...]:
    """One run that is published."""
    fetch = source.open()
    found = tuple(fetch.get(each).content for each in urls or ("",))
    source.publish(fetch)
    return found


def test_a_run_after_a_publication_asks_for_news_only_and_gives_what_the_archive_holds(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url("/a.csv"), tmp_path)
        run(source)
        fetch = source.open()
        payload = fetch.get("")
    assert server.requests[1].headers["if-none-match"] == f'"{hashlib.sha256(CSV).hexdigest()[:8]}"'
    assert (payload.content, payload.unchanged, payload.media_type, payload.charset, payload.sniffed) == (
        CSV,
        True,
        "text/csv",
        "utf-8",
        "text",
    )
    assert fetch.is_unchanged
    assert fetch.pending() is None
    assert len(source.archived) == 1


def test_a_run_of_nothing_but_304_needs_one_connection(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source, "/1", "/2", "/3")
        run(source, "/1", "/2", "/3")
    assert (len(server.requests), len(server.lines)) == (6, 2)


def test_a_change_is_seen_and_archived(tmp_path: Path) -> None:
    page = Versioned(CSV)
    with serving({"*": page}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        page.content = NEW
        fetch = source.open()
        assert (fetch.get("").content, fetch.is_unchanged) == (NEW, False)
    assert [each.content for each in source.archived] == [CSV, NEW]


def test_without_a_publication_the_next_run_still_sees_the_change(tmp_path: Path) -> None:
    """--plan, held, failed, killed: whatever came between, nothing was published."""
    page = Versioned(CSV)
    with serving({"*": page}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        page.content = NEW
        for _ in range(2):
            fetch = source.open()
            assert not fetch.get("").unchanged
            source.web.validators.stage("quelle", "x", source.run, fetch.pending() or {})
    assert [each.headers.get("if-none-match") for each in server.requests[1:]] == [f'"{hashlib.sha256(CSV).hexdigest()[:8]}"'] * 2


def test_a_plan_approved_days_later_moves_the_validators_of_its_own_run(tmp_path: Path) -> None:
    page = Versioned(CSV)
    with serving({"*": page}) as server:
        source = world(server.url(), tmp_path)
        fetch = source.open()
        fetch.get("")
        stage(fetch, source.source, source.web, run=1)
        source.now += timedelta(days=3)
        source.web.validators.commit("quelle", 1)
        assert source.open().get("").unchanged


def test_weak_etags_are_compared_weakly(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV, weak=True)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        assert source.open().get("").unchanged


def test_the_same_bytes_again_are_no_news_even_without_validators(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        fetch = source.open()
        assert fetch.get("").unchanged
        assert fetch.is_unchanged
    assert "if-none-match" not in server.requests[1].headers
    assert len(source.archived) == 1


def test_a_run_with_some_news_archives_all_its_payloads_for_the_replay(tmp_path: Path) -> None:
    pages = {f"/{each}": Versioned(f"id\n{each}\n".encode()) for each in range(3)}
    with serving(pages) as server:
        source = world(server.url(), tmp_path)
        run(source, "/0", "/1", "/2")
        pages["/1"].content = NEW
        source.archived.clear()
        fetch = source.open()
        for each in range(3):
            fetch.get(f"/{each}")
    assert [(each.url[-1], each.content, each.unchanged) for each in source.archived] == [
        ("0", b"id\n0\n", True),
        ("1", NEW, False),
        ("2", b"id\n2\n", True),
    ]
    assert set(fetch.pending() or {}) == {server.url(f"/{each}") for each in range(3)}


def test_what_the_archive_lost_is_fetched_in_full(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.archive.erase(hashlib.sha256(CSV).hexdigest())
        payload = source.open().get("")
    assert "if-none-match" not in server.requests[1].headers
    assert (payload.content, payload.unchanged) == (CSV, False)


def test_what_the_archive_damaged_is_fetched_in_full(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.archive.path(hashlib.sha256(CSV).hexdigest()).write_bytes(b"something else")
        assert source.open().get("").content == CSV
    assert "if-none-match" not in server.requests[1].headers


def test_what_must_not_be_archived_is_never_asked_for_conditionally(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        for _ in range(2):
            fetch = source.open()
            assert not fetch.get("", archive=False).unchanged
            assert not fetch.is_unchanged
            source.publish(fetch)
    assert source.archived == []
    assert "if-none-match" not in server.requests[1].headers


def test_an_allow_list_runs_before_archiving_and_again_on_what_is_recalled(tmp_path: Path) -> None:
    def first_column(content: bytes) -> bytes:
        return b"\n".join(each.partition(b";")[0] for each in content.splitlines())

    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        fetch = source.open()
        fetch.get("", keep=first_column)
        source.publish(fetch)
        assert [each.content for each in source.archived] == [b"id\n1"]
        again = source.open().get("", keep=first_column)
    assert (again.content, again.unchanged) == (b"id\n1", True)
    assert not any(b"Spielplatz" in path.read_bytes() for path in source.archive.root.rglob("*") if path.is_file())


def test_once_a_week_everything_is_fetched_in_full(tmp_path: Path) -> None:
    """A server whose ETag never changes would hide its news for ever."""
    page = in_turn(reply(CSV, ETag='"constant"'), reply(b"", 304, ETag='"constant"'), reply(NEW, ETag='"constant"'))
    with serving({"*": page}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.now += timedelta(days=6)
        assert run(source) == (CSV,)
        source.now += timedelta(days=2)
        assert run(source) == (NEW,)
    assert [each.headers.get("if-none-match") for each in server.requests] == [None, '"constant"', None]


def test_a_clock_that_jumped_back_trusts_no_validator_from_the_future(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.now -= timedelta(days=400)
        source.open().get("")
    assert "if-none-match" not in server.requests[1].headers


@pytest.mark.parametrize("change", [{"options": {"mapping": "b.toml"}}, {"personal_data": True}])
def test_another_configuration_does_not_use_the_validators_of_the_old_one(change: Mapping[str, object], tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.options = {**source.options, **change}
        source.open().get("")
    assert "if-none-match" not in server.requests[1].headers


def test_another_question_does_not_use_the_validators_of_the_old_one(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.open().get("", accept="application/ld+json")
    assert server.requests[1].headers["accept"] == "application/ld+json"
    assert "if-none-match" not in server.requests[1].headers


CONTEXT = '<https://context.example/c.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


def test_another_header_is_another_question(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.open().get("", headers={"Link": CONTEXT})
    assert server.requests[1].headers["link"] == CONTEXT
    assert "if-none-match" not in server.requests[1].headers


def test_the_same_header_is_the_same_question(tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        source = world(server.url(), tmp_path)
        for _ in range(2):
            fetch = source.open()
            fetch.get("", headers={"NGSILD-Tenant": "stadt"})
            source.publish(fetch)
        run(source)
    assert server.requests[1].headers["if-none-match"], "asked in the same words"
    assert "if-none-match" not in server.requests[2].headers, "and without the header, something else is asked"


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x"}, {"Host": "innen"}, {"Link": "a\r\nX: b"}, {"Link": ""}, {"Link": "ä"}])
def test_headers_that_a_kind_may_not_send_are_a_mistake(headers: dict[str, str], tmp_path: Path) -> None:
    with serving({"*": Versioned(CSV)}) as server:
        with pytest.raises(ValueError, match="may not be sent"):
            world(server.url(), tmp_path).open().get("", headers=headers)
        assert not server.requests


def test_a_304_nobody_asked_for_is_a_fault(tmp_path: Path) -> None:
    with serving({"*": reply(b"", 304)}) as server, pytest.raises(HttpError, match="ohne dass danach gefragt wurde") as caught:
        world(server.url(), tmp_path).open().get("")
    assert caught.value.fault is Fault.BAD_ANSWER


def test_a_304_of_another_version_is_asked_again_in_full(tmp_path: Path) -> None:
    page = in_turn(reply(CSV, ETag='"1"'), reply(b"", 304, ETag='"2"'), reply(NEW, ETag='"2"'))
    with serving({"*": page}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        assert run(source) == (NEW,)


DATE = "Sun, 22 Nov 2026 04:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ({"Last_Modified": "Sat, 21 Nov 2026 04:00:00 GMT", "Date": DATE}, "Sat, 21 Nov 2026 04:00:00 GMT"),
        ({"Last_Modified": "Sun, 22 Nov 2026 03:59:59 GMT", "Date": DATE}, None),
        ({"Last_Modified": "Sat, 21 Nov 2026 04:00:00 GMT"}, None),
        ({"Last_Modified": "yesterday", "Date": DATE}, None),
        ({"Last_Modified": "Sat, 21 Nov 2026 04:00:00 GMT", "Date": "Sun, 22 Nov 2026 04:00:00"}, None),
    ],
)
def test_last_modified_is_used_where_it_can_tell_two_versions_apart(headers: dict[str, Any], sent: str | None, tmp_path: Path) -> None:
    with serving({"*": reply(CSV, **headers)}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        source.open().get("")
    assert server.requests[1].headers.get("if-modified-since") == sent


@pytest.mark.parametrize("etag", ["unquoted", '"a b"', '"ä"', '"' + "x" * 600 + '"'])
def test_an_etag_that_is_none_is_not_sent_back(etag: str, tmp_path: Path) -> None:
    def page(line: Line, request: Request) -> bool:
        line.send(head(200, {"Content-Length": str(len(CSV)), "ETag": etag}) + CSV)
        return True

    script: Script = page
    with serving({"*": script}) as server:
        source = world(server.url(), tmp_path)
        run(source)
        run(source)
    assert "if-none-match" not in server.requests[1].headers


@pytest.fixture(params=["memory", "folder"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Validators:
    return MemoryValidators() if request.param == "memory" else FolderValidators(tmp_path / "sources")


ONE = {"https://a.example/": Validator(sha256="1" * 64, fetched_at=START, etag='"1"')}
TWO = {"https://a.example/": Validator(sha256="2" * 64, fetched_at=START, last_modified="x", charset="utf-8")}


def test_staged_validators_count_only_when_committed(shelf: Validators) -> None:
    shelf.stage("quelle", "v", 1, ONE)
    assert shelf.current("quelle", "v") == {}
    shelf.commit("quelle", 1)
    assert shelf.current("quelle", "v") == ONE
    assert shelf.current("quelle", "w") == {}
    assert shelf.current("andere", "v") == {}


def test_discarded_validators_never_count(shelf: Validators) -> None:
    shelf.stage("quelle", "v", 1, ONE)
    shelf.discard("quelle", 1)
    shelf.commit("quelle", 1)
    shelf.discard("quelle", 7)
    assert shelf.current("quelle", "v") == {}


def test_an_older_run_never_replaces_a_newer_one(shelf: Validators) -> None:
    shelf.stage("quelle", "v", 1, ONE)
    shelf.stage("quelle", "v", 10, TWO)
    shelf.commit("quelle", 10)
    shelf.stage("quelle", "v", 9, ONE)  # late
    shelf.commit("quelle", 9)
    assert shelf.current("quelle", "v") == TWO


def test_a_file_that_cannot_be_read_costs_a_download_and_nothing_else(tmp_path: Path) -> None:
    shelf = FolderValidators(tmp_path)
    shelf.stage("quelle", "v", 1, ONE | {"https://b.example/": replace(ONE["https://a.example/"], fetched_at=START)})
    shelf.commit("quelle", 1)
    (file,) = tmp_path.rglob("current.json")
    whole = file.read_text()
    for broken in (
        "",
        "{",
        "[]",
        "null",
        whole[: len(whole) // 2],
        '{"variant":"v","validators":{"u":{"etag":3}}}',
        '{"variant":"v","validators":[1]}',
    ):
        file.write_text(broken)
        assert shelf.current("quelle", "v") == {}
    file.write_text(whole.replace("2026-11-22T04", "not a date", 1))
    assert len(shelf.current("quelle", "v")) == 1


def test_sources_with_similar_names_do_not_share_a_file(tmp_path: Path) -> None:
    shelf = FolderValidators(tmp_path)
    for name in ("a_b", "a/b", "../a", "A_B"):
        shelf.stage(name, "v", 1, {})
    assert len(list(tmp_path.iterdir())) == 4
