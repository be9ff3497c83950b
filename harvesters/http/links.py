"""The header `Link` (RFC 8288, section 3): the same name carries pages, vocabularies and licences, so it is parsed, never searched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TARGET = re.compile(r"[\s,]*<([^>]*)>")
#: `;name`, `;name=token` or `;name="quoted"`, with blanks wherever servers put them.
_PARAMETER = re.compile(r'\s*;\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?')
_END = re.compile(r"[\s;]*(?:,|$)")


@dataclass(frozen=True, kw_only=True)
class Link:
    target: str  #: as written: absolute or relative
    relations: frozenset[str]  #: in lower case
    anchored: bool = False  #: speaks of something else than this answer


def links_of(header: str) -> Iterator[Link]:
    """In order. What cannot be parsed ends the list: nobody knows where the next link would begin."""
    at = 0
    while target := _TARGET.match(header, at):
        at = target.end()
        parameters: dict[str, str] = {}
        while found := _PARAMETER.match(header, at):
            quoted, token = found[2], found[3]
            value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token or ""
            parameters.setdefault(found[1].lower(), value)  # of several `rel`, the first counts (3.3)
            at = found.end()
        if not (end := _END.match(header, at)):
            return
        at = end.end()
        relations = frozenset(parameters.get("rel", "").lower().split())
        yield Link(target=target[1].strip(), relations=relations, anchored="anchor" in parameters)


def next_link(header: str) -> str | None:
    """Where the next page is; None on the last one."""
    return next((each.target for each in links_of(header) if "next" in each.relations and not each.anchored and each.target), None)
