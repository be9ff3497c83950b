"""Many data sets without editions, written table by table: one statement for two hundred of them costs a fifth of two hundred.

What is collected is complete and was judged: nothing here can refuse one of them. All is written within the transaction of the
application, so a crash between two tables leaves what was published before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam

from catalog import removal, tables
from catalog.changelog import Entry, log_changes
from catalog.curation import Curation
from catalog.database import Record
from catalog.entries import ChangeKind, Status
from catalog.rendering import Rendered
from catalog.shelving import columns_of, fixed_columns_of, last_published
from catalog.totals import add_to_totals
from schemas.model import Dataset
from schemas.values import Text

_UPDATED = ("status", "title", "metadata", "declaration", "curation", "digest", "modified", "edition", "removed_at", "reason", "removal")
_INSERT = tables.dataset.insert()
_UPDATE = tables.dataset.update().where(tables.dataset.c.name == bindparam("of_name")).values({each: bindparam(each) for each in _UPDATED})
_FORGET = tables.fragment.delete().where(tables.fragment.c.dataset == bindparam("of_name"))
_ADD = tables.fragment.insert()


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One data set as it will stand there."""

    kind: ChangeKind
    dataset: Dataset
    curation: Curation
    table_name: str
    rendered: Rendered
    stored: Record | None  #: what stands there now
    reason: Text  #: for the change log


class Batch:
    """Drafts of one application, all at `at`. Short-lived; call within the write transaction."""

    def __init__(self, connection: Connection, key: str, at: datetime) -> None:
        """`key`: the renderer's."""
        self._connection = connection
        self._key = key
        self._at = at
        self._drafts: list[Draft] = []

    def __len__(self) -> int:
        return len(self._drafts)

    def add(self, draft: Draft) -> None:
        self._drafts.append(draft)

    def write(self) -> None:
        """In the order in which they were added; doing it again writes nothing."""
        drafts, self._drafts = self._drafts, []
        if not drafts:
            return
        self._write_datasets(drafts)
        self._run(_FORGET, [{"of_name": each.stored.name} for each in drafts if each.stored is not None])
        self._run(_ADD, [entry for each in drafts for entry in self._fragments(each)])
        entries = [Entry(kind=each.kind, dataset=each.dataset.name, at=self._at, edition=None, reason=each.reason) for each in drafts]
        log_changes(self._connection, entries)
        more = sum(1 for each in drafts if each.stored is None or each.stored.status != Status.ACTIVE.value)
        add_to_totals(self._connection, datasets=more, rows=0, at=self._at)

    def _write_datasets(self, drafts: Sequence[Draft]) -> None:
        self._run(_INSERT, [_columns(each) for each in drafts if each.stored is None])
        known = [each for each in drafts if each.stored is not None]
        for each in known:
            before = last_published(each.stored)
            removal.note_removal(self._connection, each.dataset.name, None if before is None else before.removal, each.dataset.removal)
        self._run(_UPDATE, [{"of_name": each.dataset.name, **_columns(each)} for each in known])

    def _fragments(self, draft: Draft) -> list[Mapping[str, Any]]:
        place = {"dataset": draft.dataset.name, "key": self._key}
        return [{**place, "syntax": syntax, "content": content} for syntax, content in sorted(draft.rendered.fragments.items())]

    def _run(self, statement: Any, parameters: Sequence[Mapping[str, Any]]) -> None:
        if parameters:
            self._connection.execute(statement, parameters)


def _columns(draft: Draft) -> dict[str, Any]:
    values = columns_of(draft.dataset, draft.curation, declaration="")
    return values if draft.stored is not None else {**values, **fixed_columns_of(draft.dataset), "table_name": draft.table_name}
