"""Files put together piece by piece: a list of all lines, their text and its bytes would be the file three times over."""

import io
from collections.abc import Iterable
from itertools import islice

_AT_ONCE = 500  #: pieces


def joined(pieces: Iterable[str], *, before: str = "", between: str = "", after: str = "") -> bytes:
    """UTF-8 of the pieces with `between` between them."""
    content = io.BytesIO()
    content.write(before.encode())
    waiting = iter(pieces)
    lead = ""
    while some := list(islice(waiting, _AT_ONCE)):
        content.write((lead + between.join(some)).encode())
        lead = between
    content.write(after.encode())
    return content.getvalue()
