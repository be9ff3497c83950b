"""All requests of the last so many days, each once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from harvesters.answers import json_of
from harvesters.http.faults import HttpError
from harvesters.http.paging import pages
from harvesters.open311.keeping import Keeping, services
from harvesters.open311.windows import Period, looks_cut
from schemas.errors import NotRead, SourceError
from schemas.fetch import Payload, WebFetch

Paging = Literal["none", "offset", "page"]


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How this server wants to be asked."""

    form: Literal["json", "xml"] = "json"
    jurisdiction: str = ""
    paging: Paging = "none"
    page_size: int = 100
    keeping: Keeping = field(default_factory=Keeping)
    reread: timedelta = timedelta(days=7)  #: a period that ended long ago is asked for again after this long
    recent: timedelta = timedelta(days=45)  #: one that ended later than this ago, every time


class Server:
    """One walk over one server."""

    def __init__(self, fetch: WebFetch, base: str, manner: Manner) -> None:
        self._fetch = fetch
        self._base = base.rstrip("/")
        self._manner = manner

    def services(self) -> tuple[datetime, dict[str, str]]:
        """When this run asks, and code -> name. Raises SourceError."""
        url = self._address("services")
        page = self._fetch.get(
            url, keep=lambda content: services(content, url), archive=False, accept=self._accept, expected=self._expected
        )
        found = json_of(page, list)
        names = {str(each["service_code"]): str(each.get("service_name") or "") for each in found if each.get("service_code") is not None}
        return page.fetched_at, names

    def requests(self, period: Period, *, now: datetime) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
        """(address of the answer, place in it from 1, request). Raises SourceError: a list that stays too long to be whole, however short
        the period."""
        url = self._address("requests", period.query, self._limits)
        answers = self._pages(url, is_old=now - period.end > self._manner.recent)
        found = [(page.url, place, each) for page in answers for place, each in enumerate(json_of(page, list), 1)]
        if self._manner.paging != "none" or not looks_cut(len(found)):
            yield from found
            return
        if not period.can_be_halved:
            raise SourceError(f"»{url}« nennt {len(found)} Meldungen in einer Stunde: Die Liste ist wohl abgeschnitten.")
        for half in period.halves():
            yield from self.requests(half, now=now)

    def _pages(self, url: str, *, is_old: bool) -> tuple[Payload, ...]:
        keep = partial(_kept, self._manner.keeping, url)
        if is_old and self._manner.reread:
            held = self._fetch.recall(url, self._following, at_most=self._manner.reread, keep=keep, archive=False, accept=self._accept)
            if held:
                return tuple(held)
        found: list[Payload] = []
        try:
            for each in pages(self._fetch, url, self._following, get=partial(self._page, keep)):
                found.append(each)  # what came before the fault counts
        except (HttpError, NotRead) as error:
            if not self._means_nothing(error, beyond=bool(found)):
                raise
        return tuple(found)

    def _means_nothing(self, error: HttpError | NotRead, *, beyond: bool) -> bool:
        """Older Mark-a-Spot answers 404 when a query finds nothing, also beyond the last page (markaspot, GeoreportProcessorService); the
        jurisdiction is right, because services came. Elsewhere only a page beyond others may not be there. A replay has no such answer."""
        may = self._manner.paging == "offset" or (self._manner.paging == "page" and beyond)
        return may and (isinstance(error, NotRead) or error.status == 404)

    def _page(self, keep: Callable[[bytes], bytes], url: str) -> Payload:
        return self._fetch.get(url, keep=keep, archive=False, accept=self._accept, expected=self._expected)

    def _following(self, page: Payload) -> str | None:
        """The next page of one that is full, or that may be as full as the server lets it: many cap what they are asked for, and none
        says so."""
        count = len(json_of(page, list))
        if self._manner.paging == "none" or not (count >= self._manner.page_size or looks_cut(count)):
            return None
        parts = urlsplit(page.url)
        query = dict(parse_qsl(parts.query))
        step = {"offset": count, "page": 1}[self._manner.paging]
        query[self._manner.paging] = str(int(query[self._manner.paging]) + step)
        return urlunsplit(parts._replace(query=urlencode(query)))

    @property
    def _limits(self) -> str:
        """`limit` and `offset` are Mark-a-Spot's, `page` and `page_size` those of the most common extension."""
        size = self._manner.page_size
        return {"none": "", "offset": f"limit={size}&offset=0", "page": f"page_size={size}&page=1"}[self._manner.paging]

    def _address(self, what: str, *queries: str) -> str:
        jurisdiction = f"jurisdiction_id={quote(self._manner.jurisdiction, safe='')}" if self._manner.jurisdiction else ""
        query = "&".join(filter(None, (jurisdiction, *queries)))
        return f"{self._base}/{what}.{self._manner.form}" + (f"?{query}" if query else "")

    @property
    def _accept(self) -> str:
        return {"json": "application/json", "xml": "text/xml, application/xml"}[self._manner.form]

    @property
    def _expected(self) -> tuple[str, ...]:
        return (self._manner.form,)


def _kept(keeping: Keeping, url: str, content: bytes) -> bytes:
    return keeping.requests(content, url)
