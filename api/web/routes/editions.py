"""All editions of a data set, and what changed between two of them."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api.web.answers import Representation, represent, represent_json
from api.web.dataset_page import edition_lines, preview
from api.web.negotiation import best
from api.web.openapi import DATA
from api.web.pages import DifferencePage, EditionsPage
from api.web.parameters import Nothing
from api.web.problems import UnknownRepresentation
from api.web.published import rows_of
from api.web.record import edition_json
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import Web
from api.web.wording import cell
from catalog.difference import Difference, difference, difference_csv
from catalog.entries import Edition
from catalog.plan import FieldChange
from schemas.model import Dataset
from schemas.table import provenance_fields

_OFFERS = {"text/html": "html", "application/json": "json", "text/csv": "csv"}
_SHOWN = 100


def routes(web: Web) -> APIRouter:
    router = APIRouter()

    @router.get("/datasets/{name}/editions.json", operation_id="editions", **DATA)
    def editions(request: Request, name: str, _query: Nothing) -> Response:
        return web.answer(request, ("editions.json", name), lambda: _editions_json(web, name))

    @router.get("/datasets/{name}/editions", include_in_schema=False)
    def editions_page(request: Request, name: str, _query: Nothing) -> Response:
        if _wanted(request, ("text/html", "application/json")) == "json":
            return web.answer(request, ("editions.json", name), lambda: _editions_json(web, name))
        return web.answer(request, ("editions", "de", name), lambda: _editions_page(web, name, "de"))

    @router.get("/datasets/{name}/editions/{before}/diff/{after}.{form}", operation_id="difference", **DATA)
    def difference_file(request: Request, name: str, before: str, after: str, form: str, _query: Nothing) -> Response:
        return _difference(web, request, name, before, after, form)

    @router.get("/datasets/{name}/editions/{before}/diff/{after}", include_in_schema=False)
    def difference_page(request: Request, name: str, before: str, after: str, _query: Nothing) -> Response:
        form = _wanted(request, tuple(_OFFERS))
        if form != "html":
            return _difference(web, request, name, before, after, form)
        return web.answer(request, ("diff", "de", name, before, after), lambda: _difference_page(web, name, before, after, "de"))

    return router


def pages(web: Web, language: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/datasets/{name}/editions")
    def editions_page(request: Request, name: str, _query: Nothing) -> Response:
        return web.answer(request, ("editions", language, name), lambda: _editions_page(web, name, language))

    @router.get("/datasets/{name}/editions/{before}/diff/{after}")
    def difference_page(request: Request, name: str, before: str, after: str, _query: Nothing) -> Response:
        key = ("diff", language, name, before, after)
        return web.answer(request, key, lambda: _difference_page(web, name, before, after, language))

    return router


def _wanted(request: Request, offers: Sequence[str]) -> str:
    return _OFFERS[best(request.headers.get("accept", ""), offers) or "text/html"]


def _editions_json(web: Web, name: str) -> Representation:
    found = web.editions(name)
    content = {"dataset": name, "editions": [edition_json(each, web.addresses) for each in found]}
    return represent_json(content, headers={"vary": "Accept"})


def _editions_page(web: Web, name: str, language: str) -> Representation:
    dataset = web.tabular(name).dataset
    lines = edition_lines(web.services.store.editions(name))
    title = f"{text('editions_page_heading', language)}: {dataset.title.in_language(language)}"
    frame = Frame(language=language, path=f"/datasets/{name}/editions", title=title, section="datasets")
    return web.page("editions.html", frame, EditionsPage(dataset=dataset, editions=lines))


def _difference(web: Web, request: Request, name: str, before: str, after: str, form: str) -> Response:
    makers = {"json": _difference_json, "csv": _difference_csv}
    if form not in makers:
        raise UnknownRepresentation(form, allowed=[f"diff/{{m}}.{each}" for each in makers])
    return web.answer(request, ("diff", form, name, before, after), lambda: makers[form](web, name, before, after))


def _compare(web: Web, name: str, before: str, after: str) -> tuple[Dataset, Edition, Edition, Difference]:
    """Raises UnknownDataset, UnknownEdition, Gone, NoTable."""
    dataset = web.tabular(name).dataset
    one, other = web.edition(name, before), web.edition(name, after)
    files = web.services.files
    found = difference(list(rows_of(files, one)), list(rows_of(files, other)), dataset.columns)
    return dataset, one, other, found


def _difference_json(web: Web, name: str, before: str, after: str) -> Representation:
    _, one, other, found = _compare(web, name, before, after)
    content: dict[str, Any] = {
        "dataset": name,
        "before": one.number,
        "after": other.number,
        "counts": {
            "added": len(found.added),
            "removed": len(found.removed),
            "changed": len(found.changed) - len(found.provenance_only),
            "provenance_only": len(found.provenance_only),
        },
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": [
            {"key": key, "fields": {each.field: {"before": each.before, "after": each.after} for each in changes}}
            for key, changes in found.changed.items()
        ],
    }
    return represent_json(content, headers={"vary": "Accept"})


def _difference_csv(web: Web, name: str, before: str, after: str) -> Representation:
    dataset, _, _, found = _compare(web, name, before, after)
    headers = {"vary": "Accept", "content-disposition": f'attachment; filename="{name}-{before}-{after}.csv"'}
    return represent(difference_csv(found, dataset.columns), "text/csv; charset=utf-8; header=present", headers=headers)


def _difference_page(web: Web, name: str, before: str, after: str, language: str) -> Representation:
    dataset, one, other, found = _compare(web, name, before, after)
    provenance = {each.name for each in provenance_fields()}
    cells = [(key, each) for key, changes in found.changed.items() for each in changes if each.field not in provenance]
    changed = [(key, *_words(dataset, each, language)) for key, each in cells[:_SHOWN]]
    page = DifferencePage(
        dataset=dataset,
        before=one,
        after=other,
        difference=found,
        added=preview(dataset.columns, found.added[:_SHOWN], language),
        removed=preview(dataset.columns, found.removed[:_SHOWN], language),
        changed=tuple(changed),
        changed_cells=len(cells),
        limit=_SHOWN,
    )
    title = f"{text('difference_heading', language)} {dataset.title.in_language(language)}"
    frame = Frame(language=language, path=f"/datasets/{name}/editions/{before}/diff/{after}", title=title, section="datasets")
    return web.page("difference.html", frame, page)


def _words(dataset: Dataset, change: FieldChange, language: str) -> tuple[str, str, str]:
    """Column, before and after as people read them; a column that the table no longer has keeps its bare name."""
    if change.field not in dataset.columns.field_names:
        return change.field, str(change.before or ""), str(change.after or "")
    field = dataset.columns.field(change.field)
    return field.title.in_language(language), cell(change.before, field, language), cell(change.after, field, language)
