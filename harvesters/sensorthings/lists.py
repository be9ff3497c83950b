"""Lists of entities, page by page, from servers that break down under pages that are too long, and count wrongly.

A page that fails (500, 502, 504, 422 for a `$top` above the maximum, or no answer in time) is asked for again with half as many entities,
from where the list had come to; at ten, the question itself is too much (reference/sensors/limits.md, section 3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harvesters.http.faults import Fault, HttpError
from harvesters.http.paging import pages
from harvesters.sensorthings.keeping import Json, Keeping
from harvesters.sensorthings.links import Links
from harvesters.sensorthings.questions import Question, literal_of
from schemas.errors import NotRead, SourceError
from schemas.fetch import Payload, WebFetch

SMALLEST_PAGE = 10
_TOO_MUCH = frozenset({413, 414, 422, 500, 501, 502, 503, 504})
_TOO_SLOW = frozenset({Fault.READ_TIMEOUT, Fault.TOO_SLOW, Fault.TOO_LARGE, Fault.INTERRUPTED})


class TooMuch(SourceError):
    """The source could not be read; nothing was changed. The server does not answer a question of this kind."""


class Incomplete(SourceError):
    """The source could not be read; nothing was changed. The server delivered another number than it counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    literal: str  #: its id as it stands in a path
    fields: Json
    origin: str  #: address of the page


class Lists:
    """One run's lists at one server."""

    def __init__(self, fetch: WebFetch, home: str, links: Links, keeping: Keeping, *, size: int) -> None:
        self._fetch = fetch
        self._home = home
        self._links = links
        self._keeping = keeping
        self._most = size
        self._size = size
        self.uncounted: set[str] = set()  #: paths of lists whose length the server does not say

    def reset(self) -> None:
        """Another kind of question: pages as long as at the beginning."""
        self._size = self._most

    def every(self, question: Question) -> Iterator[Entity]:
        """Each entity once. Raises TooMuch, Incomplete (after the last one), SourceError."""
        seen: set[str] = set()
        counted: int | None = None
        for number, page in enumerate(self._pages(question)):
            said = self._read(page)
            if number == 0:
                counted = _count(said)
            for entity in self.entities(said, page.url):
                if entity.literal not in seen:
                    seen.add(entity.literal)
                    yield entity
        if counted is None:
            self.uncounted.add(question.path)
        elif counted != len(seen):
            raise Incomplete(f"»{self._home}{question.path}« nennt {counted} Einträge, geliefert hat es {len(seen)}; nichts wird entfernt.")

    def further(self, link: str, page: str, last_segment: str) -> Iterator[Entity]:
        """A list inside an entity that goes on at `link`. Raises TooMuch for a link that leads to entities of another kind."""
        there = self._links.absolute(link, page)
        if there.partition("?")[0].rpartition("/")[2] != last_segment:
            raise TooMuch(f"»{page}«: Die innere Liste geht unter einer anderen weiter (»{there.partition('?')[0]}«).")
        try:
            for each in pages(self._fetch, self._fetch.follow(there, base=page), self._next, get=self._get):
                yield from self.entities(self._read(each), each.url)
        except (HttpError, NotRead) as error:
            if not is_too_much(error):
                raise
            raise TooMuch(error.detail) from error

    def entities(self, said: Json, url: str) -> Iterator[Entity]:
        """Raises SourceError for an answer that is no list of entities."""
        values: Any = said.get("value")
        if not isinstance(values, list):
            raise SourceError(f"»{url}«: Das ist keine Liste, wie SensorThings sie liefert (»value« fehlt).")
        for each in values:
            try:
                yield Entity(literal=literal_of(each["@iot.id"]), fields=each, origin=url)
            except (KeyError, TypeError, ValueError):
                raise SourceError(f"»{url}«: Ein Eintrag hat keine Kennung (»@iot.id«).") from None

    def _pages(self, question: Question) -> Iterator[Payload]:
        received = 0
        while True:
            address = question.address(self._home, self._size, received)
            try:
                for page in pages(self._fetch, address, self._next, get=self._get):
                    received += len(self._read(page).get("value") or ())
                    yield page
            except (HttpError, NotRead) as error:
                if not is_too_much(error):
                    raise
                if self._size <= SMALLEST_PAGE:
                    raise TooMuch(error.detail) from error
                self._size = max(self._size // 2, SMALLEST_PAGE)
            else:
                return

    def _next(self, page: Payload) -> str | None:
        said = self._read(page)
        link = said.get("@iot.nextLink")
        # Some servers name a next page whenever this one is full.
        return self._links.absolute(link, page.url) if isinstance(link, str) and link and said.get("value") else None

    def _get(self, url: str) -> Payload:
        return self._fetch.get(url, keep=lambda content: self._keeping.kept(url, content), accept="application/json", expected=["json"])

    def _read(self, page: Payload) -> Json:
        return self._keeping.read(page.url, page.content)


def is_too_much(error: SourceError) -> bool:
    """Whether fewer entities might help. What the run that is repeated did not get was too much then."""
    return isinstance(error, NotRead) or (isinstance(error, HttpError) and (error.status in _TOO_MUCH or error.fault in _TOO_SLOW))


def _count(said: Json) -> int | None:
    """Some write it as text."""
    count = said.get("@iot.count")
    if isinstance(count, str) and count.isascii() and count.isdigit():
        return int(count)
    return count if isinstance(count, int) and not isinstance(count, bool) else None
