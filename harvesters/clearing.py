"""Files of drop folders whose time is over: those that may speak of persons, and were read and published long enough ago.

A file may go when klar keeps what it read of it in the vault (which it does for sources with `personal_data`, and for files of which
the mapping skips personal columns), a run whose content stood published has read exactly this content at least that long ago, and the
file itself is that old. What was changed, replaced or never published stays. Afterwards `catalog.runs.RunShelf.deleted_files` tells
every run that the file is not missing.
"""

import hashlib
import os
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog.retention import Purged, record_purges
from catalog.runs import DROP
from catalog.store import Store
from catalog.vault import Vault
from harvesters.fetch import is_address
from harvesters.harvester import SourceConfig

#: A file on its way out, under a name that no harvest lists.
_LEAVING = ".klar-geht-"


def clear_folder(source: SourceConfig, store: Store, vault: Vault, *, period: timedelta, now: datetime) -> tuple[Purged, ...]:
    """Delete what may go. What cannot be deleted (rights, a lock) stays, and is tried again next time."""
    if source.is_remote:
        return ()
    root = Path(source.folder, source.url)
    before = now - period
    done = []
    for url, contents in _published_before(source.name, store, vault, before).items():
        path = root if root.name == url and not root.is_dir() else root / url
        if not is_address(url) or not path.resolve().is_relative_to(root.resolve()):
            continue
        _restore(path)
        if _may_go(path, contents, before) and _leaves(path, contents):
            purged = Purged(what=DROP, source=source.name, url=url, count=1, before=before)
            record_purges(store, [purged], at=now)  # before it is gone: a file that is missing without a word looks like an error
            _leaving(path).unlink(missing_ok=True)
            done.append(purged)
    return tuple(done)


def _published_before(source: str, store: Store, vault: Vault, before: datetime) -> dict[str, frozenset[str]]:
    """Address -> SHA-256 of contents that were read that long ago, and published."""
    published = frozenset(store.published_runs(source))
    found: dict[str, set[str]] = {}
    for each in vault.payloads_of(source):
        if each.run in published and each.fetched_at < before:
            found.setdefault(each.url, set()).add(each.sha256)
    return {url: frozenset(contents) for url, contents in found.items()}


def _may_go(path: Path, contents: Collection[str], before: datetime) -> bool:
    try:
        is_old = datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
        return is_old and path.is_file() and not path.is_symlink() and _sha256(path) in contents
    except OSError:
        return False


def _leaves(path: Path, contents: Collection[str]) -> bool:
    """Out of everybody's sight first: a file that somebody replaces in this moment is another one, and comes back."""
    try:
        os.rename(path, _leaving(path))
        if _sha256(_leaving(path)) in contents:
            return True
    except OSError:
        return False
    _restore(path)
    return False


def _restore(path: Path) -> None:
    """What a deletion has begun and not ended, perhaps in a process that is dead, begins anew: unless the name has been taken."""
    with suppress(OSError):
        if _leaving(path).exists() and not path.exists():
            os.rename(_leaving(path), path)


def _leaving(path: Path) -> Path:
    return path.with_name(_LEAVING + path.name)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
