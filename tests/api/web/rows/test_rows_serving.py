"""Many rows, many clients, and clients that go: memory stays flat, work ends, and nobody takes more than their share."""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import duckdb
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message, Scope

from api.web.app import create_app
from api.web.problems import TooManyRequests
from api.web.rows.desk import Desk, while_there
from catalog.query import Cancellation, Cancelled
from schemas.errors import Busy
from tests.api.web.world import World

ROWS = "/api/v1/datasets/projekte/rows"
_MANY = 200_000


@pytest.fixture
def large(world: World) -> World:
    """The same data set, its Parquet file replaced by one of 200,000 rows of about 420 bytes."""
    path = world.files.path(world.store.edition("projekte", 3).files["parquet"].sha256)
    path.unlink()
    rows = f"SELECT 'r' || i AS id, repeat('Bäume, Räder ' || (i % 977), 25) AS title, i % 7 AS zahl FROM range({_MANY}) t(i)"
    duckdb.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return world


def _scope(path: str, client: str = "127.0.0.1", query: str = "") -> Scope:
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": [(b"host", b"x")],
        "client": (client, 1), "server": ("x", 80), "state": {},
    }  # fmt: skip


async def _connected() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def _serve(app: FastAPI, scope: Scope, send: Callable[[Message], Awaitable[None]], receive: Callable[[], Awaitable[Message]]) -> None:
    asyncio.run(app(scope, receive, send))


def _resident() -> float:
    """MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.parametrize("query", ["", "dialect=excel-de"])
def test_an_export_of_many_rows_keeps_memory_flat(large: World, query: str) -> None:
    services = large.services()
    app = create_app(services)
    sizes: list[int] = []
    resident: list[float] = []

    async def reader(message: Message) -> None:
        if body := message.get("body"):
            sizes.append(len(body))
            resident.append(_resident())

    services.tables.types(large.files.path(large.store.edition("projekte", 3).files["parquet"].sha256))
    gc.collect()
    before = _resident()
    _serve(app, _scope(f"{ROWS}.csv", query=query), reader, _connected)

    assert sum(sizes) > 60_000_000
    assert max(sizes) < 4_000_000
    assert max(resident) - before < 60


def test_who_stops_reading_stops_the_work(large: World) -> None:
    services = large.services()
    gone = asyncio.Event()
    pieces = 0

    async def reader(message: Message) -> None:
        nonlocal pieces
        pieces += 1
        if pieces == 5:
            gone.set()
        await asyncio.sleep(0.001)

    async def leaving() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    _serve(create_app(services), _scope(f"{ROWS}.csv"), reader, leaving)

    assert 5 <= pieces < 20  # of about 50
    assert TestClient(create_app(services)).get(f"{ROWS}?limit=1").status_code == 200


def test_a_stream_that_breaks_never_looks_whole(large: World) -> None:
    services = large.services()
    messages: list[Message] = []

    async def reader(message: Message) -> None:
        messages.append(message)
        if len(messages) == 4:
            services.tables._seconds = -1  # the alarm of every further block goes off at once

    with pytest.raises(Exception, match="response already started"):
        _serve(create_app(services), _scope(f"{ROWS}.csv", query="sort=title"), reader, _connected)

    assert messages[0]["status"] == 200
    assert all(each["more_body"] for each in messages[1:])


def test_what_takes_too_long_is_refused_with_what_helps(large: World) -> None:
    services = large.services()
    client = TestClient(create_app(services))
    assert client.get(f"{ROWS}?limit=1").status_code == 200
    services.tables._seconds = 0.005

    for address in (f"{ROWS}?sort=title", f"{ROWS}.csv?sort=title", f"{ROWS}.parquet", f"{ROWS}?group_by=title,id"):
        answer = client.get(address)
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("#too-expensive")
        assert "mehr Filter" in answer.json()["detail"]


# --- shares ----------------------------------------------------------------------------------------------------------------------


def test_seconds_of_the_engine_are_charged(large: World) -> None:
    client = TestClient(create_app(large.services(engine_seconds=0.02)), client=("203.0.113.7", 1))
    other = TestClient(client.app, client=("203.0.113.8", 1))

    answers = [client.get(f"{ROWS}?group_by=zahl&agg=title__count_distinct") for _ in range(4)]

    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert other.get("/api/v1/config").status_code == 200


def test_an_export_is_charged_while_it_is_sent(large: World) -> None:
    client = TestClient(create_app(large.services(engine_seconds=0.2)), client=("203.0.113.7", 1))

    assert client.get(f"{ROWS}.csv").status_code == 200

    assert client.get(f"{ROWS}?limit=1").status_code == 429


def test_what_has_not_changed_costs_no_seconds(large: World) -> None:
    client = TestClient(create_app(large.services(engine_seconds=5.0)), client=("203.0.113.7", 1))
    etag = client.get(f"{ROWS}.csv?select=zahl&limit=5").headers["etag"]

    asked = [client.get(f"{ROWS}.csv?select=zahl&limit=5", headers={"if-none-match": etag}).status_code for _ in range(20)]

    assert asked == [304] * 20


def test_one_client_has_few_exports_at_a_time() -> None:
    desk = Desk(exports_of_one=2)

    with desk.export("a"), desk.export("a"):
        with pytest.raises(TooManyRequests), desk.export("a"):
            raise AssertionError
        with desk.export("b"):
            pass
    with desk.export("a"):
        pass


def test_who_waits_too_long_for_a_turn_is_told_to_come_back() -> None:
    desk = Desk(at_once=1, patience=0.01)

    async def story() -> None:
        release = asyncio.Event()
        loop = asyncio.get_running_loop()
        first = asyncio.ensure_future(desk.work(lambda: asyncio.run_coroutine_threadsafe(release.wait(), loop).result()))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await desk.work(lambda: None)
        release.set()
        await first
        assert await desk.work(lambda: 7) == 7

    asyncio.run(story())


def test_a_client_that_closes_cancels_its_question() -> None:
    cancellation = Cancellation()

    async def leaving() -> Message:
        return {"type": "http.disconnect"}

    async def story() -> None:
        async with while_there(leaving, cancellation):
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    asyncio.run(story())

    with pytest.raises(Cancelled):
        cancellation.check()
