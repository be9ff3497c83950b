"""A question as data. Names of columns are checked against the table, values become parameters: neither is ever part of the SQL text
(ckan/pain.md: CVE-2026-42031, SQL injection through datastore_search_sql)."""

from dataclasses import dataclass
from enum import Enum

from schemas.row import Value


class Operator(Enum):
    """How a column is compared; the value is the name in addresses (`column__greater`)."""

    EXACT = "exact"
    DIFFERS = "differs"  #: also what is missing differs from a value
    LESS = "less"
    LESS_OR_EQUAL = "lte"
    GREATER = "greater"
    GREATER_OR_EQUAL = "gte"
    IN = "in"
    NOT_IN = "notin"  #: also what is missing is not in the list
    CONTAINS = "contains"  #: without regard to case and accents
    IS_NULL = "isnull"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """`values`: one; for IN and NOT_IN any number (none: no row fits, every row fits); for IS_NULL one boolean."""

    column: str
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is missing stands last in both directions."""

    column: str
    descending: bool = False


class Function(Enum):
    """What is made of a column of a group; missing values count in none but COUNT."""

    COUNT = "count"  #: rows, without a column
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    AVERAGE = "avg"
    MINIMUM = "min"
    MAXIMUM = "max"
    MEDIAN = "median"  #: of an even number of values the mean of the middle two


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    function: Function
    column: str = ""  #: "" for COUNT

    @property
    def name(self) -> str:
        """Its column in the answer: `count`, `column__sum`."""
        return f"{self.column}__{self.function.value}" if self.column else self.function.value


@dataclass(frozen=True, kw_only=True)
class Question:
    """All filters hold together. Ties of the order are broken by the row's place in the table (of a group: its first row's), so that
    pages never overlap. With `group_by` or `aggregates` the answer has a row a group; without `group_by` there is one group."""

    columns: tuple[str, ...] = ()  #: (): all; not for groups
    filters: tuple[Filter, ...] = ()
    words: tuple[str, ...] = ()  #: each has to stand somewhere in the row
    group_by: tuple[str, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    order: tuple[Order, ...] = ()  #: of groups: columns of the answer
    distinct: bool = False
    limit: int = 100
    offset: int = 0
    after: int | None = None  #: `Answer.last` of the page before
    with_total: bool = True

    @property
    def is_grouped(self) -> bool:
        return bool(self.group_by or self.aggregates)
