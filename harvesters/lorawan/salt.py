"""What turns a DevEUI into an id that says nothing: one way, and only with a secret of this installation."""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping

from harvesters.http.credentials import Secret
from schemas.errors import ConfigurationError

#: Letters of the salt: there are few enough EUIs of a maker to try them all against a short one.
SHORTEST = 16
_DIGITS = 16
_SEPARATORS = re.compile(r"[\s:._-]+")
#: An address of a device in the air has eight hexadecimal digits, an EUI sixteen, a key thirty-two.
_HEXADECIMAL = re.compile(r"[0-9a-f]{8,}")
#: Put in groups, it needs a digit to be one: there is a Café Decade.
_GROUPED = re.compile(r"(?=[0-9a-f]*[0-9])[0-9a-f]{8,}")


class Salt:
    """The secret key of all public ids."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def id_of(self, what: str, device: str) -> str:
        """Sixteen hexadecimal digits. `what`: of which kind the text is, so that two kinds never meet in one id."""
        return self._digest(f"{what}:{device}")[:_DIGITS]

    def seal(self, content: bytes) -> str:
        """Only this installation can have written content that bears it."""
        return self._digest("seal:" + hashlib.sha256(content).hexdigest())

    def _digest(self, text: str) -> str:
        return hmac.new(self._secret.reveal().encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def salt_from(name: str, environ: Mapping[str, str] | None = None) -> Salt:
    """From this process's environment, unless another one is given. Raises ConfigurationError for one that is not set or too short."""
    text = (os.environ if environ is None else environ).get(name, "").strip()
    if not text:
        raise ConfigurationError(f"Die Umgebungsvariable {name} (salt_env) ist nicht gesetzt.")
    if len(text) < SHORTEST:
        raise ConfigurationError(f"Der Schlüssel in {name} (salt_env) ist kürzer als {SHORTEST} Zeichen.")
    return Salt(Secret(text))


def plain_eui(text: object) -> str:
    """`70b3d57ed8000019` for every spelling of an EUI; "" for what is none."""
    said = _SEPARATORS.sub("", text).lower() if isinstance(text, str) else ""
    return said if re.fullmatch(r"[0-9a-f]{16}", said, re.ASCII) else ""


def says_number(text: str) -> bool:
    """Whether a text holds what could be an address, an EUI or a key, however it is put in groups."""
    folded = text.lower()
    return bool(_HEXADECIMAL.search(folded) or _GROUPED.search(_SEPARATORS.sub("", folded)))


def says(text: str, eui: str) -> bool:
    """Whether a text holds this EUI: in either order of its bytes, in hexadecimal or base64."""
    folded = _SEPARATORS.sub("", text.lower())
    octets = bytes.fromhex(eui)
    ways = [each for one in (octets, octets[::-1]) for each in (one.hex(), _base64(one), _base64(one, urlsafe=True))]
    return any(each.lower() in text.lower() or each.lower() in folded for each in ways)


def _base64(octets: bytes, *, urlsafe: bool = False) -> str:
    encoded = base64.urlsafe_b64encode(octets) if urlsafe else base64.b64encode(octets)
    return encoded.decode().rstrip("=")
