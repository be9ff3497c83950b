"""What a run would do to the catalogue, field by field: stored, shown, approved, applied (DESIGN A1, ADR 0003)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from schemas.dates import PartialDate
from schemas.declaration import Declaration
from schemas.model import SourceReference
from schemas.row import Finding, Quarantined, Row, Value

#: Code of the finding that marks a plan as made of a file that lies in no drop folder yet.
UPLOADED = "uploaded-file"


class Change(Enum):
    """What happens to one row."""

    CREATE = "create"
    UPDATE = "update"
    RETURN = "return"  #: a missing row is back; with `fields` if it also changed
    MISS = "miss"  #: not in the source for the first time: stays, marked
    STALE = "stale"  #: its new state is in quarantine: the last good version stays, marked
    REMOVE = "remove"  #: missing for longer than `remove_after`


class RowState(Enum):
    """State of a published row, as published in the column `row_state`."""

    CURRENT = "current"
    MISSING = "missing"
    STALE = "stale"


class Review(Enum):
    """`review` of a source."""

    NEW = "new"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Guards:
    """What a source's configuration allows a run to do without a person."""

    at_least: int = 1
    max_shrink: float = 0.2
    remove_after: timedelta = timedelta(days=7)
    review: Review = Review.NEW


@dataclass(frozen=True, kw_only=True)
class Window:
    """The period a run asked a source about, days included. Of a row outside of it absence says nothing."""

    field: str  #: of the table, kind partial-date
    since: date | None = None
    until: date | None = None

    def covers(self, values: Mapping[str, Value]) -> bool:
        """Whether the source would have named a row with these values. One whose day nobody knows to lie in the period may lie outside."""
        try:
            day = PartialDate(str(values.get(self.field)))
        except ValueError:
            return False
        return (self.since is None or day.first_day() >= self.since) and (self.until is None or day.last_day() <= self.until)


#: Where a part of an address ends.
_BREAKS = "/?&#;"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of several lists of a source whose rows share a table. The guards look at each by itself: among ten thousand comments nobody
    would miss twelve debates."""

    title: str  #: for staff, in the plural: »Debatten«
    begins: str  #: how `field` begins in its rows
    field: str = ""  #: of the table; "": the address that a row came from, which the vault does not know
    exact: bool = False  #: `begins` is the whole of it
    others: tuple["Part", ...] = ()  #: lists that this one is not: what begins like it and came from none of them

    def covers(self, values: Mapping[str, Value], origin: str = "") -> bool:
        """Whether a row with these values came from this list."""
        said = str(values.get(self.field) or "") if self.field else origin
        if said == self.begins or self.exact:
            return said == self.begins
        if not said.startswith(self.begins) or any(each.covers(values, origin) for each in self.others):
            return False
        # An address goes on with what belongs to it: behind `body=1`, a `0` is another list.
        return bool(self.field) or self.begins[-1:] in _BREAKS or said[len(self.begins)] in _BREAKS


@dataclass(frozen=True, kw_only=True)
class SeenTable:
    """What one run saw of one table: valid rows and quarantined ones. Not `complete`: a file of it could not be read,
    so nothing follows from what is absent. `window`: nothing follows from the absence of rows outside of it."""

    declaration: Declaration
    rows: tuple[Row, ...]
    quarantined: tuple[Quarantined, ...] = ()
    complete: bool = True
    window: Window | None = None
    parts: tuple[Part, ...] = ()
    doubtful: frozenset[str] = frozenset()  #: keys of which nothing is known in this run: such a row stays as it is


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What one run brings: input of the planner."""

    source: SourceReference
    run: int
    at: datetime
    tables: tuple[SeenTable, ...]
    findings: tuple[Finding, ...] = ()  #: unread fields, unreadable files …


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    field: str
    before: Value
    after: Value


@dataclass(frozen=True, kw_only=True)
class RowChange:
    change: Change
    key: str
    row: Row | None = None  #: the new row for create, update and return; else None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """The changes of one (source, table)."""

    declaration: Declaration
    changes: tuple[RowChange, ...]
    unchanged: int
    quarantined: tuple[Quarantined, ...]
    new_dataset: bool = False
    new_columns: tuple[str, ...] = ()  #: fields that held no value before

    def count(self, change: Change) -> int:
        return sum(each.change is change for each in self.changes)


class HeldReason(Enum):
    """Why a plan waits for a person."""

    EMPTY = "empty"  #: a table that had rows has none, or one of the lists it is made of
    SHRUNK = "shrunk"  #: more than `max_shrink` of the rows are gone; more than half, of one of the lists
    BELOW_MINIMUM = "below-minimum"  #: fewer rows than `at_least`
    IDS_CHANGED = "ids-changed"  #: the rows are there, under other keys
    NEW_DATASET = "new-dataset"
    NEW_COLUMNS = "new-columns"
    REVIEW_ALWAYS = "review-always"


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One reason, with the table and a German sentence that gives the numbers."""

    reason: HeldReason
    table: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Pure result of planning; `catalog.store` numbers and keeps it."""

    source: SourceReference
    run: int
    at: datetime
    base: str  #: fingerprint of the source's published rows when this was planned; apply refuses another one
    tables: tuple[TablePlan, ...]
    holds: tuple[Hold, ...]
    findings: tuple[Finding, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing would change for a reader."""
        return not any(table.changes or table.new_dataset for table in self.tables)

    @property
    def is_uploaded(self) -> bool:
        """Published without its file it would be undone by the next harvest."""
        return any(each.code == UPLOADED for each in self.findings)


class PlanState(Enum):
    PROPOSED = "proposed"  #: made by --plan
    HELD = "held"
    APPLIED = "applied"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"  #: a newer plan of the same source exists
    OUTDATED = "outdated"  #: the published state moved on before it was approved


@dataclass(frozen=True, kw_only=True)
class StoredPlan:
    id: int
    state: PlanState
    plan: Plan
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def is_emptied(self) -> bool:
        """What it would have changed was deleted, because its time was over (catalog.retention)."""
        return not self.plan.base


@dataclass(frozen=True, kw_only=True)
class PublishedRow:
    """A row as the catalogue holds it: input of the planner."""

    source: str
    row: Row
    state: RowState
    state_since: datetime | None
    acknowledged: bool  #: a person approved the plan that marked it missing: guards do not count it again
    changed_at: datetime
    changed_run: int


class Outcome(Enum):
    """How a run ended (DESIGN A1)."""

    OK = "ok"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    HELD = "held"
    FAILED = "failed"
    RUNNING = "running"
    PLANNED = "planned"  #: --plan: nothing was to be published


@dataclass(frozen=True, kw_only=True)
class Lately:
    """How fresh the values behind a table are: it moves with every observation, so it is part of the run and of no data set."""

    table: str
    last: datetime  #: when the latest observation began, aware
    interval: float | None = None  #: seconds between two observations; None: they come when something happens

    def stale_since(self, now: datetime) -> datetime | None:
        """When the next one was overdue by three intervals, an hour at least; None while it is not."""
        if self.interval is None:
            return None
        due = self.last + max(timedelta(seconds=3 * self.interval), timedelta(hours=1))
        return due if now > due else None


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """What the newest runs of a source say of the values behind its tables."""

    run: int  #: the newest that read the source
    looked: datetime  #: when it began, aware: of what came after, nobody knows
    tables: tuple[Lately, ...]


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    id: int
    source: str
    started_at: datetime
    finished_at: datetime | None
    outcome: Outcome
    message: str
    counts: dict[str, int]  #: created, updated, unchanged, missing, removed, quarantined, findings
    findings: tuple[Finding, ...] = ()
    plan: int | None = None
    lately: tuple[Lately, ...] = ()  #: of a network of sensors
    read_by: str = ""  #: fingerprint of program, configuration and rules: equal answers give equal rows by them
