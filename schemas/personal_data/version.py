"""By which rules a text was looked through: another digest, and what was published under the older one is looked through again."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

#: Libraries whose data decide what is a number: telephone plans, check digits.
_LIBRARIES = ("phonenumberslite", "python-stdnum")


@cache
def rules_digest(folder: Path = Path(__file__).parent) -> str:
    """SHA-256 over the modules of a folder (this package) and the versions of the libraries. Nobody has to remember to raise a number; a
    changed comment only costs one more look."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()
