"""Questions that do not fit into an address: POST that only reads."""

import json
from pathlib import Path

import pytest

from catalog.entries import ArchiveEntry
from harvesters.http.address import WebAddress
from harvesters.http.faults import Fault, HttpError
from harvesters.replay import WebReplay
from tests.harvesters.http.servers import Line, Request, Script, in_turn, reply, serving, to
from tests.harvesters.http.world import World, world


def echo(line: Line, request: Request) -> bool:
    said = {"method": request.method, "body": request.body.decode(), "type": request.headers.get("content-type")}
    return reply(json.dumps(said), Content_Type="application/json", ETag='"1"', X_WP_Total="7", Set_Cookie="a=b")(line, request)


def asked(made: World, body: bytes = b"{}", question: str = "erste", forget: bool = False) -> dict[str, object]:
    with made.open() as fetch:
        found: dict[str, object] = json.loads(fetch.post("", body, question=question, forget=forget).content)
        made.publish(fetch)
    return found


def test_a_question_arrives_whole_and_its_answer_is_kept_under_its_name(tmp_path: Path) -> None:
    with serving({"/graphql": echo}) as server:
        made = world(server.url("/graphql"), tmp_path)
        found = asked(made, "{Ü}".encode())

        assert found == {"method": "POST", "body": "{Ü}", "type": "application/json"}
        assert [each.url for each in made.archived] == [server.url("/graphql") + "#erste"]
        assert made.archived[0].headers == {"x-wp-total": "7"}, "what pages say beside their content, and no cookie"


def test_no_cache_may_answer_a_question_but_the_same_answer_is_no_news(tmp_path: Path) -> None:
    with serving({"/graphql": echo}) as server:
        made = world(server.url("/graphql"), tmp_path)
        asked(made)
        with made.open() as fetch:
            payload = fetch.post("", b"{}", question="erste")
            assert (payload.unchanged, fetch.is_unchanged) == (True, True)

    assert not [each for each in server.requests if "if-none-match" in each.headers]


def test_one_question_is_asked_once_a_run(tmp_path: Path) -> None:
    with serving({"/graphql": echo}) as server, world(server.url("/graphql"), tmp_path).open() as fetch:
        fetch.post("", b"{}", question="erste")
        with pytest.raises(HttpError) as caught:
            fetch.post("", b"{}", question="erste")

    assert caught.value.fault is Fault.REPEATED
    assert len(server.requests) == 1


def test_an_answer_that_is_a_key_is_kept_nowhere(tmp_path: Path) -> None:
    with serving({"/graphql": reply('{"result": "Schluessel"}')}) as server:
        made = world(server.url("/graphql"), tmp_path)
        assert asked(made, forget=True) == {"result": "Schluessel"}

    assert made.archived == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"Schluessel" in path.read_bytes()]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_lose_the_question_is_an_error(status: int, tmp_path: Path) -> None:
    with serving({"/a": to("/b", status), "/b": echo}) as server, pytest.raises(HttpError) as caught:
        asked(world(server.url("/a"), tmp_path))

    assert (caught.value.fault, server.paths) == (Fault.REDIRECTS, ["/a"])


def test_a_redirect_that_keeps_the_question_is_followed(tmp_path: Path) -> None:
    with serving({"/a": to("/b", 307), "/b": echo}) as server:
        assert asked(world(server.url("/a"), tmp_path), b"{1}")["body"] == "{1}"


def test_a_server_that_stumbles_is_asked_again(tmp_path: Path) -> None:
    scripts: dict[str, Script] = {"/a": in_turn(reply("oops", 502), echo)}
    with serving(scripts) as server:
        assert asked(world(server.url("/a"), tmp_path), b"{2}")["body"] == "{2}"
    assert [each.body for each in server.requests] == [b"{2}", b"{2}"]


@pytest.mark.parametrize(
    ("status", "fault"), [(422, Fault.BAD_ANSWER), (400, Fault.BAD_ANSWER), (404, Fault.MISSING), (403, Fault.FORBIDDEN)]
)
def test_who_wants_to_know_the_status_of_a_refusal_can(status: int, fault: Fault, tmp_path: Path) -> None:
    with serving({"/a": reply("no", status)}) as server, pytest.raises(HttpError) as caught:
        asked(world(server.url("/a"), tmp_path))
    assert (caught.value.status, caught.value.fault) == (status, fault)


def test_a_replay_answers_questions_by_their_names_and_has_no_keys(tmp_path: Path) -> None:
    with serving({"/graphql": echo}) as server:
        made = world(server.url("/graphql"), tmp_path)
        asked(made)
        address = server.url("/graphql")
    kept = made.archived[0]
    from_archive = WebReplay([_entry(kept.url, kept.sha256, made)], read=made.archive.read, home=WebAddress.parse(address))

    again = from_archive.post("", b"whatever", question="erste")

    assert (again.content, again.headers) == (kept.content, {})
    assert from_archive.post("", b"", question="key", forget=True).content == b""


def _entry(url: str, sha256: str, made: World) -> ArchiveEntry:
    return ArchiveEntry(run=1, source="quelle", url=url, sha256=sha256, size=1, fetched_at=made.now, media_type="")
