"""Bringing the search in line with what is published. The index is derived: losing it costs a second."""

from collections.abc import Iterator

from catalog.files import Files
from catalog.formats import read_rows
from catalog.search import Document, Search, document_of
from catalog.store import Store


def index_published(search: Search, store: Store, files: Files) -> bool:
    """False: another process is at it; ask again later."""
    # The revision is read first: what is published meanwhile is then indexed again, not forgotten.
    return search.catch_up(store.revision(), _documents(store, files))


def _documents(store: Store, files: Files) -> Iterator[Document]:
    for entry in store.datasets():
        dataset = entry.dataset
        csv = store.edition(dataset.name, dataset.edition).files["csv"]
        yield document_of(dataset, read_rows(files.read(csv.sha256), dataset.table))
