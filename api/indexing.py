"""Bringing the search in line with what is published. The index is derived: losing it costs what reading everything takes."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalog.entries import CatalogChange, ChangeKind, DatasetEntry
from catalog.files import Files
from catalog.formats import read_rows
from catalog.search import Changes, Document, Search, document_of
from catalog.store import Store
from dcat.ckan import labels
from schemas.model import Dataset, Site
from schemas.row import Value

_AT_ONCE = 200


def index_published(search: Search, store: Store, files: Files, site: Site) -> bool:
    """False: another process is at it; ask again later."""
    # The revision is read first: what is published meanwhile is then indexed again, not forgotten.
    return search.catch_up(store.revision(), PublishedCatalogue(store, files, site))


@dataclass(frozen=True)
class PublishedCatalogue:
    """The store as the search follows it (catalog.search.Catalogue), by its change log. Reads rows only of data sets it is asked for."""

    store: Store
    files: Files
    site: Site

    def mark(self) -> str:
        last = self.store.recent_changes(limit=1)
        return _mark(last[0][0]) if last else ""

    def changes(self, since: str) -> Changes | None:
        number, _, _ = since.partition(" ")
        if not number.isdecimal():
            return None
        found = list(self._log(int(number) - 1))
        if not found or _mark(found[0]) != since:
            return None
        return Changes(names=frozenset(each.dataset for each in found[1:]), erased=any(_erases(each) for each in found[1:]))

    def digests(self) -> Mapping[str, str]:
        return self.store.digests()

    def documents(self, names: Collection[str] | None) -> Iterator[Document]:
        wanted = self.store.names() if names is None else tuple(names)
        for start in range(0, len(wanted), _AT_ONCE):
            yield from map(self._document, self.store.datasets_named(wanted[start : start + _AT_ONCE]))

    def _document(self, entry: DatasetEntry) -> Document:
        dataset = entry.dataset
        return document_of(dataset, self._rows(dataset), labels=labels(dataset, self.site), digest=entry.digest)

    def _rows(self, dataset: Dataset) -> Iterable[Mapping[str, Value]]:
        if dataset.table is None:
            return ()
        csv = self.store.edition(dataset.name, dataset.edition).files["csv"]
        return read_rows(self.files.read(csv.sha256), dataset.table)

    def _log(self, since: int) -> Iterator[CatalogChange]:
        while found := self.store.changes(since):
            yield from found
            since = found[-1].seq


def _mark(change: CatalogChange) -> str:
    """Its number, and what tells it apart from the change with this number in another history."""
    told = f"{change.at.isoformat()} {change.dataset} {change.kind.value} {change.edition} {change.reason.de}"
    return f"{change.seq} {hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _erases(change: CatalogChange) -> bool:
    return change.kind is ChangeKind.WITHDRAWN
