"""The vault's tables. What `migrations/` builds must equal this (tested). Numbers of runs and names of sources are the store's;
no key leads from one database to the other: either may be restored, moved or lost without the other."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

from catalog.tables import Time
from catalog.tables import metadata as store

metadata = MetaData(naming_convention=store.naming_convention)


def _text(name: str, **more: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **more)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


#: Raw answers, each once, compressed.
content = Table(
    "content",
    metadata,
    _text("sha256", primary_key=True),  # of what was compressed
    Column("data", LargeBinary, nullable=False),  # zlib
)

#: What a run got from where: `archive_entry` of the store, for sources and files with personal data.
payload = Table(
    "payload",
    metadata,
    _id(),
    _number("run"),
    _text("source"),
    _text("url"),
    Column("sha256", Text, ForeignKey("content.sha256"), nullable=False),
    _number("size"),  # bytes, not compressed
    Column("fetched_at", Time, nullable=False),
    _text("media_type"),
    _text("headers"),  # JSON; "" for none
    Index("ix_payload_run", "run"),
    Index("ix_payload_sha256", "sha256"),
    Index("ix_payload_source_url", "source", "url"),
    sqlite_autoincrement=True,
)

#: Answers that are gone, here or from the archive: a replay says so instead of reading half a run.
forgotten = Table(
    "forgotten",
    metadata,
    _id(),
    _number("run"),
    _text("source"),
    _text("url"),  # "" where it may say what was withdrawn
    _text("why"),  # purged, withdrawn
    Column("at", Time, nullable=False),
    Index("ix_forgotten_run", "run"),
    sqlite_autoincrement=True,
)

#: What a run made of its answers, for replays. Names of files may name persons: that is why it is here.
seen = Table(
    "seen",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    _text("source"),
    _text("digest"),  # SHA-256 over the digests of all rows, refused ones included
    _text("listed"),  # JSON: folder -> addresses in it
    Column("at", Time, nullable=False),
)

#: Refused rows as they would have been: what a person has to see who decides on the Prüfliste.
quarantined = Table(
    "quarantined",
    metadata,
    _id(),
    _text("source"),
    _text("table_name"),
    _text("key"),
    _text("digest"),
    _text("content"),  # JSON object, without the columns that a mapping skips
    Column("at", Time, nullable=False),
    Index("ix_quarantined_source_table_name", "source", "table_name"),
    sqlite_autoincrement=True,
)

#: Rows about single persons (schemas/microdata).
microdata = Table(
    "microdata",
    metadata,
    _text("table_name", primary_key=True),
    _text("key", primary_key=True),
    _text("source"),
    _text("process"),  # the participation process they belong to; "" when to none
    _text("content"),  # JSON object, persons by pseudonym
    Column("keep_until", Time, nullable=False),
    Column("first_at", Time, nullable=False),
    Column("missing_since", Time),  # not in the source since
    Index("ix_microdata_process", "process"),
    Index("ix_microdata_keep_until", "keep_until"),
    Index("ix_microdata_source_table_name", "source", "table_name"),
)

#: What pseudonyms are made with, for each process: destroyed with the last row of it.
keyring = Table(
    "keyring",
    metadata,
    _text("process", primary_key=True),  # "": rows of no process
    _text("salt"),  # hexadecimal; "" when destroyed
    Column("since", Time, nullable=False),  # the first row came
    Column("released_at", Time),  # of the last release that counted it
    Column("destroyed_at", Time),
)

#: Rows that never come back. Only a hash of the key: who asked to be forgotten is not listed here.
barred = Table(
    "barred",
    metadata,
    _text("table_name", primary_key=True),
    _text("mark", primary_key=True),  # SHA-256 of the key
)

#: What releases of statistics were counted from: whoever audits the next one must know it. Exact counts by category, of nobody by name.
counts = Table(
    "counts",
    metadata,
    _text("cube", primary_key=True),
    _text("mark", primary_key=True),  # of the release: its name, number, time and cells
    _text("digest"),  # SHA-256 of everything that was counted, and how
    Column("content", LargeBinary, nullable=False),  # zlib, JSON
    Column("at", Time, nullable=False),
)

#: How the last counting of each statistic went, for operators.
outlook = Table(
    "outlook",
    metadata,
    _text("cube", primary_key=True),
    _text("content"),  # JSON
    Column("at", Time, nullable=False),
)
