"""A part of the index: documents in the order of publication, in a folder that does not change once it is written.

Beside tantivy's files lie the documents themselves (so that a part can be written again without asking the catalogue), its words with
the number of documents that have them, and the order of its titles. Only builders read those.
"""

import json
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import tantivy

from catalog.codec import dumps, loads
from catalog.search.document import Document
from catalog.search.matching import FORMS
from catalog.search.prepared import LANGUAGES, Terms, TitleKey, entry_of, places_by_form, schema, terms_of, title_key
from catalog.search.vocabulary import Places, Vocabulary
from schemas.errors import CatalogError

GAP = 4096  #: between the places of two titles: as many more fit in between
_HEAP = 2_000_000_000  #: bytes, taken only as they are needed; so much that everything fits in one segment
_NAMES, _DOCUMENTS, _STARTS = "names.json", "documents.bin", "documents.at"
Ranks = Callable[[Sequence[Document], str], Mapping[str, int]]


class TooLarge(CatalogError):
    """The search index does not fit in one piece."""


def write_part(place: Path, documents: Iterable[Document], ranks: Ranks) -> None:
    """`ranks`: places of the titles in a language, by name of the data set."""
    place.mkdir()
    found = sorted(documents, key=lambda each: each.number)
    by_language = {language: ranks(found, language) for language in LANGUAGES}
    index = tantivy.Index(schema(), path=str(place))
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    lexicon = _Lexicon()
    for each in found:
        terms = terms_of(each)
        lexicon.add(terms)
        writer.add_document(entry_of(each, terms, {language: rank[each.name] for language, rank in by_language.items()}))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    if index.searcher().num_segments > 1:
        raise TooLarge("Der Suchindex passt nicht in ein Stück.")  # equals would not stand in the order of publication
    lexicon.write(place)
    _write_documents(place, found)
    for language in LANGUAGES:
        (place / f"titles_{language}.json").write_text(json.dumps(sorted(title_key(each, language) for each in found)), encoding="utf-8")


def own_ranks(documents: Sequence[Document], language: str) -> Mapping[str, int]:
    """Places with gaps."""
    ordered = sorted(documents, key=lambda each: title_key(each, language))
    return {each.name: (rank + 1) * GAP for rank, each in enumerate(ordered)}


@dataclass(frozen=True)
class Beside:
    """Places of titles between those of another part; at most GAP - 1 of them."""

    part: "Part"

    def __call__(self, documents: Sequence[Document], language: str) -> Mapping[str, int]:
        theirs = self.part.title_keys(language)
        found: dict[str, int] = {}
        taken: Counter[int] = Counter()
        for each in sorted(documents, key=lambda each: title_key(each, language)):
            before = bisect_left(theirs, title_key(each, language))
            taken[before] += 1
            found[each.name] = before * GAP + taken[before]
        return found


class _Lexicon:
    """The words of the documents seen so far, where they stand and in how many documents."""

    def __init__(self) -> None:
        self._places: dict[str, dict[str, Places]] = {form: {} for form in FORMS}
        self._counts: dict[str, Counter[str]] = {form: Counter() for form in FORMS}

    def add(self, terms: Terms) -> None:
        for form, found in places_by_form(terms).items():
            places = self._places[form]
            for word, where in found.items():
                places[word] = places.get(word, 0) | where
            self._counts[form].update(found.keys())

    def write(self, place: Path) -> None:
        for form, places in self._places.items():
            (place / f"{form}.words").write_bytes(Vocabulary(places).to_bytes())
            (place / f"{form}.counts").write_bytes(array("I", [self._counts[form][word] for word in sorted(places)]).tobytes())


def _write_documents(place: Path, documents: Sequence[Document]) -> None:
    starts = array("Q")
    with (place / _DOCUMENTS).open("wb") as file:
        for each in documents:
            starts.append(file.tell())
            file.write(zlib.compress(dumps(Document, each).encode("utf-8", "surrogatepass"), 1))
        starts.append(file.tell())
    (place / _STARTS).write_bytes(starts.tobytes())
    (place / _NAMES).write_text(json.dumps([[each.name, each.digest] for each in documents]), encoding="utf-8")


class Part:
    """A written part, for who builds the next state of the index. Raises OSError, ValueError for one that is damaged."""

    def __init__(self, place: Path) -> None:
        self.place = place

    @cached_property
    def digests(self) -> dict[str, str]:
        """Data set -> digest, in the order of publication."""
        return dict(json.loads((self.place / _NAMES).read_bytes()))

    def documents(self, names: Iterable[str]) -> Iterator[Document]:
        """Those of these names that are in this part."""
        positions = {name: at for at, name in enumerate(self.digests)}
        starts = array("Q")
        starts.frombytes((self.place / _STARTS).read_bytes())
        with (self.place / _DOCUMENTS).open("rb") as file:
            for at in sorted(positions[name] for name in set(names) & positions.keys()):
                file.seek(starts[at])
                packed = file.read(starts[at + 1] - starts[at])
                yield loads(Document, zlib.decompress(packed).decode("utf-8", "surrogatepass"))

    def title_keys(self, language: str) -> list[TitleKey]:
        return [(title, number) for title, number in json.loads((self.place / f"titles_{language}.json").read_bytes())]

    def words_of(self, names: Iterable[str]) -> dict[str, Counter[str]]:
        """Form -> word -> how many of these documents have it."""
        found: dict[str, Counter[str]] = {form: Counter() for form in FORMS}
        for each in self.documents(names):
            for form, words in places_by_form(terms_of(each)).items():
                found[form].update(words.keys())
        return found

    def used_up(self, form: str, less: Mapping[str, int]) -> Iterator[str]:
        """Words that are in no document any more when that many fewer have them."""
        counts = array("I")
        counts.frombytes((self.place / f"{form}.counts").read_bytes())
        words = read_vocabulary(self.place, form).words()
        yield from (word for word, count in less.items() if counts[bisect_left(words, word)] == count)


def without_documents(place: Path, names: Iterable[str]) -> None:
    """Take documents out of a part's index. Their words stay in its files until it is written anew."""
    index = tantivy.Index.open(str(place))
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    for each in names:
        writer.delete_documents_by_term("name", each)
    writer.commit()
    writer.wait_merging_threads()


def read_vocabulary(place: Path, form: str) -> Vocabulary:
    return Vocabulary.from_bytes((place / f"{form}.words").read_bytes())
