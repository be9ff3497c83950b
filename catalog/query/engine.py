"""DuckDB behind the questions: one instance per process that can read the published files and nothing else."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from catalog.query.cancellation import Cancellation
from catalog.query.kinds import INTEGER, SHOWN
from catalog.query.question import Question
from catalog.query.relation import ROW_NUMBER
from catalog.query.statement import (
    Statement,
    all_statement,
    columns_of,
    count_statement,
    lines_statement,
    page_statement,
    position_statement,
    typed_statement,
)
from schemas.errors import CatalogError
from schemas.row import Value

#: Seconds one question may take; of an export each of its steps, the first of which holds all sorting and grouping.
TIME_LIMIT = 10.0
_MEMORY = "512MB"
_BLOCK = 4096  #: rows


class TooExpensive(CatalogError):
    """Answering would take too long."""


class TooLarge(CatalogError):
    """A sum is larger than its column's type can hold."""


class UnknownPosition(CatalogError):
    """There is no row at the position from which to go on."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    columns: tuple[tuple[str, str], ...]  #: name and DuckDB type (BIGINT, DOUBLE, BOOLEAN, VARCHAR, TIMESTAMP WITH TIME ZONE)
    rows: tuple[tuple[Value, ...], ...]
    total: int | None  #: rows that fit the filters; None when nobody asked
    more: bool = False  #: whether rows follow
    last: int | None = None  #: position of the last row, for `Question.after`; None where there is none
    seconds: float = 0.0  #: that the engine worked


class Stream:
    """An answer of any length, block by block. One thread at a time; other clients' readers may be slow, so the time between two blocks
    counts for nothing."""

    def __init__(self, engine: "TableEngine", cursor: Any, shows: "_Shows", cancellation: Cancellation) -> None:
        self._engine = engine
        self._cursor = cursor
        self._shows = shows
        self._cancellation = cancellation
        self.seconds = 0.0  #: that the engine worked so far

    def start(self, statement: Statement) -> None:
        with self._measured():
            self._cursor.execute(statement.text, list(statement.parameters))

    def block(self) -> list[tuple[Value, ...]]:
        """The next rows; [] at the end. Raises TooExpensive, Cancelled."""
        with self._measured():
            rows: list[tuple[Value, ...]] = self._cursor.fetchmany(_BLOCK)
        return [_plain(row, self._shows) for row in rows] if self._shows else rows

    def close(self) -> None:
        self._cursor.close()

    @contextmanager
    def _measured(self) -> Iterator[None]:
        began = time.perf_counter()
        try:
            with self._engine.guarded(self._cursor, self._cancellation):
                yield
        finally:
            self.seconds += time.perf_counter() - began


class TableEngine:
    """`root`: the folder of the published files. Fit for several threads; the first question pays for loading DuckDB.

    One thread a question: sums of decimal numbers then come out the same each time, so that pages sorted by them fit together, and
    questions of several clients share the processors by themselves."""

    def __init__(self, root: Path, *, seconds: float = TIME_LIMIT) -> None:
        self._root = root
        self._seconds = seconds
        self._types = lru_cache(maxsize=512)(self._read_types)
        self._building = threading.Lock()

    def ask(self, path: Path, question: Question, cancellation: Cancellation | None = None) -> Answer:
        """`path` of a Parquet file in `root`; published files never change. Raises WrongValue, TooExpensive, TooLarge, Cancelled,
        UnknownPosition, FileNotFoundError."""
        types, place = self.types(path), str(path.resolve())
        began = time.perf_counter()
        with self._cursor(cancellation or Cancellation()) as cursor:
            last = self._keys_at(cursor, place, types, question)
            asked = page_statement(place, types, question, last=last)
            rows = _fetch(cursor, asked) if question.limit else []
            total = _fetch(cursor, count_statement(place, types, question))[0][0] if question.with_total else None
        shown, columns = rows[: question.limit], columns_of(place, types, question)
        shows = _shows(columns)
        return Answer(
            columns=columns,
            rows=tuple(_plain(row[: len(columns)], shows) for row in shown),
            total=total,
            more=len(rows) > question.limit,
            last=shown[-1][-1] if shown and not question.distinct else None,
            seconds=time.perf_counter() - began,
        )

    def stream(self, path: Path, question: Question, cancellation: Cancellation, *, lines: bool = False) -> Stream:
        """All rows, whatever `limit`, `offset` and `after` say. `lines`: one column, lines of the canonical CSV. The caller closes it.
        Raises as `ask`."""
        types, place = self.types(path), str(path.resolve())
        statement = (lines_statement if lines else all_statement)(place, types, question)
        shows = {} if lines else _shows(columns_of(place, types, question))
        stream = Stream(self, self._new_cursor(), shows, cancellation)
        try:
            stream.start(statement)
        except BaseException:
            stream.close()
            raise
        return stream

    def write_parquet(self, path: Path, question: Question, folder: Path, cancellation: Cancellation) -> Path:
        """All rows as a file in `folder`, which is the caller's. An instance of its own that may write there and nowhere else."""
        types, place = self.types(path), str(path.resolve())
        statement = typed_statement(place, types, question)
        target = folder / "rows.parquet"
        instance = _instance(self._root, folder)
        try:
            with self.guarded(instance, cancellation):
                copy = f"COPY ({statement.text}) TO '{str(target).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)"
                instance.execute(copy, list(statement.parameters))
        finally:
            instance.close()
        return target

    def types(self, path: Path) -> Mapping[str, str]:
        """Column -> DuckDB type, `_id` first. Raises FileNotFoundError."""
        if not path.is_file():
            raise FileNotFoundError(path.name)
        return self._types(path)

    @contextmanager
    def guarded(self, running: Any, cancellation: Cancellation) -> Iterator[None]:
        """What `running` does inside ends at the limits, or when it is cancelled. Raises TooExpensive, TooLarge, Cancelled."""
        import duckdb  # heavy: 160 ms

        alarm = threading.Timer(self._seconds, running.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            with cancellation.of(running.interrupt):
                yield
        except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
            cancellation.check()
            raise TooExpensive(f"mehr als {self._seconds:g} Sekunden oder {_MEMORY}") from error
        except duckdb.IOException as error:
            raise FileNotFoundError("the file is gone") from error  # withdrawn since its path was looked up
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            raise TooLarge from error
        finally:
            alarm.cancel()

    def _keys_at(self, cursor: Any, place: str, types: Mapping[str, str], question: Question) -> Sequence[Value]:
        if question.after is None:
            return ()
        if not question.order and not question.is_grouped:
            return (question.after,)  # the rows stand in this order: nothing has to be looked up
        found = _fetch(cursor, position_statement(place, types, question))
        if not found:
            raise UnknownPosition
        return found[0]

    def _read_types(self, path: Path) -> Mapping[str, str]:
        with self._cursor(Cancellation()) as cursor:
            described = cursor.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path.resolve())]).fetchall()
        return {ROW_NUMBER: INTEGER} | {str(name): str(type) for name, type, *_ in described}

    @contextmanager
    def _cursor(self, cancellation: Cancellation) -> Iterator[Any]:
        cursor = self._new_cursor()
        try:
            with self.guarded(cursor, cancellation):
                yield cursor
        finally:
            cursor.close()

    def _new_cursor(self) -> Any:
        with self._building:
            return self._instance.cursor()

    @cached_property
    def _instance(self) -> Any:
        return _instance(self._root)


def _instance(*folders: Path) -> Any:
    """DuckDB that can open what lies in these folders."""
    import duckdb  # heavy: 160 ms

    settings: dict[str, Any] = {
        "threads": 1,
        "memory_limit": _MEMORY,
        "max_temp_directory_size": "0B",
        "autoinstall_known_extensions": False,
    }
    instance = duckdb.connect(":memory:", config=settings)
    instance.execute("SET enable_progress_bar = false")
    instance.execute("SET allowed_directories = $folders", {"folders": [str(each.resolve()) for each in folders]})
    # From here on nothing else can be opened, and nobody can undo it (engines measured, section 6).
    instance.execute("SET enable_external_access = false; SET lock_configuration = true")
    return instance


def _fetch(cursor: Any, statement: Statement) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = cursor.execute(statement.text, list(statement.parameters)).fetchall()
    return rows


_Shows = Mapping[int, Callable[[Any], Value]]


def _shows(columns: Sequence[tuple[str, str]]) -> _Shows:
    """By place in the row, how what DuckDB gives is shown, where it is not shown as it is."""
    return {index: SHOWN[type] for index, (_, type) in enumerate(columns) if type in SHOWN}


def _plain(row: Sequence[Any], shows: _Shows) -> tuple[Value, ...]:
    if not shows:
        return tuple(row)
    values = list(row)
    for index, show in shows.items():
        if values[index] is not None:
            values[index] = show(values[index])
    return tuple(values)
