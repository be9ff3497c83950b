"""How a statistic is counted: which rows, each in which category of each dimension, and when it may be released.

A declared cube (`schemas.cube_files`) may leave categories open that the catalogue knows (districts, processes) and the calendar gives
(months up to today); `resolved` fills them in, and what comes out is what the public sees (`schemas.statistics.Cube`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum

from schemas.periods import Bin, codes_between, title_of
from schemas.row import Value
from schemas.statistics import UNKNOWN, Category, Cube, Dimension, ReportedTotal
from schemas.values import Text

#: Table of the common model -> key -> values of the published row.
PublicRows = Callable[[str], Mapping[str, Mapping[str, Value]]]
_NOT_STATED = Category(code=UNKNOWN, title=Text(de="ohne Angabe", en="not stated"))


class Distinct(Enum):
    """What is counted once, however many rows it has."""

    PERSON = "person"  #: a row without one counts as somebody of its own
    ROW = "row"


class Gate(Enum):
    """When a new release may be made; the audit decides in any case."""

    PHASE_END = "phase-end"  #: the processes that are counted are over, or there are enough new persons
    NONE = "none"  #: any time; only for what persons neither are nor made


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of one table that are counted: those that have one of these values in each field of `where`, and none of these in any field of
    `unless`."""

    table: str
    where: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def counts(self, values: Mapping[str, Value]) -> bool:
        return fits(values, self.where) and not any(values.get(name) in left_out for name, left_out in self.unless.items())


#: Field of counted rows -> whose key it holds.
_SUBJECTS: Mapping[str, str] = {"process_id": "process", "project_id": "project"}


def about_of(rows: Sequence[Rows]) -> tuple[tuple[str, str], ...]:
    """(process or project, key) of all that the rows are limited to; () as soon as one table is not: then others are counted, too."""
    limits = [_limits(each) for each in rows]
    return tuple(sorted(set().union(*limits))) if limits and all(limits) else ()


def _limits(rows: Rows) -> set[tuple[str, str]]:
    return {(kind, str(key)) for name, kind in _SUBJECTS.items() for key in rows.where.get(name, ())}


@dataclass(frozen=True, kw_only=True)
class FromField:
    """The code is what stands in a field (table -> field), or what `codes` makes of it; `via`: what the published row of this table has
    in that field, whose key the field names."""

    fields: Mapping[str, str]
    codes: Mapping[Value, str] = field(default_factory=dict)  #: value -> code; a value that is missing is its own code
    via: tuple[str, str] | None = None  #: (table, field)
    rest: str = ""  #: code of every other value; "": others are not stated


@dataclass(frozen=True, kw_only=True)
class FromDate:
    """The code is the period that a partial date lies in; a date that is less precise than the period has none."""

    fields: Mapping[str, str]
    bin: Bin


@dataclass(frozen=True, kw_only=True)
class FromPresence:
    """The code is whether there is anything in a field (table -> field)."""

    fields: Mapping[str, str]
    there: str
    missing: str


@dataclass(frozen=True, kw_only=True)
class FromDuration:
    """The code is how many days lie between two dates; `open` when there is no second one. What begins after `until` does not wait yet
    and is not counted."""

    start: Mapping[str, str]
    end: Mapping[str, str]
    steps: tuple[tuple[int, str], ...]  #: (at most so many days, code), ascending
    longer: str  #: code beyond the last step
    open: str  #: code while there is no second date
    until: date | None = None  #: of a resolved plan: the day of the release


How = FromField | FromDate | FromPresence | FromDuration


@dataclass(frozen=True, kw_only=True)
class CategoriesOf:
    """Categories that are rows of a published table: the key is the code."""

    table: str
    title: str  #: field
    where: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    weight: str = ""  #: field with a size, for what is to be merged when it is small


@dataclass(frozen=True, kw_only=True)
class Months:
    """Categories that are periods of the calendar, from `start` to the last one that is over. `last`: only so many of them."""

    start: str  #: code of the first period
    bin: Bin
    last: int | None = None


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Categories that are what persons chose, as far as enough of them did (`catalog.cubes.choices`); the rest is one category."""


OpenCategories = CategoriesOf | Months | Chosen


@dataclass(frozen=True, kw_only=True)
class Merging:
    """Categories of a dimension to be merged whatever the audit says, because there are few people: those below `below`, and those of which
    nobody knows how many."""

    dimension: str
    below: int
    title: Text


@dataclass(frozen=True, kw_only=True)
class Coarsening:
    """What is given up when the audit fails, in the declared order. `groups`: codes to be merged with each other; () : all tables with this
    dimension."""

    dimension: str
    groups: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class CubePlan:
    """A cube, and what only counting needs. `cube` is public, the rest concerns operators."""

    cube: Cube
    rows: tuple[Rows, ...]
    how: Mapping[str, How]  #: by dimension
    distinct: Distinct
    gate: Gate
    coarsening: tuple[Coarsening, ...] = ()
    merging: Merging | None = None
    reported: tuple[ReportedTotal, ...] = ()  #: totals that others have published: shown beside, and known to every attacker
    minors: bool = False  #: counts children or youths: protected at 10
    open_categories: Mapping[str, OpenCategories] = field(default_factory=dict)  #: by dimension; {} once resolved
    sizes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  #: dimension -> code -> size, where the table tells
    for_each: tuple[str, ...] = ()  #: a pattern: of each combination of values of these fields, a statistic is made of its own

    @property
    def name(self) -> str:
        return self.cube.name

    @property
    def looks_up(self) -> frozenset[str]:
        """Published tables that counting and resolving ask."""
        tables = {each.via[0] for each in self.how.values() if isinstance(each, FromField) and each.via}
        return frozenset(tables | {each.table for each in self.open_categories.values() if isinstance(each, CategoriesOf)})

    @property
    def chosen(self) -> tuple[str, ...]:
        """Dimensions whose categories are what persons chose."""
        return tuple(name for name, how in self.how.items() if isinstance(how, FromField) and how.rest)

    def resolved(self, public: PublicRows, *, at: datetime) -> "CubePlan":
        """With all categories. `at`: time of the release; periods that are not over then are left out.

        Raises ValueError for a pattern, and while it is open what persons chose."""
        if self.for_each or any(isinstance(each, Chosen) for each in self.open_categories.values()):
            raise ValueError(f"{self.name} is a pattern, or nobody has looked yet what was chosen")
        how = {name: replace(each, until=at.date()) if isinstance(each, FromDuration) else each for name, each in self.how.items()}
        dimensions = tuple(self._filled(each, public, at.date()) for each in self.cube.dimensions)
        sizes = {name: _sizes(how, public) for name, how in self.open_categories.items() if isinstance(how, CategoriesOf) and how.weight}
        return replace(self, cube=replace(self.cube, dimensions=dimensions), how=how, open_categories={}, sizes=sizes)

    def _filled(self, dimension: Dimension, public: PublicRows, today: date) -> Dimension:
        match self.open_categories.get(dimension.name):
            case CategoriesOf() as rows:
                found = _rows_as_categories(rows, public)
            case Months() as months:
                codes = codes_between(months.start, today, months.bin)
                codes = codes[-months.last :] if months.last else codes
                found = [Category(code=each, title=title_of(each)) for each in codes]
            case _:
                return dimension
        return replace(dimension, categories=(*found, *dimension.categories))


def with_unknown(categories: Sequence[Category]) -> tuple[Category, ...]:
    return (*categories, _NOT_STATED)


def fits(values: Mapping[str, Value], where: Mapping[str, tuple[Value, ...]]) -> bool:
    return all(values.get(name) in wanted for name, wanted in where.items())


def _rows_as_categories(how: CategoriesOf, public: PublicRows) -> list[Category]:
    chosen = {key: values for key, values in public(how.table).items() if fits(values, how.where)}
    titles = {key: str(values.get(how.title) or key) for key, values in chosen.items()}
    return [Category(code=key, title=Text(de=titles[key], en=titles[key])) for key in sorted(chosen, key=lambda key: (titles[key], key))]


def _sizes(how: CategoriesOf, public: PublicRows) -> dict[str, int]:
    chosen = {key: values.get(how.weight) for key, values in public(how.table).items() if fits(values, how.where)}
    return {key: size for key, size in chosen.items() if isinstance(size, int)}
