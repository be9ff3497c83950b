"""E-mail addresses, also as people write them to escape from collectors: "name (at) host punkt de"."""

import re
from collections.abc import Iterator

from schemas.personal_data.folding import Span

_AT = re.compile(
    r"@ ?\n ?|@|(?P<word>\s(?:at|ät|ädd)\s)"
    r"|\s?[(\[{<]\s?(?:at|ät|ad|a|@|klammeraffe)\s?[)\]}>]\s?|&#(?:0?64|x40);|&commat;|%40|\s@\s|[_-]at[_-]",
    re.IGNORECASE,
)
_DOT = r"(?:\s?[(\[{<]\s?(?:dot|punkt|pkt|\.)\s?[)\]}>]\s?|\s(?:dot|punkt)\s|&#46;|\s\.\s|\.)"
_HOST = re.compile(rf"[^\W_][\w-]{{0,62}}+(?:{_DOT}[^\W_][\w-]{{0,62}}+){{1,8}}", re.IGNORECASE)
_LOCAL_END = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}\Z")
_SPELLED_DOT_BEFORE = re.compile(rf"[\w+-]{{1,40}}{_DOT}\Z", re.IGNORECASE)
_SPELLED_DOT = re.compile(_DOT, re.IGNORECASE)
_SCHEME = "mailto:"
_QUERY = re.compile(r"\?[^\s<>\"]{0,500}[^\s<>\".,:;!?)\]}'’”“»]")
_CUE = re.compile(r"mail|kontakt|adresse|schreib|erreich|melde", re.IGNORECASE)
_NO_HOST = re.compile(r"(?:iot|odata)\.\w+", re.IGNORECASE)  # SensorThings and OData name links like this: Datastreams@iot.nextLink
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,}+|xn--[\w-]++", re.IGNORECASE)


def mails(text: str) -> Iterator[Span]:
    for at in _AT.finditer(text):
        host = _HOST.match(text, at.end())
        start = _local_start(text, at.start())
        if host and start is not None and _is_host(host[0]) and not (at["word"] and _is_prose(text, start, at, host[0])):
            yield _link_start(text, start), _link_end(text, start, host.end())


def _link_start(text: str, start: int) -> int:
    """`mailto:` belongs to the address."""
    scheme = start - len(_SCHEME)
    return scheme if scheme >= 0 and text[scheme:start].lower() == _SCHEME else start


def _link_end(text: str, start: int, end: int) -> int:
    """So does what is filled in: `?subject=…`."""
    query = _QUERY.match(text, end) if _link_start(text, start) < start else None
    return query.end() if query else end


def plain_mail(passage: str) -> str:
    """`Name (at) Host punkt de` as `name@host.de`."""
    at = max(_AT.finditer(passage), key=lambda each: each.start(), default=None)
    if at is None:
        return passage.lower()
    host = _SPELLED_DOT.sub(".", passage[at.end() :])
    return f"{_SPELLED_DOT.sub('.', passage[: at.start()])}@{host}".lower()


def _local_start(text: str, end: int) -> int | None:
    found = _LOCAL_END.search(text, max(0, end - 64), end)
    if not found or not any(each.isalnum() for each in found[0]):
        return None
    start = found.start() + len(found[0]) - len(found[0].lstrip(".!#$%&'*+/=?^`{|}~-"))
    before = _SPELLED_DOT_BEFORE.search(text, max(0, start - 60), start)
    return before.start() if before and not before[0].endswith(".") else start


def _is_host(host: str) -> bool:
    return _TOP_LEVEL.fullmatch(_SPELLED_DOT.split(host)[-1]) is not None and not _NO_HOST.fullmatch(host)


def _is_prose(text: str, start: int, at: re.Match[str], host: str) -> bool:
    """ "look at example.org" is no address; "name at example dot org" is, and so is "m.muster at example.org"."""
    local = text[start : at.start()]
    if host.lower().startswith("www.") or len(local) < 2:
        return True
    spelled = re.search(r"dot|punkt|[(\[]", host, re.IGNORECASE)
    return not (spelled or re.search(r"[\d._+]", local) or _CUE.search(text, max(0, start - 40), start))
