"""Questions to a broker: which types, which entities of each, page by page until all are there.

Facts: reference/sensors/sources.md, sections 2 and 3. A question without a type is "too broad" for Orion-LD, so there is none. Orion-LD
counts and names no next page, Stellio names it in the header `Link`; a limit above a server's own is answered with 400.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from harvesters.answers import json_of
from harvesters.http.faults import HttpError
from harvesters.http.links import next_link
from harvesters.ngsi.keeping import Keeping, types
from harvesters.ngsi.options import NgsiOptions
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

_SMALLER = (100, 30, 20, 10)
_COUNTS = ("ngsild-results-count", "fiware-total-count")


class TooMany(Exception):
    """A type has more entities than may be read."""

    def __init__(self, count: int, stamped: bool) -> None:
        super().__init__(count)
        self.count = count
        self.stamped = stamped


class Broker:
    """One broker in one run."""

    def __init__(self, fetch: WebFetch, options: NgsiOptions) -> None:
        self._fetch = fetch
        self._options = options
        self.base = base_of(fetch.list("")[0], options)
        self._limit = options.page_size

    def types(self) -> tuple[Payload, tuple[str, ...]]:
        """Raises SourceError."""
        query = "" if self._options.form == "ngsi-ld" else "?limit=1000"
        url = f"{self.base}/types{query}"
        page = self._get(url, partial(_types, url))
        found = json_of(page, dict)["typeList"]
        return page, tuple(each for each in found if isinstance(each, str))

    def entities(self, kind: str, keeping: Keeping) -> Iterator[tuple[Payload, dict[str, Any]]]:
        """Pages, as kept. Raises SourceError: a page that is missing, a list shorter than its count, or one that never ends; TooMany."""
        read, seen = 0, set[str]()
        url = self._address(kind, 0)
        while True:
            page, url = self._page(kind, url, read, keeping)
            found = json_of(page, dict)
            read += found["number"]
            count = _count(page)
            if max(count or 0, read) > self._options.at_most:
                raise TooMany(max(count or 0, read), bool(found.get("stamped")))
            names = {each["id"] for each in found["entities"]}
            if found["number"] and names <= seen and not found.get("stamped"):
                raise SourceError(
                    f"»{page.url}«: Diese Seite enthält nur Entitäten, die schon auf früheren standen; der Broker blättert nicht."
                )
            seen |= names
            yield page, found
            following = self._following(page, kind, found["number"], read, count)
            if following is None:
                break
            url = following
        if count is not None and read < count:
            raise SourceError(
                f"Der Broker nennt {count} Entitäten vom Typ »{kind}«, geliefert hat er {read}. Nichts davon wird übernommen."
            )

    def _page(self, kind: str, url: str, offset: int, keeping: Keeping) -> tuple[Payload, str]:
        """The page and the address it came from; the first one may be asked for with smaller and smaller limits."""
        while True:
            try:
                return self._get(url, partial(keeping.page, address=url, offset=offset)), url
            except HttpError as error:
                smaller = next((each for each in _SMALLER if each < self._limit), None)
                if error.status != 400 or offset or smaller is None:
                    raise
                self._limit = smaller
                url = self._address(kind, 0)

    def _following(self, page: Payload, kind: str, number: int, read: int, count: int | None) -> str | None:
        named = next_link(page.headers.get("link", ""))
        if named is not None and number:
            return self._fetch.follow(named, base=page.url)
        more = read < count if count is not None else number >= self._limit
        return self._address(kind, read) if number and more else None

    def _address(self, kind: str, offset: int) -> str:
        counting = {"count": "true"} if self._options.form == "ngsi-ld" else {"options": "count"}
        return f"{self.base}/entities?" + urlencode({"type": kind, "limit": self._limit, "offset": offset, **counting})

    def _get(self, url: str, keep: Any) -> Payload:
        return self._fetch.get(url, keep=keep, accept="application/json", expected=["json"], headers=self._options.headers)


def base_of(home: str, options: NgsiOptions) -> str:
    """With or without the path of the interface, as people copy it."""
    path = "/ngsi-ld/v1" if options.form == "ngsi-ld" else "/v2"
    return home.partition("?")[0].rstrip("/").removesuffix(path) + path


def entity_address(base: str, identity: str, attribute: str) -> str:
    return f"{base}/entities/{quote(identity, safe='')}?attrs={quote(attribute, safe='')}"


def layer_address(base: str, kinds: set[str], attributes: set[str]) -> str:
    return f"{base}/entities?" + urlencode({"type": ",".join(sorted(kinds)), "attrs": ",".join(sorted(attributes))})


def _types(address: str, content: bytes) -> bytes:
    return types(content, address)


def _count(page: Payload) -> int | None:
    said = next((page.headers[each] for each in _COUNTS if each in page.headers), "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None
