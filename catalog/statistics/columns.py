"""A statistic as a table: code and label of each dimension side by side, then the number, then why there is none."""

from collections.abc import Iterable, Mapping

from schemas.errors import ConfigurationError
from schemas.row import Value
from schemas.statistics import TOTAL, Cell, CellStatus, Cube, Dimension, Unit
from schemas.table import Code, Disclosure, Field, Table
from schemas.values import Text

STATUS = "status"
GRAND_TOTAL = Text(de="Insgesamt", en="Total")
STATUS_TITLES: Mapping[CellStatus, Text] = {
    CellStatus.WITHHELD: Text(de="geheim gehalten", en="withheld"),
    CellStatus.NOT_COLLECTED: Text(de="nicht erhoben", en="not collected"),
    CellStatus.NOT_EVALUATED: Text(de="noch nicht ausgewertet", en="not yet evaluated"),
}
#: What stands in place of the number where people read. "." and "…" are official signs (participation/journalist-questions.md).
SIGNS: Mapping[CellStatus, str] = {CellStatus.WITHHELD: ".", CellStatus.NOT_COLLECTED: "n. e.", CellStatus.NOT_EVALUATED: "…"}
UNITS: Mapping[Unit, Text] = {
    Unit.PERSONS: Text(de="Personen", en="persons"),
    Unit.BALLOTS: Text(de="Stimmzettel", en="ballots"),
    Unit.ITEMS: Text(de="Einträge", en="items"),
    Unit.EVENTS: Text(de="Veranstaltungen", en="events"),
    Unit.PROCESSES: Text(de="Verfahren", en="processes"),
    Unit.DAYS: Text(de="Tage", en="days"),
}
#: Parameters of a question besides the dimensions.
PARAMETERS = ("group_by", "pivot", "share", "lang", "dialect", "as_of")

_PREFIX = "statistic:"

Row = dict[str, Value]


def code_column(dimension: Dimension) -> str:
    return f"{dimension.name}_code"


def table_of(cube: Cube) -> Table:
    """The columns of every answer that is not pivoted, whatever was asked: `{dim}_code`, `{dim}`, …, measure, `status`."""
    fields = [field for each in cube.dimensions for field in _dimension_fields(each)]
    return Table(
        name=table_name(cube),
        title=cube.title,
        description=cube.notes,
        fields=(*fields, measure_field(cube), _STATUS_FIELD),
        key=tuple(map(code_column, cube.dimensions)),
    )


def table_name(cube: Cube) -> str:
    """Of the table of the cube's data set: never that of a table that is harvested."""
    return f"{_PREFIX}{cube.name}"


def is_statistic(table: Table) -> bool:
    """Whether a published table is that of a cube."""
    return table.name.startswith(_PREFIX)


def rows_of(cube: Cube, cells: Iterable[Cell], language: str = "de") -> list[Row]:
    columns = [(code_column(each), each.name, labels_of(each, language)) for each in cube.dimensions]
    rows = []
    for cell in cells:
        row: Row = {}
        for (code_name, name, labels), code in zip(columns, cell.key, strict=True):
            row[code_name] = code
            row[name] = labels[code]
        row[cube.measure] = cell.value
        row[STATUS] = cell.status.value or None
        rows.append(row)
    return rows


def labels_of(dimension: Dimension, language: str = "de") -> dict[str, str]:
    """Of the total and of every category, by code."""
    total = {TOTAL: GRAND_TOTAL.in_language(language)}
    return total | {each.code: each.title.in_language(language) for each in dimension.categories}


def codes_and_total(dimension: Dimension) -> tuple[str, ...]:
    return (TOTAL, *dimension.codes)


def require_usable_names(cube: Cube) -> None:
    """Raises ConfigurationError for columns that would have one name, and for a dimension that would be no parameter."""
    names = table_of(cube).field_names
    twice = sorted({each for each in names if names.count(each) > 1})
    taken = sorted({each.name for each in cube.dimensions} & set(PARAMETERS))
    if twice or taken:
        raise ConfigurationError(f"Statistik {cube.name!r}: Diese Namen sind schon vergeben: {', '.join(twice + taken)}.")


def measure_field(cube: Cube) -> Field:
    return Field(
        name=cube.measure,
        type="integer",
        title=cube.measure_title,
        description=Text(
            de="Leer, wo es keine Zahl gibt; warum, steht in „status“.", en="Empty where there is no number; “status” says why."
        ),
        disclosure=Disclosure.PUBLIC,
        unit=cube.unit.value,
        minimum=0,
    )


def _dimension_fields(dimension: Dimension) -> tuple[Field, Field]:
    codes = (Code(value=TOTAL, title=GRAND_TOTAL), *(Code(value=each.code, title=each.title) for each in dimension.categories))
    code = Field(
        name=code_column(dimension),
        type="string",
        title=Text(de=f"{dimension.title.de} (Schlüssel)", en=f"{dimension.title.in_language('en')} (code)"),
        description=Text(de=f"„{TOTAL}“: insgesamt", en=f"“{TOTAL}”: total"),
        disclosure=Disclosure.PUBLIC,
        codes=codes,
        required=True,
    )
    label = Field(
        name=dimension.name,
        type="string",
        title=dimension.title,
        description=Text(de="Bezeichnung zum Schlüssel", en="label of the code"),
        disclosure=Disclosure.PUBLIC,
    )
    return code, label


_STATUS_FIELD = Field(
    name=STATUS,
    type="string",
    title=Text(de="Status", en="Status"),
    description=Text(de="Leer bei einer veröffentlichten Zahl; sonst, warum es keine gibt.", en="Empty with a published number; else why."),
    disclosure=Disclosure.PUBLIC,
    codes=tuple(Code(value=status.value, title=title) for status, title in STATUS_TITLES.items()),
)
