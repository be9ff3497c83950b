"""Which representation a client wants (RFC 9110, 12.5.1 and 12.5.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
#: What RDF tools call Turtle: before it was registered, and as the larger language that every Turtle document is also in.
_OTHER_NAMES = {"text/n3": "text/turtle", "text/rdf+n3": "text/turtle", "application/x-turtle": "text/turtle"}
_MOST_RANGES = 64  #: more than any honest client sends; the rest is not read


@dataclass(frozen=True)
class _Range:
    value: str
    quality: float

    def specificity(self, offer: str) -> int:
        """0: does not match; the higher the more exactly."""
        if self.value == offer:
            return 3
        if self.value in ("*/*", "*"):
            return 1
        main = self.value.partition("/")[0]
        return 2 if self.value == f"{main}/*" and offer.startswith(f"{main}/") else 0


def best(accept: str, offers: Sequence[str]) -> str | None:
    """The offer that the header `accept` prefers: by quality, then what it names before what it merely takes, then the earlier offer.
    None when all are refused.

    No header means that anything will do: the first offer. `application/json, text/plain, */*` (axios) says that, too, but JSON is
    what it means.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offers[0]
    quality, _, _, offer = max((*_rating(offer, ranges), -index, offer) for index, offer in enumerate(offers))
    return offer if quality > 0 else None


def prefers_html(accept: str) -> bool:
    """A browser names text/html; programs that take anything do not."""
    named = any(each.value in ("text/html", "application/xhtml+xml") and each.quality > 0 for each in _ranges(accept))
    return named and best(accept, ("text/html", "application/json")) == "text/html"


def _rating(offer: str, ranges: Sequence[_Range]) -> tuple[float, int]:
    """(quality, specificity) by the range that names the offer most exactly."""
    matching = [(each.specificity(offer), each.quality) for each in ranges if each.specificity(offer)]
    specificity, quality = max(matching, default=(0, 0.0))
    return quality, specificity


def _ranges(accept: str) -> tuple[_Range, ...]:
    parts = [each.strip() for each in accept.split(",")[:_MOST_RANGES]]
    return tuple(_range(each) for each in parts if each)


def _range(text: str) -> _Range:
    value, *parameters = (each.strip().lower() for each in text.split(";"))
    quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    return _Range(_OTHER_NAMES.get(value, value), float(quality) if _QUALITY.fullmatch(quality) else 0.0)
