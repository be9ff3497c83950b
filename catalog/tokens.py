"""Tokens for people: one a person, with a role and an end. Of the secret only its SHA-256 is stored.

256 random bits need no slow hash: nobody can try them out (unlike a password that a person thought of).
"""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.database import Record, Shelf
from catalog.decisions import record_decision
from schemas.errors import Busy, CatalogError, ConfigurationError, DecisionRefused, UnknownItem

_PREFIX = "klar_"
_BYTES = 32
#: The longest life of a token: whoever still works here asks for a new one.
LONGEST_DAYS = 366
#: `used_at` is as exact as this: not every click needs a write.
_NOTED_EVERY = timedelta(minutes=1)
#: Seconds that noting `used_at` may wait for another writer; a page must not wait for a harvest.
_PATIENCE = 0.2
LONGEST_NAME = 100
_t = tables.token.c
_ALL = select(tables.token).order_by(_t.id)
_ONE = select(tables.token).where(_t.id == bindparam("id"))
_BY_SECRET = select(tables.token).where(_t.sha256 == bindparam("sha256"))


class Role(Enum):
    """What a person may do, from little to much: see; reject, upload and accept rows; publish."""

    READER = "reader"
    EDITOR = "editor"
    RELEASER = "releaser"

    def may(self, needed: "Role") -> bool:
        """Whether this role includes the other one."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


class NotAllowed(CatalogError):
    """Your role does not allow this decision."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """One person's way in, without the secret."""

    id: int
    name: str  #: of the person
    role: Role
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None  #: to the minute

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


class TokenShelf(Shelf):
    def create_token(self, name: str, role: Role, days: int, *, by: str = "") -> tuple[Token, str]:
        """(the token, its secret): the secret is told here and never again. Raises ConfigurationError."""
        name = " ".join(name.split())
        if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
            raise ConfigurationError(f"Der Name muss aus 1 bis {LONGEST_NAME} druckbaren Zeichen bestehen.")
        if not 1 <= days <= LONGEST_DAYS:
            raise ConfigurationError(f"Ein Token gilt 1 bis {LONGEST_DAYS} Tage.")
        secret = _PREFIX + secrets.token_urlsafe(_BYTES)
        with self.database.write() as connection:
            now = self._clock()
            values = {
                "name": name,
                "role": role.value,
                "sha256": _digest(secret),
                "created_at": now,
                "expires_at": now + timedelta(days=days),
            }
            (number,) = connection.execute(tables.token.insert().values(values)).inserted_primary_key or (0,)
            why = f"gültig {days} Tage"
            record_decision(connection, at=now, who=by, what="token", target=f"token {number}: {role.value} {name}", why=why)
            return _read(connection, int(number)), secret

    def tokens(self) -> tuple[Token, ...]:
        """Oldest first, expired and revoked ones included."""
        with self.database.read() as connection:
            return tuple(map(_token, connection.execute(_ALL)))

    def revoke_token(self, token: int, by: str) -> None:
        """Raises UnknownItem, DecisionRefused (revoked already)."""
        with self.database.write() as connection:
            found = _read(connection, token)
            if found.revoked_at is not None:
                raise DecisionRefused(f"Token {token} ist schon widerrufen.")
            now = self._clock()
            connection.execute(tables.token.update().where(_t.id == token).values(revoked_at=now))
            record_decision(connection, at=now, who=by, what="revoke", target=f"token {token}: {found.role.value} {found.name}", why="")

    def token_of(self, secret: str) -> Token | None:
        """Whose secret this is; None when unknown, expired or revoked. Notes when it was last used."""
        with self.database.read() as connection:
            found = connection.execute(_BY_SECRET, {"sha256": _digest(secret)}).one_or_none()
        token, now = None if found is None else _token(found), self._clock()
        if token is None or not token.is_valid(now):
            return None
        if token.used_at is None or now - token.used_at >= _NOTED_EVERY:
            self._note_use(token, now)
        return token

    def _note_use(self, token: Token, now: datetime) -> None:
        with suppress(Busy), self.database.write(patience=_PATIENCE) as connection:
            connection.execute(tables.token.update().where(_t.id == token.id).values(used_at=now))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _read(connection: Connection, token: int) -> Token:
    found = connection.execute(_ONE, {"id": token}).one_or_none()
    if found is None:
        raise UnknownItem(f"Token {token}")
    return _token(found)


def _token(found: Record) -> Token:
    return Token(
        id=found.id,
        name=found.name,
        role=Role(found.role),
        created_at=found.created_at,
        expires_at=found.expires_at,
        revoked_at=found.revoked_at,
        used_at=found.used_at,
    )
