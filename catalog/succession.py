"""The same data set of a neighbour by one route after another: known by its IRI or an identifier, under whatever name it stands here."""

import json

from sqlalchemy import Connection, select

from catalog import removal, tables
from catalog.entries import Status
from catalog.plan import RowState
from catalog.shelving import find_dataset, last_published
from schemas.model import Dataset
from schemas.upstream import TABLE

_d = tables.dataset.c
_row = tables.row.c
_NAMES = select(_d.upstream, _d.name).where(_d.upstream != "", _d.status == Status.ACTIVE.value)
_LISTED = select(_row.key, _row.content).where(_row.table_name == TABLE, _row.state != RowState.MISSING.value)


def known_as(dataset: Dataset) -> tuple[str, ...]:
    """All that a neighbour's data set is known by."""
    return (*dataset.identifiers, dataset.upstream.uri) if dataset.upstream else ()


def leaving(connection: Connection) -> dict[str, str]:
    """What neighbours' data sets are known by that are announced to go -> name."""
    found = (find_dataset(connection, each) for each in removal.announced(connection))
    known = {each.name: last_published(each) for each in found if each is not None and each.upstream}
    return {key: name for name, each in known.items() if each for key in known_as(each)}


def standing(connection: Connection) -> dict[str, str]:
    """The identifier that each of those bears that are listed now -> name."""
    names = {each.upstream: each.name for each in connection.execute(_NAMES)}
    rows = ((each.key, json.loads(each.content)) for each in connection.execute(_LISTED))
    return {str(values.get("identifier") or key): names[key] for key, values in rows if key in names}
