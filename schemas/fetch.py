"""The one way in: everything a source gives comes through a `Fetch`, which archives it before anyone reads it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One answer of a source, as archived."""

    url: str  #: address within the source: an http(s) URL, or a path relative to the source's folder
    content: bytes
    fetched_at: datetime  #: aware
    sha256: str  #: of `content`, hexadecimal; the archive's key
    media_type: str = ""  #: as the source said, without parameters; "" when it said nothing


class Fetch(Protocol):
    """How a harvester reaches its source. Raises SourceError, whose text names the address."""

    def list(self, url: str) -> Sequence[str]:
        """Addresses below a folder, sorted; an address that is no folder gives itself alone."""
        ...

    def get(self, url: str, *, keep: Callable[[bytes], bytes] | None = None, archive: bool = True) -> Payload:
        """One answer. `keep` is a kind's allow-list filter and runs before archiving; `archive=False` keeps
        what may hold personal data out of the archive."""
        ...
