"""Content-addressed files: a name is the SHA-256 of the content, so that a file never changes and writing twice is writing once."""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

from catalog.writing import writing

_INCOMING = "incoming"


class Files:
    """A folder `ab/abcdef…`. A file is either whole under its name or not there; what a kill leaves lies in `incoming/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep content; returns its SHA-256 (hexadecimal). On return it survives a power loss. Raises Unwritable."""
        sha256 = hashlib.sha256(content).hexdigest()
        with writing():
            if not self.path(sha256).exists():
                self._write(sha256, content)
        return sha256

    def _write(self, sha256: str, content: bytes) -> None:
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        incoming = self.root / _INCOMING
        incoming.mkdir(exist_ok=True)
        # The process id in the name: two processes may write the same content at once.
        partial = incoming / f"{sha256}.{os.getpid()}"
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
        _sync_folder(target.parent)
        _sync_folder(self.root)

    def path(self, sha256: str) -> Path:
        """Where this content lies, or would lie. Raises ValueError for what is no SHA-256."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError(f"{sha256!r} is not a SHA-256")
        return self.root / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """Raises FileNotFoundError."""
        return self.path(sha256).read_bytes()

    def sha1(self, sha256: str) -> str | None:
        """SHA-1 of this content (hexadecimal), which DCAT-AP 2.1.1 asks for; None when it is not there."""
        try:
            return hashlib.sha1(self.read(sha256), usedforsecurity=False).hexdigest()
        except FileNotFoundError:
            return None

    def has(self, sha256: str) -> bool:
        return self.path(sha256).exists()

    def erase(self, sha256: str) -> None:
        """Forget this content; also fine when it is not there."""
        path = self.path(sha256)
        if path.exists():
            path.unlink()
            _sync_folder(path.parent)

    def names(self) -> frozenset[str]:
        """Every SHA-256 that is there."""
        return frozenset(path.name for path in self.root.glob("[0-9a-f][0-9a-f]/*"))

    def sweep(self, keep: Collection[str]) -> None:
        """Erase everything else, half-written files included. Only while nobody else writes."""
        for sha256 in sorted(self.names() - frozenset(keep)):
            self.erase(sha256)
        for partial in sorted(self.root.glob(f"{_INCOMING}/*")):
            partial.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename durable: the name stands in the folder, not in the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
