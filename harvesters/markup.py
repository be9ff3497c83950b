"""What a reader sees of HTML: text without markup, and the places that a CSS selector finds.

Parsed by lexbor as browsers do (WHATWG HTML), so nothing is too broken to be read; what only costs time is refused
(harvesters.markup_bounds).
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from harvesters.markup_bounds import require_harmless

_UNSEEN = """
    script style noscript template head iframe object embed svg math canvas audio video map textarea select datalist noembed noframes title
"""
_BLOCK = """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol option p pre search section summary table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_BLOCK.split())
#: Soft hyphens, joiners, marks of reading direction and of byte order, controls: seen by nobody.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]"
)
_BREAK = "\n"
#: What `str.splitlines` breaks at, and HTML does not.
_BREAKS = dict.fromkeys(map(ord, "\t\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), " ")
_RANKS = {f"h{rank}": rank for rank in range(1, 7)}


def plain_text(html: str) -> str:
    """Paragraphs, list items, cells and lines, joined by newlines; "" when there is nothing to read. Raises WrongValue for markup that
    would take minutes to parse."""
    return text_of(tree_of(html).body)


def select(html: str, css: str) -> tuple[str, ...]:
    """The text of each element that `css` finds, in the order of the page. Raises ValueError for a selector that is none, WrongValue."""
    return tuple(map(text_of, found(tree_of(html), css)))


def tree_of(html: str) -> LexborHTMLParser:
    """The page without what nobody reads. Raises WrongValue."""
    require_harmless(html)
    tree = LexborHTMLParser(html.encode("utf-8", "replace").decode())  # halves of surrogate pairs are no text
    tree.strip_tags(_UNSEEN.split())
    return tree


def found(tree: LexborHTMLParser | LexborNode, css: str) -> list[LexborNode]:
    """The elements in the order of the page. Raises ValueError."""
    try:
        return tree.css(css)
    except SelectolaxError as error:
        raise ValueError(f"»{css}« ist kein CSS-Selektor") from error


def require_selector(css: str) -> str:
    """The selector, for models of options. Raises ValueError."""
    found(LexborHTMLParser("<p>"), css)
    return css


def text_of(node: LexborNode | None) -> str:
    """As `plain_text`, of one element."""
    return lines_of("".join(_pieces(node))) if node is not None else ""


def lines_of(text: str) -> str:
    """Text that has no markup (any more), tidied the same way: each line on its own, without what is not seen, none empty."""
    lines = (" ".join(_INVISIBLE.sub("", each).split()) for each in text.splitlines())
    return _BREAK.join(each for each in lines if each)


def outline(top: LexborNode) -> Iterator[tuple[int, str]]:
    """Lines with their rank: 1 to 6 for headings, each in one line, 0 for everything else."""
    level, text = 0, ""
    for node, entering in _walk(top):
        text += _opening(node) if entering else _edge(node)
        if node.tag in _RANKS and not (level and entering):  # a heading within a heading belongs to it
            yield from _ranked(level, lines_of(text))
            level, text = (_RANKS[node.tag] if entering else 0), ""
    yield from _ranked(level, lines_of(text))


def _ranked(level: int, text: str) -> Iterator[tuple[int, str]]:
    lines = text.splitlines()
    yield from ((level, " ".join(lines)),) if level and lines else ((0, each) for each in lines)


def _pieces(top: LexborNode) -> Iterator[str]:
    return (_opening(node) if entering else _edge(node) for node, entering in _walk(top))


def _walk(top: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Every node, entered and left. Without recursion: pages may be nested deeper than Python's stack."""
    node: LexborNode | None = top
    while node is not None:
        yield node, True
        below = node.first_child
        while below is None:
            yield node, False
            if node.mem_id == top.mem_id:
                return
            below = node.next
            if below is None:
                node = node.parent
                if node is None:
                    return
        node = below


def _opening(node: LexborNode) -> str:
    if node.is_text_node:
        text = node.text_content or ""
        return text if _is_verbatim(node) else text.translate(_BREAKS)
    return _BREAK if node.tag == "br" else _edge(node)


def _is_verbatim(node: LexborNode) -> bool:
    """Where line breaks of the source are line breaks of the page."""
    above = node.parent
    while above is not None and above.tag not in _BLOCKS:
        above = above.parent
    return above is not None and above.tag == "pre"


def _edge(node: LexborNode) -> str:
    return _BREAK if node.is_element_node and node.tag in _BLOCKS else ""


def decoded(content: bytes) -> str:
    """A page as text: by its byte order mark, as UTF-8, by the encoding it names, else as Windows-1252 (WHATWG Encoding). Never raises."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace").removeprefix("\ufeff")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        said = re.search(rb"charset\s*=\s*[\"']?\s*(utf-8|iso-8859-15|windows-1252)", content[:2048], re.I)
        return content.decode(said[1].decode().lower() if said else "windows-1252", "replace")


_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
