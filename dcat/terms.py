"""Building RDF terms that every parser accepts: literals without control characters, IRIs encoded or refused.

One bad value would otherwise make a whole feed page unreadable: RDF/XML cannot hold U+000B at all, Turtle cannot hold an IRI
with a blank.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from unicodedata import normalize
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from dcat.namespaces import term
from schemas.dates import PartialDate
from schemas.errors import RecordError
from schemas.values import Text

Term = NamedNode | Literal
#: One line of a description: a predicate as CURIE, and its values (none: the line is left out).
Line = tuple[str, Sequence[Term]]

# What XML 1.0 forbids (section 2.2): C0 without tab and newline, surrogates, U+FFFE and U+FFFF.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?|\[[0-9a-f:.]+\]", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@([^@\s]+)")
_WEB = ("http", "https")
_PATH = "/:@!$&'()*+,;=~-._%"


class InvalidIri(RecordError):
    """An address cannot be published as an IRI."""

    def __init__(self, field: str, text: str, reason: str) -> None:
        super().__init__(f"{field}: {text!r} {reason}")
        self.field = field
        self.text = text
        self.reason = reason  #: German, continues "Die Adresse …"


def describe(subject: NamedNode, type_: str, *lines: Line) -> list[Triple]:
    """The triples of one typed node."""
    typed_ = Triple(subject, term("rdf:type"), term(type_))
    return [typed_, *(Triple(subject, term(predicate), value) for predicate, values in lines for value in values)]


def clean(text: str) -> str:
    """`text` without what XML cannot hold, newlines as LF, no blanks around."""
    if text.isprintable():  # most are, and then there is nothing to look for: none of what is forbidden is
        return text.strip()
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain(*texts: str) -> list[Literal]:
    """Literals without language, for names of machines; empty ones are left out."""
    return [Literal(cleaned) for cleaned in map(clean, texts) if cleaned]


def german(*texts: str) -> list[Literal]:
    return [Literal(cleaned, language="de") for cleaned in map(clean, texts) if cleaned]


def tagged(*texts: Text) -> list[Literal]:
    """One literal for each language that really exists."""
    pairs = [(language, clean(each)) for text in texts for language, each in text.tagged()]
    return [Literal(cleaned, language=language) for language, cleaned in pairs if cleaned]


def typed(text: str, datatype: str) -> list[Literal]:
    """`datatype` is a CURIE or a whole IRI; an empty text gives nothing."""
    return [Literal(clean(text), datatype=_datatype(datatype))] if text else []


@cache
def _datatype(name: str) -> NamedNode:
    return NamedNode(name) if "/" in name else term(name)


def moment(instant: datetime) -> list[Literal]:
    """xsd:dateTime in UTC, to the second. `instant` is aware."""
    return typed(iso_moment(instant), "xsd:dateTime")


@lru_cache(maxsize=1024)  # what is published together has the same moments
def iso_moment(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def partial_date(date: PartialDate | None) -> list[Literal]:
    """xsd:gYear, xsd:gYearMonth or xsd:date: as precise as the source was."""
    return [] if date is None else typed(date.iso, date.precision.value)


#: Each IRI is read once: lists and licences stand below thousands of data sets, and parts of one are named twice.
named = lru_cache(maxsize=4096)(NamedNode)


def nodes(*iris: str) -> list[NamedNode]:
    """Our own and listed IRIs, which need no checking; empty ones are left out."""
    return [named(each) for each in iris if each]


def addresses(field: str, *texts: str) -> list[NamedNode]:
    """Web addresses from outside; empty ones are left out. Raises InvalidIri that names the `field` of the model."""
    return [named(web_iri(field, each)) for each in texts if each.strip()]


def endpoints(field: str, *texts: str) -> list[NamedNode]:
    """Where services answer: web addresses, and brokers of MQTT. Empty ones are left out. Raises InvalidIri."""
    return [named(web_iri(field, each, schemes=(*_WEB, "mqtt", "mqtts"))) for each in texts if each.strip()]


def mailbox(field: str, email: str) -> list[NamedNode]:
    """`mailto:` for an address; nothing for an empty one. Raises InvalidIri."""
    email = email.strip()
    if not email:
        return []
    match = _EMAIL.fullmatch(email)
    if match is None:
        raise InvalidIri(field, email, "ist keine E-Mail-Adresse")
    return [NamedNode("mailto:" + _encoded(email.rpartition("@")[0]) + "@" + _host(field, email, match[1]))]


@lru_cache(maxsize=4096)  # the same few licences, places and home pages stand below thousands of data sets
def web_iri(field: str, text: str, *, schemes: tuple[str, ...] = _WEB) -> str:
    """`text` as an absolute IRI (http, https) in ASCII: blanks, quotes and umlauts percent-encoded, the host in IDNA.

    Encoding twice changes nothing. Raises InvalidIri for anything without a host, with credentials or with another scheme.
    """
    try:
        parts = urlsplit(text.strip())
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError as error:
        raise InvalidIri(field, text, "ist keine Web-Adresse") from error
    if parts.scheme not in schemes or not parts.hostname:
        raise InvalidIri(field, text, "ist keine Web-Adresse mit http:// oder https://")
    if parts.username is not None or parts.password is not None:
        raise InvalidIri(field, text, "enthält Zugangsdaten")
    host = _host(field, text, f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname)
    query = f"?{_encoded(parts.query)}" if parts.query else ""
    fragment = f"#{_encoded(parts.fragment)}" if parts.fragment else ""
    return f"{parts.scheme}://{host}{port}{_encoded(parts.path)}{query}{fragment}"


def _host(field: str, text: str, host: str) -> str:
    try:
        ascii_host = host.lower() if host.startswith("[") else ".".join(map(_ascii_label, host.lower().split(".")))
    except UnicodeError as error:
        raise InvalidIri(field, text, "hat keinen gültigen Rechnernamen") from error
    if not _HOST.fullmatch(ascii_host):
        raise InvalidIri(field, text, "hat keinen gültigen Rechnernamen")
    return ascii_host


def _ascii_label(label: str) -> str:
    """IDNA. Python's codec knows the edition of 2003, which turns ß into ss and so names another host: that letter is done here."""
    if "ß" in label:
        return "xn--" + normalize("NFC", label).encode("punycode").decode("ascii")
    return label.encode("idna").decode("ascii").lower()


def _encoded(part: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", _FORBIDDEN.sub("", part)), safe=_PATH + "?")
