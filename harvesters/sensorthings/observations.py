"""Observations of one Datastream in a window of time (OGC 18-088, clauses 9.3 and 12): dense arrays where the server offers them, plain
entities where it answers with those all the same (measured: reference/sensors/sources.md 1)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from harvesters.answers import json_of, parsed
from harvesters.http.faults import HttpError
from harvesters.http.paging import pages
from harvesters.sampling.observation import Answer, Stated
from harvesters.sensors.observed import Datastream
from harvesters.sensorthings.links import Links
from harvesters.sensorthings.multi import SET
from harvesters.sensorthings.questions import query
from harvesters.sensorthings.root import Root
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

#: What is taken of an observation, in the order in which it is kept. Its id and the place it speaks of are not.
_FIELDS = ("phenomenonTime", "result", "resultTime", "resultQuality")
#: Numbers as text, times, intervals, codes: no blanks, so no sentence.
_CODE = re.compile(r"[A-Za-z0-9.,:+/_-]{1,64}", re.ASCII)
#: Answers for one datastream in one run: more is a server that goes on for ever.
_MOST = 1000


#: Orders and lengths of pages, the best first. Some servers take no more than a hundred (422), and some cannot sort by a time that is an
#: interval to them (500; measured with django-ogc-sensorthings 1.2.0). By id pages are stable at least.
_MANNERS = (("phenomenonTime asc", 1000), ("phenomenonTime asc", 100), ("id", 1000), ("id", 100))
_REFUSALS = frozenset({400, 422, 500, 501})


@dataclass(kw_only=True)
class SensorThingsObservations:
    """`harvesters.sampling.observation.Observing` for SensorThings. What one datastream has taught of the server holds for the others.
    `size`: values in one answer at most; the server may give fewer."""

    root: Root
    links: Links
    size: int = 1000
    _manner: int = 0

    def observations(self, fetch: WebFetch, stream: Datastream, since: datetime, until: datetime) -> Iterator[Answer]:
        """None of a MultiDatastream, whose values are arrays. Raises SourceError."""
        if f"/{SET}(" in stream.url:
            return
        window = f"phenomenonTime ge {_instant(since)} and phenomenonTime lt {_instant(until)}"
        first = self._first(fetch, stream, window)
        for page in pages(fetch, first.url, self._next, get=lambda url: first if url == first.url else _page(fetch, url), most=_MOST):
            values = json_of(page, dict)["values"]
            stated = tuple(Stated(time=time, value=value, resulted=resulted, quality=quality) for time, value, resulted, quality in values)
            yield Answer(stated=stated, last=self._next(page) is None)

    def _first(self, fetch: WebFetch, stream: Datastream, window: str) -> Payload:
        """The first page, asked for in the best manner that the server understands. One datastream that refuses all of them says nothing
        of the server. Raises SourceError."""
        for number in range(self._manner, len(_MANNERS)):
            try:
                page = _page(fetch, self._address(stream, window, *_MANNERS[number]))
            except HttpError as error:
                if error.status not in _REFUSALS or number + 1 == len(_MANNERS):
                    raise
            else:
                self._manner = number
                return page
        raise AssertionError("there is a last manner")

    def _address(self, stream: Datastream, window: str, order: str, most: int) -> str:
        said = [("$select", ",".join(_FIELDS)), ("$filter", window), ("$orderby", order), ("$top", str(min(self.size, most)))]
        if self.root.has_data_array:
            said.append(("$resultFormat", "dataArray"))
        return f"{stream.url}?{query(*said)}"

    def _next(self, page: Payload) -> str | None:
        said = json_of(page, dict)
        # Some servers name a next page whenever this one is full.
        return self.links.absolute(said["next"], page.url) if said["next"] and said["values"] else None


def _instant(moment: datetime) -> str:
    """In UTC, for a `+` would be read as a blank."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _page(fetch: WebFetch, url: str) -> Payload:
    return fetch.get(url, keep=partial(kept, url), accept="application/json", expected=["json"])


def kept(url: str, content: bytes) -> bytes:
    """Both shapes as one: rows of four. Filtering twice is filtering once. Raises SourceError for what is no list of observations."""
    said = parsed(content, dict, url)
    if said.keys() == {"values", "next"} and isinstance(said["values"], list):
        return content
    values, link = said.get("value"), said.get("@iot.nextLink")
    if not isinstance(values, list):
        raise SourceError(f"»{url}«: Das ist keine Liste von Beobachtungen.")
    rows = [row for each in values if isinstance(each, dict) for row in _rows(each)]
    return json.dumps({"values": rows, "next": link if isinstance(link, str) else ""}, ensure_ascii=False, separators=(",", ":")).encode()


def _rows(entry: dict[str, Any]) -> Iterator[list[object]]:
    """Of an entity, or of an array for one datastream, whose columns stand in the server's own order."""
    dense, columns = entry.get("dataArray"), entry.get("components")
    if not isinstance(dense, list) or not isinstance(columns, list):
        yield [_plain(entry.get(name)) for name in _FIELDS]
        return
    for row in dense:
        if isinstance(row, list):
            said = dict(zip(columns, row, strict=False)) if all(isinstance(each, str) for each in columns) else {}
            yield [_plain(said.get(name)) for name in _FIELDS]


def _plain(value: object) -> object:
    """A result may be anything, a picture or a person's words: what is no number, time or code is none."""
    return value if value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and _CODE.fullmatch(value)) else None
