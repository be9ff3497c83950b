"""All words of an index in one form, and where they stand: to find those that a word is a part of. A scan of 100,000 words takes less
than a millisecond, so there is no index of parts."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter

SHORTEST_PART = 4  #: letters a part of a compound must have
_REST = 3  #: letters that must be left of a compound beside the part: `Rate` is no part of `Strategie`
_ENDINGS = frozenset({"", "e", "n", "s", "en", "er", "es", "em"})  #: or an ending: `Zählung` in `Verkehrszählungen`
_MOST = 500  #: compounds of one part that count
#: A set of places, at most five of them, as one sign that no word and no line end is.
_SIGNS = [chr(code) for code in (*range(1, 10), *range(11, 32), 127)]

Places = int  #: a bit for each place
Found = tuple[str, Places]


class Vocabulary:
    """Distinct words with the places they stand in, as one text with a line a word."""

    def __init__(self, words: Mapping[str, Places]) -> None:
        self._lines = "\n" + "".join(f"{each}{_SIGNS[words[each] - 1]}\n" for each in sorted(words))

    @classmethod
    def from_bytes(cls, content: bytes) -> "Vocabulary":
        vocabulary = cls({})
        vocabulary._lines = content.decode()
        return vocabulary

    def to_bytes(self) -> bytes:
        return self._lines.encode()

    def words(self) -> list[str]:
        return [line[:-1] for line in self._lines.split("\n") if line]

    def places(self, word: str) -> Places:
        """Where the word itself stands; 0: nowhere."""
        at = self._lines.find(f"\n{word}")
        while at >= 0:
            end = at + 1 + len(word)
            if self._lines[end + 1] == "\n":
                return _SIGNS.index(self._lines[end]) + 1
            at = self._lines.find(f"\n{word}", end)
        return 0

    def compounds(self, part: str) -> Iterator[Found]:
        """Words that begin with the part, or hold it with enough letters around it; not the part itself. Sorted, each once."""
        if len(part) < SHORTEST_PART:
            return
        last = ""
        for word, start, places in self._holding(part):
            rest = word[start + len(part) :]
            if word != last and word != part and (start == 0 or (start >= _REST and (len(rest) >= _REST or rest in _ENDINGS))):
                last = word
                yield word, places

    def _holding(self, part: str) -> Iterator[tuple[str, int, Places]]:
        """Words with the part in them, where in the word, and where they stand."""
        at = self._lines.find(part)
        while at >= 0:
            start = self._lines.rfind("\n", 0, at) + 1
            end = self._lines.find("\n", at) - 1
            yield self._lines[start:end], at - start, _SIGNS.index(self._lines[end]) + 1
            at = self._lines.find(part, at + 1)


class Vocabularies:
    """The words of a large index without those that are gone from it, and of a small one beside it, as if they were one."""

    def __init__(self, large: Vocabulary, gone: frozenset[str], small: Vocabulary) -> None:
        self._large = large
        self._gone = gone
        self._small = small

    def places(self, word: str) -> Places:
        return (0 if word in self._gone else self._large.places(word)) | self._small.places(word)

    def compounds(self, part: str) -> list[Found]:
        """The first ones, in the order of the alphabet."""
        kept = (each for each in self._large.compounds(part) if each[0] not in self._gone)
        found = (_together(word, same) for word, same in groupby(merge(kept, self._small.compounds(part)), itemgetter(0)))
        return list(islice(found, _MOST))


def _together(word: str, same: Iterable[Found]) -> Found:
    places = 0
    for _, each in same:
        places |= each
    return word, places
