"""Where a run's answers are kept: in the archive, or, where they may speak of persons, in the vault."""

from collections.abc import Callable, Collection
from time import monotonic

from catalog.files import Files
from catalog.store import Store
from catalog.vault import Vault
from harvesters.harvester import SourceConfig
from schemas.fetch import Payload

#: Seconds between two signs of life: far below the time after which a run is taken for dead.
_NAP = 20.0


class Keeper:
    """One run's way to archive and vault. Every answer is kept when it comes, unless something was withdrawn once: then the rows tell
    first which answers hold it, and `release` keeps the others. Without a vault, what may speak of persons is kept nowhere."""

    def __init__(self, source: SourceConfig, run: int, *, store: Store, archive: Files, vault: Vault | None) -> None:
        self._source = source
        self._run = run
        self._store = store
        self._archive = archive
        self._vault = vault
        self._undecided: list[tuple[Callable[[Payload], None], Payload]] | None = [] if _may_hold_withdrawn(store, vault) else None
        self._alive_at = monotonic()
        self.kept = 0  #: answers, in either place

    @property
    def recall(self) -> "Recollection":
        return Recollection(self._archive, self._vault)

    def keep(self, payload: Payload) -> None:
        """An answer that its kind calls harmless: archived, unless its source says otherwise."""
        self._decide(self._put_in_vault if self._source.personal_data else self._put_in_archive, payload)

    def keep_private(self, payload: Payload) -> None:
        self._decide(self._put_in_vault, payload)

    def release(self, withdrawn: Collection[str]) -> None:
        """After the last record: keep what waited, except for answers from these addresses."""
        undecided, self._undecided = self._undecided, None
        for put, payload in undecided or ():
            if payload.url not in withdrawn:
                put(payload)
        refused = dict.fromkeys(payload.url for _, payload in undecided or () if payload.url in withdrawn)
        if self._vault is not None and refused:
            self._vault.remember_forgotten([(self._run, self._source.name, each) for each in refused], why="withdrawn")

    def _decide(self, put: Callable[[Payload], None], payload: Payload) -> None:
        if self._undecided is None:
            put(payload)
        else:
            self._undecided.append((put, payload))

    def _put_in_archive(self, payload: Payload) -> None:
        self._archive.put(payload.content)
        self._store.record_archived(self._run, self._source.name, payload)
        self.kept += 1

    def _put_in_vault(self, payload: Payload) -> None:
        if self._vault is not None:
            self._vault.put_payload(self._run, self._source.name, payload)
            self.kept += 1
        self._give_sign_of_life()

    def _give_sign_of_life(self) -> None:
        """A commit for each of two thousand pages would cost as much as keeping them."""
        now = monotonic()
        if now - self._alive_at >= _NAP:
            self._store.heartbeat(self._run)
            self._alive_at = now


def _may_hold_withdrawn(store: Store, vault: Vault | None) -> bool:
    return store.has_withdrawals() or (vault is not None and vault.has_barred())


class Recollection:
    """What was kept before, wherever it lies: `harvesters.http.fetch.Recall`."""

    def __init__(self, archive: Files, vault: Vault | None) -> None:
        self._archive = archive
        self._vault = vault

    def has(self, sha256: str) -> bool:
        return self._archive.has(sha256) or (self._vault is not None and self._vault.has(sha256))

    def read(self, sha256: str) -> bytes:
        """Raises FileNotFoundError."""
        if self._vault is not None and not self._archive.has(sha256):
            return self._vault.read(sha256)
        return self._archive.read(sha256)
