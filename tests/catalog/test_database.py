"""Migrations: under a lock, complete, and equal to what the code believes."""

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from catalog import database, migrating, tables
from catalog.store import Store
from schemas.errors import Busy, ConfigurationError, NewerSchemaVersion, WrongSchemaVersion


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new' / 'klar.db'}" if request.param == "sqlite" else str(request.getfixturevalue("empty_postgres"))


def test_a_new_database_is_refused_until_it_is_upgraded(empty_url: str) -> None:
    store = Store(empty_url)
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir()
    assert store.schema_version() == (None, migrating.HEAD)
    with pytest.raises(WrongSchemaVersion, match="klar db upgrade"):
        store.require_current()

    store.upgrade()
    store.upgrade()

    store.require_current()
    assert (store.revision(), store.datasets(), store.uri_base()) == (0, (), None)
    store.close()


def test_a_newer_schema_is_refused(store: Store) -> None:
    with store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerSchemaVersion, match="9999"):
        store.require_current()


def test_many_processes_upgrade_at_once(empty_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_upgrade, [empty_url] * 3) == [migrating.HEAD] * 3


def _upgrade(url: str) -> str | None:
    store = Store(url)
    store.upgrade()
    found, _ = store.schema_version()
    store.close()
    return found


def test_the_migrations_build_what_the_tables_describe(store: Store) -> None:
    with store.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_a_column_that_no_migration_made_is_noticed(store: Store) -> None:
    """Negative control of the comparison above."""
    with store.database.write() as connection:
        connection.execute(text("ALTER TABLE meta ADD COLUMN surplus TEXT"))
    with store.database.read() as connection:
        assert len(compare_metadata(MigrationContext.configure(connection), tables.metadata)) == 1


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(database.__file__).with_name("migrations")))

    assert ScriptDirectory.from_config(configuration).get_heads() == [migrating.HEAD]


def test_sqlite_is_set_up_to_lose_nothing_and_to_keep_nothing_erased(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1}

    with store.database.read() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}

    assert found == wanted
    store.close()


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Datei"):
        Store("sqlite://")


def test_a_writer_that_waits_too_long_is_told_that_another_one_writes(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.2 if url.startswith("sqlite") else 1)
    other = Store(url)

    with store.database.write(), pytest.raises(Busy), other.database.write():
        pass

    other.close()


def test_serving_from_sqlite_imports_no_heavy_library() -> None:
    heavy = {"psycopg", "alembic", "duckdb", "frictionless", "xlsxwriter", "openpyxl"}
    code = f"import sys, catalog.store; print(sorted({heavy} & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])

    assert found.stdout == "[]\n"


def test_what_a_feed_page_asks_of_its_data_sets_is_all_in_one_index(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'klar.db'}")
    store.upgrade()
    asked = "SELECT name, digest FROM dataset WHERE status = 'active' AND number BETWEEN 1 AND 100 AND modified >= '2026' ORDER BY number"

    with store.database.read() as connection:
        plan = [str(each.detail) for each in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    store.close()

    assert plan == ["SEARCH dataset USING COVERING INDEX ix_dataset_feed (number>? AND number<?)"]
