"""What a page was asked: release, question, selection, and the addresses that ask the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request

from api.web.parameters import TRACKING
from api.web.statistics.answers import find_release
from api.web.web import Web
from catalog.charts.words import label_of
from catalog.statistics.about import Account
from catalog.statistics.errors import NotPublished
from catalog.statistics.selection import NO_DIMENSION, Question, Selection, read_question, select
from schemas.statistics import TOTAL, Cube, Release

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PageAsked:
    """One request for a page. `release` "": the newest."""

    statistic: str
    release: str
    pairs: Pairs
    language: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The same, read. `question` is in the language of the page."""

    web: Web
    release: Release
    question: Question
    language: str
    fixed: bool  #: a release was named

    @property
    def cube(self) -> Cube:
        return self.release.cube

    @property
    def account(self) -> Account:
        return Account(release=self.release, site=self.web.services.site)

    @property
    def path(self) -> str:
        """Of the page without language."""
        return f"{newest_path(self.cube)}/releases/{self.release.name}" if self.fixed else newest_path(self.cube)

    @property
    def query(self) -> str:
        """For pages, whose address says the language."""
        return query_of(self.question)

    def selection(self) -> Selection:
        """Raises NotPublished, UnknownChoice."""
        return select(self.release, self.question)

    def link(self, path: str, query: str) -> str:
        return self.web.addresses.page(path, self.language) + query

    def absolute(self, path: str, query: str) -> str:
        below = path if self.language == "de" else f"/{self.language}{path}"
        return self.web.addresses.absolute(below) + query


def page_asked(request: Request, statistic: str, release: str, language: str) -> PageAsked:
    return PageAsked(statistic=statistic, release=release, pairs=pairs_of(request), language=language)


def pairs_of(request: Request) -> Pairs:
    """As they were sent; boxes of a form that have the same name become one list with commas, and what is empty is left out."""
    joined: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if value and not name.startswith(TRACKING):
            joined.setdefault(name, []).append(value)
    return tuple((name, ",".join(values)) for name, values in joined.items())


def read(web: Web, asked: PageAsked) -> Asked:
    """Raises UnknownStatistic, UnknownRelease, Gone, UnknownChoice."""
    release = find_release(web, asked.statistic, asked.release)
    question = replace(read_question(release.cube, asked.pairs), language=asked.language)
    return Asked(web=web, release=release, question=_suited(release, question), language=asked.language, fixed=bool(asked.release))


def _suited(release: Release, question: Question) -> Question:
    """A form also sends what was chosen for another table: shares in a dimension that does not vary are left out."""
    without = replace(question, share="")
    try:
        varying = select(release, without).varying if question.share else ()
    except NotPublished:
        return without
    return question if any(each.name == question.share for each in varying) else without


def newest_path(cube: Cube) -> str:
    return f"/statistics/{cube.name}"


def query_of(question: Question) -> str:
    """With "?", or ""; without the language."""
    canonical = replace(question, language="de").canonical
    return f"?{canonical}" if canonical else ""


def question_of(cube: Cube, codes: Sequence[Sequence[str]], language: str) -> Question:
    """Exactly these codes, whatever the default table is."""
    pairs = list(zip(cube.dimensions, codes, strict=True))
    named = {each.name: tuple(found) for each, found in pairs if tuple(found) not in ((TOTAL,), each.codes)}
    shown = tuple(each.name for each, found in pairs if tuple(found) != (TOTAL,))
    return Question(codes=named, group_by=shown, language=language)


def table_title(cube: Cube, names: Iterable[str], language: str) -> str:
    """`Ortsbezirk × Altersgruppe`; of the table without dimensions: `Insgesamt`."""
    wanted = set(names)
    titles = [each.title.in_language(language) for each in cube.dimensions if each.name in wanted]
    return " × ".join(titles) or label_of(cube.dimensions[0], TOTAL, language)


def table_query(cube: Cube, names: Iterable[str]) -> str:
    wanted = set(names)
    value = ",".join(each.name for each in cube.dimensions if each.name in wanted) or NO_DIMENSION
    return "?" + urlencode({"group_by": value}, safe=",")
