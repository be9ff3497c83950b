"""From the bytes of a page to its questions. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from harvesters.faq.asking import Asked
from harvesters.faq.options import Form, Page
from harvesters.faq.recognising import require_enough, require_meant, without_dialogs
from harvesters.faq.running import in_text, passages_of, under_headings
from harvesters.faq.structures import Page as Markup
from harvesters.faq.structures import linked_data
from harvesters.http.sniffing import Form as Sniffed
from harvesters.http.sniffing import form_of
from harvesters.markup import decoded, tree_of
from harvesters.markup import found as nodes
from harvesters.markup_bounds import MOST_CHARACTERS
from schemas.errors import SourceError, WrongValue


def questions_of(content: bytes, url: str, page: Page) -> tuple[Asked, ...]:
    """Every question once for each block, in the order of the page. Raises SourceError: no page, or none with questions."""
    text = decoded(content)
    try:
        asked = _from_page(text, page) if form_of(content) in (Sniffed.HTML, Sniffed.XML) else _from_text(text, page)
    except WrongValue as error:
        raise SourceError(f"»{url}«: {error.detail}") from error
    except ValueError as error:
        raise SourceError(f"»{url}«: Der Teil der Seite, der gelesen werden soll ({error}, options.pages.within), fehlt.") from error
    if not asked:
        raise SourceError(f"»{url}«: Auf der Seite steht keine Frage, die zu erkennen wäre. Ist sie neu gestaltet (options.pages)?")
    return tuple({(each.question, each.block): each for each in reversed(asked)}.values())[::-1]


def _from_text(text: str, page: Page) -> tuple[Asked, ...]:
    """Raises WrongValue, also where the page is known by something that no text has."""
    if page.expect is not None:
        raise WrongValue(f"Es kommt Text ohne Auszeichnung; {page.expect} (options.pages.expect) kann nicht darin stehen.")
    if len(text) > MOST_CHARACTERS:
        raise WrongValue(f"Die Seite ist länger als {MOST_CHARACTERS // 1_000_000} Millionen Zeichen.")
    asked = tuple(in_text(passages_of(text)))
    require_enough(asked, page, has_login=False)
    return asked


def _from_page(html: str, page: Page) -> tuple[Asked, ...]:
    """Raises WrongValue, also for a page that is another one than is meant; ValueError."""
    tree = tree_of(html)
    has_login = bool(nodes(tree, "input[type=password]"))
    require_meant(tree, html, page)
    without_dialogs(tree)
    asked = _from_markup(html, tree, page)
    require_enough(asked, page, has_login=has_login)
    return asked


def _from_markup(html: str, tree: LexborHTMLParser, page: Page) -> tuple[Asked, ...]:
    """Raises WrongValue, ValueError."""
    markup = Markup(tree, page.within or "")
    if page.selectors is not None:
        chosen = page.selectors
        return tuple(markup.chosen(chosen.item or "", chosen.question, chosen.answer, chosen.block or ""))
    ways: Mapping[Form, Callable[[], Iterator[Asked]]] = {
        Form.LINKED_DATA: lambda: linked_data(html),
        Form.MICRODATA: markup.microdata,
        Form.DETAILS: markup.details,
        Form.DEFINITIONS: markup.definitions,
        Form.HEADINGS: lambda: under_headings(markup.passages()),
        Form.TEXT: lambda: in_text(markup.passages()),
    }
    if page.form is not Form.AUTO:
        return tuple(ways[page.form]())
    found = {form: tuple(read()) for form, read in ways.items()}
    running = found.pop(Form.TEXT)
    built = max(found.values(), key=len)  # of equal ones the first: its structure says most
    # A question mark within an answer is no question, as long as the page says by its structure what is one.
    return built if 2 * len(built) >= len(running) else running


def kept_of(asked: Asked) -> dict[str, Any]:
    return {"question": asked.question, "answer": asked.answer, "block": asked.block}


def tidied(kept: Any) -> dict[str, Any]:
    """The form in which questions are kept, and nothing that does not belong to it."""
    said = kept if isinstance(kept, dict) else {}
    return {name: said[name] if isinstance(said.get(name), str) else "" for name in ("question", "answer", "block")}
