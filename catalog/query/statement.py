"""From a question to one SELECT with bound parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from catalog.query.kinds import BOOLEAN, INTEGER, LARGEST_EXACT, MOMENT, NUMBER
from catalog.query.question import Question
from catalog.query.relation import Column, Relation, known_column, quoted, relation
from schemas.row import Value


@dataclass(frozen=True, kw_only=True)
class Statement:
    text: str
    parameters: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Key:
    """One level of the order."""

    text: str
    descending: bool = False

    @property
    def order(self) -> str:
        return f"{self.text} {'DESC' if self.descending else 'ASC'} NULLS LAST"


def columns_of(path: str, types: Mapping[str, str], question: Question) -> tuple[tuple[str, str], ...]:
    """(name, DuckDB type) of what a row of the answer holds, in its order. Raises WrongValue."""
    return tuple((name, each.type) for name, each in relation(path, types, question).columns.items())


def page_statement(path: str, types: Mapping[str, str], question: Question, *, last: Sequence[Value] = ()) -> Statement:
    """One page, with a row more than asked for, so that one knows whether there is a next. The last column is the row's position (not
    of DISTINCT rows, which have none). `last`: what `position_statement` gave for `question.after`. Raises WrongValue."""
    found = relation(path, types, question)
    shown = [f"{each.comparable} AS {quoted(name)}" for name, each in found.columns.items()]
    if question.distinct:
        order = ", ".join(each.order for each in _keys(found, question)[:-1]) or "ALL"
        text = f"SELECT DISTINCT {', '.join(shown)} FROM {found.source} ORDER BY {order} LIMIT ? OFFSET ?"
        return Statement(text=text, parameters=(*found.parameters, question.limit + 1, question.offset))
    text, parameters = _ordered(found, question, [*shown, found.position], last)
    return Statement(text=f"{text} LIMIT ? OFFSET ?", parameters=(*parameters, question.limit + 1, question.offset))


def position_statement(path: str, types: Mapping[str, str], question: Question) -> Statement:
    """The sort keys of the row at `question.after`, its position last; no row when there is none at this position."""
    found = relation(path, types, question)
    keys = ", ".join(each.text for each in _keys(found, question))
    text = f"SELECT {keys} FROM {_selected(found)} WHERE {found.position} = ?"
    return Statement(text=text, parameters=(*found.parameters, question.after))


def count_statement(path: str, types: Mapping[str, str], question: Question) -> Statement:
    found = relation(path, types, question)
    if not question.distinct:
        return Statement(text=f"SELECT count(*) FROM {found.source}", parameters=found.parameters)
    columns = ", ".join(each.text for each in found.columns.values())
    return Statement(text=f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {found.source})", parameters=found.parameters)


def all_statement(path: str, types: Mapping[str, str], question: Question) -> Statement:
    """Every row, moments as microseconds."""
    found = relation(path, types, question)
    shown = [f"{each.comparable} AS {quoted(name)}" for name, each in found.columns.items()]
    return _whole(found, question, shown)


def typed_statement(path: str, types: Mapping[str, str], question: Question) -> Statement:
    """Every row, in the types of the table: for Parquet."""
    found = relation(path, types, question)
    return _whole(found, question, [f"{each.text} AS {quoted(name)}" for name, each in found.columns.items()])


def lines_statement(path: str, types: Mapping[str, str], question: Question) -> Statement:
    """Every row as one finished line of the canonical CSV: written by DuckDB, about five times as fast as cell by cell in Python."""
    found = relation(path, types, question)
    cells = [_cell(each) for each in found.columns.values()]
    line = " || ',' || ".join(cells) if len(cells) > 1 else f"CASE {cells[0]} WHEN '' THEN '\"\"' ELSE {cells[0]} END"
    return _whole(found, question, [f"{line} || chr(10)"])


def _whole(found: Relation, question: Question, shown: Sequence[str]) -> Statement:
    """Rows of the table come in its order by themselves; sorting them would have to hold all of them before the first is sent."""
    if question.order or question.is_grouped:
        text, parameters = _ordered(found, question, shown, ())
        return Statement(text=text, parameters=parameters)
    return Statement(text=f"SELECT {', '.join(shown)} FROM {found.source}", parameters=found.parameters)


def _ordered(found: Relation, question: Question, shown: Sequence[str], last: Sequence[Value]) -> tuple[str, tuple[Value, ...]]:
    keys = _keys(found, question)
    behind, values = _after(keys, last) if last else ("true", ())
    text = f"SELECT {', '.join(shown)} FROM {_selected(found)} WHERE {behind} ORDER BY {', '.join(each.order for each in keys)}"
    return text, (*found.parameters, *values)


def _selected(found: Relation) -> str:
    """The relation's own filters stay inside, so that more can be asked of what they leave."""
    return f"(SELECT * FROM {found.source})"


def _keys(found: Relation, question: Question) -> list[Key]:
    asked = [Key(text=known_column(found.sortable, each.column).sortable, descending=each.descending) for each in question.order]
    return [*asked, Key(text=found.position)]


def _after(keys: Sequence[Key], last: Sequence[Value]) -> tuple[str, tuple[Value, ...]]:
    """What stands behind a row with these keys, where what is missing stands last in both directions."""
    alternatives: list[str] = []
    values: list[Value] = []
    equal: list[str] = []
    equals: list[Value] = []
    for key, value in zip(keys, last, strict=True):
        if value is None:
            equal.append(f"{key.text} IS NULL")
            continue
        further = f"({key.text} {'<' if key.descending else '>'} ? OR {key.text} IS NULL)"
        alternatives.append(" AND ".join([*equal, further]))
        values += [*equals, value]
        equal.append(f"{key.text} = ?")
        equals.append(value)
    return "(" + " OR ".join(f"({each})" for each in alternatives) + ")", tuple(values)


def _cell(column: Column) -> str:
    return f"coalesce({_CELLS.get(column.type, _quoted_where_needed)(column.text)}, '')"


def _plain(text: str) -> str:
    return f"CAST({text} AS VARCHAR)"


def _number(text: str) -> str:
    """As `cells.text_of`: 12.0 is written 12, and nothing has an exponent."""
    shortest = f"CAST({text} AS VARCHAR)"
    whole = f"{text} = trunc({text}) AND abs({text}) < {LARGEST_EXACT}"
    cases = f"WHEN {whole} THEN CAST(CAST({text} AS BIGINT) AS VARCHAR) WHEN contains({shortest}, 'e') THEN {_expanded(text)}"
    return f"CASE {cases} ELSE {shortest} END"


def _expanded(text: str) -> str:
    """-1.5e-07 as -0.00000015: the digits, and the zeros that the exponent stands for (a positive one is 16 at least)."""
    shortest = f"CAST(abs({text}) AS VARCHAR)"
    digits = f"replace(split_part({shortest}, 'e', 1), '.', '')"
    exponent = f"CAST(split_part({shortest}, 'e', 2) AS INTEGER)"
    small = f"'0.' || repeat('0', -{exponent} - 1) || {digits}"
    large = f"{digits} || repeat('0', {exponent} - length({digits}) + 1)"
    return f"CASE WHEN {text} < 0 THEN '-' ELSE '' END || CASE WHEN {exponent} < 0 THEN {small} ELSE {large} END"


def _moment(text: str) -> str:
    time = f"make_timestamp(epoch_us({text}))"
    whole = f"epoch_us({text}) % 1000000 = 0"
    return f"CASE WHEN {whole} THEN strftime({time}, '%Y-%m-%dT%H:%M:%SZ') ELSE strftime({time}, '%Y-%m-%dT%H:%M:%S.%fZ') END"


def _quoted_where_needed(text: str) -> str:
    special = " OR ".join(f"contains({text}, {each})" for each in ("','", "'\"'", "chr(10)", "chr(13)"))
    return f"""CASE WHEN {special} THEN '"' || replace({text}, '"', '""') || '"' ELSE {text} END"""


_CELLS: Mapping[str, Callable[[str], str]] = {INTEGER: _plain, BOOLEAN: _plain, NUMBER: _number, MOMENT: _moment}
