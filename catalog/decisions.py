"""Who decided what, when and why. Written once; no code changes or deletes a line."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.database import Shelf
from catalog.entries import Decision

_DECISIONS = select(tables.decision).order_by(tables.decision.c.id.desc()).limit(bindparam("limit"))


class DecisionShelf(Shelf):
    def decisions(self, limit: int = 100) -> tuple[Decision, ...]:
        """Newest first."""
        with self.database.read() as connection:
            found = connection.execute(_DECISIONS, {"limit": limit})
            return tuple(Decision(at=each.at, who=each.who, what=each.what, target=each.target, why=each.why) for each in found)


def record_decision(connection: Connection, *, at: datetime, who: str, what: str, target: str, why: str) -> None:
    connection.execute(tables.decision.insert().values(at=at, who=who, what=what, target=target, why=why))
