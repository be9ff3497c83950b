"""The drop folder of a source of kind `files`, for somebody who puts a file in: cleaned names, whole files, and the way back."""

import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from api.staging import UploadRefused
from harvesters.fetch import FolderFetch
from harvesters.harvester import SourceConfig
from harvesters.mapping import load_mapping
from schemas.errors import KlarError, SourceError

#: What the harvester of files reads.
SUFFIXES = (".csv", ".xlsx", ".ods", ".json")
_LONGEST = 120
#: Letters, digits and what stands in names of office files; the rest could be a path, an option or a trick with direction marks.
_STRANGE = re.compile(r"[^\w .()+-]+")


def clean_name(name: str) -> str:
    """The name a file gets, of the name that the sender's machine gave it: no path, nothing hidden, no control characters.
    Raises UploadRefused for a kind of file that nobody reads."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = _STRANGE.sub("_", last).strip(" .~_-")
    path = PurePosixPath(plain)
    if path.suffix.lower() not in SUFFIXES or not path.stem.strip(" ._-"):
        raise UploadRefused(f"Angenommen werden Dateien mit den Endungen {', '.join(SUFFIXES)}.")
    return path.stem[: _LONGEST - len(path.suffix)].rstrip() + path.suffix.lower()


class DropFolder:
    """`source` is one that `has_drop_folder`."""

    def __init__(self, source: SourceConfig) -> None:
        self._source = source
        root = Path(source.folder, source.url)
        self._single = root.name if root.is_file() else ""
        self._root = root.parent if self._single else root

    @property
    def exists(self) -> bool:
        return self._root.is_dir()

    def names(self, now: datetime) -> tuple[str, ...]:
        """What a new file can replace or be: the files that are there, and those that the mapping waits for."""
        if self._single:
            return (self._single,)
        return tuple(sorted({*self._there(now), *self._expected()}))

    def address(self, chosen: str, filename: str, now: datetime) -> str:
        """Where the file goes: to the chosen one of `names`, else under its own cleaned name. Raises UploadRefused."""
        if chosen:
            if chosen not in self.names(now):
                raise UploadRefused("Diesen Namen gibt es im Ablageordner nicht.")
            if PurePosixPath(chosen).suffix.lower() != PurePosixPath(filename).suffix.lower():
                raise UploadRefused(f"Die Datei hat eine andere Endung als »{chosen}«, das sie ersetzen soll.")
            return chosen
        name = clean_name(filename)
        if self._single and name != self._single:
            raise UploadRefused(f"Diese Quelle besteht aus der einen Datei »{self._single}«.")
        return name

    @contextmanager
    def holding(self, address: str, content: bytes, *, stays: Callable[[], bool]) -> Iterator[None]:
        """The file in the folder, whole from one instant on. At the end it stays if `stays()`; else the folder gets back what it had.
        Raises UploadRefused for a place outside of the folder."""
        target = self._inside(address)
        before = target.read_bytes() if target.is_file() else None
        _replace(target, content)
        try:
            yield
        finally:
            if not stays():
                if before is None:
                    target.unlink(missing_ok=True)
                else:
                    _replace(target, before)

    def _inside(self, address: str) -> Path:
        target = self._root / address
        if not target.parent.resolve().is_relative_to(self._root.resolve()) or not target.parent.is_dir():
            raise UploadRefused(f"»{address}« liegt nicht im Ablageordner.")
        return target

    def _there(self, now: datetime) -> tuple[str, ...]:
        try:
            return tuple(FolderFetch(self._root, keep_payload=lambda _: None, clock=lambda: now).list())
        except SourceError:
            return ()

    def _expected(self) -> tuple[str, ...]:
        mapping = self._source.options.get("mapping", "")
        if not mapping:
            return ()
        try:
            blocks = load_mapping(self._source.folder / str(mapping)).table
        except KlarError:  # `klar config check` and every harvest say what is wrong with it
            return ()
        return tuple(each.file for each in blocks if not re.search(r"[*?]", each.file))


def has_drop_folder(source: SourceConfig) -> bool:
    return source.kind == "files" and not source.is_remote


def _replace(target: Path, content: bytes) -> None:
    """Hidden while it is being written: a harvest sees the old file or the new one. A file that was there keeps its permissions."""
    temporary = target.with_name(f".{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
