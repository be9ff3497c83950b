"""Search over the data sets: an index on disk, derived from what is published, that any process may read and one may build."""

from catalog.search.document import Document, document_of
from catalog.search.engine import NotIndexed, Search
from catalog.search.query import UPDATED, Found, Query

__all__ = ["UPDATED", "Document", "Found", "NotIndexed", "Query", "Search", "document_of"]
