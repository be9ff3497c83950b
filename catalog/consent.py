"""The word of the first of two persons. It waits here until the second one says the same, or somebody says no."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from catalog import tables
from catalog.database import Record, Shelf
from catalog.decisions import Person, record_decision

_c = tables.consent.c
_WORDS = select(tables.consent).where(_c.subject == bindparam("subject"), _c.number == bindparam("number")).order_by(_c.id)
_ALL = select(tables.consent).order_by(_c.id)
#: What can be decided on by two.
QUARANTINE = "quarantine"
PLAN = "plan"


def release_subject(cube: str) -> str:
    """Of a release of a statistic; its number is that of the release."""
    return f"release {cube}"


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One person's yes to one item of the Prüfliste, one plan or one release."""

    subject: str  #: QUARANTINE, PLAN, or what `release_subject` says
    number: int
    by: Person
    at: datetime
    reason: str


class ConsentShelf(Shelf):
    def consent(self, subject: str, number: int, by: Person, reason: str, *, target: str, concludes: bool) -> tuple[Consent, ...]:
        """All words so far, the first one first, this person's included, once however often it is said.

        Not noted is the word that concludes: somebody else's is there already, and who says it may conclude. The decision that
        follows says it. One transaction: of two persons at the same moment one sees the other's word. `target` as the log names it.
        """
        with self.database.write() as connection:
            words = _words(connection, subject, number)
            conclusion = concludes and any(not same_person(each.by, by) for each in words)
            if not conclusion and not any(same_person(each.by, by) for each in words):
                now = self._clock()
                values = {"subject": subject, "number": number, "who": by.name, "role": by.role, "at": now, "reason": reason}
                connection.execute(tables.consent.insert().values(values))
                record_decision(connection, at=now, who=by.name, role=by.role, what="consent", target=target, why=reason)
            return _words(connection, subject, number)

    def consents(self) -> tuple[Consent, ...]:
        """Every word that waits for a second one, oldest first."""
        with self.database.read() as connection:
            return tuple(map(_consent, connection.execute(_ALL)))


def same_person(one: Person, other: Person) -> bool:
    """By name; case and spaces make no second person."""
    return _folded(one.name) == _folded(other.name)


def forget_consent(connection: Connection, subject: str, number: int) -> None:
    """It has been decided, this way or that."""
    connection.execute(delete(tables.consent).where(_c.subject == subject, _c.number == number))


def _words(connection: Connection, subject: str, number: int) -> tuple[Consent, ...]:
    return tuple(map(_consent, connection.execute(_WORDS, {"subject": subject, "number": number})))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _consent(found: Record) -> Consent:
    return Consent(subject=found.subject, number=found.number, by=Person(found.who, found.role), at=found.at, reason=found.reason)
