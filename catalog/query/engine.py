"""DuckDB behind the questions: one instance per process that can read the published files and nothing else."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from catalog.query.question import Question
from catalog.query.statement import ROW_NUMBER, columns_of, count_statement, rows_statement
from schemas.errors import CatalogError
from schemas.row import Value

#: Seconds one question may take.
TIME_LIMIT = 10.0
_MEMORY = "512MB"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TooExpensive(CatalogError):
    """Answering would take too long."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    columns: tuple[tuple[str, str], ...]  #: name and DuckDB type (BIGINT, DOUBLE, BOOLEAN, VARCHAR, TIMESTAMP WITH TIME ZONE)
    rows: tuple[tuple[Value, ...], ...]
    total: int | None  #: rows that fit the filters; None when nobody asked


class TableEngine:
    """`root`: the folder of the published files. Fit for several threads; the first question pays for loading DuckDB."""

    def __init__(self, root: Path, *, seconds: float = TIME_LIMIT) -> None:
        self._root = root
        self._seconds = seconds
        self._types = lru_cache(maxsize=512)(self._read_types)
        self._building = threading.Lock()

    def ask(self, path: Path, question: Question) -> Answer:
        """`path` of a Parquet file in `root`; published files never change. Raises WrongValue, TooExpensive, FileNotFoundError."""
        types = self.types(path)
        place = str(path.resolve())
        asked = rows_statement(place, types, question)
        counted = count_statement(place, types, question) if question.with_total else None
        columns = tuple(columns_of(types, question))
        with self._cursor() as cursor:
            rows = cursor.execute(asked.text, list(asked.parameters)).fetchall() if question.limit else []
            total = cursor.execute(counted.text, list(counted.parameters)).fetchone()[0] if counted else None
        moments = [index for index, (_, type) in enumerate(columns) if type == "TIMESTAMP WITH TIME ZONE"]
        return Answer(columns=columns, rows=tuple(_plain(row, moments) for row in rows), total=total)

    def types(self, path: Path) -> Mapping[str, str]:
        """Column -> DuckDB type, `_id` first. Raises FileNotFoundError."""
        if not path.is_file():
            raise FileNotFoundError(path.name)
        return self._types(path)

    def _read_types(self, path: Path) -> Mapping[str, str]:
        with self._cursor() as cursor:
            described = cursor.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path.resolve())]).fetchall()
        return {ROW_NUMBER: "BIGINT"} | {str(name): str(type) for name, type, *_ in described}

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        import duckdb  # heavy: 160 ms

        with self._building:
            cursor = self._instance.cursor()
        alarm = threading.Timer(self._seconds, cursor.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            yield cursor
        except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
            raise TooExpensive(f"mehr als {self._seconds:g} Sekunden oder {_MEMORY}") from error
        finally:
            alarm.cancel()
            cursor.close()

    @cached_property
    def _instance(self) -> Any:
        import duckdb  # heavy: 160 ms

        settings: dict[str, Any] = {
            "threads": 2,
            "memory_limit": _MEMORY,
            "max_temp_directory_size": "0B",
            "autoinstall_known_extensions": False,
        }
        instance = duckdb.connect(":memory:", config=settings)
        instance.execute("SET allowed_directories = [$folder]", {"folder": str(self._root.resolve())})
        # From here on nothing else can be opened, and nobody can undo it (engines measured, section 6).
        instance.execute("SET enable_external_access = false; SET lock_configuration = true")
        return instance


def _plain(row: Sequence[Any], moments: Sequence[int]) -> tuple[Value, ...]:
    if not moments:
        return tuple(row)
    values = list(row)
    for index in moments:
        if values[index] is not None:
            values[index] = (_EPOCH + timedelta(microseconds=values[index])).strftime("%Y-%m-%dT%H:%M:%SZ")
    return tuple(values)
