"""The vault: everything klar remembers and must not show."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from catalog.database import Database, utc_now
from catalog.migrating import Schema
from catalog.vault.counts import CountsShelf
from catalog.vault.erasing import ErasingShelf
from catalog.vault.keyring import KeyringShelf
from catalog.vault.microdata import MicrodataShelf
from catalog.vault.payloads import PayloadShelf
from catalog.vault.quarantined import QuarantinedShelf

VAULT = Schema(
    head="v0004",
    versions=Path(__file__).parent / "migrations" / "versions",
    lock=7_165_201_904,
    title="Tresor",
    private=True,
)


class Vault(PayloadShelf, QuarantinedShelf, MicrodataShelf, KeyringShelf, CountsShelf, ErasingShelf):
    """`url` as for the store, and never the same: another file, or another schema and role (`options=-csearch_path=…`).
    Opens nothing before it is asked. Raises Busy when the database stays locked.

    Whoever writes to both databases writes to the store first, or to one after the other: never to the store from within a
    transaction of the vault.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(Database(url, VAULT), clock)

    def upgrade(self) -> None:
        """Run the migrations under a lock. A file of SQLite is readable by its owner only, from its first byte on."""
        self.database.upgrade()

    def schema_version(self) -> tuple[str | None, str]:
        """(found, expected)."""
        return self.database.schema_version(), VAULT.head

    def require_current(self) -> None:
        """Raises WrongSchemaVersion."""
        self.database.require_current()

    def close(self) -> None:
        self.database.close()
