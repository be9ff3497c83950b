"""What it means that a disk takes nothing: one error, one sentence, wherever it is noticed."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import Unwritable

_REASONS = {
    errno.ENOSPC: "Es ist kein Platz frei",
    errno.EDQUOT: "Das Kontingent ist erschöpft",
    errno.EFBIG: "Eine Datei darf nicht so groß werden",
    errno.EACCES: "Die Rechte fehlen",
    errno.EPERM: "Die Rechte fehlen",
    errno.EROFS: "Sie ist schreibgeschützt",
    errno.EIO: "Sie meldet einen Fehler",
}


@contextmanager
def writing() -> Iterator[None]:
    """Raises Unwritable for what the system says of the disk; a file that is missing is another matter."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REASONS:
            raise
        raise unwritable(_REASONS[error.errno]) from error


def unwritable(reason: str) -> Unwritable:
    return Unwritable(
        f"Auf die Festplatte kann nicht geschrieben werden: {reason}. Was veröffentlicht ist, bleibt; »klar doctor« sieht nach."
    )
