"""The databases behind store and vault: one lock for writers, snapshots for readers, migrations under the lock.

SQLite (WAL) and PostgreSQL behave alike here: at most one writing transaction at a time (`BEGIN IMMEDIATE`, an advisory lock),
and readers that never wait for it.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InternalError, OperationalError, ProgrammingError

from catalog.migrating import STORE, Schema, migrate, prepare_sqlite, wrong_version
from catalog.writing import unwritable
from schemas.errors import Busy, CatalogError, ConfigurationError

if TYPE_CHECKING:
    import psycopg

#: One line of an answer.
Record = Row[*tuple[Any, ...]]
#: Seconds a writer waits for another one: publishing ten thousand rows takes a few.
PATIENCE = 60
#: PostgreSQL's codes for a role that may not write, and for a server that is only read.
_FORBIDDEN = ("42501", "25006")
_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for lock_timeout
#: Where a pooled connection keeps which file it has open.
_FILE = "klar.file"
_REVISION = "SELECT value FROM meta WHERE key = 'revision'"


class Unreachable(CatalogError):
    """The database cannot be reached or read."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """Connections to one database. Pickles and forks badly, like every database handle: build one per process."""

    def __init__(self, url: str, schema: Schema = STORE) -> None:
        self._url = make_url(url)
        self._schema = schema
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        if self.is_sqlite and self._url.database in (None, "", ":memory:"):
            raise ConfigurationError("SQLite braucht eine Datei: sqlite:///data/klar.db")
        self.engine = _sqlite_engine(self._url) if self.is_sqlite else create_engine(self._url)
        self._revision: _SqliteRevision | _PostgresRevision = (
            _SqliteRevision(str(self._url.database)) if self.is_sqlite else _PostgresRevision(self._url)
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot, closed without a trace."""
        with _named(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, patience: float | None = None) -> Iterator[Connection]:
        """The one writing transaction; committed at the end. Raises Busy after `patience` seconds of waiting (PATIENCE)."""
        patience = PATIENCE if patience is None else patience
        options = {"klar_writes": True, "klar_patience": patience}
        with _named(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = '{round(patience * 1000)}ms'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": self._schema.lock})
            yield connection

    def revision(self) -> int:
        """Number of publications so far: the one question every request asks, past pool and SQL compiler."""
        return self._revision.read()

    def state(self) -> Hashable:
        """The revision, and in which database: another file in the same place may count the same numbers. Raises Unreachable."""
        return self._revision.state()

    def schema_version(self) -> str | None:
        """The migration the database stands at, None before the first; takes no lock. Raises Unreachable."""
        try:
            with self.read() as connection:
                return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        except DBAPIError as error:
            if "alembic_version" not in str(error.orig):
                raise Unreachable(str(error.orig).partition("\n")[0]) from error
            return None

    def require_current(self) -> None:
        """Raises WrongSchemaVersion."""
        found = self.schema_version()
        if found != self._schema.head:
            raise wrong_version(self._schema, found)

    def upgrade(self) -> None:
        """Bring the schema up to date; a second process that tries the same waits, and then finds nothing to do.

        Raises WrongSchemaVersion for a database of a newer program, or of another purpose, and ConfigurationError for a
        `search_path` that names no schema."""
        if self.is_sqlite:
            prepare_sqlite(Path(str(self._url.database)), private=self._schema.private, patience=PATIENCE)
        if self.schema_version() == self._schema.head:
            return
        with self.write() as connection:
            migrate(connection, self._schema)

    def forget(self) -> bool:
        """After erasing rows: let no page of the database keep what was in them. False: a reader was in the way; try again."""
        if self.is_sqlite:
            # secure_delete has overwritten the pages; the log still holds what they were.
            with _named(), self.engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                (busy, _, _) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
        return True

    @property
    def version_expected(self) -> str:
        return self._schema.head

    def close(self) -> None:
        self._revision.close()
        self.engine.dispose()


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": PATIENCE})
    path = Path(str(url.database)).absolute()
    opened = threading.Event()

    @event.listens_for(engine, "do_connect")
    def _create_once(*_: object) -> None:
        if opened.is_set():
            _file_at(path)  # SQLite would put an empty file where the database was

    @event.listens_for(engine, "checkout")
    def _same_file(_raw: object, record: Any, _proxy: object) -> None:
        if record.info[_FILE] != _file_at(path):
            raise DisconnectionError  # the pool opens the file that is there now

    @event.listens_for(engine, "connect")
    def _prepare(raw: sqlite3.Connection, record: Any) -> None:
        opened.set()
        record.info[_FILE] = _file_at(path)
        raw.isolation_level = None  # we say BEGIN ourselves: the driver's own rule breaks savepoints
        # FULL: what a reader has seen must not be lost with the power. secure_delete: `klar withdraw` overwrites.
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(options.get('klar_patience', PATIENCE) * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("klar_writes", False) else "BEGIN")

    return engine


def _file_at(path: Path) -> tuple[int, int]:
    """Device and number of the file. A file that was moved away goes on being readable for whoever holds it open, and nobody else ever
    writes to it again. Raises Unreachable when there is none."""
    try:
        found = path.stat()
    except OSError as error:
        raise Unreachable(f"Die Datei der Datenbank ist nicht mehr da: {path.name}") from error
    return found.st_dev, found.st_ino


@contextmanager
def _named() -> Iterator[None]:
    """What the driver says of locks, disk and connection, as our errors. Everything else is a mistake in the program and stays as it is."""
    try:
        yield
    except OperationalError as error:
        named = _named_error(error.orig)
        if named is None:
            raise
        raise named from error
    except (ProgrammingError, InternalError) as error:
        if getattr(error.orig, "sqlstate", None) not in _FORBIDDEN:
            raise
        raise unwritable("Die Rechte fehlen") from error


def _named_error(cause: BaseException | None) -> CatalogError | None:
    code = str(getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "") or "")
    if code == _LOCK_NOT_AVAILABLE or "database is locked" in str(cause):
        return Busy("")
    if code.startswith(("SQLITE_FULL", "53100")):
        return unwritable("Es ist kein Platz frei")
    if code.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "53")):
        return unwritable("Die Datenbank nimmt nichts an")
    # PostgreSQL gives no code when there is no connection, and 57P… when it is being shut down.
    if code.startswith(("SQLITE_CANTOPEN", "57P", "08")) or (isinstance(cause, Exception) and hasattr(cause, "sqlstate") and not code):
        return Unreachable(str(cause).partition("\n")[0])
    return None


class _SqliteRevision:
    """One read-only connection per thread, in autocommit: about 10 µs a call, 2 of them for looking whether the file is still the one
    that is open."""

    def __init__(self, path: str) -> None:
        self._path = Path(path).absolute()
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []

    def read(self) -> int:
        return self.state()[-1]

    def state(self) -> tuple[int, int, int]:
        """(device, number of the file, revision). Raises Unreachable."""
        file = _file_at(self._path)
        found: tuple[str] = self._connection(file).execute(_REVISION).fetchone()
        return *file, int(found[0])

    def _connection(self, file: tuple[int, int]) -> sqlite3.Connection:
        owner = (os.getpid(), *file)  # a forked child must not share the parent's handle
        if getattr(self._local, "owner", None) != owner:
            self._forget(owner)
            self._local.raw = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
            self._local.raw.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
            self._local.owner = owner
            self._all.append(self._local.raw)
        raw: sqlite3.Connection = self._local.raw
        return raw

    def _forget(self, owner: tuple[int, int, int]) -> None:
        """A file that is gone takes its room as long as somebody holds it open."""
        former = getattr(self._local, "owner", None)
        self._local.owner = None
        if former is not None and former[0] == owner[0]:
            self._all.remove(self._local.raw)
            self._local.raw.close()

    def close(self) -> None:
        while self._all:
            self._all.pop().close()
        self._local = threading.local()


class _PostgresRevision:
    """One connection in autocommit for all threads: the statement takes less than handing over a pooled one."""

    def __init__(self, url: URL) -> None:
        self._parameters = url
        self._lock = threading.Lock()
        self._raw: psycopg.Connection[Any] | None = None

    def state(self) -> int:
        return self.read()

    def read(self) -> int:
        import psycopg  # heavy: 360 ms, and SQLite needs none of it

        with self._lock:
            try:
                return self._ask(psycopg.connect)
            except psycopg.OperationalError:  # the server was restarted: once more with a new connection
                self._drop()
                return self._ask(psycopg.connect)

    def _ask(self, connect: "Callable[..., psycopg.Connection[Any]]") -> int:
        if self._raw is None:
            address = self._parameters.set(drivername="postgresql").render_as_string(hide_password=False)
            self._raw = connect(address, autocommit=True)
        found = self._raw.execute(_REVISION, prepare=True).fetchone()
        assert found is not None, "the first migration writes revision 0"
        return int(found[0])

    def _drop(self) -> None:
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    def close(self) -> None:
        with self._lock:
            self._drop()


class Shelf:
    """One topic of the store: methods over the shared database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self._clock = clock
