"""`base_url` has moved, `uri_base` has not: what arrives for the old host is sent on, and everything klar says names the new one."""

import http.client
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api.web.app import create_app
from api.web.moved import MovedHost
from dcat.render import renderer
from tests.api.web.conftest import client_of
from tests.api.web.serving import address_of, listeners, serving
from tests.api.web.world import World, fill, new_world, site
from tests.dcat.walkers import Answer, ckan_walk, piveau_walk


@dataclass(frozen=True)
class Moved:
    old: str
    new: str
    world: World

    def ask(self, address: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """One answer; redirects are not followed."""
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.putrequest(method, address.removeprefix(f"http://{parts.netloc}"), skip_host="host" in headers)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


@contextmanager
def _moved(folder: Path) -> Iterator[Moved]:
    """Published at the old address, then served at both."""
    with listeners(2) as sockets:
        old, new = map(address_of, sockets)
        before = new_world(folder, site(base_url=old, uri_base=old))
        fill(before)
        before.close()
        the_site = site(base_url=new, uri_base=old)
        world = World(folder=folder, clock=before.clock, site=the_site, renderer=renderer(the_site), run=before.run)
        world.publisher.refresh()
        with serving(create_app(world.services()), sockets):
            yield Moved(old=old, new=new, world=world)
        world.close()


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    with _moved(tmp_path_factory.mktemp("moved")) as found:
        yield found


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/datasets/projekte", "/datasets/projekte.ttl", "/datasets/projekte/data.csv?dialect=excel-de", "/catalog.rdf?page=1",
        "/catalog", "/datasets?q=B%C3%A4ume&theme=TRAN", "/datasets/a%2Fb", "//evil.example/", "/api/v1/changes?since=0", "/nowhere",
        "/changes.atom", "/datasets/projekte?x=%0d%0aSet-Cookie:%20a",
    ],
)  # fmt: skip
def test_old_addresses_lead_to_the_new_host_with_path_suffix_and_query(moved: Moved, method: str, path: str) -> None:
    status, headers, content = moved.ask(moved.old + path, method)

    assert (status, headers["location"]) == (301, moved.new + path)
    assert (headers["content-length"], content) == ("0", b"")
    assert headers["cache-control"] == "no-cache", "an address may move back"
    assert headers["access-control-allow-origin"] == "*"


def test_a_uri_of_a_data_set_ends_at_its_record(moved: Moved) -> None:
    """As linked data is followed: the URI, and what one wants of it."""
    with urlopen(Request(f"{moved.old}/datasets/projekte", headers={"Accept": "text/turtle"}), timeout=10) as answer:
        content = answer.read().decode()

    assert answer.url == f"{moved.new}/datasets/projekte"
    assert answer.headers["Content-Type"] == "text/turtle"
    assert f"<{moved.old}/datasets/projekte>" in content, "the URI stays"
    assert f"<{moved.new}/datasets/projekte/data.csv>" in content, "the file is where klar is now"
    assert f"<{moved.old}/datasets/projekte/data.csv>" not in content


def test_what_is_posted_is_posted_again(moved: Moved) -> None:
    status, headers, _ = moved.ask(f"{moved.old}/api/3/action/package_list", "POST", content_length="0")

    assert (status, headers["location"]) == (308, f"{moved.new}/api/3/action/package_list")


def test_the_new_host_redirects_nothing(moved: Moved) -> None:
    for path in ("/catalog.ttl", "/datasets/projekte.ttl", "/", "/health/ready"):
        assert moved.ask(moved.new + path)[0] == 200, path


def test_who_watches_the_process_is_answered_under_any_name(moved: Moved) -> None:
    assert moved.ask(f"{moved.old}/health/ready")[0] == 200
    assert moved.ask(f"{moved.new}/catalog.ttl", host="10.0.0.7:8000")[0] == 200


def test_behind_a_proxy_that_keeps_the_old_name_nothing_goes_round_in_circles(moved: Moved) -> None:
    old, new = urlsplit(moved.old).netloc, urlsplit(moved.new).netloc

    assert moved.ask(f"{moved.new}/catalog.ttl", host=old, x_forwarded_host=new)[0] == 200
    assert moved.ask(f"{moved.new}/catalog.ttl", host="intern", x_forwarded_host=f"{old}, proxy")[0] == 301
    assert moved.ask(f"{moved.new}/catalog.ttl", host=old)[0] == 301


def test_nothing_of_the_request_gets_into_the_address(moved: Moved) -> None:
    for host in ("evil.example", f"evil.example@{urlsplit(moved.old).netloc}", "[", "127.0.0.1:99999999"):
        status, headers, content = moved.ask(f"{moved.new}/catalog.ttl", host=host)
        assert "evil" not in headers.get("location", "")
        assert status in (200, 301), host
        assert b"evil" not in content


@pytest.mark.parametrize("syntax", ["ttl", "rdf", "jsonld", "nt"])
def test_who_harvests_the_old_address_goes_on_to_find_everything(moved: Moved, syntax: str) -> None:
    """ckanext-dcat asks HEAD without following, then GET; all other pages are named by the first one."""
    asked: list[str] = []

    def get(url: str) -> Answer:
        asked.append(url)
        status, _, _ = moved.ask(url, "HEAD")
        assert status in (200, 301)
        with urlopen(url, timeout=10) as answer:
            return Answer(status=answer.status, media_type=answer.headers["Content-Type"], content=answer.read())

    expected = sorted(f"{moved.old}/datasets/{name}" for name in moved.world.store.names())
    assert sorted(ckan_walk(get, f"{moved.old}/catalog.{syntax}")) == expected
    assert sorted(piveau_walk(get, f"{moved.new}/catalog.{syntax}")[0]) == expected


def test_paging_links_and_pages_name_the_new_host_only(moved: Moved) -> None:
    _, _, feed = moved.ask(f"{moved.new}/catalog.nt")

    hydra = [line for line in feed.decode().splitlines() if "ns/hydra/core#" in line]
    assert hydra
    assert all(line.startswith(f"<{moved.new}/catalog.nt?page=1>") for line in hydra)
    assert not any(f"{moved.old}/catalog.nt" in line for line in hydra)
    for path in ("/sitemap.xml", "/datasets", "/changes.atom"):
        _, _, page = moved.ask(moved.new + path, accept="text/html,*/*")
        links = re.findall(rb'(?:href|src)="(http[^"]+)"', page)
        assert not any(each.startswith(moved.old.encode()) for each in links), path


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("uri_base", "base_url", "host", "location"),
    [
        ("http://alt.example", "https://neu.example", "alt.example", "https://neu.example/a?b"),
        ("http://alt.example", "https://neu.example", "ALT.example:80", "https://neu.example/a?b"),
        ("http://alt.example", "https://neu.example", "alt.example:8080", None),
        ("http://alt.example/daten", "https://neu.example/offen", "alt.example", "https://neu.example/offen/a?b"),
        ("http://eins.example", "http://eins.example", "eins.example", None),
        ("http://eins.example", "http://eins.example:80", "eins.example", None),
        ("http://eins.example", "https://eins.example", "eins.example", None),  # whoever ends TLS redirects; we see http either way
        ("http://eins.example/alt", "http://eins.example/neu", "eins.example", None),
    ],
)
def test_only_what_came_to_another_host_is_redirected(uri_base: str, base_url: str, host: str, location: str | None) -> None:
    client = TestClient(MovedHost(_nothing, site=site(uri_base=uri_base, base_url=base_url)), follow_redirects=False)

    answer = client.get("/a?b", headers={"host": host})

    assert (answer.status_code, answer.headers.get("location")) == ((301, location) if location else (204, None))


def test_the_folder_of_old_uris_is_replaced_by_that_of_the_new_address() -> None:
    the_site = site(uri_base="http://alt.example/daten", base_url="https://neu.example")
    client = TestClient(MovedHost(_nothing, site=the_site), follow_redirects=False)

    found = client.get("/daten/datasets/projekte", headers={"host": "alt.example"})

    assert found.headers["location"] == "https://neu.example/datasets/projekte"


def test_until_it_is_rendered_for_the_new_address_the_feed_answers_503(published: World, tmp_path: Path) -> None:
    shutil.copytree(published.folder, tmp_path / "city")
    the_site = site(base_url="https://neu.example")
    world = World(folder=tmp_path / "city", clock=published.clock, site=the_site, renderer=renderer(the_site))
    client = client_of(world)

    assert client.get("/catalog.ttl").status_code == 503
    assert client.get("/datasets/projekte/data.csv").status_code == 200
    world.publisher.refresh()
    assert client.get("/catalog.ttl").status_code == 200
    world.close()
