"""Exact in the run, coarse in what is kept, the same rows afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.plan import Lately
from harvesters.harvester import Found
from harvesters.sensors.intervals import is_over
from harvesters.sensors.sightings import LATELY, RECENT, Sightings

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TOLD: list[Found] = [Lately(table="a", last=NOW)]


@pytest.mark.parametrize("minutes", [0, 1, 60 * 24 * 29])
def test_what_was_lately_is_kept_as_nothing_but_that(minutes: int) -> None:
    sightings = Sightings()
    at = NOW - timedelta(minutes=minutes)
    assert sightings.kept("a", at, NOW) == RECENT
    assert sightings.end("a", RECENT, NOW) == at


def test_what_is_long_gone_is_kept_as_it_is_and_tells_the_same_in_a_replay() -> None:
    at = NOW - timedelta(days=400)
    kept = Sightings().kept("a", at, NOW)
    assert Sightings().end("a", kept, NOW) == at


def test_in_a_replay_recent_is_neither_over_nor_fresh() -> None:
    end = Sightings().end("a", RECENT, NOW)
    assert end == NOW - LATELY
    assert not is_over(end, None, NOW)


def test_the_future_says_nothing_and_a_clock_ahead_means_now() -> None:
    sightings = Sightings()
    assert sightings.kept("a", NOW + timedelta(days=300), NOW) == ""
    assert sightings.end("a", "", NOW) is None
    sightings.kept("b", NOW + timedelta(minutes=5), NOW)
    assert sightings.end("b", RECENT, NOW) == NOW


def test_of_two_moments_the_later_one_counts() -> None:
    sightings = Sightings()
    for hours in (3, 1, 2):
        sightings.kept("a", NOW - timedelta(hours=hours), NOW)
    assert sightings.end("a", RECENT, NOW) == NOW - timedelta(hours=1)


def test_freshness_is_told_only_where_it_was_noted() -> None:
    noted = Sightings()
    noted.kept("a", NOW, NOW)
    assert list(noted.told(TOLD)) == TOLD
    assert list(Sightings().told(TOLD)) == []
