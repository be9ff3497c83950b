"""The published state as pages need it: rows of an edition, counts of the catalogue. Reads; keeps nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from api.web.problems import NotReady
from catalog.entries import Edition
from catalog.files import Files
from catalog.store import Store
from dcat.feed import page_of
from schemas.row import Value

PublishedValues = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Figures over all active data sets."""

    total: int
    rows: int
    last_page: int  #: of the feed, from 1; 0 before the first publication
    issued: datetime | None  #: first publication ever
    modified: datetime | None  #: last change, removals included


def summary(store: Store) -> Summary:
    totals, last = store.totals(), store.last_number()
    return Summary(
        total=totals.datasets, rows=totals.rows, last_page=page_of(last) if last else 0, issued=totals.issued, modified=totals.modified
    )


def rows_of(files: Files, edition: Edition) -> Iterator[PublishedValues]:
    """The rows of an edition, one at a time, read from its NDJSON file. Raises NotReady when the file is gone."""
    stored = edition.files.get("ndjson")
    if stored is None:
        raise NotReady(f"{edition.dataset}, Stand {edition.number}: NDJSON fehlt")
    with files.path(stored.sha256).open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)
