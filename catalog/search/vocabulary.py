"""All words of an index in one form, and where they stand: to find those that a word is a part of. A scan of 100,000 words takes less
than a millisecond, so there is no index of parts."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter

SHORTEST_PART = 4  #: letters a part of a compound must have
_REST = 3  #: letters that must be left of a compound beside the part: `Rate` is no part of `Strategie`
_ENDINGS = frozenset({"", "e", "n", "s", "en", "er", "es", "em"})  #: or an ending: `Zählung` in `Verkehrszählungen`
_MOST = 500  #: compounds of one part that count
#: A set of places, at most five of them, as one sign that no word and no line end is.
_SIGNS = [chr(code) for code in (*range(1, 10), *range(11, 32), 127)]
_REMEMBERED = 4096  #: words that were looked up before

Places = int  #: a bit for each place
Found = tuple[str, Places]


class Vocabulary:
    """Distinct words with the places they stand in, as one text with a line a word. Numbers, of which there are many and which no word is
    a part of, stand in a text of their own."""

    def __init__(self, words: Mapping[str, Places]) -> None:
        self._numbers = _Lines.of({word: places for word, places in words.items() if word.isdecimal()})
        self._words = _Lines.of({word: places for word, places in words.items() if not word.isdecimal()})

    @classmethod
    def from_bytes(cls, content: bytes) -> "Vocabulary":
        vocabulary = cls({})
        numbers, _, words = content.decode().partition("\0")
        vocabulary._numbers, vocabulary._words = _Lines(numbers), _Lines(words)
        return vocabulary

    def to_bytes(self) -> bytes:
        return f"{self._numbers.text}\0{self._words.text}".encode()

    def words(self) -> list[str]:
        """Sorted."""
        return sorted([*self._numbers.words(), *self._words.words()])

    def places(self, word: str) -> Places:
        """Where the word itself stands; 0: nowhere."""
        return (self._numbers if word.isdecimal() else self._words).places(word)

    def compounds(self, part: str) -> Iterator[Found]:
        """Words that begin with the part, or hold it with enough letters around it; not the part itself. Sorted, each once."""
        if len(part) < SHORTEST_PART:
            return iter(())
        if any(each.isdecimal() for each in part):
            return merge(self._numbers.compounds(part), self._words.compounds(part))
        return self._words.compounds(part)


class _Lines:
    """Sorted words, each with a sign for its places, between line ends."""

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def of(cls, words: Mapping[str, Places]) -> "_Lines":
        return cls("\n" + "".join(f"{each}{_SIGNS[words[each] - 1]}\n" for each in sorted(words)))

    def words(self) -> list[str]:
        return [line[:-1] for line in self.text.split("\n") if line]

    def places(self, word: str) -> Places:
        """By halving: of two places in the text, the line between them tells which half the word is in."""
        low, high = 0, len(self.text) - 1
        while low < high:
            start = self.text.rfind("\n", low, (low + high) // 2 + 1)
            end = self.text.find("\n", start + 1)
            found = self.text[start + 1 : end - 1]
            if found == word:
                return _SIGNS.index(self.text[end - 1]) + 1
            low, high = (end, high) if found < word else (low, start)
        return 0

    def compounds(self, part: str) -> Iterator[Found]:
        last = ""
        for word, start, places in self._holding(part):
            rest = word[start + len(part) :]
            if word != last and word != part and (start == 0 or (start >= _REST and (len(rest) >= _REST or rest in _ENDINGS))):
                last = word
                yield word, places

    def _holding(self, part: str) -> Iterator[tuple[str, int, Places]]:
        """Words with the part in them, where in the word, and where they stand."""
        at = self.text.find(part)
        while at >= 0:
            start = self.text.rfind("\n", 0, at) + 1
            end = self.text.find("\n", at) - 1
            yield self.text[start:end], at - start, _SIGNS.index(self.text[end]) + 1
            at = self.text.find(part, at + 1)


class Vocabularies:
    """The words of a large index without those that are gone from it, and of a small one beside it, as if they were one. Remembers what
    it was asked."""

    def __init__(self, large: Vocabulary, gone: frozenset[str], small: Vocabulary) -> None:
        self._large = large
        self._gone = gone
        self._small = small
        self.compounds = lru_cache(maxsize=_REMEMBERED)(self._compounds)

    def places(self, word: str) -> Places:
        return (0 if word in self._gone else self._large.places(word)) | self._small.places(word)

    def _compounds(self, part: str) -> tuple[Found, ...]:
        """The first ones, in the order of the alphabet."""
        kept = (each for each in self._large.compounds(part) if each[0] not in self._gone)
        found = (_together(word, same) for word, same in groupby(merge(kept, self._small.compounds(part)), itemgetter(0)))
        return tuple(islice(found, _MOST))


def _together(word: str, same: Iterator[Found]) -> Found:
    places = 0
    for _, each in same:
        places |= each
    return word, places
