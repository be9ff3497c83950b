"""Figures over all active data sets, kept while publishing: adding up 100,000 of them for every page would take seconds."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from catalog import tables
from catalog.entries import Status

_m = tables.meta.c
_d = tables.dataset.c
_e = tables.edition.c
_log = tables.change_log.c
_KEY = "totals"


@dataclass(frozen=True, kw_only=True)
class Totals:
    datasets: int  #: active ones
    rows: int  #: of their newest editions
    issued: datetime | None  #: first publication ever
    modified: datetime | None  #: last change, removals included


def read_totals(connection: Connection) -> Totals:
    """What was kept; a catalogue that an older version wrote is counted."""
    found = connection.execute(select(_m.value).where(_m.key == _KEY)).scalar_one_or_none()
    return _count(connection) if found is None else _loads(found)


def add_to_totals(connection: Connection, *, datasets: int, rows: int, at: datetime) -> None:
    """After one data set was published or removed at `at`: how many data sets and rows there are more than before."""
    found = connection.execute(select(_m.value).where(_m.key == _KEY)).scalar_one_or_none()
    if found is None:
        connection.execute(tables.meta.insert().values(key=_KEY, value=_dumps(_count(connection))))
        return
    before = _loads(found)
    after = Totals(
        datasets=before.datasets + datasets,
        rows=before.rows + rows,
        issued=before.issued or at,
        modified=at if before.modified is None else max(before.modified, at),
    )
    connection.execute(tables.meta.update().where(_m.key == _KEY).values(value=_dumps(after)))


def count_anew(connection: Connection) -> None:
    """After a withdrawal, which happens rarely and touches much."""
    connection.execute(tables.meta.delete().where(_m.key == _KEY))
    connection.execute(tables.meta.insert().values(key=_KEY, value=_dumps(_count(connection))))


def _count(connection: Connection) -> Totals:
    newest = tables.dataset.outerjoin(tables.edition, (_e.dataset == _d.name) & (_e.number == _d.edition))
    active = select(func.count(), func.coalesce(func.sum(_e.rows), 0)).select_from(newest).where(_d.status == Status.ACTIVE.value)
    datasets, rows = connection.execute(active).one()
    issued, modified = connection.execute(select(func.min(_log.at), func.max(_log.at))).one()
    return Totals(datasets=int(datasets), rows=int(rows), issued=issued, modified=modified)


def _dumps(totals: Totals) -> str:
    moments = [None if each is None else each.isoformat() for each in (totals.issued, totals.modified)]
    return json.dumps([totals.datasets, totals.rows, *moments])


def _loads(text: str) -> Totals:
    datasets, rows, *moments = json.loads(text)
    issued, modified = (None if each is None else datetime.fromisoformat(each) for each in moments)
    return Totals(datasets=datasets, rows=rows, issued=issued, modified=modified)
