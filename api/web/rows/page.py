"""One page of an answer: JSON with what it is and where it goes on, or its bare rows in the form that was asked for."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from api.web.record import text_json
from api.web.rows.asking import Asked
from api.web.rows.forms import MEDIA_TYPES, form_of
from api.web.rows.reading import described
from api.web.web import Web
from catalog.query import Answer


def next_address(web: Web, asked: Asked, answer: Answer) -> str | None:
    """Absolute; None on the last page."""
    if not answer.more or answer.last is None:
        return None
    kept = [(name, value) for name, value in asked.given if name != "cursor"]
    return web.addresses.absolute(f"{asked.path}?{urlencode([*kept, ('cursor', asked.cursor(answer.last))])}")


def page_headers(asked: Asked, following: str | None) -> dict[str, str]:
    headers = asked.headers() | {"klar-limited": "true" if following else "false"}
    return headers | ({"link": f'<{following}>; rel="next"'} if following else {})


def page_json(web: Web, asked: Asked, answer: Answer, following: str | None) -> bytes:
    table, dataset = asked.table, asked.table.entry.dataset
    names = [name for name, _ in answer.columns]
    base = f"/api/v1/datasets/{table.name}/rows"
    query = urlencode([each for each in asked.given if each[0] not in ("cursor", "limit", "total")])
    document = {
        "dataset": table.name,
        "title": text_json(dataset.title),
        "edition": table.edition.number,
        "licence": dataset.licence.iri,
        "columns": _columns(asked, answer),
        "rows": [dict(zip(names, row, strict=True)) for row in answer.rows],
        "limit": asked.question.limit,
        "limited": following is not None,
        "total": answer.total if answer.total is not None else _cheap_total(asked),
        "next": following,
        "links": {each: web.addresses.absolute(f"{base}.{each}{'?' if query else ''}{query}") for each in MEDIA_TYPES}
        | {"dataset": web.addresses.absolute(f"/datasets/{table.name}")},
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def page_rows(asked: Asked, answer: Answer, extension: str) -> bytes:
    form, schema = form_of(extension, dialect=asked.dialect, finished=False), asked.schema
    block = form.block(schema, answer.rows, first=True) if answer.rows else b""
    return form.head(schema) + block + form.end(empty=not answer.rows)


def _columns(asked: Asked, answer: Answer) -> list[Mapping[str, Any]]:
    """Of a table also what can be asked of each."""
    titles = {each.name: text_json(each.title) for each in asked.schema.fields}
    return [{**each, "title": titles[each["name"]]} for each in described(dict(answer.columns))]


def _cheap_total(asked: Asked) -> int | None:
    """The catalogue knows how many rows there are, if nothing is filtered."""
    return asked.table.edition.rows if not asked.question.filters and not asked.question.is_grouped else None
