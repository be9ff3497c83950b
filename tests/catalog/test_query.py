"""Questions to a published table are answered as Python would answer them, and no word of a question is ever SQL."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.formats.cells import cells
from catalog.formats.parquet import write_parquet
from catalog.query import Cancellation, Filter, Operator, Order, Question, TableEngine, TooExpensive
from schemas.errors import WrongValue
from schemas.row import Value
from schemas.table import Disclosure, Field, Table
from schemas.values import Text

TYPES = {"id": "string", "Straße": "string", "zahl": "integer", "wert": "number", "offen": "boolean", "um": "datetime"}
TABLE = Table(
    name="probe",
    title=Text(de="Probe"),
    description=Text(de="Probe"),
    fields=tuple(
        Field(name=name, type=type, title=Text(de=name), description=Text(de=name), disclosure=Disclosure.PUBLIC)
        for name, type in TYPES.items()
    ),
    key=("id",),
)
ROWS: Sequence[dict[str, Value]] = (
    {"id": "a", "Straße": "Ährenweg", "zahl": 3, "wert": 1.5, "offen": True, "um": "2026-11-22T04:00:00Z"},
    {"id": "b", "Straße": "Zollamtstraße", "zahl": 1, "wert": None, "offen": False, "um": None},
    {"id": "c", "Straße": "Bäckergasse", "zahl": None, "wert": -2.0, "offen": None, "um": "2026-11-21T04:00:00Z"},
    {"id": "d", "Straße": 'O\'Brien "Platz"; DROP TABLE x; --', "zahl": 20, "wert": 0.0, "offen": True, "um": "2025-01-01T00:00:00Z"},
)


def published(folder: Path, rows: Sequence[dict[str, Value]] = ROWS) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "data.parquet"
    path.write_bytes(write_parquet(TABLE, cells(TABLE, rows)))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return published(tmp_path / "files")


@pytest.fixture
def engine(path: Path) -> TableEngine:
    return TableEngine(path.parent)


def _ids(engine: TableEngine, path: Path, *filters: Filter, **more: object) -> list[Value]:
    question = Question(columns=("id",), filters=filters, **more)  # type: ignore[arg-type]  # test shorthand
    return [row[0] for row in engine.ask(path, question).rows]


def _is(column: str, operator: Operator, *values: Value) -> Filter:
    return Filter(column=column, operator=operator, values=values)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (_is("zahl", Operator.EXACT, 3), ["a"]),
        (_is("zahl", Operator.EXACT, "3"), ["a"]),
        (_is("zahl", Operator.GREATER, 1), ["a", "d"]),
        (_is("zahl", Operator.GREATER_OR_EQUAL, 1), ["a", "b", "d"]),
        (_is("wert", Operator.LESS, 0.5), ["c", "d"]),
        (_is("wert", Operator.LESS_OR_EQUAL, "0"), ["c", "d"]),
        (_is("offen", Operator.EXACT, True), ["a", "d"]),
        (_is("offen", Operator.EXACT, "false"), ["b"]),
        (_is("offen", Operator.DIFFERS, True), ["b", "c"]),
        (_is("um", Operator.GREATER_OR_EQUAL, "2026-11-22T05:00:00+01:00"), ["a"]),
        (_is("um", Operator.LESS, "2026-01-01"), ["d"]),
        (_is("Straße", Operator.EXACT, 'O\'Brien "Platz"; DROP TABLE x; --'), ["d"]),
        (_is("Straße", Operator.CONTAINS, "backer"), ["c"]),
        (_is("Straße", Operator.CONTAINS, "STRASSE"), []),  # ß is no ss: accents fold, letters do not
        (_is("Straße", Operator.CONTAINS, "%"), []),
        (_is("id", Operator.IN, "a", "c", "nowhere"), ["a", "c"]),
        (_is("id", Operator.IN), []),
        (_is("wert", Operator.IS_NULL, True), ["b"]),
        (_is("wert", Operator.IS_NULL, False), ["a", "c", "d"]),
        (_is("_id", Operator.EXACT, 2), ["b"]),
    ],
)
def test_a_filter_keeps_what_fits(engine: TableEngine, path: Path, wanted: Filter, ids: list[str]) -> None:
    assert _ids(engine, path, wanted) == ids


def test_an_answer_has_typed_columns_moments_as_text_and_the_total(engine: TableEngine, path: Path) -> None:
    answer = engine.ask(path, Question(filters=(_is("offen", Operator.EXACT, True),), limit=1))

    assert answer.columns == (
        ("_id", "BIGINT"), ("id", "VARCHAR"), ("Straße", "VARCHAR"), ("zahl", "BIGINT"), ("wert", "DOUBLE"), ("offen", "BOOLEAN"),
        ("um", "TIMESTAMP WITH TIME ZONE"),
    )  # fmt: skip
    assert answer.rows == ((1, "a", "Ährenweg", 3, 1.5, True, "2026-11-22T04:00:00Z"),)
    assert answer.total == 2
    assert engine.ask(path, Question(limit=0)).total == 4
    assert engine.ask(path, Question(with_total=False)).total is None


def test_text_is_sorted_as_in_a_dictionary_and_what_is_missing_stands_last(engine: TableEngine, path: Path) -> None:
    assert _ids(engine, path, order=(Order(column="Straße"),)) == ["a", "c", "d", "b"]
    assert _ids(engine, path, order=(Order(column="zahl", descending=True),)) == ["d", "a", "b", "c"]
    assert _ids(engine, path, order=(Order(column="um"),)) == ["d", "c", "a", "b"]


def test_words_are_looked_for_in_all_columns(engine: TableEngine, path: Path) -> None:
    assert _ids(engine, path, words=("ÄHRENWEG",)) == ["a"]
    assert _ids(engine, path, words=("true", "o'brien")) == ["d"]
    assert _ids(engine, path, words=("' OR 1=1 --",)) == []


def test_distinct_values(engine: TableEngine, path: Path) -> None:
    answer = engine.ask(path, Question(columns=("offen",), distinct=True, order=(Order(column="offen"),)))

    assert answer.rows == ((False,), (True,), (None,))
    assert answer.total == 3


@pytest.mark.parametrize("column", ["nowhere", 'id" OR 1=1 --', "ID", "", "file_row_number"])
def test_an_unknown_column_is_named_and_never_executed(engine: TableEngine, path: Path, column: str) -> None:
    for question in (
        Question(columns=(column,)),
        Question(filters=(_is(column, Operator.EXACT, 1),)),
        Question(order=(Order(column=column),)),
    ):
        with pytest.raises(WrongValue, match="keine Spalte"):
            engine.ask(path, question)


@pytest.mark.parametrize(
    ("column", "value"), [("zahl", "drei"), ("zahl", 1.5), ("zahl", 2**70), ("wert", "nan"), ("offen", "vielleicht"), ("um", "gestern")]
)
def test_a_value_that_does_not_fit_the_column_is_refused(engine: TableEngine, path: Path, column: str, value: Value) -> None:
    with pytest.raises(WrongValue, match=column):
        engine.ask(path, Question(filters=(_is(column, Operator.EXACT, value),)))


def test_the_engine_reads_nothing_but_published_files(engine: TableEngine, path: Path, tmp_path: Path) -> None:
    elsewhere = published(tmp_path / "elsewhere")

    with pytest.raises(Exception, match="disabled by configuration"):
        engine.ask(elsewhere, Question())
    assert TableEngine(elsewhere.parent).ask(elsewhere, Question()).total == 4  # the file itself is fine


def test_a_question_that_takes_too_long_is_ended(path: Path) -> None:
    hurried = TableEngine(path.parent, seconds=0.2)
    hurried.types(path)

    with pytest.raises(TooExpensive), hurried._cursor(Cancellation()) as cursor:
        cursor.execute("SELECT count(*) FROM range(10000000000) a, range(1000000) b").fetchall()
    assert hurried.ask(path, Question()).total == 4  # the next one is answered


_CELLS = st.fixed_dictionaries(
    {
        "Straße": st.none() | st.text(max_size=5).filter(lambda text: "\0" not in text),
        "zahl": st.none() | st.integers(-5, 5),
        "wert": st.none() | st.integers(-3, 3).map(lambda n: n / 2),
        "offen": st.none() | st.booleans(),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(_CELLS, max_size=12), bound=st.integers(-5, 5), limit=st.integers(1, 5))
def test_pages_give_every_row_that_fits_exactly_once(tmp_path: Path, content: list[dict[str, Value]], bound: int, limit: int) -> None:
    rows = [{"id": str(number), **each} for number, each in enumerate(content)]
    path = published(tmp_path / "generated", rows)
    engine = TableEngine(path.parent)
    wanted, order = (_is("zahl", Operator.GREATER_OR_EQUAL, bound),), (Order(column="wert", descending=True),)

    pages = [engine.ask(path, Question(filters=wanted, order=order, limit=limit, offset=start)) for start in range(0, 13, limit)]

    found = [row[1] for page in pages for row in page.rows]
    expected = [each["id"] for each in rows if isinstance(each["zahl"], int) and each["zahl"] >= bound]
    assert sorted(map(str, found)) == sorted(map(str, expected))
    assert {page.total for page in pages} == {len(expected)}
