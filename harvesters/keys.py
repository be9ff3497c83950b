"""Keys of rows that come from a platform: whose numbers they are, and the number there."""

import re

from schemas.errors import WrongValue

#: An option `prefix`: what keeps the numbers of two platforms apart. It becomes part of permanent keys: set once, never changed.
PREFIX = r"^([a-z0-9][a-z0-9-]{0,39})?$"
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]*", re.ASCII)


def key_of(prefix: str, upstream: str | int) -> str:
    """`kusel-47`. Raises WrongValue for an upstream id of which no key can be made without guessing."""
    said = str(upstream).strip().lower()
    if isinstance(upstream, bool) or not _KEY.fullmatch(said) or len(said) > 80:
        raise WrongValue("»id«")
    return f"{prefix}-{said}"
