"""Pseudonyms of persons, made with a secret per process: the same person has the same one in all formats of a process, and nothing
connects two processes. With the last row of a process its secret goes: what was copied before can be joined with nothing new.
(reference/statistics/privacy.md, section 5, retention)
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from catalog.database import Record, Shelf
from catalog.vault import tables
from schemas.errors import Busy

_k = tables.keyring.c
_SALT = 32  #: bytes, as many as the hash has


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """What the vault knows of one process."""

    salt: bytes
    since: datetime  #: the first row came
    released_at: datetime | None = None  #: of the last release that counted it

    def pseudonym(self, person: str) -> str:
        """HMAC-SHA256, the first 128 bits in hexadecimal."""
        return hmac.new(self.salt, person.encode(), hashlib.sha256).hexdigest()[:32]


class KeyringShelf(Shelf):
    def keyed(self, processes: Collection[str]) -> Mapping[str, Keyed]:
        """By process. A process that the vault does not know, or whose secret was destroyed, gets a new one, which is kept when its first
        rows are (`shift_microdata`): no secret is there without rows."""
        with self.database.read() as connection:
            known = _known(connection, processes)
        now = self._clock()
        return {each: known.get(each) or Keyed(salt=secrets.token_bytes(_SALT), since=now) for each in processes}

    def destroyed(self) -> Mapping[str, datetime]:
        """Process -> when the last of it went."""
        with self.database.read() as connection:
            found = connection.execute(select(_k.process, _k.destroyed_at).where(_k.destroyed_at.is_not(None)))
            return {each.process: each.destroyed_at for each in found}

    def note_release(self, processes: Collection[str], *, at: datetime, keep_until: datetime) -> None:
        """A release has counted rows of these processes: they may stay until `keep_until`, if they might not already."""
        m = tables.microdata.c
        with self.database.write() as connection:
            connection.execute(update(tables.keyring).where(_k.process.in_(processes), _k.salt != "").values(released_at=at))
            longer = m.process.in_(processes) & (m.process != "") & (m.keep_until < keep_until)
            connection.execute(update(tables.microdata).where(longer).values(keep_until=keep_until))

    def destroy_idle(self) -> tuple[str, ...]:
        """Let go of the secrets of processes that have no row any more. Returns the processes."""
        with self.database.write() as connection:
            used = select(tables.microdata.c.process)
            idle = (_k.salt != "") & _k.process.not_in(used)
            gone = tuple(sorted(connection.execute(select(_k.process).where(idle)).scalars()))
            connection.execute(update(tables.keyring).where(idle).values(salt="", destroyed_at=self._clock()))
        return gone


def _known(connection: Connection, processes: Collection[str]) -> dict[str, Keyed]:
    found = connection.execute(select(tables.keyring).where(_k.process.in_(processes), _k.salt != ""))
    return {each.process: _keyed(each) for each in found}


def _keyed(found: Record) -> Keyed:
    return Keyed(salt=bytes.fromhex(found.salt), since=found.since, released_at=found.released_at)


def keep_keys(connection: Connection, keys: Mapping[str, Keyed]) -> None:
    """In the transaction that puts rows made with them. Raises Busy when another harvest has made another one meanwhile."""
    known = _known(connection, keys)
    for process, keyed in keys.items():
        there = known.get(process)
        if there is not None and there.salt != keyed.salt:
            raise Busy("Eine andere Ernte hat zugleich die ersten Einzeldaten dieses Verfahrens gebracht.")
        if there is None:
            connection.execute(delete(tables.keyring).where(_k.process == process))
            entry = {"salt": keyed.salt.hex(), "since": keyed.since, "released_at": keyed.released_at, "destroyed_at": None}
            connection.execute(tables.keyring.insert().values(process=process, **entry))
