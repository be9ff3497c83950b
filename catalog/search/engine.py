"""Search: catching up with what is published, and finding in it."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tantivy import DocAddress, Order
from tantivy import Query as Clause

from catalog.search import storage
from catalog.search.document import Document
from catalog.search.matching import FACETS, MODIFIED, all_of, filter_clauses, similar_clause, text_clause, updated_ranges
from catalog.search.query import OLDER, UPDATED, Found, Query
from catalog.search.storage import Generation, Signature
from catalog.search.words import exact, meaningful, words
from schemas.errors import CatalogError

_MOST_WORDS = 12  #: words of a query that count
_LOOKED_AT = 20  #: data sets that are looked through for a suggestion
_VALUES = 1000  #: most values of a facet
_ALL_FACETS = (*FACETS, "updated")
_TOTAL = {"value_count": {"field": MODIFIED}}  #: every document has one


class NotIndexed(CatalogError):
    """The search index is not there yet; it is built from the catalogue in a moment."""


class Search:
    """One index in one folder. Any number of processes and threads may hold one; none of them ever waits for another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: tuple[Signature, Generation | None] = (None, None)
        self._opening = threading.Lock()

    @property
    def revision(self) -> int | None:
        """The catalogue revision that the index shows; None when there is none or it is damaged."""
        generation = self._current()
        return None if generation is None else generation.revision

    def catch_up(self, revision: int, documents: Iterable[Document]) -> bool:
        """Make the index show this revision. `documents` (all active data sets) are read only if it does not yet.

        False: another process is building just now; the index stays as it was, ask again later.
        """
        if self.revision == revision:
            return True
        with storage.only_builder(self._folder) as alone:
            if alone and self.revision != revision:
                storage.build(self._folder, revision, documents)
        return self.revision == revision

    def find(self, query: Query, *, now: datetime) -> Found:
        """Raises NotIndexed when there is no usable index; no text of a query is an error."""
        generation = self._current()
        if generation is None:
            raise NotIndexed
        return _Answer(generation, query, now).found()

    def _current(self) -> Generation | None:
        seen = storage.signature(self._folder)
        known, generation = self._opened
        if seen == known:
            return generation
        # Whoever has an older generation searches in it while another thread opens the new one.
        if not self._opening.acquire(blocking=generation is None):
            return generation
        try:
            return self._open(seen)
        finally:
            self._opening.release()

    def _open(self, seen: Signature) -> Generation | None:
        known, generation = self._opened
        if seen == known:
            return generation  # another thread was quicker
        opened = storage.open_current(self._folder)
        if opened is None and storage.signature(self._folder) != seen:
            return generation  # replaced while it was read; the next search looks again
        self._opened = (seen, opened)
        return opened


class _Answer:
    """One search. Short-lived; its methods share the words, the generation and the time."""

    def __init__(self, generation: Generation, query: Query, now: datetime) -> None:
        self._lexicon = generation.lexicon
        self._schema = generation.lexicon.schema
        self._searcher = generation.searcher
        self._query = query
        self._now = now
        self._words = meaningful(words(query.text))[:_MOST_WORDS]

    def found(self) -> Found:
        if self._query.text.strip() and not self._words:
            return Found(total=0, names=(), facets=dict.fromkeys(_ALL_FACETS, ()), relaxed=False, suggestion="")
        # Whether to relax is decided without the filters: else choosing a facet could change what the words mean.
        text = text_clause(self._lexicon, self._words, all_of_them=True)
        nothing_has_all = bool(self._words) and self._count(text) == 0
        relaxed = nothing_has_all and len(self._words) > 1
        if relaxed:
            text = text_clause(self._lexicon, self._words, all_of_them=False)
        clause = all_of(text, filter_clauses(self._schema, self._query, self._now))
        total, facets = self._facets(text, clause)
        return Found(
            total=total,
            names=self._names(clause, total),
            facets=facets,
            relaxed=relaxed and total > 0,
            suggestion=self._suggestion() if nothing_has_all else "",
        )

    def _count(self, clause: Clause) -> int:
        found = self._searcher.aggregate(clause, {"total": _TOTAL})
        return int(found["total"]["value"])

    def _names(self, clause: Clause, total: int) -> tuple[str, ...]:
        offset = (self._query.page - 1) * self._query.page_size
        limit = min(self._query.page_size, total - offset)
        return tuple(self._name(each) for each in self._hits(clause, limit, offset)) if limit > 0 else ()

    def _hits(self, clause: Clause, limit: int, offset: int) -> list[DocAddress]:
        """Equals stand in the order of publication: that is the order of the documents in the index."""
        sort = self._query.sort
        if sort == "title":
            field = "title_rank_en" if self._query.language == "en" else "title_rank_de"
            result = self._searcher.search(clause, limit=limit, offset=offset, order_by_field=field, order=Order.Asc)
        elif sort == "modified" or not self._words:
            result = self._searcher.search(clause, limit=limit, offset=offset, order_by_field=MODIFIED, order=Order.Desc)
        else:
            result = self._searcher.search(clause, limit=limit, offset=offset)
        return [address for _, address in result.hits]

    def _name(self, address: DocAddress) -> str:
        return str(self._searcher.doc(address).get_first("name"))

    def _facets(self, text: Clause, clause: Clause) -> tuple[int, dict[str, tuple[tuple[str, int], ...]]]:
        """Data sets found, and the facets. Those without a chosen value are counted together, each other one without its own
        filter."""
        chosen = [name for name in _ALL_FACETS if getattr(self._query, name)]
        free = {name: self._aggregation(name) for name in _ALL_FACETS if name not in chosen}
        found = self._searcher.aggregate(clause, {"total": _TOTAL, **free})
        for name in chosen:
            others = all_of(text, filter_clauses(self._schema, self._query, self._now, without=name))
            found |= self._searcher.aggregate(others, {name: self._aggregation(name)})
        return int(found["total"]["value"]), {name: _counts(name, found[name]["buckets"]) for name in _ALL_FACETS}

    def _aggregation(self, name: str) -> dict[str, object]:
        if name == "updated":
            return {"range": {"field": MODIFIED, "ranges": updated_ranges(self._now)}}
        return {"terms": {"field": FACETS[name], "size": _VALUES}}

    def _suggestion(self) -> str:
        """The words, each that finds nothing replaced by the closest one that does; "" when that changes nothing."""
        better = [self._spelling(each) for each in self._words]
        return " ".join(better) if better != self._words else ""

    def _spelling(self, word: str) -> str:
        if len(word) < 4 or self._count(text_clause(self._lexicon, [word], all_of_them=True)):
            return word
        hits = self._searcher.search(similar_clause(self._schema, word), limit=_LOOKED_AT).hits
        spelled = {each for _, address in hits for each in str(self._searcher.doc(address).get_first("spelled")).split()}
        wanted = exact(word)
        near = [(_distance(wanted, exact(each)), exact(each), each) for each in spelled if abs(len(exact(each)) - len(wanted)) <= 2]
        best = min(near, default=(3, "", word))
        return best[2] if best[0] <= 2 else word


def _counts(name: str, buckets: Sequence[Mapping[str, object]]) -> tuple[tuple[str, int], ...]:
    """Most first; the times in their own order."""
    counts = {str(each["key"]): int(str(each["doc_count"])) for each in buckets}
    if name == "updated":
        return tuple(each for each in _within(counts) if each[1])
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _within(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """What changed within 30 days also changed within a year. tantivy adds ranges nobody asked for, to cover all values."""
    total = 0
    for each in sorted(UPDATED, key=lambda each: UPDATED[each]):
        total += counts.get(each, 0)
        yield each, total
    yield OLDER, counts.get(OLDER, 0)


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete, replace or swap with a neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, start=1):
        line = [row]
        for column, right in enumerate(other, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (left != right))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]
