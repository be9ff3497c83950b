"""What of a GeoReport answer is kept, whatever form it came in: nothing of who reported, nothing of what they wrote or photographed.

Fields: GeoReport v2 (`schema-request.json` of open311/schema-validation) and what servers add to it. A field that stands nowhere is kept by
name only, so that somebody is told of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harvesters.answers import parsed
from harvesters.naming import shown
from harvesters.nodes import bare
from harvesters.open311.xmlform import NoList, elements_of
from schemas.errors import SourceError

REQUEST = ("service_request_id", "status", "service_name", "service_code", "requested_datetime", "updated_datetime", "lat", "long")
#: Known, and never read: address, photograph, words of the person and of the office, names, accounts, devices.
_LEFT = {
    "account_id", "address", "address_id", "address_string", "agency_responsible", "agency_sent_datetime",
    "attribute", "attributes", "description", "device_id", "distance", "email", "expected_datetime", "extended_attributes", "first_name",
    "jurisdiction_id", "last_name", "media_url", "media_urls", "notes", "phone", "service_notice", "service_object_id",
    "service_object_type", "source", "status_notes", "title", "token", "zipcode", "zip_code",
}  # fmt: skip
_MOST_UNKNOWN = 20


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """`texts`: also the description, for a source that needs it in the vault."""

    texts: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (*REQUEST, "description") if self.texts else REQUEST

    def requests(self, content: bytes, address: str) -> bytes:
        """Raises SourceError."""
        return _written([self._request(each) for each in listed(content, address, "service_requests", "request")])

    def _request(self, found: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: bare(found[name]) for name in self.fields if name in found}
        unknown = dict.fromkeys(shown(name) for name in found if name not in kept and name not in _LEFT)
        return kept | dict.fromkeys(list(unknown)[:_MOST_UNKNOWN])


def services(content: bytes, address: str) -> bytes:
    """Raises SourceError."""
    found = listed(content, address, "services", "service")
    return _written([{name: bare(each[name]) for name in ("service_code", "service_name") if name in each} for each in found])


def listed(content: bytes, address: str, root: str, item: str) -> list[dict[str, Any]]:
    """The objects of a list in JSON (bare, or under its name, as some servers write it) or XML. Raises SourceError, also for an error that
    comes with status 200."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        try:
            return list(elements_of(content, root, item))
        except NoList as error:
            raise SourceError(f"»{address}« ist keine Liste nach GeoReport v2: {error}.") from error
    found: object = parsed(content, object, address)
    while isinstance(found, dict):
        inner = found.get(root, found.get(item))
        if inner is None:
            raise SourceError(f"»{address}« ist keine Liste nach GeoReport v2 (»{root}« fehlt).")
        found = inner
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SourceError(f"»{address}« ist keine Liste nach GeoReport v2.")
    if any("code" in each and not {"service_code", "service_request_id"} & each.keys() for each in found):
        raise SourceError(f"»{address}« meldet einen Fehler statt einer Liste.")
    return found


def _written(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
