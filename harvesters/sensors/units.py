"""Units as sources write them, as one unit with its UCUM code, its QUDT IRI and a German name.

Sources of the facts in units.csv: UCUM codes by the UCUM specification; QUDT IRIs by the QUDT unit vocabulary; UN/CEFACT codes by
Recommendation 20; spellings by reference/sensors (payloads of FROST, Smart Data Models, openSenseMap). What is not in the table is reported
and stays as it was written.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from harvesters.sensors.observed import StatedUnit
from schemas.values import Text

_QUDT = "http://qudt.org/vocab/unit/"


@dataclass(frozen=True, kw_only=True)
class Unit:
    ucum: str
    symbol: str  #: as people write it
    label: Text
    qudt: str  #: IRI


_PREFIXES = re.compile(
    r"^(https?://(www\.)?qudt\.org/(2\.1/)?vocab/unit/|https?://www\.qudt\.org/qudt/owl/1\.0\.0/unit/Instances\.html#"
    r"|https?://unitsofmeasure\.org/|ucum:|unit:|qudt:)",
    re.IGNORECASE,
)
#: Names of the first edition of QUDT, as SensorThings' own examples use them.
_FIRST_EDITION = {"degreecelsius": "Cel", "percent": "%", "luxx": "lx", "meterpersecond": "m/s", "hectopascal": "hPa", "millimeter": "mm"}


@lru_cache(maxsize=4_096)  # a network has few units and many datastreams
def unit_of(stated: StatedUnit) -> Unit | None:
    """By code, then symbol, then name; None for what nobody knows, and for nothing."""
    for text in (stated.code, stated.symbol, stated.name):
        if found := _units().get(_folded(_PREFIXES.sub("", text.strip()))):
            return found
    return None


def unit_by_ucum(code: str) -> Unit:
    """Raises KeyError."""
    return _by_code()[code]


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    text = resources.files("harvesters.sensors").joinpath("units.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _by_code() -> dict[str, Unit]:
    return {
        each["ucum"]: Unit(ucum=each["ucum"], symbol=each["symbol"], label=Text(de=each["de"], en=each["en"]), qudt=_QUDT + each["qudt"])
        for each in _rows()
    }


@cache
def _units() -> dict[str, Unit]:
    """Every spelling -> unit."""
    found: dict[str, Unit] = {}
    for each in _rows():
        for text in (*(each[name] for name in ("ucum", "symbol", "de", "en", "qudt", "cefact")), *each["spellings"].split()):
            if text:
                found.setdefault(_folded(text), _by_code()[each["ucum"]])
    return found | {name: _by_code()[code] for name, code in _FIRST_EDITION.items()}


def _folded(text: str) -> str:
    """Micro, superscripts and blanks are written in many ways; case says something only in short symbols (m, M; s, S; K, k)."""
    said = text.translate(_SAME).replace(" ", "")
    return said if len(said) <= 1 else said.casefold()


_SAME = str.maketrans({"μ": "u", "µ": "u", "³": "3", "²": "2", "·": ".", "−": "-", "⁻": "-", "º": "°"})
