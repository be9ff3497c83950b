"""Questions in the structures that HTML pages have for them: schema.org, <details>, <dl>, and selectors of the options. Pure.

Facts: schema.org FAQPage, `mainEntity` → Question `name`, `acceptedAnswer.text` (HTML allowed); WHATWG HTML 4.11.1 (details), 4.4.9 (dl).
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from harvesters.faq.asking import Asked, asked, is_question
from harvesters.faq.running import Passage
from harvesters.markup import found, outline, plain_text, text_of
from schemas.errors import WrongValue

_HEADINGS = "h1, h2, h3, h4, h5, h6"
_EMPHASIS = "strong, b"
#: Where the content of a page stands, most exact first.
_CONTENT = ("main", "[role=main]", "article", "#content", "body")
#: No part of it.
_ASIDE = "nav, footer, aside, [role=navigation], [role=contentinfo]"


def linked_data(html: str) -> Iterator[Asked]:
    """schema.org in JSON-LD; broken blocks give nothing."""
    for script in LexborHTMLParser(html).css('script[type="application/ld+json"]'):
        try:
            said = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        yield from _questions_in(said)


def _questions_in(said: Any) -> Iterator[Asked]:
    """Without recursion: JSON may be nested deeper than Python's stack."""
    open_: list[Any] = [said]
    while open_:
        each = open_.pop()
        if isinstance(each, list):
            open_ += reversed(each)
        elif isinstance(each, Mapping) and "Question" in _types(each):
            yield from _entity(each)
        elif isinstance(each, Mapping):
            open_ += reversed([each[name] for name in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart") if name in each])


def _types(entity: Mapping[str, Any]) -> list[str]:
    said = entity.get("@type")
    return [str(each).rpartition("/")[2] for each in (said if isinstance(said, list) else [said])]


def _entity(entity: Mapping[str, Any]) -> Iterator[Asked]:
    answers = entity.get("acceptedAnswer") or []
    texts = [each.get("text") for each in (answers if isinstance(answers, list) else [answers]) if isinstance(each, Mapping)]
    question = plain_text(str(entity.get("name") or entity.get("text") or ""))
    lines = [line for text in texts if isinstance(text, str) for line in plain_text(text).splitlines()]
    yield from asked(_line(question), lines)


class Page:
    """One page, without what stands around its content."""

    def __init__(self, tree: LexborHTMLParser, within: str = "") -> None:
        """`tree` without scripts and the like (harvesters.markup.tree_of). Raises ValueError for a `within` that finds nothing."""
        for each in _outermost(found(tree, _ASIDE)):  # the others are gone with them
            each.decompose()
        tops = found(tree, within) if within else next((some for css in _CONTENT if (some := found(tree, css))), [])
        if not tops:
            raise ValueError(within)
        self._tops = _outermost(tops)
        _set_apart(tree, [each for top in self._tops for each in found(top, _EMPHASIS)])
        self._known_titles: dict[str, tuple[list[int], list[str]]] = {}
        self._places: dict[int, int] = {}  # of each element, in the order of the page
        for each in (node for top in self._tops for node in top.traverse()):
            self._places.setdefault(each.mem_id, len(self._places))

    def details(self) -> Iterator[Asked]:
        for each in self._all("details"):
            summary = each.css_first("summary")
            if summary is not None and is_question(_line(text_of(summary))):
                yield from self._asked(summary, [each])

    def definitions(self) -> Iterator[Asked]:
        """Several terms may share one explanation."""
        terms: list[LexborNode] = []
        texts: list[LexborNode] = []
        for each in self._all("dt, dd"):
            if each.tag == "dt" and texts:
                yield from self._defined(terms, texts)
                terms, texts = [], []
            (terms if each.tag == "dt" else texts).append(each)
        yield from self._defined(terms, texts)

    def _defined(self, terms: Iterable[LexborNode], texts: list[LexborNode]) -> Iterator[Asked]:
        for each in terms:
            if is_question(_line(text_of(each))):
                yield from self._asked(each, texts)

    def microdata(self) -> Iterator[Asked]:
        """schema.org in attributes."""
        yield from self.chosen(
            '[itemtype$="schema.org/Question"]', '[itemprop="name"]', '[itemprop="acceptedAnswer"] [itemprop="text"]', ""
        )

    def chosen(self, item: str, question: str, answer: str, block: str) -> Iterator[Asked]:
        """By selectors: within each `item`, or the first question with the first answer and so on. Raises WrongValue for numbers that
        differ."""
        if item:
            for each in self._all(item):
                questions = found(each, question)
                if questions:
                    yield from self._asked(questions[0], found(each, answer), block)
            return
        questions, answers = self._all(question), self._all(answer)
        if len(questions) != len(answers):
            raise WrongValue(f"{len(questions)} Fragen ({question}) und {len(answers)} Antworten ({answer}) gehören nicht zueinander.")
        for each, said_of_it in zip(questions, answers, strict=True):
            yield from self._asked(each, [said_of_it], block)

    def passages(self) -> tuple[Passage, ...]:
        """The page from top to bottom."""
        return tuple(Passage(lines=(text,), level=level) for top in self._tops for level, text in outline(top))

    def _asked(self, question: LexborNode, answers: Iterable[LexborNode], block: str = "") -> Iterator[Asked]:
        words = text_of(question).splitlines()
        lines = [line for each in _outermost(answers) for line in text_of(each).splitlines()]
        if lines[: len(words)] == words:  # the question stands within
            lines = lines[len(words) :]
        return asked(" ".join(words), lines, self._block(question, block))

    def _block(self, question: LexborNode, css: str) -> str:
        """The last heading above that asks nothing."""
        places, texts = self._titles(css)
        at = bisect_right(places, self._places.get(question.mem_id, -1))
        return texts[at - 1] if at else ""

    def _titles(self, css: str) -> tuple[list[int], list[str]]:
        if css not in self._known_titles:
            titles = [(self._places.get(each.mem_id, -1), _line(text_of(each))) for each in self._all(css or _HEADINGS)]
            above = sorted((place, text) for place, text in titles if text and (css or not is_question(text)))
            self._known_titles[css] = [place for place, _ in above], [text for _, text in above]
        return self._known_titles[css]

    def _all(self, css: str) -> list[LexborNode]:
        once = {each.mem_id: each for top in self._tops for each in found(top, css)}
        return list(once.values())


def _set_apart(tree: LexborHTMLParser, nodes: Iterable[LexborNode]) -> None:
    """A question in bold is a line of its own, also where the answer goes on behind it."""
    for each in _outermost(nodes):
        if is_question(_line(text_of(each))):
            for put in (each.insert_before, each.insert_after):
                put(tree.create_node("br"))


def _outermost(nodes: Iterable[LexborNode]) -> list[LexborNode]:
    """Without those that stand within another one. `nodes` in the order of the page."""
    chosen: dict[int, LexborNode] = {}
    for each in nodes:
        above = each.parent
        while above is not None and above.mem_id not in chosen:
            above = above.parent
        if above is None:
            chosen[each.mem_id] = each
    return list(chosen.values())


def _line(text: str) -> str:
    return " ".join(text.split())
