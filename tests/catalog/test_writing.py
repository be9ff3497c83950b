"""A disk or a database that takes nothing is one error with one German sentence, wherever it is noticed."""

import errno
from pathlib import Path

import psycopg
import pytest

from catalog.database import Unreachable
from catalog.store import Store
from catalog.writing import writing
from schemas.errors import Unwritable
from tests.catalog.world import Clock


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "Es ist kein Platz frei"),
        (errno.EDQUOT, "Das Kontingent ist erschöpft"),
        (errno.EROFS, "Sie ist schreibgeschützt"),
        (errno.EACCES, "Die Rechte fehlen"),
    ],
)
def test_what_the_system_says_of_the_disk_is_said_in_german(number: int, sentence: str) -> None:
    with pytest.raises(Unwritable, match=sentence) as caught, writing():
        raise OSError(number, "whatever", "/secret/place")
    assert "/secret" not in caught.value.detail


def test_a_file_that_is_missing_is_another_matter(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), writing():
        (tmp_path / "gone").read_bytes()


def test_sqlite_without_room_says_it(sqlite_url: str) -> None:
    store = Store(sqlite_url, clock=Clock())
    with pytest.raises(Unwritable, match="kein Platz frei"):
        _write_too_much(store)
    store.close()


def _write_too_much(store: Store) -> None:
    with store.database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        connection.exec_driver_sql("CREATE TABLE large (content BLOB)")
        connection.exec_driver_sql("INSERT INTO large VALUES (zeroblob(10000000))")


def test_a_mistake_in_the_program_is_not_taken_for_the_disk(sqlite_url: str) -> None:
    store = Store(sqlite_url, clock=Clock())
    with pytest.raises(Exception, match="no such table") as caught, store.database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert not isinstance(caught.value, Unwritable | Unreachable)
    store.close()


def test_a_server_that_is_shut_down_in_the_middle_is_unreachable(postgres_url: str) -> None:
    store = Store(postgres_url, clock=Clock())
    with pytest.raises(Unreachable):
        _read_from_a_server_that_goes(store, postgres_url.replace("postgresql+psycopg://", "postgresql://", 1))
    store.close()


def _read_from_a_server_that_goes(store: Store, address: str) -> None:
    with store.database.read() as connection:
        number = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with psycopg.connect(address, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [number])
        connection.exec_driver_sql("SELECT 1")
