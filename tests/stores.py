"""Databases for tests: copied from one that was migrated once, because migrating takes longer than most stories."""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from catalog.store import Store
from catalog.vault import Vault


@cache
def migrated(kind: type[Store] | type[Vault] = Store) -> Path:
    """An empty one; read only."""
    folder = Path(mkdtemp(prefix="klar-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = kind(f"sqlite:///{folder / 'klar.db'}")
    made.upgrade()
    made.close()
    return folder / "klar.db"


def empty_store(path: Path) -> str:
    """URL of a store at `path`; the one that is there, if there is one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(migrated(), path)
    return f"sqlite:///{path}"
