"""What real clients send, and what they get."""

import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPResponse

import pytest
import uvicorn
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.web.app import create_app
from api.web.negotiation import best
from api.web.typed import TypedAddresses
from tests.api.web.world import World

#: Accept header (None: none is sent) -> media type of a data set's address and of /catalog. Headers as their programs send them:
#: Chromium 149 and Firefox 151 name HTML; axios 1.x (lib/defaults), httr 1.4 (`accept`), Python requests 2.x, curl 8 and urllib, which
#: pandas uses, take anything; ckanext-dcat and piveau's crawler send what their HTTP libraries send.
CLIENTS: dict[str, tuple[str | None, str, str]] = {
    "Chrome": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
        "application/signed-exchange;v=b3;q=0.7",
        "text/html",
        "text/html",
    ),
    "Firefox": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html", "text/html"),
    "Firefox, older": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8",
        "text/html",
        "text/html",
    ),
    "curl": ("*/*", "text/html", "text/turtle"),
    "requests": ("*/*", "text/html", "text/turtle"),
    "pandas": (None, "text/html", "text/turtle"),
    "axios": ("application/json, text/plain, */*", "application/json", "text/turtle"),
    "R httr": ("application/json, text/xml, application/xml, */*", "application/json", "text/turtle"),
    "R httr, as built in": (
        "application/json;q=0.9, */*;q=0.8",
        "application/json",
        "text/turtle",
    ),
    "ckanext-dcat": ("*/*", "text/html", "text/turtle"),
    "piveau": (None, "text/html", "text/turtle"),
    "rdflib": (
        "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1",
        "application/rdf+xml",
        "application/rdf+xml",
    ),
    "an N3 reader": ("text/n3", "text/turtle", "text/turtle"),
    "a JSON-LD reader": ("application/ld+json, application/json;q=0.9, */*;q=0.1", "application/ld+json", "application/ld+json"),
}


@pytest.mark.parametrize(("accept", "dataset", "catalogue"), CLIENTS.values(), ids=CLIENTS)
def test_clients_get_what_they_mean(client: TestClient, accept: str | None, dataset: str, catalogue: str) -> None:
    headers = {} if accept is None else {"accept": accept}
    bare = TestClient(client.app, headers=headers)
    if accept is None:
        del bare.headers["accept"]

    assert bare.get("/datasets/projekte").headers["content-type"].partition(";")[0] == dataset
    assert bare.get("/catalog").headers["content-type"].partition(";")[0] == catalogue


_TYPES = ("text/html", "text/turtle", "application/json")
_RANGES = st.lists(st.tuples(st.sampled_from([*_TYPES, "text/*", "*/*"]), st.sampled_from(["", ";q=0.5", ";q=0"])), max_size=5)


@given(_RANGES)
def test_nothing_is_preferred_that_is_named_less_exactly_at_the_same_quality(ranges: list[tuple[str, str]]) -> None:
    accept = ", ".join(f"{each}{quality}" for each, quality in ranges)
    chosen = best(accept, _TYPES)
    named = {each for each, quality in ranges if each in _TYPES and not quality}

    if named and not any(quality for _, quality in ranges):
        assert chosen in named


# --- parameters -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/catalog.ttl?page=1&page=2", "page"),
        ("/catalog?modified_since=2026-01-01T00:00:00Z&modified_since=2020-01-01T00:00:00Z", "modified_since"),
        ("/api/v1/datasets?q=Park&q=Radweg", "q"),
        ("/datasets?sort=title&sort=updated", "sort"),
        ("/api/v1/changes?since=1&limit=5&since=2", "since"),
        ("/datasets/projekte/data.csv?dialect=excel-de&dialect=excel-de", "dialect"),
    ],
)
def test_a_parameter_that_holds_one_value_is_refused_twice(client: TestClient, address: str, name: str) -> None:
    answer = client.get(address, headers={"accept": "application/json"})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == name
    assert answer.json()["type"].endswith("#repeated-parameter")


def test_a_list_may_be_repeated_and_so_may_what_is_empty(client: TestClient) -> None:
    assert client.get("/api/v1/datasets?theme=GOVE&theme=ENVI").status_code == 200
    assert client.get("/datasets?q=&q=Projekte").status_code == 200
    assert client.get("/datasets?utm_source=a&utm_source=b").status_code == 200


# --- a real server --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def port(published: World) -> Iterator[int]:
    """As `klar serve` runs it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(published.services()), http=TypedAddresses, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def raw_get(port: int, target: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: daten.example\r\nConnection: close\r\n\r\n")
        content = b""
        while block := connection.recv(65536):
            content += block
    return content.partition(b"\r\n\r\n")[2]


def test_umlauts_as_they_were_typed_find_what_escaped_ones_find(port: int) -> None:
    found = raw_get(port, "/api/v1/datasets?q=Messstellen+für+Wärme".encode())

    assert b'"name": "messstellen"' in found
    assert found == raw_get(port, b"/api/v1/datasets?q=Messstellen+f%C3%BCr+W%C3%A4rme")
    assert found != raw_get(port, b"/api/v1/datasets?q=Messstellen+f%C3%83%C2%BCr+W%C3%83%C2%A4rme")  # as Latin-1


def test_bytes_that_are_no_utf_8_break_nothing(port: int) -> None:
    assert raw_get(port, b"/api/v1/datasets?q=B\xe4ume").startswith(b"{")
    assert b"unknown-dataset" in raw_get(port, "/datasets/bäume".encode())


def test_only_the_address_is_touched_and_one_connection_serves_many(port: int) -> None:
    """A raw byte in a header stays what it is; the second address of a connection is read like the first."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for _ in range(2):
            connection.sendall("GET /api/v1/datasets?q=Wärme HTTP/1.1\r\nHost: ä.example\r\n\r\n".encode())
            with HTTPResponse(connection, method="GET") as answer:
                answer.begin()
                assert (answer.status, answer.read()[:1]) == (200, b"{")
