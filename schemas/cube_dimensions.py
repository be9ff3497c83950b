"""The dimensions of a declared statistic: their categories, and how a row gives each code."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.cube_plan import (
    CategoriesOf,
    Chosen,
    FromDate,
    FromDuration,
    FromField,
    FromPresence,
    How,
    Months,
    OpenCategories,
    with_unknown,
)
from schemas.periods import Bin, bin_of
from schemas.row import Value as Cell
from schemas.statistics import TOTAL, UNKNOWN, Category, Dimension, Role
from schemas.table import PERSON, Disclosure, Field, Table, common_tables
from schemas.yaml_lines import Block, Value, one_of

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)
_ROLES = {"time": Role.TIME, "geo": Role.GEO}
_BINS = {each.word: each for each in Bin}


#: Categories that the declaration has, how a row gets its code, where further categories come from.
Found = tuple[tuple[Category, ...], How, OpenCategories | None]


@dataclass(frozen=True, kw_only=True)
class Read:
    """`categories`: where those come from that the declaration leaves open."""

    dimension: Dimension
    how: How
    categories: OpenCategories | None = None

    @property
    def is_weighted(self) -> bool:
        return isinstance(self.categories, CategoriesOf) and bool(self.categories.weight)


class DimensionReader:
    """`tables`: those whose rows are counted. `persons`: whether persons are."""

    def __init__(self, tables: Sequence[Table], *, persons: bool) -> None:
        self._tables = tables
        self._persons = persons

    def dimension(self, block: Block) -> Read:
        """Raises ConfigurationError with file and line."""
        for kind, read in (("time", self._time), ("duration", self._duration), ("present", self._presence), ("field", self._field)):
            if (given := block.get(kind)) is not None:
                categories, how, open_ = read(given, block)
                break
        else:
            raise block.place.error("hier fehlt, woher die Kategorie kommt: field, time, duration oder present")
        unknown = self._flag(block, "unknown", default=True)
        dimension = Dimension(
            name=self._name(block["name"]),
            title=block["title"].both(),
            categories=with_unknown(categories) if unknown else categories,
            role=Role.TIME if isinstance(how, FromDate) else self._role(block),
            person_attribute=self._flag(block, "person_attribute", default=False),
            sensitive=self._flag(block, "sensitive", default=False),
            additive=self._flag(block, "additive", default=True),
        )
        self._check(block, dimension, how, open_)
        block.close()
        return Read(dimension=dimension, how=how, categories=open_)

    def _name(self, value: Value) -> str:
        if not _NAME.fullmatch(value.text()):
            raise value.error("erlaubt sind kleine Buchstaben, Ziffern und _")
        return value.text()

    def _flag(self, block: Block, key: str, *, default: bool) -> bool:
        given = block.get(key)
        return default if given is None else given.truth()

    def _role(self, block: Block) -> Role:
        given = block.get("role")
        return Role.CLASS if given is None else _ROLES[one_of(given, list(_ROLES))]

    def _check(self, block: Block, dimension: Dimension, how: How, open_: OpenCategories | None) -> None:
        quasi = any(each.disclosure is Disclosure.QUASI_IDENTIFIER for each in self._read_by(how))
        if quasi and isinstance(how, FromField | FromPresence) and block.get("person_attribute") is None:
            raise block.place.error("ob das etwas über die Person sagt, muss hier stehen (person_attribute)")
        required = isinstance(how, FromField) and all(each.required and each.codes for each in self._read_by(how))
        if UNKNOWN not in dimension.codes and not (isinstance(how, FromPresence) or (required and open_ is None)):
            raise block["unknown"].error("ohne »ohne Angabe« geht es nur, wo ein Pflichtfeld mit Werteliste die Kategorie gibt")

    def _read_by(self, how: How) -> list[Field]:
        names = how.start if isinstance(how, FromDuration) else how.fields
        return [each.field(names[each.name]) for each in self._tables]

    def _time(self, given: Value, block: Block) -> Found:
        inner = given.block()
        bin_ = _BINS[one_of(inner["bin"], list(_BINS))]
        start = inner["start"].text()
        if bin_of(start) is not bin_:
            raise inner["start"].error(f"das ist kein Zeitraum der Länge {bin_.word} (2024, 2024-S1, 2024-Q1, 2024-01)")
        last = inner.get("last")
        how = FromDate(fields=self._fields(inner["field"], kind="partial-date"), bin=bin_)
        months = Months(start=start, bin=bin_, last=None if last is None else last.whole())
        inner.close()
        return (), how, months

    def _duration(self, given: Value, block: Block) -> Found:
        inner = given.block()
        start, end = (self._fields(inner[key], kind="partial-date") for key in ("from", "to"))
        steps, categories = list[tuple[int, str]](), list[Category]()
        for each in inner["steps"].items():
            step = each.block()
            days = step["days"].whole()
            if steps and days <= steps[-1][0]:
                raise each.error("die Stufen müssen aufsteigen")
            categories.append(self._category(step))
            steps.append((days, categories[-1].code))
            step.close()
        categories += [self._inner_category(inner[key]) for key in ("longer", "open")]
        inner.close()
        self._require_different(given, categories)
        how = FromDuration(start=start, end=end, steps=tuple(steps), longer=categories[-2].code, open=categories[-1].code)
        return tuple(categories), how, None

    def _presence(self, given: Value, block: Block) -> Found:
        inner = given.block()
        fields = self._fields(inner["field"])
        there, missing = (self._inner_category(inner[key]) for key in ("there", "missing"))
        inner.close()
        self._require_different(given, (there, missing))
        return (there, missing), FromPresence(fields=fields, there=there.code, missing=missing.code), None

    def _inner_category(self, value: Value) -> Category:
        block = value.block()
        category = self._category(block)
        block.close()
        return category

    def _field(self, given: Value, block: Block) -> Found:
        fields = self._fields(given)
        via = self._via(block.get("via"))
        listed, rows, chosen = block.get("categories"), block.get("categories_of"), block.get("chosen")
        if sum(each is not None for each in (listed, rows, chosen)) > 1:
            raise given.error("categories, categories_of und chosen schließen einander aus")
        if chosen is not None:
            return self._chosen(chosen, fields, via)
        if rows is not None:
            return (), FromField(fields=fields, via=via), self._categories_of(rows)
        if listed is None:
            return self._of_schema(given, fields, via), FromField(fields=fields, via=via), None
        categories, codes = self._listed(listed)
        return categories, FromField(fields=fields, codes=codes, via=via), None

    def _chosen(self, value: Value, fields: Mapping[str, str], via: tuple[str, str] | None) -> Found:
        """What persons chose: only of persons, for only their number says which choices are shown."""
        if via is not None or not self._persons:
            raise value.error("chosen gibt es nur, wo Personen gezählt werden, und nicht zusammen mit via")
        block = value.block()
        rest = self._inner_category(block["rest"])
        block.close()
        return (rest,), FromField(fields=fields, rest=rest.code), Chosen()

    def _listed(self, value: Value) -> tuple[tuple[Category, ...], dict[Cell, str]]:
        categories, codes = [], dict[Cell, str]()
        for each in value.items():
            block = each.block()
            category = self._category(block)
            taken = block.get("from")
            for cell in [item.plain() for item in taken.items()] if taken else [category.code]:
                if cell in codes:
                    raise each.error(f"der Wert »{cell}« gehört schon zu »{codes[cell]}«")
                codes[cell] = category.code
            categories.append(category)
            block.close()
        self._require_different(value, categories)
        return tuple(categories), codes

    def _category(self, block: Block) -> Category:
        code, parent, iri = block["code"], block.get("parent"), block.get("iri")
        if not _CODE.fullmatch(code.text()) or code.text() in (TOTAL, UNKNOWN):
            raise code.error("erlaubt sind Buchstaben, Ziffern und . _ : - ; _T und _U gibt es von selbst")
        return Category(
            code=code.text(),
            title=block["title"].both(),
            parent=parent.text() if parent else "",
            iri=iri.text() if iri else "",
        )

    def _require_different(self, value: Value, categories: Sequence[Category]) -> None:
        codes = [each.code for each in categories]
        if len(set(codes)) < len(codes):
            raise value.error("eine Kategorie steht zweimal da")
        parents = {each.code: each.parent for each in categories}
        for each in categories:
            seen, at = {each.code}, each.parent
            while at:
                if at not in parents or at in seen:
                    raise value.error(f"»{each.code}« ist Teil von »{at}«: das gibt es nicht, oder im Kreis")
                seen.add(at)
                at = parents[at]

    def _of_schema(self, value: Value, fields: Mapping[str, str], via: tuple[str, str] | None) -> tuple[Category, ...]:
        """The code list of the field itself, or of the one it leads to."""
        lists = [common_tables()[via[0]].field(via[1]).codes] if via else [each.field(fields[each.name]).codes for each in self._tables]
        if not lists[0] or any(each != lists[0] for each in lists):
            raise value.error("das Feld hat keine eigene Werteliste; es fehlt categories oder categories_of")
        return tuple(Category(code=each.value, title=each.title) for each in lists[0])

    def _categories_of(self, value: Value) -> CategoriesOf:
        block = value.block()
        table = common_tables()[one_of(block["table"], list(common_tables()))]
        given, size = block.get("where"), block.get("size")
        found = CategoriesOf(
            table=table.name,
            title=one_of(block["title"], table.field_names),
            where=condition(given, table) if given else {},
            weight=one_of(size, table.field_names) if size else "",
        )
        block.close()
        return found

    def _via(self, value: Value | None) -> tuple[str, str] | None:
        if value is None:
            return None
        table, _, field = value.text().partition(".")
        if table not in common_tables() or field not in common_tables()[table].field_names:
            raise value.error("hier gehört tabelle.feld einer öffentlichen Tabelle hin, wie process.method")
        return table, field

    def _fields(self, value: Value, *, kind: str = "") -> dict[str, str]:
        """Table -> field: one for all tables, or one for each."""
        given = value.block().everything() if value.is_block else {each.name: value for each in self._tables}
        if given.keys() != {each.name for each in self._tables}:
            raise value.error(f"hier gehört für jede Tabelle ein Feld hin: {', '.join(each.name for each in self._tables)}")
        return {each.name: self._field_name(given[each.name], each, kind) for each in self._tables}

    def _field_name(self, value: Value, table: Table, kind: str) -> str:
        allowed = [each.name for each in table.fields if _may_divide(each, table) and (not kind or each.kind == kind)]
        return one_of(value, allowed)


def condition(value: Value, table: Table) -> dict[str, tuple[Cell, ...]]:
    """`{field: value}` or `{field: [values]}`. Raises ConfigurationError."""
    found: dict[str, tuple[Cell, ...]] = {}
    for name, wanted in value.block().everything().items():
        if name not in table.field_names or not _may_divide(table.field(name), table):
            raise wanted.error(f"nach »{name}« kann in der Tabelle »{table.name}« nicht ausgewählt werden")
        values = tuple(each.plain() for each in (wanted.items() if wanted.is_list else [wanted]))
        codes = {each.value for each in table.field(name).codes}
        if codes and not codes.issuperset(map(str, values)):
            raise wanted.error(f"»{name}« hat diese Werte: {', '.join(sorted(codes))}")
        found[name] = values
    return found


def _may_divide(field: Field, table: Table) -> bool:
    """Words, persons and the name of a row divide nothing into groups."""
    return field.disclosure.may_be_public and field.kind != PERSON and field.name not in ("id", "synthetic")
