"""Statistics: what is counted (cube), and what of it was published (release).

Words and codes: reference/statistics/api.md; the rules behind profiles and symbols: reference/statistics/privacy.md, section 5.
A cube is a measure over dimensions. Only its planned tables are ever published: in each, the named dimensions vary and every other one
stands at its total. A release is one frozen, protected state; nothing in it tells more than its numbers do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property

from schemas.dates import PartialDate
from schemas.values import Licence, Text

TOTAL = "_T"  #: code of the total of a dimension (SDMX)
UNKNOWN = "_U"  #: code of "not stated" (SDMX)


class Unit(Enum):
    """What a number counts. Units are never added to each other."""

    PERSONS = "persons"
    BALLOTS = "ballots"
    ITEMS = "items"
    EVENTS = "events"
    PROCESSES = "processes"
    DAYS = "days"


class Profile(Enum):
    """How a cube is protected."""

    ROUND5 = "round5"  #: below 5 withheld, zero included; else the nearest multiple of 5
    ROUND10 = "round10"  #: below 10 withheld, zero included; else the nearest multiple of 10
    SUPPRESS = "suppress"  #: small counts and what would give them away withheld, under one symbol; else exact
    OPEN = "open"  #: exact: neither persons nor things that persons made


class Role(Enum):
    """JSON-stat's roles of dimensions."""

    TIME = "time"
    GEO = "geo"
    CLASS = ""


@dataclass(frozen=True, kw_only=True)
class Category:
    """One code of a dimension."""

    code: str
    title: Text
    parent: str = ""  #: code of the category it is part of; "": of the total
    iri: str = ""


@dataclass(frozen=True, kw_only=True)
class Dimension:
    name: str  #: `[a-z][a-z0-9_]*`
    title: Text
    categories: tuple[Category, ...]  #: in the order readers see them, without the total; UNKNOWN last where it may occur
    role: Role = Role.CLASS
    person_attribute: bool = False  #: says something about the person who is counted
    sensitive: bool = False  #: Art. 9 GDPR, fear, health: a table in which a group falls into one category is held
    additive: bool = True  #: False: somebody may be counted in several categories, and the total is no sum

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.code for each in self.categories)


@dataclass(frozen=True, kw_only=True)
class Break:
    """From when on the numbers mean something else: another rule of who may take part, another way of counting."""

    since: PartialDate
    words: Text  #: what changed

    @property
    def sentence(self) -> Text:
        day = ".".join(reversed(self.since.iso.split("-")))
        return Text(
            de=f"Bruch in der Reihe ab {day}: {self.words.de}",
            en=f"Break in the series from {self.since.iso} on: {self.words.in_language('en')}",
        )


@dataclass(frozen=True, kw_only=True)
class Cube:
    """A statistic. Its name is the name of its data set."""

    name: str
    title: Text
    notes: Text  #: how it was counted, what is missing, what not to conclude
    measure: str  #: name of the number's column, `[a-z][a-z0-9_]*`
    measure_title: Text
    unit: Unit
    dimensions: tuple[Dimension, ...]
    tables: tuple[tuple[str, ...], ...]  #: planned tables, each as the names of the dimensions that vary; () is the grand total
    profile: Profile
    base_population: Text  #: of whom or what there could have been numbers
    default_table: tuple[str, ...]  #: what readers get who ask for nothing in particular
    licence: Licence | None = None
    breaks: tuple[Break, ...] = ()  #: oldest first
    about: tuple[tuple[str, str], ...] = ()  #: (process or project, key) of what alone is counted; (): whatever there is
    demonstration: bool = False  #: synthetic: shown on pages, and in nothing that machines harvest

    def dimension(self, name: str) -> Dimension:
        """Raises KeyError."""
        for each in self.dimensions:
            if each.name == name:
                return each
        raise KeyError(name)


class CellStatus(Enum):
    """Why a number is there or is not; the value is the code in machine-readable forms, each with a sign of its own on pages."""

    PUBLISHED = ""
    WITHHELD = "x"  #: protected; in protecting profiles a true zero is withheld, too
    NOT_COLLECTED = "m"
    NOT_EVALUATED = "p"


#: One code for each dimension of the cube, in its order; TOTAL where a dimension does not vary.
Key = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cell:
    key: Key
    value: int | None  #: None unless published
    status: CellStatus = CellStatus.PUBLISHED


@dataclass(frozen=True, kw_only=True)
class ReportedTotal:
    """A total that somebody else has published already: shown beside the statistic, and known to every attacker."""

    key: Key
    value: int
    qualifier: str  #: exact, min, max, approx
    source: str
    source_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Release:
    """One protected state of a cube. `cube` is the cube as it was released: with merged categories, without tables that were held."""

    cube: Cube
    name: str  #: `2026-11-22`, a second one of the same day `2026-11-22-2`
    number: int  #: from 1; the number of the edition
    at: datetime  #: aware
    reason: Text
    cells: tuple[Cell, ...]  #: every cell of every planned table, each key once, in the order of tables and categories
    rules: str  #: version of the protection, e.g. `round5/1`
    merged: Mapping[str, Text]  #: dimension -> what was merged, in words; {} when nothing was
    reported: tuple[ReportedTotal, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[Key, Cell]:
        """KeyError for a combination that no planned table has."""
        return {each.key: each for each in self.cells}
