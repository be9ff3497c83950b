"""Calls to a portal through ckanapi, with what the library leaves to its users: timeouts, a limit on answers, no proxies and no
logins from the environment, and errors as one German sentence without the token in it.

ckanapi posts reads too, and follows no redirect (reference: ckan/compat.md, section 1; ckanapi/remoteckan.py).
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckanapi
import requests

from api.push.errors import Forbidden, Invalid, NotThere, PortalError, Silent
from harvesters.http.credentials import Credential, Secret

#: Seconds to connect, and without a byte.
_TIMEOUT = (10, 60)
#: Seconds for one whole answer.
_TOTAL = 300
_LARGEST = 256 * 1024 * 1024
_LONGEST_SAYING = 300
_WRITES = re.compile(r"_(create|patch|update|delete|purge)$")


@dataclass(frozen=True)
class _Answer:
    """What ckanapi reads of an answer."""

    status_code: int
    text: str


class _Session(requests.Session):
    """Reads whole answers within limits. Server errors and redirects end here: their pages are nobody's JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False  # proxies, and .netrc, which would replace the token
        self.status = 0  #: of the last answer

    def post(self, url: Any, data: Any = None, json: Any = None, **more: Any) -> Any:
        with super().post(url, data=data, json=json, stream=True, **more) as answer:
            content = _read(answer)
        self.status = status = answer.status_code
        if 300 <= status < 400:
            raise PortalError(f"Es leitet um (HTTP {status}); push.NAME.url muss die endgültige Adresse nennen.")
        text = content.decode("utf-8", "replace")
        if status >= 500 and '"__type"' not in text:
            raise PortalError(f"Es meldet einen Fehler (HTTP {status}).")
        return _Answer(status, text)


def _read(answer: requests.Response) -> bytes:
    content, started = bytearray(), time.monotonic()
    for each in answer.iter_content(65536):
        content += each
        if len(content) > _LARGEST:
            raise PortalError(f"Seine Antwort ist größer als {_LARGEST // 1024 // 1024} MB.")
        if time.monotonic() - started > _TOTAL:
            raise Silent(f"Seine Antwort war nach {_TOTAL} Sekunden nicht vollständig.")
    return bytes(content)


class Connection:
    """`api.push.portal.Call` over one kept-alive connection."""

    def __init__(self, url: str, secret: Secret, *, user_agent: str) -> None:
        self._credential = Credential(secret=secret, scheme="")
        self._session = _Session()
        self._remote = ckanapi.RemoteCKAN(url, apikey=secret.reveal(), user_agent=user_agent, session=self._session)

    def __call__(self, action: str, arguments: Mapping[str, Any]) -> Any:
        """Raises PortalError. Questions are asked twice before the portal counts as silent; orders once: nobody knows what became of
        the first."""
        try:
            return self._once(action, arguments)
        except Silent:
            if _WRITES.search(action):
                raise
            return self._once(action, arguments)

    def close(self) -> None:
        self._remote.close()

    def _once(self, action: str, arguments: Mapping[str, Any]) -> Any:
        # From here nothing of the library's own errors may get out, not even as a cause: they quote whole answers.
        try:
            return self._remote.call_action(action, dict(arguments), requests_kwargs={"timeout": _TIMEOUT})
        except ckanapi.NotFound:
            raise NotThere(f"({action})") from None
        except ckanapi.NotAuthorized as error:
            raise Forbidden(self._said(_message(error))) from None
        except ckanapi.ValidationError as error:
            raise self._invalid(error.error_dict) from None
        except (ckanapi.SearchError, ckanapi.SearchQueryError, ckanapi.SearchIndexError) as error:
            raise PortalError(f"Seine Suche meldet einen Fehler ({action}). {self._said(str(error))}".strip()) from None
        except (ckanapi.CKANAPIError, ckanapi.ServerIncompatibleError, KeyError, RecursionError):
            raise PortalError(self._misunderstood(action)) from None
        except requests.Timeout:
            raise Silent("Es antwortet nicht rechtzeitig.") from None
        except requests.RequestException as error:
            raise Silent(_reason(error)) from None

    def _misunderstood(self, action: str) -> str:
        status = self._session.status
        if status >= 400:
            return f"Es meldet einen Fehler (HTTP {status} auf {action})."
        return f"Seine Antwort auf {action} hat nicht die Form, die CKAN gibt."

    def _invalid(self, complaints: Any) -> Invalid:
        """`{"name": ["…"], "resources": [{}, {"size": ["…"]}]}` -> a sentence for each field."""
        found = complaints.items() if isinstance(complaints, dict) else ()
        fields = {self._said(str(field)): self._said(_flat(each)) for field, each in found if field != "__type"}
        told = "; ".join(f"Feld »{field}«: {each}" for field, each in fields.items())
        return Invalid(told or "Es nennt kein Feld.", fields)

    def _said(self, text: str) -> str:
        """What the portal says, fit for a terminal and without our token."""
        plain = self._credential.redacted(text)
        return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+", " ", plain).strip()[:_LONGEST_SAYING]


def _message(error: Any) -> str:
    content = error.extra_msg
    return str(content.get("message") or "").split(": ", 1)[-1] if isinstance(content, dict) else str(content or "")


def _flat(complaint: Any) -> str:
    """Complaints lie in lists, for resources and extras in lists of objects."""
    if isinstance(complaint, dict):
        return ", ".join(f"{key}: {_flat(each)}" for key, each in complaint.items() if each)
    if isinstance(complaint, list):
        return ", ".join(dict.fromkeys(_flat(each) for each in complaint if each))
    return str(complaint)


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "Sein Zertifikat ist nicht gültig."
    if isinstance(error, requests.ConnectionError):
        return "Es ist nicht erreichbar, oder es hat die Verbindung abgebrochen."
    return "Seine Antwort ist nicht lesbar."
