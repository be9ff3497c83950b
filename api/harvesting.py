"""Harvesting one source among others: whatever goes wrong with it stays its own, a programming error included."""

import traceback
from collections.abc import Callable
from types import TracebackType

from api.installation import Installation
from api.notify import not_begun
from catalog.plan import Outcome, RunRecord
from harvesters.harvester import SourceConfig
from schemas.errors import KlarError


class Bulkhead:
    """Holds back errors of the program: what nobody foresaw. What ends the process, and errors that klar raises on purpose, go through.
    `error`: what it has held back."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __enter__(self) -> "Bulkhead":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error if isinstance(error, Exception) and not isinstance(error, KlarError) else None
        return self.error is not None


def harvested(found: Installation, source: SourceConfig, work: Callable[[], RunRecord], *, report: Callable[[str], None]) -> RunRecord:
    """The record of `work`, or one that says how it failed."""
    try:
        return guarded(found, source, work, report=report)
    except KlarError as error:
        return not_begun(source.name, found.clock(), error)


def guarded(found: Installation, source: SourceConfig, work: Callable[[], RunRecord], *, report: Callable[[str], None]) -> RunRecord:
    """The record of `work`, or of how an error that nobody foresaw ended it. `report` is told what a programmer has to know of it; what a
    source says is not in it. Raises KlarError."""
    with Bulkhead() as bulkhead:
        return work()
    assert bulkhead.error is not None  # it was held back, or the record returned
    report(f"{source.name}: Programmfehler.\n{whereabouts(bulkhead.error)}")
    return _recorded(found, source)


def whereabouts(error: BaseException) -> str:
    """A traceback without the message: that may quote what was being read."""
    lines = traceback.format_list(traceback.extract_tb(error.__traceback__))
    causes = [f"{type(each).__module__}.{type(each).__qualname__}" for each in _chain(error)]
    return "".join(lines) + " ← ".join(causes)


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return chain


def _recorded(found: Installation, source: SourceConfig) -> RunRecord:
    """As the run itself has recorded its end, if it could."""
    last = next(iter(found.store.runs(source.name, limit=1)), None)
    if last is not None and last.outcome is Outcome.FAILED:
        return last
    now = found.clock()
    message = "Die Ernte wurde durch einen Programmfehler abgebrochen."
    return RunRecord(id=0, source=source.name, started_at=now, finished_at=now, outcome=Outcome.FAILED, message=message, counts={})
