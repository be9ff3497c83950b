"""SQLAlchemy compiles each statement once per engine: a fifth of what tests with a database of their own took. Here the engines of
SQLite share what was compiled; nothing else about them differs."""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_COMPILED: dict[Any, Any] = {}


class SharingDialect(SQLiteDialect_pysqlite):
    """Equal to every other one, because the dialect is a part of the key that a compiled statement is kept under."""

    supports_statement_cache = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


def compile_once() -> None:
    """For engines made from now on."""
    for name in ("sqlite", "sqlite.pysqlite"):
        registry.register(name, __name__, SharingDialect.__name__)
