"""When it is time: German wall clocks, also in the two nights that have no or two half past two."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import assume, given
from hypothesis import strategies as st

from api.cron import BERLIN, BerlinCron
from schemas.errors import ConfigurationError


def firings(expression: str, start: datetime, end: datetime) -> list[datetime]:
    trigger, found = BerlinCron(expression), []
    previous = trigger.next_after(start - timedelta(microseconds=1))
    while previous is not None and previous < end:
        found.append(previous)
        previous = trigger.next_after(previous)
    return found


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[misc,arg-type] # year, month and day are given


@pytest.mark.parametrize("expression", ["30 2 * * *", "0 2 * * *", "59 2 * * *", "0 4 * * *", "30 1 * * *", "0 3 * * *"])
@pytest.mark.parametrize(("year", "month", "day"), [(2026, 3, 29), (2026, 10, 25)])
def test_a_daily_job_fires_once_in_both_switch_nights(expression: str, year: int, month: int, day: int) -> None:
    around = [firings(expression, berlin(year, month, each), berlin(year, month, each + 1)) for each in (day - 1, day, day + 1)]

    assert [len(each) for each in around] == [1, 1, 1]


def test_a_time_that_does_not_exist_comes_an_hour_later() -> None:
    (found,) = firings("30 2 * * *", berlin(2026, 3, 29), berlin(2026, 3, 30))

    assert found.astimezone(BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"


def test_a_time_that_exists_twice_comes_the_first_time() -> None:
    (found,) = firings("30 2 * * *", berlin(2026, 10, 25), berlin(2026, 10, 26))

    assert found.astimezone(BERLIN).isoformat() == "2026-10-25T02:30:00+02:00"


def test_a_skipped_time_and_the_one_it_moves_to_are_one() -> None:
    assert len(firings("30 2,3 * * *", berlin(2026, 3, 29), berlin(2026, 3, 30))) == 1


@pytest.mark.parametrize(("day", "hours"), [(berlin(2026, 3, 29), 23), (berlin(2026, 10, 25), 25), (berlin(2026, 6, 1), 24)])
def test_an_hourly_job_counts_real_hours(day: datetime, hours: int) -> None:
    end = (day + timedelta(days=1)).replace(tzinfo=BERLIN)

    found = firings("15 * * * *", day, end)

    assert len(found) == hours
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=1)}


@pytest.mark.parametrize(("day", "quarters"), [(berlin(2026, 3, 29), 92), (berlin(2026, 10, 25), 100)])
def test_a_job_of_every_quarter_keeps_its_pace(day: datetime, quarters: int) -> None:
    found = firings("*/15 * * * *", day, (day + timedelta(days=1)).replace(tzinfo=BERLIN))

    assert len(found) == quarters
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=15)}


def test_apscheduler_alone_would_fire_twice_in_the_autumn_night() -> None:
    """The reason for a trigger of our own; when this fails, APScheduler has been mended."""
    theirs = CronTrigger.from_crontab("30 2 * * *", timezone=BERLIN)
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)

    assert theirs.get_next_fire_time(first, first + timedelta(hours=3)) == first.replace(fold=1)


@pytest.mark.parametrize(
    ("field", "weekdays"),
    [
        ("0", {6}),
        ("7", {6}),
        ("1", {0}),
        ("1-5", {0, 1, 2, 3, 4}),
        ("mon", {0}),
        ("SAT-SUN", {5, 6}),
        ("5-7", {4, 5, 6}),
        ("*/3", {6, 2, 5}),
        ("fri-mon", {4, 5, 6, 0}),
    ],
)
def test_weekdays_are_those_of_crontab(field: str, weekdays: set[int]) -> None:
    found = firings(f"0 4 * * {field}", berlin(2026, 6, 1), berlin(2026, 6, 15))

    assert {each.astimezone(BERLIN).weekday() for each in found} == weekdays


@pytest.mark.parametrize(
    "expression", ["", "0 4", "61 4 * * *", "0 25 * * *", "a b c d e", "0 4 * * 8", "0 4 * * */0", "0 4 1 * 1", "0 0 30 2 *", "0 4 * * x"]
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(ConfigurationError):
        BerlinCron(expression)


EXPRESSIONS = st.sampled_from(["30 2 * * *", "*/15 * * * *", "0 4 * * 1", "5 3 1 * *", "0 2,3 * * *", "*/20 2 * * sun", "0 12 29 2 *"])
INSTANTS = st.integers(1_670_000_000, 1_890_000_000).map(lambda each: datetime.fromtimestamp(each, UTC))
SWITCHES = st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)])
NEAR_SWITCH = st.builds(lambda at, minutes: at + timedelta(minutes=minutes), SWITCHES, st.integers(-200, 200))


@given(EXPRESSIONS, INSTANTS | NEAR_SWITCH)
def test_the_next_time_is_later_and_the_last_time_is_the_one_before_it(expression: str, now: datetime) -> None:
    trigger = BerlinCron(expression)

    following, last = trigger.next_after(now), trigger.last_until(now)

    assert following is not None
    assert last is not None
    assert last <= now < following
    assert trigger.next_after(last) == following


def test_the_longest_interval_of_working_days_is_the_weekend() -> None:
    assert BerlinCron("0 4 * * 1-5").longest_interval(berlin(2026, 6, 3)) == timedelta(days=3)


NUMBERS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12)}


def field(name: str) -> st.SearchStrategy[str]:
    lowest, highest = NUMBERS[name]
    number = st.integers(lowest, highest)
    pair = st.tuples(number, number).map(sorted)
    span = pair.map(lambda each: f"{each[0]}-{each[1]}")
    # APScheduler refuses steps that are longer than their range.
    stepped = pair.map(lambda each: f"{each[0]}-{each[1]}/{max(1, (each[1] - each[0]) // 2)}" if each[0] < each[1] else "*/2")
    part = st.just("*") | number.map(str) | span | stepped
    return st.lists(part, min_size=1, max_size=2).map(",".join)


WEEKDAYS = st.sampled_from(["*", "*", "mon", "mon-fri", "sat,sun", "tue-thu"])


def in_switch_night(wall: datetime) -> bool:
    return wall.month in (3, 10) and wall.day >= 25 and wall.weekday() == 6 and wall.hour <= 4


@given(st.tuples(field("minute"), field("hour"), field("day"), field("month"), WEEKDAYS), INSTANTS)
def test_away_from_the_switch_nights_apscheduler_says_the_same(fields: tuple[str, ...], now: datetime) -> None:
    """The reference for the calculation itself: APScheduler in a zone without switches, read as wall-clock time."""
    expression = " ".join(fields)
    theirs = CronTrigger.from_crontab(expression, timezone=UTC)
    wall = now.astimezone(BERLIN).replace(tzinfo=UTC)
    expected = theirs.get_next_fire_time(None, wall + timedelta(microseconds=1))
    assume(not in_switch_night(wall) and (expected is None or not in_switch_night(expected)))

    if expected is None or "*" not in (fields[2][:1], fields[4][:1]):
        with pytest.raises(ConfigurationError):
            BerlinCron(expression)
    else:
        ours = BerlinCron(expression).next_after(now)
        assert ours is not None
        assert ours.astimezone(BERLIN).replace(tzinfo=UTC) == expected
