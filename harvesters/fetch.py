"""Fetching from a folder: the drop folder of an office, or one file. Nothing outside of it can be reached."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from schemas.errors import SourceError
from schemas.fetch import Payload

#: Bytes of one file. A year of participation fits many times; a mistaken video does not.
SIZE_LIMIT = 100 * 1024 * 1024
_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FolderFetch:
    """Addresses are paths relative to `root`, with slashes. `keep_payload` archives what was read before anyone else sees it.
    No message names where the folder lies on this machine."""

    def __init__(
        self,
        root: Path,
        *,
        keep_payload: Callable[[Payload], None],
        clock: Callable[[], datetime],
        size_limit: int = SIZE_LIMIT,
    ) -> None:
        if not root.exists():
            raise SourceError("Den Ordner oder die Datei der Quelle gibt es nicht.")
        self._single = root.name if root.is_file() else ""
        self._root = (root.parent if self._single else root).resolve()
        self._keep_payload = keep_payload
        self._clock = clock
        self._size_limit = size_limit

    def list(self, url: str = "") -> Sequence[str]:
        """Files below a folder, sorted, in any depth; hidden files and lock files of office programs are none."""
        if self._single:
            return (self._single,)
        start = self._path(url)
        if start.is_file():
            return (url,)
        if not start.is_dir():
            raise SourceError(f"»{url}« gibt es nicht.")
        return tuple(sorted(self._walk(start)))

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
        content = self._read(url, self._path(url))
        if keep is not None:
            content = keep(content)
        payload = Payload(
            url=url,
            content=content,
            fetched_at=self._clock(),
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=_MEDIA_TYPES.get(PurePosixPath(url).suffix.lower(), ""),
        )
        if archive:
            self._keep_payload(payload)
        return payload

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
                raise SourceError(f"Die Datei »{url}« gibt es nicht.")
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                content = file.read(self._size_limit + 1)
                after = os.fstat(file.fileno())
        except OSError as error:
            raise SourceError(f"»{url}« kann nicht gelesen werden: {error.strerror}.") from error
        if len(content) > self._size_limit:
            raise SourceError(f"»{url}« ist größer als {self._size_limit // 1024 // 1024} MB.")
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
            raise SourceError(f"»{url}« wird gerade geschrieben; die nächste Ernte liest sie.")
        return content
