"""One spelling for the many of Unicode, with the way back to the places in the original text."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

#: Everything the patterns can read as it stands: Latin letters, digits, ASCII punctuation, line breaks.
_PLAIN = re.compile(r"[\t\n\r -~À-ÖØ-öø-ÿ§€„“”‚‘…°²³´µ]*+")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
#: What editors leave in texts: entities, and tags without attributes (with attributes there is something in them to look through).
_MARKUP = re.compile(
    r"(?P<entity>&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});)"
    r"|(?P<line></?(?:br|p|div|li|ul|ol|dl|dt|dd|tr|td|th|table|tbody|h[1-6]|hr|blockquote|pre|address|section|article) {0,2}/?>)"
    r"|(?P<inline></?(?:b|i|u|s|em|strong|span|small|big|sup|sub|mark|font|code|tt|q|cite|wbr) {0,2}/?>|</a>)",
    re.IGNORECASE,
)
_LINE_BREAKS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")

Span = tuple[int, int]


@dataclass(frozen=True)
class Folded:
    text: str
    starts: Sequence[int]  #: of each character of `text`: where it begins in the original …
    ends: Sequence[int]  #: … and where it ends: an entity is one character here and many there

    def original(self, span: Span) -> Span:
        """`span` is not empty."""
        start, end = span
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Compatibility characters as plain ones, dashes as "-", spaces as " ", invisible characters gone, umlauts in one piece,
    entities as what they stand for, tags as line breaks or nothing."""
    if _PLAIN.fullmatch(text) and "&" not in text and "<" not in text:
        return Folded(text, range(len(text)), range(1, len(text) + 1))
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, written in _pieces(text):
        for each in written:
            if unicodedata.combining(each) and characters:
                whole = unicodedata.normalize("NFC", characters[-1] + each)
                if len(whole) == 1:
                    characters[-1], ends[-1] = whole, end
                    continue
            characters.append(each)
            starts.append(start)
            ends.append(end)
    return Folded("".join(characters), starts, ends)


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, what is read there), character by character and in one piece for markup."""
    position = 0
    for markup in _MARKUP.finditer(text):
        yield from ((at, at + 1, _spellings(text[at])) for at in range(position, markup.start()))
        yield markup.start(), markup.end(), _read(markup)
        position = markup.end()
    yield from ((at, at + 1, _spellings(text[at])) for at in range(position, len(text)))


def _read(markup: re.Match[str]) -> str:
    if markup["entity"]:
        return "".join(map(_spellings, unescape(markup[0])))
    return "\n" if markup["line"] else ""


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


#: Letters in both sizes, the first one in front: a pattern that ignores case, or begins with an alternative, is tried at each character.
#: ſ is an s for patterns that ignore case.
_URL = re.compile(r"[hHfFwW](?:(?<=[hH])[tT][tT][pP][sSſ]?://|(?<=[fF])[tT][pP]://|(?<=[wW])(?<!\w[wW])[wW][wW]\.)[^\s<>\"]++")
#: The first digit stands in front of what must not be before it: a search then looks at digits only.
_DATE_OR_TIME = re.compile(
    r"\d(?:(?<![\d.]\d)\d?\. ?\d{1,2}\. ?(?:\d{4}|\d{2})?(?!\d)|(?<!\d\d)\d{3}-\d{2}-\d{2}(?!\d)"
    r"|(?<!\d\d)(?<!\d\.\d)\d?[:.]\d{2}(?: ?- ?\d{1,2}[:.]\d{2})?(?= ?Uhr|[^\d.]|$)(?![\d.:/-]\d))",
    re.IGNORECASE,
)


def without_links(text: str) -> str:
    """Web addresses blanked out, everything else in its place."""
    return _URL.sub(_blank, text) if "://" in text or "www." in text.lower() else text


def without_dates(text: str) -> str:
    """Dates and times blanked out, everything else in its place."""
    return _DATE_OR_TIME.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return "\x00" * len(found[0])
