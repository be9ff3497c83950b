"""In which line of a TOML text a key stands: tomllib tells values, and only errors of syntax have a line there.

The text must be valid TOML 1.0 (tomllib has accepted it); the scanner then only needs to know where keys begin and values end.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

#: Way to a value: names of tables and keys, numbers of array items from 0.
Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
#: Longest quotes first. A multi-line string may end with up to two quotes of its own before the closing three.
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^\s,\]}#](?:[^\n,\]}#]*[^\s,\]}#])?")


def key_lines(text: str) -> Mapping[Path, int]:
    """Line (from 1) of every table, key and array item. Of a table that several headers or dotted keys make up: the first."""
    return _Scanner(text.replace("\r\n", "\n")).scan()


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """Line of the path, or of the nearest table around it; None when not even that was written."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[Path, int] = {}
        self._items: dict[Path, int] = {}  #: arrays of tables: number of the item that is being written
        self._counted = (0, 1)  #: (position, its line): lines are counted once, forwards

    def scan(self) -> Mapping[Path, int]:
        table: Path = ()
        while self._skip(_BLANK):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
        return self._found

    def _header(self) -> Path:
        is_item = self._peek("[[")
        self._at += 2 if is_item else 1
        line, names = self._line(), self._dotted_key()
        self._at += 2 if is_item else 1
        for length in range(1, len(names)):
            self._note(self._inside(names[:length]), line)
        if not is_item:
            table = self._inside(names)
            self._note(table, line)
            return table
        array = (*self._inside(names[:-1]), names[-1])
        self._note(array, line)
        self._items[array] = self._items.get(array, -1) + 1
        item: Path = (*array, self._items[array])
        self._note(item, line)
        return item

    def _inside(self, names: tuple[str, ...]) -> Path:
        """Where a header's names lead: through an array of tables, to its newest item."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self._items:
                path = (*path, self._items[path])
        return path

    def _pair(self, table: Path) -> None:
        line, names = self._line(), self._dotted_key()
        for length in range(1, len(names) + 1):
            self._note((*table, *names[:length]), line)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value((*table, *names))

    def _dotted_key(self) -> tuple[str, ...]:
        names = [self._key()]
        while self._peek("."):
            self._at += 1
            names.append(self._key())
        return tuple(names)

    def _key(self) -> str:
        self._skip(_SPACE)
        start = self._at
        if self._peek('"') or self._peek("'"):
            self._skip(_STRING)
            name: Any = tomllib.loads(f"key = {self._text[start : self._at]}")["key"]
        else:
            self._skip(_BARE_KEY)
            name = self._text[start : self._at]
        self._skip(_SPACE)
        return str(name)

    def _value(self, path: Path) -> None:
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif not self._skip_match(_STRING):
            self._skip_match(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        number = 0
        while self._skip(_BLANK) and not self._peek("]"):
            self._note((*path, number), self._line())
            self._value((*path, number))
            self._skip(_BLANK)
            self._at += self._peek(",")
            number += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._skip(_BLANK) and not self._peek("}"):
            self._pair(path)
            self._skip(_BLANK)
            self._at += self._peek(",")
        self._at += 1

    def _note(self, path: Path, line: int) -> None:
        self._found.setdefault(path, line)

    def _line(self) -> int:
        position, line = self._counted
        self._counted = (self._at, line + self._text.count("\n", position, self._at))
        return self._counted[1]

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Move on; whether any text is left."""
        self._skip_match(pattern)
        return self._at < len(self._text)

    def _skip_match(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match is not None
