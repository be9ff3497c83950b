"""Labels of the German fork, which it writes one after the other without anything between them."""

from collections.abc import Iterable


def labels_in(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Labels that `text` is made of, when it can be cut into known ones from its first to its last letter, and in one way only: a label
    that nobody knows may be a part of another. Blanks, commas and line ends between labels are none of theirs."""
    names = [each for each in dict.fromkeys(each.strip() for each in known) if each]
    ways = _ways(_bare(text), names)
    return ways[0] if len(ways) == 1 else ()


def _ways(text: str, names: list[str]) -> list[tuple[str, ...]]:
    """Up to two ways to cut it, found from its end: at each place, how the rest can be cut."""
    rest: list[list[tuple[str, ...]]] = [[] for _ in range(len(text) + 1)]
    rest[len(text)] = [()]
    bare = {each: _bare(each) for each in names}
    for place in range(len(text) - 1, -1, -1):
        found = [(name, *more) for name, letters in bare.items() if text.startswith(letters, place) for more in rest[place + len(letters)]]
        rest[place] = found[:2]
    return rest[0] if text else []


def _bare(text: str) -> str:
    return "".join(each for each in text if not each.isspace() and each not in ",;")
