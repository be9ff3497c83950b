"""From the parameters of an address to a question. What is wrong is named, with what is allowed instead."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from api.web.parameters import TRACKING
from api.web.problems import RepeatedParameter, UnsuitableParameter, WrongParameter
from api.web.rows.lists import items
from api.web.rows.parameters import DEFAULT_LIMIT, OWN, RowsParameters
from catalog.query import MOST_VALUES, NAMES, Aggregate, Filter, Function, Operator, Order, Question, bound, functions_of, operators_of
from schemas.errors import WrongValue
from schemas.row import Value

Types = Mapping[str, str]  #: column -> DuckDB type
_LISTS = (Operator.IN, Operator.NOT_IN)
_VALUES = {
    "integer": "eine ganze Zahl wie 42",
    "number": "eine Zahl mit Punkt wie 1.5",
    "boolean": "true, false",
    "datetime": "ein Zeitpunkt wie 2026-11-22 oder 2026-11-22T04:00:00Z (ISO 8601)",
    "string": "ein Text",
}
_SPACE_BEFORE_OFFSET = re.compile(r" (?=\d\d:?\d\d$)")


def question_from(query: RowsParameters, given: Iterable[tuple[str, str]], types: Types, *, after: int | None = None) -> Question:
    """`given`: all parameters of the address as they stand there. Raises WrongParameter, RepeatedParameter, UnsuitableParameter."""
    group_by = _columns("group_by", query.group_by, types)
    aggregates = _aggregates(query.agg, types) or ((Aggregate(function=Function.COUNT),) if group_by else ())
    if query.select and (group_by or aggregates):
        raise UnsuitableParameter("select", allowed="group_by, agg")
    named = (*group_by, *(each.name for each in aggregates))
    if len({each.lower() for each in named}) < len(named):
        raise WrongParameter("agg", allowed=["jede Spalte und Kennzahl einmal"])
    return Question(
        columns=() if named else _columns("select", query.select, types) or tuple(types),
        filters=_filters(given, types),
        group_by=group_by,
        aggregates=aggregates,
        order=_order(query.sort, named or tuple(types)),
        limit=query.limit or DEFAULT_LIMIT,
        after=after,
        with_total=query.total,
    )


def canonical(question: Question, types: Types) -> tuple[object, ...]:
    """What is asked, however it was written: without the page. Equal for equal questions."""
    filters = sorted(
        (each.column, each.operator.value, sorted({_marked(each.column, types, each.operator, value) for value in each.values}))
        for each in question.filters
    )
    order = [(each.column, each.descending) for each in question.order]
    return (question.columns, question.group_by, [each.name for each in question.aggregates], filters, order)


def described(types: Types) -> list[dict[str, Any]]:
    """The columns of a table and what can be asked of each."""
    return [
        {
            "name": name,
            "type": NAMES.get(type, "string"),
            "operators": [each.value for each in operators_of(type)],
            "functions": [each.value for each in functions_of(type)],
        }
        for name, type in types.items()
    ]


def _marked(column: str, types: Types, operator: Operator, value: Value) -> str:
    bare = value if operator in (Operator.IS_NULL, Operator.CONTAINS) else bound(column, types[column], value)
    return repr(bare)


def _filters(given: Iterable[tuple[str, str]], types: Types) -> tuple[Filter, ...]:
    found: dict[str, Filter] = {}
    for name, text in given:
        if name in OWN or _is_tracking(name, types):
            continue
        if name in found:
            raise RepeatedParameter(name)
        found[name] = _filter(name, text, types)
    return tuple(found.values())


def _is_tracking(name: str, types: Types) -> bool:
    """A column may be named like a tracker (`pk_…`); its filter is never overlooked."""
    return name.startswith(TRACKING) and name not in types and name.rpartition("__")[0] not in types


def _filter(name: str, text: str, types: Types) -> Filter:
    column, operator = _target(name, types)
    kind = NAMES.get(types[column], "string")
    if operator is Operator.IS_NULL:
        if text not in ("true", "false"):
            raise WrongParameter(name, allowed=["true", "false"])
        return Filter(column=column, operator=operator, values=(text == "true",))
    values = items(text) if operator in _LISTS else (text,)
    if values is None or not values or len(values) > MOST_VALUES:
        raise WrongParameter(name, allowed=[f"1 bis {MOST_VALUES} Werte mit Komma dazwischen, Texte mit Komma in Anführungszeichen"])
    if kind == "datetime":
        # A plus sign that was not escaped has become a space.
        values = tuple(_SPACE_BEFORE_OFFSET.sub("+", each) for each in values)
    try:
        if operator is not Operator.CONTAINS:
            [bound(column, types[column], each) for each in values]
        if "" in values:
            raise WrongValue
    except WrongValue:
        raise WrongParameter(name, allowed=[_VALUES[kind], f"leere Zellen: {column}__isnull=true"]) from None
    return Filter(column=column, operator=operator, values=values)


def _target(name: str, types: Types) -> tuple[str, Operator]:
    """Column and operator that a parameter names. Raises WrongParameter that lists what it could have been."""
    column, _, word = name.rpartition("__")
    if column in types:
        for each in operators_of(types[column]):
            if each.value == word:
                return column, each
    meant = name if name in types else column
    if meant in types:
        allowed = [f"{meant}__{each.value}" for each in operators_of(types[meant])]
    else:
        allowed = [*OWN, *(f"{each}__…" for each in types)]
    raise WrongParameter(name, allowed=allowed, unknown=True, members={"columns": described(types)})


def _columns(parameter: str, text: str, types: Types) -> tuple[str, ...]:
    names = items(text)
    if names is None or not set(names) <= set(types) or len(set(names)) < len(names):
        raise WrongParameter(parameter, allowed=list(types))
    return names


def _aggregates(text: str, types: Types) -> tuple[Aggregate, ...]:
    possible = {each.name: each for each in _possible(types)}
    names = items(text)
    if names is None or not set(names) <= set(possible) or len(set(names)) < len(names):
        raise WrongParameter("agg", allowed=list(possible), members={"columns": described(types)})
    return tuple(possible[each] for each in names)


def _possible(types: Types) -> Iterable[Aggregate]:
    yield Aggregate(function=Function.COUNT)
    for column, type in types.items():
        for function in functions_of(type):
            yield Aggregate(function=function, column=column)


def _order(text: str, sortable: tuple[str, ...]) -> tuple[Order, ...]:
    names = items(text)
    found = [_level(each, sortable) for each in names] if names is not None else [None]
    if None in found:
        raise WrongParameter("sort", allowed=[form for each in sortable for form in (each, f"-{each}")])
    return tuple(each for each in found if each is not None)


def _level(name: str, sortable: tuple[str, ...]) -> Order | None:
    if name in sortable:
        return Order(column=name)
    return Order(column=name[1:], descending=True) if name.startswith("-") and name[1:] in sortable else None
