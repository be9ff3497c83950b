"""Vaults for tests: copied from one that was migrated once, because migrating takes longer than most stories."""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from catalog.vault import Vault
from tests.catalog.world import Clock


@cache
def _template() -> Path:
    folder = Path(mkdtemp(prefix="klar-vault-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Vault(f"sqlite:///{folder / 'vault.db'}")
    made.upgrade()
    made.close()
    return folder / "vault.db"


def new_vault(folder: Path, clock: Clock) -> Vault:
    """An empty one at `folder/vault.db`; opened again if it is there."""
    path = folder / "vault.db"
    if not path.exists():
        shutil.copyfile(_template(), path)
        path.chmod(0o600)
    return Vault(f"sqlite:///{path}", clock=clock)
