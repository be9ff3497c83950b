"""Fetching from a folder: the drop folder of an office, or one file. Nothing outside of it can be reached."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from schemas.errors import ConfigurationError, SourceError
from schemas.fetch import Payload

#: Bytes of one file. A year of participation fits many times; a mistaken video does not.
SIZE_LIMIT = 100 * 1024 * 1024
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _forget(payload: Payload) -> None:
    """Where there is no vault, what may speak of persons is kept nowhere."""


class FolderFetch:
    """Addresses are paths relative to `root`, with slashes. What was read is kept before anyone else sees it: by `keep_payload`, or by
    `keep_private` when it may speak of persons. No message names where the folder lies on this machine.

    uploads  address -> content that stands in for a file of the folder, or beside them: to see what it would do before it lies there.
             It is kept nowhere: nobody has released it yet.
    deleted  address -> sentence that says why klar has deleted this file. While no new file has its name it is listed as before, and
             reading it fails with the sentence: what it held must not seem to be gone from the source.
    listed   addresses that `list` gave, by folder: what a replay lists again.
    """

    def __init__(
        self,
        root: Path,
        *,
        keep_payload: Callable[[Payload], None],
        clock: Callable[[], datetime],
        keep_private: Callable[[Payload], None] = _forget,
        size_limit: int = SIZE_LIMIT,
        uploads: Mapping[str, bytes] | None = None,
        deleted: Mapping[str, str] | None = None,
    ) -> None:
        self._uploads = dict(uploads or {})
        self._deleted = dict(deleted or {})
        if not root.exists() and root.name not in self._deleted and not self._uploads:
            raise SourceError("Den Ordner oder die Datei der Quelle gibt es nicht.")
        is_file = root.is_file() or (not root.exists() and root.name in {*self._deleted, *self._uploads})
        self._single = root.name if is_file else ""
        self._root = (root.parent if self._single else root).resolve()
        self._keep_payload = keep_payload
        self._keep_private = keep_private
        self._clock = clock
        self._size_limit = size_limit
        self.listed: dict[str, tuple[str, ...]] = {}
        self._require_addresses()

    def list(self, url: str = "") -> Sequence[str]:
        """Files below a folder, sorted, in any depth; hidden files and lock files of office programs are none."""
        self.listed[url] = self._single_or_below(url)
        return self.listed[url]

    def _single_or_below(self, url: str) -> tuple[str, ...]:
        if self._single:
            return (self._single,)
        start = self._path(url)
        if start.is_file() or url in self._uploads:
            return (url,)
        elsewhere = {each for each in (*self._uploads, *self._deleted) if not url or PurePosixPath(each).is_relative_to(url)}
        if not start.is_dir() and not elsewhere:
            raise SourceError(f"»{url}« gibt es nicht.")
        return tuple(sorted(elsewhere.union(self._walk(start) if start.is_dir() else ())))

    def _walk(self, start: Path) -> Iterator[str]:
        for folder, folders, files in os.walk(start, onerror=self._refuse, followlinks=False):
            folders[:] = [each for each in folders if not each.startswith(".")]
            for name in files:
                if not name.startswith((".", "~$")):
                    # A name that is no UTF-8 is shown as well as it can be; reading it fails with a message.
                    yield Path(folder, name).relative_to(self._root).as_posix().encode(errors="replace").decode()

    def _refuse(self, error: OSError) -> None:
        raise SourceError(f"»{self._relative(error.filename)}« kann nicht gelesen werden: {error.strerror}.") from error

    def _relative(self, name: object) -> str:
        path = Path(str(name))
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else path.name

    def get(self, url: str, *, keep: Callable[[bytes], bytes] | None = None, archive: bool = True) -> Payload:
        """Raises SourceError: not there, outside of the folder, too big, or still being written."""
        content = self._content(url)
        if keep is not None:
            content = keep(content)
        payload = Payload(
            url=url,
            content=content,
            fetched_at=self._clock(),
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=_MEDIA_TYPES.get(PurePosixPath(url).suffix.lower(), ""),
        )
        if url not in self._uploads:
            (self._keep_payload if archive else self._keep_private)(payload)
        return payload

    def _content(self, url: str) -> bytes:
        path = self._path(url)
        if url not in self._uploads:
            return self._read(url, path)
        if len(self._uploads[url]) > self._size_limit:
            raise self._too_big(url)
        return self._uploads[url]

    def _path(self, url: str) -> Path:
        """Raises SourceError for what lies outside, also by way of a link."""
        if "\\" in url or "\0" in url or PurePosixPath(url).is_absolute():
            raise SourceError(f"»{url}« ist keine Adresse in dieser Quelle.")
        if self._single and url not in ("", self._single):
            raise SourceError(f"»{url}« gehört nicht zu dieser Quelle.")
        try:
            path = (self._root / url).resolve()
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
            raise SourceError(f"»{url}« kann nicht gelesen werden.") from error
        if not path.is_relative_to(self._root):
            raise SourceError(f"»{url}« führt aus dem Ordner der Quelle hinaus.")
        return path

    def _read(self, url: str, path: Path) -> bytes:
        try:
            if not path.is_file():
                raise SourceError(self._deleted.get(url, f"Die Datei »{url}« gibt es nicht."))
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                content = file.read(self._size_limit + 1)
                after = os.fstat(file.fileno())
        except OSError as error:
            raise SourceError(f"»{url}« kann nicht gelesen werden: {error.strerror}.") from error
        if len(content) > self._size_limit:
            raise self._too_big(url)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
            raise SourceError(f"»{url}« wird gerade geschrieben; die nächste Ernte liest sie.")
        return content

    def _too_big(self, url: str) -> SourceError:
        return SourceError(f"»{url}« ist größer als {self._size_limit // 1024 // 1024} MB.")

    def _require_addresses(self) -> None:
        """An upload lies where a file of the folder could lie. Raises ConfigurationError."""
        for each in self._uploads:
            if not is_address(each):
                raise ConfigurationError(f"»{each}« kann kein Name einer Datei im Ablageordner sein.")
            try:
                self._path(each)
            except SourceError as error:
                raise ConfigurationError(error.detail) from None


def is_address(url: str) -> bool:
    """Whether a drop folder can hold a file under this address: a relative path, none of whose parts is hidden or leads upwards."""
    parts = url.split("/")
    return bool(url) and all(parts) and not any(each.startswith((".", "~$")) for each in parts) and url.isprintable() and "\\" not in url
