"""OParl names everything by its address; a row's key is what of it belongs to the thing."""

import hashlib
import re
from urllib.parse import urlsplit

from harvesters.keys import key_of
from schemas.errors import WrongValue

_LONGEST = 60


def row_key(prefix: str, home: str, address: str) -> str:
    """`ris-meeting-281` for `https://ris.example/oparl/v1.1/meeting/281` with `home` `https://ris.example/oparl/v1.1/system`: host and
    the folder that holds the system do not count, so that moving the server changes no key. Where letters would be lost (capitals, a long
    address), a short hash of the whole path keeps two things apart. Raises WrongValue."""
    try:
        parts = urlsplit(address.strip())
        folder = urlsplit(home).path.rpartition("/")[0] + "/"
    except ValueError:
        raise WrongValue("»id«") from None
    path = parts.path.removeprefix(folder) if parts.path.startswith(folder) else parts.path
    said = f"{path}?{parts.query}" if parts.query else path
    plain = re.sub(r"[^a-z0-9._]+", "-", said.lower()).strip("-._")
    if not plain:
        raise WrongValue("»id«")
    if said != said.lower() or len(plain) > _LONGEST:
        plain = f"{plain[:_LONGEST].rstrip('-._')}-{hashlib.sha256(said.encode()).hexdigest()[:10]}"
    return key_of(prefix, plain)
