"""German words in three forms, from exact to generous: as written, stem, parts of compounds (ADR 0005)."""

import re
import unicodedata
from functools import cache

import Stemmer

_WORD = re.compile(r"[^\W_]+")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
#: Shorter parts are everywhere and mean nothing.
SHORTEST_PART = 4
#: A "word" longer than this is no word; its parts would fill the index.
LONGEST_WORD = 60


def words(text: str) -> list[str]:
    """Lower-case words of a text, umlauts as written (composed)."""
    return [word for word in _WORD.findall(unicodedata.normalize("NFC", text).lower()) if len(word) <= LONGEST_WORD]


def exact(word: str) -> str:
    """One spelling: `Bäume`, `Baeume` and `BÄUME` are `baeume`; other accents fall."""
    plain = unicodedata.normalize("NFD", word.translate(_SPELLED_OUT))
    return "".join(each for each in plain if not unicodedata.combining(each))


def stem(word: str) -> str:
    """`Bäume`, `Baeume` and `Baum` are `baum`; so, alas, are `Zählung` and `Zahlung` one: rank exact matches first."""
    return exact(_stemmer().stemWord(word))


def parts(word: str) -> list[str]:
    """All ends of a word: whatever stands inside of it begins one of them."""
    spelled = exact(word)
    return [spelled[start:] for start in range(len(spelled) - SHORTEST_PART + 1)]


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("german")
