"""What is observed, in German and English, with the theme a portal files it under.

Themes by reference/sensors/mapping.md, section 2 (air, water, noise: environment; traffic: transport; energy: energy). HVD categories are a
hint for people only: a data set is one by `curation/` alone (section 5).
"""

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from schemas.values import Text, Theme


@dataclass(frozen=True, kw_only=True)
class Observed:
    key: str
    label: Text
    theme: Theme
    hvd_hint: str = ""  #: code of a category that the law may put it under


_NOT_SAID = re.compile(r"[\s_\-/()]+")


@lru_cache(maxsize=4_096)  # a network has few properties and many datastreams
def observed(name: str, definition: str = "") -> Observed | None:
    """By name, then by the last part of the definition's IRI; None for what the table does not know."""
    for text in (name, re.split(r"[/#]", definition.rstrip("/#"))[-1]):
        if found := _known().get(_folded(text)):
            return found
    return None


@cache
def _known() -> dict[str, Observed]:
    found: dict[str, Observed] = {}
    text = resources.files("harvesters.sensors").joinpath("properties.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        each = Observed(key=row["key"], label=Text(de=row["de"], en=row["en"]), theme=Theme[row["theme"]], hvd_hint=row["hvd_hint"])
        for said in (row["key"], row["de"], row["en"], *row["spellings"].split()):
            found.setdefault(_folded(said), each)
    return found


def _folded(text: str) -> str:
    return _NOT_SAID.sub("", text.strip().casefold())
