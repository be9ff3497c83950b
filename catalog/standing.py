"""What all published metadata was last brought in line with. Whoever asks whether there is something to do reads this, and not every
data set: with 100,000 of them and nothing changed that is the difference between milliseconds and minutes.

Kept in `meta`: `standing` (rules, detector, renderer, bodies), `source:NAME` and `curation:NAME` (digests of what was followed), and
`open:NAME` for data sets that could not be brought in line or have something that a person must look at.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from catalog import tables
from catalog.codec import dumps
from catalog.entries import Status
from catalog.meta import forget_note, notes, read_note, write_note
from catalog.organisations import ended
from schemas.declaration import Declaration, city_wide
from schemas.model import Site
from schemas.upstream import TABLE

if TYPE_CHECKING:
    from catalog.press import Press

_d = tables.dataset.c
_row = tables.row.c
_STANDING = "standing"
_SOURCE, _CURATION, _OPEN = "source:", "curation:", "open:"
_BODIES = "organisation"  #: table that publishers of data sets are rows of
_CODE = (
    "catalog/compose.py",
    "catalog/curation.py",
    "catalog/issuing.py",
    "catalog/neighbours.py",
    "catalog/removal.py",
    "catalog/statistics/about.py",
    "catalog/statistics/columns.py",
    "catalog/statistics/publishing.py",
    "schemas/declaration.py",
    "schemas/model.py",
)
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What decides metadata and is the same for all data sets; each field a digest, or "" for nothing."""

    rules: str  #: configuration, the program's own declarations, the program itself
    renderer: str  #: the renderer's key
    detector: str
    bodies: str  #: the published table of organisations, and which of them have ended
    words: str = ""  #: the detector by whose rules all published words were found clean, but for those of open data sets
    done: bool = False  #: False: data sets are being brought in line just now, or that was cut off

    def decides_like(self, other: "Standing") -> bool:
        """Whether one data set would come out the same; bodies concern those whose publisher a person chose."""
        return (self.rules, self.renderer, self.detector) == (other.rules, other.renderer, other.detector)


def standing_of(connection: Connection, press: "Press") -> Standing:
    """What would decide now."""
    bodies = connection.execute(select(_d.digest).where(_d.table_name == _BODIES)).scalar_one_or_none()
    return Standing(
        rules=_digest(dumps(Site, press.site), _program()),
        renderer=press.renderer.key,
        detector="" if press.detector is None else press.detector.fingerprint,
        bodies=bodies or "",
    )


def _standing_at(connection: Connection, press: "Press", at: datetime) -> Standing:
    """Also with the bodies that have ended by then: their data sets go over without anybody changing a row or a file."""
    found = standing_of(connection, press)
    gone = ended(connection, at)
    return replace(found, bodies=_digest(found.bodies, *gone)) if gone else found


def read_standing(connection: Connection) -> Standing | None:
    """None: nobody knows what the published metadata is in line with."""
    found = read_note(connection, _STANDING)
    try:
        return None if found is None else Standing(**json.loads(found))
    except (ValueError, TypeError):
        return None  # written by another version


def due(connection: Connection, press: "Press", at: datetime) -> tuple[str, ...] | None:
    """Data sets to look at, by publication number; None: all of them. `at`: aware; bodies that have ended by then have successors."""
    before, now = read_standing(connection), _standing_at(connection, press, at)
    if before is None or not before.done or not before.decides_like(now):
        return None
    curated, open_ = notes(connection, _CURATION), notes(connection, _OPEN)
    files = dict(_curation_files(press.curation))
    changed = {name for name in curated.keys() | files.keys() if curated.get(name) != files.get(name)}
    if before.bodies != now.bodies:
        changed |= curated.keys()
    sources = tuple(_changed_sources(connection))
    tables_ = {table for source in sources for table in _tables_of(connection, source)}
    changed |= {name for source in sources for name in _neighbours_of(connection, source)}
    return _by_number(connection, names=changed | open_.keys(), table_names=tables_)


def begin(connection: Connection, press: "Press", at: datetime) -> Standing:
    """Note what the data sets will be brought in line with, before they are looked at: what changes meanwhile differs from it."""
    before, now = read_standing(connection), _standing_at(connection, press, at)
    if before is not None and before.done and before.decides_like(now):
        target = replace(now, words=before.words, done=True)
    else:
        target = replace(now, words="" if before is None else before.words)
        write_note(connection, _STANDING, json.dumps(asdict(target)))
    _follow(connection, press)
    return target


def finish(connection: Connection, target: Standing) -> None:
    """All data sets were looked at; unless somebody else has published by other rules meanwhile, that holds."""
    now = read_standing(connection)
    if now is not None and now.decides_like(target):
        write_note(connection, _STANDING, json.dumps(asdict(replace(target, words=target.detector, done=True))))


def _follow(connection: Connection, press: "Press") -> None:
    for name, reference in connection.execute(select(tables.source.c.name, tables.source.c.reference)):
        write_note(connection, _SOURCE + name, _digest(reference))
    noted, files = notes(connection, _CURATION), dict(_curation_files(press.curation))
    for name in noted.keys() - files.keys():
        forget_note(connection, _CURATION + name)
    for name, digest in files.items():
        if noted.get(name) != digest:
            write_note(connection, _CURATION + name, digest)


def words_are_clean(connection: Connection, press: "Press", name: str) -> bool:
    """Whether what a data set says as published was judged by the rules of today, and found clean."""
    return _judged_today(read_standing(connection), press) and read_note(connection, _OPEN + name) is None


def _judged_today(standing: Standing | None, press: "Press") -> bool:
    return standing is not None and standing.words == ("" if press.detector is None else press.detector.fingerprint)


def note_issue(connection: Connection, press: "Press", name: str, *, fine: bool) -> None:
    """A data set was published, or tried: by other rules than the rest, or by a curation that nobody has followed yet, or with
    something to look at."""
    standing = read_standing(connection)
    if standing is not None and not standing.decides_like(standing_of(connection, press)):
        forget_note(connection, _STANDING)
    if fine:
        forget_note(connection, _OPEN + name)
    elif read_note(connection, _OPEN + name) is None:
        write_note(connection, _OPEN + name, "1")
    file = _file_digest(press.curation / f"{name}.toml")
    if file != read_note(connection, _CURATION + name):
        write_note(connection, _CURATION + name, "?")


class Notes:
    """What is noted, read once for many data sets that are published in one transaction by the same rules."""

    def __init__(self, connection: Connection, press: "Press") -> None:
        self._connection = connection
        self._press = press
        standing = read_standing(connection)
        self._judged_today = _judged_today(standing, press)
        self._open = set(notes(connection, _OPEN))
        self._followed = notes(connection, _CURATION)
        self._files = {path.stem for path in press.curation.glob("*.toml")}
        self._differs = standing is not None and not standing.decides_like(standing_of(connection, press))

    def words_are_clean(self, name: str) -> bool:
        """As the function of that name."""
        return self._judged_today and name not in self._open

    def is_curated(self, name: str) -> bool:
        """Whether there is a file of a person about it."""
        return name in self._files

    def note_issue(self, name: str, *, fine: bool) -> None:
        """As the function of that name."""
        if self._differs:
            forget_note(self._connection, _STANDING)
            self._differs = self._judged_today = False
        if fine != (name not in self._open) or name in self._files or name in self._followed:
            note_issue(self._connection, self._press, name, fine=fine)


def not_surely_rendered(connection: Connection, key: str) -> tuple[str, ...] | None:
    """Of the active data sets, those that may lack fragments under this key; None: all may."""
    standing = read_standing(connection)
    if standing is None or not standing.done or standing.renderer != key:
        return None
    return tuple(sorted(notes(connection, _OPEN)))


def _changed_sources(connection: Connection) -> Iterator[str]:
    noted = notes(connection, _SOURCE)
    for name, reference in connection.execute(select(tables.source.c.name, tables.source.c.reference)).all():
        if noted.get(name) != _digest(reference):
            yield name


def _tables_of(connection: Connection, source: str) -> Iterable[str]:
    return connection.execute(select(_row.table_name).where(_row.source == source).distinct()).scalars()


def _neighbours_of(connection: Connection, source: str) -> Iterable[str]:
    """Data sets that are rows of this source themselves."""
    listed = tables.dataset.join(tables.row, (_row.table_name == TABLE) & (_row.key == _d.upstream))
    return connection.execute(select(_d.name).select_from(listed).where(_row.source == source)).scalars()


def _by_number(connection: Connection, *, names: Iterable[str], table_names: Iterable[str]) -> tuple[str, ...]:
    found: set[tuple[int, str]] = set()
    for column, values in ((_d.name, sorted(names)), (_d.table_name, sorted(table_names))):
        for start in range(0, len(values), _AT_ONCE):
            where = column.in_(values[start : start + _AT_ONCE]) & (_d.status == Status.ACTIVE.value)
            found |= {(each.number, each.name) for each in connection.execute(select(_d.number, _d.name).where(where))}
    return tuple(name for _, name in sorted(found))


def _curation_files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.toml")):
        if digest := _file_digest(path):
            yield path.stem, digest


def _file_digest(path: Path) -> str | None:
    """None: there is no such file. One that cannot be read is one of its own."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return f"unreadable {error.errno}"


@cache
def _program() -> str:
    """The program's declarations, and the code that makes metadata: a new version may say the same thing in other words. Nobody has to
    remember to raise a number; a changed comment costs one more look."""
    root = Path(__file__).parent.parent
    declarations = [dumps(Declaration, each) for each in city_wide().values()]
    code = [(root / each).read_text(encoding="utf-8") for each in _CODE]
    return _digest(version("klar"), *declarations, *code)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
