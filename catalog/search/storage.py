"""The index on disk: a folder per generation and one small file that says which of them counts.

A generation is built beside the current one, never changed afterwards, and put in place by one rename. So a reader sees the
old index or the new one, never waits, and a process that dies while building leaves only a folder that the next one removes.
Erased content is gone with its generation.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import Stemmer
import tantivy

from catalog.search.document import Document
from catalog.search.matching import FACETS, FORMS, MODIFIED, SOURCES, Lexicon, seconds
from catalog.search.vocabulary import Vocabulary
from catalog.search.words import exact, forms, words
from schemas.values import Text

#: An index that another version has built may be read wrongly: it is built anew.
FORMAT = f"1 tantivy {version('tantivy')} stemmer {Stemmer.version()}"
POINTER = "current.json"
_LOCK = "building.lock"
_HEAP = 50_000_000  #: bytes; more than 10,000 documents fit in, so that there is one segment


@dataclass(frozen=True)
class Generation:
    """An opened index that never changes."""

    revision: int
    lexicon: Lexicon
    searcher: tantivy.Searcher


Signature = tuple[int, int, int] | None


def signature(folder: Path) -> Signature:
    """Changes whenever another generation is put in place; cheap enough for every search. None: there is none."""
    try:
        status = os.stat(folder / POINTER)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def open_current(folder: Path) -> Generation | None:
    """The current generation; None when it is missing, damaged, or of another format."""
    try:
        pointer = json.loads((folder / POINTER).read_bytes())
        if pointer["format"] != FORMAT:
            return None
        place = folder / str(pointer["folder"])
        if _checksums(place, pointer["files"]) != pointer["files"]:
            return None
        index = tantivy.Index.open(str(place))
        return Generation(int(pointer["revision"]), Lexicon(index.schema, _read_words(place)), index.searcher())
    except (OSError, ValueError, KeyError, TypeError):  # tantivy raises ValueError for what it cannot read
        return None


@contextmanager
def only_builder(folder: Path) -> Iterator[bool]:
    """True for one process and thread at a time, False for all others at once. The lock goes with its holder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def build(folder: Path, revision: int, documents: Iterable[Document]) -> None:
    """Build a generation and put it in place. Call as the only builder. What `documents` raises leaves everything as it was."""
    place = Path(tempfile.mkdtemp(prefix="generation-", dir=folder))
    try:
        _fill(place, documents)
        names = sorted(each.name for each in place.iterdir() if not each.name.endswith(".lock"))
        pointer = {"format": FORMAT, "revision": revision, "folder": place.name, "files": _checksums(place, names)}
        _replace(folder / POINTER, json.dumps(pointer).encode())
    finally:
        _remove_others(folder)


def _checksums(place: Path, names: Iterable[str]) -> dict[str, str]:
    return {each: hashlib.sha256((place / each).read_bytes()).hexdigest() for each in names}


def _read_words(place: Path) -> dict[str, Vocabulary]:
    return {form: Vocabulary.from_bytes((place / f"{form}.words").read_bytes()) for form in FORMS}


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(target)


def _remove_others(folder: Path) -> None:
    """All generations but the current one. On the systems klar runs on, readers keep files that are open."""
    try:
        current = json.loads((folder / POINTER).read_bytes())["folder"]
    except (OSError, ValueError, KeyError, TypeError):
        current = ""
    for each in folder.glob("generation-*"):
        if each.name != current:
            shutil.rmtree(each, ignore_errors=True)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("spelled", stored=True, tokenizer_name="raw", index_option="basic")
    for field in FACETS.values():
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    for field in (MODIFIED, "title_rank_de", "title_rank_en"):
        builder.add_integer_field(field, fast=True, indexed=True)
    for source in SOURCES:
        for form in FORMS:
            builder.add_text_field(f"{source}_{form}", tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def _fill(place: Path, documents: Iterable[Document]) -> None:
    found = sorted(documents, key=lambda each: each.number)
    ranks = {language: _title_ranks(found, language) for language in ("de", "en")}
    vocabulary: dict[str, set[str]] = {form: set() for form in FORMS}
    index = tantivy.Index(_schema(), path=str(place))
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for each in found:
        entry = _entry(each, {language: rank[each.name] for language, rank in ranks.items()})
        for source, texts in _sources(each).items():
            for form, terms in _terms(texts).items():
                entry.add_text(f"{source}_{form}", " ".join(terms))
                vocabulary[form].update(terms)
        writer.add_document(entry)
    writer.commit()
    writer.wait_merging_threads()
    for form, found_words in vocabulary.items():
        (place / f"{form}.words").write_bytes(Vocabulary(found_words).to_bytes())


def _title_ranks(documents: Iterable[Document], language: str) -> dict[str, int]:
    """Places in the order of titles, as a German dictionary has it but for ä standing as ae (DIN 5007-2)."""
    ordered = sorted(documents, key=lambda each: ([exact(word) for word in words(each.title.in_language(language))], each.number))
    return {each.name: rank for rank, each in enumerate(ordered)}


def _entry(document: Document, ranks: dict[str, int]) -> tantivy.Document:
    entry = tantivy.Document()
    entry.add_text("name", document.name)
    entry.add_text("spelled", " ".join(_spelled(document)))
    facets: dict[str, tuple[str, ...]] = {
        "theme": document.themes,
        "kind": (document.kind,),
        "format": document.formats,
        "licence": (document.licence,),
    }
    for name, values in facets.items():
        for value in dict.fromkeys(values):
            entry.add_text(FACETS[name], value)
    entry.add_integer(MODIFIED, seconds(document.modified))
    for language, rank in ranks.items():
        entry.add_integer(f"title_rank_{language}", rank)
    return entry


def _sources(document: Document) -> dict[str, tuple[Text, ...]]:
    return {
        "title": (document.title,),
        "keywords": document.keywords,
        "description": (document.description,),
        "columns": document.columns,
        "content": tuple(Text(de=each) for each in document.content),
    }


def _terms(texts: Iterable[Text]) -> dict[str, list[str]]:
    """Form -> terms, each once."""
    tagged = dict.fromkeys((word, language) for text in texts for language, content in text.tagged() for word in words(content))
    found = [forms(word, language) for word, language in tagged]
    columns = zip(*found, strict=True) if found else ((),) * len(FORMS)
    return {form: list(dict.fromkeys(terms)) for form, terms in zip(FORMS, columns, strict=True)}


def _spelled(document: Document) -> list[str]:
    """Words as people write them, for suggestions."""
    texts = (document.title, *document.keywords, document.description)
    found = (word for text in texts for _, content in text.tagged() for word in words(content))
    return list(dict.fromkeys(each for each in found if len(each) >= 4))
