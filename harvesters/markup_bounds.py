"""Markup that would take a parser minutes: found before it is parsed, in one pass.

HTML parsing as the standard has it (WHATWG HTML, 13.2.6) walks through all open elements at many start tags and opens formatting again
in each paragraph: measured with lexbor, 100,000 nested <div> take 25 s, 10,000 unclosed <b> with a <p> behind each 70 s. The counts
here err on the side of too many: a start tag counts wherever it stands, an end tag only where it surely is one.
"""

import re
from collections import Counter

from schemas.errors import WrongValue

MOST_CHARACTERS = 5_000_000
MOST_TAGS = 20_000
MOST_UNCLOSED = 1_000
MOST_ATTRIBUTES = 1_000
_OPEN = re.compile(r"<([a-zA-Z][^\s/><]*)")
#: A comment, or a tag with its attributes. Possessive, and to the end where the end is missing: never looked at twice.
_TOKEN = re.compile(
    r"<!--(?:.*?-->|.*)|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<rest>(?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>])*+)(?:>|\Z)", re.S
)
#: Without so many characters a tag cannot have so many attributes.
_LONG_TAG = re.compile(rf"<[a-zA-Z](?:=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[^>]){{{MOST_ATTRIBUTES},}}+")
_QUOTED = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_BETWEEN = re.compile(r"[\s/]+")
#: Have no end tag, or one that the parser adds by itself.
_SINGLE = """
    area base br col colgroup dd dt embed hr img input li link meta optgroup option p param rp rt source tbody td tfoot th thead tr track
    wbr
"""
_NEVER_OPEN = frozenset(_SINGLE.split())
#: Written <path/> in drawings.
_DRAWN = frozenset({"circle", "ellipse", "image", "line", "path", "polygon", "polyline", "rect", "stop", "use"})


def require_harmless(html: str) -> None:
    """Raises WrongValue, whose text says what there is too much of."""
    if len(html) > MOST_CHARACTERS:
        raise WrongValue(f"Die Seite ist länger als {MOST_CHARACTERS // 1_000_000} Millionen Zeichen.")
    tags = sum(1 for _ in _OPEN.finditer(html))
    if tags > MOST_TAGS:
        raise WrongValue(f"Die Seite hat mehr als {MOST_TAGS} Elemente.")
    if tags > MOST_UNCLOSED or _LONG_TAG.search(html):  # most pages are small: nothing in them can be too much
        _require_shallow(html)


def _require_shallow(html: str) -> None:
    unclosed: Counter[str] = Counter()
    for token in _TOKEN.finditer(html):
        name, rest = (token["name"] or "").lower(), token["rest"] or ""
        if token["close"]:
            unclosed[name] -= unclosed[name] > 0
        elif name and not (name in _NEVER_OPEN or (name in _DRAWN and rest.endswith("/"))):
            unclosed[name] += 1
        hidden = token[0][1:] if "<" in token[0][1:] else ""
        unclosed.update(found[1].lower() for found in _OPEN.finditer(hidden))
        if len(rest) > MOST_ATTRIBUTES and len(_BETWEEN.split(_QUOTED.sub(" ", rest))) > MOST_ATTRIBUTES:
            raise WrongValue(f"Ein Element der Seite hat mehr als {MOST_ATTRIBUTES} Attribute.")
    if unclosed.total() > MOST_UNCLOSED:
        raise WrongValue(f"Auf der Seite bleiben mehr als {MOST_UNCLOSED} Elemente offen.")
