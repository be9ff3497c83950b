"""Under which address the pages are served, and who may send a form there."""

import hmac
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from schemas.errors import ConfigurationError

#: With any port: a tunnel (`ssh -L`) ends where it likes. Another name, though it led to this machine, is somebody's trick.
_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.ASCII)
_LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, kw_only=True)
class Door:
    """`address`: https address of the proxy in front, without trailing slash; "" when the browser speaks to this machine itself."""

    address: str = ""

    @property
    def is_secure(self) -> bool:
        return bool(self.address)

    @property
    def cookie(self) -> str:
        """`__Host-` wants Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2): no other host and no plain http can set it."""
        return "__Host-klar-admin" if self.is_secure else "klar-admin"

    def knows(self, host: str) -> bool:
        """Whether the header `Host` names this door: a name that was rebound to this machine does not (DNS rebinding)."""
        if self.address:
            return host.lower() == urlsplit(self.address).netloc
        return _LOOPBACK.fullmatch(host.lower()) is not None

    def is_own(self, *, host: str, origin: str | None, fetch_site: str | None) -> bool:
        """Whether one of our own pages sent this form. Browsers say `Sec-Fetch-Site` (Fetch Metadata) on trustworthy addresses;
        where they don't, `Origin` has to be ours. Our pages send no referrer, for which browsers make `Origin` "null" (Fetch
        standard, "append a request Origin header"): that alone proves nothing."""
        own = self.address or f"http://{host.lower()}"
        if fetch_site is not None:
            return fetch_site == "same-origin" and origin in (None, "null", own)
        return origin == own


def door_at(host: str, behind_proxy: str) -> Door:
    """Raises ConfigurationError: a host that others can reach without TLS, or a proxy that has none."""
    if behind_proxy:
        return Door(address=_proxy_address(behind_proxy))
    if host not in _LOOPBACK_ADDRESSES:
        raise ConfigurationError(
            f"Unter {host} wären die Betriebsseiten ohne Verschlüsselung (TLS) von außen erreichbar: Token und Sitzungen könnten mitgelesen"
            " werden. Bitte 127.0.0.1 lassen und einen Tunnel (ssh -L) nehmen oder einen TLS-Proxy davorsetzen und mit"
            " --behind-proxy https://… seine Adresse nennen."
        )
    return Door()


def _proxy_address(address: str) -> str:
    parts = urlsplit(address.lower().rstrip("/"))
    if parts.scheme != "https" or not parts.hostname or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigurationError("--behind-proxy verlangt eine Adresse wie https://betrieb.example.org, ohne Pfad.")
    return f"https://{parts.netloc.removesuffix(':443')}"


def same(one: str, other: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
