"""The list of statistics, and what changed between two releases of one."""

from api.web.answers import Representation, represent
from api.web.statistics.answers import find_release, robots
from api.web.statistics.pages import (
    CellDifferenceLine,
    NumberCell,
    ReleaseDifferencePage,
    StatisticLine,
    StatisticsPage,
)
from api.web.statistics.pages_asking import newest_path
from api.web.statistics.pages_statistic import is_broken
from api.web.statistics.pages_table import number_cell
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import HTML, Web
from catalog.charts.finding import finding
from catalog.charts.words import label_of
from catalog.statistics.differences import CellChange, cell_changes
from catalog.statistics.selection import default_table, whole_table
from schemas.statistics import TOTAL, Cell, Release

_SHOWN = 200


def list_page(web: Web, language: str) -> Representation:
    found = [web.services.store.release(each.cube, each.name) for each in web.services.store.statistics()]
    lines = tuple(_line(each, language) for each in found)
    page = StatisticsPage(
        statistics=tuple(each for each in lines if not each.release.cube.demonstration),
        demonstrations=tuple(each for each in lines if each.release.cube.demonstration),
    )
    frame = Frame(
        language=language,
        path="/statistics",
        title=text("stat_heading", language),
        description=text("stat_lead", language),
        section="statistics",
    )
    return web.page("statistics.html", frame, page)


def difference_page(web: Web, statistic: str, before: str, after: str, language: str) -> Representation:
    """Raises UnknownStatistic, UnknownRelease, Gone."""
    one, other = find_release(web, statistic, before), find_release(web, statistic, after)
    changes = cell_changes(one, other)
    page = ReleaseDifferencePage(
        before=one,
        after=other,
        changes=tuple(_change(one, other, each, language) for each in changes[:_SHOWN]),
        total=len(changes),
        limit=_SHOWN,
        broken=is_broken(one, other),
    )
    frame = Frame(
        language=language,
        path=f"{newest_path(other.cube)}/releases/{one.name}/diff/{other.name}",
        title=f"{text('difference_heading', language)} {other.cube.title.in_language(language)}",
        section="statistics",
        indexed=not other.cube.demonstration,
    )
    content = web.templates.render("statistic_difference.html", frame, page)
    return represent(content, HTML, headers={"content-language": language, **robots(web, other)})


def _line(release: Release, language: str) -> StatisticLine:
    selection = whole_table(release, default_table(release.cube))
    return StatisticLine(release=release, finding=finding(type(selection)(release=release, codes=selection.codes, language=language)))


def _change(before: Release, after: Release, change: CellChange, language: str) -> CellDifferenceLine:
    return CellDifferenceLine(
        what=_what(before, after, change, language),
        kind=change.kind,
        before=_cell(change.before, language),
        after=_cell(change.after, language),
    )


def _cell(cell: Cell | None, language: str) -> NumberCell | None:
    return None if cell is None else number_cell(cell, language)


def _what(before: Release, after: Release, change: CellChange, language: str) -> str:
    """Codes in words, as the later release calls them; one that only the earlier had, as that called it."""
    dimensions = {each.name: each for each in before.cube.dimensions} | {each.name: each for each in after.cube.dimensions}
    old = {each.name: each for each in before.cube.dimensions}
    words = []
    for name, code in change.codes.items():
        dimension = dimensions[name]
        known = dimension if code == TOTAL or code in dimension.codes else old.get(name, dimension)
        if code != TOTAL:
            words.append(label_of(known, code, language))
    return ", ".join(words) or text("stat_total", language)
