"""`klar schedule`: the clock, in a process of its own."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from api.cli.app import Command
from api.cli.errors import sentence_of
from api.cli.installed import opened
from api.cli.output import counts_text, outcome_text
from api.cli.sampling import sentences
from api.harvesting import Bulkhead, harvested, whereabouts
from api.installation import Installation
from api.notify import notify
from api.scheduler import Clockwork, run
from catalog.plan import RunRecord
from harvesters.harvester import SourceConfig
from schemas.errors import ConfigurationError, KlarError

_STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
_log = logging.getLogger("klar.schedule")


def register(app: typer.Typer) -> None:
    app.command("schedule", cls=Command)(schedule)


def schedule(ctx: typer.Context) -> None:
    """Erntet alle Quellen nach ihrem Zeitplan, bis der Prozess beendet wird (SIGTERM). Mehrere davon stören einander nicht."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
    _log.setLevel(logging.INFO)
    with opened(ctx) as found:
        sources = [each for each in found.settings.sources() if each.schedule]
        if not sources:
            raise ConfigurationError("Keine Quelle hat einen Zeitplan (schedule).")
        follow_up = threading.Lock()
        clockwork = Clockwork(sources, found.store, lambda source: _harvest(found, source, follow_up), clock=found.clock)
        _log.info("gestartet: %s", ", ".join(each.name for each in sources))
        with listening() as told:
            run(clockwork, told, hourly=lambda: _hourly(found, follow_up))
        _log.info("beendet")


class Told:
    """That SIGTERM or SIGINT came. The kernel hands either to any thread, under load not to the main one, and a lock that only the handler
    in the main thread lets go is then waited for without end. A byte in a pipe is seen whoever wrote it."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def wait(self) -> None:
        while _STOPPING.isdisjoint(os.read(self._pipe, 64)):  # numbers of signals, one a byte
            pass


@contextmanager
def listening() -> Iterator[Told]:
    """Only in the main thread."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    pipe = signal.set_wakeup_fd(writing)
    handlers = {each: signal.signal(each, _nothing_more) for each in _STOPPING}
    try:
        yield Told(reading)
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(pipe)
        os.close(reading)
        os.close(writing)


def _nothing_more(_number: int, _frame: FrameType | None) -> None:
    """The byte is written before."""


def _harvest(found: Installation, source: SourceConfig, follow_up: threading.Lock) -> None:
    """One source; what goes wrong is said and stays its own."""
    record = harvested(found, source, lambda: found.harvest(source), report=_log.error)
    _log.log(
        logging.INFO if record.id else logging.ERROR,
        "%s: %s (%s) %s",
        source.name,
        outcome_text(record),
        counts_text(record.counts),
        record.message,
    )
    sampled = _sample(found, source) if source.sample else None
    for each in notify(found, [record] if sampled is None else [record, sampled]):
        _log.warning("%s", each)
    try:
        with follow_up:  # one writer of the search index
            found.follow_up()
    except KlarError as error:
        _log.error("%s: %s", source.name, sentence_of(error))


def _sample(found: Installation, source: SourceConfig) -> RunRecord | None:
    """The values of its sensors, after its harvest; what goes wrong is said and leaves the harvest as it is. None: nothing to publish."""
    with Bulkhead() as bulkhead:
        try:
            for each in sentences(found.sample(source)):
                _log.info("%s", each)
            record = found.publish_samples(source)
        except KlarError as error:
            _log.error("%s, Messwerte: %s", source.name, sentence_of(error))
            return None
        if record is not None:
            _log.info("%s: %s (%s) %s", record.source, outcome_text(record), counts_text(record.counts), record.message)
        return record
    assert bulkhead.error is not None  # it was held back, or the record returned
    _log.error("%s, Messwerte: Programmfehler.\n%s", source.name, whereabouts(bulkhead.error))
    return None


def _hourly(found: Installation, follow_up: threading.Lock) -> None:
    """Where nothing is harvested for days, time passes all the same."""
    _end_announced(found, follow_up)
    _purge(found, follow_up)


def _end_announced(found: Installation, follow_up: threading.Lock) -> None:
    try:
        with follow_up:
            gone = found.end_announced()
    except KlarError as error:
        _log.error("Angekündigte Entfernungen: %s", sentence_of(error))
        return
    if gone:
        _log.info("wie angekündigt nicht mehr im Katalog: %s", ", ".join(gone))


def _purge(found: Installation, follow_up: threading.Lock) -> None:
    try:
        with follow_up:
            purged = found.purge_daily()
    except KlarError as error:
        _log.error("Aufbewahrung: %s", sentence_of(error))
        return
    if purged:
        _log.info("Aufbewahrung: %s", ", ".join(f"{each.what} {each.source} {each.count}" for each in purged))
