"""Search: catching up with what is published, and finding in it."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Protocol

from tantivy import Query as Clause

from catalog.search import storage
from catalog.search.condition import EVERYTHING
from catalog.search.counts import Counted
from catalog.search.document import Document
from catalog.search.matching import (
    FACETS,
    ISSUED,
    MODIFIED,
    all_of,
    condition_clause,
    filter_clauses,
    similar_clause,
    text_clause,
    updated_ranges,
)
from catalog.search.query import OLDER, UPDATED, Found, Query
from catalog.search.reader import Reader, Sorting
from catalog.search.storage import Generation, Signature
from catalog.search.words import exact, meaningful, words
from schemas.aliases import Aliases
from schemas.errors import CatalogError

_MOST_WORDS = 12  #: words of a query that count
_LOOKED_AT = 20  #: data sets that are looked through for a suggestion
_VALUES = 1000  #: most values of a facet
_LABEL_VALUES = 50_000  #: most values of a label that are counted
_ALL_FACETS = (*FACETS, "updated")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What happened to the catalogue since a mark."""

    names: frozenset[str]  #: data sets that were published, changed or removed
    erased: bool = False  #: something was withdrawn: the index must keep no trace of it


class Catalogue(Protocol):
    """What the index is derived from."""

    def mark(self) -> str:
        """Where its log stands."""

    def changes(self, since: str) -> Changes | None:
        """None: the mark is of another history (a backup was restored), or of none."""

    def digests(self) -> Mapping[str, str]:
        """Active data set -> digest of what its document is made from. Asked only when nobody knows what has changed."""

    def documents(self, names: Collection[str] | None) -> Iterable[Document]:
        """Of the active ones of these data sets; None: of all."""


class NotIndexed(CatalogError):
    """The search index is not there yet; it is built from the catalogue in a moment."""


class Search:
    """One index in one folder. Any number of processes and threads may hold one; none of them ever waits for another.
    `most_extra`: changed documents, before the index is written anew as a whole; below `part.GAP`. `aliases`: what else things are
    called; whoever asks for one name is given what bears another."""

    def __init__(self, folder: Path, *, most_extra: int = storage.MOST_EXTRA, aliases: Aliases | None = None) -> None:
        self._folder = folder
        self._most_extra = most_extra
        self._aliases = aliases or Aliases()
        self._opened: tuple[Signature, Generation | None] = (None, None)
        self._opening = threading.Lock()
        self._seen_through: Path | None = None  # the generation whose history is the catalogue's

    @property
    def revision(self) -> int | None:
        """The catalogue revision that the index shows; None when there is none or it is damaged."""
        generation = self._current()
        return None if generation is None else generation.revision

    def build(self, revision: int, documents: Iterable[Document], mark: str = "") -> bool:
        """Make the index show these documents, all active data sets at this revision, whatever was there.

        False: another process is building just now; the index stays as it was, ask again later.
        """
        with storage.only_builder(self._folder) as alone:
            if alone:
                storage.build(self._folder, revision, mark, documents)
        return alone

    def catch_up(self, revision: int, catalogue: Catalogue) -> bool:
        """Make the index show this revision. The catalogue is asked only if it does not yet, and then for what has changed since.

        False: another process is building just now; the index stays as it was, ask again later.
        """
        if self._shows(revision, catalogue):
            return True
        with storage.only_builder(self._folder) as alone:
            if alone and not self._shows(revision, catalogue):
                self._follow(revision, catalogue)
                built = self._current()
                self._seen_through = None if built is None else built.place
        return self.revision == revision

    def _shows(self, revision: int, catalogue: Catalogue) -> bool:
        """The number alone is no proof: a catalogue that was restored from a backup counts on from an older one. Its log is looked at
        once for each generation."""
        current = self._current()
        if current is None or current.revision != revision:
            return False
        if self._seen_through != current.place and catalogue.mark() == current.mark:
            self._seen_through = current.place
        return self._seen_through == current.place

    def _follow(self, revision: int, catalogue: Catalogue) -> None:
        current = self._current()
        mark = catalogue.mark()  # before anything is read: what is published meanwhile is indexed again, not forgotten
        if current is None:
            storage.build(self._folder, revision, mark, catalogue.documents(None))
            return
        try:
            changes = catalogue.changes(current.mark)
            names = _differences(current.digests(), catalogue.digests()) if changes is None else changes.names
            fresh = list(catalogue.documents(names))
            if (changes is not None and not changes.erased) and len(names | current.extra.digests.keys()) <= self._most_extra:
                storage.extend(self._folder, revision, mark, current, names, fresh)
            else:
                storage.build(self._folder, revision, mark, chain(current.documents(without=names), fresh))
        except storage.DAMAGES:
            storage.build(self._folder, revision, mark, catalogue.documents(None))

    def find(self, query: Query, *, now: datetime) -> Found:
        """Raises NotIndexed when there is no usable index; no text of a query is an error."""
        generation = self._current()
        if generation is None:
            raise NotIndexed
        return _Answer(generation, query, now, self._aliases).found()

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
        opened = storage.open_current(self._folder, generation)
        if opened is None and storage.signature(self._folder) != seen:
            return generation  # replaced while it was read; the next search looks again
        self._opened = (seen, opened)
        return opened


class _Answer:
    """One search. Short-lived; its methods share the words, the generation and the time."""

    def __init__(self, generation: Generation, query: Query, now: datetime, aliases: Aliases) -> None:
        self._counts = generation.counts
        self._lexicon = generation.lexicon
        self._schema = generation.lexicon.schema
        self._reader = Reader(generation.searchers)
        self._query = query
        self._now = now
        written = words(query.text)
        self._words = meaningful(written)[:_MOST_WORDS]
        self._variants = [meaningful(each)[:_MOST_WORDS] for each in aliases.variants(written)]

    def found(self) -> Found:
        """Data sets with all words; where none has them all, those with any of them. That is decided without the filters: else choosing
        a facet could change what the words mean. It is only asked where filters and words together find nothing."""
        if self._query.text.strip() and not self._words:
            return _nothing(self._query)
        text = self._text(all_of_them=True)
        found = self._matching(text, relaxed=False)
        if found.total or not self._words or self._reader.any(text):
            return found
        suggestion = self._suggestion()
        if len(self._words) == 1:
            return replace(_nothing(self._query), suggestion=suggestion)
        found = self._matching(self._text(all_of_them=False), relaxed=True)
        return replace(found, relaxed=found.total > 0, suggestion=suggestion)

    def _matching(self, text: Clause, *, relaxed: bool) -> Found:
        clause = all_of(text, self._filters())
        facets: Mapping[str, tuple[tuple[str, int], ...]] = {}
        counts: Mapping[str, Mapping[str, int]] = {}
        if self._query.faceted:
            total, facets = self._facets(text, clause)
        if self._query.counted or not self._query.faceted:
            total, counts = self._labels(clause, relaxed=relaxed)
        return Found(total=total, names=self._names(clause, total), facets=facets, relaxed=False, suggestion="", counts=counts)

    def _text(self, *, all_of_them: bool) -> Clause:
        """Data sets with the words, or with those of another name of what they name."""
        clauses = [text_clause(self._lexicon, each, all_of_them=all_of_them) for each in self._variants]
        return clauses[0] if len(clauses) == 1 else Clause.disjunction_max_query(clauses)

    def _filters(self, *, without: str = "") -> list[Clause]:
        chosen = filter_clauses(self._schema, self._query, self._now, without=without)
        if self._query.condition is EVERYTHING:
            return chosen
        return [*chosen, Clause.const_score_query(condition_clause(self._schema, self._query.condition), 0.0)]

    def _labels(self, clause: Clause, *, relaxed: bool) -> Counted:
        """Data sets found, and the labels that were asked for. They hang on what is searched for, not on page and order."""
        asked = replace(
            self._query, text="", sort="relevance", language="de", backwards=False, page=1, page_size=1, offset=None, faceted=True
        )
        question = (asked, tuple(map(tuple, self._variants)), relaxed, self._now if self._query.updated else None)
        return self._counts.obtain(question, lambda: self._count_labels(clause))

    def _count_labels(self, clause: Clause) -> Counted:
        asked = {each: {"terms": {"field": each, "size": _LABEL_VALUES}} for each in self._query.counted}
        total, found = self._reader.aggregate(clause, asked)
        return total, {name: dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))) for name, counts in found.items()}

    def _names(self, clause: Clause, total: int) -> tuple[str, ...]:
        offset = self._query.offset if self._query.offset is not None else (self._query.page - 1) * self._query.page_size
        limit = min(self._query.page_size, total - offset)
        if limit <= 0:
            return ()
        return tuple(each.stored("name") for each in self._reader.hits(clause, self._sorting(), limit=limit, offset=offset))

    def _sorting(self) -> Sorting:
        sort = self._query.sort
        if sort == "relevance" and self._words:
            return Sorting()
        title = "title_rank_en" if self._query.language == "en" else "title_rank_de"
        field = {"relevance": MODIFIED, "title": title}.get(sort, sort)
        return Sorting(field=field, rises=(field not in (MODIFIED, ISSUED)) ^ self._query.backwards)

    def _facets(self, text: Clause, clause: Clause) -> tuple[int, dict[str, tuple[tuple[str, int], ...]]]:
        """Data sets found, and the facets. Those without a chosen value are counted together, each other one without its own
        filter."""
        chosen = [name for name in _ALL_FACETS if getattr(self._query, name)]
        free = {name: self._aggregation(name) for name in _ALL_FACETS if name not in chosen}
        total, found = self._reader.aggregate(clause, free)
        for name in chosen:
            others = all_of(text, self._filters(without=name))
            found |= self._reader.aggregate(others, {name: self._aggregation(name)})[1]
        return total, {name: _in_order(name, found[name]) for name in _ALL_FACETS}

    def _aggregation(self, name: str) -> dict[str, object]:
        if name == "updated":
            return {"range": {"field": MODIFIED, "ranges": updated_ranges(self._now)}}
        return {"terms": {"field": FACETS[name], "size": _VALUES}}

    def _suggestion(self) -> str:
        """The words, each that finds nothing replaced by the closest one that does; "" when that changes nothing."""
        better = [self._spelling(each) for each in self._words]
        return " ".join(better) if better != self._words else ""

    def _spelling(self, word: str) -> str:
        if len(word) < 4 or self._reader.any(text_clause(self._lexicon, [word], all_of_them=True)):
            return word
        hits = self._reader.hits(similar_clause(self._schema, word), Sorting(), limit=_LOOKED_AT, offset=0)
        spelled = {word for each in hits for word in each.stored("spelled").split()}
        wanted = exact(word)
        near = [(_distance(wanted, exact(each)), exact(each), each) for each in spelled if abs(len(exact(each)) - len(wanted)) <= 2]
        best = min(near, default=(3, "", word))
        return best[2] if best[0] <= 2 else word


def _nothing(query: Query) -> Found:
    counts: dict[str, dict[str, int]] = {each: {} for each in query.counted}
    return Found(total=0, names=(), facets=dict.fromkeys(_ALL_FACETS, ()), relaxed=False, suggestion="", counts=counts)


def _in_order(name: str, counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Most first; the times in their own order."""
    if name == "updated":
        return tuple(each for each in _within(counts) if each[1])
    found = [(value, count) for value, count in counts.items() if count]
    return tuple(sorted(found, key=lambda each: (-each[1], each[0])))


def _differences(one: Mapping[str, str], other: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


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
