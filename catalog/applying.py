"""Applying a plan: its tables together, so that no published row points to one that was refused.

Every table is tried in a savepoint of its own. A refusal may mean that rows of other tables have to wait; where those are written
already, all is undone and tried again without the refused table. Rows are read from the stored plan a table at a time, and held while they
are written: publishing fifty thousand of them takes memory of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from catalog.adopting import NOTHING, Adoption, adopt, table_name
from catalog.entries import Applied, ChangeKind
from catalog.issuing import attempt
from catalog.outline import Tally, tally_of
from catalog.plan import Change, TablePlan
from catalog.plans import PlanInHand
from catalog.press import Issue, Occasion, Press, Refused
from catalog.quarantine import datasets_with_items, file_dataset, file_publication, refusal
from catalog.references import References, Waiting, in_order
from catalog.rowchanges import change_rows
from schemas.row import Quarantined
from schemas.upstream import TABLE
from schemas.values import Text

_WORDS = (
    (Change.CREATE, "neu", "added"),
    (Change.UPDATE, "geändert", "changed"),
    (Change.RETURN, "wieder in der Quelle", "back in the source"),
    (Change.MISS, "fehlt in der Quelle", "missing from the source"),
    (Change.STALE, "in Prüfung", "under review"),
    (Change.REMOVE, "entfernt", "removed"),
)
_WITH_EDITION = (ChangeKind.CREATED, ChangeKind.EDITION, ChangeKind.RETURNED)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a plan, by table name."""

    issued: Mapping[str, Issue]
    refused: Mapping[str, Refused]
    waiting: Mapping[str, tuple[Quarantined, ...]]
    tables: tuple[Tally, ...]  #: as they were published
    names: Mapping[str, str]  #: table -> data set
    adoption: Adoption = NOTHING  #: data sets that rows of this plan are
    newly_waiting: int = 0

    @property
    def changed(self) -> bool:
        """Whether a reader can notice."""
        return any(each.kind or each.rendered for each in (*self.issued.values(), *self.adoption.issued.values()))

    def applied(self, plan: int, revision: int) -> Applied:
        everything = {self.names[table]: each for table, each in self.issued.items()} | dict(self.adoption.issued)
        issued = {name: each for name, each in everything.items() if each.kind or each.rendered}
        return Applied(
            plan=plan,
            revision=revision,
            editions={name: each.edition for name, each in issued.items() if each.edition and each.kind in _WITH_EDITION},
            adopted=tuple(name for name, each in issued.items() if not each.edition and each.kind in _WITH_EDITION),
            metadata=_of_kind(issued, ChangeKind.METADATA),
            removed=_of_kind(issued, ChangeKind.REMOVED),
            deprecated=_of_kind(issued, ChangeKind.DEPRECATED),
            refused={self.names[table]: each.findings for table, each in self.refused.items()},
            findings=(*(finding for each in self.issued.values() for finding in each.findings), *self.adoption.findings),
            waiting=tuple(item for items in self.waiting.values() for item in items),
            newly_waiting=self.newly_waiting,
            tables=self.tables,
        )


class Application:
    """One plan on its way into the catalogue. Short-lived; call within the write transaction."""

    def __init__(self, connection: Connection, press: Press, plan: PlanInHand, *, approved: bool, at: datetime) -> None:
        self._connection = connection
        self._press = press
        self._hand = plan
        self._plan = plan.plan
        self._approved = approved
        self._at = at
        self._references = References(connection, plan.plan.source.name, plan.outlines)
        self._refused: dict[str, Refused] = {}

    def carry_out(self) -> Outcome:
        while True:
            with self._connection.begin_nested() as everything:
                outcome = self._publish()
                if outcome is not None:
                    break
                everything.rollback()
        return self._filed(outcome)

    def _publish(self) -> Outcome | None:
        """None: a refusal concerns rows that are written already."""
        issued: dict[str, Issue] = {}
        done: dict[str, Tally] = {}
        adoption = NOTHING
        waiting = self._references.waiting(self._refused)
        for name in (each.name for each in in_order(each.head.declaration.table for each in self._hand.outlines.values())):
            if name in self._refused:
                continue
            if name == TABLE:
                adoption, tally, result = self._adopt(waiting)
            else:
                tally, result = self._publish_table(_Loaded(self._references.without(self._hand.table(name), waiting)))
            if isinstance(result, Refused):
                self._refused[name] = result
                known, waiting = waiting, self._references.waiting(self._refused)
                if {of for of, _ in waiting.keys() - known.keys()} & done.keys():
                    return None
                continue
            done[name] = tally
            if result is not None:
                issued[name] = result
        return self._outcome(issued, done, waiting, adoption)

    def _adopt(self, waiting: Waiting) -> tuple[Adoption, Tally, Issue | Refused | None]:
        """The data sets first: a row whose data set is refused waits. Without their list nothing is adopted."""
        with self._connection.begin_nested() as everything:
            adoption, loaded = self._adopted(waiting)
            tally, result = self._publish_table(loaded)
            if isinstance(result, Refused):
                everything.rollback()
                return NOTHING, tally, result
        return adoption, tally, result

    def _adopted(self, waiting: Waiting) -> tuple[Adoption, "_Loaded"]:
        """What came of the data sets, and the rows that may be written."""
        table = self._references.without(self._hand.table(TABLE), waiting)
        adoption = adopt(self._connection, self._press, self._plan.source.name, table, at=self._at)
        refused = {(TABLE, key): findings[0] for key, findings in adoption.refused.items()}
        return adoption, _Loaded(self._references.without(table, refused))

    def _publish_table(self, loaded: "_Loaded") -> tuple[Tally, Issue | Refused | None]:
        """What was done of the table; None: nothing of it changes."""
        tally = loaded.tally

        def write_rows() -> None:
            plan = self._plan
            change_rows(self._connection, plan.source.name, loaded.taken(), run=plan.run, at=plan.at, approved=self._approved)

        if not tally.changes:
            if self._approved:
                write_rows()
            return tally, None
        occasion = Occasion(at=self._at, run=self._plan.run, note=note(tally))
        try:
            return tally, attempt(self._connection, self._press, tally.declaration, occasion, write_rows)
        except Refused as refused:
            return tally, refused

    def _outcome(self, issued: Mapping[str, Issue], done: Mapping[str, Tally], waiting: Waiting, adoption: Adoption) -> Outcome:
        names = {each.name: each.head.declaration.name for each in self._hand.outlines.values()}
        items = self._references.items(waiting)
        if adoption.refused:
            items[TABLE] = [*items.get(TABLE, ()), *adoption.items]
        planned = {each: at for at, each in enumerate(names)}
        return Outcome(
            issued=dict(sorted(issued.items(), key=lambda each: planned[each[0]])),
            refused=dict(self._refused),
            waiting={table: tuple(found) for table, found in items.items()},
            tables=tuple(done[each] for each in sorted(done, key=planned.__getitem__)),
            names=names,
            adoption=adoption,
        )

    def _filed(self, outcome: Outcome) -> Outcome:
        """The Prüfliste told: what of this source waits, and what it says of data sets as a whole."""
        new = 0
        for table in outcome.names:
            waits = list(outcome.waiting.get(table, ()))
            if table in outcome.refused:
                waits.append(refusal(table, outcome.refused[table].findings))
            new += len(file_publication(self._connection, self._plan.source.name, self._plan.run, table, waits, at=self._at))
            if table in outcome.issued:
                findings = outcome.issued[table].findings
                file_dataset(self._connection, self._plan.source.name, self._plan.run, table, findings, at=self._at)
        listed = datasets_with_items(self._connection) if outcome.adoption.issued else frozenset()
        for name, each in outcome.adoption.issued.items():
            if each.findings or table_name(name) in listed:
                file_dataset(self._connection, self._plan.source.name, self._plan.run, table_name(name), each.findings, at=self._at)
        return replace(outcome, newly_waiting=new)


def _of_kind(issued: Mapping[str, Issue], kind: ChangeKind) -> tuple[str, ...]:
    return tuple(name for name, each in issued.items() if each.kind is kind)


class _Loaded:
    """A table with its rows, for as long as nobody has written them: those of its edition are read from the catalogue."""

    def __init__(self, table: TablePlan) -> None:
        self.tally = tally_of(table)
        self._table: TablePlan | None = table

    def taken(self) -> TablePlan:
        table, self._table = self._table, None
        assert table is not None, "rows are written once"
        return table


def note(table: Tally) -> Text:
    """What is new in an edition: `Zeilen neu: 3, geändert: 1`."""
    german = ", ".join(f"{word}: {table.count(change)}" for change, word, _ in _WORDS if table.count(change))
    english = ", ".join(f"{word}: {table.count(change)}" for change, _, word in _WORDS if table.count(change))
    return Text(de=f"Zeilen {german}", en=f"Rows {english}")
