"""Ending a question from another thread: nobody works for a client that has gone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from schemas.errors import CatalogError


class Cancelled(CatalogError):
    """Nobody waits for this answer any more."""


class Cancellation:
    """What runs when it is cancelled is interrupted; what begins afterwards never starts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._interrupt: Callable[[], object] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._interrupt is not None:
                self._interrupt()

    def check(self) -> None:
        """Raises Cancelled."""
        if self._cancelled:
            raise Cancelled

    @contextmanager
    def of(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """While something runs that `interrupt` ends. Raises Cancelled."""
        with self._lock:
            self.check()
            self._interrupt = interrupt
        try:
            yield
        finally:
            with self._lock:
                self._interrupt = None
