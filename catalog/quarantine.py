"""The Prüfliste: what was refused, where, and what a person decided. No payload: rule, place and hash."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.codec import dumps, loads
from catalog.consent import QUARANTINE, forget_consent
from catalog.database import Record, Shelf
from catalog.decisions import record_decision
from catalog.entries import QuarantineItem, QuarantineState
from schemas.errors import DecisionRefused, UnknownItem
from schemas.row import Finding, Quarantined

#: Where an item comes from; each stage closes only its own items.
INTAKE = "intake"  #: rows of a source that were refused
PUBLICATION = "publication"  #: rows of a source, or all it has of a table (no key), that could not be published
DATASET = "dataset"  #: a data set as a whole: filed and closed by whoever brings it in line, under the name of one of its sources
_q = tables.quarantine.c
_WAITING = (QuarantineState.OPEN.value, QuarantineState.REJECTED.value)
_ITEM = select(tables.quarantine).where(_q.id == bindparam("id"))
_ALL = select(tables.quarantine).order_by(_q.id)
_OPEN = _ALL.where(_q.state == QuarantineState.OPEN.value)
_OF_SOURCE = _ALL.where(_q.source == bindparam("source"), _q.stage == bindparam("stage"))
_OF_DATASET = _ALL.where(_q.table_name == bindparam("table"), _q.stage == DATASET)
_SAID = select(_q.digest).where(
    _q.table_name == bindparam("table"),
    _q.stage == PUBLICATION,
    _q.key == "",
    _q.state.in_((QuarantineState.OPEN.value, QuarantineState.REJECTED.value)),
)
_WITH_ITEMS = select(_q.table_name).where(_q.stage == DATASET, _q.state.in_(_WAITING)).distinct()
#: Bound to the row's digest: what was accepted is one state of the row, not whatever stands there next year. A closed item
#: was decided on, too: an accepted row is no longer refused, and must stay accepted.
_ACCEPTED = select(_q.table_name, _q.key, _q.digest).where(
    _q.source == bindparam("source"), _q.stage == INTAKE, _q.state == QuarantineState.ACCEPTED.value
)


class QuarantineShelf(Shelf):
    def save_quarantine(
        self, source: str, run: int, items: Sequence[Quarantined], complete_tables: Collection[str], settled: Collection[str] = ()
    ) -> tuple[int, ...]:
        """Bring the list up to date with what this run refused. The same row again keeps its number and decision; what is
        gone from a completely read table is closed. `settled`: tables of which the source shows exactly what is published, so that
        nothing of them waits to be published any more. Returns the numbers of items a person has not seen yet."""
        with self.database.write() as connection:
            now = self._clock()
            if settled:
                update_items(connection, source, run, (), stage=PUBLICATION, complete_tables=settled, at=now)
            return update_items(connection, source, run, items, stage=INTAKE, complete_tables=complete_tables, at=now)

    def quarantine(self, open_only: bool = True) -> tuple[QuarantineItem, ...]:
        """Oldest first."""
        with self.database.read() as connection:
            return tuple(map(_item, connection.execute(_OPEN if open_only else _ALL)))

    def quarantine_item(self, item: int) -> QuarantineItem:
        """Raises UnknownItem."""
        with self.database.read() as connection:
            return _read(connection, item)

    def decide_quarantine(self, item: int, accept: bool, by: str, reason: str, *, role: str = "") -> None:
        """Accepted rows are published by the next harvest. Raises UnknownItem, DecisionRefused."""
        with self.database.write() as connection:
            found = _read(connection, item)
            require_possible(found, accept)
            now = self._clock()
            state = QuarantineState.ACCEPTED if accept else QuarantineState.REJECTED
            values = {"state": state.value, "decided_by": by, "decided_at": now, "reason": reason}
            connection.execute(tables.quarantine.update().where(_q.id == item).values(values))
            forget_consent(connection, QUARANTINE, item)
            what = "accept" if accept else "reject"
            record_decision(connection, at=now, who=by, role=role, what=what, target=item_target(found), why=reason)

    def accepted(self, source: str) -> frozenset[tuple[str, str, str]]:
        """(table, key, digest) of rows a person has accepted as they are."""
        with self.database.read() as connection:
            return frozenset(tuple(each) for each in connection.execute(_ACCEPTED, {"source": source}))


def update_items(
    connection: Connection,
    source: str,
    run: int,
    items: Iterable[Quarantined],
    *,
    stage: str,
    complete_tables: Collection[str],
    at: datetime,
) -> tuple[int, ...]:
    known = connection.execute(_OF_SOURCE, {"source": source, "stage": stage}).all()
    return _bring_up_to_date(connection, known, items, _Filing(stage, source, run, at), complete_tables)


def file_publication(
    connection: Connection, source: str, run: int, table: str, items: Sequence[Quarantined], *, at: datetime
) -> tuple[int, ...]:
    """What of a source's rows could not be published; what could be by now is closed, what other sources wait for is not touched.
    Returns the numbers of items a person has not seen yet."""
    return update_items(connection, source, run, items, stage=PUBLICATION, complete_tables=[table], at=at)


def file_dataset(connection: Connection, source: str, run: int, table: str, findings: tuple[Finding, ...], *, at: datetime) -> None:
    """What is wrong with a data set as a whole; no finding: nothing is, and what was is closed, whichever source it stood under.
    What waiting rows of a source say already is not said twice."""
    items = [refusal(table, findings)] if findings else []
    said = set(connection.execute(_SAID, {"table": table}).scalars()) if items else set()
    known = connection.execute(_OF_DATASET, {"table": table}).all()
    wanted = [each for each in items if each.digest not in said]
    _bring_up_to_date(connection, known, wanted, _Filing(DATASET, source, run, at), [table])


def datasets_with_items(connection: Connection) -> frozenset[str]:
    """What data sets stand under on the Prüfliste as a whole, while something of them waits."""
    return frozenset(connection.execute(_WITH_ITEMS).scalars())


def refusal(table: str, findings: tuple[Finding, ...]) -> Quarantined:
    """An item about a whole table."""
    return Quarantined(table=table, key="", digest=_digest(findings), findings=findings)


class _Filing(NamedTuple):
    """Where new items stand and since when."""

    stage: str
    source: str
    run: int
    at: datetime


def _bring_up_to_date(
    connection: Connection, found: Iterable[Record], items: Iterable[Quarantined], filing: _Filing, complete_tables: Collection[str]
) -> tuple[int, ...]:
    known = {(each.table_name, each.key, each.digest): each for each in found}
    wanted = {(each.table, each.key, each.digest): each for each in items}
    new = [_insert(connection, filing, each) for place, each in wanted.items() if place not in known]
    new += [number for place, each in wanted.items() if place in known and (number := _see_again(connection, known[place], each))]
    for place, record in known.items():
        if place not in wanted and record.table_name in complete_tables and record.state in _WAITING:
            _set(connection, record.id, {"state": QuarantineState.CLOSED.value})
    return tuple(sorted(new))


def erase_items(connection: Connection, table: str, keys: Collection[str] | None, *, at: datetime) -> None:
    """Empty and close items about withdrawn rows (None: of the whole table); findings may quote values."""
    where = _q.table_name == table
    if keys is not None:
        where &= _q.key.in_([*keys, ""])
    values = {"findings": "[]", "state": QuarantineState.CLOSED.value, "digest": "", "acceptable": False}
    connection.execute(tables.quarantine.update().where(where).values(values))


def item_target(item: QuarantineItem) -> str:
    """As the log of decisions names an item: never by the row's key, which may be a name."""
    return f"quarantine {item.id}: {item.table}"


def _digest(findings: tuple[Finding, ...]) -> str:
    return hashlib.sha256(dumps(tuple[Finding, ...], findings).encode()).hexdigest()


def _insert(connection: Connection, filing: _Filing, item: Quarantined) -> int:
    values = {
        "stage": filing.stage,
        "source": filing.source,
        "table_name": item.table,
        "key": item.key,
        "digest": item.digest,
        "findings": dumps(tuple[Finding, ...], item.findings),
        "acceptable": item.acceptable,
        "state": QuarantineState.OPEN.value,
        "first_run": filing.run,
        "first_at": filing.at,
        "decided_by": "",
        "reason": "",
    }
    (number,) = connection.execute(tables.quarantine.insert().values(values)).inserted_primary_key or (0,)
    return int(number)


def _see_again(connection: Connection, record: Record, item: Quarantined) -> int | None:
    """Refresh the findings (a line number moves); reopen what was closed. The number, when nobody has decided yet."""
    reopened = record.state == QuarantineState.CLOSED.value
    state = record.state
    if reopened:
        state = QuarantineState.REJECTED.value if record.decided_by else QuarantineState.OPEN.value
    findings = dumps(tuple[Finding, ...], item.findings)
    if (findings, state, item.acceptable) != (record.findings, record.state, record.acceptable):
        _set(connection, record.id, {"findings": findings, "state": state, "acceptable": item.acceptable})
    return int(record.id) if reopened and state == QuarantineState.OPEN.value else None


def _set(connection: Connection, item: int, values: Mapping[str, Any]) -> None:
    connection.execute(tables.quarantine.update().where(_q.id == item).values(values))


def _read(connection: Connection, item: int) -> QuarantineItem:
    found = connection.execute(_ITEM, {"id": item}).one_or_none()
    if found is None:
        raise UnknownItem(f"Prüfliste, Nummer {item}")
    return _item(found)


def require_possible(item: QuarantineItem, accept: bool) -> None:
    """Raises DecisionRefused."""
    if item.state is QuarantineState.CLOSED:
        raise DecisionRefused(f"Nummer {item.id} ist erledigt: Die Zeile steht so nicht mehr in der Quelle.")
    if accept and not item.acceptable:
        raise DecisionRefused(f"Nummer {item.id} kann nicht angenommen werden; der Fehler muss in der Quelle behoben werden.")


def _item(found: Record) -> QuarantineItem:
    return QuarantineItem(
        id=found.id,
        source=found.source,
        table=found.table_name,
        key=found.key,
        digest=found.digest,
        findings=loads(tuple[Finding, ...], found.findings),
        acceptable=found.acceptable,
        state=QuarantineState(found.state),
        first_run=found.first_run,
        first_at=found.first_at,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
        reason=found.reason,
    )
