"""Pages without parameters: start, reported figures, freshness, interfaces, legal pages."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from fastapi import APIRouter, FastAPI, Request, Response

from api.web.answers import Representation, represent_json, respond
from api.web.negotiation import best
from api.web.openapi import OPERATIONS, openapi_document
from api.web.pages import (
    ApiPage,
    Choice,
    LegalPage,
    Link,
    Operation,
    ParameterLine,
    ReportedPage,
    SourceState,
    StartPage,
    StatusPage,
)
from api.web.parameters import KINDS, Nothing, kind_of
from api.web.problems import ALL_KINDS
from api.web.published import common_rows
from api.web.record import moment_json
from api.web.reported import TABLES, groups, section_title
from api.web.search import card
from api.web.sensors.freshness import SourceValues, source_sentence, values_json, values_of
from api.web.services import LEGAL_PAGES, PublicSource
from api.web.templating import Frame
from api.web.texts import text
from api.web.web import Web
from api.web.wording import day
from catalog.plan import Outcome
from schemas.declaration import declaration_of_table

_NEWEST = 4
_RECENT_RUNS = 50
#: A source may be this much late before the page says so: schedules have slack, and a night has a change of clocks.
_SLACK = timedelta(hours=2)
#: What the operator notes for himself; `klar doctor` looks for such a mark in templates.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def routes(web: Web, language: str, app: FastAPI) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def start(request: Request, _query: Nothing) -> Response:
        return web.answer(request, ("start", language), lambda: _start(web, language))

    @router.get("/statistics/reported")
    def reported(request: Request, _query: Nothing) -> Response:
        return web.answer(request, ("reported", language), lambda: _reported(web, language))

    @router.get("/status")
    def status(request: Request, _query: Nothing) -> Response:
        return respond(request, _status(web, language, request.headers.get("accept", "")))

    @router.get("/api")
    def api(request: Request, _query: Nothing) -> Response:
        return web.answer(request, ("api", language), lambda: _api(web, language, app))

    if language != "de":  # /en without slash: nothing may be redirected, for that would repeat the Host header
        router.add_api_route("", start, methods=["GET"])
    for name in LEGAL_PAGES:
        router.add_api_route(f"/{name}", _legal_route(web, language, name), methods=["GET"])
    return router


def _start(web: Web, language: str) -> Representation:
    state = web.summary()
    datasets = [each.dataset for each in web.services.store.datasets()]
    kinds = [(kind, sum(kind_of(each.kind) == kind for each in datasets)) for kind in KINDS]
    newest = sorted(datasets, key=lambda each: (each.modified, each.number), reverse=True)[:_NEWEST]
    page = StartPage(
        total=state.total,
        rows=state.rows,
        modified=state.modified,
        kinds=tuple(
            Choice(
                label=text(f"kind_{kind}", language),
                count=count,
                link=web.addresses.page(f"/datasets?type={kind}", language),
                active=False,
            )
            for kind, count in kinds
            if count
        ),
        newest=tuple(card(each) for each in newest),
    )
    frame = Frame(language=language, path="/", title="", description=text("start_lead", language))
    return web.page("start.html", frame, page)


def _reported(web: Web, language: str) -> Representation:
    found = {table: common_rows(web.services.store, web.services.files, table) for table in TABLES}
    made = groups({table: rows for table, rows in found.items() if rows is not None}, language)
    kinds = dict.fromkeys(each.kind for each in made)
    modified = web.summary().modified
    page = ReportedPage(
        figures=sum(len(each.statements) for each in made),
        subjects=len({(each.kind, each.subject) for each in made}),
        competing=tuple(each for each in made if each.competes),
        sections=tuple((section_title(kind, language), tuple(each for each in made if each.kind == kind)) for kind in kinds),
        datasets=tuple(_dataset_link(web, table, language) for table, rows in found.items() if rows is not None),
        citation=text(
            "reported_citation",
            language,
            publisher=web.services.site.publisher.name,
            when=day(modified or web.services.clock(), language),
            url=web.addresses.absolute("/statistics/reported"),
        ),
    )
    frame = Frame(
        language=language,
        path="/statistics/reported",
        title=text("reported_heading", language),
        description=text("reported_lead", language),
        section="reported",
    )
    return web.page("reported.html", frame, page)


def _dataset_link(web: Web, table: str, language: str) -> Link:
    declaration = declaration_of_table(table)
    return Link(label=declaration.title.in_language(language), link=web.addresses.page(f"/datasets/{declaration.name}", language))


def _status(web: Web, language: str, accept: str) -> Representation:
    """Not kept: freshness changes without a publication."""
    now = web.services.clock()
    datasets = [each.dataset for each in web.services.store.datasets()]
    values = {each.name: values_of(web, each, datasets) for each in web.services.sources}
    sources = tuple(_source_state(web, each, values[each.name], now, language) for each in web.services.sources)
    if best(accept, ("text/html", "application/json")) == "application/json":
        listed = [
            {
                "title": state.title,
                "url": state.url,
                "state": state.state,
                "last": moment_json(state.last),
                "values": values_json(values[source.name]),
            }
            for source, state in zip(web.services.sources, sources, strict=True)
        ]
        return represent_json({"sources": listed}, headers={"vary": "Accept"})
    frame = Frame(
        language=language,
        path="/status",
        title=text("status_heading", language),
        description=text("status_lead", language),
        section="status",
    )
    return web.page("status.html", frame, StatusPage(sources=sources, datasets=datasets))


def _source_state(web: Web, source: PublicSource, values: SourceValues | None, now: datetime, language: str) -> SourceState:
    last = _last_tried(web, source.name) if source.personal_data else _last_read(web, source.name)
    return SourceState(
        title=source.title,
        url=source.url,
        state=_freshness(source, last, now),
        last=last,
        expected=_interval(source.expected_interval, language),
        values=source_sentence(values, language) if values else "",
        values_late=bool(values and values.stale),
    )


def _last_read(web: Web, source: str) -> datetime | None:
    """A run that left single rows to a person has read its source, too."""
    success = web.services.store.last_success(source)
    partial = [each for each in web.services.store.runs(source, limit=_RECENT_RUNS) if each.outcome is Outcome.PARTIAL]
    ends = [each.finished_at for each in (success, *partial) if each is not None and each.finished_at is not None]
    return max(ends, default=None)


def _last_tried(web: Web, source: str) -> datetime | None:
    """When a run began that could read the source. Whether it found something new, let rows wait or was held, and how long it took,
    depends on what it read about persons: nobody must be able to tell two vaults apart by it."""
    ended = (Outcome.OK, Outcome.UNCHANGED, Outcome.PARTIAL, Outcome.HELD)
    return max((each.started_at for each in web.services.store.runs(source, limit=_RECENT_RUNS) if each.outcome in ended), default=None)


def _freshness(source: PublicSource, last: datetime | None, now: datetime) -> str:
    if last is None:
        return "never"
    late = source.expected_interval is not None and now - last > source.expected_interval + _SLACK
    return "late" if late else "fresh"


def _interval(interval: timedelta | None, language: str) -> str:
    if interval is None:
        return text("status_by_hand", language)
    hours = round(interval / timedelta(hours=1))
    if hours <= 1:
        return text("status_hourly", language)
    if hours == 24:
        return text("status_daily", language)
    if hours % 24 == 0:
        return text("status_every_days", language, count=hours // 24)
    return text("status_every_hours", language, count=hours)


def _api(web: Web, language: str, app: FastAPI) -> Representation:
    document = openapi_document(app, web.services.site, web.services.version)
    operations = tuple(
        Operation(
            path=path,
            summary=OPERATIONS[operation["operationId"]].in_language(language),
            parameters=tuple(_parameter(each, language) for each in operation.get("parameters", ())),
        )
        for path, methods in document["paths"].items()
        for operation in methods.values()
    )
    names = [each.dataset.name for each in web.services.store.datasets()]
    errors = sorted({(each.status, each.code): each.title for each in ALL_KINDS}.items())
    page = ApiPage(
        operations=operations,
        errors=tuple((status, code, title) for (status, code), title in errors),
        example=names[0] if names else "projekte",
    )
    frame = Frame(
        language=language, path="/api", title=text("api_heading", language), description=text("api_lead", language), section="api"
    )
    return web.page("api.html", frame, page)


def _parameter(described: dict[str, object], language: str) -> ParameterLine:
    schema = described.get("schema")
    meaning = schema.get("x-en") or described.get("x-en") if language == "en" and isinstance(schema, dict) else ""
    return ParameterLine(
        name=str(described["name"]),
        meaning=str(meaning or described.get("description", "")),
        values=_values(schema) if isinstance(schema, dict) else "",
    )


def _values(schema: dict[str, object]) -> str:
    """Allowed values of a parameter, from its JSON Schema."""
    inner = schema.get("items")
    if isinstance(inner, dict):
        return _values(inner)
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        return ", ".join(filter(None, (_values(each) for each in choices if each.get("type") != "null")))
    if "enum" in schema and isinstance(schema["enum"], list):
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    bounds = [f"{sign} {schema[name]}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if name in schema]
    return ", ".join(bounds) or str(schema.get("format", schema.get("type", "")))


def _legal_route(web: Web, language: str, name: str) -> Callable[..., Response]:
    def legal(request: Request, _query: Nothing) -> Response:
        return respond(request, _legal(web, language, name))

    return legal


def _legal(web: Web, language: str, name: str) -> Representation:
    """Read anew each time: the operator mends a file and needs no restart."""
    path = web.services.legal.get(name)
    written = path is not None and path.is_file()
    html = _html(path.read_text(encoding="utf-8")) if path is not None and written else ""
    frame = Frame(language=language, path=f"/{name}", title=text(f"legal_{name}", language), section="")
    return web.page("legal.html", frame, LegalPage(name=name, html=html, written=written))


def _html(markdown: str) -> str:
    """HTML in the text is shown as text."""
    from markdown_it import MarkdownIt  # heavy: 60 ms

    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(_COMMENT.sub("", markdown)))
