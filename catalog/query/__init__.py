"""Questions to published tables: filters, order and a page of rows, answered by DuckDB over Parquet. No SQL comes from outside."""

from catalog.query.engine import Answer, TableEngine, TooExpensive
from catalog.query.question import Filter, Operator, Order, Question

__all__ = ["Answer", "Filter", "Operator", "Order", "Question", "TableEngine", "TooExpensive"]
