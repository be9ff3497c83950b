"""Raw answers of sources and files with personal data, and what is known of answers that are gone."""

import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select

from catalog.archived import columns_of, entry_from
from catalog.database import Record, Shelf
from catalog.entries import ArchiveEntry
from catalog.vault import tables
from schemas.fetch import Payload

_p = tables.payload.c
_c = tables.content.c
_f = tables.forgotten.c
_CONTENT = select(_c.data).where(_c.sha256 == bindparam("sha256"))
_KNOWN = select(_c.sha256).where(_c.sha256 == bindparam("sha256"))
_OF_RUN = select(tables.payload).where(_p.run == bindparam("run")).order_by(_p.id)
_FORGOTTEN = select(tables.forgotten).where(_f.run == bindparam("run")).order_by(_f.id)
_SEEN = select(tables.seen).where(tables.seen.c.run == bindparam("run"))


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """An answer that a run had and nobody has any more, here or in the archive."""

    run: int
    source: str
    url: str  #: "" where the address itself may say what was withdrawn
    why: str  #: purged, withdrawn
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a run made of its answers."""

    digest: str  #: over all rows and refusals that it read
    listed: Mapping[str, tuple[str, ...]]  #: folder -> addresses in it


class PayloadShelf(Shelf):
    """`has` and `read` by SHA-256 are what a conditional request recalls (`harvesters.http.fetch.Recall`)."""

    def put_payload(self, run: int, source: str, payload: Payload) -> None:
        """Keep an answer; its content once, however many runs got it. On return it survives a power loss."""
        with self.database.write() as connection:
            if connection.execute(_KNOWN, {"sha256": payload.sha256}).first() is None:
                connection.execute(tables.content.insert().values(sha256=payload.sha256, data=zlib.compress(payload.content, 6)))
            connection.execute(tables.payload.insert().values(columns_of(run, source, payload)))

    def has(self, sha256: str) -> bool:
        with self.database.read() as connection:
            return connection.execute(_KNOWN, {"sha256": sha256}).first() is not None

    def read(self, sha256: str) -> bytes:
        """Raises FileNotFoundError."""
        with self.database.read() as connection:
            return read_content(connection, sha256)

    def payloads(self, run: int) -> tuple[ArchiveEntry, ...]:
        """In the order they were fetched."""
        with self.database.read() as connection:
            return tuple(map(entry_from, connection.execute(_OF_RUN, {"run": run})))

    def payloads_of(self, source: str) -> tuple[ArchiveEntry, ...]:
        """Of all runs, oldest first."""
        with self.database.read() as connection:
            return tuple(map(entry_from, connection.execute(select(tables.payload).where(_p.source == source).order_by(_p.id))))

    def payloads_before(self, before: datetime) -> tuple[tuple[int, str, int], ...]:
        """(run, source, answers) of runs all of whose answers are older."""
        counted = select(_p.run, _p.source, func.count(_p.id).label("answers")).group_by(_p.run, _p.source)
        with self.database.read() as connection:
            found = connection.execute(counted.having(func.max(_p.fetched_at) < before).order_by(_p.run))
            return tuple((each.run, each.source, each.answers) for each in found)

    def purge_payloads(self, runs: Collection[int]) -> None:
        """Forget what these runs got; `forgotten` keeps that they had it."""
        with self.database.write() as connection:
            drop_payloads(connection, _p.run.in_(runs), why="purged", at=self._clock())

    def remember_forgotten(self, answers: Iterable[tuple[int, str, str]], *, why: str) -> None:
        """(run, source, address) of answers that the archive never got, or is about to lose."""
        with self.database.write() as connection:
            note_forgotten(connection, answers, why=why, at=self._clock())

    def forgotten(self, run: int) -> tuple[Forgotten, ...]:
        with self.database.read() as connection:
            return tuple(
                Forgotten(run=each.run, source=each.source, url=each.url, why=each.why, at=each.at)
                for each in connection.execute(_FORGOTTEN, {"run": run})
            )

    def remember_seen(self, run: int, source: str, digest: str, listed: Mapping[str, Sequence[str]]) -> None:
        """What a run made of its answers, and which addresses each folder listed."""
        entry = {"run": run, "source": source, "digest": digest, "listed": json.dumps(listed, ensure_ascii=False), "at": self._clock()}
        with self.database.write() as connection:
            connection.execute(delete(tables.seen).where(tables.seen.c.run == run))
            connection.execute(tables.seen.insert().values(entry))

    def seen(self, run: int) -> Seen | None:
        """None when nobody knows any more."""
        with self.database.read() as connection:
            found = connection.execute(_SEEN, {"run": run}).one_or_none()
        if found is None:
            return None
        return Seen(digest=found.digest, listed={folder: tuple(addresses) for folder, addresses in json.loads(found.listed).items()})

    def purge_records(self, before: datetime) -> int:
        """Forget what is known of answers that went before this moment, and of runs before it. Returns how many."""
        with self.database.write() as connection:
            gone = connection.execute(delete(tables.forgotten).where(_f.at < before)).rowcount
            return int(gone) + int(connection.execute(delete(tables.seen).where(tables.seen.c.at < before)).rowcount)


def read_content(connection: Connection, sha256: str) -> bytes:
    """Raises FileNotFoundError."""
    found = connection.execute(_CONTENT, {"sha256": sha256}).scalar_one_or_none()
    if found is None:
        raise FileNotFoundError(sha256)
    return zlib.decompress(found)


def all_payloads(connection: Connection, sources: frozenset[str]) -> list[Record]:
    return list(connection.execute(select(tables.payload).where(_p.source.in_(sources)).order_by(_p.id)))


def all_listed(connection: Connection, sources: frozenset[str]) -> list[tuple[int, str]]:
    """(run, what it listed)."""
    found = connection.execute(select(tables.seen.c.run, tables.seen.c.listed).where(tables.seen.c.source.in_(sources)))
    return [(each.run, each.listed) for each in found]


def drop_payloads(connection: Connection, where: ColumnElement[bool], *, why: str, at: datetime, called: str | None = None) -> None:
    """Entries, and content that no other entry names. `called`: how their address is remembered; None: as it is."""
    gone = connection.execute(select(_p.run, _p.source, _p.url, _p.sha256).where(where)).all()
    if not gone:
        return
    note_forgotten(connection, [(each.run, each.source, each.url if called is None else called) for each in gone], why=why, at=at)
    connection.execute(delete(tables.payload).where(where))
    connection.execute(delete(tables.content).where(_c.sha256.not_in(select(_p.sha256))))


def note_forgotten(connection: Connection, answers: Iterable[tuple[int, str, str]], *, why: str, at: datetime) -> None:
    """Saying it twice is saying it once."""
    wanted = dict.fromkeys(answers)
    runs = {run for run, _, _ in wanted}
    known = {(each.run, each.source, each.url) for each in connection.execute(select(tables.forgotten).where(_f.run.in_(runs)))}
    if fresh := [each for each in wanted if each not in known]:
        entries = [{"run": run, "source": source, "url": url, "why": why, "at": at} for run, source, url in fresh]
        connection.execute(tables.forgotten.insert(), entries)
