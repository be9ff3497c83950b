"""What the store hands out: frozen data about data sets, editions, changes, runs and the Prüfliste."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from catalog.outline import Tally
from schemas.errors import CatalogError, ConfigurationError
from schemas.model import Dataset
from schemas.row import Finding, Quarantined
from schemas.values import Text


class NotRendered(CatalogError):
    """Not every data set is rendered for this version yet; a shorter answer would look like a removal."""


class CurationError(ConfigurationError):
    """A curation file cannot be used; the last good metadata stays. `findings` name file and line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(" ".join(each.message for each in findings))
        self.findings = findings


class Status(Enum):
    """Life of a data set."""

    ACTIVE = "active"
    REMOVED = "removed"  #: its source has nothing any more; it may return
    WITHDRAWN = "withdrawn"  #: erased by a person; the name is never used again


@dataclass(frozen=True, kw_only=True)
class DatasetEntry:
    """An active data set as the catalogue holds it."""

    dataset: Dataset
    status: Status
    digest: str  #: SHA-256 over the metadata, fit for an ETag
    fragment_keys: frozenset[str]  #: renderer keys for which fragments are stored


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One immutable file in `Files`."""

    sha256: str
    size: int  #: bytes
    media_type: str
    extension: str  #: csv, json, ndjson, xlsx, parquet, geojson, excel-de.csv


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that a row names."""

    key: str  #: of the row
    sha256: str
    size: int  #: bytes
    published_at: datetime  #: with the first edition that names it and is still there


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One content state of a data set. Its files never change; a withdrawn edition has none."""

    dataset: str
    number: int  #: from 1, without gaps
    created_at: datetime
    reason: Text
    rows: int
    sha256: str  #: of the canonical CSV; "" once withdrawn
    files: Mapping[str, StoredFile]  #: by extension
    run: int
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """What remains of a data set that is not published any more (HTTP 410)."""

    name: str
    title: Text
    number: int
    issued: datetime
    removed_at: datetime
    kind: Status  #: REMOVED or WITHDRAWN
    reason: Text


class ChangeKind(Enum):
    """What the change feed reports of a data set."""

    CREATED = "created"
    METADATA = "metadata"
    EDITION = "edition"
    DEPRECATED = "deprecated"  #: it will be removed: `reason` says why and when
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"  #: with `edition`: only this edition
    RETURNED = "returned"  #: it was removed, or that was announced


@dataclass(frozen=True, kw_only=True)
class CatalogChange:
    seq: int  #: rises; a client asks for what is after the last one it has seen
    at: datetime
    dataset: str
    kind: ChangeKind
    edition: int | None
    reason: Text


class QuarantineState(Enum):
    OPEN = "open"
    ACCEPTED = "accepted"  #: published at the next harvest, as long as it is the same row
    REJECTED = "rejected"
    CLOSED = "closed"  #: not in the source any more, or mended there


@dataclass(frozen=True, kw_only=True)
class QuarantineItem:
    id: int
    source: str
    table: str
    key: str
    digest: str
    findings: tuple[Finding, ...]
    acceptable: bool
    state: QuarantineState
    first_run: int
    first_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ArchiveEntry:
    """One payload in the raw archive."""

    run: int
    source: str
    url: str
    sha256: str
    size: int
    fetched_at: datetime
    media_type: str
    charset: str = ""  #: as the source said
    headers: Mapping[str, str] = field(default_factory=dict)  #: those of `schemas.fetch.Payload`


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who decided what, when and why: written once, never changed."""

    id: int
    at: datetime
    who: str
    role: str  #: reader, editor, releaser; "" for somebody on the machine itself
    what: str  #: approve, consent, reject, accept, withdraw …
    target: str  #: never a key or a value of a row
    why: str


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What publishing did."""

    plan: int
    revision: int
    editions: Mapping[str, int]  #: data set -> new edition
    metadata: tuple[str, ...] = ()  #: data sets of which only the metadata changed
    adopted: tuple[str, ...] = ()  #: data sets of neighbours, which have no editions: new ones, and those that are back
    removed: tuple[str, ...] = ()
    deprecated: tuple[str, ...] = ()  #: data sets whose removal is announced now
    refused: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)  #: data sets that stay as they were, and why
    findings: tuple[Finding, ...] = ()  #: e.g. a broken curation file whose last good content was used
    waiting: tuple[Quarantined, ...] = ()  #: rows that wait for others, on the Prüfliste
    newly_waiting: int = 0  #: how many of `waiting` and `refused` nobody has seen there yet
    tables: tuple[Tally, ...] = ()  #: of the plan, as it was published: without what was refused or waits
