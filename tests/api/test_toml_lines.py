"""The line a key stands in: held against what tomllib reads from the same text."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.toml_lines import Path, key_lines, line_of

EXAMPLE = """\
# [comment]
[site]
title = "a [b] = c"   # key = "x"
languages = [
  "de",  # first
  "en",
]

[[source]]
name = "a"
[source.options]
mapping = '''
[not.a.table]
no = "key"
'''
[[source]]
name = "b"
options = { mapping = "m", "x.y" = [1, 2] }
limits.per.minute = 3
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("site",), 2),
        (("site", "title"), 3),
        (("site", "languages", 1), 6),
        (("source", 0, "name"), 10),
        (("source", 0, "options"), 11),
        (("source", 0, "options", "mapping"), 12),
        (("source", 1), 16),
        (("source", 1, "options", "x.y", 1), 18),
        (("source", 1, "limits", "per", "minute"), 19),
    ],
)
def test_every_key_has_its_line(path: Path, line: int) -> None:
    assert key_lines(EXAMPLE)[path] == line


def test_what_is_not_written_has_the_line_of_what_is_around_it() -> None:
    lines = key_lines(EXAMPLE)

    assert line_of(lines, ("source", 1, "options", "absent")) == 18
    assert line_of(lines, ("vault", "database")) is None


def test_windows_line_ends_count_once() -> None:
    assert key_lines("[site]\r\ntitle = 'x'\r\n")[("site", "title")] == 2


BARE = st.text("abcdefXYZ019_-", min_size=1, max_size=6)
NAMES = BARE | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=5)
TRICKY = ["[x]", "a = 1", "#", "]]", "'", '"', "}", ",", "\n", "\n[y]\n", "=", "\\", " "]
STRINGS = st.lists(st.sampled_from(TRICKY) | BARE, max_size=5).map("".join)
SCALARS = STRINGS | st.integers(-1000, 1000) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False, width=32)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6)
DOCUMENTS = st.dictionaries(
    NAMES,
    st.dictionaries(NAMES, VALUES, max_size=4) | st.lists(st.dictionaries(NAMES, VALUES, max_size=3), min_size=1, max_size=3),
    max_size=4,
)


class Writer:
    """Writes a document as TOML in ever other spellings, and notes in which line each key was written."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[Path, int] = {}

    def document(self, content: dict[str, Any]) -> None:
        for name, table in content.items():
            for number, each in enumerate(table if isinstance(table, list) else [table]):
                path: Path = (name, number) if isinstance(table, list) else (name,)
                self.filler()
                self.note((name,))
                self.note(path)
                brackets = "[[ {} ]]" if isinstance(table, list) else "[{}]"
                self.text += brackets.format(self.key(name)) + self.draw(st.sampled_from(["\n", " # [x]\n"]))
                self.pairs(path, each)

    def pairs(self, path: Path, table: dict[str, Any]) -> None:
        for name, value in table.items():
            self.filler()
            self.note((*path, name))
            if isinstance(value, dict) and len(value) == 1 and self.draw(st.booleans()):
                ((inner, value),) = value.items()
                self.note((*path, name, inner))
                self.text += f"{self.key(name)} . {self.key(inner)} = "
                self.value((*path, name, inner), value)
            else:
                self.text += f"{self.key(name)} = "
                self.value((*path, name), value)
            self.text += self.draw(st.sampled_from(["\n", "  # a = 'b'\n"]))

    def value(self, path: Path, value: Any) -> None:
        if isinstance(value, list):
            self.text += "["
            for number, each in enumerate(value):
                self.text += self.draw(st.sampled_from(["", "\n  ", " # ],\n"]))
                self.note((*path, number))
                self.value((*path, number), each)
                self.text += ", "
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{ "
            for number, (name, each) in enumerate(value.items()):
                self.text += ", " * (number > 0)
                self.note((*path, name))
                self.text += f"{self.key(name)} = "
                self.value((*path, name), each)
            self.text += " }"
        else:
            self.text += self.scalar(value)

    def scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if "'" not in value and self.draw(st.booleans()):
            return f"'''\n{value}'''" if "\n" in value or self.draw(st.booleans()) else f"'{value}'"
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        if self.draw(st.booleans()):
            return f'"""\n{escaped}"""'
        return '"' + escaped.replace("\n", "\\n") + '"'

    def key(self, name: str) -> str:
        bare = name.isascii() and name.replace("_", "a").replace("-", "a").isalnum()
        if bare and self.draw(st.booleans()):
            return name
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def filler(self) -> None:
        self.text += self.draw(st.sampled_from(["", "\n", "# comment = 1\n", "   \n  ", "\t"]))

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)


@st.composite
def written(draw: st.DrawFn) -> tuple[dict[str, Any], str, dict[Path, int]]:
    content = draw(DOCUMENTS)
    writer = Writer(draw)
    writer.document(content)
    return content, writer.text, writer.lines


@given(written())
def test_any_document_gives_the_lines_it_was_written_in(case: tuple[dict[str, Any], str, dict[Path, int]]) -> None:
    content, text, lines = case
    assert tomllib.loads(text) == content, "the test's own writer is right"

    assert key_lines(text) == lines
