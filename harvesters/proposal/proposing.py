"""From a sample to a mapping: which column gives which field, and what becomes of the others. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from harvesters.mapping import SOURCE_URL, SkipReason
from harvesters.parsing import slug
from harvesters.proposal.matching import Match, best_matches, code_of, match
from harvesters.proposal.sample import Sample
from schemas.errors import MappingError
from schemas.personal_data import Detector
from schemas.rules import identifying
from schemas.table import Field, Table, common_tables

#: A text of so many characters is somebody's words.
_LONG_TEXT = 200
#: Values of a column that are looked at for personal data, and values of a code list that are shown.
_LOOKED_AT, _SHOWN = 300, 60
_LONGEST_CODE = 60
#: Day numbers of 1954 to 2119: other whole numbers are rarely dates.
_SERIALS = (20_000, 80_000)
_ID = re.compile(r"[a-z0-9][a-z0-9._:-]{1,127}", re.ASCII)


class AmbiguousTable(MappingError):
    """Which table of the common model the file belongs to cannot be told from its columns."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One field, as `[table.columns]` writes it. Exactly one of column, template, constant."""

    target: str
    column: str = ""
    template: str = ""
    constant: str = ""
    parse: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    open_values: Sequence[str] = ()  #: values of a code list that mean none of the codes
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Skip:
    column: str
    reason: SkipReason


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A first mapping of one file."""

    table: Table
    sample: Sample
    entries: Sequence[Entry]
    skipped: Sequence[Skip]
    undecided: Sequence[str]  #: columns for which a person has to decide; they are skipped as internal until then
    missing: Sequence[str]  #: required fields for which the file has nothing


def propose(sample: Sample, *, table: str = "") -> Proposal:
    """`table`: its name, "" for the one that the header fits best. Raises AmbiguousTable that lists candidates, MappingError."""
    found = _match(sample, table)
    detector = Detector()
    personal = {each: reason for each in sample.header if (reason := _personal(sample, each, detector, found)) is not None}
    columns = {name: column for name, column in found.columns.items() if column not in personal}
    entries, missing = _entries(sample, found.table, columns, [each for each in sample.header if each not in personal], detector)
    used = {each.column for each in entries} | {name for each in entries for name in re.findall(r"\{([^{}]+)\}", each.template)}
    return Proposal(
        table=found.table,
        sample=sample,
        entries=entries,
        skipped=[Skip(column=column, reason=reason) for column, reason in personal.items() if column not in used],
        undecided=[each for each in sample.header if each not in used and each not in personal],
        missing=missing,
    )


def _match(sample: Sample, table: str) -> Match:
    tables = common_tables()
    if table:
        if table not in tables:
            raise MappingError(f"Die Tabelle »{table}« gibt es nicht. Es gibt: {', '.join(tables)}.")
        return match(sample.header, tables[table], sample.name)
    first, second, *_ = best_matches(sample.header, list(tables.values()), sample.name)
    if len(first.columns) < 2 or first.score - second.score < 2:
        candidates = [each for each in best_matches(sample.header, list(tables.values()), sample.name) if each.columns][:4]
        listed = ", ".join(f"{each.table.name} ({len(each.columns)} Spalten passen)" for each in candidates) or ", ".join(tables)
        raise AmbiguousTable(f"Welche Tabelle gemeint ist, sagt --table NAME. Am ehesten: {listed}.")
    return first


def _personal(sample: Sample, column: str, detector: Detector, found: Match) -> SkipReason | None:
    """Why a column must stay out because of persons; None if nothing says so."""
    if identifying(column):
        return "identifier"
    if slug(column) == "name" and any(map(identifying, sample.header)):
        return "identifier"  # a list with addresses or first names is a list of persons
    if column in found.columns.values():
        return None  # a field of the model: its values are checked in every harvest
    values = list(sample.texts[column])[:_LOOKED_AT]
    if any(detector.find(each) for each in values):
        return "identifier"
    return "free-text" if any(len(each) > _LONG_TEXT for each in values) else None


def _entries(
    sample: Sample, table: Table, columns: Mapping[str, str], free: Sequence[str], detector: Detector
) -> tuple[list[Entry], list[str]]:
    """(entries in the order of the table, required fields without any)."""
    entries: dict[str, Entry] = {}
    for name, column in columns.items():
        made = Entry(target=name, column=column) if name == SOURCE_URL else _entry(sample, table.field(name), column, detector)
        if made is not None:
            entries[name] = made
    taken = {each.column for each in entries.values()}
    for each in table.fields:
        if each.required and each.name not in entries and each.name not in table.key:
            found = _by_values(sample, each, [name for name in free if name not in taken]) or _honest(each)
            if found is not None:
                entries[each.name] = found
                taken.add(found.column)
    for name in table.key:
        if name not in entries and (key := _key(sample, table, name, entries)) is not None:
            entries[name] = key
    missing = [each.name for each in table.fields if (each.required or each.name in table.key) and each.name not in entries]
    return [entries[name] for name in (*table.field_names, SOURCE_URL) if name in entries], missing


def _entry(sample: Sample, target: Field, column: str, detector: Detector) -> Entry | None:
    """None: the column has the field's name and something else in it."""
    values = sample.texts[column]
    if target.codes:
        return _coded(target, column, values, detector)
    if target.kind == "partial-date" or target.type == "date":
        return Entry(target=target.name, column=column, parse=_date_parse(sample, target, column))
    if target.type in ("integer", "number", "boolean", "datetime"):
        return Entry(target=target.name, column=column, parse=target.type)
    if target.pattern == _ID.pattern and not all(_ID.fullmatch(each) for each in values):
        return _slugged(target, column, values)
    return Entry(target=target.name, column=column)


def _slugged(target: Field, column: str, values: frozenset[str]) -> Entry | None:
    """A key made from a name: `Innenstadt` is `innenstadt`. Not from a bare number, which would be too short."""
    if not _is_placeable(column) or not all(_ID.fullmatch(slug(each)) for each in values):
        return None
    return Entry(target=target.name, template=f"{{{column}}}", remark="aus dem Text der Spalte gebildet")


def _coded(target: Field, column: str, values: frozenset[str], detector: Detector) -> Entry | None:
    known = {each: code for each in sorted(values) if (code := code_of(each, target.codes)) is not None}
    if not known and values and not target.required:
        return None
    if all(value == code for value, code in known.items()) and len(known) == len(values):
        return Entry(target=target.name, column=column)
    others = [each for each in sorted(values - known.keys()) if len(each) <= _LONGEST_CODE and not detector.find(each)]
    return Entry(target=target.name, column=column, codes=known, open_values=others[:_SHOWN])


def _date_parse(sample: Sample, target: Field, column: str) -> str:
    values = sample.column(column)
    first, last = _SERIALS
    if values and all(re.fullmatch(r"\d{5}(?:\.0)?", str(each)) and first <= float(str(each)) <= last for each in values):
        return "excel-date"
    return "day" if target.type == "date" else "date"


def _by_values(sample: Sample, target: Field, columns: Sequence[str]) -> Entry | None:
    """A column whose values all mean codes of a required field, if it is the only one."""
    fitting = [
        each
        for each in columns
        if target.codes and (values := sample.texts[each]) and all(code_of(value, target.codes) for value in values)
    ]
    if len(fitting) != 1:
        return None
    codes = {value: str(code_of(value, target.codes)) for value in sorted(sample.texts[fitting[0]])}
    plain = all(value == code for value, code in codes.items())
    return Entry(target=target.name, column=fitting[0], codes={} if plain else codes, remark="an den Werten erkannt")


def _honest(target: Field) -> Entry | None:
    """Where the code list has a word for not knowing, a file without the column knows nothing."""
    if any(each.value == "unknown" for each in target.codes):
        return Entry(target=target.name, constant="unknown", remark="die Datei sagt dazu nichts")
    return None


def _key(sample: Sample, table: Table, name: str, entries: Mapping[str, Entry]) -> Entry | None:
    """A key from as few columns of required fields as tell all rows apart."""
    required = [entries[each.name].column for each in table.fields if each.required and each.name in entries and entries[each.name].column]
    usable = list(dict.fromkeys(filter(_is_placeable, required)))
    for count in range(1, min(len(usable), 4) + 1):
        for chosen in combinations(usable, count):
            if _tells_apart(sample, chosen):
                template = "-".join(f"{{{each}}}" for each in chosen)
                return Entry(target=name, template=template, remark="aus Spalten gebildet: ändert sich ein Wert, gilt die Zeile als neue")
    return None


def _is_placeable(column: str) -> bool:
    """Whether a template can name it."""
    return not set("{}[]!:.") & set(column) and not column.isdigit()


def _tells_apart(sample: Sample, columns: Sequence[str]) -> bool:
    keys = list(_keys(sample, columns))
    return bool(keys) and all(len(each) > 1 for each in keys) and len(set(keys)) == len(keys)


def _keys(sample: Sample, columns: Sequence[str]) -> Iterator[str]:
    places = [sample.header.index(each) for each in columns]
    for cells in sample.rows:
        yield slug("-".join(slug(str(cells[each] if cells[each] is not None else "")) for each in places))
