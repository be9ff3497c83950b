"""The published state as pages need it: rows of an edition, counts of the catalogue. Reads; keeps nothing."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import orjson

from api.web.problems import NotReady
from catalog.entries import Edition
from catalog.files import Files
from catalog.store import Store
from dcat.feed import page_of
from schemas.declaration import declaration_of_table
from schemas.errors import Gone, UnknownDataset
from schemas.row import Value

PublishedValues = Mapping[str, Value]
#: With more alternatives, looking for them takes longer than reading the row.
_MOST_SOUGHT = 20
#: So many editions are searched for a key that is published no more.
_SEARCHED_EDITIONS = 30
_KEY_OF_LINE = re.compile(rb'^\{"id":"([^"]*)"', re.MULTILINE)


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


def rows_of(files: Files, edition: Edition, naming: Collection[str] | None = None) -> Iterator[PublishedValues]:
    """The rows of an edition, one at a time, read from its NDJSON file. With `naming`, rows in which none of these identifiers is the
    value of a column may be passed over unread; who asks still looks. Raises NotReady when the file is gone."""
    few = naming is not None and len(naming) <= _MOST_SOUGHT
    sought = re.compile(b'"(?:%s)"' % b"|".join(re.escape(each).encode() for each in sorted(naming or ()))) if few else None
    with _rows_file(files, edition).open("rb") as lines:
        for line in lines:
            if sought is None or sought.search(line):
                yield orjson.loads(line)


def _rows_file(files: Files, edition: Edition) -> Path:
    stored = edition.files.get("ndjson")
    if stored is None:
        raise NotReady(f"{edition.dataset}, Stand {edition.number}: NDJSON fehlt")
    return files.path(stored.sha256)


def common_edition(store: Store, table: str) -> Edition | None:
    """The newest edition of a table of the common model; None while its data set is not published."""
    name = declaration_of_table(table).name
    try:
        return store.edition(name, store.dataset(name).dataset.edition)
    except (UnknownDataset, Gone):
        return None


def common_rows(store: Store, files: Files, table: str, naming: Collection[str] | None = None) -> tuple[PublishedValues, ...] | None:
    """The published rows of a table of the common model, whatever their source; None while its data set is not published."""
    edition = common_edition(store, table)
    return None if edition is None else tuple(rows_of(files, edition, naming))


@dataclass(frozen=True, kw_only=True)
class Former:
    """The last edition that had a row, and the one after it."""

    last: Edition
    after: Edition


def former_keys(store: Store, files: Files, table: str) -> Mapping[str, Former]:
    """Keys of a table of the common model that one of the last editions had and the newest has not. Withdrawn editions tell nothing."""
    try:
        editions = store.editions(declaration_of_table(table).name)[: _SEARCHED_EDITIONS + 1]
    except (UnknownDataset, Gone):
        return {}
    known = _keys(files, editions[0]) if editions else frozenset()
    found: dict[str, Former] = {}
    for after, last in pairwise(editions):
        for key in _keys(files, last) - known - found.keys():
            found[key] = Former(last=last, after=after)
    return found


def _keys(files: Files, edition: Edition) -> frozenset[str]:
    if edition.withdrawn_at is not None or "ndjson" not in edition.files:
        return frozenset()
    return frozenset(each.decode() for each in _KEY_OF_LINE.findall(_rows_file(files, edition).read_bytes()))
