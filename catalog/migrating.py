"""From any older schema to the program's own, for both databases that klar has: store and vault."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from schemas.errors import Busy, ConfigurationError, NewerSchemaVersion, WrongSchemaVersion

#: The newest migration of the store. A test holds it equal to what Alembic finds in `migrations/versions`.
HEAD = "0008"
_MIGRATIONS = Path(__file__).with_name("migrations")


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What a database is meant to hold: klar has two, the store and the vault (catalog.vault)."""

    head: str  #: the newest migration
    versions: Path  #: folder of the migrations
    lock: int  #: of writers on PostgreSQL: any number, as long as nobody else on this server uses it
    title: str = ""  #: in messages; "" for the store
    private: bool = False  #: the file of SQLite is for its owner only


#: The catalogue's own.
STORE = Schema(head=HEAD, versions=_MIGRATIONS / "versions", lock=7_165_201_903)


#: Most of a database are RDF fragments of 15 kB: in pages of 4 kB, SQLite's own size, each is read in four pieces.
_PAGE_BYTES = 16_384


def prepare_sqlite(path: Path, *, private: bool, patience: float) -> None:
    """WAL is a property of the file; switching needs the file for a moment, so it is done here and not per connection."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if private:
        # Before anything is written: the files beside it (-wal, -shm) take its mode (tested).
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        for each in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
            if each.exists():
                each.chmod(0o600)
    raw = sqlite3.connect(path, timeout=patience, isolation_level=None)
    try:
        raw.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # decides about a new file only
        if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            raw.execute("PRAGMA journal_mode = WAL").fetchall()
    except sqlite3.OperationalError as error:
        raise Busy(str(error)) from error
    finally:
        raw.close()


def _require_somewhere(connection: Connection) -> None:
    if connection.execute(text("SELECT current_schema()")).scalar_one() is None:
        raise ConfigurationError("Das Schema in search_path gibt es nicht; anlegen: CREATE SCHEMA … AUTHORIZATION ….")


def migrate(connection: Connection, schema: Schema) -> None:
    """Within the transaction of the connection. Raises WrongSchemaVersion, ConfigurationError."""
    from alembic import command  # heavy: 1300 ms
    from alembic.config import Config
    from alembic.util import CommandError

    if connection.dialect.name != "sqlite":
        _require_somewhere(connection)
    configuration = Config()
    configuration.set_main_option("path_separator", "newline")  # a folder may have a space or a colon in its name
    configuration.set_main_option("script_location", _escaped(_MIGRATIONS))
    configuration.set_main_option("version_locations", _escaped(schema.versions))
    configuration.attributes["connection"] = connection
    try:
        command.upgrade(configuration, "head")
    except CommandError as error:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        raise wrong_version(schema, found) from error


def _escaped(folder: Path) -> str:
    return str(folder).replace("%", "%%")


def wrong_version(schema: Schema, found: str | None) -> WrongSchemaVersion:
    place = f"{schema.title}: " if schema.title else ""
    newer = found is not None and len(found) == len(schema.head) and found > schema.head  # vault and catalogue are numbered unlike
    kind = NewerSchemaVersion if newer else WrongSchemaVersion
    return kind(f"{place}Gefunden: {found or 'keine'}, erwartet: {schema.head}.")
