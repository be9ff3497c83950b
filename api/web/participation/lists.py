"""The lists of projects and of processes, with their filters."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from api.web.pages import Choice, Facet
from api.web.parameters import ProcessListParameters, ProjectListParameters
from api.web.participation.calendar import has_days
from api.web.participation.pages import SECTIONS, DossiersPage, Entry
from api.web.participation.wording import code_words, period_of, several, sort_key, text_of
from api.web.problems import UnknownPage
from api.web.published import PublishedValues, common_rows
from api.web.texts import text
from api.web.web import Web
from schemas.declaration import declaration_of_table

_SIZE = 50
ListParameters = ProjectListParameters | ProcessListParameters


@dataclass(frozen=True, kw_only=True)
class _Filter:
    """One parameter: its codes in the order in which people look for them, and which of them a row has."""

    name: str
    title: str
    codes: tuple[str, ...]
    of: Callable[[PublishedValues], str]
    label: Callable[[str], str]


def dossiers_page(web: Web, kind: str, asked: ListParameters, today: date, language: str) -> DossiersPage:
    """Raises UnknownPage for a page that there is not."""
    rows = common_rows(web.services.store, web.services.files, kind)
    filters = _project_filters(language) if kind == "project" else _process_filters(today, language)
    found = sorted(_matching(rows or (), filters, asked), key=lambda each: _order(kind, each, filters[0]))
    pages = max(math.ceil(len(found) / _SIZE), 1)
    if asked.page > pages:
        raise UnknownPage(f"{asked.page} > {pages}")
    shown = found[(asked.page - 1) * _SIZE : asked.page * _SIZE]
    return DossiersPage(
        section=SECTIONS[kind],
        total=len(found),
        number=asked.page,
        pages=pages,
        facets=tuple(_facet(web, kind, each, filters, rows or (), asked, language) for each in filters),
        entries=tuple(_entry(kind, each, filters[0], language) for each in shown),
        previous=_address(web, kind, asked, language, page=asked.page - 1) if asked.page > 1 else "",
        next=_address(web, kind, asked, language, page=asked.page + 1) if asked.page < pages else "",
        dataset=declaration_of_table(kind).name if rows is not None else "",
        calendar=kind == "process" and has_days(common_rows(web.services.store, web.services.files, "event") or ()),
    )


def _project_filters(language: str) -> tuple[_Filter, ...]:
    codes = ("running", "planned", "completed", "stopped", "unknown")
    return (
        _Filter(
            name="status",
            title=text("facet_status", language),
            codes=codes,
            of=lambda row: text_of(row, "status"),
            label=lambda code: code_words("project", "status", code, language),
        ),
    )


def _process_filters(today: date, language: str) -> tuple[_Filter, ...]:
    return (
        _Filter(
            name="status",
            title=text("facet_taking_part", language),
            codes=("now", "later", "unknown", "over"),
            of=lambda row: period_of(row).state(today),
            label=lambda code: text(f"taking_part_{code}", language),
        ),
        _Filter(
            name="mode",
            title=text("facet_mode", language),
            codes=("analog", "digital", "hybrid", "unknown"),
            of=lambda row: text_of(row, "mode"),
            label=lambda code: code_words("process", "mode", code, language),
        ),
    )


def _matching(rows: Sequence[PublishedValues], filters: Sequence[_Filter], asked: ListParameters) -> list[PublishedValues]:
    chosen = [(each, getattr(asked, each.name)) for each in filters]
    return [row for row in rows if all(value in (None, each.of(row)) for each, value in chosen)]


def _order(kind: str, row: PublishedValues, state: _Filter) -> tuple[int, int, str]:
    """Projects by status, then by title. Processes in which one can take part now or later first, the others newest first."""
    code = state.of(row)
    place = state.codes.index(code) if code in state.codes else len(state.codes)
    if kind == "project":
        return place, 0, text_of(row, "title").casefold()
    undated, day, _ = sort_key(text_of(row, "start"))
    newest = 0 if undated else -date.fromisoformat(day).toordinal()
    return min(place, state.codes.index("unknown")), newest, text_of(row, "title").casefold()


def _facet(
    web: Web, kind: str, of: _Filter, filters: Sequence[_Filter], rows: Sequence[PublishedValues], asked: ListParameters, language: str
) -> Facet:
    """Counts say how many there would be with the other filters as they are."""
    active = getattr(asked, of.name)
    counts = Counter(of.of(row) for row in _matching(rows, [each for each in filters if each is not of], asked))
    choices = tuple(
        Choice(
            label=of.label(code),
            count=counts[code],
            link=_address(web, kind, asked, language, page=1, **{of.name: None if code == active else code}),
            active=code == active,
        )
        for code in of.codes
        if counts[code] or code == active
    )
    return Facet(title=of.title, choices=choices, open=True)


def _address(web: Web, kind: str, asked: ListParameters, language: str, **changes: object) -> str:
    given = {**asked.model_dump(), **changes}
    kept = [(name, str(value)) for name, value in given.items() if value is not None and (name, value) != ("page", 1)]
    path = web.addresses.page(f"/{SECTIONS[kind]}", language)
    return f"{path}?{urlencode(kept)}" if kept else path


def _entry(kind: str, row: PublishedValues, state: _Filter, language: str) -> Entry:
    words = (period_of(row).words(language), _about(kind, row, language), _former(row, language))
    return Entry(
        title=text_of(row, "title"),
        path=f"/{SECTIONS[kind]}/{row['id']}",
        tag=state.label(state.of(row)),
        summary=text_of(row, "summary" if kind == "project" else "result_summary"),
        about=tuple(each for each in words if each),
    )


def _about(kind: str, row: PublishedValues, language: str) -> str:
    if kind == "project":
        return text_of(row, "lead_organisation")
    return ", ".join(code_words("process", each, row.get(each), language) for each in ("method", "mode"))


def _former(row: PublishedValues, language: str) -> str:
    """Whoever knows a project by its old name finds it in the list."""
    former = several(row.get("former_titles"))
    return f"{text('dossier_former', language)} {'; '.join(former)}" if former else ""
