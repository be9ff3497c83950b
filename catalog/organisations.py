"""The bodies of the published table of organisations, as publishers of data sets.

A body that is renamed, dissolved or succeeded by another is one more row; a data set whose publisher changes keeps its URI.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from catalog import tables
from catalog.rows import published_row
from schemas.dates import PartialDate
from schemas.model import Agent, Successor
from schemas.row import Value
from schemas.values import PublisherType

_TABLE = "organisation"
#: Kinds of organisations that ADMS has a word for among those German administrations use (Konvention 37).
_TYPES = {
    "city": PublisherType.LOCAL,
    "department": PublisherType.LOCAL,
    "council": PublisherType.LOCAL,
    "municipality": PublisherType.LOCAL,
    "state-authority": PublisherType.REGIONAL,
}


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
