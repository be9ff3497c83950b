"""Where sampled values lie: monthly files by content, and one small document for each layer that says which ones count.

Files first, the document last and in one step: a kill leaves the state before, or the one after. What the document does not name is rubbish
that nobody reads.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from catalog.files import Files
from catalog.writing import writing
from harvesters.sampling.months import Summary
from schemas.declaration import DATASET_NAME
from schemas.errors import Busy, CatalogError

_VERSION = 1
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


class UnreadableShelf(CatalogError):
    """What was noted of sampled values cannot be read; nothing is changed."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """One file."""

    sha256: str
    size: int  #: bytes
    summary: Summary
    replaced: int = 0  #: values that a later result has taken the place of, ever


@dataclass(frozen=True, kw_only=True)
class Unasked:
    """A time that was never asked for: nobody came for longer than a run may look back."""

    since: datetime
    until: datetime
    datastreams: int


@dataclass(frozen=True, kw_only=True)
class State:
    """Of one layer."""

    months: Mapping[str, Month] = field(default_factory=dict)  #: `2026-11` -> file
    until: Mapping[str, datetime] = field(default_factory=dict)  #: datastream -> everything before is there
    unasked: tuple[Unasked, ...] = ()

    def with_month(self, name: str, month: Month) -> "State":
        return replace(self, months=dict(sorted({**self.months, name: month}.items())))

    def with_until(self, until: Mapping[str, datetime]) -> "State":
        return replace(self, until=dict(sorted({**self.until, **until}.items())))


class Shelf:
    """One writer at a time; readers at any time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.files = Files(root / "files")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """As the only one who writes, in any process; a kill lets go. Raises Busy, Unwritable."""
        with writing():
            self._root.mkdir(parents=True, exist_ok=True)
            lock = (self._root / "lock").open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy("Es werden gerade schon Messwerte gesammelt.") from None
            yield

    def read(self, layer: str) -> State:
        """Empty for a layer that has none yet. Raises UnreadableShelf, also for a file that is named and gone."""
        path = self._path(layer)
        try:
            content = json.loads(path.read_bytes())
            state = _state(content)
        except FileNotFoundError:
            return State()
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableShelf(f"»{path.name}«") from error
        for name, month in state.months.items():
            if not self.files.has(month.sha256):
                raise UnreadableShelf(f"»{path.name}«: die Datei zu {name} fehlt")
        return state

    def write(self, layer: str, state: State) -> None:
        """On return it survives a power loss. Raises Unwritable."""
        path = self._path(layer)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        with writing():
            self._root.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(json.dumps(_document(state), ensure_ascii=False, indent=1).encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
            _sync(self._root)

    def _path(self, layer: str) -> Path:
        if not DATASET_NAME.fullmatch(layer):
            raise ValueError(f"{layer!r} is no name of a data set")
        return self._root / f"{layer}.json"


def _document(state: State) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "months": {name: _month_document(each) for name, each in state.months.items()},
        "until": {name: each.isoformat() for name, each in state.until.items()},
        "unasked": [
            {"since": each.since.isoformat(), "until": each.until.isoformat(), "datastreams": each.datastreams} for each in state.unasked
        ],
    }


def _month_document(month: Month) -> dict[str, Any]:
    summary = month.summary
    said = {**vars(summary), "first": summary.first.isoformat(), "last": summary.last.isoformat()}
    return {"sha256": month.sha256, "size": month.size, "replaced": month.replaced, "summary": said}


def _state(content: Any) -> State:
    """Raises KeyError, TypeError, ValueError."""
    if content["version"] != _VERSION:
        raise ValueError("version")
    unasked = (
        Unasked(since=_at(each["since"]), until=_at(each["until"]), datastreams=int(each["datastreams"])) for each in content["unasked"]
    )
    return State(
        months={name: _month(name, each) for name, each in content["months"].items()},
        until={name: _at(each) for name, each in content["until"].items()},
        unasked=tuple(unasked),
    )


def _month(name: str, content: Any) -> Month:
    if not _MONTH.fullmatch(name):
        raise ValueError(name)
    said = content["summary"]
    summary = Summary(**{**said, "first": _at(said["first"]), "last": _at(said["last"])})
    return Month(sha256=content["sha256"], size=int(content["size"]), replaced=int(content["replaced"]), summary=summary)


def _at(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def _sync(folder: Path) -> None:
    """Make a rename durable: the name stands in the folder, not in the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
