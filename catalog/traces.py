"""Which archived payloads hold a row: the raw archive knows addresses and bytes, not rows."""

import html
import json
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, select

from catalog import tables
from catalog.database import Record
from catalog.files import Files
from catalog.rows import all_rows
from schemas.row import Row

_a = tables.archive_entry.c
#: Beginnings of files whose text cannot be searched as it lies there: ZIP (XLSX), gzip, Parquet, PDF.
_CONTAINERS = (b"PK", b"\x1f\x8b", b"PAR1", b"%PDF")
_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
#: Values shorter than this stand in too many places to be searched for.
_TELLING_LENGTH = 5


def payloads_of(connection: Connection, sources: frozenset[str]) -> list[Record]:
    return list(connection.execute(select(tables.archive_entry).where(_a.source.in_(sources)).order_by(_a.id)))


def payloads_with(
    connection: Connection, archive: Files, sources: frozenset[str], urls: set[tuple[str, str]], needles: Collection[bytes]
) -> list[Record]:
    """Payloads that hold the row: from the addresses it came from, and all others of these sources in which something only
    this row says can be found. What cannot be searched counts as holding it: erasing too much costs a replay, no more."""
    verdicts: dict[str, bool] = {}
    found = []
    for each in payloads_of(connection, sources):
        if (each.source, each.url) not in urls and each.sha256 not in verdicts:
            verdicts[each.sha256] = archive.has(each.sha256) and holds(archive.read(each.sha256), needles)
        if (each.source, each.url) in urls or verdicts[each.sha256]:
            found.append(each)
    return found


def row_needles(connection: Connection, table: str, key: str, planned: Iterable[Row]) -> frozenset[bytes]:
    """What only this row of the table says, or once said, as it may be spelt in a payload."""
    shared: set[object] = set()
    own: set[object] = {key, *(value for row in planned for value in row.values.values())}
    for each in all_rows(connection, table):
        (own if each.row.key == key else shared).update(each.row.values.values())
    telling = {each for each in own - shared if isinstance(each, str) and len(each) >= _TELLING_LENGTH}
    return frozenset(spelling for each in telling for spelling in _spellings(each))


def holds(content: bytes, needles: Collection[bytes]) -> bool:
    """Whether one of the needles is in there, or may be: what is packed cannot be searched."""
    return content.startswith(_CONTAINERS) or any(each in content for each in needles)


def mentions(text: str, needles: Collection[bytes]) -> bool:
    written = text.encode("utf-8", "surrogatepass")
    return any(each in written for each in needles)


def _spellings(value: str) -> Iterator[bytes]:
    yield from (value.encode(encoding, errors="replace") for encoding in _ENCODINGS)
    yield json.dumps(value)[1:-1].encode()  # as JSON with escapes: Gr\\u00fcner
    yield json.dumps(value, ensure_ascii=False)[1:-1].encode(errors="replace")
    yield html.escape(value).encode()
