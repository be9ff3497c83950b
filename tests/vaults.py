"""Vaults for tests, copied like stores (`tests.stores`)."""

import shutil
from pathlib import Path

from catalog.vault import Vault
from tests.catalog.world import Clock
from tests.stores import migrated


def new_vault(folder: Path, clock: Clock) -> Vault:
    """An empty one at `folder/vault.db`; opened again if it is there."""
    path = folder / "vault.db"
    if not path.exists():
        shutil.copyfile(migrated(Vault), path)
        path.chmod(0o600)
    return Vault(f"sqlite:///{path}", clock=clock)
