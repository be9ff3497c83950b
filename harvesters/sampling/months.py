"""A month of values of one layer as one Parquet file: what is new is laid over what is there, and all of it is sorted.

Times, values and order decide the bytes, nothing else: merging the same again gives the same file. A value stays as it was first told,
unless the source says of another one that it came about later.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from harvesters.sampling.observation import Observation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: One thread and a fixed zone: neither the machine's cores nor its clock decide about bytes. Memory is for twenty million rows.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "preserve_insertion_order": True,
    "autoinstall_known_extensions": False,
    "memory_limit": "512MB",
}
#: The format's number: a file says by which rules it was written.
FORMAT = "1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "datastream VARCHAR, time TIMESTAMPTZ, value DOUBLE, resulted TIMESTAMPTZ, quality VARCHAR"
_TAKEN = "SELECT unnest($s::VARCHAR[]), unnest($t::TIMESTAMPTZ[]), unnest($v::DOUBLE[]), unnest($r::TIMESTAMPTZ[]), unnest($q::VARCHAR[])"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What one month's file holds."""

    values: int
    datastreams: int
    first: datetime  #: UTC
    last: datetime
    gaps: int | None = None  #: pauses longer than they should be, over all datastreams; None: there is no fixed interval
    missing: int | None = None  #: values that should lie in them
    longest: float | None = None  #: seconds, of the longest one


@dataclass(frozen=True, kw_only=True)
class Merged:
    content: bytes  #: Parquet
    summary: Summary
    added: int
    replaced: int  #: values of which the source has a later result

    @property
    def changed(self) -> bool:
        return bool(self.added or self.replaced)


def month_of(moment: datetime) -> str:
    """`2026-11`, of UTC: all times in the files are UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def by_month(observations: Iterable[Observation]) -> Mapping[str, list[Observation]]:
    found: dict[str, list[Observation]] = defaultdict(list)
    for each in observations:
        found[month_of(each.time)].append(each)
    return dict(sorted(found.items()))


def once(observations: Iterable[Observation]) -> list[Observation]:
    """One for each datastream and moment, in the order of the file: the first one told, or the one with a later result."""
    found: dict[tuple[str, datetime], Observation] = {}
    for each in observations:
        key = (each.datastream, each.time)
        if key not in found or _is_later(each.resulted, found[key].resulted):
            found[key] = each
    return sorted(found.values(), key=lambda each: (each.time, each.datastream))


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other


def merged(before: bytes | None, observations: Iterable[Observation], *, prefix: str = "", interval: float | None = None) -> Merged:
    """`before`: the month's file so far. `prefix`: stands before the ids of datastreams, as in the list of stations. `interval`: seconds
    between two values, if they come regularly. Raises ValueError when there is nothing at all."""
    import duckdb  # heavy: 160 ms

    new = once(observations)
    if before is None and not new:
        raise ValueError("a month without values")
    with tempfile.TemporaryDirectory(prefix="klar-month-") as folder, duckdb.connect(":memory:", config=_SETTINGS) as connection:
        _load(connection, Path(folder), before, new, prefix)
        added, replaced = _changes(connection)
        _lay_over(connection)
        summary = _summary(connection, interval)
        content = before if before is not None and not added + replaced else _written(connection, Path(folder, "after.parquet"))
    return Merged(content=content, summary=summary, added=added, replaced=replaced)


def _load(connection: "DuckDBPyConnection", folder: Path, before: bytes | None, new: list[Observation], prefix: str) -> None:
    connection.execute(f"CREATE TABLE old ({_COLUMNS})")
    connection.execute(f"CREATE TABLE new ({_COLUMNS})")
    if before is not None:
        source = folder / "before.parquet"
        source.write_bytes(before)
        connection.execute(
            "INSERT INTO old SELECT datastream, time, value, resulted, quality FROM read_parquet($path)", {"path": str(source)}
        )
    join = f"{prefix}-" if prefix else ""
    columns = {
        "s": [join + each.datastream for each in new],
        "t": [each.time for each in new],
        "v": [each.value for each in new],
        "r": [each.resulted for each in new],
        "q": [each.quality or None for each in new],
    }
    connection.execute(f"INSERT INTO new {_TAKEN}", columns)


def _changes(connection: "DuckDBPyConnection") -> tuple[int, int]:
    """How many are new, how many stand in for an earlier one. All others go from `new`."""
    same = "old.datastream = new.datastream AND old.time = new.time"
    connection.execute(f"DELETE FROM new USING old WHERE {same} AND coalesce(new.resulted <= old.resulted, true)")
    replaced = _count(connection, f"SELECT count(*) FROM new JOIN old ON {same}")
    return _count(connection, "SELECT count(*) FROM new") - replaced, replaced


def _lay_over(connection: "DuckDBPyConnection") -> None:
    connection.execute("DELETE FROM old USING new WHERE old.datastream = new.datastream AND old.time = new.time")
    connection.execute("CREATE TABLE month AS SELECT * FROM (FROM old UNION ALL FROM new) ORDER BY time, datastream")


def _summary(connection: "DuckDBPyConnection", interval: float | None) -> Summary:
    total = connection.execute(_TOTALS).fetchone()
    assert total is not None  # an aggregate always has a row
    first, last = (_EPOCH + timedelta(microseconds=each) for each in total[2:])
    values, datastreams = total[:2]
    if not interval:
        return Summary(values=values, datastreams=datastreams, first=first, last=last)
    found = connection.execute(_GAPS, {"interval": float(interval)}).fetchone()
    assert found is not None
    gaps, missing, longest = found
    return Summary(values=values, datastreams=datastreams, first=first, last=last, gaps=gaps, missing=missing, longest=longest)


_TOTALS = "SELECT count(*), count(DISTINCT datastream), min(epoch_us(time)), max(epoch_us(time)) FROM month"
#: A pause is a gap when a whole value fits into it; a clock that wanders a little leaves none.
_GAPS = """
WITH steps AS (
    SELECT epoch(time) - epoch(lag(time) OVER (PARTITION BY datastream ORDER BY time)) AS seconds FROM month
)
SELECT count(*), coalesce(sum(round(seconds / $interval) - 1), 0)::BIGINT, coalesce(max(seconds), 0)::DOUBLE
FROM steps WHERE round(seconds / $interval) > 1
"""


def _written(connection: "DuckDBPyConnection", target: Path) -> bytes:
    connection.execute(f"COPY month TO '{target}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{format: '{FORMAT}'}})")
    return target.read_bytes()


def _count(connection: "DuckDBPyConnection", question: str) -> int:
    found = connection.execute(question).fetchone()
    assert found is not None
    return int(found[0])
