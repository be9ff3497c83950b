"""Uploaded files before a person has released them: on the vault's side of the data folder, for a day at most.

They may hold anything, also what must never be public. So they lie neither in a drop folder (a harvest would read them) nor in the
archive nor near the public files, and only the owner of the process can read them.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from api.settings import Settings
from api.vault import vault_file
from catalog.codec import dumps, loads
from catalog.plans import OPEN
from catalog.store import Store
from schemas.errors import ConfigurationError, UnknownItem

#: Bytes. What is larger the operator puts into the drop folder directly.
UPLOAD_LIMIT = 20 * 1000 * 1000
#: Who has not decided by then uploads the file again.
KEPT = timedelta(days=1)
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


class UploadRefused(ConfigurationError):
    """This file cannot be taken."""


@dataclass(frozen=True, kw_only=True)
class Staged:
    """One uploaded file that waits. Its content lies beside it."""

    id: str
    source: str
    address: str  #: the name it gets in the drop folder; in a sub-folder with slashes
    size: int  #: bytes
    sha256: str
    by: str
    at: datetime
    run: int = 0  #: that planned it; 0: none yet
    plan: int = 0  #: 0: none yet, or the file could not be read


class Staging:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: str, address: str, content: bytes, *, by: str, at: datetime) -> Staged:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256(content).hexdigest()
        staged = Staged(id=secrets.token_hex(8), source=source, address=address, size=len(content), sha256=digest, by=by, at=at)
        _write(self._content(staged.id), content)
        self._save(staged)
        return staged

    def planned(self, staged: Staged, *, run: int, plan: int) -> Staged:
        """Remember which run has planned it, and the number of the plan (0: it could not be read)."""
        renewed = replace(staged, run=run, plan=plan)
        self._save(renewed)
        return renewed

    def all(self) -> tuple[Staged, ...]:
        """Newest first."""
        return tuple(sorted(self._each(), key=lambda each: (each.at, each.id), reverse=True))

    def get(self, id_: str) -> Staged:
        """Raises UnknownItem."""
        if not _ID.fullmatch(id_) or not self._entry(id_).exists():
            raise UnknownItem("Diese hochgeladene Datei wartet nicht mehr.")
        return loads(Staged, self._entry(id_).read_text(encoding="utf-8"))

    def content(self, staged: Staged) -> bytes:
        """Raises UnknownItem, also for a content that is not the one that was uploaded."""
        try:
            content = self._content(staged.id).read_bytes()
        except FileNotFoundError:
            content = b""
        if hashlib.sha256(content).hexdigest() != staged.sha256:
            raise UnknownItem("Diese hochgeladene Datei wartet nicht mehr.")
        return content

    def discard(self, id_: str) -> None:
        """The content first: what a crash leaves is an entry without one."""
        for path in (self._content(id_), self._entry(id_)):
            path.unlink(missing_ok=True)

    def expired(self, now: datetime) -> tuple[Staged, ...]:
        return tuple(each for each in self.all() if each.at + KEPT <= now)

    def sweep(self, now: datetime) -> None:
        """Contents whose entry was never written: what a crash in the middle of an upload left."""
        known = {each.id for each in self._each()}
        for path in self._folder.glob("*"):
            with suppress(FileNotFoundError):
                if path.stem not in known and path.stat().st_mtime + KEPT.total_seconds() <= now.timestamp():
                    path.unlink()

    def _each(self) -> Iterator[Staged]:
        for path in self._folder.glob("*.json"):
            with suppress(FileNotFoundError):  # somebody else has just discarded it
                yield loads(Staged, path.read_text(encoding="utf-8"))

    def _save(self, staged: Staged) -> None:
        _write(self._entry(staged.id), dumps(Staged, staged).encode())

    def _entry(self, id_: str) -> Path:
        return self._folder / f"{id_}.json"

    def _content(self, id_: str) -> Path:
        return self._folder / f"{id_}.content"


def staging_of(settings: Settings) -> Staging:
    """Beside the vault's own database; with a database server beside the folder of the files."""
    return Staging((vault_file(settings) or settings.files).with_name("vault-uploads"))


def purge_staged(staging: Staging, store: Store, now: datetime) -> int:
    """Delete what nobody has released within a day; a plan that still waits goes with its file. The number of files."""
    expired = staging.expired(now)
    for each in expired:
        if each.plan and store.plan(each.plan).state in OPEN:
            store.reject_plan(each.plan, "betrieb", "Die hochgeladene Datei wurde nicht innerhalb eines Tages freigegeben.")
        staging.discard(each.id)
    staging.sweep(now)
    return len(expired)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else's eyes."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
