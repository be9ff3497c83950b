"""What an attribute was in a window of time, from brokers that keep a history (ETSI GS CIM 009, clause 4.11 for the question; the answer
is the attribute as a list of its states, reference/sensors/sources.md, section 2). NGSIv2 has none."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from harvesters.answers import json_of, parsed
from harvesters.http.faults import HttpError
from harvesters.ngsi.options import NgsiOptions
from harvesters.ngsi.values import local_name
from harvesters.sampling.observation import Answer, Stated
from harvesters.sensors.observed import Datastream
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

#: A broker that has more than it gives at once says so, and gives a part: then half of the time is asked for, and the other half.
_PART = 206
_SHORTEST = timedelta(minutes=1)
_LONGEST_TEXT = 64


@dataclass(frozen=True, kw_only=True)
class NgsiObservations:
    """`harvesters.sampling.observation.Observing` for NGSI-LD. `base`: of the interface."""

    base: str
    options: NgsiOptions

    def observations(self, fetch: WebFetch, stream: Datastream, since: datetime, until: datetime) -> Iterator[Answer]:
        """Raises SourceError."""
        windows = [(since, until)]
        while windows:
            begin, end = windows.pop()
            try:
                page = self._page(fetch, stream, begin, end)
            except HttpError as error:
                if error.status != _PART or end - begin <= _SHORTEST:
                    raise
                middle = begin + (end - begin) / 2
                windows += [(middle, end), (begin, middle)]
                continue
            states = json_of(page, dict)["states"]
            yield Answer(stated=tuple(Stated(time=time, value=value) for time, value in states), last=not windows)

    def _page(self, fetch: WebFetch, stream: Datastream, begin: datetime, end: datetime) -> Payload:
        entity, _, asked = stream.url.removeprefix(f"{self.base}/entities/").partition("?")
        window = urlencode({"timerel": "between", "timeAt": _instant(begin), "endTimeAt": _instant(end)})
        url = f"{self.base}/temporal/entities/{entity}?{asked}&{window}"
        keep = partial(kept, url, stream.property)
        return fetch.get(url, keep=keep, accept="application/json", expected=["json"], headers=self.options.headers)


def kept(url: str, attribute: str, content: bytes) -> bytes:
    """Times and numbers of one attribute, in the order of time. Filtering twice is filtering once. Raises SourceError for what is no
    entity."""
    said = parsed(content, dict, url)
    if said.keys() == {"states"} and isinstance(said["states"], list):
        return content
    if not isinstance(said.get("id"), str):
        raise SourceError(f"»{url}«: Das ist keine Entität mit ihren früheren Ständen.")
    found = next((each for name, each in said.items() if local_name(name) == attribute), None)
    states = sorted((_state(each) for each in _listed(found)), key=lambda each: str(each[0]))
    return json.dumps({"states": states}, ensure_ascii=False, separators=(",", ":")).encode()


def _listed(found: object) -> Iterator[dict[str, Any]]:
    """One state may stand alone."""
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            yield each


def _state(said: dict[str, Any]) -> list[object]:
    """A value may be anything, a person's words among them: what is no number is none."""
    time, value = said.get("observedAt"), said.get("value")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return [time if isinstance(time, str) and len(time) <= _LONGEST_TEXT else None, value if is_number else None]


def _instant(moment: datetime) -> str:
    """In UTC: a `+` would be read as a blank."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
