"""The bodies of the published table of organisations, as publishers of data sets.

A body that is renamed, dissolved or succeeded by another is one more row; a data set whose publisher changes keeps its URI. Nobody has to
change `curation/` on the day a body ends: from the day after its last one its successor stands there.
"""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from catalog import tables
from catalog.rows import published_row
from schemas.dates import PartialDate
from schemas.model import Agent, Successor
from schemas.row import Value
from schemas.values import PublisherType

_TABLE = "organisation"
_BERLIN = ZoneInfo("Europe/Berlin")
#: Kinds of organisations that ADMS has a word for among those German administrations use (Konvention 37).
_TYPES = {
    "city": PublisherType.LOCAL,
    "department": PublisherType.LOCAL,
    "council": PublisherType.LOCAL,
    "municipality": PublisherType.LOCAL,
    "state-authority": PublisherType.REGIONAL,
}


def in_charge(connection: Connection, id_: str, at: datetime) -> Agent | None:
    """The body of this key, or who has followed it by then: the last in the row of successors that is published. None when no such row is
    published. `at`: aware; a day is one of local time."""
    today, passed = at.astimezone(_BERLIN).date(), {id_}
    found = organisation(connection, id_)
    while found is not None and found.successor is not None and _has_ended(found, today) and found.successor.id not in passed:
        passed.add(found.successor.id)
        found = organisation(connection, found.successor.id)
    return found


def ended(connection: Connection, at: datetime) -> tuple[str, ...]:
    """Keys of the published bodies whose last day was before that of `at`, sorted."""
    today = at.astimezone(_BERLIN).date()
    found = connection.execute(select(tables.row).where(tables.row.c.table_name == _TABLE).order_by(tables.row.c.key))
    rows = [(each.key, _date(published_row(each).row.values, "valid_to")) for each in found]
    return tuple(key for key, last in rows if last is not None and last.last_day() < today)


def _has_ended(body: Agent, today: date) -> bool:
    return body.valid_to is not None and body.valid_to.last_day() < today


def organisation(connection: Connection, id_: str) -> Agent | None:
    """A body by its key; None when no such row is published."""
    values = _values(connection, id_)
    if values is None:
        return None
    return Agent(
        id=id_,
        name=_text(values, "name"),
        type=_TYPES.get(_text(values, "kind")),
        valid_from=_date(values, "valid_from"),
        valid_to=_date(values, "valid_to"),
        successor=_successor(connection, _text(values, "successor_id")),
    )


def _successor(connection: Connection, id_: str) -> Successor | None:
    values = _values(connection, id_) if id_ else None
    return None if values is None else Successor(id=id_, name=_text(values, "name"))


def _values(connection: Connection, id_: str) -> Mapping[str, Value] | None:
    c = tables.row.c
    found = connection.execute(select(tables.row).where(c.table_name == _TABLE, c.key == id_).limit(1)).one_or_none()
    return None if found is None else published_row(found).row.values


def _text(values: Mapping[str, Value], field: str) -> str:
    value = values.get(field)
    return value if isinstance(value, str) else ""


def _date(values: Mapping[str, Value], field: str) -> PartialDate | None:
    text = _text(values, field)
    return PartialDate(text) if text else None
