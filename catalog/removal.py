"""The end of a data set that its sources have no rows for any more: announced first, done when its time has come (ADR 0002).

Between the two it is published as it was, with its last edition, and says that it goes, when and why. The announcement stands in the
metadata, in `dataset.removal`, and its moment in `meta` (`leaving:NAME`), so that asking who has to go looks at nobody else.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from catalog import tables
from catalog.changelog import log_change
from catalog.codec import dumps, loads
from catalog.database import Record
from catalog.entries import ChangeKind, QuarantineState, Status
from catalog.meta import forget_note, notes, write_note
from catalog.press import Issue, Occasion
from catalog.quarantine import INTAKE, PUBLICATION
from schemas.model import Dataset, Removal
from schemas.upstream import TABLE
from schemas.values import Text

GONE = Text(de="Die Quelle führt keine Zeilen mehr.", en="The source has no rows any more.")
_CHANGED = Text(de="Die Beschreibung wurde geändert.", en="The description was changed.")
_STAYS = Text(de="Der Datensatz bleibt: Die Quelle führt wieder Zeilen.", en="The data set stays: the source has rows again.")
_LEAVING = "leaving:"
_BERLIN = ZoneInfo("Europe/Berlin")
_d = tables.dataset.c
_q = tables.quarantine.c


def ending(connection: Connection, stored: Record | None, occasion: Occasion, notice: timedelta, *, reason: Text = GONE) -> Removal | None:
    """The announcement under which a published data set without rows stays for now; None: it goes, or is not there. A neighbour's data
    set is one row of a list, and without it when that has gone.

    What was announced keeps its date, whatever is configured since. It is put off while rows of it wait on the Prüfliste: its source
    has something for it, which nobody has decided on."""
    if stored is None or stored.status != Status.ACTIVE.value or occasion.at_once:
        return None
    if stored.removal:
        announced = loads(Removal, stored.removal)
        return announced if occasion.at < announced.at or _is_awaited(connection, stored) else None
    return Removal(announced=occasion.at, at=occasion.at + notice, reason=reason) if notice else None


def retire(connection: Connection, stored: Record | None, at: datetime, reason: Text = GONE) -> Issue:
    """The data set becomes a tombstone. Its editions stay; it may return under the same URI. Nothing happens to one that is gone."""
    if stored is None or stored.status != Status.ACTIVE.value:
        return Issue(kind=None, edition=0 if stored is None else stored.edition)
    values = {"status": Status.REMOVED.value, "removed_at": at, "reason": dumps(Text, reason), "removal": ""}
    connection.execute(tables.dataset.update().where(_d.name == stored.name).values(values))
    connection.execute(tables.fragment.delete().where(tables.fragment.c.dataset == stored.name))
    forget_note(connection, _LEAVING + stored.name)
    log_change(connection, ChangeKind.REMOVED, stored.name, at=at, edition=None, reason=reason)
    return Issue(kind=ChangeKind.REMOVED, edition=stored.edition)


def column_of(removal: Removal | None) -> str:
    """As `dataset.removal` holds it."""
    return "" if removal is None else dumps(Removal, removal)


def note_removal(connection: Connection, name: str, before: Removal | None, after: Removal | None) -> None:
    """What is announced of a data set, beside its metadata."""
    if after is None and before is not None:
        forget_note(connection, _LEAVING + name)
    elif after is not None and after != before:
        write_note(connection, _LEAVING + name, after.at.isoformat())


def forget_removal(connection: Connection, name: str) -> None:
    """The data set was withdrawn: nothing is left to announce."""
    connection.execute(tables.dataset.update().where(_d.name == name).values(removal=""))
    forget_note(connection, _LEAVING + name)


def announced(connection: Connection) -> tuple[str, ...]:
    """Data sets that are published and will go."""
    return tuple(sorted(notes(connection, _LEAVING)))


def due(connection: Connection, at: datetime) -> tuple[str, ...]:
    """Data sets whose announced end has come, the first announced first."""
    moments = {name: datetime.fromisoformat(value) for name, value in notes(connection, _LEAVING).items()}
    return tuple(sorted((name for name, end in moments.items() if end <= at), key=lambda name: (moments[name], name)))


def change(before: Removal | None, after: Removal | None) -> tuple[ChangeKind, Text]:
    """What changed metadata mean: announced, called off, or nothing of the kind."""
    if before is None and after is not None:
        return ChangeKind.DEPRECATED, announcement(after)
    return ChangeKind.METADATA, _STAYS if before is not None and after is None else _CHANGED


def announcement(removal: Removal) -> Text:
    """Why and when, for the change log."""
    day = removal.at.astimezone(_BERLIN).date()
    return Text(
        de=f"{removal.reason.de} Der Datensatz entfällt am {day:%d.%m.%Y}.",
        en=f"{removal.reason.in_language('en')} The data set will be removed on {day.isoformat()}.",
    )


def as_last_published(dataset: Dataset, before: Dataset) -> Dataset:
    """Of a data set without rows: what follows from rows and files is as it was when there were some."""
    return replace(dataset, table=before.table, temporal=before.temporal, spatial=before.spatial)


def _is_awaited(connection: Connection, stored: Record) -> bool:
    of = (_q.table_name == TABLE) & (_q.key == stored.upstream) if stored.upstream else _q.table_name == stored.table_name
    where = of & _q.stage.in_((INTAKE, PUBLICATION)) & (_q.state == QuarantineState.OPEN.value)
    return connection.execute(select(_q.id).where(where).limit(1)).first() is not None
