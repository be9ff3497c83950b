"""The process may end at any instant while values are kept: what lies on the shelf is the state before or after a batch, and the next run
ends where an undisturbed one would have ended, with nothing twice and nothing lost."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from harvesters.sampling.observation import Answer, Stated
from harvesters.sampling.shelf import Shelf, State
from harvesters.sampling.snapshot import Bounds, snapshot
from harvesters.sensors.observed import Datastream
from schemas.fetch import WebFetch
from tests.catalog.test_crash import CRASHED, Boundaries
from tests.forking import forked

#: The values of a day fall into two months.
FIRST = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LAYER = "netz"
STREAMS = tuple(Datastream(id=each, station="1", url=f"https://sta.example/{each}") for each in ("a", "b"))


@dataclass(frozen=True)
class Hourly:
    """A source with a value each hour."""

    def observations(self, fetch: WebFetch, stream: Datastream, since: datetime, until: datetime) -> Iterator[Answer]:
        hours = (FIRST + timedelta(hours=number) for number in range(-48, 49))
        yield Answer(stated=tuple(Stated(time=each.isoformat(), value=each.hour) for each in hours if since <= each < until), last=True)


def sample(folder: Path, now: datetime) -> State:
    """A batch for each datastream."""
    shelf = Shelf(folder)
    fetch = cast(WebFetch, None)  # nobody asks
    snapshot(shelf, LAYER, STREAMS, Hourly(), fetch, now=now, prefix="netz", interval=3600.0, bounds=Bounds(late=timedelta(0), batch=1))
    return shelf.read(LAYER)


def killed(folder: Path, at: int) -> int | None:
    """In a forked child: how many boundaries it passed; None when it ended itself there."""
    reading, writing = os.pipe()
    child = forked()
    if child == 0:
        status = 1
        try:
            boundaries = Boundaries(at or None)
            setattr(os, "replace", boundaries._before(os.replace))  # noqa: B010  # what is on the disk before is under no name
            sample(folder, FIRST + DAY)
            os.write(writing, str(boundaries.passed).encode())
            status = 0
        finally:  # pytest must not run twice
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        passed = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, CRASHED), code
    return int(passed) if code == 0 else None


def test_a_kill_at_any_write_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    begun, whole = tmp_path / "begun", tmp_path / "whole"
    before = sample(begun, FIRST)
    shutil.copytree(begun, whole)
    boundaries = killed(whole, 0)
    after = Shelf(whole).read(LAYER)
    assert boundaries is not None
    assert boundaries == 6, "two months and the document, twice"
    assert {name: each.summary.values for name, each in after.months.items()} == {"2026-11": 72, "2026-12": 24}
    seen = set()
    for number in range(1, boundaries + 1):
        here = tmp_path / str(number)
        shutil.copytree(begun, here)
        assert killed(here, number) is None, "it was killed"
        left = Shelf(here).read(LAYER)
        seen.add(sum(each.summary.values for each in left.months.values()))
        assert sample(here, FIRST + DAY) == after, f"killed at {number}"
    assert seen == {48, 72}, "before the first batch, and before the second"
    assert before != after
