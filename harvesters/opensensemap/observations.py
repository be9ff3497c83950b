"""Measurements of one sensor in a window of time: `GET /boxes/:box/data/:sensor` (openSenseMap-API, apidoc of measurementsController.js:
at most a month, the latest 10,000 of it).

Only of boxes whose positions are public as they are: whoever holds a history and asks openSenseMap for the same values finds the box, and
with it its exact place."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from harvesters.answers import json_of, parsed
from harvesters.features.addresses import with_query
from harvesters.sampling.checking import instant_of
from harvesters.sampling.observation import Answer, Stated
from harvesters.sensors.observed import Datastream
from schemas.fetch import Payload, WebFetch

_MOST = 10_000
_LONGEST_TEXT = 64


class BoxObservations:
    """`harvesters.sampling.observation.Observing` for openSenseMap. `most`: values in one answer."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most

    def observations(self, fetch: WebFetch, stream: Datastream, since: datetime, until: datetime) -> Iterator[Answer]:
        """Raises SourceError. Of a full answer, the older ones are still to be asked for."""
        while True:
            page = _page(fetch, stream.url, since, until)
            values = json_of(page, dict)["values"]
            oldest = _oldest(values)
            goes_on = len(values) >= self._most and oldest is not None and since < oldest < until
            yield Answer(stated=tuple(Stated(time=time, value=value) for time, value in values), last=not goes_on)
            if not goes_on or oldest is None:
                return
            until = oldest


def _page(fetch: WebFetch, address: str, since: datetime, until: datetime) -> Payload:
    url = with_query(address, **{"from-date": _instant(since), "to-date": _instant(until), "format": "json"})
    return fetch.get(url, keep=partial(kept, url), accept="application/json", expected=["json"])


def kept(url: str, content: bytes) -> bytes:
    """Times and values, oldest first; where the box was stays out. Filtering twice is filtering once. Raises SourceError for no list."""
    said = parsed(content, object, url)
    if isinstance(said, dict) and said.keys() == {"values"}:
        return content
    found = [[_text(each.get("createdAt")), _value(each.get("value"))] for each in parsed(content, list, url) if isinstance(each, dict)]
    return json.dumps({"values": sorted(found, key=lambda each: str(each[0]))}, separators=(",", ":")).encode()


def _text(said: object) -> str | None:
    return said if isinstance(said, str) and len(said) <= _LONGEST_TEXT else None


def _value(said: object) -> object:
    """Numbers come as text."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        return said
    try:
        return float(said) if isinstance(said, str) and len(said) <= _LONGEST_TEXT else None
    except ValueError:
        return None


def _oldest(values: list[list[object]]) -> datetime | None:
    found = [each for each in (instant_of(time) for time, _ in values) if isinstance(each, datetime)]
    return min(found, default=None)


def _instant(moment: datetime) -> str:
    """Milliseconds in UTC, rounded up: a value is asked for once more rather than left out."""
    up = moment.astimezone(UTC) + timedelta(microseconds=999)
    return up.strftime("%Y-%m-%dT%H:%M:%S.") + f"{up.microsecond // 1000:03}Z"
