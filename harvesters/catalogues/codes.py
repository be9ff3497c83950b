"""Controlled values by their IRIs, last parts and the words of CKAN portals."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

from schemas.values import AccessRight, Frequency, HvdCategory, Language, Theme

C = TypeVar("C", Theme, Frequency, Language, AccessRight, HvdCategory)
_LISTS: Mapping[type, str] = {
    Theme: "publications.europa.eu/resource/authority/data-theme/",
    Frequency: "publications.europa.eu/resource/authority/frequency/",
    Language: "publications.europa.eu/resource/authority/language/",
    AccessRight: "publications.europa.eu/resource/authority/access-right/",
    HvdCategory: "data.europa.eu/bna/",
}
#: Beyond the codes and titles of the lists. Dublin Core frequencies: purl.org/cld/freq; ISO 8601 durations: Project Open Data 1.1.
_WORDS: Mapping[type, Mapping[str, str]] = {
    Theme: {},
    Frequency: {
        "purl.org/cld/freq/annual": "ANNUAL",
        "purl.org/cld/freq/semiannual": "ANNUAL_2",
        "purl.org/cld/freq/quarterly": "QUARTERLY",
        "purl.org/cld/freq/monthly": "MONTHLY",
        "purl.org/cld/freq/weekly": "WEEKLY",
        "purl.org/cld/freq/daily": "DAILY",
        "purl.org/cld/freq/continuous": "CONT",
        "purl.org/cld/freq/irregular": "IRREG",
        "r/p1y": "ANNUAL",
        "r/p6m": "ANNUAL_2",
        "r/p3m": "QUARTERLY",
        "r/p2m": "BIMONTHLY",
        "r/p1m": "MONTHLY",
        "r/p2w": "BIWEEKLY",
        "r/p1w": "WEEKLY",
        "r/p7d": "WEEKLY",
        "r/p1d": "DAILY",
        "r/pt1h": "HOURLY",
        "r/pt1s": "CONT",
    },
    Language: {"de": "DEU", "ger": "DEU", "de-de": "DEU", "en": "ENG", "en-us": "ENG", "en-gb": "ENG"},
    AccessRight: {"restricted public": "RESTRICTED"},
    HvdCategory: {},
}


def codes_of(kind: type[C], stated: Iterable[str]) -> tuple[C, ...]:
    """Those of the list, each once, in the list's order; others are left out."""
    found = {_known(kind).get(_plain(kind, each)) for each in stated}
    return tuple(each for each in kind if each in found)


def code_of(kind: type[C], stated: Iterable[str]) -> C | None:
    """The first one of the list."""
    return next((found for each in stated if (found := _known(kind).get(_plain(kind, each))) is not None), None)


def _plain(kind: type, stated: str) -> str:
    text = " ".join(re.sub(r"^https?://", "", stated.strip()).rstrip("/").split()).lower()
    return text.removeprefix(_LISTS[kind])


@cache
def _known(kind: type[C]) -> Mapping[str, C]:
    by_code = {each.code: each for each in kind}
    own = {name.lower(): each for each in kind for name in (each.code, each.title.de, each.title.en)}
    return own | {word: by_code[code] for word, code in _WORDS[kind].items()}
