"""Small facts by key, in the table `meta`: what the catalogue notes about itself. Keys of one kind begin alike (`open:NAME`)."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from catalog import tables

_m = tables.meta.c
_REVISION = "revision"


def notes(connection: Connection, prefix: str) -> Mapping[str, str]:
    """What is noted under keys with this prefix, by the rest of the key."""
    found = connection.execute(select(_m.key, _m.value).where(_m.key.startswith(prefix, autoescape=True)))
    return {key.removeprefix(prefix): value for key, value in found if key.startswith(prefix)}


def read_note(connection: Connection, key: str) -> str | None:
    return connection.execute(select(_m.value).where(_m.key == key)).scalar_one_or_none()


def write_note(connection: Connection, key: str, value: str) -> None:
    if connection.execute(tables.meta.update().where(_m.key == key).values(value=value)).rowcount == 0:
        connection.execute(tables.meta.insert().values(key=key, value=value))


def forget_note(connection: Connection, key: str) -> None:
    connection.execute(tables.meta.delete().where(_m.key == key))


def raise_revision(connection: Connection) -> int:
    """What is published has changed: finished answers are made anew."""
    revision = read_revision(connection) + 1
    write_note(connection, _REVISION, str(revision))
    return revision


def read_revision(connection: Connection) -> int:
    return int(connection.execute(select(_m.value).where(_m.key == _REVISION)).scalar_one())
