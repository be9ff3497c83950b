"""Small JSON files that survive a kill: whole before or whole after, one writer at a time."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl


def file_name(text: str) -> str:
    """A name no two texts share, and that people can read."""
    readable = re.sub(r"[^a-z0-9._-]", "_", text.lower())[:80]
    return f"{readable}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def read_json(path: Path) -> dict[str, Any]:
    """Empty when there is none, or none that can be read: these files only save work."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Raises OSError; then the old content stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process and thread at a time. The system drops the lock of a process that dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("wb") as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
