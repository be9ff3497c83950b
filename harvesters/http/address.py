"""Addresses in the web: how they are written, which ones a source may lead to, and which networks are nobody's business."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Protocol
from urllib.parse import SplitResult, parse_qsl, quote, urljoin, urlsplit

import idna

from harvesters.http.faults import Fault, HttpError

IPAddress = IPv4Address | IPv6Address
PORTS = {"http": 80, "https": 443}
LONGEST = 4096
#: What an address may hold as it is; everything else is percent-encoded.
_SAFE = "/?:@!$&'()*+,;=%-._~[]"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.ASCII)
#: Parameters that hold a credential: part of an address, they would end up in logs, plans and the archive.
_SECRET_PARAMETER = re.compile(
    r"(x[-_])?(access|auth|api|session|security|client|private|refresh)?[-_]?(key|token|secret|signature|credential)|pass(word|wd|wort)?|pwd|sig|auth|jwt",
    re.I,
)
#: These alone are too common as names of harmless things.
_HARMLESS = frozenset({"key"})


@dataclass(frozen=True)
class WebAddress:
    """Scheme, host (ASCII, lower case, no brackets), port and target (path and query, percent-encoded). No fragment, no user."""

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str) -> "WebAddress":
        """Raises HttpError. A user name or a password in the address is refused, never shown."""
        try:
            parts = urlsplit(_printable(text))
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise HttpError(Fault.ADDRESS, "Eine Adresse der Quelle ist nicht lesbar.") from error
        if "@" in parts.netloc:
            raise HttpError(Fault.ADDRESS, "Eine Adresse der Quelle enthält Anmeldedaten; sie gehören in token_env oder token_file.")
        if parts.scheme not in PORTS or not host or "\\" in parts.netloc or "%" in parts.netloc:
            raise HttpError(Fault.ADDRESS, f"»{_before_query(text)}« ist keine Adresse mit http:// oder https://.")
        return cls(parts.scheme, host_name(host), port or PORTS[parts.scheme], _target(parts))

    def join(self, reference: str) -> "WebAddress":
        """Raises HttpError."""
        try:
            return WebAddress.parse(urljoin(str(self), _printable(reference)))
        except ValueError as error:
            raise HttpError(Fault.ADDRESS, f"»{self.shown}« nennt eine Adresse, die nicht lesbar ist.") from error

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def authority(self) -> str:
        """As in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def shown(self) -> str:
        """For people: with values of credential-like parameters masked."""
        path, mark, query = self.target.partition("?")
        masked = "&".join(_masked(each) for each in query.split("&"))
        return f"{self.scheme}://{self.authority}{path}{mark}{masked}"

    @property
    def holds_secret(self) -> bool:
        """Whether a parameter is named like a credential."""
        return any(_is_secret(name) for name, _ in parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


def host_name(text: str) -> str:
    """One spelling per host. Raises HttpError."""
    host = text.strip("[]").rstrip(".").lower()
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except ValueError as error:
            raise HttpError(Fault.ADDRESS, f"»{host}« ist keine IPv6-Adresse.") from error
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise HttpError(Fault.ADDRESS, f"»{host}« ist kein Rechnername.") from error
    if not _NAME.fullmatch(name):
        raise HttpError(Fault.ADDRESS, f"»{host}« ist kein Rechnername.")
    return name


def _printable(text: str) -> str:
    """urlsplit drops line breaks without a word; we do not."""
    text = text.strip(" ")
    if _CONTROL.search(text) or len(text) > LONGEST:
        raise HttpError(Fault.ADDRESS, "Eine Adresse der Quelle enthält Steuerzeichen oder ist zu lang.")
    return text


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path


def _before_query(text: str) -> str:
    return re.split(r"[?#]", text.strip(), maxsplit=1)[0][:200]


def _is_secret(name: str) -> bool:
    # X-Amz-Signature, X-Goog-Credential …: only the last part says what it is.
    last = re.sub(r"^x-[a-z]+-", "", name, flags=re.I)
    return name.lower() not in _HARMLESS and any(_SECRET_PARAMETER.fullmatch(each) for each in (name, last))


def _masked(parameter: str) -> str:
    name, mark, _ = parameter.partition("=")
    return f"{name}=•••" if mark and _is_secret(name) else parameter


class Reach(StrEnum):
    """Where an IP address leads to, as its German name."""

    PUBLIC = "öffentliche Adresse"
    PRIVATE = "private Adresse"
    LOOPBACK = "eigener Rechner"
    LINK_LOCAL = "Adresse im eigenen Netzsegment"
    MULTICAST = "Gruppenadresse"
    UNSPECIFIED = "unbestimmte Adresse"
    TUNNEL = "Adresse eines Tunnels"
    RESERVED = "reservierte Adresse"


#: What `allow_private` opens. Never link-local: 169.254.169.254 gives away the keys of a machine in the cloud.
INSIDE = frozenset({Reach.PRIVATE, Reach.LOOPBACK})

# IANA special-purpose registries (RFC 6890 and its successors). The first network that holds an address decides.
_NETWORKS_4 = tuple(
    (IPv4Network(network), reach)
    for network, reach in {
        "0.0.0.0/32": Reach.UNSPECIFIED,
        "0.0.0.0/8": Reach.RESERVED,
        "10.0.0.0/8": Reach.PRIVATE,
        "100.64.0.0/10": Reach.PRIVATE,  # shared by a provider's customers (CGNAT), RFC 6598
        "127.0.0.0/8": Reach.LOOPBACK,
        "169.254.0.0/16": Reach.LINK_LOCAL,
        "172.16.0.0/12": Reach.PRIVATE,
        "192.0.0.0/24": Reach.RESERVED,
        "192.0.2.0/24": Reach.RESERVED,
        "192.88.99.0/24": Reach.TUNNEL,  # relays of 6to4
        "192.168.0.0/16": Reach.PRIVATE,
        "198.18.0.0/15": Reach.RESERVED,
        "198.51.100.0/24": Reach.RESERVED,
        "203.0.113.0/24": Reach.RESERVED,
        "224.0.0.0/4": Reach.MULTICAST,
        "240.0.0.0/4": Reach.RESERVED,
    }.items()
)
_NETWORKS_6 = tuple(
    (IPv6Network(network), reach)
    for network, reach in {
        "::/128": Reach.UNSPECIFIED,
        "::1/128": Reach.LOOPBACK,
        "fc00::/7": Reach.PRIVATE,
        "fe80::/10": Reach.LINK_LOCAL,
        "fec0::/10": Reach.RESERVED,  # site-local, RFC 3879
        "ff00::/8": Reach.MULTICAST,
        "2002::/16": Reach.TUNNEL,  # 6to4
        "2001::/32": Reach.TUNNEL,  # Teredo
        "2001::/23": Reach.RESERVED,
        "2001:db8::/32": Reach.RESERVED,
        "3fff::/20": Reach.RESERVED,
        "2000::/3": Reach.PUBLIC,  # all that IANA has given out; the rest of IPv6 is nobody's
    }.items()
)
#: Networks without IPv4 reach it through this prefix (RFC 6052): public if the address inside is.
_NAT64 = IPv6Network("64:ff9b::/96")


def reach_of(address: IPAddress) -> Reach:
    """Where an address leads to, IPv4 inside IPv6 unwrapped."""
    if isinstance(address, IPv4Address):
        return next((reach for network, reach in _NETWORKS_4 if address in network), Reach.PUBLIC)
    plain = IPv6Address(int(address))  # without a scope
    if plain.ipv4_mapped is not None:
        return reach_of(plain.ipv4_mapped)
    if plain in _NAT64:
        return Reach.PUBLIC if reach_of(IPv4Address(int(plain) & 0xFFFFFFFF)) is Reach.PUBLIC else Reach.TUNNEL
    return next((reach for network, reach in _NETWORKS_6 if plain in network), Reach.RESERVED)


class Policy(Protocol):
    """Two permissions that have nothing to do with each other."""

    def may_follow(self, address: WebAddress) -> bool:
        """Whether a redirect or a next-link may lead here."""
        ...

    def may_reach(self, host: str, port: int, reach: Reach) -> bool:
        """Whether a host's name may stand for an address of this reach."""
        ...


class SourcePolicy:
    """A source's own host and what its configuration adds. An entry is a host, or host:port for one that is not 80 or 443."""

    def __init__(self, home: WebAddress, *, follow_hosts: Iterable[str] = (), allow_private: Iterable[str] = ()) -> None:
        self._home = home
        self._follow = frozenset(map(_entry, follow_hosts))
        self._private = frozenset(map(_entry, allow_private))

    def may_follow(self, address: WebAddress) -> bool:
        """The home's host on the home's port or a usual one; others by `follow_hosts`."""
        is_usual = address.port == PORTS[address.scheme]
        if address.host == self._home.host and (is_usual or address.port == self._home.port):
            return True
        return (address.host, address.port) in self._follow or (is_usual and (address.host, None) in self._follow)

    def may_reach(self, host: str, port: int, reach: Reach) -> bool:
        is_named = (host, port) in self._private or (host, None) in self._private
        return reach is Reach.PUBLIC or (reach in INSIDE and is_named)


def _entry(text: str) -> tuple[str, int | None]:
    """`host`, `host:8443`, `::1`, `[::1]:8443`."""
    match = re.fullmatch(r"(\[.+\]|[^:\[\]]+):([0-9]{1,5})", text)
    return (host_name(match[1]), int(match[2])) if match else (host_name(text), None)
