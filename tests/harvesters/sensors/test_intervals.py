"""How often values come: the table of reference/sensors/mapping.md, section 4, made again here."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.sensors.intervals import Rhythm, is_over, rhythm, seconds_of, stated
from schemas.values import Frequency

START = datetime(2026, 1, 1, tzinfo=UTC)


def every(seconds: float, count: int = 300, *, jitter: float = 0.0, lost: float = 0.0, seed: int = 1) -> list[datetime]:
    chance = random.Random(seed)
    moments = (START + timedelta(seconds=seconds * each + chance.uniform(-jitter, jitter)) for each in range(count))
    return [each for each in moments if chance.random() >= lost]


def by_chance(mean: float, count: int = 300) -> list[datetime]:
    chance, now, found = random.Random(7), START, []
    for _ in range(count):
        now += timedelta(seconds=chance.expovariate(1 / mean))
        found.append(now)
    return found


def with_outage(times: Sequence[datetime], days: int) -> list[datetime]:
    middle = len(times) // 2
    return [*times[:middle], *(each + timedelta(days=days) for each in times[middle:])]


def daily_with_gaps() -> list[datetime]:
    return [START + timedelta(days=day) for day in range(200) if day % 7 not in (5, 6)]


@pytest.mark.parametrize(
    ("times", "frequency", "resolution"),
    [
        pytest.param(every(900), Frequency.CONTINUOUS, "PT15M", id="15 min"),
        pytest.param(with_outage(every(900), 60), Frequency.CONTINUOUS, "PT15M", id="15 min, outage of 60 days"),
        pytest.param(every(900, jitter=8, lost=0.2), Frequency.CONTINUOUS, "PT15M", id="15 min, packets lost"),
        pytest.param(every(3600, lost=0.1), Frequency.HOURLY, "PT1H", id="hourly, 10 % lost"),
        pytest.param(by_chance(1200), Frequency.CONTINUOUS, "", id="when something happens"),
        pytest.param(daily_with_gaps(), Frequency.DAILY, "P1D", id="daily, no weekends"),
        pytest.param(every(1200), Frequency.CONTINUOUS, "PT20M", id="20 min"),
        pytest.param(every(10_800), Frequency.TRIHOURLY, "PT3H", id="three hours"),
        pytest.param(every(5 * 86_400), Frequency.IRREGULAR, "", id="five days: no step near"),
        pytest.param(every(7 * 86_400, 60), Frequency.WEEKLY, "P7D", id="weekly"),
    ],
)
def test_the_median_of_the_latest_intervals_is_not_shifted_by_outages_and_losses(
    times: list[datetime], frequency: Frequency, resolution: str
) -> None:
    found = rhythm(times)
    assert found is not None
    assert (found.frequency, found.resolution) == (frequency, resolution)


def test_the_mean_would_be() -> None:
    """The control: what an outage does to span by count."""
    times = with_outage(every(900), 60)
    mean = (times[-1] - times[0]).total_seconds() / (len(times) - 1)
    assert mean > 10 * 900


@pytest.mark.parametrize("times", [[], [START], [START, START + timedelta(hours=1)], [START] * 50])
def test_too_few_observations_say_nothing(times: list[datetime]) -> None:
    assert rhythm(times) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT15M", 900),
        ("PT1H", 3600),
        ("P1D", 86_400),
        ("P1DT12H", 129_600),
        ("PT90S", 90),
        *((text, 0) for text in ("P15M", "P1H", "", "PT", "P", "P1DT", "1H", "PT1.5H", "P1Y")),
    ],
)
def test_only_lengths_of_a_fixed_number_of_seconds_are_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds
    assert (stated(text) is None) == (seconds == 0)


def test_what_the_source_states_is_taken_as_it_is() -> None:
    assert stated("PT1H") == Rhythm(frequency=Frequency.HOURLY, resolution="PT1H", seconds=3600)


def test_a_series_is_over_after_thirty_days_and_ten_intervals() -> None:
    hourly, monthly = stated("PT1H"), stated("P30D")
    assert not is_over(START, hourly, START + timedelta(days=29))
    assert is_over(START, hourly, START + timedelta(days=31))
    assert not is_over(START, monthly, START + timedelta(days=290))
    assert is_over(START, None, START + timedelta(days=31))


@given(st.lists(st.floats(-1e9, 1e9), max_size=50))
def test_any_moments_give_a_rhythm_that_does_not_hang_on_their_order(seconds: list[float]) -> None:
    times = [START + timedelta(seconds=each) for each in seconds]
    assert rhythm(times) == rhythm(list(reversed(times)))
