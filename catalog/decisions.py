"""Who decided what, in which role, when and why. Written once: the database itself refuses to change or delete a line.

What is written here can never be erased, so it holds nothing of a citizen: targets are numbers, names of tables and data sets,
and hashes; reasons are looked through before they get here (`api.decisions`). Who decides works for the city.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.database import Record, Shelf
from catalog.entries import Decision
from catalog.formats.german_csv import neutral

_d = tables.decision.c
_NEWEST = select(tables.decision).where(_d.id > bindparam("since")).order_by(_d.id.desc()).limit(bindparam("limit"))
_OLDEST = select(tables.decision).where(_d.id > bindparam("since")).order_by(_d.id).limit(bindparam("limit"))
_COLUMNS = ("number", "at", "who", "role", "what", "target", "why")
#: Lines read at once for an export.
_BATCH = 1000


@dataclass(frozen=True)
class Person:
    """Who decides. `role` "": somebody on the machine itself, whom the operating system has let in."""

    name: str
    role: str = ""


class DecisionShelf(Shelf):
    def decisions(self, limit: int = 100, since: int = 0) -> tuple[Decision, ...]:
        """Newest first; only those with a number above `since`."""
        return self._decisions(_NEWEST, since, limit)

    def all_decisions(self, since: int = 0) -> Iterator[Decision]:
        """Oldest first, without end: for the export."""
        while batch := self._decisions(_OLDEST, since, _BATCH):
            yield from batch
            since = batch[-1].id

    def note_deed(self, by: Person, what: str, target: str, why: str = "") -> None:
        """What a person did that no other part of the store knows of. `target` and `why` must hold nothing of a citizen."""
        with self.database.write() as connection:
            record_decision(connection, at=self._clock(), who=by.name, role=by.role, what=what, target=target, why=why)

    def _decisions(self, statement: object, since: int, limit: int) -> tuple[Decision, ...]:
        with self.database.read() as connection:
            found = connection.execute(statement, {"since": since, "limit": limit})  # type: ignore[call-overload]  # one of the two above
            return tuple(map(_decision, found))


def record_decision(connection: Connection, *, at: datetime, who: str, what: str, target: str, why: str, role: str = "") -> None:
    """`target` and `why` must hold nothing of a citizen: no key of a row, no value."""
    connection.execute(tables.decision.insert().values(at=at, who=who, role=role, what=what, target=target, why=why))


def key_mark(key: str) -> str:
    """What the log says in place of a row's key, which may be a name: the first 12 characters of its SHA-256. Enough to check
    whether a key at hand is the one that was meant."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def decisions_csv(decisions: Iterable[Decision]) -> str:
    """For the file or the auditor: `,`, CRLF, times in UTC; nothing in it is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS)
    writer.writeheader()
    for each in decisions:
        writer.writerow({name: neutral(value) if isinstance(value, str) else value for name, value in _line(each).items()})
    return out.getvalue()


def decisions_json(decisions: Iterable[Decision]) -> str:
    """The same for programs: a list of objects."""
    return json.dumps([_line(each) for each in decisions], ensure_ascii=False, indent=2) + "\n"


def _line(each: Decision) -> dict[str, int | str]:
    values = (each.id, each.at.isoformat().replace("+00:00", "Z"), each.who, each.role, each.what, each.target, each.why)
    return dict(zip(_COLUMNS, values, strict=True))


def _decision(found: Record) -> Decision:
    return Decision(id=found.id, at=found.at, who=found.who, role=found.role, what=found.what, target=found.target, why=found.why)
