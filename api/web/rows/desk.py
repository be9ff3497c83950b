"""Who may use the engine when: few questions work at a time, others wait without a thread and not for long, and nobody works for a
client that has gone."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive

from api.web.problems import TooManyRequests
from catalog.query import Cancellation
from schemas.errors import Busy

T = TypeVar("T")
_AT_ONCE = 3  #: questions at work
_PATIENCE = 5.0  #: seconds that one waits for its turn
MOST_EXPORTS = 24  #: files on their way at the same time
EXPORTS_OF_ONE = 3  #: of these, to one client
_COME_BACK = 20  #: seconds


class Desk:
    def __init__(self, *, at_once: int = _AT_ONCE, patience: float = _PATIENCE, exports_of_one: int = EXPORTS_OF_ONE) -> None:
        self._at_once = at_once
        self._patience = patience
        self._exports_of_one = exports_of_one
        self._turns: asyncio.Semaphore | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._exports: Counter[str] = Counter()

    async def work(self, task: Callable[[], T]) -> T:
        """In a thread, when it is its turn. Raises Busy when that takes too long."""
        turns = self._of_this_loop()
        try:
            await asyncio.wait_for(turns.acquire(), self._patience)
        except TimeoutError:
            raise Busy from None
        try:
            return await run_in_threadpool(task)
        finally:
            turns.release()

    @contextmanager
    def export(self, client: str) -> Iterator[None]:
        """One file on its way to a client. Raises TooManyRequests, Busy."""
        if self._exports[client] >= self._exports_of_one and client:
            raise TooManyRequests(retry_after=_COME_BACK)
        if self._exports.total() >= MOST_EXPORTS:
            raise Busy
        self._exports[client] += 1
        try:
            yield
        finally:
            self._exports[client] -= 1
            self._exports += Counter()  # forgets who has none

    def _of_this_loop(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._turns is None or self._loop is not loop:
            self._turns, self._loop = asyncio.Semaphore(self._at_once), loop
        return self._turns


@asynccontextmanager
async def while_there(receive: Receive, cancellation: Cancellation) -> AsyncIterator[None]:
    """Cancels the question when the client closes its connection."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        cancellation.cancel()

    watching = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
