"""Questions in running text: headings, lines that end with a question mark, and what follows them. Pure.

A text without markup is told apart by its shape: paragraphs have blank lines around them, a title is short and has no full stop.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harvesters.faq.asking import Asked, asked, is_question, is_signpost
from harvesters.markup import lines_of

_LONGEST_TITLE = 80
_MOST_WORDS = 10
#: Between the title of a block and its first question there may be an introduction of so many paragraphs.
_INTRODUCTION = 2
_LISTED = re.compile(r"([-–•*·]|\(?\d{1,2}[.)]|[a-z][.)])\s")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A paragraph, or a heading. `level`: 1 to 6 as in HTML, 0 for text."""

    lines: tuple[str, ...]
    level: int = 0

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def is_question(self) -> bool:
        return is_question(self.text)

    @property
    def may_be_title(self) -> bool:
        """Whether it looks like one, in a text that marks none."""
        text = self.text
        return (
            len(self.lines) == 1
            and len(text) <= _LONGEST_TITLE
            and len(text.split()) <= _MOST_WORDS
            and not text.endswith((".", "!", "?", ":", ";", ",", "…"))
            and not _LISTED.match(text)
        )


def passages_of(text: str) -> tuple[Passage, ...]:
    """Of a text without markup: by blank lines, or line by line where there are none."""
    tidy = "\n".join(lines_of(each) for each in text.splitlines()).strip("\n")
    parts = re.split(r"\n{2,}", tidy) if "\n\n" in tidy else tidy.split("\n")
    return tuple(Passage(lines=tuple(each.split("\n"))) for each in parts if each.strip())


def under_headings(passages: Sequence[Passage]) -> Iterator[Asked]:
    """Headings that ask; the answer goes on until the next heading of the same or a higher rank."""
    block, question, level = "", "", 0
    lines: list[str] = []
    for each in passages:
        if not each.level or (question and each.level > level and not each.is_question):
            lines += each.lines
            continue
        yield from asked(question, lines, block)
        lines = []
        question, level = (each.text, each.level) if each.is_question else ("", 0)
        block = block if each.is_question else each.text
    yield from asked(question, lines, block)


def in_text(passages: Sequence[Passage]) -> Iterator[Asked]:
    """Paragraphs that ask; the answer goes on until the next question, title or signpost."""
    marked = any(each.level for each in passages)
    block, question = "", ""
    lines: list[str] = []
    for number, each in enumerate(passages):
        asks = each.is_question
        is_title = not asks and (
            each.level > 0 or (not marked and each.may_be_title and _leads_to_question(passages, number, bool(question)))
        )
        if not (asks or is_title or is_signpost(each.text)):
            lines += each.lines if question else ()
            continue
        yield from asked(question, lines, block)
        lines = []
        question = each.text if asks else ""
        block = each.text if is_title and not is_signpost(each.text) else block
    yield from asked(question, lines, block)


def _leads_to_question(passages: Sequence[Passage], number: int, answering: bool) -> bool:
    """Right after an answer the next paragraph but one has to ask: else a short last sentence would end it."""
    return any(each.is_question for each in passages[number + 1 : number + 2 + (1 if answering else _INTRODUCTION)])
