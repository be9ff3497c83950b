"""Whatever is asked is answered as plain Python would answer it: filters, groups, order, and pages one after the other."""

import statistics
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.formats.cells import cells
from catalog.formats.parquet import write_parquet
from catalog.query import Aggregate, Filter, Function, Operator, Order, Question, TableEngine, functions_of, operators_of
from schemas.row import Value
from tests.catalog.test_query import TABLE

Rows = list[dict[str, Value]]
_DUCKDB = {"id": "VARCHAR", "Straße": "VARCHAR", "zahl": "BIGINT", "wert": "DOUBLE", "offen": "BOOLEAN", "um": "TIMESTAMP WITH TIME ZONE"}
_TEXTS = st.text("aAäÄbßéz'\"%_;\\\n, ø", min_size=1, max_size=3)
_MOMENTS = st.integers(-3, 3).map(lambda hours: f"2026-11-2{2 if hours > 0 else 1}T{abs(hours):02}:00:00Z")
_VALUES: Mapping[str, st.SearchStrategy[Value]] = {
    "id": _TEXTS,
    "Straße": _TEXTS,
    "zahl": st.integers(-3, 3),
    "wert": st.integers(-4, 4).map(lambda n: n / 2),
    "offen": st.booleans(),
    "um": _MOMENTS,
}
_CONTENT = st.lists(
    st.fixed_dictionaries({name: st.none() | values for name, values in _VALUES.items() if name != "id"}), min_size=1, max_size=12
)


# --- the reference ---------------------------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(each) != "Mn")


def _size(column: str, value: Value) -> Value | datetime:
    return datetime.fromisoformat(str(value)).astimezone(UTC) if column == "um" and value is not None else value


def fits(row: Mapping[str, Value], wanted: Filter) -> bool:
    """A missing value fits no comparison but those that ask for what differs."""
    mine, others = _size(wanted.column, row[wanted.column]), [_size(wanted.column, each) for each in wanted.values]
    if wanted.operator is Operator.IS_NULL:
        return (mine is None) == others[0]
    if mine is None:
        return wanted.operator in (Operator.DIFFERS, Operator.NOT_IN)
    comparisons: Mapping[Operator, Callable[[], bool]] = {
        Operator.EXACT: lambda: mine == others[0],
        Operator.DIFFERS: lambda: mine != others[0],
        Operator.IN: lambda: mine in others,
        Operator.NOT_IN: lambda: mine not in others,
        Operator.CONTAINS: lambda: folded(str(others[0])) in folded(str(mine)),
        Operator.LESS: lambda: mine < others[0],  # type: ignore[operator]  # of one type
        Operator.LESS_OR_EQUAL: lambda: mine <= others[0],  # type: ignore[operator]  # of one type
        Operator.GREATER: lambda: mine > others[0],  # type: ignore[operator]  # of one type
        Operator.GREATER_OR_EQUAL: lambda: mine >= others[0],  # type: ignore[operator]  # of one type
    }
    return comparisons[wanted.operator]()


def ordered(rows: Rows, order: Sequence[Order]) -> Rows:
    """Python's sort keeps what is equal in place, reversed or not."""
    for each in reversed(order):
        there = [row for row in rows if row[each.column] is not None]
        there.sort(key=lambda row: _sort_key(row[each.column]), reverse=each.descending)  # used up at once
        rows = there + [row for row in rows if row[each.column] is None]
    return rows


def _sort_key(value: Value) -> bytes | float:
    assert value is not None
    return folded(value).encode() if isinstance(value, str) else value


def grouped(rows: Rows, question: Question) -> Rows:
    groups: dict[tuple[Value, ...], Rows] = {} if question.group_by else {(): []}
    for row in rows:
        groups.setdefault(tuple(row[each] for each in question.group_by), []).append(row)
    return [
        dict(zip(question.group_by, key, strict=True)) | {each.name: _figure(each, members) for each in question.aggregates}
        for key, members in groups.items()
    ]


def _figure(wanted: Aggregate, rows: Rows) -> Value:
    if wanted.function is Function.COUNT:
        return len(rows)
    values = [row[wanted.column] for row in rows if row[wanted.column] is not None]
    if wanted.function is Function.COUNT_DISTINCT:
        return len(set(values))
    if not values:
        return None
    figures: Mapping[Function, Callable[[list[Value]], Value]] = {
        Function.SUM: sum,  # type: ignore[dict-item]  # only of numbers
        Function.AVERAGE: statistics.fmean,  # type: ignore[dict-item]  # only of numbers
        Function.MINIMUM: min,  # type: ignore[dict-item]  # of one type
        Function.MAXIMUM: max,  # type: ignore[dict-item]  # of one type
        Function.MEDIAN: statistics.median,  # type: ignore[dict-item]  # only of numbers
    }
    return figures[wanted.function](values)


def expected(rows: Rows, question: Question) -> list[tuple[Value, ...]]:
    found = [row for row in rows if all(fits(row, each) for each in question.filters)]
    if question.is_grouped:
        found = grouped(found, question)
        names = (*question.group_by, *(each.name for each in question.aggregates))
    else:
        names = question.columns
    return [tuple(row[each] for each in names) for row in ordered(found, question.order)]


# --- what is asked ---------------------------------------------------------------------------------------------------------------


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    column = draw(st.sampled_from(list(_VALUES)))
    operator = draw(st.sampled_from(operators_of(_DUCKDB[column])))
    if operator is Operator.IS_NULL:
        return Filter(column=column, operator=operator, values=(draw(st.booleans()),))
    many = operator in (Operator.IN, Operator.NOT_IN)
    values = draw(st.lists(_VALUES[column], min_size=0 if many else 1, max_size=3 if many else 1))
    return Filter(column=column, operator=operator, values=tuple(values))


@st.composite
def orders(draw: st.DrawFn, names: Sequence[str]) -> tuple[Order, ...]:
    chosen = draw(st.lists(st.sampled_from(list(names)), max_size=3, unique=True))
    return tuple(Order(column=each, descending=draw(st.booleans())) for each in chosen)


_AGGREGATES = [Aggregate(function=Function.COUNT)] + [
    Aggregate(function=function, column=column) for column, type in _DUCKDB.items() for function in functions_of(type)
]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    wanted = tuple(draw(st.lists(filters(), max_size=2)))
    if draw(st.booleans()):
        columns = tuple(draw(st.lists(st.sampled_from(list(_VALUES)), min_size=1, max_size=4, unique=True)))
        return Question(columns=columns, filters=wanted, order=draw(orders(list(_VALUES))), limit=draw(st.integers(1, 4)))
    group_by = tuple(draw(st.lists(st.sampled_from(["Straße", "zahl", "offen", "um"]), max_size=2, unique=True)))
    figures = tuple(draw(st.lists(st.sampled_from(_AGGREGATES), min_size=1, max_size=3, unique=True)))
    names = (*group_by, *(each.name for each in figures))
    return Question(filters=wanted, group_by=group_by, aggregates=figures, order=draw(orders(names)), limit=draw(st.integers(1, 4)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def engine(folder: Path) -> TableEngine:
    return TableEngine(folder)


_NUMBERS = count()


def _published(folder: Path, rows: Rows) -> Path:
    path = folder / f"{next(_NUMBERS)}.parquet"
    path.write_bytes(write_parquet(TABLE, cells(TABLE, rows)))
    return path


def _walk(engine: TableEngine, path: Path, question: Question) -> tuple[list[tuple[Value, ...]], list[int | None]]:
    """All pages one after the other, and the totals they gave."""
    rows: list[tuple[Value, ...]] = []
    totals, after, more = [], None, True
    while more:
        answer = engine.ask(path, _at(question, after))
        assert len(answer.rows) <= question.limit
        rows += answer.rows
        totals.append(answer.total)
        after, more = answer.last, answer.more
        assert len(totals) < 50, "the pages do not end"
    return rows, totals


def _at(question: Question, after: int | None) -> Question:
    return Question(**{**vars(question), "after": after})


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_CONTENT, question=questions())
def test_pages_of_any_question_are_what_python_says(engine: TableEngine, folder: Path, content: Rows, question: Question) -> None:
    rows: Rows = [{"id": f"r{number}", **each} for number, each in enumerate(content)]
    path = _published(folder, rows)

    found, totals = _walk(engine, path, question)

    assert found == expected(rows, question)
    assert set(totals) == {len(found)}


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_CONTENT, order=orders(["Straße", "zahl", "wert", "offen", "um"]), limit=st.integers(1, 3))
def test_every_row_is_visited_once_in_any_order(
    engine: TableEngine, folder: Path, content: Rows, order: tuple[Order, ...], limit: int
) -> None:
    rows: Rows = [{"id": f"r{number}", **each} for number, each in enumerate(content)]
    path = _published(folder, rows)

    found, _ = _walk(engine, path, Question(columns=("id",), order=order, limit=limit))

    assert sorted(found) == sorted((row["id"],) for row in rows)


def test_the_reference_can_disagree(engine: TableEngine, folder: Path) -> None:
    rows: Rows = [{"id": "a", "zahl": 1}, {"id": "b", "zahl": 2}]
    rows = [{name: each.get(name) for name in TABLE.field_names} for each in rows]
    question = Question(columns=("id",), filters=(Filter(column="zahl", operator=Operator.LESS, values=(2,)),))

    assert _walk(engine, _published(folder, rows), question)[0] == expected(rows, question) == [("a",)]
    assert expected(rows[1:], question) == []
