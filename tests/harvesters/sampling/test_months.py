"""A month of values: what is there stays, what is new is added once, and the order of arrival decides nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.sampling.checking import Check, instant_of, number_of
from harvesters.sampling.months import Merged, by_month, merged, once
from harvesters.sampling.observation import Observation, Stated

START = datetime(2026, 11, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def at(number: int, stream: str = "a", value: float = 1.0, later: float | None = 0.0) -> Observation:
    time = START + number * QUARTER
    return Observation(datastream=stream, time=time, value=value, resulted=None if later is None else time + timedelta(seconds=later))


def rows(content: bytes, folder: Path) -> list[tuple[str, int, float]]:
    """(datastream, number of the quarter, value), as anybody reads them."""
    path = folder / "month.parquet"
    path.write_bytes(content)
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(f"SELECT datastream, epoch(time), value FROM '{path}'").fetchall()
    return [(stream, round((seconds - START.timestamp()) / 900), value) for stream, seconds, value in found]


def test_a_file_is_sorted_by_time_and_names_datastreams_as_the_list_of_stations_does(tmp_path: Path) -> None:
    found = merged(None, [at(2, "b"), at(1, "b"), at(1, "a")], prefix="wetter")
    assert rows(found.content, tmp_path) == [("wetter-a", 1, 1.0), ("wetter-b", 1, 1.0), ("wetter-b", 2, 1.0)]
    assert (found.added, found.replaced, found.summary.datastreams) == (3, 0, 2)


def test_columns_have_their_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(merged(None, [at(1)]).content)
    with duckdb.connect(":memory:") as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
        marked = connection.execute(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
    assert {each[0]: each[1] for each in described} == {
        "datastream": "VARCHAR",
        "time": "TIMESTAMP WITH TIME ZONE",
        "value": "DOUBLE",
        "resulted": "TIMESTAMP WITH TIME ZONE",
        "quality": "VARCHAR",
    }
    assert (b"format", b"1") in marked


def test_what_comes_late_is_added_and_what_comes_again_is_not(tmp_path: Path) -> None:
    before = merged(None, [at(1), at(3)])
    after = merged(before.content, [at(1), at(2), at(3)])
    assert (after.added, after.replaced) == (1, 0)
    assert [number for _, number, _ in rows(after.content, tmp_path)] == [1, 2, 3]
    assert not merged(after.content, [at(1), at(2)]).changed
    assert merged(after.content, [at(1), at(2)]).content == after.content


@pytest.mark.parametrize(
    ("before", "after", "wins"), [(0.0, 60.0, True), (60.0, 0.0, False), (0.0, 0.0, False), (None, 60.0, False), (0.0, None, False)]
)
def test_another_value_for_the_same_moment_wins_only_if_it_came_about_later(
    before: float | None, after: float | None, wins: bool, tmp_path: Path
) -> None:
    first = merged(None, [at(1, value=1.0, later=before)])
    then = merged(first.content, [at(1, value=2.0, later=after)])
    assert rows(then.content, tmp_path) == [("a", 1, 2.0 if wins else 1.0)]
    assert (then.added, then.replaced, then.changed) == (0, int(wins), wins)
    together = once([at(1, value=1.0, later=before), at(1, value=2.0, later=after)])
    assert [each.value for each in together] == [2.0 if wins else 1.0]


def test_gaps_are_counted_per_datastream_and_a_wandering_clock_is_none() -> None:
    regular = [at(number) for number in (0, 1, 2, 6, 7)]
    wandering = [replace(at(number, "b"), time=START + number * QUARTER + timedelta(seconds=40 * (number % 2))) for number in range(8)]
    found = merged(None, [*regular, *wandering], interval=900.0).summary
    assert (found.gaps, found.missing, found.longest) == (1, 3, 3600.0)
    assert merged(None, regular).summary.gaps is None


def test_a_month_is_one_of_utc() -> None:
    late = Observation(datastream="a", time=datetime.fromisoformat("2026-12-01T00:30:00+01:00"), value=1.0)
    assert list(by_month([at(0), late, replace(late, time=late.time + timedelta(hours=1))])) == ["2026-11", "2026-12"]


def test_a_month_without_values_is_none() -> None:
    with pytest.raises(ValueError, match="without values"):
        merged(None, [])


_SOME = st.lists(st.builds(at, st.integers(0, 6), st.sampled_from("ab"), st.just(1.0), st.just(0.0)), min_size=1, max_size=12)


@settings(max_examples=6, deadline=None)
@given(_SOME, st.integers(0, 12), st.randoms(use_true_random=False))
def test_in_how_many_parts_and_in_which_order_values_come_decides_nothing(values: list[Observation], cut: int, random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis' own Random
    at_once = merged(None, values)
    in_parts = _in_parts([shuffled[:cut], shuffled[cut:]])
    assert in_parts.content == at_once.content
    assert in_parts.summary == at_once.summary


def _in_parts(parts: Sequence[list[Observation]]) -> Merged:
    content: bytes | None = None
    for each in parts:
        if each:
            found = merged(content, each)
            content = found.content
    return found


def test_a_value_is_a_finite_number_with_a_time_and_a_zone_in_the_window() -> None:
    check = Check(datastream="a", since=START, until=START + timedelta(days=1))
    good = [Stated(time="2026-11-01T06:00:00Z", value="12.5"), Stated(time="2026-11-01T06:15:00+00:00/2026-11-01T06:29:59Z", value=3)]
    bad = [
        Stated(time="2026-11-01T06:00:00", value=1),
        Stated(time="2026-11-01T06:00:00Z", value=True),
        Stated(time="2026-11-01T06:00:00Z", value=float("nan")),
        Stated(time="2026-11-01T06:00:00Z", value={"a": 1}),
        Stated(time="2026-10-31T23:59:59Z", value=1),
        Stated(time="2026-11-02T00:06:00Z", value=1),
        Stated(time=None, value=1),
    ]
    assert [each.value for each in check.passed([*good, *bad])] == [12.5, 3.0]
    assert check.refused == {"no-zone": 1, "no-number": 3, "outside": 2, "no-time": 1}


@settings(max_examples=50, deadline=None)
@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers(), max_size=2))
def test_whatever_a_source_says_is_a_number_and_a_time_or_none(said: object) -> None:
    number, instant = number_of(said), instant_of(said)
    assert number is None or abs(number) < float("inf")
    assert isinstance(instant, str) or instant.tzinfo is UTC
