"""Triples -> bytes: the same in every process, and in pieces that can be joined.

A *fragment* is a document without its envelope (prefixes, XML root, brackets). Since the envelope is fixed, any fragments joined
inside one are a document; a feed page is that and nothing else. JSON-LD is written expanded, so no reader fetches a context.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import methodcaller

from pyoxigraph import BlankNode, RdfFormat, Triple, serialize

from dcat.namespaces import PREFIXES, term

_ALL_PREFIXES = dict(PREFIXES)  #: as pyoxigraph wants them
#: "!" comes before "<", with which every predicate begins. A literal may hold the same words; it then only sorts elsewhere.
_TYPE_FIRST = methodcaller("replace", f" {term('rdf:type')} ", " !", 1)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What stands around fragments in one syntax."""

    format: RdfFormat
    head: bytes
    between: bytes
    foot: bytes

    def body(self, document: bytes) -> bytes:
        """The fragment inside a document that pyoxigraph wrote."""
        match self.format:
            case RdfFormat.TURTLE:
                start = 0
                while document.startswith(b"@prefix ", start):
                    start = document.index(b"\n", start) + 1
                return document[start:]
            case RdfFormat.RDF_XML:
                start = document.index(b">", document.index(b"<rdf:RDF")) + 1
                return document[start : document.rindex(b"</rdf:RDF>")].removeprefix(b"\n")
            case RdfFormat.JSON_LD:
                return document.strip().removeprefix(b"[").removesuffix(b"]")
            case _:
                return document


def _turtle_head() -> bytes:
    return "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items()).encode()


def _xml_head() -> bytes:
    declared = "".join(f'\n\txmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'.encode()


ENVELOPES: Mapping[str, Envelope] = {
    "ttl": Envelope(format=RdfFormat.TURTLE, head=_turtle_head(), between=b"", foot=b""),
    "rdf": Envelope(format=RdfFormat.RDF_XML, head=_xml_head(), between=b"", foot=b"</rdf:RDF>\n"),
    "jsonld": Envelope(format=RdfFormat.JSON_LD, head=b"[", between=b",\n", foot=b"]\n"),
    "nt": Envelope(format=RdfFormat.N_TRIPLES, head=b"", between=b"", foot=b""),
}


def ordered(triples: Iterable[Triple]) -> dict[str, Triple]:
    """Each triple once, as N-Triples says it, by subject, type first: RDF/XML then writes typed elements, and every process the same bytes.

    One call gives a triple's text; taking it apart to sort by its terms costs three times as much. Raises ValueError for blank
    nodes: they have no stable place.
    """
    by_text = {str(each): each for each in triples}
    for text, each in by_text.items():
        if "_:" in text and (isinstance(each.subject, BlankNode) or isinstance(each.object, BlankNode)):
            raise ValueError(f"not a statement about a named node: {each}")
    return {text: by_text[text] for _, text in sorted(zip(map(_TYPE_FIRST, by_text), by_text, strict=True))}


def fragment(triples: Iterable[Triple], syntax: str) -> bytes:
    """Triples in one of `catalog.rendering.SYNTAXES`, without envelope. Raises KeyError for another syntax."""
    return fragments(triples, (syntax,))[syntax]


def fragments(triples: Iterable[Triple], syntaxes: Iterable[str] = tuple(ENVELOPES)) -> dict[str, bytes]:
    """The same triples in several syntaxes; sorted once. Raises ValueError for blank nodes, which are never published."""
    in_order = ordered(triples)
    return {syntax: _body(in_order, ENVELOPES[syntax]) for syntax in syntaxes}


def _body(triples: dict[str, Triple], envelope: Envelope) -> bytes:
    if envelope.format is RdfFormat.N_TRIPLES:
        return "".join(f"{text} .\n" for text in triples).encode()
    document = serialize(triples.values(), format=envelope.format, prefixes=_prefixes(envelope.format))
    assert document is not None  # without `output` the bytes are returned
    return envelope.body(document)


def _prefixes(format: RdfFormat) -> dict[str, str] | None:
    """Expanded JSON-LD has none, and reading them takes as long as writing thirty statements."""
    return None if format is RdfFormat.JSON_LD else _ALL_PREFIXES


def document(syntax: str, *parts: bytes | memoryview) -> bytes:
    """Fragments in their envelope: a whole document. Empty fragments are left out."""
    envelope = ENVELOPES[syntax]
    kept: list[bytes | memoryview] = [part for part in parts if part]
    # In one go: a page has a megabyte and a half.
    if not envelope.between:
        return b"".join((envelope.head, *kept, envelope.foot))
    first, *others = kept or [b""]
    return b"".join([envelope.head, first, *(each for part in others for each in (envelope.between, part)), envelope.foot])


def between(syntax: str, content: bytes, head: bytes, foot: bytes) -> memoryview:
    """What stands between the first and the last fragment of `content`, which `document` made with neither of them empty. A view: nothing
    is copied, and as a part of another `document` it gives the same bytes as the fragments it was made of."""
    envelope = ENVELOPES[syntax]
    start = len(envelope.head) + len(head) + len(envelope.between)
    end = len(content) - len(envelope.foot) - len(foot) - len(envelope.between)
    return memoryview(content)[start:end]
