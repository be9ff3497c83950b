"""From one record of a file to one row of a table: pure, and the same for mappings and for data packages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harvesters.mapping import SOURCE_URL, Rule
from harvesters.parsing import Cell, NumberStyle, Parse, default_parse, parse_cell, slug
from harvesters.record import Problem, Record
from schemas.aliases import Aliases
from schemas.crs import READ_OTHERWISE, Misplaced, derivation, placed
from schemas.errors import WrongValue
from schemas.row import Finding, Quarantined, Row, Value
from schemas.table import Table

_ID = re.compile(r"[a-z0-9][a-z0-9._:-]{1,127}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class RowMap:
    """What one sheet gives one table."""

    table: Table
    rules: Mapping[str, Rule]
    numbers: NumberStyle = field(default_factory=NumberStyle)  #: of the file, known when it has been opened
    missing: frozenset[str] = frozenset()  #: further texts that mean "no value"
    aliases: Aliases = field(default_factory=Aliases)
    crs: str = ""  #: of the columns of longitude and latitude; "": degrees, as they are published

    @property
    def number_columns(self) -> frozenset[str]:
        """Columns whose cells are read as numbers."""
        return frozenset(
            rule.column for name, rule in self.rules.items() if rule.column is not None and self._parse(name, rule) in ("integer", "number")
        )

    @cached_property
    def named_columns(self) -> Mapping[str, str]:
        """Columns that may hold names instead of ids → the field they give."""
        return {rule.column: name for name, rule in self.rules.items() if rule.parse == "alias" and rule.column is not None}

    @property
    def needed_columns(self) -> frozenset[str]:
        """Columns without which a row cannot be published: those that required fields and the key are read from."""
        needed = {each.name for each in self.table.fields if each.required} | {*self.table.key}
        rules = [self.rules[name] for name in needed if name in self.rules]
        return frozenset(each.column for each in rules if each.column is not None and (each.codes is None or "" not in each.codes))

    def _parse(self, name: str, rule: Rule) -> Parse | None:
        if rule.codes is not None or rule.split is not None:
            return None
        if rule.parse == "alias":
            return "text"
        return rule.parse or ("text" if name == SOURCE_URL else default_parse(self.table.field(name)))


def row_from(record: Record, how: RowMap) -> Row | Quarantined | None:
    """None for a record that has nothing for this table: no field of it that is read from a column has a value.

    A record with a problem gives what is known of it without its content: key if it can be read, digest, findings."""
    values: dict[str, Value] = {}
    problems = list(record.problems)
    for name in how.table.field_names:
        values[name] = _value(record, name, how, problems)
    if how.crs:
        _place(values, how, problems)
    source_url = _value(record, SOURCE_URL, how, problems) if SOURCE_URL in how.rules else None
    read = [source_url, *(value for name, value in values.items() if name in how.rules and how.rules[name].constant is None)]
    if not problems and all(value is None for value in read):
        return None
    parts = [values[name] for name in how.table.key]
    key = "" if any(part is None for part in parts) else "/".join(map(_key_part, parts))
    if not key and not problems:
        problems.append(Problem(code="missing-key", message="Die Zeile hat keinen Schlüssel.", field=how.table.key[0]))
    if any(each.code == "ragged-row" for each in record.problems):
        problems = list(record.problems)  # where cells have shifted, what is wrong with each says nothing
    if problems:
        findings = tuple(_finding(each, record, how.table, key) for each in problems)
        return Quarantined(table=how.table.name, key=key, digest=record.digest, findings=findings)
    return Row(table=how.table.name, key=key, values=values, source_url=str(source_url or ""), origin=record.origin)


def _place(values: dict[str, Value], how: RowMap, problems: list[Problem]) -> None:
    """Easting and northing become degrees; where the table says how a position came about, and the file does not, it is said."""
    x, y = values["longitude"], values["latitude"]
    if not isinstance(x, float) or not isinstance(y, float):
        return  # half a position is what `schemas.rules` refuses
    try:
        found = placed(x, y, how.crs)
    except Misplaced as error:
        problems.append(Problem(code="misplaced", message=str(error), field="longitude"))
        return
    values["longitude"], values["latitude"] = found.longitude, found.latitude
    if "position_basis" in how.table.field_names and "position_basis" not in how.rules:
        values["position_basis"] = "; ".join(each for each in (READ_OTHERWISE.get(found.remark, ""), derivation(how.crs)) if each) or None


def _key_part(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _finding(problem: Problem, record: Record, table: Table, key: str) -> Finding:
    return Finding(
        code=problem.code,
        message=problem.message,
        origin=record.origin,
        table=table.name,
        key=key,
        row=record.row,
        field=problem.field,
    )


def _value(record: Record, target: str, how: RowMap, problems: list[Problem]) -> Value:
    rule = how.rules.get(target)
    if rule is None:
        return None
    try:
        return _typed(_from_rule(record, target, rule, how), how.table, target)
    except WrongValue as error:
        place = rule.column or ", ".join(rule.columns)
        problems.append(Problem(code="type-error", message=f"Der Wert der Spalte »{place}« {error.detail}.", field=target))
        return None


def _from_rule(record: Record, target: str, rule: Rule, how: RowMap) -> Value:
    if rule.template is not None:
        return _from_template(record, rule, how)
    if rule.column is None:
        return rule.constant
    cell = _part(_cell(record, rule.column, how), rule)
    if rule.split is not None:
        items = filter(None, map(str.strip, str(parse_cell(cell, "text", how.numbers) or "").split(rule.split)))
        return "; ".join(items if rule.codes is None else [str(_code(each, rule.codes)) for each in items]) or None
    if rule.codes is not None:
        return _code(cell, rule.codes)
    if rule.parse == "alias":
        return _id_behind(str(parse_cell(cell, "text", how.numbers) or ""), target, how)
    parse = rule.parse or ("text" if target == SOURCE_URL else default_parse(how.table.field(target)))
    return parse_cell(cell, parse, how.numbers)


def _cell(record: Record, column: str, how: RowMap) -> Cell:
    cell: Cell = record.get(column)  # type: ignore[assignment]  # readers put only cells into a record
    return None if isinstance(cell, str) and cell.strip() in how.missing else cell


def _part(cell: Cell, rule: Rule) -> Cell:
    if rule.part is None or rule.separator is None or cell is None:
        return cell
    if not isinstance(cell, str):
        raise WrongValue("ist kein Text, der geteilt werden kann")
    parts = cell.split(rule.separator)
    return parts[rule.part] if rule.part < len(parts) else None


def _code(cell: Cell, codes: Mapping[str, Value]) -> Value:
    text = str(parse_cell(cell, "text", NumberStyle()) or "")
    if text in codes:
        return codes[text]
    if not text:
        return None
    raise WrongValue("steht nicht in der Werteliste der Zuordnung (codes)")


def _id_behind(name: str, target: str, how: RowMap) -> str | None:
    """The id of what bears this name, in the table that the field points to. An id is its own name, also where no list knows it."""
    if not name:
        return None
    found = _resolved(name, target, how)
    if found is None and not _ID.fullmatch(name):
        raise WrongValue("ist weder eine Kennung noch ein Name, den die Liste der Namen ([aliases]) kennt")
    return found or name


def _written(record: Record, column: str, how: RowMap) -> str:
    """A cell as text. Where the same column gives an id by name, another spelling must not make another key."""
    text = str(parse_cell(_cell(record, column, how), "text", how.numbers) or "")
    target = how.named_columns.get(column)
    return (target is not None and _resolved(text, target, how)) or text


def _resolved(name: str, target: str, how: RowMap) -> str | None:
    tables = {each.field: each.table for each in how.table.foreign_keys}
    return how.aliases.resolve(name, tables.get(target, how.table.name if target in how.table.key else ""))


def _from_template(record: Record, rule: Rule, how: RowMap) -> str | None:
    """Each column slugged, a name as its id; an empty one leaves nothing behind. All empty: no value."""
    texts = {column: slug(_written(record, column, how)) for column in rule.columns}
    if not any(texts.values()):
        return None
    return slug(re.sub(r"\{([^{}]*)\}", lambda match: texts[match[1]], rule.template or ""))


def _typed(value: Value, table: Table, target: str) -> Value:
    """A whole number where decimals may stand is a decimal number, too: one value has one form."""
    if isinstance(value, int) and not isinstance(value, bool) and target != SOURCE_URL and table.field(target).type == "number":
        return float(value)
    return value
