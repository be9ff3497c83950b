"""Rows of the common model, and what can be wrong with one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

Value = str | int | float | bool | None
#: Made once: making it takes longer than writing a row.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def text_of_values(values: Mapping[str, Value]) -> str:
    """The one text of a row's values, as JSON: equal values in equal order have equal texts."""
    return _COMPACT(values if isinstance(values, dict) else dict(values))


def digest_of(text: str, source_url: str) -> bytes:
    """`text`: `text_of_values`."""
    address = _COMPACT(source_url) if source_url else '""'
    return hashlib.sha256(f"[{text},{address}]".encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row under one Table Schema. `values` holds exactly the table's own fields, in the table's order."""

    table: str
    key: str  #: the primary key as text; several fields are joined by "/"
    values: Mapping[str, Value]
    source_url: str = ""  #: where a reader can look it up; "" when only the drop folder has it
    origin: str = ""  #: address within the source of the payload it came from (for withdrawal from the archive)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over values and source URL: equal digests mean that nothing a reader sees has changed."""
        return digest_of(text_of_values(self.values), self.source_url).hex()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing a person at the city should look at. Never holds a value of a personal column."""

    code: str  #: machine name of the rule, e.g. `small-person-count`, `type-error`, `unread-field`
    message: str  #: German sentence
    source: str = ""
    origin: str = ""  #: file or URL within the source
    table: str = ""
    key: str = ""
    row: int | None = None  #: line number in the file, header = 1
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A row that may not be published as it stands. Before there is a vault: rule, place and hash, no payload."""

    table: str
    key: str  #: "" when the row has no readable key
    digest: str  #: Row.digest, or SHA-256 of the raw record; acceptance is bound to it
    findings: tuple[Finding, ...]
    acceptable: bool = False  #: a person may approve it as it is (a small count); otherwise the source has to mend it
