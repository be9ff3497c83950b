"""All rows as a file. What is sent is never in memory as a whole, and a reader that is slow or gone holds nothing up."""

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, aclosing
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.web.budget import Meter, client_of, meter_of
from api.web.rows.asking import Asked
from api.web.rows.desk import Desk, while_there
from api.web.rows.forms import Form, Rows, form_of
from api.web.web import Web
from catalog.query import Cancellation, Cancelled, Stream, TableEngine

_STALLED = 60.0  #: seconds in which a reader has to take one piece
_PIECE = 256 * 1024  #: bytes of a finished file


class PiecewiseResponse(Response):
    """Sends piece by piece and stops working when nobody reads any more. What breaks off later than the first piece breaks the
    connection off, so that half a file never looks whole. `held`: what is closed in the end."""

    def __init__(self, pieces: AsyncGenerator[bytes], held: ExitStack, cancellation: Cancellation, headers: Mapping[str, str]) -> None:
        super().__init__(headers=headers)
        if "content-length" not in headers:
            del self.headers["content-length"]
        self._pieces = pieces
        self._held = held
        self._cancellation = cancellation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            async with aclosing(self._pieces), while_there(receive, self._cancellation):
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                try:
                    async for piece in self._pieces:
                        async with asyncio.timeout(_STALLED):
                            await send({"type": "http.response.body", "body": piece, "more_body": True})
                except Cancelled:
                    return
                await send({"type": "http.response.body", "body": b""})


async def streamed(web: Web, desk: Desk, request: Request, asked: Asked, extension: str, headers: Mapping[str, str]) -> Response:
    """Raises as `TableEngine.stream`: the first block is made before anything is sent, and with it all sorting and grouping."""
    tables, cancellation, meter = web.services.tables, Cancellation(), meter_of(request.scope)
    lines = extension == "csv" and asked.dialect is None
    with ExitStack() as held:
        held.enter_context(desk.export(client_of(request.scope)))
        async with while_there(request.receive, cancellation):
            stream, rows = await desk.work(lambda: _started(tables, asked, cancellation, held, lines=lines))
        meter(stream.seconds)
        pieces = _pieces(desk, asked, form_of(extension, dialect=asked.dialect, finished=lines), stream, rows, meter)
        return PiecewiseResponse(pieces, held.pop_all(), cancellation, headers)


async def parquet(web: Web, desk: Desk, request: Request, asked: Asked, headers: Mapping[str, str]) -> Response:
    """Raises as `TableEngine.write_parquet`. The file is never larger than about what the table's own is."""
    tables, cancellation = web.services.tables, Cancellation()
    with ExitStack() as held:
        held.enter_context(desk.export(client_of(request.scope)))
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="klar-rows-")))
        async with while_there(request.receive, cancellation):
            path, seconds = await desk.work(lambda: _timed_parquet(tables, asked, folder, cancellation))
        meter_of(request.scope)(seconds)
        length = {"content-length": str(path.stat().st_size)}
        return PiecewiseResponse(_file(path), held.pop_all(), cancellation, {**headers, **length})


def _started(tables: TableEngine, asked: Asked, cancellation: Cancellation, held: ExitStack, *, lines: bool) -> tuple[Stream, Rows]:
    stream = tables.stream(asked.table.path, asked.question, cancellation, lines=lines)
    held.callback(stream.close)
    return stream, stream.block()


async def _pieces(desk: Desk, asked: Asked, form: Form, stream: Stream, rows: Rows, meter: Meter) -> AsyncGenerator[bytes]:
    schema, empty, paid = asked.schema, not rows, stream.seconds
    yield form.head(schema)
    first = True
    while rows:
        yield await run_in_threadpool(form.block, schema, rows, first=first)
        first = False
        rows = await desk.work(stream.block)
        meter(stream.seconds - paid)
        paid = stream.seconds
    yield form.end(empty=empty)


def _timed_parquet(tables: TableEngine, asked: Asked, folder: Path, cancellation: Cancellation) -> tuple[Path, float]:
    began = time.perf_counter()
    return tables.write_parquet(asked.table.path, asked.question, folder, cancellation), time.perf_counter() - began


async def _file(path: Path) -> AsyncGenerator[bytes]:
    with path.open("rb") as file:
        while piece := await run_in_threadpool(file.read, _PIECE):
            yield piece
