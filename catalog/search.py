"""Search over published data sets: a tantivy index in a folder, derived from the store and caught up by revision (ADR 0005).

An index is written into a folder of its own and then named by a small file, so that readers never see half an index and nothing
deleted lingers in an old segment. Losing the folder costs one rebuild.
"""

import difflib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import tantivy

from catalog import analysis
from catalog.entries import DatasetEntry
from catalog.files import Files
from catalog.formats import read_rows
from catalog.store import Store
from schemas.model import Dataset
from schemas.table import Table

#: Raise it when the same data sets give another index than before.
_VERSION = 1
_WEIGHTS = {"title": 8.0, "keywords": 4.0, "description": 2.0, "columns": 1.0, "content": 1.0}
_EXACT, _STEM, _PART = 4.0, 2.0, 1.5
_FACETS = ("theme", "type", "format", "license")
_AGES = {"30d": timedelta(days=30), "1y": timedelta(days=365)}
_UPDATED = ("30d", "1y", "older")
#: Words of a query that are looked at; more is no question.
_MOST_WORDS = 12
#: Text of the rows' titles that is indexed of one data set.
_MOST_CONTENT = 200_000


@dataclass(frozen=True, kw_only=True)
class Query:
    """Words and filters; several values of one filter mean any of them."""

    text: str = ""
    theme: Sequence[str] = ()  #: EU data theme codes
    type: Sequence[str] = ()  #: `Dataset.kind`
    format: Sequence[str] = ()  #: extensions
    license: Sequence[str] = ()  #: dcat-ap.de licence codes
    updated: str = ""  #: 30d, 1y or older
    sort: str = "relevance"  #: relevance, updated, title
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Found:
    total: int
    names: tuple[str, ...]  #: of this page, in order
    facets: Mapping[str, tuple[tuple[str, int], ...]]  #: filter -> (value, count) with the other filters applied, most first
    relaxed: bool = False  #: no data set has all words; these have some
    suggestion: str = ""  #: a known word that looks like one nobody has


class Search:
    """`folder` holds the index; `files` the published files, whose row titles are searched, too."""

    def __init__(self, folder: Path, files: Files) -> None:
        self._folder = folder
        self._files = files
        self._open: tuple[str, tantivy.Index] | None = None

    def catch_up(self, store: Store) -> bool:
        """Bring the index to the store's revision, unless it is there or another process is at it. True when it was rebuilt."""
        revision = store.revision()
        if self._current() == _name_of(revision):
            return False
        with self._writing() as allowed:
            if not allowed:
                return False
            revision = store.revision()
            self._build(_name_of(revision), store.datasets(), store)
        return True

    def find(self, query: Query, *, now: datetime | None = None) -> Found:
        """Never raises for what people type. An index that is not there yet finds nothing."""
        index = self._index()
        if index is None:
            return Found(total=0, names=(), facets={})
        asked = _Asked(index, query, now or datetime.now(UTC))
        strict = _words_query(index, query.text, every=True)
        found = asked.answer(strict)
        if found.total or not _has_several_words(query.text):
            return found if found.total else _with_suggestion(found, self._vocabulary(), query.text)
        loose = asked.answer(_words_query(index, query.text, every=False), relaxed=True)
        return loose if loose.total else _with_suggestion(loose, self._vocabulary(), query.text)

    # --- the folder ------------------------------------------------------------------------------------------------------

    def _current(self) -> str:
        try:
            return str(json.loads((self._folder / "current.json").read_text(encoding="utf-8"))["index"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""  # not there, or not ours: build it anew

    def _index(self) -> tantivy.Index | None:
        for _ in range(3):
            name = self._current()
            if self._open is not None and self._open[0] == name:
                return self._open[1]
            path = self._folder / name
            try:
                if not name or not tantivy.Index.exists(str(path)):
                    return None
                index = tantivy.Index.open(str(path))
            except (OSError, ValueError):
                continue  # replaced between the two looks
            _register(index)
            self._open = (name, index)
        return self._open[1] if self._open else None

    def _vocabulary(self) -> list[str]:
        try:
            words = json.loads((self._folder / self._current() / "words.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [str(each) for each in words]

    def _build(self, name: str, entries: Sequence[DatasetEntry], store: Store) -> None:
        path = self._folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        index = tantivy.Index(_schema(), path=str(path))
        _register(index)
        writer = index.writer(heap_size=20_000_000, num_threads=1)
        vocabulary: set[str] = set()
        for entry in entries:
            content = self._content(store, entry.dataset)
            writer.add_document(tantivy.Document.from_dict(_document(entry.dataset, content), _schema()))
            vocabulary.update(word for each in (*_titles(entry.dataset), *_keywords(entry.dataset)) for word in analysis.words(each))
        writer.commit()
        writer.wait_merging_threads()
        (path / "words.json").write_text(json.dumps(sorted(vocabulary)), encoding="utf-8")
        self._point_to(name)

    def _point_to(self, name: str) -> None:
        temporary = self._folder / "current.tmp"
        temporary.write_text(json.dumps({"index": name}), encoding="utf-8")
        os.replace(temporary, self._folder / "current.json")
        for each in self._folder.iterdir():
            if each.is_dir() and each.name != name:
                shutil.rmtree(each, ignore_errors=True)

    @contextmanager
    def _writing(self) -> Iterator[bool]:
        """False while another process writes: the index is derived, its work will do."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _content(self, store: Store, dataset: Dataset) -> str:
        """What the rows are called: who looks for a project finds the table that has it."""
        titles = _title_columns(dataset.table)
        file = store.edition(dataset.name, dataset.edition).files.get("csv")
        if not titles or file is None:
            return ""
        rows = read_rows(self._files.read(file.sha256), dataset.table)
        return " ".join(str(row[name]) for row in rows for name in titles if row[name])[:_MOST_CONTENT]


def _name_of(revision: int) -> str:
    return f"index-{_VERSION}-{revision}"


def _title_columns(table: Table) -> list[str]:
    return [each.name for each in table.fields if each.kind == "title"]


def _titles(dataset: Dataset) -> list[str]:
    return [text for _, text in dataset.title.tagged()]


def _keywords(dataset: Dataset) -> list[str]:
    return [text for each in dataset.keywords for _, text in each.tagged()]


def _document(dataset: Dataset, content: str) -> dict[str, Any]:
    columns = [text for each in dataset.table.fields for _, text in each.title.tagged()]
    texts = {
        "title": [*_titles(dataset), dataset.name],
        "keywords": _keywords(dataset),
        "description": [text for _, text in dataset.description.tagged()],
        "columns": columns,
        "content": [content],
    }
    document: dict[str, Any] = {
        "name": dataset.name,
        "by_title": " ".join(map(analysis.exact, analysis.words(dataset.title.de))),
        "modified": int(dataset.modified.timestamp()),
        "theme": [each.code for each in dataset.themes],
        "type": [dataset.kind],
        "format": [each.format.extension for each in dataset.distributions],
        "license": [dataset.licence.code],
    }
    for field, several in texts.items():
        found = [word for each in several for word in analysis.words(each)]
        document[f"{field}_exact"] = " ".join(map(analysis.exact, found))
        document[f"{field}_stem"] = " ".join(map(analysis.stem, found))
        if field != "columns":
            document[f"{field}_part"] = " ".join(part for word in dict.fromkeys(found) for part in analysis.parts(word))
    return document


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=True, tokenizer_name="raw", fast=True)
    builder.add_text_field("by_title", stored=False, tokenizer_name="raw", fast=True)
    builder.add_integer_field("modified", stored=False, indexed=True, fast=True)
    for each in _FACETS:
        builder.add_text_field(each, stored=False, tokenizer_name="raw", fast=True)
    for field in _WEIGHTS:
        for form in ("exact", "stem", "part"):
            builder.add_text_field(f"{field}_{form}", stored=False, tokenizer_name="words")
    return builder.build()


def _register(index: tantivy.Index) -> None:
    """Words are prepared by `catalog.analysis`; the index only splits them at spaces."""
    index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def _has_several_words(text: str) -> bool:
    return len(analysis.words(text)) > 1


def _words_query(index: tantivy.Index, text: str, *, every: bool) -> tantivy.Query:
    words = list(dict.fromkeys(analysis.words(text)))[:_MOST_WORDS]
    if not words:
        # Nothing was asked, or only signs: an empty question finds all, a question of signs nothing.
        return tantivy.Query.all_query() if not text.strip() else tantivy.Query.empty_query()
    occur = tantivy.Occur.Must if every else tantivy.Occur.Should
    return tantivy.Query.boolean_query([(occur, _word_query(index.schema, word)) for word in words])


def _word_query(schema: tantivy.Schema, word: str) -> tantivy.Query:
    """One word in all fields and forms; the best of them counts."""
    exact, stem = analysis.exact(word), analysis.stem(word)
    queries = []
    for field, weight in _WEIGHTS.items():
        queries.append(_boosted(tantivy.Query.term_query(schema, f"{field}_exact", exact), weight * _EXACT))
        queries.append(_boosted(tantivy.Query.term_query(schema, f"{field}_stem", stem), weight * _STEM))
        if field != "columns":
            queries += [
                _boosted(_part_query(schema, field, each), weight * _PART) for each in dict.fromkeys((exact, stem)) if _is_part(each)
            ]
    return tantivy.Query.disjunction_max_query(queries, tie_breaker=0.1)


def _is_part(word: str) -> bool:
    return len(word) >= analysis.SHORTEST_PART


def _part_query(schema: tantivy.Schema, field: str, word: str) -> tantivy.Query:
    """Words that have this one inside. Only letters and digits are left of it, so it is a pattern by itself."""
    return tantivy.Query.regex_query(schema, f"{field}_part", f"{word}.*")


def _boosted(query: tantivy.Query, weight: float) -> tantivy.Query:
    """Field and form alone decide: how rare a word is says nothing about which of few data sets is meant."""
    return tantivy.Query.const_score_query(query, weight)


class _Asked:
    """One question to one state of the index."""

    def __init__(self, index: tantivy.Index, query: Query, now: datetime) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._query = query
        self._now = now

    def answer(self, words: tantivy.Query, *, relaxed: bool = False) -> Found:
        whole = self._narrowed(words, without="")
        found = self._searcher.search(whole, limit=max(self._query.limit, 1), offset=self._query.offset, **self._order())
        names = tuple(self._searcher.doc(address)["name"][0] for _, address in found.hits)
        facets = {name: self._counts(words, name) for name in _FACETS}
        facets["updated"] = self._ages(words)
        return Found(total=_count(found), names=names, facets=facets, relaxed=relaxed)

    def _order(self) -> dict[str, Any]:
        match self._query.sort:
            case "title":
                return {"order_by_field": "by_title", "order": tantivy.Order.Asc}
            case "updated":
                return {"order_by_field": "modified", "order": tantivy.Order.Desc}
            case _:
                return {}

    def _narrowed(self, words: tantivy.Query, *, without: str) -> tantivy.Query:
        """The words with every filter but one: what that filter could still be set to."""
        clauses = [(tantivy.Occur.Must, words)]
        for name in _FACETS:
            values = list(getattr(self._query, name))
            if values and name != without:
                clauses.append((tantivy.Occur.Must, tantivy.Query.term_set_query(self._schema, name, values)))
        if self._query.updated and without != "updated":
            clauses.append((tantivy.Occur.Must, self._age(self._query.updated)))
        return tantivy.Query.boolean_query(clauses)

    def _counts(self, words: tantivy.Query, name: str) -> tuple[tuple[str, int], ...]:
        wanted = {name: {"terms": {"field": name, "size": 100}}}
        buckets = self._searcher.aggregate(self._narrowed(words, without=name), wanted)[name]["buckets"]
        return tuple(sorted(((str(each["key"]), int(each["doc_count"])) for each in buckets), key=lambda each: (-each[1], each[0])))

    def _ages(self, words: tantivy.Query) -> tuple[tuple[str, int], ...]:
        others = self._narrowed(words, without="updated")
        counted = []
        for age in _UPDATED:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, others), (tantivy.Occur.Must, self._age(age))])
            counted.append((age, _count(self._searcher.search(query, limit=1))))
        return tuple((age, count) for age, count in counted if count)

    def _age(self, age: str) -> tantivy.Query:
        """`30d` and `1y` contain what is newer, too; `older` is the rest."""
        span = _AGES.get(age, _AGES["1y"])
        since = int((self._now - span).timestamp())
        lower, upper = (None, since - 1) if age == "older" else (since, None)
        return tantivy.Query.range_query(self._schema, "modified", tantivy.FieldType.Integer, lower_bound=lower, upper_bound=upper)


def _count(result: tantivy.SearchResult) -> int:
    return int(result.count or 0)  # type: ignore[attr-defined]  # there, but missing in tantivy's stub


def _with_suggestion(found: Found, vocabulary: Sequence[str], text: str) -> Found:
    known = set(vocabulary)
    for word in analysis.words(text)[:_MOST_WORDS]:
        close = [] if word in known else difflib.get_close_matches(word, vocabulary, n=1, cutoff=0.75)
        if close:
            return Found(total=found.total, names=found.names, facets=found.facets, relaxed=found.relaxed, suggestion=close[0])
    return found
