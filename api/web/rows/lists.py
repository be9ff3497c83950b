"""Lists in one parameter: `a,b`, and `"a, b",c` for what has a comma in it (RFC 4180)."""

import re

_ITEM = re.compile(r'(?:"((?:[^"]|"")*)"|([^,"][^,]*|))(?:,|$)', re.DOTALL)


def items(text: str) -> tuple[str, ...] | None:
    """What the list holds; () for an empty text, None for one that nobody can read."""
    if not text:
        return ()
    found: list[str] = []
    place, text = 0, text + ","
    while place < len(text):
        match = _ITEM.match(text, place)
        if match is None:
            return None
        quoted, plain = match.groups()
        found.append(plain if quoted is None else quoted.replace('""', '"'))
        place = match.end()
    return tuple(found)


def written(values: tuple[str, ...]) -> str:
    """Inverse of `items`, but for the list of one empty text."""
    return ",".join('"' + each.replace('"', '""') + '"' if not each or set(each) & set(',"') else each for each in values)
