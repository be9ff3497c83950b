"""What publishing writes of one data set, whatever it is made of: metadata and fragments."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from catalog import removal, tables
from catalog.codec import dumps
from catalog.compose import Identity, new_identity
from catalog.curation import Curation
from catalog.database import Record
from catalog.entries import Edition, Status
from catalog.press import Press, Refused
from catalog.rendering import Rendered
from catalog.store import dataset_from
from schemas.model import Dataset
from schemas.values import Text

_d = tables.dataset.c
_g = tables.fragment.c


def find_dataset(connection: Connection, name: str) -> Record | None:
    return connection.execute(select(tables.dataset).where(_d.name == name)).one_or_none()


def last_published(stored: Record | None) -> Dataset | None:
    """As readers see it; None when they see nothing."""
    return None if stored is None or stored.status != Status.ACTIVE.value else dataset_from(stored.metadata)


def identity_of(connection: Connection, press: Press, name: str, stored: Record | None, *, at: datetime, uri: str = "") -> Identity:
    """What a data set has been given, else a new one. `uri`: what the UUID of a new one follows from; "": its URI here."""
    if stored is not None:
        return Identity(uuid=stored.uuid, number=stored.number, issued=stored.issued)
    return new_identity(uri or press.site.dataset_uri(name), number=last_number(connection) + 1, issued=at)


def last_number(connection: Connection) -> int:
    """The highest publication number that was ever given; 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(_d.number), 0))).scalar_one())


def rendered(press: Press, dataset: Dataset, *, table: str, key: str = "") -> Rendered:
    """`table`, `key`: where findings belong. Raises Refused."""
    found = press.renderer.render(dataset)
    if found.findings:
        raise Refused(tuple(replace(each, table=table, key=key or each.key) for each in found.findings))
    return found


def is_rendered(connection: Connection, press: Press, name: str) -> bool:
    where = (_g.dataset == name) & (_g.key == press.renderer.key)
    return connection.execute(select(_g.syntax).where(where).limit(1)).first() is not None


def keep_dataset(
    connection: Connection, stored: Record | None, dataset: Dataset, curation: Curation, *, table_name: str, declaration: str
) -> None:
    """`declaration`: as it is stored; "" for a data set that none was made for."""
    before = last_published(stored)
    values = columns_of(dataset, curation, declaration=declaration)
    removal.note_removal(connection, dataset.name, None if before is None else before.removal, dataset.removal)
    if stored is not None:
        connection.execute(tables.dataset.update().where(_d.name == dataset.name).values(values))
        return
    connection.execute(tables.dataset.insert().values(**values, **fixed_columns_of(dataset), table_name=table_name))


def columns_of(dataset: Dataset, curation: Curation, *, declaration: str) -> dict[str, Any]:
    """What a publication writes of an active data set."""
    content = dumps(Dataset, dataset)
    return {
        "status": Status.ACTIVE.value,
        "title": dumps(Text, dataset.title),
        "metadata": content,
        "declaration": declaration,
        "curation": dumps(Curation, curation),
        "digest": hashlib.sha256(content.encode()).hexdigest(),
        "modified": dataset.modified,
        "edition": dataset.edition,
        "removed_at": None,
        "reason": "",
        "removal": removal.column_of(dataset.removal),
    }


def fixed_columns_of(dataset: Dataset) -> dict[str, Any]:
    """What the first publication writes, and no other."""
    upstream = dataset.upstream.uri if dataset.upstream else ""
    return {"name": dataset.name, "uuid": dataset.uuid, "number": dataset.number, "issued": dataset.issued, "upstream": upstream}


def keep_edition(connection: Connection, edition: Edition) -> None:
    values = {
        "dataset": edition.dataset,
        "number": edition.number,
        "created_at": edition.created_at,
        "reason": dumps(Text, edition.reason),
        "rows": edition.rows,
        "sha256": edition.sha256,
        "run": edition.run,
        "withdrawn_reason": "",
    }
    connection.execute(tables.edition.insert().values(values))
    place = {"dataset": edition.dataset, "number": edition.number}
    files = [
        {**place, "extension": each.extension, "sha256": each.sha256, "size": each.size, "media_type": each.media_type}
        for each in edition.files.values()
    ]
    connection.execute(tables.edition_file.insert(), files)


def keep_fragments(connection: Connection, press: Press, name: str, found: Rendered, *, others_stay: bool) -> None:
    """Under this renderer's key; fragments under other keys stay as long as they say the same."""
    where = _g.dataset == name
    if others_stay:
        where &= _g.key == press.renderer.key
    connection.execute(tables.fragment.delete().where(where))
    place = {"dataset": name, "key": press.renderer.key}
    entries = [{**place, "syntax": syntax, "content": content} for syntax, content in sorted(found.fragments.items())]
    connection.execute(tables.fragment.insert(), entries)
