"""A kind of source that comes in pages and exists only in these tests: JSON with `results`, `next` and `total`."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from harvesters.harvester import Found, SourceConfig
from harvesters.http.paging import pages, web
from harvesters.record import Record
from harvesters.registry import kinds
from schemas.declaration import declaration_of_table
from schemas.errors import SourceError
from schemas.fetch import Fetch, Payload
from schemas.row import Row
from schemas.table import common_tables

TABLE = "organisation"


class PagedOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    most: int = 50  #: pages
    bug: bool = False  #: a programming error in the middle of the source


class PagedHarvester:
    kind: ClassVar[str] = "test-pages"
    Options: ClassVar[type[BaseModel]] = PagedOptions

    def __init__(self, source: SourceConfig) -> None:
        self._options = PagedOptions.model_validate(dict(source.options))

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        yield declaration_of_table(TABLE)
        first = source.list("")[0]
        for page in pages(source, first, _next, get=lambda url: source.get(url, expected=["json"]), most=self._options.most):
            for each in _content(page)["results"]:
                yield Record(each, origin=page.url, tables=[TABLE])
            if self._options.bug:
                1 / 0  # noqa: B018  # what a harvester with a bug does

    def map(self, record: Record) -> Iterable[Row]:
        key = record.text("id")
        empty = dict.fromkeys(common_tables()[TABLE].field_names)
        values = {**empty, "id": key, "name": record.text("name"), "kind": "association"}
        yield Row(table=TABLE, key=key, values=values, origin=record.origin)


def _content(page: Payload) -> dict[str, Any]:
    try:
        content = json.loads(page.content)
    except ValueError as error:
        raise SourceError(f"»{page.url}« ist kein vollständiges JSON; die nächste Ernte versucht es wieder.") from error
    if not isinstance(content, dict) or not isinstance(content.get("results"), list):
        raise SourceError(f"»{page.url}« enthält keine Ergebnisse (results); ist das noch dieselbe Schnittstelle?")
    return content


def _next(page: Payload) -> str | None:
    link = _content(page).get("next")
    return link if isinstance(link, str) else None


def register() -> None:
    kinds()[PagedHarvester.kind] = PagedHarvester


@contextmanager
def registered() -> Iterator[None]:
    """The kind exists for as long as this lasts."""
    register()
    try:
        yield
    finally:
        del kinds()[PagedHarvester.kind]
