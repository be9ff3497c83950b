"""Pages with schema.org events: one page, some more, and those it links to.

A page lists what is to come, and mostly only the next dates: so only what lies between can be missing; and if one of several pages cannot
be read, nothing is.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from catalog.plan import Part, Window
from harvesters.events import schemaorg
from harvesters.events.happening import TABLE
from harvesters.events.linked import TAKEN, Page, kept, page_of
from harvesters.events.options import EventsOptions
from harvesters.events.record import EventRecord
from harvesters.events.schemaorg import day_said
from harvesters.harvester import Found, Parted, Unreadable, Within
from harvesters.keys import key_of
from harvesters.moments import BERLIN
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch
from schemas.row import Finding


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One event as one page tells it."""

    identity: str  #: "" for one that has none
    node: Mapping[str, Any]
    page: str

    @property
    def is_at_home(self) -> bool:
        """Whether the page is the event's own."""
        address = self.node.get("url")
        return isinstance(address, str) and schemaorg.joined(self.page, address.strip()).partition("#")[0] == self.page


class PageReader:
    """One walk over pages."""

    def __init__(self, options: EventsOptions, prefix: str) -> None:
        self._options = options
        self._prefix = prefix
        self._reported: set[str] = set()
        self._told: list[_Told] = []

    def read(self, fetch: WebFetch) -> Iterator[Found]:
        """Raises SourceError for the first page; the others cost themselves only."""
        first = self._page(fetch, fetch.list("")[0])
        page = page_of(first.content, first.url)
        if not page.blocks and not page.links and not self._options.pages:
            raise SourceError(f"»{first.url}«: Die Seite enthält keine Angaben nach schema.org (JSON-LD).")
        yield from self._collected(page, first)
        yield from self._others(fetch, page, first)
        told = list(self._settled())
        yield from map(self._record, told)
        yield Within(table=TABLE, window=_window(first.fetched_at.astimezone(BERLIN).date(), told))
        yield from self._parts(fetch, first.url)

    def _parts(self, fetch: WebFetch, first: str) -> Iterator[Parted]:
        """Pages that the options name list events each; one that is linked to tells of one event."""
        others = dict.fromkeys(fetch.list(each)[0] for each in self._options.pages)
        if others:
            pages = dict.fromkeys([first, *others])
            yield Parted(table=TABLE, parts=tuple(Part(title=each, begins=each, exact=True) for each in pages))

    def _others(self, fetch: WebFetch, page: Page, first: Payload) -> Iterator[Found]:
        wanted = list(dict.fromkeys([*(fetch.list(each)[0] for each in self._options.pages), *self._linked(fetch, page, first)]))
        wanted = [each for each in wanted if each != first.url]
        if len(wanted) >= self._options.at_most_pages:
            message = f"Es sind mehr als {self._options.at_most_pages} Seiten (options.at_most_pages); die übrigen werden nicht gelesen."
            yield self._unreadable("too-many", message, first.url)
        for address in wanted[: self._options.at_most_pages - 1]:
            try:
                payload = self._page(fetch, address)
                yield from self._collected(page_of(payload.content, payload.url), payload)
            except SourceError as error:
                yield self._unreadable("unreadable-page", error.detail, address)

    def _linked(self, fetch: WebFetch, page: Page, first: Payload) -> Iterator[str]:
        for each in page.links:
            try:
                yield fetch.follow(each, base=first.url)
            except SourceError:
                continue  # another host, or this page itself: not what the list is about

    def _page(self, fetch: WebFetch, address: str) -> Payload:
        keep = partial(kept, address, self._options.links, self._options.descriptions)
        return fetch.get(address, keep=keep, accept="text/html", expected=["html", "xml"])

    def _collected(self, page: Page, payload: Payload) -> Iterator[Found]:
        for each in page.events:
            identity = schemaorg.identity_of(each, base=payload.url, with_start=self._options.identity != "address")
            self._told.append(_Told(identity=identity, node=each, page=payload.url))
        if page.broken:
            message = f"Auf der Seite sind {page.broken} von {page.blocks} Blöcken mit JSON-LD kein JSON; was darin steht, fehlt."
            yield self._unreadable("broken-block", message, payload.url)

    def _settled(self) -> Iterator[_Told]:
        """What several pages tell of an event counts once: its own page knows best, then the one that was read first. What one page tells
        twice in different words is left to whoever decides about doubles."""
        pages: dict[str, dict[str, list[_Told]]] = defaultdict(lambda: defaultdict(list))
        for number, each in enumerate(self._told):
            pages[each.identity or f"#{number}"][each.page].append(each)
        for by_page in pages.values():
            groups = list(by_page.values())
            chosen = next((group for group in groups if group[0].is_at_home), groups[0])
            yield from (each for number, each in enumerate(chosen) if each not in chosen[:number])

    def _record(self, told: _Told) -> EventRecord:
        fields = {name: value for name, value in told.node.items() if name in TAKEN or name not in self._reported}
        self._reported |= fields.keys() - TAKEN
        read = partial(schemaorg.happening_of, wall_clock=self._options.wall_clock, few=self._options.few)
        key = key_of(self._prefix, told.identity) if told.identity else ""
        return EventRecord(fields, key=key, origin=told.page, read=read, unknown=fields.keys() - TAKEN)

    def _unreadable(self, code: str, message: str, address: str) -> Unreadable:
        return Unreadable(finding=Finding(code=code, message=message, origin=address, table=TABLE), tables=(TABLE,), others_count=True)


def _window(today: date, told: list[_Told]) -> Window:
    """From tomorrow to the last day that is listed: what a page shows of the time to come ends somewhere."""
    said = (day_said(each.node) for each in told)
    return Window(field="start", since=today + timedelta(days=1), until=max((each for each in said if each), default=today))
