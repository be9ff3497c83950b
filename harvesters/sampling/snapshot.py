"""Taking the values of a layer since they were last taken: datastream by datastream, those first that have waited longest.

What is taken is kept every so many values, so that a kill costs the last batch only; the next run goes on from there. A datastream that
does not answer holds nobody up, and is asked for the same time again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from harvesters.sampling.checking import Check
from harvesters.sampling.months import by_month, merged
from harvesters.sampling.observation import Observation, Observing
from harvesters.sampling.shelf import Month, Shelf, State, Unasked
from harvesters.sensors.observed import Datastream
from schemas.errors import SourceError
from schemas.fetch import WebFetch


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Of one run over one layer."""

    first: timedelta = timedelta(hours=24)  #: how far back the first run looks
    most: timedelta = timedelta(days=7)  #: how far back any run looks
    late: timedelta = timedelta(hours=24)  #: how late values may come: so much is asked for again each time
    values: int = 500_000
    requests: int = 2_000
    batch: int = 50_000  #: values that are kept at once


@dataclass(kw_only=True)
class Report:
    """What came of a run."""

    added: int = 0
    replaced: int = 0
    requests: int = 0
    values: int = 0  #: that were looked at
    asked: int = 0  #: datastreams that are complete now
    failed: dict[str, str] = field(default_factory=dict)  #: datastream -> why
    postponed: int = 0  #: datastreams for which nothing of the bounds was left
    refused: Counter[str] = field(default_factory=Counter)  #: reason -> values
    unasked: tuple[Unasked, ...] = ()  #: new ones

    @property
    def complete(self) -> bool:
        return not self.failed and not self.postponed


def snapshot(
    shelf: Shelf,
    layer: str,
    streams: Sequence[Datastream],
    observing: Observing,
    fetch: WebFetch,
    *,
    now: datetime,
    prefix: str = "",
    interval: float | None = None,
    bounds: Bounds | None = None,
) -> Report:
    """`layer`: name of its data set; `now` is aware and the run's. `prefix`, `interval`: as `months.merged` takes them. One run at a time.
    Raises UnreadableShelf, Unwritable; what goes wrong at the source stands in the report."""
    work = _Work(shelf, layer, observing, fetch, now, bounds or Bounds(), prefix, interval)
    work.begin(streams)
    for each in sorted(streams, key=work.urgency):
        work.take(each)
    work.keep()
    return work.report


class _Work:
    """One run. Short-lived; its methods share what is not kept yet."""

    def __init__(
        self,
        shelf: Shelf,
        layer: str,
        observing: Observing,
        fetch: WebFetch,
        now: datetime,
        bounds: Bounds,
        prefix: str,
        interval: float | None,
    ) -> None:
        self._shelf, self._layer = shelf, layer
        self._observing, self._fetch = observing, fetch
        self._now, self._bounds = now, bounds
        self._prefix, self._interval = prefix, interval
        self._state = self._stored = shelf.read(layer)
        self._taken: list[Observation] = []
        self._until: dict[str, datetime] = {}
        self.report = Report()

    def begin(self, streams: Sequence[Datastream]) -> None:
        """What lies too far back is noted as never asked for: it is no gap of the sensors."""
        edge = self._now - self._bounds.most
        waits = [until for each in streams if (until := self._state.until.get(each.id)) is not None and until < edge]
        counts = Counter(waits)
        self.report.unasked = tuple(Unasked(since=since, until=edge, datastreams=counts[since]) for since in sorted(counts))
        self._state = replace(self._state, unasked=(*self._state.unasked, *self.report.unasked))
        self._until.update({each.id: edge for each in streams if self._state.until.get(each.id, edge) < edge})

    def urgency(self, stream: Datastream) -> tuple[float, str]:
        until = self._state.until.get(stream.id)
        return (until.timestamp() if until else 0.0, stream.id)

    def take(self, stream: Datastream) -> None:
        if self._is_spent():
            self.report.postponed += 1
            return
        check = Check(datastream=stream.id, since=self._since(stream), until=self._now)
        reached: datetime | None = None
        try:
            reached = self._asked(stream, check)
        except SourceError as error:
            self.report.failed[stream.id] = error.detail
        self.report.refused += check.refused
        if reached is not None:
            self._until[stream.id] = max(reached, self._state.until.get(stream.id, reached))
        if len(self._taken) >= self._bounds.batch:
            self.keep()

    def _asked(self, stream: Datastream, check: Check) -> datetime | None:
        """Before which moment everything is there; None: nobody can tell. Raises SourceError."""
        reached, ordered = check.since, True
        for answer in self._observing.observations(self._fetch, stream, check.since, check.until):
            self.report.requests += 1
            self.report.values += len(answer.stated)
            for each in check.passed(answer.stated):
                self._taken.append(each)
                ordered &= each.time >= reached
                reached = max(reached, each.time)
            if self._is_spent() and not answer.last:
                self.report.postponed += 1
                return reached if ordered else None
        self.report.asked += 1
        return self._now

    def keep(self) -> None:
        """Months first, then the document that names them."""
        state = self._state
        for name, observations in by_month(self._taken).items():
            state = self._with_month(state, name, observations)
        state = state.with_until(self._until)
        if state != self._stored:
            self._shelf.write(self._layer, state)
        self._state, self._stored, self._taken, self._until = state, state, [], {}

    def _since(self, stream: Datastream) -> datetime:
        known = self._state.until.get(stream.id)
        start = self._now - self._bounds.first if known is None else known - self._bounds.late
        return max(start, self._now - self._bounds.most)

    def _is_spent(self) -> bool:
        return self.report.values >= self._bounds.values or self.report.requests >= self._bounds.requests

    def _with_month(self, state: State, name: str, observations: list[Observation]) -> State:
        known = state.months.get(name)
        before = self._shelf.files.read(known.sha256) if known else None
        result = merged(before, observations, prefix=self._prefix, interval=self._interval)
        self.report.added += result.added
        self.report.replaced += result.replaced
        if known and not result.changed:
            return state
        sha256 = self._shelf.files.put(result.content)
        replaced = result.replaced + (known.replaced if known else 0)
        return state.with_month(name, Month(sha256=sha256, size=len(result.content), summary=result.summary, replaced=replaced))
