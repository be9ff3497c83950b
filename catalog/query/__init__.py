"""Questions to published tables: filters, groups, order and pages of rows, answered by DuckDB over Parquet. No SQL comes from outside."""

from catalog.query.cancellation import Cancellation, Cancelled
from catalog.query.engine import Answer, Stream, TableEngine, TooExpensive, TooLarge, UnknownPosition
from catalog.query.kinds import NAMES, bound, functions_of, operators_of
from catalog.query.question import Aggregate, Filter, Function, Operator, Order, Question
from catalog.query.relation import MOST_VALUES, ROW_NUMBER, aggregate_type

__all__ = [
    "MOST_VALUES",
    "NAMES",
    "ROW_NUMBER",
    "Aggregate",
    "Answer",
    "Cancellation",
    "Cancelled",
    "Filter",
    "Function",
    "Operator",
    "Order",
    "Question",
    "Stream",
    "TableEngine",
    "TooExpensive",
    "TooLarge",
    "UnknownPosition",
    "aggregate_type",
    "bound",
    "functions_of",
    "operators_of",
]
