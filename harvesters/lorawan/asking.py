"""Questions to the two servers: the key's own rights, applications, devices page by page. Never /keys, /activation or /queue.

Facts: reference/sensors/sources.md, section 4. `GET /api/v3/auth_info` says which rights a key of The Things Stack has
(identityserver.proto, AuthInfoResponse). ChirpStack's REST proxy has no such question: whether a key may only read (`is_read_only`,
internal.proto) can be seen through gRPC alone, so it has to be stated.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, TypeGuard
from urllib.parse import urlencode

from harvesters.answers import json_of, parsed
from harvesters.lorawan.keeping import Keeping
from harvesters.lorawan.options import LorawanOptions
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

_PAGE = 100
_MASK = "name,locations,attributes,version_ids,last_seen_at"
#: All that reading the register takes (rights.proto). RIGHT_APPLICATION_DEVICES_READ_KEYS is a right of its own, and refused.
READING = frozenset({"RIGHT_APPLICATION_DEVICES_READ", "RIGHT_APPLICATION_INFO"})


class ChirpStack:
    """REST proxy of ChirpStack v4."""

    def __init__(self, fetch: WebFetch, options: LorawanOptions) -> None:
        self._fetch, self._options = fetch, options
        self._base = fetch.list("")[0].partition("?")[0].rstrip("/").removesuffix("/api") + "/api"

    def opened(self) -> tuple[Payload, tuple[str, ...]]:
        """The first answer, and the applications to read. Raises SourceError."""
        found: list[str] = []
        first = None
        while True:
            tenant = {"tenantId": self._options.tenant} if self._options.tenant else {}
            url = f"{self._base}/applications?" + urlencode({"limit": _PAGE, "offset": len(found), **tenant})
            page = self._fetch.get(url, keep=partial(_applications, url), accept="application/json", expected=["json"])
            first = first or page
            said = json_of(page, dict)
            found += said["applications"]
            if not said["applications"] or len(found) >= said["total"]:
                break
        wanted = self._options.applications
        missing = sorted(set(wanted) - set(found))
        if missing:
            raise SourceError(f"»{self._base}«: Die Anwendung »{missing[0]}« gibt es nicht, oder das Zugangsgeheimnis gilt nicht für sie.")
        return first, wanted or tuple(found)

    def devices(self, application: str, keeping: Keeping) -> Iterator[tuple[Payload, dict[str, Any]]]:
        """Raises SourceError: a list shorter than its count, or longer than allowed."""
        read = 0
        while True:
            # Without a limit, only the count comes.
            url = f"{self._base}/devices?" + urlencode({"applicationId": application, "limit": _PAGE, "offset": read})
            page = _page(self._fetch, url, keeping, read)
            found = json_of(page, dict)
            read += found["number"]
            total = found["total"] or 0
            _require_few(max(total, read), self._options.at_most)
            yield page, found
            if not found["number"] or read >= total:
                break
        if read < total:
            raise SourceError(f"»{self._base}«: Der Server nennt {total} Geräte, geliefert hat er {read}. Nichts davon wird übernommen.")


class ThingsStack:
    """The Things Stack v3."""

    def __init__(self, fetch: WebFetch, options: LorawanOptions) -> None:
        self._fetch, self._options = fetch, options
        self._base = fetch.list("")[0].partition("?")[0].rstrip("/").removesuffix("/api/v3") + "/api/v3"

    def opened(self) -> tuple[Payload, tuple[str, ...]]:
        """Asks for the key's rights first. Raises SourceError for a key that may do more than read the register."""
        url = f"{self._base}/auth_info"
        answer = self._fetch.get(url, keep=partial(_rights, url), accept="application/json", expected=["json"])
        _require_reading(json_of(answer, dict), url)
        return answer, self._options.applications

    def devices(self, application: str, keeping: Keeping) -> Iterator[tuple[Payload, dict[str, Any]]]:
        """Raises SourceError: a list shorter than its count, or longer than allowed."""
        read, number, total = 0, 1, None
        while True:
            asked = {"field_mask": _MASK, "limit": _PAGE, "page": number}
            url = f"{self._base}/applications/{application}/devices?" + urlencode(asked, safe=",")
            page = _page(self._fetch, url, keeping, read)
            found = json_of(page, dict)
            read += found["number"]
            total = _total(page) or total  # the page past the end need not say it again
            _require_few(max(total or 0, read), self._options.at_most)
            if not found["number"]:  # past the end
                break
            yield page, found
            number += 1
            if total is not None and read >= total:
                break
        if total is not None and read < total:
            raise SourceError(f"»{self._base}«: Der Server nennt {total} Geräte, geliefert hat er {read}. Nichts davon wird übernommen.")


def chirpstack_list(found: object, address: str) -> tuple[int | None, list[dict[str, Any]]]:
    """Raises SourceError."""
    total = found.get("totalCount") if isinstance(found, dict) else None
    listed = found.get("result", []) if isinstance(found, dict) else None
    if isinstance(total, str) and total.isdigit():  # 64-bit numbers are texts in the JSON form of protobuf
        total = int(total)
    if not isinstance(total, int) or isinstance(total, bool) or not _are_objects(listed):
        raise SourceError(f"»{address}«: Die Antwort nennt keine Geräte; ist das der REST-Zugang von ChirpStack?")
    return total, listed


def things_stack_list(found: object, address: str) -> tuple[int | None, list[dict[str, Any]]]:
    """An empty page is `{}`. Raises SourceError."""
    listed = found.get("end_devices", []) if isinstance(found, dict) and found.keys() <= {"end_devices"} else None
    if not _are_objects(listed):
        raise SourceError(f"»{address}«: Die Antwort nennt keine Geräte; ist das The Things Stack?")
    return None, listed


def _are_objects(found: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(found, list) and all(isinstance(each, dict) for each in found)


def _page(fetch: WebFetch, url: str, keeping: Keeping, offset: int) -> Payload:
    keep = partial(keeping.page, address=url, offset=offset)
    return fetch.get(url, keep=keep, accept="application/json", expected=["json"])


def _applications(address: str, content: bytes) -> bytes:
    """Ids alone: names of applications may be those of people. Raises SourceError."""
    found = parsed(content, dict, address)
    if isinstance(found.get("applications"), list):
        kept = [each for each in found["applications"] if isinstance(each, str)]
        return json.dumps({"applications": kept, "total": int(found.get("total", 0))}).encode()
    total, listed = chirpstack_list(found, address)
    return json.dumps({"applications": [each["id"] for each in listed if isinstance(each.get("id"), str)], "total": total}).encode()


def _rights(address: str, content: bytes) -> bytes:
    """Rights alone; neither the key's id nor whose it is. Raises SourceError."""
    found = parsed(content, dict, address)
    if isinstance(found.get("rights"), list):
        return json.dumps({"rights": [str(each) for each in found["rights"]]}).encode()
    key = _inner(_inner(found, "api_key"), "api_key")
    everywhere = _inner(found, "universal_rights").get("rights", [])
    rights = [each for many in (key.get("rights", []), everywhere) if isinstance(many, list) for each in many if isinstance(each, str)]
    return json.dumps({"rights": sorted({*rights, *(["is_admin"] if found.get("is_admin") else [])})}).encode()


def _inner(found: dict[str, Any], name: str) -> dict[str, Any]:
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}


def _require_reading(found: dict[str, Any], address: str) -> None:
    rights = set(found["rights"])
    if "RIGHT_APPLICATION_DEVICES_READ" not in rights:
        raise SourceError(
            f"»{address}«: Das Zugangsgeheimnis darf das Verzeichnis der Geräte nicht lesen (RIGHT_APPLICATION_DEVICES_READ)."
        )
    if more := sorted(rights - READING):
        raise SourceError(
            f"»{address}«: Das Zugangsgeheimnis darf mehr als lesen ({', '.join(more[:5])}). Es wird nicht benutzt; bitte einen "
            "API-Schlüssel anlegen, der nur RIGHT_APPLICATION_DEVICES_READ hat."
        )


def _require_few(count: int, most: int) -> None:
    if count > most:
        raise SourceError(f"Das Verzeichnis nennt {count} Geräte, mehr als erlaubt (options.at_most).")


def _total(page: Payload) -> int | None:
    said = page.headers.get("x-total-count", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None
