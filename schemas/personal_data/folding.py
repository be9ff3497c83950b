"""One spelling for the many of Unicode, with the way back to the places in the original text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

#: Everything the patterns can read as it stands: Latin letters, digits, ASCII punctuation, line breaks.
_PLAIN = re.compile(r"[\t\n\r -~À-ÖØ-öø-ÿ§€„“”‚‘…°²³´µ]*+")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_LINE_BREAKS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")

Span = tuple[int, int]


@dataclass(frozen=True)
class Folded:
    text: str
    positions: Sequence[int]  #: of each character of `text` in the original; one more for the end

    def original(self, span: Span) -> Span:
        start, end = span
        return self.positions[start], self.positions[end - 1] + 1


def fold(text: str) -> Folded:
    """Compatibility characters as plain ones, dashes as "-", spaces as " ", invisible characters gone, umlauts in one piece."""
    if _PLAIN.fullmatch(text):
        return Folded(text, range(len(text) + 1))
    characters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        for each in _spellings(character):
            if unicodedata.combining(each) and characters:
                whole = unicodedata.normalize("NFC", characters[-1] + each)
                if len(whole) == 1:
                    characters[-1] = whole
                    continue
            characters.append(each)
            positions.append(position)
    return Folded("".join(characters), [*positions, len(text)])


def _spellings(character: str) -> str:
    if character in _LINE_BREAKS:
        return "\n"
    category = unicodedata.category(character)
    if category == "Cf" or character == "\u034f":
        return ""
    if category == "Zs":
        return " "
    plain = character.translate(_DASHES)
    # "…" and "½" would grow; they are never part of what is looked for.
    whole = unicodedata.normalize("NFKC", plain)
    return whole if len(whole) <= 3 else plain


_URL = re.compile(r"(?:https?|ftp)://[^\s<>\"]++|\bwww\.[^\s<>\"]++", re.IGNORECASE)
_DATE_OR_TIME = re.compile(
    r"(?<![\d.])\d{1,2}\. ?\d{1,2}\. ?(?:\d{4}|\d{2})?(?!\d)|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
    r"|(?<!\d)\d{1,2}[:.]\d{2}(?: ?- ?\d{1,2}[:.]\d{2})?(?= ?Uhr|[^\d.]|$)(?![\d.:/-]\d)",
    re.IGNORECASE,
)


def without_links(text: str) -> str:
    """Web addresses blanked out, everything else in its place."""
    return _URL.sub(_blank, text)


def without_dates(text: str) -> str:
    """Dates and times blanked out, everything else in its place."""
    return _DATE_OR_TIME.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return "\x00" * len(found[0])
