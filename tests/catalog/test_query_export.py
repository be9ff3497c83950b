"""Whole tables as a stream: the same text as the files of the edition, flat memory, and an end for whoever has gone."""

import gc
import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.formats.canonical_csv import delimited_line, write_csv
from catalog.query import (
    Aggregate,
    Cancellation,
    Cancelled,
    Filter,
    Function,
    Operator,
    Order,
    Question,
    TableEngine,
    TooExpensive,
    TooLarge,
    UnknownPosition,
)
from schemas.row import Value
from tests.catalog.test_query import ROWS, TABLE, published


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def engine(folder: Path) -> TableEngine:
    return TableEngine(folder)


@pytest.fixture(scope="module")
def path(folder: Path) -> Path:
    return published(folder)


@pytest.fixture(scope="module")
def large(folder: Path) -> Path:
    """200,000 rows of about 420 bytes."""
    target = folder / "large.parquet"
    rows = "SELECT 'r' || i AS id, repeat('Bäume, Räder ' || (i % 977), 25) AS text, i % 7 AS zahl FROM range(200000) t(i)"
    duckdb.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    return target


def _blocks(engine: TableEngine, path: Path, question: Question, *, lines: bool = False) -> Iterator[list[tuple[Value, ...]]]:
    stream = engine.stream(path, question, Cancellation(), lines=lines)
    try:
        while block := stream.block():
            yield block
    finally:
        stream.close()


def _lines(engine: TableEngine, path: Path, question: Question) -> str:
    return "".join(str(line) for block in _blocks(engine, path, question, lines=True) for (line,) in block)


_ALL = Question(columns=TABLE.field_names)
_NAMES = itertools.count()
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6) | st.sampled_from(['"', ",", "\r\n", ";"])


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.none() | _TEXTS, st.none() | _NUMBERS, st.none() | st.booleans()), min_size=1, max_size=8))
def test_lines_are_those_of_the_canonical_csv(
    engine: TableEngine, folder: Path, content: list[tuple[str | None, float | None, bool | None]]
) -> None:
    rows: list[dict[str, Value]] = [
        {"id": str(number), "Straße": text, "wert": wert, "offen": offen, "zahl": -number, "um": f"2026-11-22T04:00:{number:02}Z"}
        for number, (text, wert, offen) in enumerate(content)
    ]
    place = folder / "generated"
    place.mkdir(exist_ok=True)
    path = published(place, rows).rename(folder / f"{next(_NAMES)}.parquet")

    found = delimited_line(TABLE.field_names) + _lines(engine, path, _ALL)

    assert found.encode() == write_csv(TABLE, rows)


def test_a_single_empty_cell_is_a_row(engine: TableEngine, path: Path) -> None:
    assert _lines(engine, path, Question(columns=("wert",))) == '1.5\n""\n-2\n0\n'


def test_a_moment_keeps_the_parts_of_its_second(engine: TableEngine, folder: Path) -> None:
    place = folder / "moments"
    place.mkdir(exist_ok=True)
    path = published(place, [{"id": "a", "um": "2026-11-22T05:00:00.250+01:00"}])

    assert _lines(engine, path, Question(columns=("um",))) == "2026-11-22T04:00:00.250000Z\n"
    assert engine.ask(path, Question(columns=("um",))).rows == (("2026-11-22T04:00:00.250000Z",),)


def test_a_stream_gives_what_pages_give(engine: TableEngine, path: Path) -> None:
    question = Question(columns=("id", "um"), order=(Order(column="um", descending=True),), limit=2)

    streamed = [row for block in _blocks(engine, path, question) for row in block]

    assert streamed == [("a", "2026-11-22T04:00:00Z"), ("c", "2026-11-21T04:00:00Z"), ("d", "2025-01-01T00:00:00Z"), ("b", None)]


def test_parquet_keeps_types_and_goes_nowhere_but_its_folder(engine: TableEngine, path: Path, tmp_path: Path) -> None:
    question = Question(filters=(Filter(column="zahl", operator=Operator.GREATER, values=(1,)),), columns=("id", "zahl", "um", "offen"))

    target = engine.write_parquet(path, question, tmp_path, Cancellation())

    types = {name: type for name, type, *_ in duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(target)]).fetchall()}
    assert types == {"id": "VARCHAR", "zahl": "BIGINT", "um": "TIMESTAMP WITH TIME ZONE", "offen": "BOOLEAN"}
    assert duckdb.execute("SELECT id FROM read_parquet(?)", [str(target)]).fetchall() == [("a",), ("d",)]
    with pytest.raises(duckdb.PermissionException, match="disabled by configuration"), engine._cursor(Cancellation()) as cursor:
        cursor.execute(f"COPY (SELECT 1) TO '{tmp_path / 'elsewhere.csv'}'")


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "ATTACH '/etc/passwd' AS x",
        "INSTALL httpfs",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
        "SET enable_external_access = true",
        "SET memory_limit = '9GB'",
        "SET allowed_directories = ['/']",
    ],
)
def test_even_sql_could_open_nothing_else(engine: TableEngine, attack: str) -> None:
    with pytest.raises(duckdb.Error), engine._cursor(Cancellation()) as cursor:
        cursor.execute(attack).fetchall()


# --- memory --------------------------------------------------------------------------------------------------------------------


def _resident() -> float:
    """MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _growth(blocks: Iterator[list[tuple[Value, ...]]], *, keep: bool) -> tuple[float, int, int]:
    """(MB over what there was before the question, characters, rows). `blocks` has not begun."""
    gc.collect()
    began, most, rows, size = _resident(), 0.0, 0, 0
    kept = []
    for block in blocks:
        rows += len(block)
        size += sum(len(str(line)) for (line,) in block)
        if keep:
            kept.append(block)
        most = max(most, _resident() - began)
    return most, size, rows


def test_an_export_keeps_memory_flat(engine: TableEngine, large: Path) -> None:
    question = Question(columns=("id", "text", "zahl"))
    engine.types(large)

    flat, size, rows = _growth(_blocks(engine, large, question, lines=True), keep=False)
    kept, _, _ = _growth(_blocks(engine, large, question, lines=True), keep=True)

    assert rows == 200_000
    assert size > 60_000_000
    assert flat < 45
    assert kept > 60  # the measure would see it


# --- limits --------------------------------------------------------------------------------------------------------------------


def test_whoever_has_gone_is_not_worked_for(engine: TableEngine, path: Path) -> None:
    engine.types(path)
    cancellation, running, outcome = Cancellation(), threading.Event(), []

    def work() -> None:
        try:
            with engine._cursor(cancellation) as cursor:
                running.set()
                cursor.execute("SELECT count(*) FROM range(10000000000) a, range(1000000) b").fetchall()
        except Cancelled:
            outcome.append("cancelled")

    thread = threading.Thread(target=work)
    thread.start()
    running.wait(5)
    while thread.is_alive():  # until it has begun, there is nothing to interrupt
        cancellation.cancel()
        thread.join(0.05)

    assert outcome == ["cancelled"]
    with pytest.raises(Cancelled):
        engine.ask(path, Question(), cancellation)
    assert engine.ask(path, Question()).total == len(ROWS)


def test_a_stream_ends_between_two_blocks_when_its_reader_goes(engine: TableEngine, large: Path) -> None:
    cancellation = Cancellation()
    stream = engine.stream(large, Question(columns=("id",)), cancellation)
    assert stream.block()

    cancellation.cancel()

    with pytest.raises(Cancelled):
        stream.block()
    stream.close()
    assert stream.seconds > 0


def test_an_order_that_takes_too_long_is_refused_before_the_first_row(folder: Path, large: Path) -> None:
    hurried = TableEngine(folder)
    hurried._types(large)  # it knows the columns, which on a busy machine take longer than it has for the question
    hurried._seconds = 0.01

    with pytest.raises(TooExpensive):
        next(_blocks(hurried, large, Question(columns=("text",), order=(Order(column="text"), Order(column="id")))))


def test_a_sum_that_no_column_can_hold_is_an_error_of_its_own(engine: TableEngine, folder: Path) -> None:
    place = folder / "sums"
    place.mkdir(exist_ok=True)
    path = published(place, [{"id": "a", "zahl": 2**62}, {"id": "b", "zahl": 2**62}])

    with pytest.raises(TooLarge):
        engine.ask(path, Question(aggregates=(Aggregate(function=Function.SUM, column="zahl"),)))


def test_a_place_where_no_row_is_leads_nowhere(engine: TableEngine, path: Path) -> None:
    with pytest.raises(UnknownPosition):
        engine.ask(path, Question(order=(Order(column="zahl"),), after=99))
    assert engine.ask(path, Question(after=99)).rows == ()
