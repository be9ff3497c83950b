"""The one secret a source may need: read from the environment or a file, sent in one header to one origin, and shown nowhere."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from schemas.errors import ConfigurationError

#: Shorter ones cannot be told apart from ordinary text when we look for them in answers, and are no secret anyway.
SHORTEST = 8
MASK = "•••"
#: A scheme: the secret stands in no header, but in the JSON body of a POST, where the kind has written PLACE. The kind never sees it.
IN_BODY = "body"
PLACE = "{klar:secret}"


class Secret:
    """A text that does not show up by accident: not in repr, not in str, not in a pickle."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        """Raises ConfigurationError."""
        if len(text) < SHORTEST:
            raise ConfigurationError(f"Das Zugangsgeheimnis ist kürzer als {SHORTEST} Zeichen.")
        if not re.fullmatch(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?", text):
            raise ConfigurationError("Das Zugangsgeheimnis enthält Zeichen, die in keiner Kopfzeile stehen können.")
        self.__text = text

    def reveal(self) -> str:
        return self.__text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __reduce__(self) -> str:
        raise TypeError("a secret stays in its process")


@dataclass(frozen=True, kw_only=True)
class Credential:
    """How a source wants its secret: `Authorization: Bearer …` unless its kind says otherwise."""

    secret: Secret
    header: str = "Authorization"
    scheme: str = "Bearer"  #: "": the secret alone (CKAN); "Basic": the secret is user:password
    _forms: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        text = self.secret.reveal()
        encoded = base64.b64encode(text.encode()).decode()
        in_json = json.dumps(text)[1:-1]
        written = [text, quote(text, safe=""), quote(text), in_json, in_json.replace("/", "\\/")]
        forms = dict.fromkeys([*written, encoded, encoded.rstrip("=")])
        object.__setattr__(self, "_forms", tuple(forms))

    def line(self) -> tuple[str, str]:
        text = self.secret.reveal()
        value = base64.b64encode(text.encode()).decode() if self.scheme == "Basic" else text
        return (self.header, f"{self.scheme} {value}".strip())

    @property
    def in_body(self) -> bool:
        return self.scheme == IN_BODY

    def filled(self, body: bytes) -> bytes:
        """A JSON body with the secret where PLACE stands within a string of it."""
        return body.replace(PLACE.encode(), json.dumps(self.secret.reveal())[1:-1].encode()) if self.in_body else body

    def is_in(self, content: bytes) -> bool:
        """Whether someone says our secret back to us: as it is, percent-encoded or as Basic."""
        return any(each.encode() in content for each in self._forms)

    def is_said_in(self, text: str) -> bool:
        """The same for addresses and headers, which may have been put into lower case."""
        return self.redacted(text) != text

    def redacted(self, text: str) -> str:
        for each in sorted(self._forms, key=len, reverse=True):
            text = re.sub(re.escape(each), MASK, text, flags=re.I)
        return text


def secret_from(*, token_env: str = "", token_file: str = "", folder: Path, environ: Mapping[str, str]) -> Secret | None:
    """None when the source names neither. Raises ConfigurationError: a variable that is not set is a mistake, not an empty secret."""
    if token_env:
        text = environ.get(token_env, "").strip()
        if not text:
            raise ConfigurationError(f"Die Umgebungsvariable {token_env} ist nicht gesetzt.")
        return Secret(text)
    if token_file:
        try:
            return Secret((folder / token_file).read_text(encoding="ascii").strip())
        except (OSError, UnicodeDecodeError):
            raise ConfigurationError(f"Die Datei {Path(token_file).name} (token_file) kann nicht gelesen werden.") from None
    return None
