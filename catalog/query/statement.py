"""From a question to one SELECT with bound parameters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.query.question import Filter, Operator, Order, Question
from schemas.errors import WrongValue
from schemas.row import Value

#: The number of a row in its file, from 1: CKAN clients know it as `_id`.
ROW_NUMBER = "_id"
_SOURCE = "(SELECT file_row_number + 1 AS _id, * EXCLUDE (file_row_number) FROM read_parquet(?, file_row_number = true))"
_SIGNS = {
    Operator.EXACT: "=",
    Operator.LESS: "<",
    Operator.LESS_OR_EQUAL: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_OR_EQUAL: ">=",
}
_MOST_VALUES = 1000


@dataclass(frozen=True, kw_only=True)
class Statement:
    text: str
    parameters: tuple[Value, ...]


def rows_statement(path: str, types: Mapping[str, str], question: Question) -> Statement:
    """`types`: column -> DuckDB type, in the order of the file, with `_id` first. Raises WrongValue that names the column."""
    columns = question.columns or tuple(types)
    shown = ", ".join(f"{_out(_known(types, each), types[each])} AS {_quoted(each)}" for each in columns)
    where, values = _where(types, question)
    # What is not among distinct rows cannot decide their order.
    ties = [] if question.distinct else [Order(column=ROW_NUMBER)]
    order = ", ".join(_order(types, each) for each in (*question.order, *ties))
    text = f"SELECT {'DISTINCT ' if question.distinct else ''}{shown} FROM {_SOURCE}{where}"
    text += f" ORDER BY {order or 'ALL'} LIMIT ? OFFSET ?"
    return Statement(text=text, parameters=(path, *values, question.limit, question.offset))


def count_statement(path: str, types: Mapping[str, str], question: Question) -> Statement:
    where, values = _where(types, question)
    if not question.distinct:
        return Statement(text=f"SELECT count(*) FROM {_SOURCE}{where}", parameters=(path, *values))
    columns = ", ".join(_quoted(_known(types, each)) for each in question.columns or tuple(types))
    return Statement(text=f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {_SOURCE}{where})", parameters=(path, *values))


def _where(types: Mapping[str, str], question: Question) -> tuple[str, tuple[Value, ...]]:
    parts: list[str] = []
    values: list[Value] = []
    for each in question.filters:
        condition, bound = _condition(_known(types, each.column), types[each.column], each)
        parts.append(condition)
        values += bound
    for word in question.words:
        parts.append(f"contains({_folded(_everything(types))}, {_folded('?')})")
        values.append(word)
    return (" WHERE " + " AND ".join(parts) if parts else ""), tuple(values)


def _condition(column: str, type: str, wanted: Filter) -> tuple[str, Sequence[Value]]:
    name = _comparable(column, type)
    if wanted.operator is Operator.IS_NULL:
        return f"{name} IS {'' if wanted.values[0] else 'NOT '}NULL", ()
    if wanted.operator is Operator.CONTAINS:
        return f"contains({_folded(f'CAST({_quoted(column)} AS VARCHAR)')}, {_folded('?')})", (str(wanted.values[0]),)
    values = [_bound(column, type, each) for each in wanted.values]
    if len(values) > _MOST_VALUES:
        raise WrongValue(f"»{column}«: höchstens {_MOST_VALUES} Werte")
    if wanted.operator is Operator.IN:
        return (f"{name} IN ({', '.join('?' for _ in values)})", values) if values else ("false", ())
    if wanted.operator is Operator.DIFFERS:
        return f"{name} IS DISTINCT FROM ?", values
    return f"{name} {_SIGNS[wanted.operator]} ?", values


def _order(types: Mapping[str, str], order: Order) -> str:
    """Text as in a German dictionary, as far as that goes without a collation library: no case, ä beside a."""
    name = _comparable(_known(types, order.column), types[order.column])
    collated = f"{name} COLLATE NOCASE.NOACCENT" if types[order.column] == "VARCHAR" else name
    return f"{collated} {'DESC' if order.descending else 'ASC'} NULLS LAST"


def _known(types: Mapping[str, str], column: str) -> str:
    if column not in types:
        raise WrongValue(f"»{column}« ist keine Spalte dieser Tabelle")
    return column


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _comparable(column: str, type: str) -> str:
    """Moments as microseconds: the same in every time zone the server may run in."""
    return f"epoch_us({_quoted(column)})" if type in _MOMENTS else _quoted(column)


_out = _comparable
_MOMENTS = ("TIMESTAMP WITH TIME ZONE",)


def _everything(types: Mapping[str, str]) -> str:
    return "concat_ws(' ', " + ", ".join(f"CAST({_quoted(each)} AS VARCHAR)" for each in types if each != ROW_NUMBER) + ")"


def _folded(expression: str) -> str:
    return f"strip_accents(lower({expression}))"


def _bound(column: str, type: str, value: Value) -> Value:
    """The value as the column's type holds it. Raises WrongValue."""
    convert = _CONVERSIONS.get(type, _text)
    try:
        return convert(value)
    except (ValueError, TypeError, OverflowError):
        raise WrongValue(f"»{column}«: {str(value)[:40]!r} passt nicht zum Typ der Spalte") from None


def _text(value: Value) -> Value:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _integer(value: Value) -> Value:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError
    number = int(value) if not isinstance(value, bool) else _refuse()  # type: ignore[arg-type]  # None raises TypeError, as it should
    return number if -(2**63) <= number < 2**63 else _refuse()


def _number(value: Value) -> Value:
    number = float(value) if not isinstance(value, bool) else _refuse()  # type: ignore[arg-type]  # None raises TypeError, as it should
    return number if number == number and abs(number) != float("inf") else _refuse()


def _boolean(value: Value) -> Value:
    words: Mapping[str, bool] = {"true": True, "false": False, "1": True, "0": False, "t": True, "f": False}
    return value if isinstance(value, bool) else words.get(str(value).lower()) if str(value).lower() in words else _refuse()


def _moment(value: Value) -> Value:
    moment = datetime.fromisoformat(str(value))
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000)


def _refuse() -> int:
    raise ValueError


_CONVERSIONS: Mapping[str, Callable[[Value], Value]] = {
    "BIGINT": _integer,
    "DOUBLE": _number,
    "BOOLEAN": _boolean,
    "TIMESTAMP WITH TIME ZONE": _moment,
}


def columns_of(types: Mapping[str, str], question: Question) -> Iterator[tuple[str, str]]:
    """(name, type) of what a row holds, in its order."""
    for each in question.columns or tuple(types):
        yield each, types[each]
