"""The database's tables, as SQLAlchemy Core describes them. What `migrations/` builds must equal this (tested).

Times are text in UTC with microseconds: they sort, and read the same on SQLite and PostgreSQL. Domain objects are JSON text
(catalog.codec). Whatever may have to be erased one day stands in a column of its own, never inside a longer text.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class Time(TypeDecorator[datetime]):
    """An aware moment as `2026-11-22T04:00:00.000000Z`."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        return _written(value.astimezone(UTC))

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


@lru_cache(maxsize=256)
def _written(moment: datetime) -> str:
    """Kept: ten thousand rows of a run share two moments."""
    return f"{moment.year:04d}" + moment.strftime(_TIME)[-23:]  # strftime does not pad years before 1000


#: Names of constraints are fixed, so that later migrations can name them on both databases.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, **more: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **more)


def _number(name: str, **more: Any) -> Column[int]:
    return Column(name, Integer, nullable=False, **more)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


meta = Table("meta", metadata, _text("key", primary_key=True), _text("value"))

source = Table("source", metadata, _text("name", primary_key=True), _text("reference"))

dataset = Table(
    "dataset",
    metadata,
    _text("name", primary_key=True),
    _text("uuid", unique=True),
    _number("number", unique=True),
    _text("table_name", unique=True),
    _text("status"),
    _text("title"),  # stays when the metadata is erased
    _text("metadata"),  # Dataset; "" once withdrawn
    _text("declaration"),  # Declaration of the last publication; "" once withdrawn
    _text("curation"),  # the last good Curation; "" without
    _text("digest"),
    Column("issued", Time, nullable=False),
    Column("modified", Time, nullable=False),
    _number("edition"),
    Column("removed_at", Time),
    _text("reason"),  # Text: why it was removed; "" while active
    _text("removal", server_default=""),  # Removal: announced, not done yet; "" else
    _text("upstream", server_default=""),  # its IRI in the neighbour's catalogue it comes from; "": our own
    Index("ix_dataset_upstream", "upstream"),
    Index("ix_dataset_modified_status", "modified", "status"),  # counts what changed since without reading the data sets
    Index("ix_dataset_feed", "number", "status", "name", "digest", "modified"),  # all that a feed page asks: else half its time
)

row = Table(
    "row",
    metadata,
    _text("table_name", primary_key=True),
    _text("key", primary_key=True),
    _text("source"),
    _text("digest"),
    _text("content"),  # JSON object of the table's own fields
    _text("source_url"),
    _text("origin"),
    _text("state"),
    Column("state_since", Time),
    Column("acknowledged", Boolean, nullable=False),
    Column("changed_at", Time, nullable=False),
    _number("changed_run"),
    Index("ix_row_source_table_name", "source", "table_name"),
)

edition = Table(
    "edition",
    metadata,
    Column("dataset", Text, ForeignKey("dataset.name"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", Time, nullable=False),
    _text("reason"),
    _number("rows"),
    _text("sha256"),
    _number("run"),
    Column("withdrawn_at", Time),
    _text("withdrawn_reason"),
)

edition_file = Table(
    "edition_file",
    metadata,
    _text("dataset", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("extension", primary_key=True),
    _text("sha256"),
    _number("size"),
    _text("media_type"),
    ForeignKeyConstraint(["dataset", "number"], ["edition.dataset", "edition.number"]),
    Index("ix_edition_file_sha256", "sha256"),
)

#: Files that rows of an edition name (Declaration.attached): months of sampled values.
attachment = Table(
    "attachment",
    metadata,
    _text("dataset", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("key", primary_key=True),  # of the row
    _text("sha256"),
    _number("size"),
    ForeignKeyConstraint(["dataset", "number"], ["edition.dataset", "edition.number"]),
    Index("ix_attachment_sha256", "sha256"),
)

fragment = Table(
    "fragment",
    metadata,
    Column("dataset", Text, ForeignKey("dataset.name"), primary_key=True),
    _text("key", primary_key=True),
    _text("syntax", primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

run = Table(
    "run",
    metadata,
    _id(),
    _text("source"),
    _text("title"),
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time),
    _text("outcome"),
    _text("message"),
    _text("counts"),
    _text("findings"),
    Column("plan", Integer),
    _text("lately", server_default="[]"),  # JSON of catalog.plan.Lately
    _text("read_by", server_default=""),  # fingerprint of program, configuration and rules
    _text("host"),
    _number("pid"),
    _text("process"),  # start time of the process: a number alone is used again
    Column("heartbeat_at", Time, nullable=False),
    Index("ix_run_source_id", "source", "id"),
    sqlite_autoincrement=True,
)

archive_entry = Table(
    "archive_entry",
    metadata,
    _id(),
    Column("run", Integer, ForeignKey("run.id"), nullable=False),
    _text("source"),
    _text("url"),
    _text("sha256"),
    _number("size"),
    Column("fetched_at", Time, nullable=False),
    _text("media_type"),
    _text("headers"),  # JSON; "" for none
    Index("ix_archive_entry_run", "run"),
    Index("ix_archive_entry_sha256", "sha256"),
    Index("ix_archive_entry_source_url", "source", "url"),
)

#: Addresses that a table's rows were ever read from: an unchanged row is in no plan, yet its file may have a new name.
origin = Table(
    "origin",
    metadata,
    _text("source", primary_key=True),
    _text("table_name", primary_key=True),
    _text("url", primary_key=True),
)

plan = Table(
    "plan",
    metadata,
    _id(),
    _text("source"),
    _text("base"),
    _text("state"),
    Column("at", Time, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON of Plan, zlib
    _text("decided_by"),
    Column("decided_at", Time),
    _text("reason"),
    Index("ix_plan_source_state", "source", "state"),
    sqlite_autoincrement=True,
)

quarantine = Table(
    "quarantine",
    metadata,
    _id(),
    _text("stage"),  # what refused: intake, publication, dataset (catalog.quarantine)
    _text("source"),
    _text("table_name"),
    _text("key"),
    _text("digest"),
    _text("findings"),
    Column("acceptable", Boolean, nullable=False),
    _text("state"),
    _number("first_run"),
    Column("first_at", Time, nullable=False),
    _text("decided_by"),
    Column("decided_at", Time),
    _text("reason"),
    Index("ix_quarantine_source_state", "source", "state"),
    sqlite_autoincrement=True,
)

decision = Table(
    "decision",
    metadata,
    _id(),
    Column("at", Time, nullable=False),
    _text("who"),
    _text("what"),
    _text("target"),
    _text("why"),
    _text("role", server_default=""),
    sqlite_autoincrement=True,
)

#: Who may decide. The secret itself is told once and stored nowhere.
token = Table(
    "token",
    metadata,
    _id(),
    _text("name"),
    _text("role"),
    _text("sha256", unique=True),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("revoked_at", Time),
    Column("used_at", Time),
    sqlite_autoincrement=True,
)

#: The first of two persons whose word is needed.
consent = Table(
    "consent",
    metadata,
    _id(),
    _text("subject"),  # what is decided on: quarantine, plan
    _number("number"),
    _text("who"),
    _text("role"),
    Column("at", Time, nullable=False),
    _text("reason"),
    UniqueConstraint("subject", "number", "who"),
    sqlite_autoincrement=True,
)

#: What was deleted because its time was over: counts, never content.
purge = Table(
    "purge",
    metadata,
    _id(),
    Column("at", Time, nullable=False),
    _text("what"),  # archive, vault, microdata, quarantine, runs, plans, drop
    _text("source"),
    _text("url"),  # of a file of the drop folder; "" else
    _number("count"),
    Column("before", Time, nullable=False),  # older than this
    Index("ix_purge_source_what", "source", "what"),
    sqlite_autoincrement=True,
)

#: The state of a source that mails have told: the next mail comes when it changes.
notice = Table(
    "notice",
    metadata,
    _text("source", primary_key=True),
    _text("subject", primary_key=True),
    _text("state"),
    Column("since", Time, nullable=False),
    Column("told_at", Time),
)

#: By which rules a source's published rows were judged last; other rules judge them all again.
judgement = Table("judgement", metadata, _text("source", primary_key=True), _text("fingerprint"))

change_log = Table(
    "change_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Time, nullable=False),
    _text("dataset"),
    _text("kind"),
    Column("edition", Integer),
    _text("reason"),
)

withdrawn_row = Table(
    "withdrawn_row",
    metadata,
    _text("table_name", primary_key=True),
    _text("key", primary_key=True),
    Column("at", Time, nullable=False),
    _text("reason"),
)

#: Files to erase after the commit that gave them up; emptied when they are gone.
erasure = Table("erasure", metadata, _text("folder", primary_key=True), _text("sha256", primary_key=True))

firing = Table("firing", metadata, _text("source", primary_key=True), Column("scheduled", Time, primary_key=True))

lease = Table("lease", metadata, _text("name", primary_key=True), _text("holder"), Column("expires_at", Time, nullable=False))

#: Frozen states of statistics: written once.
release = Table(
    "release",
    metadata,
    _text("cube", primary_key=True),
    _text("name", primary_key=True),
    _number("number"),
    Column("at", Time, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON of Release, zlib
    _text("sha256"),  # of that JSON
    UniqueConstraint("cube", "number"),
)

#: What was made of a release when it was published: charts, tables.
release_file = Table(
    "release_file",
    metadata,
    _text("cube", primary_key=True),
    _text("name", primary_key=True),
    _text("part", primary_key=True),
    _text("sha256"),
    _number("size"),
    _text("media_type"),
    ForeignKeyConstraint(["cube", "name"], ["release.cube", "release.name"]),
    Index("ix_release_file_sha256", "sha256"),
)
