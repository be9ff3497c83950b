"""What publishing works with: the press (files, site, renderer), the occasion, and what came of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from catalog import formats
from catalog.entries import ChangeKind
from catalog.files import Files
from catalog.rendering import Renderer
from schemas.model import Site
from schemas.row import Finding, Value
from schemas.table import Table
from schemas.values import FileFormat, Text

if TYPE_CHECKING:
    from schemas.personal_data import Detector  # heavy: 200 ms, and the public server needs none of it


#: How long a removal is announced before it is done, unless the configuration says otherwise (`[feed] deprecated_days`).
NOTICE = timedelta(days=30)


class Refused(Exception):
    """Leaves the savepoint of one data set; its last good version stays."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(each.message for each in findings))
        self.findings = findings


@dataclass(frozen=True, kw_only=True)
class Content:
    """One file of an edition before it is stored."""

    content: bytes
    media_type: str


#: Table, rows and facts about the data set -> extension -> file. Deterministic.
FileWriter = Callable[[Table, Sequence[Mapping[str, Value]], formats.About], Mapping[str, Content]]


class _Files(Mapping[str, Content]):
    """Each file is made when it is asked for: all of them together are several times as large as the rows."""

    def __init__(self, makers: Mapping[str, Callable[[], Content]]) -> None:
        self._makers = makers

    def __getitem__(self, extension: str) -> Content:
        return self._makers[extension]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def write_all(table: Table, rows: Sequence[Mapping[str, Value]], about: formats.About) -> Mapping[str, Content]:
    """Every format the table can have, and the CSV that German Excel opens by a double click."""
    checked = rows if isinstance(rows, formats.Cells) else formats.Cells(table, rows)
    makers: dict[str, Callable[[], Content]] = {
        each.extension: partial(_written, each, table, checked, about) for each in formats.formats_of(table)
    }
    makers[formats.EXCEL_CSV] = lambda: Content(content=formats.excel_csv(table, checked), media_type=FileFormat.CSV.media_type)
    return _Files(makers)


def _written(each: FileFormat, table: Table, rows: Sequence[Mapping[str, Value]], about: formats.About) -> Content:
    return Content(content=formats.write(each, table, rows, about=about), media_type=each.media_type)


@dataclass(frozen=True, kw_only=True)
class Press:
    """What turning rows into publications needs besides the database."""

    files: Files
    site: Site
    curation: Path
    renderer: Renderer
    write_files: FileWriter = write_all
    notice: timedelta = NOTICE  #: how long it is announced that a data set without rows goes; 0: not at all
    attached: Files | None = None  #: where files lie that rows name (Declaration.attached) before they are published
    detector: "Detector | None" = None  #: looks for personal data in the words of a data set; None: nobody looks


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What publishing one data set did; `kind` None: nothing a reader would notice."""

    kind: ChangeKind | None
    edition: int
    findings: tuple[Finding, ...] = ()
    rendered: bool = False


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Why and when: `note` says what is new in the edition, `run` brought it."""

    at: datetime
    run: int
    note: Text
    at_once: bool = False  #: a data set that loses its last row goes now, without announcement
    new_content: bool = True  #: False: only metadata may change (configuration, curation, renderer)
