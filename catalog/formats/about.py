"""What a file says about itself."""

from dataclasses import dataclass
from datetime import datetime

from schemas.values import Licence, Text


@dataclass(frozen=True, kw_only=True)
class Note:
    """One thing to know before using the numbers."""

    name: str  #: for programs, `[a-z_]+`
    title: Text
    content: str


@dataclass(frozen=True, kw_only=True)
class About:
    name: str  #: of the data set
    title: Text
    licence: Licence
    attribution: str = ""  #: text that a "by" licence wants to be named
    publisher: str
    url: str  #: page of the data set
    edition: int
    modified: datetime  #: time of this edition, aware
    sources: tuple[str, ...] = ()  #: whose figures these are, one line each
    notes: tuple[Note, ...] = ()  #: XLSX has a sheet of its own for them, Parquet its footer

    @property
    def footer(self) -> dict[str, str]:
        """The notes as key-value pairs."""
        return {each.name: each.content for each in self.notes}
