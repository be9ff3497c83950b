"""Types of columns: their names outside, which operators and functions they have, and how a value of a question reaches them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog.query.question import Function, Operator
from schemas.errors import WrongValue
from schemas.row import Value

INTEGER, NUMBER, BOOLEAN, MOMENT, TEXT = "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP WITH TIME ZONE", "VARCHAR"
#: DuckDB's type -> Table Schema's.
NAMES: Mapping[str, str] = {INTEGER: "integer", NUMBER: "number", BOOLEAN: "boolean", MOMENT: "datetime", TEXT: "string"}
LARGEST_EXACT = 2**53  #: beyond it a float does not name one whole number
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_EQUALITY = (Operator.EXACT, Operator.DIFFERS, Operator.IN, Operator.NOT_IN, Operator.IS_NULL)
_SIZE = (Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL)
_EXTREMES = (Function.COUNT_DISTINCT, Function.MINIMUM, Function.MAXIMUM)
_ARITHMETIC = (Function.SUM, Function.AVERAGE, Function.MEDIAN)
_INTEGER_TEXT = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER_TEXT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_TRUTH: Mapping[str, bool] = {"true": True, "false": False, "1": True, "0": False, "t": True, "f": False}


def operators_of(type: str) -> tuple[Operator, ...]:
    """What a column of this type can be asked, in a stable order."""
    if type == BOOLEAN:
        return _EQUALITY
    return (*_EQUALITY, *_SIZE, Operator.CONTAINS) if type == TEXT else (*_EQUALITY, *_SIZE)


def functions_of(type: str) -> tuple[Function, ...]:
    """What can be made of the values of such a column in a group."""
    if type == BOOLEAN:
        return (Function.COUNT_DISTINCT,)
    return (*_EXTREMES, *_ARITHMETIC) if type in (INTEGER, NUMBER) else _EXTREMES


def bound(column: str, type: str, value: Value) -> Value:
    """The value as the column's type holds it; moments in microseconds since 1970. Raises WrongValue that names the column."""
    try:
        return _CONVERSIONS.get(type, _text)(value)
    except (ValueError, TypeError, OverflowError):
        raise WrongValue(f"»{column}«: {str(value)[:40]!r} passt nicht zum Typ der Spalte") from None


def moment_text(microseconds: int) -> str:
    """ISO 8601 in UTC; parts of a second only where there are any."""
    moment = EPOCH + timedelta(microseconds=microseconds)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def _whole_where_it_is(number: float) -> Value:
    """12.0 and 12 are one number and written alike, in every form of a table."""
    return int(number) if number.is_integer() and abs(number) < LARGEST_EXACT else number


#: How what DuckDB gives is shown, where it is not shown as it is. Moments come as microseconds.
SHOWN: Mapping[str, Callable[[Any], Value]] = {MOMENT: moment_text, NUMBER: _whole_where_it_is}


def _text(value: Value) -> Value:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _integer(value: Value) -> Value:
    if isinstance(value, str):
        value = int(value) if _INTEGER_TEXT.fullmatch(value.strip()) else _refuse()
    if isinstance(value, bool) or value is None or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    number = int(value)
    return number if -(2**63) <= number < 2**63 else _refuse()


def _number(value: Value) -> Value:
    if isinstance(value, str):
        value = float(value) if _NUMBER_TEXT.fullmatch(value.strip()) else _refuse()
    if isinstance(value, bool) or value is None:
        raise ValueError
    number = float(value)
    return number if abs(number) < float("inf") else _refuse()  # what is no number is not less than anything


def _boolean(value: Value) -> Value:
    return value if isinstance(value, bool) else _TRUTH.get(str(value).lower()) if str(value).lower() in _TRUTH else _refuse()


def _moment(value: Value) -> Value:
    moment = datetime.fromisoformat(str(value))
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1)


def _refuse() -> int:
    raise ValueError


_CONVERSIONS: Mapping[str, Callable[[Value], Value]] = {INTEGER: _integer, NUMBER: _number, BOOLEAN: _boolean, MOMENT: _moment}
