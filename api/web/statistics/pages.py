"""What the templates of statistics are given: one frozen dataclass a page."""

from dataclasses import dataclass

from api.web.pages import Link
from catalog.statistics.releases import ReleaseHead
from schemas.statistics import Release
from schemas.values import Text


@dataclass(frozen=True, kw_only=True)
class StatisticLine:
    """A statistic in the list."""

    release: Release
    finding: str


@dataclass(frozen=True, kw_only=True)
class StatisticsPage:
    statistics: tuple[StatisticLine, ...]
    demonstrations: tuple[StatisticLine, ...]


@dataclass(frozen=True, kw_only=True)
class Control:
    """A choice of the form."""

    name: str  #: of the parameter
    label: str
    choices: tuple[tuple[str, str, bool], ...]  #: value, words, chosen


@dataclass(frozen=True, kw_only=True)
class NumberCell:
    text: str  #: the number, or the sign that stands for it
    reason: str  #: why there is none; "" for a number
    share: str = ""  #: in words; "": none was asked for, or there is none


@dataclass(frozen=True, kw_only=True)
class NumberRow:
    label: str
    link: str  #: to this row alone
    cells: tuple[NumberCell, ...]


@dataclass(frozen=True, kw_only=True)
class NumberTable:
    caption: str
    side: str  #: what the rows are
    columns: tuple[str, ...]
    rows: tuple[NumberRow, ...]
    total: int  #: rows there are; more than `rows` where the page shows only the first ones
    share_of: str = ""  #: dimension whose total the shares are in; "": there are none


@dataclass(frozen=True, kw_only=True)
class Picture:
    svg: str  #: safe: written by catalog.charts, which escapes every word
    height: int  #: of a frame of common width that shows it
    exact: bool  #: False: it shows the whole table that the numbers are from
    files: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class ReportedLine:
    """What somebody else has published, beside what was counted here."""

    what: str
    counted: str
    phrase: str
    source: str
    source_url: str


@dataclass(frozen=True, kw_only=True)
class ReleaseLine:
    head: ReleaseHead
    reason: Text
    before: str  #: release that the difference is to; "" for the first, or where one was withdrawn
    broken: bool  #: counted in another way than the one before


@dataclass(frozen=True, kw_only=True)
class StatisticPage:
    release: Release
    newest: bool
    finding: str
    controls: tuple[Control, ...]
    action: str  #: of the form
    picture: Picture | None
    no_picture: str  #: key of the sentence that says why there is none; "" where there is one
    table: NumberTable
    downloads: tuple[Link, ...]
    permalink: str
    here: str  #: address of the same question to the newest release
    embed: str  #: HTML that shows it elsewhere
    citations: tuple[tuple[str, str], ...]  #: language, sentence
    reported: tuple[ReportedLine, ...]
    releases: tuple[ReleaseLine, ...]
    unit: Text
    protection: Text
    licence: Text
    licence_url: str
    signs: tuple[tuple[str, Text], ...]
    press: str  #: mailto, or the address of the contact
    about: tuple[Link, ...]  #: pages of the processes and projects that alone are counted


@dataclass(frozen=True, kw_only=True)
class RefusedStatisticPage:
    """These dimensions are in no published table together."""

    release: Release
    asked: str
    instead: tuple[Link, ...]
    controls: tuple[Control, ...]
    action: str


@dataclass(frozen=True, kw_only=True)
class EmbedPage:
    release: Release
    finding: str
    picture: Picture | None
    table: NumberTable
    permalink: str


@dataclass(frozen=True, kw_only=True)
class CellDifferenceLine:
    what: str
    kind: str  #: added, removed, changed
    before: NumberCell | None
    after: NumberCell | None


@dataclass(frozen=True, kw_only=True)
class ReleaseDifferencePage:
    before: Release
    after: Release
    changes: tuple[CellDifferenceLine, ...]
    total: int  #: of all changes
    limit: int  #: most that are shown
    broken: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    label: str
    link: str
    demonstration: bool = False


@dataclass(frozen=True, kw_only=True)
class QuestionLine:
    number: int
    question: Text
    answers: tuple[Answer, ...]
    note: Text  #: what to mind, or why there is no answer
    never: bool  #: there will be no answer, by design


@dataclass(frozen=True, kw_only=True)
class QuestionsPage:
    questions: tuple[QuestionLine, ...]
    answered: int
