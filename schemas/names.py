"""Names of data sets made of words: `[a-z0-9][a-z0-9_-]{1,99}` (schemas.declaration.DATASET_NAME)."""

import re
import unicodedata

_LONGEST = 100
_GERMAN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slug(words: str) -> str:
    """`Bäume in der Straße` -> `baeume-in-der-strasse`; "" for what has no letter or digit that could stay."""
    plain = unicodedata.normalize("NFKD", words.lower().translate(_GERMAN_LETTERS)).encode("ascii", "ignore").decode()
    joined = "-".join(re.findall(r"[a-z0-9_]+", plain)).lstrip("_-")[:_LONGEST].rstrip("-")
    return joined if len(joined) > 1 else ""


def numbered(name: str, number: int) -> str:
    """The name for the `number`th who wants it: as it is for the first, then with -2, -3 …"""
    return name if number == 1 else f"{name[: _LONGEST - len(str(number)) - 1].rstrip('-')}-{number}"
