"""`datastore_search` and `datastore_info`: rows of a table, through the structured questions of `catalog.query`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from api.web.ckan.arguments import Arguments
from api.web.ckan.catalogue import Json, Resource, parquet_of, resource_of
from api.web.ckan.errors import Invalid, SearchQueryInvalid
from api.web.web import Web
from catalog.query import Answer, Filter, Operator, Order, Question, TooExpensive
from dcat.ckan import resource_id
from schemas.errors import WrongValue
from schemas.row import Value

_MOST_ROWS = 32_000
_METADATA = "_table_metadata"
#: DuckDB's types by the names CKAN clients know from PostgreSQL.
_TYPES = {"BIGINT": "int8", "DOUBLE": "float8", "BOOLEAN": "bool", "TIMESTAMP WITH TIME ZONE": "timestamptz", "VARCHAR": "text"}
_SORT = re.compile(r'\s*(?:"(?P<quoted>[^"]+)"|(?P<plain>\S+))(?:\s+(?P<way>asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*', re.IGNORECASE)
_FORMATS = ("objects", "lists", "csv", "tsv")


def datastore_search(web: Web, arguments: Arguments) -> Json:
    """Raises NotFound, Invalid, SearchQueryInvalid."""
    reference = arguments.text("resource_id", "id")
    if reference == _METADATA:
        return _tables(web, arguments)
    found = resource_of(web, reference)
    question = _question(arguments)
    form = arguments.optional("records_format", "objects")
    if form not in _FORMATS:
        raise Invalid({"records_format": [f"Value must be one of {', '.join(_FORMATS)}"]})
    try:
        answer = web.services.tables.ask(parquet_of(web, found.dataset), question)
    except WrongValue as error:
        raise Invalid({"query": [error.detail]}) from None
    except TooExpensive:
        raise SearchQueryInvalid("it takes too long") from None
    result = {
        "include_total": question.with_total,
        "limit": question.limit,
        "offset": question.offset,
        "records_format": form,
        "resource_id": reference,
        "total_estimation_threshold": None,
        "fields": _fields(found, answer),
        "records": _records(answer, form),
        "_links": _links(arguments, question),
    }
    if question.with_total:
        result |= {"total": answer.total, "total_was_estimated": False}
    return result


def datastore_info(web: Web, arguments: Arguments) -> Json:
    """Raises NotFound."""
    reference = arguments.text("resource_id", "id")
    found = resource_of(web, reference)
    answer = web.services.tables.ask(parquet_of(web, found.dataset), Question(limit=0))
    return {
        "meta": {"id": reference, "count": answer.total, "aliases": [], "table_type": "BASE TABLE"},
        "fields": [each for each in _fields(found, answer) if each["id"] != "_id"],
    }


def _question(arguments: Arguments) -> Question:
    wanted = arguments.value("q")
    words = arguments.mapping("q") if isinstance(wanted, dict) or str(wanted or "").lstrip().startswith("{") else {}
    return Question(
        columns=arguments.texts("fields"),
        filters=(*_filters(arguments.mapping("filters")), *_contains(words)),
        words=() if words else tuple(str(wanted or "").split()),
        order=tuple(_order(arguments.optional("sort"))),
        distinct=arguments.flag("distinct", False),
        limit=arguments.integer("limit", 100, most=_MOST_ROWS),
        offset=arguments.integer("offset", 0, most=2**53),
        with_total=arguments.flag("include_total", True),
    )


def _filters(wanted: Mapping[str, Any]) -> Iterator[Filter]:
    """A value, or a list of which any may fit."""
    for column, given in wanted.items():
        values = given if isinstance(given, list) else [given]
        if any(isinstance(each, (list, dict)) for each in values):
            raise Invalid({"filters": [f"{column}: values must be simple"]})
        if values == [None]:
            yield Filter(column=column, operator=Operator.IS_NULL, values=(True,))
        else:
            yield Filter(column=column, operator=Operator.IN, values=tuple(each for each in values if each is not None))


def _contains(wanted: Mapping[str, Any]) -> Iterator[Filter]:
    """`q` as an object: words that have to stand in one column."""
    for column, words in wanted.items():
        for word in str(words).split():
            yield Filter(column=column, operator=Operator.CONTAINS, values=(word,))


def _order(text: str) -> Iterator[Order]:
    for each in filter(str.strip, text.split(",")):
        match = _SORT.fullmatch(each)
        if match is None:
            raise Invalid({"sort": ["sort must be like: column asc, column desc"]})
        yield Order(column=match["quoted"] or match["plain"], descending=(match["way"] or "").lower() == "desc")


def _fields(found: Resource, answer: Answer) -> list[Json]:
    described = {each.name: each for each in found.dataset.columns.fields}
    return [_field(name, type, described.get(name)) for name, type in answer.columns]


def _field(name: str, type: str, described: Any) -> Json:
    kind = "int" if name == "_id" else _TYPES.get(type, "text")
    if described is None:
        return {"id": name, "type": kind}
    return {"id": name, "type": kind, "info": {"label": described.title.de, "notes": described.description.de}}


def _records(answer: Answer, form: str) -> Any:
    names = [name for name, _ in answer.columns]
    match form:
        case "objects":
            return [dict(zip(names, row, strict=True)) for row in answer.rows]
        case "lists":
            return [list(row) for row in answer.rows]
        case _:
            return _separated(answer.rows, "," if form == "csv" else "\t")


def _separated(rows: Sequence[Sequence[Value]], separator: str) -> str:
    return "".join(separator.join(_cell(each, separator) for each in row) + "\n" for row in rows)


def _cell(value: Value, separator: str) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    quoted = any(each in text for each in (separator, '"', "\n", "\r"))
    return '"' + text.replace('"', '""') + '"' if quoted else text


def _links(arguments: Arguments, question: Question) -> Json:
    asked = {name: value for name, value in arguments.simple().items() if name != "offset"}
    start = f"/api/3/action/datastore_search?{urlencode(asked)}"
    return {"start": start, "next": f"{start}&offset={question.offset + question.limit}"}


def _tables(web: Web, arguments: Arguments) -> Json:
    """What can be asked: CKAN lists its tables under this name. Tables have no aliases here."""
    limit, offset = arguments.integer("limit", 100, most=_MOST_ROWS), arguments.integer("offset", 0, most=2**53)
    names = web.services.store.names()
    shown = web.services.store.datasets_named(names[offset : offset + limit])
    records = [
        {"_id": offset + number, "name": resource_id(each.dataset, "csv"), "oid": each.dataset.number, "alias_of": None}
        for number, each in enumerate(shown, start=1)
    ]
    return {
        "include_total": True,
        "limit": limit,
        "offset": offset,
        "records_format": "objects",
        "resource_id": _METADATA,
        "fields": [{"id": name, "type": kind} for name, kind in (("_id", "int"), ("name", "text"), ("oid", "int8"), ("alias_of", "text"))],
        "records": records,
        "total": len(names),
        "total_was_estimated": False,
    }
