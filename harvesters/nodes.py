"""One thing that a platform's interface gives as JSON, and what its fields say. null is not 0: what is not said stays empty."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache

from harvesters.catalogues.texts import line
from harvesters.moments import day_of
from harvesters.naming import shown
from harvesters.record import Record
from schemas.errors import MissingField, RecordError, WrongValue
from schemas.place import inside_city
from schemas.row import Finding, Quarantined, Row, Value
from schemas.table import common_tables, microdata_tables

#: No number of things that a city counts.
_TOO_LARGE = 1e15
Rows = Callable[[Record], Iterable[Row | Quarantined]]


class NodeRecord(Record):
    """`key` is known before anything else is read, so that a broken record never seems to be gone. `rows` is pure."""

    def __init__(self, fields: Mapping[str, object], *, origin: str, table: str, key: str, rows: Rows) -> None:
        super().__init__(fields, origin=origin, tables=[table])
        self._key = key
        self._rows = rows

    def results(self) -> Iterator[Row | Quarantined]:
        """Raises nothing: what is wrong with a record waits on the Prüfliste under its key."""
        try:
            yield from self._rows(self)
        except RecordError as error:
            self.give_up()
            code = "missing-field" if isinstance(error, MissingField) else "wrong-value"
            field = error.detail.strip("»«")
            finding = Finding(code=code, message=str(error), origin=self.origin, table=self.tables[0], key=self._key, field=field)
            yield Quarantined(table=self.tables[0], key=self._key, digest=self.digest, findings=(finding,))


def row_of(table: str, values: Mapping[str, Value], *, origin: str, source_url: str = "") -> Row:
    """A row of the common model, or of microdata. What `values` leaves out is empty. Raises MissingField for one without a key."""
    names, key = _shape(table)
    missing = [name for name in key if not values.get(name)]
    if missing:
        raise MissingField(f"»{missing[0]}«")
    assert values.keys() <= names.keys(), values.keys() - names.keys()
    return Row(
        table=table, key="/".join(str(values[name]) for name in key), values={**names, **values}, source_url=source_url, origin=origin
    )


@cache
def _shape(name: str) -> tuple[dict[str, None], tuple[str, ...]]:
    """Each field of the table, in its order, without a value; and the fields of its key."""
    table = common_tables().get(name) or microdata_tables()[name]
    return dict.fromkeys(table.field_names), table.key


def words(record: Record, name: str) -> str | None:
    """One line of plain text, None for nothing. Raises WrongValue."""
    return line_of(record.get(name), name)


def line_of(value: object, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise WrongValue(f"»{name}«")
    return line(value) or None


def whole(record: Record, name: str) -> int | None:
    """Raises WrongValue."""
    found = number(record, name)
    if found is not None and not found.is_integer():
        raise WrongValue(f"»{name}«")
    return None if found is None else int(found)


def number(record: Record, name: str) -> float | None:
    """Raises WrongValue."""
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _TOO_LARGE:
        raise WrongValue(f"»{name}«")
    return float(value)


def flag(record: Record, name: str) -> bool | None:
    """Raises WrongValue."""
    value = record.get(name)
    if value is not None and not isinstance(value, bool):
        raise WrongValue(f"»{name}«")
    return value


def day(record: Record, name: str) -> str | None:
    """The city's day of a date or an instant. Raises WrongValue."""
    said = words(record, name)
    try:
        return day_of(said) if said else None
    except (ValueError, OverflowError) as error:  # OverflowError: the last hours of the year 9999 have no day in the city
        raise WrongValue(f"»{name}«") from error


def listed(value: object) -> list[object]:
    """What stands in a list; nothing stands in anything else."""
    return value if isinstance(value, list) else []


def web_address(record: Record, name: str) -> str | None:
    """None for what is no address in the web: a page without a link is still a page. Raises WrongValue."""
    said = words(record, name)
    return said if said and said.startswith(("http://", "https://")) else None


def narrowed(fields: Mapping[str, object], *, taken: Collection[str], skipped: Collection[str] = ()) -> dict[str, object]:
    """What may be kept of an object: the fields that are read. Of a field that nobody knows only its name stays, so that somebody can be
    told of it, as far as it is one (`harvesters.naming`); what stands in it is kept nowhere. Narrowing twice is narrowing once."""
    return {
        name if name in taken else shown(name): value if name in taken else None for name, value in fields.items() if name not in skipped
    }


def bare(value: object) -> object:
    """A value, or a list of values; of an object nothing but that it is one, so that whoever wants a value there sees that it is wrong."""
    if isinstance(value, dict):
        return {}
    return [bare(each) if isinstance(each, (dict, str, int, float)) else None for each in value] if isinstance(value, list) else value


def position_of(longitude: object, latitude: object) -> tuple[float, float] | None:
    """(longitude, latitude) in degrees. Nothing, [0, 0] and what lies far outside of the city is no position; a swapped pair is put
    right (reference: participation/platforms.md 12)."""
    if not isinstance(longitude, (int, float)) or not isinstance(latitude, (int, float)):
        return None
    if inside_city(longitude, latitude):
        return longitude, latitude
    return (latitude, longitude) if inside_city(latitude, longitude) else None
