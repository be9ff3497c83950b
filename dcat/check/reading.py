"""Bytes of a page -> graph, as ckanext-dcat reads them: UTF-8 and nothing else, with the syntax of the first page.

Refused before any parser sees them: entities and remote contexts, with which a feed makes its reader work or fetch for it.
"""

import json
import re
from collections.abc import Mapping

from pyoxigraph import RdfFormat, parse

from dcat.check.graph import Graph
from schemas.errors import RecordError

#: Media types rdflib has a parser for, which is what ckanext-dcat asks for (harvest-rules, section 2.1); not text/xml, not text/plain.
SYNTAXES: Mapping[str, RdfFormat] = {
    "application/rdf+xml": RdfFormat.RDF_XML,
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/n3": RdfFormat.N3,
}
_PROLOGUE = re.compile(r"\ufeff?(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")
_ENDINGS = {".rdf": "application/rdf+xml", ".xml": "application/rdf+xml", ".ttl": "text/turtle", ".nt": "application/n-triples"}
# Raw characters that XML 1.0 forbids (section 2.2): klar's parser lets them pass, those of the portals do not.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class PageRefused(RecordError):
    """A page cannot be read."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind  #: of `dcat.check.kinds`


def read(content: bytes, media_type: str, url: str, number: int = 1) -> Graph:
    """Raises PageRefused. `media_type`: one of SYNTAXES; `number`: which page it is."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PageRefused("not-utf-8", f"Byte {error.start} ist kein UTF-8.") from error
    syntax = SYNTAXES[media_type]
    if syntax is RdfFormat.RDF_XML:
        _require_plain_xml(text)
    if syntax is RdfFormat.JSON_LD:
        _require_local_contexts(text)
    try:
        return Graph((each.triple for each in parse(content, format=syntax, base_iri=url, lenient=True)), number)
    except (SyntaxError, ValueError) as error:
        raise PageRefused("unreadable", _first_line(error)) from error


def _require_plain_xml(text: str) -> None:
    start = _PROLOGUE.match(text)
    after = text[start.end() : start.end() + 9] if start else ""
    if after.lower() == "<!doctype":
        raise PageRefused("doctype", "Die Seite beginnt mit einer Dokumenttyp-Deklaration (<!DOCTYPE).")
    if found := _NO_XML.search(text):
        raise PageRefused("unreadable", f"Zeichen U+{ord(found[0]):04X} an Stelle {found.start()} ist in XML verboten.")


def _require_local_contexts(text: str) -> None:
    try:
        open_: list[object] = [json.loads(text)]
    except RecursionError:
        raise PageRefused("unreadable", "Das JSON ist zu tief verschachtelt.") from None
    except ValueError as error:
        raise PageRefused("unreadable", _first_line(error)) from error
    while open_:
        value = open_.pop()
        if isinstance(value, dict):
            for key in ("@context", "@import"):
                if (remote := _remote(value.get(key))) is not None:
                    raise PageRefused("remote-context", f"{key} nennt »{remote[:200]}«, statt den Kontext selbst zu enthalten.")
            open_ += value.values()
        elif isinstance(value, list):
            open_ += value


def _remote(context: object) -> str | None:
    every = context if isinstance(context, list) else [context]
    return next((each for each in every if isinstance(each, str)), None)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def guessed(content: bytes, url: str) -> str:
    """The media type a page most probably has, whatever its server says."""
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[")) and not head.startswith(b"[]"):
        return "application/ld+json"
    if head.startswith((b"<?xml", b"<rdf:RDF", b"<!DOCTYPE")):
        return "application/rdf+xml"
    path = url.partition("?")[0].lower()
    return next((type_ for ending, type_ in _ENDINGS.items() if path.endswith(ending)), "text/turtle")
