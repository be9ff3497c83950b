"""All words of an index in one form, to find those that a word is a part of. A scan of 100,000 words takes less than a
millisecond, so there is no index of parts."""

from collections.abc import Iterable, Iterator

SHORTEST_PART = 4  #: letters a part of a compound must have
_REST = 3  #: letters that must be left of a compound beside the part: `Rate` is no part of `Strategie`
_ENDINGS = frozenset({"", "e", "n", "s", "en", "er", "es", "em"})  #: or an ending: `Zählung` in `Verkehrszählungen`
_MOST = 500  #: compounds of one part that count


class Vocabulary:
    """Distinct words, as one text with a line a word."""

    def __init__(self, words: Iterable[str]) -> None:
        self._lines = "\n" + "".join(f"{each}\n" for each in sorted(set(words)))

    @classmethod
    def from_bytes(cls, content: bytes) -> "Vocabulary":
        return cls(content.decode().split())

    def to_bytes(self) -> bytes:
        return self._lines.encode()

    def compounds(self, part: str) -> list[str]:
        """Words that begin with the part, or hold it with enough letters around it; not the part itself. Sorted."""
        if len(part) < SHORTEST_PART:
            return []
        found: dict[str, None] = {}
        for word, start in self._holding(part):
            rest = word[start + len(part) :]
            if word != part and (start == 0 or (start >= _REST and (len(rest) >= _REST or rest in _ENDINGS))):
                found[word] = None
                if len(found) == _MOST:
                    break
        return list(found)

    def _holding(self, part: str) -> Iterator[tuple[str, int]]:
        """Words with the part in them, and where."""
        at = self._lines.find(part)
        while at >= 0:
            start = self._lines.rfind("\n", 0, at) + 1
            yield self._lines[start : self._lines.find("\n", at)], at - start
            at = self._lines.find(part, at + 1)
