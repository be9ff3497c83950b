"""A question as data. Names of columns are checked against the table, values become parameters: neither is ever part of the SQL text
(ckan/pain.md: CVE-2026-42031, SQL injection through datastore_search_sql)."""

from dataclasses import dataclass
from enum import Enum

from schemas.row import Value


class Operator(Enum):
    """How a column is compared; the value is the name in addresses (`column__gt`)."""

    EXACT = "exact"
    DIFFERS = "differs"
    LESS = "less"
    LESS_OR_EQUAL = "lte"
    GREATER = "greater"
    GREATER_OR_EQUAL = "gte"
    IN = "in"
    CONTAINS = "contains"  #: without regard to case and accents
    IS_NULL = "isnull"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """`values`: one; for IN any number (none: no row fits); for IS_NULL one boolean."""

    column: str
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Order:
    column: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """All filters hold together. Ties of the order are broken by the row's place in the table, so that pages never overlap."""

    columns: tuple[str, ...] = ()  #: (): all
    filters: tuple[Filter, ...] = ()
    words: tuple[str, ...] = ()  #: each has to stand somewhere in the row
    order: tuple[Order, ...] = ()
    distinct: bool = False
    limit: int = 100
    offset: int = 0
    with_total: bool = True
