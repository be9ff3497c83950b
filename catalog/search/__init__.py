"""Search over the data sets: an index on disk, derived from what is published, that any process may read and one may build."""

from catalog.search.document import Document, document_of
from catalog.search.engine import Catalogue, Changes, NotIndexed, Search
from catalog.search.matching import UnknownField
from catalog.search.query import UPDATED, Found, Query

__all__ = ["UPDATED", "Catalogue", "Changes", "Document", "Found", "NotIndexed", "Query", "Search", "UnknownField", "document_of"]
