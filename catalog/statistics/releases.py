"""Releases as they are kept: written once, read by anybody. What is read is what was published, or an error."""

import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, bindparam, func, select

from catalog import tables
from catalog.codec import dumps, loads
from catalog.database import Record, Shelf
from catalog.entries import Status
from catalog.statistics.columns import require_usable_names
from catalog.statistics.errors import DamagedRelease, ReleaseRefused, UnknownRelease, UnknownStatistic
from schemas.declaration import DATASET_NAME, RESERVED_NAMES
from schemas.errors import ConfigurationError, Gone
from schemas.statistics import TOTAL, Cube, Release
from schemas.values import Text

_BERLIN = ZoneInfo("Europe/Berlin")
RELEASE_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:-([2-9]|[1-9]\d+))?", re.ASCII)

_r = tables.release.c
_d = tables.dataset.c
_e = tables.edition.c
#: With what has become of the data set and of the edition that a release is: a withdrawn one is shown to nobody.
_HEADS = (
    select(_r.cube, _r.name, _r.number, _r.at, _r.sha256, _e.withdrawn_at, _e.withdrawn_reason, _d.status, _d.removed_at, _d.reason)
    .select_from(
        tables.release.outerjoin(tables.dataset, _d.name == _r.cube).outerjoin(
            tables.edition, (_e.dataset == _r.cube) & (_e.number == _r.number)
        )
    )
    .order_by(_r.cube, _r.number.desc())
)
_OF_CUBE = _HEADS.where(_r.cube == bindparam("cube"))
_CONTENT = select(_r.content, _r.sha256).where(_r.cube == bindparam("cube"), _r.name == bindparam("name"))
_NAMES = select(_r.cube).distinct().order_by(_r.cube)
_KEPT = select(_r.content, _r.sha256).where(_r.cube == bindparam("cube")).order_by(_r.number)


@dataclass(frozen=True, kw_only=True)
class ReleaseHead:
    """What is known of a release without reading its numbers."""

    cube: str
    name: str
    number: int
    at: datetime
    sha256: str  #: of the stored JSON
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""

    def require_public(self) -> None:
        """Raises Gone."""
        if self.withdrawn_at is not None:
            raise Gone(f"{self.cube}, Stand {self.name}", reason=self.withdrawn_reason, at=self.withdrawn_at.isoformat())


class ReleaseShelf(Shelf):
    def statistics(self) -> tuple[ReleaseHead, ...]:
        """The newest public release of each statistic, by name."""
        with self.database.read() as connection:
            heads = tuple(map(_head, connection.execute(_HEADS)))
        newest: dict[str, ReleaseHead] = {}
        for each in heads:
            if each.withdrawn_at is None:
                newest.setdefault(each.cube, each)
        return tuple(newest.values())

    def releases(self, cube: str) -> tuple[ReleaseHead, ...]:
        """Newest first, withdrawn ones included. Raises UnknownStatistic; Gone when the whole statistic was withdrawn."""
        with self.database.read() as connection:
            found = connection.execute(_OF_CUBE, {"cube": cube}).all()
            known = () if found else connection.execute(_NAMES).scalars().all()
        if not found:
            raise UnknownStatistic(cube, known=known)
        if found[0].status == Status.WITHDRAWN.value:
            raise Gone(cube, reason=_reason(found[0].reason), at=found[0].removed_at.isoformat())
        return tuple(map(_head, found))

    def release(self, cube: str, name: str) -> Release:
        """Raises UnknownStatistic, UnknownRelease, Gone, DamagedRelease."""
        heads = self.releases(cube)
        head = next((each for each in heads if each.name == name), None)
        if head is None:
            raise UnknownRelease(name, known=[each.name for each in heads])
        head.require_public()
        with self.database.read() as connection:
            return read_release(connection, cube, name)

    def newest_release(self, cube: str) -> Release:
        """The newest one that was not withdrawn. Raises UnknownStatistic, Gone, DamagedRelease."""
        heads = self.releases(cube)
        head = next((each for each in heads if each.withdrawn_at is None), heads[0])
        head.require_public()
        with self.database.read() as connection:
            return read_release(connection, cube, head.name)

    def release_as_of(self, cube: str, day: date) -> ReleaseHead:
        """The release that was the newest at the end of a day (Europe/Berlin). Raises UnknownStatistic, UnknownRelease (there was none
        yet), Gone."""
        heads = self.releases(cube)
        found = next((each for each in heads if each.at.astimezone(_BERLIN).date() <= day), None)
        if found is None:
            raise UnknownRelease(day.isoformat(), known=[each.name for each in heads])
        found.require_public()
        return found

    def all_releases(self, cube: str) -> tuple[Release, ...]:
        """Oldest first, withdrawn ones included: whoever audits a new one must know all that anybody has ever seen. () for a cube without.
        Raises DamagedRelease."""
        with self.database.read() as connection:
            return kept_releases(connection, cube)

    def next_release(self, cube: str, at: datetime) -> tuple[str, int]:
        """Name and number that a release made at this moment must have."""
        with self.database.read() as connection:
            return next_release(connection, cube, at)


def keep_release(connection: Connection, release: Release) -> ReleaseHead:
    """Write it down, once. Raises ReleaseRefused for a name or number that is taken, out of order or no name of this day, and for cells
    that do not fit the cube; ConfigurationError for a cube that can be no data set."""
    cube = release.cube
    if not DATASET_NAME.fullmatch(cube.name) or cube.name in RESERVED_NAMES:
        raise ConfigurationError(f"{cube.name!r} kann kein Name einer Statistik sein")
    require_usable_names(cube)
    _require_complete(release)
    _require_next(connection, release)
    content = dumps(Release, release).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    values = {"cube": cube.name, "name": release.name, "number": release.number, "at": release.at, "sha256": sha256}
    connection.execute(tables.release.insert().values(**values, content=zlib.compress(content, 9)))
    return ReleaseHead(cube=cube.name, name=release.name, number=release.number, at=release.at, sha256=sha256)


def read_release(connection: Connection, cube: str, name: str) -> Release:
    """Raises UnknownRelease, DamagedRelease."""
    found = connection.execute(_CONTENT, {"cube": cube, "name": name}).one_or_none()
    if found is None:
        raise UnknownRelease(name)
    return _release(bytes(found.content), found.sha256)


def kept_releases(connection: Connection, cube: str) -> tuple[Release, ...]:
    """Oldest first, withdrawn ones included. Raises DamagedRelease."""
    return tuple(_release(bytes(each.content), each.sha256) for each in connection.execute(_KEPT, {"cube": cube}))


def next_release(connection: Connection, cube: str, at: datetime) -> tuple[str, int]:
    """(`{date}` or `{date}-{n}`, number): the day is that of Europe/Berlin."""
    day = at.astimezone(_BERLIN).date().isoformat()
    where = _r.cube == cube
    names = connection.execute(select(_r.name).where(where)).scalars()
    taken = [int(found[2] or 1) for found in map(RELEASE_NAME.fullmatch, names) if found is not None and found[1] == day]
    last = connection.execute(_last_number(cube)).scalar_one()
    return (f"{day}-{max(taken) + 1}" if taken else day), last + 1


def is_statistic(connection: Connection, name: str) -> bool:
    return connection.execute(select(_r.cube).where(_r.cube == name).limit(1)).first() is not None


def _last_number(cube: str) -> Select[int]:
    return select(func.coalesce(func.max(_r.number), 0)).where(_r.cube == cube)


def _require_next(connection: Connection, release: Release) -> None:
    name, number = next_release(connection, release.cube.name, release.at)
    if release.number != number:
        raise ReleaseRefused(f"{release.cube.name}: Nummer {release.number} ist vergeben oder nicht die nächste ({number}).")
    if release.name != name:
        raise ReleaseRefused(f"{release.cube.name}: »{release.name}« ist vergeben oder nicht der nächste Name ({name}).")
    last = connection.execute(_KEPT.where(_r.number == number - 1), {"cube": release.cube.name}).one_or_none()
    if last is not None:
        _require_after(_release(bytes(last.content), last.sha256), release)


def _require_after(last: Release, release: Release) -> None:
    if release.at < last.at:
        raise ReleaseRefused(f"{release.cube.name}: Der letzte Stand ist jünger ({last.at.isoformat()}).")
    if release.cube.demonstration != last.cube.demonstration:
        raise ReleaseRefused(f"{release.cube.name}: Aus einer Demonstration wird unter demselben Namen nie eine Statistik, und umgekehrt.")


def _require_complete(release: Release) -> None:
    """Every cell of every planned table, each once, and nothing else: a cell more would be a number that nobody has audited as part
    of a table, one less an answer that cannot be given."""
    wanted = expected_keys(release.cube)
    keys = [each.key for each in release.cells]
    if len(keys) != len(set(keys)) or set(keys) != set(wanted):
        raise ReleaseRefused(f"{release.cube.name}: Die Zellen sind nicht die der geplanten Tabellen.")
    if any((each.value is None) != bool(each.status.value) for each in release.cells):
        raise ReleaseRefused(f"{release.cube.name}: Eine Zelle hat Zahl und Grund, oder keines von beiden.")


def expected_keys(cube: Cube) -> tuple[tuple[str, ...], ...]:
    """Of all planned tables, in the order of tables and categories, each once."""
    keys: dict[tuple[str, ...], None] = {}
    for table in cube.tables:
        keys.update(dict.fromkeys(_keys_of(cube, table)))
    return tuple(keys)


def _keys_of(cube: Cube, table: Iterable[str]) -> Iterable[tuple[str, ...]]:
    varying = set(table)
    return product(*(each.codes if each.name in varying else (TOTAL,) for each in cube.dimensions))


@lru_cache(maxsize=32)
def _release(content: bytes, sha256: str) -> Release:
    """Parsed once: the content is the key, the frozen Release can be shared."""
    try:
        text = zlib.decompress(content)
    except zlib.error as error:
        raise DamagedRelease(sha256[:12]) from error
    if hashlib.sha256(text).hexdigest() != sha256:
        raise DamagedRelease(sha256[:12])
    return loads(Release, text.decode())


def _head(found: Record) -> ReleaseHead:
    withdrawn = found.status == Status.WITHDRAWN.value
    reason = _reason(found.reason) if withdrawn else found.withdrawn_reason
    return ReleaseHead(
        cube=found.cube,
        name=found.name,
        number=found.number,
        at=found.at,
        sha256=found.sha256,
        withdrawn_at=found.removed_at if withdrawn else found.withdrawn_at,
        withdrawn_reason=reason or "",
    )


def _reason(content: str) -> str:
    return loads(Text, content).de if content else ""
