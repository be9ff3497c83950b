"""Words of strangers as plain text: no markup, no control characters, no half characters."""

import html
import re
import unicodedata

from schemas.values import Text

_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|td|th)\b[^<>]*>", re.IGNORECASE)
#: What the rules of every published cell forbid (schemas.rules), and signs that nobody sees.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_MUTE = ("script", "style")


def plain(text: str) -> str:
    """Line ends stay. Markup that is written out as entities, as some portals do, goes as well."""
    if _is_plain(text):
        return text.strip()
    if "<" in text or "&" in text:
        text = _without_markup(html.unescape(_without_markup(text)))
    text = _FORBIDDEN.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n"))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def line(text: str) -> str:
    """Plain and in one line: titles, names, keywords."""
    if _is_plain(text):
        return text.strip()
    return " ".join(plain(text).split())


def _is_plain(text: str) -> bool:
    """Whether nothing is to be done but to cut off what is around it: so are most words, and asking costs a tenth of doing it.

    What is forbidden is not printable, and neither is any white space but the blank (Unicode categories "Other" and "Separator").
    """
    if not text.isprintable() or "<" in text or "&" in text or "  " in text:
        return False
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def text_of(versions: dict[str, str]) -> Text | None:
    """Of one text by language ("" where none is said). What is neither German nor said to be anything else stands for German; one that is
    only there in English stands in both places, because a data set without a title is no use to anybody."""
    if len(versions) == 1:
        ((language, only),) = versions.items()
        return Text(de=only, en=only if language.startswith("en") else "") if only else None
    german = next((versions[each] for each in sorted(versions) if each.startswith("de")), "") or versions.get("", "")
    english = next((versions[each] for each in sorted(versions) if each.startswith("en")), "")
    other = next((versions[each] for each in sorted(versions) if versions[each]), "")
    first = german or english or other
    return Text(de=first, en=english if english else "") if first else None


def _without_markup(text: str) -> str:
    for name in _MUTE:
        text = _without(text, name)
    return _TAG.sub("", _BREAK.sub("\n", text))


def _without(text: str, name: str) -> str:
    """Elements whose content is not for reading; one that is never closed goes on to the end."""
    lowered, kept, at = text.lower(), [], 0
    if len(lowered) != len(text):  # a letter whose small form is longer: positions would not fit
        return text
    while (start := lowered.find(f"<{name}", at)) >= 0:
        kept.append(text[at:start])
        end = lowered.find(f"</{name}", start)
        close = lowered.find(">", end) if end >= 0 else -1
        at = close + 1 if close >= 0 else len(text)
    kept.append(text[at:])
    return "".join(kept)
