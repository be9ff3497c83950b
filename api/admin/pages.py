"""What each template is given: one frozen dataclass per page, its fields documented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from api.admin.paging import Paging
from api.staging import Staged
from catalog.consent import Consent
from catalog.entries import Decision, QuarantineItem
from catalog.plan import RunRecord, StoredPlan
from schemas.row import Finding


@dataclass(frozen=True, kw_only=True)
class ErrorPage:
    title: str
    sentence: str
    back: str  #: path of the page the person came from, "" for the start page


@dataclass(frozen=True, kw_only=True)
class LoginPage:
    failed: bool  #: the token was not accepted
    wait: int  #: seconds until the next attempt; 0: at once


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """One configured source with what is known of it."""

    name: str
    title: str
    kind: str
    last: RunRecord | None
    outcome: str  #: of the last run, in words
    next: datetime | None  #: None: harvested by hand
    held: tuple[int, ...]  #: numbers of its waiting plans
    open_items: int  #: on the Prüfliste
    can_upload: bool


@dataclass(frozen=True, kw_only=True)
class OverviewPage:
    sources: tuple[SourceLine, ...]
    held: int  #: plans that wait
    open_items: int  #: on the Prüfliste, undecided
    second: int  #: of those, waiting for a second person only
    uploads: int  #: files that wait for their release
    purged_after: int  #: hours that an uploaded file is kept


@dataclass(frozen=True, kw_only=True)
class SourcesPage:
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, kw_only=True)
class RunLine:
    record: RunRecord
    source: str  #: its title
    outcome: str
    counts: str  #: in words


@dataclass(frozen=True, kw_only=True)
class RunsPage:
    lines: Paging[RunLine]
    sources: Mapping[str, str]  #: name -> title, for the filter
    chosen: str  #: name of the source, "" for all


@dataclass(frozen=True, kw_only=True)
class RunPage:
    run: RunRecord
    source: str
    outcome: str
    counts: str
    findings: Paging[Finding]  #: masked


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    stored: StoredPlan
    source: str
    state: str
    counts: str
    upload: str  #: id of the uploaded file it belongs to, "" for none


@dataclass(frozen=True, kw_only=True)
class PlansPage:
    lines: tuple[PlanLine, ...]
    everything: bool  #: decided ones, too


@dataclass(frozen=True, kw_only=True)
class FieldLine:
    """One field of a row, in two states."""

    title: str
    before: str  #: "" when empty
    after: str


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    word: str  #: neu, geändert …
    key: str
    code: str  #: value of `Change`
    note: str  #: what it means where the fields do not say so
    fields: tuple[FieldLine, ...]


@dataclass(frozen=True, kw_only=True)
class TableView:
    """One table of a plan."""

    name: str
    title: str
    dataset: str
    is_new: bool
    new_columns: tuple[str, ...]
    counts: str
    unchanged: int
    quarantined: int
    hint: str  #: what to consider before it is published, in a sentence; ""
    link: str  #: to its changes
    current: bool  #: its changes are the ones below


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """A plan as it is shown on its own page and on that of an uploaded file."""

    stored: StoredPlan
    source: str
    state: str
    fate: str  #: what became of it, in a sentence; "" while it waits
    outdated: bool  #: it waits, but what is published has moved on
    findings: tuple[Finding, ...]  #: masked, the first ones
    more_findings: int
    tables: tuple[TableView, ...]
    changes: Paging[ChangeView]  #: of the current table


@dataclass(frozen=True, kw_only=True)
class PlanPage:
    view: PlanView
    upload: str  #: id of the uploaded file it belongs to: it is decided there
    words: tuple[Consent, ...]  #: of the first of two persons
    can_approve: bool
    can_reject: bool
    why_not: str  #: why this person can't approve, "" if they can or nobody can
    csrf: str


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    item: QuarantineItem
    source: str
    table: str
    state: str
    findings: tuple[str, ...]  #: with their place, masked
    second: bool  #: one of two persons has agreed


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Filter:
    name: str  #: of the parameter
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class QuarantinePage:
    lines: Paging[ItemLine]
    filters: tuple[Filter, ...]
    filtered: bool


@dataclass(frozen=True, kw_only=True)
class CellLine:
    """One field of a refused row, beside its last good version."""

    title: str
    waiting: str  #: masked
    published: str
    hit: bool  #: the check named this field
    differs: bool


@dataclass(frozen=True, kw_only=True)
class ItemPage:
    item: QuarantineItem
    source: str
    table: str
    state: str
    key: str  #: masked
    findings: tuple[Finding, ...]  #: masked
    has_payload: bool  #: the vault still holds what was refused
    published: bool  #: an earlier version of the row is public
    cells: tuple[CellLine, ...]
    two: bool  #: accepting takes two persons
    words: tuple[Consent, ...]
    can_accept: bool
    can_reject: bool
    why_not: str  #: why this person can't accept, or nobody
    csrf: str


@dataclass(frozen=True, kw_only=True)
class UploadLine:
    staged: Staged
    source: str
    state: str
    until: datetime  #: then it is deleted


@dataclass(frozen=True, kw_only=True)
class UploadsPage:
    waiting: tuple[UploadLine, ...]
    sources: Mapping[str, str]  #: name -> title, of those with a drop folder
    can_upload: bool


@dataclass(frozen=True, kw_only=True)
class UploadFormPage:
    name: str  #: of the source
    title: str
    exists: bool  #: its drop folder does
    names: tuple[str, ...]  #: of files that can be replaced
    limit: int  #: bytes
    suffixes: tuple[str, ...]
    csrf: str


@dataclass(frozen=True, kw_only=True)
class UploadPage:
    staged: Staged
    source: str
    until: datetime
    run: RunRecord | None  #: that planned it
    outcome: str
    findings: tuple[Finding, ...]  #: of that run, masked, the first ones
    more_findings: int
    view: PlanView | None
    items: tuple[ItemLine, ...]  #: rows of this plan that go to the Prüfliste, the first ones
    more_items: int
    words: tuple[Consent, ...]
    can_release: bool
    can_plan: bool
    can_discard: bool
    why_not: str
    csrf: str


@dataclass(frozen=True, kw_only=True)
class CubeLine:
    """One declared statistic."""

    name: str
    title: str
    release: str  #: name of the newest one, "" for none
    released_at: datetime | None
    newcomers: str  #: roughly; "" when never counted
    state: str  #: in a sentence, with the reason where it is held
    held: bool


@dataclass(frozen=True, kw_only=True)
class CubesPage:
    lines: tuple[CubeLine, ...]


@dataclass(frozen=True, kw_only=True)
class CubePage:
    line: CubeLine
    notes: str
    counted_at: datetime | None  #: None: never
    fate: str  #: what came out of it
    newcomers: str
    facts: tuple[str, ...]  #: about what may be released; no exact count is in them
    findings: tuple[str, ...]  #: what counting remarked
    log: tuple[str, ...]  #: what was tried before it was held
    two: bool  #: a release takes two persons
    words: tuple[Consent, ...]
    can_plan: bool
    can_release: bool
    why_not: str
    csrf: str


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    decision: Decision
    what: str
    role: str


@dataclass(frozen=True, kw_only=True)
class DecisionsPage:
    lines: Paging[DecisionLine]
