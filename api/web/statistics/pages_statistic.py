"""The page of a statistic, and its small sisters: what others show within their own pages, and what is refused."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise
from urllib.parse import quote

from api.web.answers import Representation, represent
from api.web.middleware import EMBEDDABLE
from api.web.pages import Link
from api.web.participation.pages import SECTIONS
from api.web.published import common_rows
from api.web.statistics.answers import robots
from api.web.statistics.charts import picture
from api.web.statistics.pages import (
    Control,
    EmbedPage,
    RefusedStatisticPage,
    ReleaseLine,
    ReportedLine,
    StatisticPage,
)
from api.web.statistics.pages_asking import Asked, newest_path, table_query, table_title
from api.web.statistics.pages_table import number_table
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import HTML, Web
from api.web.wording import BERLIN, NO_VALUE, day, figure
from catalog.charts.finding import finding
from catalog.charts.words import label_of, told
from catalog.statistics.about import DEMONSTRATION
from catalog.statistics.columns import SIGNS, STATUS_TITLES, UNITS
from catalog.statistics.errors import NotPublished
from catalog.statistics.forms import PIVOTED
from catalog.statistics.releases import ReleaseHead
from catalog.statistics.selection import Selection
from schemas.statistics import TOTAL, Cube, Release, ReportedTotal

#: Name on the page -> form of the API and its dialect, in the order in which most people want them.
_FILES = {
    "CSV": ("csv", ""),
    "CSV (Excel)": ("csv", "excel-de"),
    "XLSX": ("xlsx", ""),
    "JSON": ("json", ""),
    "JSON-stat": ("jsonstat", ""),
    "Parquet": ("parquet", ""),
}
_FRAME_WITHOUT_CHART = 480


def statistic_page(asked: Asked) -> Representation:
    """What is not published together is answered with 422 and with what is. Raises UnknownChoice, Gone."""
    try:
        selection = asked.selection()
    except NotPublished as refused:
        return _refused(asked, refused)
    page = _page(asked, selection)
    return _answer(asked, "statistic.html", _frame(asked, page.finding), page)


def embed_page(asked: Asked) -> Representation:
    """Chart, or table, alone: the one page that may stand within others. Raises NotPublished, UnknownChoice, Gone."""
    selection = asked.selection()
    drawn, _ = picture(asked, selection)
    page = EmbedPage(
        release=asked.release,
        finding=finding(selection),
        picture=drawn if drawn and drawn.exact else None,
        table=number_table(asked, selection),
        permalink=asked.absolute(_release_path(asked), asked.query),
    )
    made = _answer(asked, "statistic_embed.html", replace(_frame(asked, page.finding), indexed=False), page)
    return replace(made, headers={**made.headers, "content-security-policy": EMBEDDABLE, "x-robots-tag": "noindex"})


def _refused(asked: Asked, refused: NotPublished) -> Representation:
    cube, language = asked.cube, asked.language
    page = RefusedStatisticPage(
        release=asked.release,
        asked=table_title(cube, refused.dimensions, language),
        instead=tuple(
            Link(label=table_title(cube, each, language), link=asked.link(asked.path, table_query(cube, each))) for each in refused.instead
        ),
        controls=_controls(asked, None),
        action=asked.link(asked.path, ""),
    )
    frame = replace(_frame(asked, ""), lasting=False)
    return replace(_answer(asked, "statistic_refused.html", frame, page), status=422)


def _answer(asked: Asked, template: str, frame: Frame, page: object) -> Representation:
    headers = {"content-language": asked.language, **robots(asked.web, asked.release)}
    return represent(asked.web.templates.render(template, frame, page), HTML, modified=None, headers=headers)


def _frame(asked: Asked, description: str) -> Frame:
    release = text("stat_release_short", asked.language, release=asked.release.name)
    title = asked.cube.title.in_language(asked.language)
    api = f"/api/v1/statistics/{asked.cube.name}" + (f"/releases/{asked.release.name}" if asked.fixed else "")
    return Frame(
        language=asked.language,
        path=asked.path,
        title=f"{title}, {release}" if asked.fixed else title,
        description=description,
        section="statistics",
        query=asked.query,
        indexed=not asked.cube.demonstration,
        alternates=(("text/csv", f"{api}.csv"), ("application/json", f"{api}.json")),
    )


def _page(asked: Asked, selection: Selection) -> StatisticPage:
    release, account = asked.release, asked.account
    heads = asked.web.services.store.releases(release.cube.name)
    drawn, no_picture = picture(asked, selection)
    return StatisticPage(
        release=release,
        newest=release.name == next(each.name for each in heads if each.withdrawn_at is None),
        finding=finding(selection),
        controls=_controls(asked, selection),
        action=asked.link(asked.path, ""),
        picture=drawn,
        no_picture=no_picture,
        table=number_table(asked, selection),
        downloads=_downloads(asked),
        permalink=asked.absolute(_release_path(asked), asked.query),
        here=asked.link(newest_path(asked.cube), asked.query),
        embed=_embed(asked, drawn.height if drawn and drawn.exact else _FRAME_WITHOUT_CHART),
        citations=tuple((each, citation(asked, each)) for each in ("de", "en")),
        reported=tuple(_reported(release, each, asked.language) for each in release.reported),
        releases=release_lines(asked.web, heads),
        unit=UNITS[release.cube.unit],
        protection=account.protection,
        licence=account.licence.title,
        licence_url=account.licence.text_url,
        signs=tuple((SIGNS[status], title) for status, title in STATUS_TITLES.items()),
        press=_press(asked),
        about=tuple(_about(asked)),
    )


def citation(asked: Asked, language: str) -> str:
    """One sentence; its address leads to these very numbers, for ever."""
    there = language if language in asked.web.templates.languages else "de"
    account = asked.account
    made = text(
        "stat_citation",
        language,
        publisher=asked.web.services.site.publisher.name,
        year=asked.release.at.astimezone(BERLIN).year,
        title=asked.cube.title.in_language(language),
        release=asked.release.name,
        when=day(asked.release.at, language),
        url=replace(asked, language=there).absolute(_release_path(asked), asked.query),
        licence=account.licence.title.in_language(language),
    )
    return f"{made} {DEMONSTRATION.in_language(language)}" if asked.cube.demonstration else made


def release_lines(web: Web, heads: Sequence[ReleaseHead]) -> tuple[ReleaseLine, ...]:
    """Newest first; each compared with the last one before it that was not withdrawn."""
    kept = {each.name: each for each in web.services.store.all_releases(heads[0].cube)}
    public = [each for each in heads if each.withdrawn_at is None]
    before = {later.name: earlier.name for later, earlier in pairwise(public)}
    return tuple(
        ReleaseLine(
            head=each,
            reason=kept[each.name].reason,
            before=before.get(each.name, ""),
            broken=each.name in before and is_broken(kept[before[each.name]], kept[each.name]),
        )
        for each in heads
    )


def is_broken(before: Release, after: Release) -> bool:
    """Whether what is counted, or how it is protected, is another thing now: then a difference is none of the numbers."""
    return before.rules != after.rules or before.merged != after.merged or _counted(before.cube) != _counted(after.cube)


def _counted(cube: Cube) -> object:
    """A new category at the end, such as the next half-year, breaks nothing."""
    return cube.unit, cube.profile, cube.notes, cube.base_population, tuple(each.name for each in cube.dimensions)


def _release_path(asked: Asked) -> str:
    return f"{newest_path(asked.cube)}/releases/{asked.release.name}"


def _controls(asked: Asked, selection: Selection | None) -> tuple[Control, ...]:
    """The table first, then one choice for each dimension; `selection` None: nothing is chosen."""
    cube, language = asked.cube, asked.language
    pairs = list(zip(cube.dimensions, selection.codes, strict=True)) if selection else []
    shown = {each.name for each, codes in pairs if codes != (TOTAL,)}
    tables = [
        (table_query(cube, each).partition("=")[2], table_title(cube, each, language), selection is not None and set(each) == shown)
        for each in cube.tables
    ]
    made = [Control(name="group_by", label=text("stat_table", language), choices=tuple(tables))]
    chosen = {each.name: codes[0] for each, codes in pairs if len(codes) == 1 and codes != (TOTAL,)}
    for each in cube.dimensions:
        codes = tuple((code, label_of(each, code, language), chosen.get(each.name) == code) for code in each.codes)
        every = ("", text("stat_every", language), each.name not in chosen)
        made.append(Control(name=each.name, label=each.title.in_language(language), choices=(every, *codes)))
    return (*made, _share_control(asked))


def _share_control(asked: Asked) -> Control:
    language, chosen = asked.language, asked.question.share
    titles = [(each.name, each.title.in_language(language)) for each in asked.cube.dimensions]
    choices = [(name, text("stat_share_of", language, dimension=title), name == chosen) for name, title in titles]
    return Control(
        name="share", label=text("stat_share", language), choices=(("", text("stat_share_usual", language), not chosen), *choices)
    )


def _downloads(asked: Asked) -> tuple[Link, ...]:
    name = f"/api/v1/statistics/{asked.cube.name}" + (f"/releases/{asked.release.name}" if asked.fixed else "")
    links = []
    for label, (form, dialect) in _FILES.items():
        question = asked.question if form in PIVOTED else replace(asked.question, pivot="", share="")
        query = "&".join(filter(None, (question.canonical, f"dialect={dialect}" if dialect else "")))
        words = text("stat_excel", asked.language) if dialect else label
        links.append(Link(label=words, link=asked.web.addresses.file(f"{name}.{form}") + (f"?{query}" if query else "")))
    return tuple(links)


def _embed(asked: Asked, height: int) -> str:
    address = asked.absolute(f"{_release_path(asked)}/embed", asked.query)
    title = asked.cube.title.in_language(asked.language)
    return f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="{height}" loading="lazy"></iframe>'


def _reported(release: Release, total: ReportedTotal, language: str) -> ReportedLine:
    """What was counted here stands beside it, where there is such a cell; the two are never added or compared."""
    cell = release.by_key.get(total.key)
    selection = Selection(release=release, codes=tuple((code,) for code in total.key), language=language)
    named = [
        f"{dimension.title.in_language(language)}: {label_of(dimension, code, language)}"
        for dimension, code in zip(release.cube.dimensions, total.key, strict=True)
        if code != TOTAL
    ]
    return ReportedLine(
        what="; ".join(named) or label_of(release.cube.dimensions[0], TOTAL, language),
        counted=told(cell, selection) if cell else NO_VALUE,
        phrase=figure(total.value, qualifier=total.qualifier, unit_code=release.cube.unit.value, language=language),
        source=total.source,
        source_url=total.source_url,
    )


def _about(asked: Asked) -> Iterator[Link]:
    """Those that are published now: a release stays when its process goes."""
    services, by_kind = asked.web.services, dict[str, set[str]]()
    for kind, key in asked.cube.about:
        by_kind.setdefault(kind, set()).add(key)
    for kind, keys in by_kind.items():
        for row in common_rows(services.store, services.files, kind, keys) or ():
            if row["id"] in keys:
                yield Link(label=str(row["title"]), link=asked.link(f"/{SECTIONS[kind]}/{row['id']}", ""))


def _press(asked: Asked) -> str:
    contact = asked.web.services.site.contact
    if not contact.email:
        return contact.url
    subject = f"{asked.cube.title.in_language(asked.language)}, {asked.release.name}"
    return f"mailto:{quote(contact.email, safe='@')}?subject={quote(subject)}"
