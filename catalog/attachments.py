"""Files that rows name by their SHA-256 (`Declaration.attached`): kept with every edition that names them, so that no other part of the
program has to know what they hold."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, bindparam, select

from catalog import tables
from catalog.entries import Attachment
from catalog.files import Files
from catalog.plan import PublishedRow
from catalog.press import Press, Refused
from schemas.declaration import Declaration
from schemas.links import Link
from schemas.model import Site
from schemas.row import Finding
from schemas.values import FileFormat, Text

_t = tables.attachment.c
_e = tables.edition.c
_FIRST = (
    select(_t.key, _t.sha256, _t.size, _e.created_at)
    .select_from(tables.attachment.join(tables.edition, (_e.dataset == _t.dataset) & (_e.number == _t.number)))
    .where(_t.dataset == bindparam("dataset"), _t.sha256 == bindparam("sha256"))
    .order_by(_t.number, _t.key)
    .limit(1)
)
_NAMED = (
    select(_t.key, _t.sha256, _t.size, _e.created_at)
    .select_from(tables.attachment.join(tables.edition, (_e.dataset == _t.dataset) & (_e.number == _t.number)))
    .where(_t.dataset == bindparam("dataset"), _t.number == bindparam("number"), _t.key == bindparam("key"))
)


def links_of(declaration: Declaration, rows: Iterable[PublishedRow], site: Site) -> tuple[Link, ...]:
    """A distribution for each row that names a file, by key: portals find the files without reading the table. Its address is the row's,
    so that it stays the same while the file behind it grows."""
    if not declaration.attached:
        return ()
    found = sorted((each for each in rows if each.row.values.get(declaration.attached)), key=lambda each: each.row.key)
    return tuple(_link(declaration, each, site) for each in found)


def _link(declaration: Declaration, each: PublishedRow, site: Site) -> Link:
    address = f"{site.dataset_url(declaration.name)}/months/{each.row.key}.{FileFormat.PARQUET.extension}"
    title, size = declaration.title, each.row.values.get("size")
    return Link(
        access_url=address,
        download_url=address,
        title=Text(de=f"{title.de}, {each.row.key}", en=f"{title.en}, {each.row.key}" if title.en else ""),
        format=FileFormat.PARQUET,
        media_type=FileFormat.PARQUET.media_type,
        byte_size=size if isinstance(size, int) else None,
        uri=f"{site.dataset_uri(declaration.name)}#{each.row.key}",  # wherever it is served
        modified=each.changed_at,
    )


def keep_attachments(connection: Connection, press: Press, declaration: Declaration, number: int, rows: Sequence[PublishedRow]) -> None:
    """Bring the files that these rows name into the public store, and note that the edition names them. Within the transaction that
    publishes the rows: nobody sweeps meanwhile, and a kill leaves at most a file that nobody names. Raises Refused for one that is
    not there: a row never promises what nobody can download."""
    if not declaration.attached:
        return
    lines = [
        {"dataset": declaration.name, "number": number, "key": key, "sha256": sha256, "size": _brought(press, declaration, key, sha256)}
        for key, sha256 in _named(declaration, rows)
    ]
    if lines:
        connection.execute(tables.attachment.insert(), lines)


def find_attachment(connection: Connection, dataset: str, sha256: str) -> Attachment | None:
    found = connection.execute(_FIRST, {"dataset": dataset, "sha256": sha256}).one_or_none()
    return None if found is None else Attachment(key=found.key, sha256=found.sha256, size=found.size, published_at=found.created_at)


def find_newest_attachment(connection: Connection, dataset: str, number: int, key: str) -> Attachment | None:
    """The file that this row names in edition `number`."""
    found = connection.execute(_NAMED, {"dataset": dataset, "number": number, "key": key}).one_or_none()
    return None if found is None else Attachment(key=found.key, sha256=found.sha256, size=found.size, published_at=found.created_at)


def _named(declaration: Declaration, rows: Sequence[PublishedRow]) -> Iterator[tuple[str, str]]:
    for each in rows:
        if sha256 := each.row.values.get(declaration.attached):
            yield each.row.key, str(sha256)


def _brought(press: Press, declaration: Declaration, key: str, sha256: str) -> int:
    """Its size in bytes."""
    if not _is_there(press.files, sha256):
        content = press.attached.read(sha256) if press.attached is not None and _is_there(press.attached, sha256) else None
        if content is None or press.files.put(content) != sha256:
            message = f"Die Datei zu dieser Zeile fehlt oder ist beschädigt (SHA-256 {sha256[:12]}…)."
            raise Refused((Finding(code="file-missing", message=message, table=declaration.table.name, key=key),))
    return press.files.path(sha256).stat().st_size


def _is_there(files: Files, sha256: str) -> bool:
    try:
        return files.has(sha256)
    except ValueError:  # no SHA-256
        return False
