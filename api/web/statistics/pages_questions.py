"""What journalists ask, with the way to the answer: only ways that lead somewhere today."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl

from api.web.answers import Representation
from api.web.statistics.pages import Answer, QuestionLine, QuestionsPage
from api.web.statistics.pages_asking import newest_path, table_title
from api.web.statistics.pages_statistic import release_lines
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import Web
from catalog.charts.words import where
from catalog.statistics.errors import NotPublished, RepeatedChoice, UnknownChoice
from catalog.statistics.selection import question_from, select
from schemas.errors import Gone, NoTable, UnknownDataset
from schemas.statistics import TOTAL, CellStatus, Release
from schemas.table import Table
from schemas.values import Text

#: In the names of statistics that a pattern stands for.
_EACH = "_"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question with everything that might answer it."""

    question: Text
    cubes: tuple[tuple[str, str], ...]  #: statistic, query
    rows: tuple[tuple[str, str], ...]  #: data set, query
    pages: tuple[str, ...]
    differences: bool  #: between releases
    note: Text
    without: Text  #: why there is no answer, where there is none
    never: bool  #: by design

    @property
    def wanted(self) -> str:
        """What would answer it, by name."""
        names = (name.partition(_EACH)[0] if name.endswith("*") else name for name, _ in (*self.cubes, *self.rows))
        return ", ".join(dict.fromkeys(names))


@cache
def questions() -> tuple[Asked, ...]:
    """In the order of reference/participation/journalist-questions.md."""
    content = tomllib.loads(resources.files("api.web.statistics").joinpath("questions.toml").read_text(encoding="utf-8"))
    return tuple(_asked(each) for each in content["question"])


def questions_page(web: Web, language: str) -> Representation:
    releases = {each.cube: web.services.store.release(each.cube, each.name) for each in web.services.store.statistics()}
    lines = tuple(_line(web, releases, number, each, language) for number, each in enumerate(questions(), start=1))
    frame = Frame(
        language=language,
        path="/statistics/questions",
        title=text("questions_heading", language),
        description=text("questions_lead", language),
        section="statistics",
    )
    return web.page("statistics_questions.html", frame, QuestionsPage(questions=lines, answered=sum(bool(each.answers) for each in lines)))


def _asked(content: Mapping[str, Any]) -> Asked:
    return Asked(
        question=_text(content),
        cubes=_queries(content.get("cubes", ())),
        rows=_queries(content.get("rows", ())),
        pages=tuple(content.get("pages", ())),
        differences=bool(content.get("differences")),
        note=_text(content.get("note", {})),
        without=_text(content.get("without", {})),
        never=bool(content.get("never")),
    )


def _text(content: Mapping[str, Any]) -> Text:
    return Text(de=content.get("de", ""), en=content.get("en", ""))


def _queries(content: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, query) for name, _, query in (each.partition("?") for each in content))


def _line(web: Web, releases: Mapping[str, Release], number: int, asked: Asked, language: str) -> QuestionLine:
    answers = (
        *_of_statistics(web, releases, asked, language),
        *_of_tables(web, asked, language),
        *_of_pages(web, asked, language),
        *(_of_differences(web, releases, language) if asked.differences else ()),
    )
    return QuestionLine(
        number=number, question=asked.question, answers=answers, note=asked.note if answers else _missing(asked), never=asked.never
    )


def _missing(asked: Asked) -> Text:
    if asked.without.de:
        return asked.without
    return Text(de=text("questions_missing", "de", names=asked.wanted), en=text("questions_missing", "en", names=asked.wanted))


def _of_statistics(web: Web, releases: Mapping[str, Release], asked: Asked, language: str) -> Iterator[Answer]:
    """Tables that the newest release really has, and in which something is published."""
    for release, query in ((release, query) for name, query in asked.cubes for release in _named(releases, name)):
        try:
            selection = select(release, question_from(release.cube, query))
        except (NotPublished, UnknownChoice, RepeatedChoice):
            continue
        if all(each.status is not CellStatus.PUBLISHED for each in selection.cells()):
            continue
        shown = [each.name for each, codes in zip(release.cube.dimensions, selection.codes, strict=True) if codes != (TOTAL,)]
        title = f"{release.cube.title.in_language(language)}: {table_title(release.cube, shown, language)}"
        fixed = where(type(selection)(release=release, codes=selection.codes, language=language))
        link = web.addresses.page(newest_path(release.cube), language) + (f"?{query}" if query else "")
        yield Answer(label=f"{title} ({fixed})" if fixed else title, link=link, demonstration=release.cube.demonstration)


def _named(releases: Mapping[str, Release], name: str) -> list[Release]:
    """`antworten_platz*`: all whose name begins so."""
    if not name.endswith("*"):
        return [releases[name]] if name in releases else []
    return [each for known, each in sorted(releases.items()) if known.startswith(name[:-1])]


def _of_tables(web: Web, asked: Asked, language: str) -> Iterator[Answer]:
    """A question to a column that the table does not have is none."""
    for name, query in asked.rows:
        try:
            dataset = web.tabular(name).dataset
        except (UnknownDataset, Gone, NoTable):
            continue
        words = _words(dataset.columns, dict(parse_qsl(query)), language)
        if words is not None:
            label = text("questions_rows", language, title=dataset.title.in_language(language), what=words)
            yield Answer(label=label, link=web.addresses.file(f"/api/v1/datasets/{name}/rows.csv?{query}"))


def _words(table: Table, asked: Mapping[str, str], language: str) -> str | None:
    """What of the table is asked for; None where it lacks a column."""
    chosen = [each for name in ("group_by", "select") for each in asked.get(name, "").split(",") if each]
    filters = {name.partition("__")[0]: value for name, value in asked.items() if "__" in name}
    if not {*chosen, *filters} <= set(table.field_names):
        return None
    titles = ", ".join(table.field(each).title.in_language(language) for each in chosen)
    words = text("questions_count_by", language, columns=titles) if "group_by" in asked else titles
    said = [value for value in filters.values() if value not in ("true", "false")]
    return f"{words} („{said[0]}“)" if said else words


def _of_pages(web: Web, asked: Asked, language: str) -> Iterator[Answer]:
    """A page of a data set that is not there yet is not linked."""
    fixed = {"/statistics/reported": "nav_reported", "/datasets": "nav_datasets"}
    for path in asked.pages:
        if path in fixed:
            yield Answer(label=text(fixed[path], language), link=web.addresses.page(path, language))
            continue
        try:
            dataset = web.entry(path.removeprefix("/datasets/")).dataset
        except (UnknownDataset, Gone):
            continue
        yield Answer(label=dataset.title.in_language(language), link=web.addresses.page(path, language))


def _of_differences(web: Web, releases: Mapping[str, Release], language: str) -> Iterator[Answer]:
    """The last two releases of each statistic that has two."""
    for name, release in releases.items():
        newest = release_lines(web, web.services.store.releases(name))
        before = next((each.before for each in newest if each.head.name == release.name), "")
        if before:
            path = f"{newest_path(release.cube)}/releases/{before}/diff/{release.name}"
            label = text(
                "questions_difference", language, title=release.cube.title.in_language(language), before=before, after=release.name
            )
            yield Answer(label=label, link=web.addresses.page(path, language), demonstration=release.cube.demonstration)
