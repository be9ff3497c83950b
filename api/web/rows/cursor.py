"""Where the next page begins: an opaque text bound to edition, question and place. It holds no data, so a forged one can tell nothing
that the table does not say anyway."""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from api.web.problems import OutdatedCursor, WrongParameter

_FORM = re.compile(rb"([1-9][0-9]{0,8})\.([0-9a-f]{16})\.([1-9][0-9]{0,14})")


def digest(*parts: object) -> str:
    """40 hexadecimal digits."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def fingerprint(*parts: object) -> str:
    """Of a question and the file it is put to."""
    return digest(*parts)[:16]


def cursor_text(edition: int, question: str, position: int) -> str:
    """`question`: its fingerprint."""
    return urlsafe_b64encode(f"{edition}.{question}.{position}".encode()).decode().rstrip("=")


def position_of(cursor: str, edition: int, question: str) -> int:
    """Raises OutdatedCursor for a cursor of an earlier edition, WrongParameter for one of another question or of nobody's."""
    match = _decoded(cursor)
    if match is None:
        raise WrongParameter("cursor", allowed=["was in „next“ der vorigen Seite steht"])
    if int(match[1]) != edition:
        raise OutdatedCursor(edition=int(match[1]), newest=edition)
    if match[2].decode() != question:
        raise WrongParameter("cursor", allowed=["nur mit derselben Frage wie auf der vorigen Seite; sonst ohne „cursor“ von vorn"])
    return int(match[3])


def _decoded(cursor: str) -> re.Match[bytes] | None:
    try:
        return _FORM.fullmatch(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except ValueError:
        return None
