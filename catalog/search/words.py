"""Words as search compares them. Three forms, from the closest to the loosest:

exact   lower case, ä written ae, ß written ss, no accents: `Bäume`, `BÄUME` and `Baeume` are one word
kept    the exact form without its ending: `Zählungen` and `Zählung`, but not `Zahlung`
folded  Snowball's stem, which folds umlauts: `Baum` and `Bäume`, and sadly `Zahlung` and `Zählung`

A word that is part of a compound is looked for among all words of the index (`catalog.search.vocabulary`).
"""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import Stemmer

LONGEST = 60  #: letters of a word that count

_WORD = re.compile(r"[^\W_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_ALGORITHMS = {"de": "german", "en": "english"}
_GERMAN_FILLERS = (
    "aber als am an auch auf aus bei beim bis das dass dem den der des die durch ein eine einem einen einer eines für fuer"
    " gegen hat ich im in ist mit nach nicht oder ob sich sie sind so über ueber um und unter vom von vor was wer wie wir wird"
    " wo zu zum zur"
)
_ENGLISH_FILLERS = "a about and are as at by for from how in is it of on or that the this to was what where with"
_FILLERS = frozenset(f"{_GERMAN_FILLERS} {_ENGLISH_FILLERS}".split())
_local = threading.local()  #: a stemmer must not be used by two threads at once


class Forms(NamedTuple):
    """Fields are named as the forms are in the index."""

    exact: str
    kept: str
    folded: str


def words(text: str) -> list[str]:
    """The words as written, without accents' ambiguity (NFKC), at most LONGEST letters each; numbers are words."""
    return [each[:LONGEST] for each in _WORD.findall(unicodedata.normalize("NFKC", text))]


def meaningful(found: Iterable[str]) -> list[str]:
    """Words without fillers such as `der` or `of`, each once; all of them when there are only fillers."""
    distinct = list({exact(each): each for each in reversed(list(found))}.values())[::-1]
    return [each for each in distinct if each.lower() not in _FILLERS] or distinct


def exact(word: str) -> str:
    spelled = unicodedata.normalize("NFC", word).casefold().translate(_UMLAUTS)
    if spelled.isascii():
        return spelled[:LONGEST]
    plain = "".join(each for each in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(each))
    return "".join(_WORD.findall(plain))[:LONGEST] or spelled[:LONGEST]


@lru_cache(maxsize=50_000)
def forms(word: str, language: str) -> Forms:
    """All forms of one word in a language, `de` or `en`."""
    spelled = exact(word)
    stem = _stem(spelled, language) or spelled
    return Forms(exact=spelled, kept=_kept(spelled, stem), folded=stem)


def _stem(word: str, language: str) -> str:
    """Snowball's German stemmer (3.0 and later) takes ae, oe and ue for umlauts, so the exact form will do."""
    if not hasattr(_local, language):
        setattr(_local, language, Stemmer.Stemmer(_ALGORITHMS[language]))
    stemmer: Stemmer.Stemmer = getattr(_local, language)
    return str(stemmer.stemWord(word))


def _kept(word: str, stem: str) -> str:
    """As much of the word as the stem stands for, umlauts kept: of `zaehlungen`, whose stem is `zahlung`, `zaehlung`."""
    at = 0
    for number, letter in enumerate(stem):
        if not word.startswith(letter, at):
            return stem  # not a beginning of the word (English `cities`, `citi`)
        at += 1
        if letter in "aou" and word.startswith("e", at) and stem[number + 1 : number + 2] != "e":
            at += 1
    return word[:at]
