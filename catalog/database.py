"""The database behind the store: one lock for writers, snapshots for readers, migrations under the lock.

SQLite (WAL) and PostgreSQL behave alike here: at most one writing transaction at a time (`BEGIN IMMEDIATE`, an advisory lock),
and readers that never wait for it.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from schemas.errors import Busy, CatalogError, ConfigurationError, WrongSchemaVersion

if TYPE_CHECKING:
    import psycopg

#: One line of an answer.
Record = Row[*tuple[Any, ...]]
#: The newest migration. A test holds it equal to what Alembic finds in `migrations/versions`.
HEAD = "0002"
#: Seconds a writer waits for another one: publishing ten thousand rows takes a few.
PATIENCE = 60
#: Any number, as long as nobody else on this server uses it.
_ADVISORY_LOCK = 7_165_201_903
_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for lock_timeout
_REVISION = "SELECT value FROM meta WHERE key = 'revision'"


class Unreachable(CatalogError):
    """The database cannot be reached or read."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """Connections to one database. Pickles and forks badly, like every database handle: build one per process."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
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
        with _refused_as_busy(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one writing transaction; committed at the end. Raises Busy after `PATIENCE` seconds of waiting."""
        with _refused_as_busy(), self.engine.connect().execution_options(klar_writes=True) as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
            yield connection

    def revision(self) -> int:
        """Number of publications so far: the one question every request asks, past pool and SQL compiler."""
        return self._revision.read()

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
        if found != HEAD:
            raise WrongSchemaVersion(f"Gefunden: {found or 'keine'}, erwartet: {HEAD}.")

    def upgrade(self) -> None:
        """Bring the schema up to date; a second process that tries the same waits, and then finds nothing to do."""
        if self.is_sqlite:
            _prepare_sqlite(Path(str(self._url.database)))
        if self.schema_version() == HEAD:
            return
        with self.write() as connection:
            _migrate(connection)

    def forget(self) -> bool:
        """After erasing rows: let no page of the database keep what was in them. False: a reader was in the way; try again."""
        if self.is_sqlite:
            # secure_delete has overwritten the pages; the log still holds what they were.
            with _refused_as_busy(), self.engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                (busy, _, _) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
        return True

    def close(self) -> None:
        self._revision.close()
        self.engine.dispose()


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _prepare(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves: the driver's own rule breaks savepoints
        # FULL: what a reader has seen must not be lost with the power. secure_delete: `klar withdraw` overwrites.
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("klar_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _prepare_sqlite(path: Path) -> None:
    """WAL is a property of the file; switching needs the file for a moment, so it is done here and not per connection."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            raw.execute("PRAGMA journal_mode = WAL").fetchall()
    except sqlite3.OperationalError as error:
        raise Busy(str(error)) from error
    finally:
        raw.close()


def _migrate(connection: Connection) -> None:
    from alembic import command  # heavy: 1300 ms
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


@contextmanager
def _refused_as_busy() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == _LOCK_NOT_AVAILABLE or "database is locked" in str(error.orig):
            raise Busy("") from error
        raise


class _SqliteRevision:
    """One read-only connection per thread, in autocommit: about 10 µs a call."""

    def __init__(self, path: str) -> None:
        self._path = Path(path).absolute()
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []

    def read(self) -> int:
        found: tuple[str] = self._connection().execute(_REVISION).fetchone()
        return int(found[0])

    def _connection(self) -> sqlite3.Connection:
        if getattr(self._local, "pid", None) != os.getpid():  # a forked child must not share the parent's handle
            self._local.pid = os.getpid()
            self._local.raw = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
            self._local.raw.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
            self._all.append(self._local.raw)
        raw: sqlite3.Connection = self._local.raw
        return raw

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
