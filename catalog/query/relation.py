"""What a question is answered from: the rows of the table that fit, or groups of them. Names are quoted, values are bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.query.kinds import INTEGER, MOMENT, NUMBER, TEXT, bound
from catalog.query.question import Aggregate, Filter, Function, Operator, Question
from schemas.errors import WrongValue
from schemas.row import Value

#: The number of a row in its file, from 1: CKAN clients know it as `_id`.
ROW_NUMBER = "_id"
MOST_VALUES = 1000  #: of one filter
_SOURCE = "(SELECT file_row_number + 1 AS _id, * EXCLUDE (file_row_number) FROM read_parquet(?, file_row_number = true))"
_SIGNS = {
    Operator.EXACT: "=",
    Operator.LESS: "<",
    Operator.LESS_OR_EQUAL: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_OR_EQUAL: ">=",
}
_FUNCTIONS = {Function.AVERAGE: "avg", Function.MINIMUM: "min", Function.MAXIMUM: "max", Function.MEDIAN: "median"}


@dataclass(frozen=True, kw_only=True)
class Column:
    text: str  #: SQL that gives its values
    type: str

    @property
    def comparable(self) -> str:
        """Moments as microseconds: the same in every time zone the server may run in."""
        return f"epoch_us({self.text})" if self.type == MOMENT else self.text

    @property
    def sortable(self) -> str:
        """Text as in a German dictionary, as far as that goes without a collation library: no case, ä beside a."""
        return folded(self.text) if self.type == TEXT else self.comparable


@dataclass(frozen=True, kw_only=True)
class Relation:
    source: str  #: SQL after FROM
    parameters: tuple[Value, ...]
    columns: Mapping[str, Column]  #: of the answer, in its order
    sortable: Mapping[str, Column]
    position: str  #: SQL of a whole number from 1 that no two of its rows share


def relation(path: str, types: Mapping[str, str], question: Question) -> Relation:
    """`types`: column -> DuckDB type, in the order of the file, with `_id` first. Raises WrongValue that names the column."""
    where, values = _where(types, question)
    if question.is_grouped:
        return _groups(f"{_SOURCE}{where}", (path, *values), types, question)
    known = {name: Column(text=quoted(name), type=type) for name, type in types.items()}
    return Relation(
        source=f"{_SOURCE}{where}",
        parameters=(path, *values),
        columns={each: known_column(known, each) for each in question.columns or types},
        sortable=known,
        position=ROW_NUMBER,
    )


def known_column(columns: Mapping[str, Column], name: str) -> Column:
    if name not in columns:
        raise WrongValue(f"»{name}« ist keine Spalte dieser Tabelle")
    return columns[name]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def folded(expression: str) -> str:
    return f"strip_accents(lower({expression}))"


def _groups(source: str, parameters: tuple[Value, ...], types: Mapping[str, str], question: Question) -> Relation:
    """Columns of the inner statement have names of our own: those of the table may differ in case only, which DuckDB does not see."""
    keys = {name: Column(text=f"g{n}", type=_known(types, name)) for n, name in enumerate(question.group_by)}
    figures = [(each, aggregate_type(each, types)) for each in question.aggregates]
    columns = keys | {each.name: Column(text=f"a{n}", type=type) for n, (each, type) in enumerate(figures)}
    if len(columns) != len(question.group_by) + len(figures):
        raise WrongValue("eine Spalte der Antwort kommt zweimal vor")
    parts = [f"{quoted(name)} AS {each.text}" for name, each in keys.items()]
    parts += [f"{_aggregate(each, type)} AS a{n}" for n, (each, type) in enumerate(figures)]
    grouping = f" GROUP BY {', '.join(quoted(name) for name in keys)}" if keys else ""
    text = f"(SELECT {', '.join(parts)}, coalesce(min({ROW_NUMBER}), 1) AS first_row FROM {source}{grouping})"
    return Relation(source=text, parameters=parameters, columns=columns, sortable=columns, position="first_row")


def aggregate_type(wanted: Aggregate, types: Mapping[str, str]) -> str:
    """DuckDB type of the figure. Raises WrongValue that names the column."""
    type = _known(types, wanted.column) if wanted.column else INTEGER
    match wanted.function:
        case Function.COUNT | Function.COUNT_DISTINCT:
            return INTEGER
        case Function.AVERAGE | Function.MEDIAN:
            return NUMBER
    return type


def _aggregate(wanted: Aggregate, type: str) -> str:
    if wanted.function is Function.COUNT:
        return "count(*)"
    name = quoted(wanted.column)
    match wanted.function:
        case Function.COUNT_DISTINCT:
            return f"count(DISTINCT {name})"
        case Function.SUM:
            return f"CAST(sum({name}) AS {type})"  # DuckDB would give 128 bits, which neither JSON nor Parquet has
    return f"{_FUNCTIONS[wanted.function]}({name})"


def _where(types: Mapping[str, str], question: Question) -> tuple[str, tuple[Value, ...]]:
    parts: list[str] = []
    values: list[Value] = []
    for each in question.filters:
        condition, needed = _condition(Column(text=quoted(each.column), type=_known(types, each.column)), each)
        parts.append(condition)
        values += needed
    for word in question.words:
        parts.append(_contained(_everything(types), word))
        values += () if "\0" in word else (word,)
    return (" WHERE " + " AND ".join(parts) if parts else ""), tuple(values)


def _condition(column: Column, wanted: Filter) -> tuple[str, Sequence[Value]]:
    name = column.comparable
    if wanted.operator is Operator.IS_NULL:
        return f"{name} IS {'' if wanted.values[0] else 'NOT '}NULL", ()
    if wanted.operator is Operator.CONTAINS:
        text = str(wanted.values[0])
        return _contained(f"CAST({column.text} AS VARCHAR)", text), () if "\0" in text else (text,)
    values = [bound(wanted.column, column.type, each) for each in wanted.values]
    if len(values) > MOST_VALUES:
        raise WrongValue(f"»{wanted.column}«: höchstens {MOST_VALUES} Werte")
    marks = ", ".join("?" for _ in values)
    match wanted.operator:
        case Operator.IN:
            return (f"{name} IN ({marks})", values) if values else ("false", ())
        case Operator.NOT_IN:
            return (f"({name} NOT IN ({marks}) OR {name} IS NULL)", values) if values else ("true", ())
        case Operator.DIFFERS:
            return f"{name} IS DISTINCT FROM ?", values
    return f"{name} {_SIGNS[wanted.operator]} ?", values


def _contained(text: str, word: str) -> str:
    """A published text has no NUL, and `strip_accents` ends at one: it would find such a word everywhere."""
    return "false" if "\0" in word else f"contains({folded(text)}, {folded('?')})"


def _known(types: Mapping[str, str], column: str) -> str:
    if column not in types:
        raise WrongValue(f"»{column}« ist keine Spalte dieser Tabelle")
    return types[column]


def _everything(types: Mapping[str, str]) -> str:
    return "concat_ws(' ', " + ", ".join(f"CAST({quoted(each)} AS VARCHAR)" for each in types if each != ROW_NUMBER) + ")"
