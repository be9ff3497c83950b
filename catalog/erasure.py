"""Files that nobody may have any more, and what the vault has to forget with them: listed in the transaction that gives them up,
erased after its commit.

A file that vanished before a commit that then failed would leave a published edition without content; a list in memory would
not survive a crash between the two. The vault is another database, with a commit of its own: for it the same holds.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, delete, select

from catalog import tables
from catalog.database import Database, Record
from catalog.files import Files
from catalog.plan import Outcome

_f = tables.edition_file.c
_a = tables.archive_entry.c
_c = tables.release_file.c
_t = tables.attachment.c
_FILES = "files"
_ARCHIVE = "archive"
_VAULT = "vault"
_EVERYTHING_LOOSE = "*"  #: instead of a SHA-256: whatever nothing refers to
#: What the files of each folder are named by.
_IN_USE: Mapping[str, tuple[ColumnElement[str], ...]] = {_FILES: (_f.sha256, _c.sha256, _t.sha256), _ARCHIVE: (_a.sha256,)}


class Erasing(Protocol):
    """What withdrawal wants of the vault; `catalog.vault.Vault` is one. Orders are texts, and only the vault reads them."""

    def orders_for(
        self,
        table: str,
        keys: Collection[str] | None,
        *,
        sources: frozenset[str],
        urls: Collection[tuple[str, str]],
        needles: Collection[bytes] = (),
    ) -> tuple[str, ...]: ...

    def orders_about(self, answers: Iterable[tuple[int, str, str]], *, needles: Collection[bytes] = ()) -> tuple[str, ...]: ...

    def erase(self, orders: Iterable[str]) -> bool: ...


class NoVault:
    """Nothing there to find or to forget."""

    def orders_for(
        self,
        table: str,
        keys: Collection[str] | None,
        *,
        sources: frozenset[str],
        urls: Collection[tuple[str, str]],
        needles: Collection[bytes] = (),
    ) -> tuple[str, ...]:
        return ()

    def orders_about(self, answers: Iterable[tuple[int, str, str]], *, needles: Collection[bytes] = ()) -> tuple[str, ...]:
        return ()

    def erase(self, orders: Iterable[str]) -> bool:
        return False


def order_of_vault(connection: Connection, orders: Iterable[str]) -> None:
    """The vault carries them out after the commit."""
    _put_on_list(connection, _VAULT, set(orders))


def give_up_payloads(connection: Connection, entries: Collection[Record]) -> None:
    """Strike entries off the archive; their files go unless another entry names them."""
    if not entries:
        return
    connection.execute(delete(tables.archive_entry).where(_a.id.in_([each.id for each in entries])))
    _put_on_list(connection, _ARCHIVE, {each.sha256 for each in entries})


def give_up_files(connection: Connection, where: ColumnElement[bool]) -> None:
    """Strike files off editions; they go unless another edition has the same content."""
    given_up = set(connection.execute(select(_f.sha256).where(where)).scalars())
    connection.execute(delete(tables.edition_file).where(where))
    _put_on_list(connection, _FILES, given_up)


def give_up_charts(connection: Connection, cube: str, numbers: Collection[int] | None = None) -> None:
    """Strike the charts of releases off; None: of all releases of the cube."""
    r = tables.release.c
    releases = select(r.name).where(r.cube == cube)
    names = releases if numbers is None else releases.where(r.number.in_(numbers))
    where = (_c.cube == cube) & _c.name.in_(names)
    given_up = set(connection.execute(select(_c.sha256).where(where)).scalars())
    connection.execute(delete(tables.release_file).where(where))
    _put_on_list(connection, _FILES, given_up)


def give_up_attachments(connection: Connection, dataset: str, numbers: Collection[int] | None = None) -> None:
    """Strike the files that rows name off editions; None: off all editions. They go unless another edition names them."""
    where = _t.dataset == dataset
    if numbers is not None:
        where &= _t.number.in_(numbers)
    given_up = set(connection.execute(select(_t.sha256).where(where)).scalars())
    connection.execute(delete(tables.attachment).where(where))
    _put_on_list(connection, _FILES, given_up)


def sweep_later(connection: Connection) -> None:
    """A publication that crashed before its commit left files that hold the same rows, and that nothing names."""
    for folder in (_FILES, _ARCHIVE):
        _put_on_list(connection, folder, {_EVERYTHING_LOOSE})


def finish_erasures(database: Database, *, files: Files, archive: Files, vault: Erasing) -> None:
    """Erase what committed withdrawals and purges gave up, then strike it off the list. Cheap when there is nothing."""
    with database.read() as connection:
        if connection.execute(select(tables.erasure.c.sha256).limit(1)).first() is None:
            return
        orders = list(connection.execute(select(tables.erasure.c.sha256).where(tables.erasure.c.folder == _VAULT)).scalars())
    # Outside of the store's lock: an order names what was there when it was given, and nobody can bring that back.
    done = [(_VAULT, each) for each in orders] if orders and vault.erase(orders) else []
    with database.write() as connection:  # the lock keeps every publisher from bringing such a file back meanwhile
        done += [(_FILES, each) for each in _erase(connection, _FILES, files, may_sweep=True)]
        # A running harvest has payloads on disk that no entry names yet.
        running = connection.execute(select(tables.run.c.id).where(tables.run.c.outcome == Outcome.RUNNING.value).limit(1)).first()
        done += [(_ARCHIVE, each) for each in _erase(connection, _ARCHIVE, archive, may_sweep=running is None)]
    if not done or not database.forget():
        return  # nothing new, or a reader still holds the old pages: the list stays, and erasing twice does no harm
    c = tables.erasure.c
    with database.write() as connection:
        for folder, sha256 in done:
            connection.execute(delete(tables.erasure).where(c.folder == folder, c.sha256 == sha256))


def _put_on_list(connection: Connection, folder: str, shas: set[str]) -> None:
    c = tables.erasure.c
    shas = shas - set(connection.execute(select(c.sha256).where(c.folder == folder)).scalars())
    if shas:
        connection.execute(tables.erasure.insert(), [{"folder": folder, "sha256": each} for each in sorted(shas)])


def _erase(connection: Connection, name: str, folder: Files, *, may_sweep: bool) -> list[str]:
    """What of the list is done with: erased, or named again by somebody else."""
    pending = set(connection.execute(select(tables.erasure.c.sha256).where(tables.erasure.c.folder == name)).scalars())
    referenced = {sha256 for each in _IN_USE[name] for sha256 in connection.execute(select(each).distinct()).scalars()}
    sweeps = _EVERYTHING_LOOSE in pending
    pending.discard(_EVERYTHING_LOOSE)
    for sha256 in sorted(pending - referenced):
        folder.erase(sha256)
    if sweeps and may_sweep:
        folder.sweep(referenced)
        pending.add(_EVERYTHING_LOOSE)
    return sorted(pending)
