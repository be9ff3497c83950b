"""Killed anywhere: at every boundary of a whole run (request, file, statement, commit) and at random moments. What a reader sees is the
state before or the state after, and the next run ends where it would have ended."""

import os
import random
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from catalog.plan import Outcome
from tests.catalog.test_crash import Boundaries
from tests.faults.child import Errand, harvest, in_fresh_child, killed
from tests.faults.city import SOURCES, City, Rows, csv, projects
from tests.faults.conftest import Published

#: Kills spread evenly over all boundaries; tests/catalog/test_crash.py kills at every single one of publishing alone.
KILLS = 10


class Kills(Boundaries):
    """SIGKILL at one boundary: nothing is cleaned up, by nobody."""

    def __call__(self, *_: object, **__: object) -> None:
        self.passed += 1
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def harvest_with_boundaries(errand: Errand, fatal: int | None) -> int:
    """How many there were."""
    boundaries = Kills(fatal)
    boundaries.install()
    harvest(errand)
    return boundaries.passed


def _with_news(published: Published, folder: Path) -> City:
    """One source has news: a row is gone."""
    city = published.copy(folder)
    city.serve("projekte.csv", csv(projects("n", 10, without=(5,))))
    city.now += timedelta(days=1)
    return city


def _rows(city: City) -> dict[str, Rows]:
    return {each: city.rows(each) for each in SOURCES}


def _require_whole(city: City, before: dict[str, str], old: dict[str, Rows], new: dict[str, Rows]) -> None:
    """As before or as after, never between; nothing published is gone."""
    left, catalogue = _rows(city), city.catalogue()
    assert left in (old, new)
    if left == old:
        assert catalogue == before
    for address, digest in before.items():
        if "/editions/" in address or address.startswith("file"):
            assert catalogue[address] == digest, address


def _require_recovery(city: City, new: dict[str, Rows]) -> None:
    """By the next run, which finds no run in its way."""
    records = city.harvest(days=0)

    assert {each.outcome for each in records.values()} <= {Outcome.OK, Outcome.UNCHANGED}, records
    assert _rows(city) == new
    with city.store() as store:
        runs = store.runs()
        assert Outcome.RUNNING not in {each.outcome for each in runs}
        assert {each.message for each in runs if each.outcome is Outcome.FAILED} <= {"abgebrochen"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_boundaries_of_a_whole_run(published: Published, tmp_path: Path, before: dict[str, str]) -> None:
    undisturbed = _with_news(published, tmp_path / "undisturbed")
    old = _rows(undisturbed)
    count = in_fresh_child(harvest_with_boundaries, undisturbed.errand(), None)
    new = _rows(undisturbed)
    assert count > KILLS
    assert old != new

    sides = set()
    for turn in range(KILLS):
        city = _with_news(published, tmp_path / str(turn))
        fatal = 1 + turn * (count - 1) // (KILLS - 1)
        assert killed(harvest_with_boundaries, city.errand(), fatal), f"boundary {fatal} was not reached"
        _require_whole(city, before, old, new)
        sides.add(_rows(city) == new)
        _require_recovery(city, new)

    assert sides == {False, True}, "some were killed before the publication and some after it"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_random_moments_again_and_again(published: Published, tmp_path: Path, before: dict[str, str]) -> None:
    """One installation that gets no run to its end, until one does."""
    moments = random.Random(22)  # not for secrets: the same moments on every machine
    city = _with_news(published, tmp_path / "stadt")
    old = _rows(city)
    undisturbed = _with_news(published, tmp_path / "undisturbed")
    undisturbed.harvest(days=0)
    new = _rows(undisturbed)

    for _ in range(6):
        killed(harvest, city.errand(), after=moments.uniform(0.02, 0.6))
        _require_whole(city, before, old, new)

    _require_recovery(city, new)
    city.catalogue()
