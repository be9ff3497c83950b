"""How often values come, from when they came.

Source: reference/sensors/mapping.md, section 4: measured on series with outages and lost packets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import TypeVar

from schemas.durations import seconds_of as seconds_of
from schemas.values import Frequency

T = TypeVar("T")
#: Intervals that are looked at. The mean would count an outage as slowness.
_LATEST = 100
#: A step is taken for another when it differs by no more than this share.
_NEAR = 0.2
#: When the middle half of the intervals is wider than half the median, and fewer than this share lie near it, nothing is regular.
_TIGHT = 0.1
_REGULAR = 0.6
_WIDE = 0.5
_DAY = 86_400.0
_MONTH = timedelta(days=30)
#: Concepts that the shapes of DCAT-AP.de 3.0 know. Steps below an hour have none there: their data come continuously.
_STEPS: dict[float, Frequency] = {
    3_600.0: Frequency.HOURLY,
    7_200.0: Frequency.BIHOURLY,
    10_800.0: Frequency.TRIHOURLY,
    43_200.0: Frequency.TWICE_A_DAY,
    _DAY: Frequency.DAILY,
    7 * _DAY: Frequency.WEEKLY,
    30.4 * _DAY: Frequency.MONTHLY,
    365.25 * _DAY: Frequency.ANNUAL,
}
#: Whole steps that clocks are set to, in seconds, and as xsd:duration.
_DURATIONS: dict[float, str] = {
    1.0: "PT1S",
    10.0: "PT10S",
    30.0: "PT30S",
    60.0: "PT1M",
    120.0: "PT2M",
    300.0: "PT5M",
    600.0: "PT10M",
    900.0: "PT15M",
    1_200.0: "PT20M",
    1_800.0: "PT30M",
    3_600.0: "PT1H",
    7_200.0: "PT2H",
    10_800.0: "PT3H",
    21_600.0: "PT6H",
    43_200.0: "PT12H",
    _DAY: "P1D",
    7 * _DAY: "P7D",
}


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How a series of observations runs."""

    frequency: Frequency
    resolution: str  #: xsd:duration; "" when there is no fixed step
    seconds: float  #: median interval


def rhythm(times: Sequence[datetime]) -> Rhythm | None:
    """From the beginnings of observations, in any order, twice ones counted once. None for fewer than three."""
    moments = sorted(set(times))[-_LATEST - 1 :]
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    if len(steps) < 2:
        return None
    middle = median(steps)
    if _is_irregular(steps, middle):
        return Rhythm(frequency=_frequency(middle, regular=False), resolution="", seconds=middle)
    return Rhythm(frequency=_frequency(middle, regular=True), resolution=_snapped(middle, _DURATIONS) or "", seconds=middle)


@lru_cache(maxsize=1_024)  # a network says the same few for all its datastreams
def stated(duration: str) -> Rhythm | None:
    """From what the source says itself; None for what is no length of time of a fixed number of seconds (`P15M` are months)."""
    seconds = seconds_of(duration)
    if not seconds:
        return None
    return Rhythm(frequency=_frequency(seconds, regular=True), resolution=duration, seconds=seconds)


def is_over(last: datetime, rhythm: Rhythm | None, now: datetime) -> bool:
    """Whether a series has ended: nothing for ten intervals, and for thirty days at least."""
    silent = now - last
    return silent > _MONTH and (rhythm is None or silent > timedelta(seconds=10 * rhythm.seconds))


def _is_irregular(steps: Sequence[float], middle: float) -> bool:
    ordered = sorted(steps)
    spread = ordered[(3 * len(ordered)) // 4] - ordered[len(ordered) // 4]
    near = sum(abs(each - middle) <= _TIGHT * middle for each in steps)
    return spread > _WIDE * middle and near < _REGULAR * len(steps)


def _frequency(seconds: float, *, regular: bool) -> Frequency:
    found = _snapped(seconds, _STEPS) if regular else None
    return found or (Frequency.CONTINUOUS if seconds < _DAY else Frequency.IRREGULAR)


def _snapped(seconds: float, steps: dict[float, T]) -> T | None:
    nearest = min(steps, key=lambda each: abs(each - seconds))
    return steps[nearest] if abs(nearest - seconds) <= _NEAR * nearest else None
