"""How columns of a file become fields of the common model: a TOML file, checked whole before anything is read.

[[table]]
table = "process"                    table of the common model, or of microdata (answer, ballot …): their rows go into the vault
file = "processes.csv"               relative to the source's url; * and ? stand for parts of one name
sheet, records                       XLSX and ODS: sheet, if there are several; JSON: path of the list
dialect = {encoding, delimiter, quote, header_row, decimal, thousands}      each found out for each file when it is left out
footer = "Summe"                     how the first row below the table begins; "" there is none; left out: found, and reported
merged = "fill"                      the value of merged cells belongs to each of them; left out: an error
stacked = "read"                     a header that comes again is left out, and reading goes on; left out: an error
key = "id"                           optional; only says again what the table's key is
crs = "EPSG:25832"                   in what system the columns of longitude and latitude are; left out: degrees (CRS84)
[table.columns]                      target = "column", or one of
  {column, parse, codes, split, part, separator}   {constant}   {template}
[table.skip]                         column = why it is left out: redundant | internal | identifier | free-text
"""

import codecs
import re
import string
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from harvesters.messages import german
from harvesters.parsing import Parse
from harvesters.reading import Layout
from schemas.crs import UnknownCrs, crs_of
from schemas.errors import ConfigurationError, DisclosureError, MappingError
from schemas.row import Value
from schemas.rules import identifying
from schemas.table import PERSON, Disclosure, Table, common_tables, microdata_tables, require_public

Words = Annotated[str, StringConstraints(min_length=1)]
SkipReason = Literal["redundant", "internal", "identifier", "free-text"]
PERSONAL: tuple[SkipReason, ...] = ("identifier", "free-text")
#: Target that is no field: where a reader can look a row up.
SOURCE_URL = "source_url"


#: By the names Python gives them; `latin1`, `windows-1252` and the like are other names of these. Not all that Python can
#: decode is an encoding of files (idna, punycode, hex).
_ENCODINGS = frozenset({"ascii", "cp1252", "cp850", "iso8859-1", "iso8859-15", "utf-16", "utf-16-be", "utf-16-le", "utf-8", "utf-8-sig"})


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a null character
        return ""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Dialect(_Strict):
    """What is given is pinned; what is left out is found out for each file, and reported (`catalog.dialect`)."""

    encoding: Words | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal["", ".", ",", " ", "'", "’", "\u202f", "\u00a0"] | None = None

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError("decimal und thousands sind gleich")
        if self.encoding is not None and _codec(self.encoding) not in _ENCODINGS:
            raise ValueError(f"die Kodierung {self.encoding!r} wird nicht gelesen; möglich sind {', '.join(sorted(_ENCODINGS))}")
        return self


class Rule(_Strict):
    """Where the value of one target comes from: exactly one of column, constant and template."""

    column: Words | None = None
    constant: str | int | float | bool | None = None
    template: Words | None = None
    parse: Literal[Parse, "alias"] | None = None  #: alias: a name that `[aliases]` knows, or the id itself
    codes: Mapping[str, str | int | float | bool] | None = None
    split: Words | None = None  #: a list in one cell; published joined by "; "
    part: Annotated[int, Field(ge=0)] | None = None  #: one of several values in a cell, counted from 0
    separator: Words | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(each is not None for each in (self.column, self.constant, self.template)) != 1:
            raise ValueError("genau eines von column, constant und template wird gebraucht")
        if self.column is None and any(each is not None for each in (self.parse, self.codes, self.split, self.part, self.separator)):
            raise ValueError("parse, codes, split, part und separator gehören zu einer column")
        if (self.part is None) != (self.separator is None):
            raise ValueError("part und separator gehören zusammen")
        if self.split is not None and self.part is not None:
            raise ValueError("split und part schließen sich aus")
        if self.template is not None:
            _placeholders(self.template)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this rule reads."""
        if self.column is not None:
            return (self.column,)
        return _placeholders(self.template) if self.template is not None else ()


def _placeholders(template: str) -> tuple[str, ...]:
    """Raises ValueError."""
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError:
        raise ValueError("in template steht eine einzelne geschweifte Klammer") from None
    names = tuple(name for _, name, _, _ in parsed if name is not None)
    if not names or not all(names) or any(options or conversion for _, _, options, conversion in parsed):
        raise ValueError("template braucht Spalten in geschweiften Klammern, wie {process_id}-{option}")
    return names


def _rule(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


class TableMapping(_Strict):
    """One `[[table]]`."""

    table: Words
    file: Words
    sheet: str = ""
    records: str = ""
    dialect: Dialect = Dialect()
    footer: str | None = None
    merged: Literal["fill"] | None = None
    stacked: Literal["read"] | None = None
    key: str | tuple[str, ...] | None = None
    crs: str = ""
    columns: Mapping[str, Annotated[Rule, BeforeValidator(_rule)]]
    skip: Mapping[str, SkipReason] = {}

    @field_validator("file")
    @classmethod
    def _is_inside(cls, value: str) -> str:
        if value.startswith(("/", "~")) or "\\" in value or ".." in value.split("/") or "://" in value:
            raise ValueError("nur Dateien im Ordner der Quelle, mit / als Trennzeichen")
        return value

    @field_validator("key", mode="before")
    @classmethod
    def _lists_are_tuples(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @property
    def layout(self) -> Layout:
        return Layout(
            encoding=self.dialect.encoding,
            delimiter=self.dialect.delimiter,
            quote=self.dialect.quote,
            header_row=self.dialect.header_row,
            decimal=self.dialect.decimal,
            thousands=self.dialect.thousands,
            sheet=self.sheet,
            records=self.records,
            footer=self.footer,
            merged=self.merged or "",
            stacked=self.stacked or "",
        )

    @property
    def into_vault(self) -> bool:
        """Whether its rows speak of single persons."""
        return self.table in microdata_tables()

    @property
    def mapped_columns(self) -> frozenset[str]:
        return frozenset(column for rule in self.columns.values() for column in rule.columns)

    @property
    def has_personal_columns(self) -> bool:
        return any(reason in PERSONAL for reason in self.skip.values())


class Mappings(_Strict):
    """A mapping file."""

    table: tuple[TableMapping, ...]
    ignore: tuple[str, ...] = ()  #: files of the folder that are no data

    @field_validator("table", "ignore", mode="before")
    @classmethod
    def _lists_are_tuples(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value


def load_mapping(path: Path) -> Mappings:
    """Raises MappingError or DisclosureError that name file and key."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path.name}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name}: {error}") from error
    return mapping_from(content, path.name)


def mapping_from(content: Mapping[str, Any], name: str) -> Mappings:
    """`name` is the file's, for messages. Raises MappingError, DisclosureError."""
    try:
        found = Mappings.model_validate(content)
    except ValidationError as error:
        raise MappingError(f"{name}: {german(error)}") from error
    if not found.table:
        raise MappingError(f"{name}: table fehlt; ohne Tabelle gibt es nichts zu lesen")
    for position, each in enumerate(found.table, start=1):
        _check_table(each, f"{name}, table[{position}] ({each.table})")
    for file in dict.fromkeys(each.file for each in found.table):
        require_apart([each for each in found.table if each.file == file], name)
    for blocks in _same_file(found.table):
        require_consistent(blocks, name)
    return found


def _check_table(mapping: TableMapping, place: str) -> None:
    table = {**common_tables(), **microdata_tables()}.get(mapping.table)
    if table is None:
        names = f"{', '.join(common_tables())}; für Einzeldaten {', '.join(microdata_tables())}"
        raise MappingError(f"{place}: diese Tabelle gibt es nicht; es gibt {names}")
    if not mapping.into_vault:
        check_disclosure(table, place)
    _check_targets(mapping, table, place)
    for target, rule in mapping.columns.items():
        _check_rule(table, target, rule, f"{place}, columns.{target}")


def check_disclosure(table: Table, place: str) -> None:
    """Raises DisclosureError for a table with fields that must not be public."""
    try:
        require_public(table)
    except ConfigurationError as error:
        raise DisclosureError(f"{place}: {error.detail}") from error


def _check_targets(mapping: TableMapping, table: Table, place: str) -> None:
    unknown = sorted(mapping.columns.keys() - {*table.field_names, *([] if mapping.into_vault else [SOURCE_URL])})
    if unknown:
        raise MappingError(f"{place}: die Tabelle hat kein Feld {', '.join(unknown)}")
    needed = [each.name for each in table.fields if each.required or each.name in table.key]
    missing = [each for each in needed if each not in mapping.columns]
    if missing:
        raise MappingError(f"{place}: Pflichtfelder ohne Spalte: {', '.join(missing)}")
    _check_crs(mapping, place)
    key = (mapping.key,) if isinstance(mapping.key, str) else mapping.key
    if key is not None and key != table.key:
        raise MappingError(f"{place}: der Schlüssel der Tabelle ist {', '.join(table.key)}, nicht {', '.join(key)}")


def _check_crs(mapping: TableMapping, place: str) -> None:
    if not mapping.crs:
        return
    if not {"longitude", "latitude"} <= mapping.columns.keys():
        raise MappingError(f"{place}: crs gehört zu longitude (Rechtswert) und latitude (Hochwert)")
    try:
        crs_of(mapping.crs)
    except UnknownCrs as error:
        raise MappingError(f"{place}: {error}") from error


def _check_rule(table: Table, target: str, rule: Rule, place: str) -> None:
    for column in rule.columns:
        if identifying(column) and not _may_identify(table, target):
            raise DisclosureError(f"{place}: die Spalte »{column}« nennt Personen; sie gehört unter skip")
    if target == SOURCE_URL:
        return
    field = table.field(target)
    values = [*(rule.codes or {}).values(), *([rule.constant] if rule.constant is not None else [])]
    for value in values:
        if not _fits(value, field.type):
            raise MappingError(f"{place}: {value!r} passt nicht zum Typ {field.type}")
        if field.codes and value not in {each.value for each in field.codes}:
            raise MappingError(f"{place}: {value!r} steht nicht in der Werteliste des Feldes")
    if rule.parse is not None and rule.codes is None and rule.parse not in _PARSES[field.type]:
        raise MappingError(f"{place}: parse = {rule.parse!r} ergibt keinen Wert vom Typ {field.type}")


def _may_identify(table: Table, target: str) -> bool:
    """A column that names persons may become their pseudonym, or words that nobody evaluates."""
    return any(each.name == target and (each.kind == PERSON or each.disclosure is Disclosure.FREE_TEXT) for each in table.fields)


_PARSES: Mapping[str, Sequence[Literal[Parse, "alias"]]] = {
    "string": ("text", "alias", "date", "day", "time", "datetime", "excel-date", "excel-date-1904"),
    "integer": ("integer",),
    "number": ("number", "integer"),
    "boolean": ("boolean",),
    "date": ("date", "day", "excel-date", "excel-date-1904"),
    "datetime": ("datetime",),
}


def _fits(value: Value, kind: str) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)


def _same_file(blocks: Sequence[TableMapping]) -> Iterator[list[TableMapping]]:
    groups: dict[tuple[str, str, str], list[TableMapping]] = defaultdict(list)
    for each in blocks:
        groups[each.file, each.sheet, each.records].append(each)
    yield from groups.values()


def require_consistent(blocks: Sequence[TableMapping], place: str) -> None:
    """Blocks that read one sheet agree on its dialect and on what is skipped. Raises MappingError, DisclosureError."""
    first = blocks[0]
    if any(each.layout != first.layout for each in blocks):
        raise MappingError(f"{place}: »{first.file}« wird mit verschiedenen Angaben (dialect, footer, merged, stacked) gelesen")
    mapped = frozenset[str]().union(*(each.mapped_columns for each in blocks))
    for each in blocks:
        for column, reason in each.skip.items():
            if column in mapped and reason in PERSONAL and not each.into_vault:
                raise DisclosureError(f"{place}: die Spalte »{column}« ({reason}) darf in keine öffentliche Tabelle")
            if column in mapped:
                raise MappingError(f"{place}: die Spalte »{column}« wird übernommen und übergangen (skip)")


def require_apart(blocks: Sequence[TableMapping], place: str) -> None:
    """What speaks of single persons is in no file that gives public rows, too. Raises DisclosureError."""
    if len({each.into_vault for each in blocks}) > 1:
        raise DisclosureError(f"{place}: »{blocks[0].file}« gibt Einzeldaten und darf keiner öffentlichen Tabelle Zeilen geben")


def matches(pattern: str, address: str) -> bool:
    """Whether an address fits `file`: stars stay within one folder, upper and lower case differ."""
    return re.fullmatch("/".join(_segment(each) for each in pattern.split("/")), address) is not None


def _segment(pattern: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(each, re.escape(each)) for each in pattern)
