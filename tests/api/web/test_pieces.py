"""Pieces that are kept: bounded, and the same bytes as what is made anew."""

import pytest
from fastapi.testclient import TestClient

from api.web.pieces import Pieces
from api.web.routes.feed import feed_representation
from api.web.web import web_from
from catalog.rendering import SYNTAXES
from schemas.declaration import declaration_of_table
from tests.api.web.conftest import client_of
from tests.api.web.world import World, row


def test_the_least_recently_used_goes_first() -> None:
    pieces: Pieces[str, bytes] = Pieces(limit=10)
    pieces.keep("a", b"aaaa")
    pieces.keep("b", b"bbbb")
    pieces.find("a")

    pieces.keep("c", b"cccc")

    assert [pieces.find(each) for each in "abc"] == [b"aaaa", None, b"cccc"]


def test_what_is_kept_again_counts_once() -> None:
    pieces: Pieces[str, bytes] = Pieces(limit=10)
    for _ in range(5):
        pieces.keep("a", b"aaaa")

    pieces.keep("b", b"bbbbbb")

    assert [pieces.find(each) for each in "ab"] == [b"aaaa", b"bbbbbb"]


def test_what_is_too_large_displaces_nothing() -> None:
    pieces: Pieces[str, bytes] = Pieces(limit=10)
    pieces.keep("a", b"aaaa")

    pieces.keep("b", b"b" * 11)

    assert [pieces.find(each) for each in "ab"] == [b"aaaa", None]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_page_of_kept_fragments_is_the_page_of_stored_ones(published: World, monkeypatch: pytest.MonkeyPatch, syntax: str) -> None:
    web = web_from(published.services())
    stored = feed_representation(web, syntax, 1)

    monkeypatch.setattr(published.store, "fragments", None)  # reading them would fail
    kept = feed_representation(web, syntax, 1)

    assert kept == stored


def test_a_page_shows_what_was_published_since_its_fragments_were_kept(world: World) -> None:
    web = web_from(world.services())
    before = feed_representation(web, "ttl", 1)

    _publish(world)
    after = feed_representation(web, "ttl", 1)

    assert after.etag != before.etag
    assert after == feed_representation(web_from(world.services()), "ttl", 1)


def test_a_search_shows_what_was_published_since_its_packages_were_kept(world: World) -> None:
    client = client_of(world)
    before = _found(client)

    _publish(world)
    after = _found(client)

    assert before != after
    assert after == _found(client_of(world))


def test_packages_found_are_the_packages_shown(client: TestClient) -> None:
    first, kept = _found(client), _found(client)

    assert first == kept
    assert first == {name: client.get(f"/api/3/action/package_show?id={name}").json()["result"] for name in first}


def test_what_a_page_is_made_of_is_known_without_reading_it(published: World) -> None:
    store, key = published.store, published.renderer.key
    late = published.clock.now

    assert store.fragments_digest(1, 100) == store.fragments("ttl", key, 1, 100).digest
    assert store.fragments_digest(1, 2) == store.fragments("nt", key, 1, 2).digest
    assert store.fragments_digest(1, 100, late) == store.fragments("rdf", key, 1, 100, late).digest
    assert store.fragments_digest(1, 2) != store.fragments_digest(1, 100)


def _publish(world: World) -> None:
    world.harvest(row("event", "neu", title="Neu", start="2027-01-01", source_date_basis="stated"), of=declaration_of_table("event"))


def _found(client: TestClient) -> dict[str, object]:
    answer = client.get("/api/3/action/package_search?rows=100")
    assert answer.status_code == 200
    return {each["name"]: each for each in answer.json()["result"]["results"]}
