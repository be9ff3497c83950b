"""GeoReport in XML: a list of flat elements, read with expat. A DOCTYPE is refused before anything of it counts: entities need one."""

from typing import NoReturn
from xml.parsers import expat

_DEEPEST = 12
Found = dict[str, str | None]


class NoList(Exception):
    """This is no such list."""


def elements_of(content: bytes, root: str, item: str) -> list[Found]:
    """Each `item` below `root`: name of child -> its text; None for an empty child and for one that has children itself. Raises NoList."""
    reading = _Reading(root, item)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError, ValueError: an encoding that nobody knows
        raise NoList("unvollständig oder kein XML") from error
    return reading.found


class _Reading:
    def __init__(self, root: str, item: str) -> None:
        self.found: list[Found] = []
        self._root = root
        self._item = item
        self._depth = 0
        self._said: list[str] = []
        self._is_flat = True

    def refuse(self, *_: object) -> NoReturn:
        raise NoList("unzulässige Vereinbarungen (DOCTYPE)")

    def start(self, name: str, _: object) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NoList("zu tief verschachtelt")
        match self._depth:
            case 1 if name != self._root:
                raise NoList(f"<{self._root}> fehlt")
            case 2 if name != self._item:
                raise NoList(f"ein anderes Element, wo <{self._item}> stehen sollte")
            case 2:
                self.found.append({})
            case 3:
                self._said, self._is_flat = [], True
            case 4:
                self._is_flat = False

    def text(self, said: str) -> None:
        if self._depth == 3:
            self._said.append(said)

    def end(self, name: str) -> None:
        if self._depth == 3:
            text = "".join(self._said).strip()
            self.found[-1][name] = text if text and self._is_flat else None
        self._depth -= 1
