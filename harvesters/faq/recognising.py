"""Whether a page is the one that is meant. Status 200 says little: a page that tells of a missing one, of maintenance or of cookies may
hold questions, too. Pure."""

import html
import re
from collections.abc import Iterable, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from harvesters.faq.asking import Asked, is_login
from harvesters.faq.options import Page
from harvesters.markup import found, text_of
from schemas.errors import WrongValue

_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.I | re.S)
_HEAD = 100_000  #: characters within which a title stands
#: What a title or a first heading says of a page that stands in for another one.
_STAND_IN = re.compile(
    r"(?:fehler|error|http)?\W*404\b"
    r"|\b(?:seite|inhalt|dokument|beitrag)\W+(?:\w+\W+){0,4}(?:nicht|keine)\W+(?:mehr\W+)?(?:gefunden|vorhanden|verfügbar|existiert)"
    r"|\b(?:nichts|nicht)\W+gefunden\b|\b(?:page|not)\W+found\b|\bseite\W+existiert\W+nicht"
    r"|\bwartungsmodus\b|\bwegen\W+wartung|\bunder\W+maintenance\b|\bmaintenance\W+mode\b"
    r"|\b(?:zugriff|zugang)\W+(?:verweigert|gesperrt)|\baccess\W+denied\b|\bforbidden\b"
    r"|\bjust\W+a\W+moment\b|\bsind\W+sie\W+ein\W+mensch|\bcaptcha\b",
    re.I,
)
#: Where a site asks for consent. What wraps the content as well is no dialog.
_DIALOGS = (
    'dialog, [role=dialog], [role=alertdialog], [aria-modal=true], [id*="cookie" i], [class*="cookie" i], [id*="consent" i], '
    '[class*="consent" i]'
)
_CONTENT = "main, [role=main], article, h1"
#: What only a site's own dialog about cookies asks.
_CONSENT = re.compile(r"\bcookies?\b|\bcookie-|\bconsent\b|\beinwilligung|\btracking\b|\bdatenschutz-?einstellung", re.I)


def without_dialogs(tree: LexborHTMLParser) -> None:
    """Take out of the page what lies over it."""
    for each in _outside(found(tree, _DIALOGS)):
        each.decompose()


def require_meant(tree: LexborHTMLParser, source: str, page: Page) -> None:
    """`source`: the page as text. Where the options say by what it is known, that counts; else what it calls itself. Raises WrongValue."""
    for css in page.never:
        if found(tree, css):
            raise WrongValue(f"Es ist nicht die Seite, die gemeint ist: Auf ihr steht {css} (options.pages.never).")
    if page.expect is not None:
        if not found(tree, page.expect):
            raise WrongValue(f"Es ist nicht die Seite, die gemeint ist: {page.expect} (options.pages.expect) steht nicht auf ihr.")
        return
    if any(map(_STAND_IN.search, _titles(tree, source))):
        raise WrongValue(
            "Es ist wohl nicht die Seite, die gemeint ist: Nach ihrer Überschrift steht sie für eine andere, die fehlt oder gesperrt ist. "
            "Ist sie es doch, sagt options.pages.expect, woran sie zu erkennen ist."
        )


def require_enough(asked: Sequence[Asked], page: Page, *, has_login: bool) -> None:
    """Raises WrongValue for questions that belong to no page of answers, and for fewer than there have to be."""
    if asked and has_login and all(is_login(each.question) for each in asked):
        raise WrongValue("Statt der Fragen kommt eine Anmeldung.")
    if asked and page.expect is None and all(_CONSENT.search(each.question) for each in asked):
        raise WrongValue("Statt der Fragen kommt eine Abfrage zu Cookies und Einwilligungen.")
    if 0 < len(asked) < page.at_least:
        raise WrongValue(
            f"Auf der Seite zu erkennen: {len(asked)} von mindestens {page.at_least} Fragen (options.pages.at_least). "
            "Ist sie neu gestaltet, oder ist es eine andere?"
        )


def _titles(tree: LexborHTMLParser, source: str) -> Iterable[str]:
    said = _TITLE.search(source[:_HEAD])
    return (*([html.unescape(said[1])] if said else []), *(text_of(each) for each in found(tree, "h1")))


def _outside(nodes: Sequence[LexborNode]) -> list[LexborNode]:
    """Those that hold nothing of the content, without those within another one that goes."""
    going: dict[int, LexborNode] = {}
    for each in nodes:
        if each.tag in ("html", "body", "main", "article") or each.css_first(_CONTENT) is not None:
            continue
        above = each.parent
        while above is not None and above.mem_id not in going:
            above = above.parent
        if above is None:
            going[each.mem_id] = each
    return list(going.values())
