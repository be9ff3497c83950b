"""Addresses and identifiers of strangers."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode, urlsplit

#: What is longer names nothing that anybody could ask for.
_LONGEST = 2000
#: RFC 3987 in short: what no IRI may hold.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\xa0\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff<>\"{}|\\^`]+")
_HEX = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE = re.compile(r"[\x20\"<>{}|\\^`]")
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def is_iri(text: str) -> bool:
    """Absolute, of bearable length, and without what breaks a serialisation. Never mended: an identifier is what it is."""
    return len(text) <= _LONGEST and _IRI.fullmatch(text) is not None


def is_global(text: str) -> bool:
    """An IRI or UUID means the same thing everywhere; "17" or "haushalt" does not."""
    return is_iri(text) or _UUID.fullmatch(text) is not None


def global_iri(text: str) -> str:
    """The IRI of what `is_global`."""
    return text if is_iri(text) else f"urn:uuid:{text.lower().removeprefix('urn:uuid:')}"


def web_address(text: str) -> str:
    """An http(s) or ftp address that a reader may follow: blanks and their like written as browsers do. "" for everything else, also for
    one with somebody's name before the host."""
    mended = _HEX.sub("%25", _UNSAFE.sub(lambda found: quote(found[0]), text.strip()))
    try:
        parts = urlsplit(mended)
        usable = parts.scheme in ("http", "https", "ftp") and bool(parts.hostname) and "@" not in parts.netloc
        parts.port  # noqa: B018  # raises for what is no number
    except ValueError:
        return ""
    return mended if usable and is_iri(mended) else ""


def page_address(text: str) -> str:
    """As `web_address`, but only what opens in a browser."""
    found = web_address(text)
    return found if found.startswith(("http://", "https://")) else ""


def action_url(home: str, action: str, query: Iterable[tuple[str, str]]) -> str:
    """Address of one call of the action API of the CKAN portal at `home`."""
    pairs = list(query)
    return f"{home.rstrip('/')}/api/3/action/{action}" + (f"?{urlencode(pairs)}" if pairs else "")


class OwnAddresses:
    """What our own data sets are called: whoever bears such a name comes from us."""

    def __init__(self, bases: Iterable[str]) -> None:
        self._bases = tuple(f"{_bare(each)}/datasets/" for each in bases if each)

    def __contains__(self, iri: str) -> bool:
        return bool(self._bases) and _bare(iri).startswith(self._bases)


def _bare(iri: str) -> str:
    """Without scheme and case of the host: a proxy in front changes the one, a person the other."""
    scheme, _, rest = iri.strip().partition("://")
    if not rest or scheme.lower() not in ("http", "https"):
        return iri.strip()
    host, slash, path = rest.rstrip("/").partition("/")
    return host.lower() + slash + path
