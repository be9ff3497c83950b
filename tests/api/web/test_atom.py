"""`/changes.atom` is Atom that a feed reader can follow: every change once, what is gone as a deleted entry."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.web.atom import TitledChange, atom_feed
from api.web.templating import Addresses
from catalog.entries import CatalogChange, ChangeKind
from schemas.declaration import declaration_of_table
from schemas.values import Text
from tests.api.web.conftest import client_of
from tests.api.web.world import BASE_URL, World, new_world, row, site

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def _feed(client: TestClient, address: str = "/changes.atom") -> ElementTree.Element:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml"
    return ElementTree.fromstring(answer.content)


def _text(element: ElementTree.Element, name: str) -> str:
    found = element.findtext(name)
    assert found, name
    return found


def _category(entry: ElementTree.Element) -> str:
    found = entry.find(f"{ATOM}category")
    assert found is not None
    return found.attrib["term"]


def test_the_feed_has_what_atom_demands(client: TestClient) -> None:
    feed = _feed(client)

    assert _text(feed, f"{ATOM}id") == f"{BASE_URL}/changes"
    assert _text(feed, f"{ATOM}title")
    assert _text(feed, f"{ATOM}author/{ATOM}name") == "Stadt Kaiserslautern"
    links = {each.attrib["rel"]: each.attrib["href"] for each in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{BASE_URL}/changes.atom"
    entries = feed.findall(f"{ATOM}entry")
    assert MOMENT.fullmatch(_text(feed, f"{ATOM}updated"))
    assert _text(feed, f"{ATOM}updated") == max(_text(each, f"{ATOM}updated") for each in entries)
    for each in entries:
        assert _text(each, f"{ATOM}id").startswith(f"{BASE_URL}/datasets/")
        assert _text(each, f"{ATOM}title")
        assert MOMENT.fullmatch(_text(each, f"{ATOM}updated"))
        assert each.find(f"{ATOM}link") is not None


def test_it_says_the_same_as_the_changes_for_programs(client: TestClient) -> None:
    listed = client.get("/api/v1/changes?since=0").json()["changes"]

    entries = _feed(client).findall(f"{ATOM}entry")

    told = [(_text(each, f"{ATOM}id"), _category(each)) for each in entries]
    assert told == [(each["uri"], each["kind"]) for each in reversed(listed)]


def test_a_withdrawn_data_set_is_a_deleted_entry_and_a_withdrawn_edition_is_none(world: World) -> None:
    world.publisher.withdraw("projekte", edition=1, reason="Tippfehler", by="amt")
    world.publisher.withdraw("messstellen", reason="Standorte von Privathäusern", by="amt")

    feed = _feed(client_of(world))

    (deleted,) = feed.findall(f"{TOMBSTONES}deleted-entry")
    assert deleted.attrib["ref"] == f"{BASE_URL}/datasets/messstellen"
    assert MOMENT.fullmatch(deleted.attrib["when"])
    assert "Standorte von Privathäusern" in _text(deleted, f"{TOMBSTONES}comment")
    newest = feed.findall(f"{ATOM}entry")[0]
    assert _text(newest, f"{ATOM}id") == f"{BASE_URL}/datasets/projekte"
    assert "Stand 1 zurückgezogen" in _text(newest, f"{ATOM}title")


def test_walking_back_gives_every_change_exactly_once(world: World) -> None:
    for number in range(60):
        attended = row(
            "event", "einwohnerversammlung-2020", title="Einwohnerversammlung", attendees=250 + number, source_date_basis="stated"
        )
        world.harvest(attended, of=declaration_of_table("event"))
    changes = world.store.changes(0, 10_000)
    client = client_of(world)

    seen: list[str] = []
    pages, address = 0, "/changes.atom"
    while address:
        pages += 1
        feed = _feed(client, address)
        seen += [_text(each, f"{ATOM}updated") for each in feed.findall(f"{ATOM}entry")]
        links = {each.attrib["rel"]: each.attrib["href"] for each in feed.findall(f"{ATOM}link")}
        address = links.get("next", "").removeprefix(BASE_URL)

    assert pages > 1
    assert seen == [f"{each.at:%Y-%m-%dT%H:%M:%S.%f}Z" for each in reversed(changes)]


def test_the_english_feed_speaks_english(client: TestClient) -> None:
    feed = _feed(client, "/en/changes.atom")

    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    assert any("new edition" in _text(each, f"{ATOM}title") for each in feed.findall(f"{ATOM}entry"))


def test_before_anything_is_published_there_is_no_feed(tmp_path: Path) -> None:
    empty = new_world(tmp_path)

    answer = client_of(empty).get("/changes.atom")

    assert answer.status_code == 503
    empty.close()


@given(words=st.text(max_size=60), kind=st.sampled_from(ChangeKind), edition=st.none() | st.integers(1, 99))
def test_whatever_a_reason_holds_the_feed_parses(words: str, kind: ChangeKind, edition: int | None) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(microseconds=1)
    change = CatalogChange(seq=1, at=at, dataset="projekte", kind=kind, edition=edition, reason=Text(de=words))
    made = TitledChange(change=change, title=Text(de=words))

    content = atom_feed([made], addresses=Addresses(site=site()), language="de", path="/changes.atom", older="", updated=at)

    feed = ElementTree.fromstring(content)
    assert len(feed.findall(f"{ATOM}entry")) + len(feed.findall(f"{TOMBSTONES}deleted-entry")) == 1
