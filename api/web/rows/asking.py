"""A question as it came: table, question, validators. Made before anything is asked, so that a 304 asks nothing."""

from dataclasses import dataclass

from starlette.requests import Request

from api.web.answers import REVALIDATE, http_date
from api.web.problems import UnsuitableParameter
from api.web.rows.cursor import cursor_text, digest, fingerprint, position_of
from api.web.rows.parameters import RowsParameters
from api.web.rows.reading import canonical, question_from
from api.web.rows.table import AskedTable, asked_table
from api.web.web import Web
from catalog.query import Question
from schemas.table import Table


@dataclass(frozen=True, kw_only=True)
class Asked:
    table: AskedTable
    question: Question
    fingerprint: str  #: of question and file
    etag: str
    path: str
    given: tuple[tuple[str, str], ...]  #: parameters
    dialect: str | None
    whole: bool  #: all rows, not a page of them
    negotiated: bool  #: the address alone does not decide the form

    @property
    def schema(self) -> Table:
        return self.table.answer_schema(self.question)

    def cursor(self, position: int) -> str:
        return cursor_text(self.table.edition.number, self.fingerprint, position)

    def headers(self) -> dict[str, str]:
        headers = {
            "etag": self.etag,
            "last-modified": http_date(self.table.entry.dataset.modified),
            "cache-control": REVALIDATE,
            "klar-edition": str(self.table.edition.number),
        }
        return headers | ({"vary": "Accept"} if self.negotiated else {})


def asked(web: Web, request: Request, name: str, query: RowsParameters, form: str, *, negotiated: bool) -> Asked:
    """`form`: an extension, or "page". Raises UnknownDataset, Gone, NoTable, ProtectedStatistics, OutdatedCursor, WrongParameter,
    RepeatedParameter, UnsuitableParameter."""
    table = asked_table(web, name)
    given = tuple(request.query_params.multi_items())
    whole = form != "page" and query.limit is None and not query.cursor
    _require_suitable(query, form, whole=whole)
    question = question_from(query, given, table.types)
    mark = fingerprint(table.file.sha256, canonical(question, table.types))
    if query.cursor:
        after = position_of(query.cursor, table.edition.number, mark)
        question = question_from(query, given, table.types, after=after)
    site = web.services.site
    parts = (mark, form, query.dialect, query.limit, query.cursor, query.total, web.services.version, table.entry.digest, site.base_url)
    return Asked(
        table=table,
        question=question,
        fingerprint=mark,
        # The links of a page repeat the address as it was written.
        etag=f'"{digest(given, negotiated, *parts)}"',
        path=f"/api/v1/datasets/{name}/rows{'' if negotiated or form == 'page' else f'.{form}'}",
        given=given,
        dialect=query.dialect,
        whole=whole,
        negotiated=negotiated,
    )


def _require_suitable(query: RowsParameters, form: str, *, whole: bool) -> None:
    if query.dialect is not None and form != "csv":
        raise UnsuitableParameter("dialect", allowed="rows.csv?dialect=excel-de")
    if query.total and form != "page":
        raise UnsuitableParameter("total", allowed="rows?total=true")
    if form == "parquet" and not whole:
        raise UnsuitableParameter("cursor" if query.cursor else "limit", allowed="rows.csv, rows.json, rows.ndjson")
