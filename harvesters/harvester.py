"""What a kind of source has to know, and nothing else: reading (all input) and mapping (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel

from catalog.plan import Guards, Lately, Part, Window
from harvesters.record import Record
from schemas.aliases import Aliases
from schemas.declaration import Declaration
from schemas.districts import Districts
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch
from schemas.model import SourceReference
from schemas.row import Finding, Quarantined, Row
from schemas.table import Table


@dataclass(frozen=True, kw_only=True)
class SourceConfig:
    """One `[[source]]` of klar.toml."""

    name: str  #: permanent; not part of any URI
    title: str
    kind: str  #: of a registered harvester
    url: str  #: folder, file or http(s) URL, as the kind defines
    folder: Path  #: where klar.toml lies: relative paths start here
    options: Mapping[str, Any] = field(default_factory=dict)  #: checked against the kind's own model
    guards: Guards = field(default_factory=Guards)
    personal_data: bool = False
    legal_basis: str = ""
    allow_private: tuple[str, ...] = ()
    follow_hosts: tuple[str, ...] = ()
    token_env: str = ""
    token_file: str = ""
    schedule: str = ""  #: cron, Europe/Berlin; "": only by hand
    sample: bool = False  #: after each scheduled harvest the values of its sensors are collected and published
    aliases: Aliases = field(default_factory=Aliases)  #: what projects and others are called elsewhere
    districts: Districts | None = None  #: None: no boundaries are configured
    own_addresses: tuple[str, ...] = ()  #: uri_base and base_url of this installation: what bears them went out from here

    @property
    def is_remote(self) -> bool:
        return self.url.startswith(("http://", "https://"))

    @property
    def reference(self) -> SourceReference:
        """What readers may know of it: the path of a drop folder concerns nobody."""
        return SourceReference(
            name=self.name,
            title=self.title,
            url=self.url if self.is_remote else "",
            personal_data=self.personal_data,
            legal_basis=self.legal_basis,
        )


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A part of the source that could not be read. Nothing of these tables changes in this run; no tables: nobody can tell
    which ones, so nothing follows from a table that does not show up.

    `others_count`: of these tables, what could be read elsewhere counts all the same; only what is missing means nothing. For sources
    whose parts are complete records each; not for files, of which half may have been read. `keys`: of the rows that it would have given,
    where they are known: then only their absence means nothing."""

    finding: Finding
    tables: tuple[str, ...] = ()
    others_count: bool = False
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something a person should look at, and that changes nothing else."""

    finding: Finding


@dataclass(frozen=True, kw_only=True)
class IntoVault:
    """A table of `schemas/microdata`: its rows speak of single persons, go into the vault and are published nowhere. A kind may say so
    only for a source with `personal_data` and `legal_basis` (`require_legal_basis`)."""

    table: Table


@dataclass(frozen=True, kw_only=True)
class Within:
    """Of this table, only what lies in the window was asked for or is offered: a row outside of it is not missing. Said before the end of
    the walk; the last word counts."""

    table: str
    window: Window


@dataclass(frozen=True, kw_only=True)
class Parted:
    """The rows of this table come from several lists, and were asked for in each: one that is empty, or has lost more than half of its
    rows, is held although the table as a whole has hardly changed. A list that is not asked for (any more) is not named. Said before the
    end of the walk; the last word counts."""

    table: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Unmoved:
    """The source has been asked, and says that nothing has changed since the last whole reading. Said after the declarations and before the
    first record: the walk ends here where the rows of that reading still stand as they were made then, and else goes on."""


#: What walking a source yields. A declaration comes before the first record of its table, also when there are no records.
Found = Declaration | IntoVault | Within | Parted | Lately | Unmoved | Record | Unreadable | Remark


def require_legal_basis(source: SourceConfig, table: Table) -> None:
    """Raises ConfigurationError for a source that says neither that it speaks of persons nor why it may."""
    if not (source.personal_data and source.legal_basis.strip()):
        raise ConfigurationError(
            f"Quelle {source.name!r}: Die Zuordnung liest Einzeldaten (Tabelle »{table.name}«). Das darf nur eine Quelle mit "
            "personal_data = true und legal_basis."
        )


class Harvester(Protocol):
    """One kind of source. Built from a configuration, which it refuses with ConfigurationError; builds no state while walking
    that mapping needs."""

    kind: ClassVar[str]
    Options: ClassVar[type[BaseModel]]

    def __init__(self, source: SourceConfig) -> None: ...

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """All input. Raises SourceError when nothing of the source can be read."""
        ...

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        """Pure. Raises RecordError for a record of which nothing can be said, not even its key."""
        ...


def token_scheme(harvester: Harvester) -> str:
    """The word before a source's secret in `Authorization`. A kind that wants another one than Bearer says so in its `token_scheme`."""
    return str(getattr(harvester, "token_scheme", "Bearer"))


def token_header(harvester: Harvester) -> str:
    """The header that holds a source's secret. A kind that wants another one than `Authorization` says so in its `token_header`."""
    return str(getattr(harvester, "token_header", "Authorization"))
