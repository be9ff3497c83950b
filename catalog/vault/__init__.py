"""What must never be public: raw answers about persons, what the Prüfliste refused, microdata. A database of its own, for the
processes of the operator; nothing that serves the public imports this package (import contract, ADR 0004)."""

from catalog.vault.counts import StoredCounts, StoredOutlook
from catalog.vault.keyring import Keyed
from catalog.vault.microdata import Microdata, Shift, Standing, Written, mark_of
from catalog.vault.payloads import Forgotten, Seen
from catalog.vault.quarantined import Refused
from catalog.vault.vault import VAULT, Vault

__all__ = [
    "VAULT",
    "Forgotten",
    "Keyed",
    "Microdata",
    "Refused",
    "Seen",
    "Shift",
    "Standing",
    "StoredCounts",
    "StoredOutlook",
    "Vault",
    "Written",
    "mark_of",
]
