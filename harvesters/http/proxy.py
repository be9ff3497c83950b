"""The proxy of the house, where only one machine may reach the web. Never from the environment: HTTP_PROXY may be anybody's idea.

A proxy resolves names itself and connects itself. What we can see of a target is judged before it is asked for; what the proxy makes
of a name afterwards is up to its own rules (ADR 0010).
"""

from dataclasses import dataclass
from pathlib import Path

from harvesters.http.address import WebAddress
from harvesters.http.credentials import Credential, Secret
from harvesters.http.faults import HttpError
from schemas.errors import ConfigurationError

#: Endings of names that belong to nobody in the public name system: RFC 6761, RFC 6762 (with appendix G), RFC 8375, and `.internal`,
#: which ICANN has set aside for private use.
_INNER = ("corp", "home", "home.arpa", "internal", "intranet", "lan", "local", "localhost", "private")


@dataclass(frozen=True, kw_only=True)
class Proxy:
    address: WebAddress
    login: Credential | None = None  #: sent to the proxy only

    @property
    def place(self) -> tuple[str, int]:
        return (self.address.host, self.address.port)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (self.login.line(),) if self.login else ()


def proxy_from(address: str, login_file: Path | None) -> Proxy | None:
    """None when no address is configured. `login_file` holds `user:password` on one line. Raises ConfigurationError."""
    if not address:
        return None
    try:
        return Proxy(address=WebAddress.parse(address), login=_login(login_file) if login_file else None)
    except HttpError as error:
        raise ConfigurationError(f"[http] proxy: {error.detail}") from None


def is_inner_name(host: str) -> bool:
    """Whether a name can only mean a machine of the own network. Asked of names that nobody here can resolve."""
    return "." not in host or any(host.endswith(f".{each}") for each in _INNER)


def _login(file: Path) -> Credential:
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"[http] proxy_login_file: Die Datei {file.name} kann nicht gelesen werden.") from None
    if ":" not in text:
        raise ConfigurationError(f"[http] proxy_login_file: In {file.name} muss benutzer:passwort stehen.")
    return Credential(secret=Secret(text), header="Proxy-Authorization", scheme="Basic")
