"""`/api/v1/datasets/{name}/rows`: a page by default, all rows for who asks for a file by suffix or `Accept`."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.web.answers import HEAD_MARK, is_unchanged
from api.web.budget import meter_of
from api.web.negotiation import best
from api.web.openapi import ROWS
from api.web.problems import UnknownRepresentation, WrongParameter
from api.web.rows.asking import Asked, asked
from api.web.rows.desk import Desk, while_there
from api.web.rows.export import parquet, streamed
from api.web.rows.forms import MEDIA_TYPES
from api.web.rows.page import next_address, page_headers, page_json, page_rows
from api.web.rows.parameters import FILTER_PARAMETER, RowsParameters, RowsQuery
from api.web.web import Web
from catalog.query import Answer, Cancellation, UnknownPosition

_PAGE = "page"
_FILTERS = {"parameters": [FILTER_PARAMETER]}
_OFFERS = {"application/json": _PAGE, "text/csv": "csv", MEDIA_TYPES["ndjson"]: "ndjson", MEDIA_TYPES["parquet"]: "parquet"}


def routes(web: Web) -> APIRouter:
    router = APIRouter(prefix="/api/v1")
    desk = Desk()

    @router.get("/datasets/{name}/rows", operation_id="rows", openapi_extra=_FILTERS, **ROWS)
    async def rows(request: Request, name: str, query: RowsQuery) -> Response:
        form = _OFFERS[best(request.headers.get("accept", ""), list(_OFFERS)) or "application/json"]
        return await _answer(web, desk, request, name, query, form, negotiated=True)

    @router.get("/datasets/{name}/rows.{extension}", operation_id="rows_file", openapi_extra=_FILTERS, **ROWS)
    async def rows_file(request: Request, name: str, extension: str, query: RowsQuery) -> Response:
        if extension not in MEDIA_TYPES:
            raise UnknownRepresentation(extension, allowed=[f"rows.{each}" for each in MEDIA_TYPES])
        return await _answer(web, desk, request, name, query, extension, negotiated=False)

    return router


async def _answer(web: Web, desk: Desk, request: Request, name: str, query: RowsParameters, form: str, *, negotiated: bool) -> Response:
    question = await run_in_threadpool(asked, web, request, name, query, form, negotiated=negotiated)
    if is_unchanged(request, question.etag, question.table.entry.dataset.modified):
        return Response(status_code=304, headers=question.headers())
    if not question.whole:
        return await _page(web, desk, request, question, form)
    headers = _file_headers(question, form) | {"klar-limited": "false"}
    if request.scope.get(HEAD_MARK):
        return _without_length(headers)
    if form == "parquet":
        return await parquet(web, desk, request, question, headers)
    return await streamed(web, desk, request, question, form, headers)


async def _page(web: Web, desk: Desk, request: Request, question: Asked, form: str) -> Response:
    answer = await _asked_engine(web, desk, request, question)
    following = next_address(web, question, answer)
    headers = page_headers(question, following)
    if form == _PAGE:
        content = page_json(web, question, answer, following)
        return Response(content, headers=headers | {"content-type": "application/json"})
    return Response(page_rows(question, answer, form), headers=headers | _file_headers(question, form))


async def _asked_engine(web: Web, desk: Desk, request: Request, question: Asked) -> Answer:
    cancellation, table = Cancellation(), question.table
    try:
        async with while_there(request.receive, cancellation):
            answer = await desk.work(lambda: web.services.tables.ask(table.path, question.question, cancellation))
    except UnknownPosition:
        raise _nobodys_cursor() from None
    meter_of(request.scope)(answer.seconds)
    if question.question.after is not None and not answer.rows:
        raise _nobodys_cursor()  # ours are only given where rows follow
    return answer


def _nobodys_cursor() -> WrongParameter:
    return WrongParameter("cursor", allowed=["was in „next“ der vorigen Seite steht"])


def _file_headers(question: Asked, form: str) -> dict[str, str]:
    extension = f"{question.dialect}.{form}" if question.dialect else form
    filename = f"{question.table.name}-rows.{extension}"
    disposition = {"content-disposition": f'attachment; filename="{filename}"'}
    return question.headers() | disposition | {"content-type": MEDIA_TYPES[form]}


def _without_length(headers: dict[str, str]) -> Response:
    """Nobody knows how long a file is before it is made."""
    answer = Response(headers=headers)
    del answer.headers["content-length"]
    return answer
