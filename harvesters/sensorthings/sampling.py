"""When the latest observations of one datastream per layer began, for how often values come where nobody says it.

At most one request for each data set, of times alone. What is kept is the rhythm, never a time: it stays the same while the network does.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from harvesters.answers import json_of, parsed
from harvesters.http.faults import HttpError
from harvesters.sensors.intervals import Rhythm, rhythm, stated
from harvesters.sensors.layers import Layer, Network
from harvesters.sensors.observed import Datastream
from harvesters.sensors.walk import Registered
from harvesters.sensorthings.keeping import moment
from harvesters.sensorthings.questions import query
from harvesters.sensorthings.root import Root
from schemas.errors import NotRead, SourceError
from schemas.fetch import WebFetch
from schemas.values import Frequency

_LATEST = 100


def sampled(registered: Registered, network: Network, fetch: WebFetch, root: Root) -> str:
    """Tells each layer's representative how its values come. Returns why not all could be asked, in German; "" for all. A
    server that fails once is asked no more: django-ogc-sensorthings 1.2.0 answers 500 to every order by time (measured)."""
    beats: dict[str, Rhythm] = {}
    failed = ""
    for layer in registered.layers(network, root.now):
        chosen = _representative(layer)
        if chosen is None:
            continue
        try:
            beat = _asked(chosen, fetch, root)
        except (HttpError, NotRead) as error:
            failed = error.detail
            break
        if beat is not None:
            beats[chosen.id] = beat
    registered.learn(beats)
    return failed


def _representative(layer: Layer) -> Datastream | None:
    """One that still runs, the same one each time; None where the source says how long its values take."""
    running = [each for each in layer.streams if each.url and (each.goes_on or each.end)]
    if any(stated(each.aggregation) for each in layer.streams):
        return None
    return min(running, key=lambda each: (not each.goes_on, each.id), default=None)


def _asked(stream: Datastream, fetch: WebFetch, root: Root) -> Rhythm | None:
    """Raises SourceError."""
    said = [("$select", "phenomenonTime"), ("$orderby", "phenomenonTime desc"), ("$top", str(_LATEST))]
    if root.has_data_array:
        said.append(("$resultFormat", "dataArray"))
    url = f"{stream.url}?{query(*said)}"
    page = fetch.get(url, keep=partial(_kept, url), accept="application/json", expected=["json"])
    return _rhythm(json_of(page, dict).get("rhythm"))


def _kept(url: str, content: bytes) -> bytes:
    """Raises SourceError."""
    said = parsed(content, dict, url)
    if "rhythm" in said:
        return content
    found = rhythm([each for each in map(moment, _begins(url, said)) if each is not None])
    kept = found and {"frequency": found.frequency.name, "resolution": found.resolution, "seconds": _steady(found)}
    return json.dumps({"rhythm": kept}, separators=(",", ":")).encode()


def _steady(found: Rhythm) -> float:
    """Of a series that comes when something happens, the median wanders: two digits of it are enough."""
    resolved = stated(found.resolution)
    return resolved.seconds if resolved else float(f"{found.seconds:.1g}")


def _rhythm(said: Any) -> Rhythm | None:
    if not isinstance(said, dict):
        return None
    return Rhythm(frequency=Frequency[said["frequency"]], resolution=said["resolution"], seconds=said["seconds"])


def _begins(url: str, said: dict[str, Any]) -> Iterator[str]:
    """Of both shapes: servers that do not know `dataArray` answer with plain entities (measured). Raises SourceError for neither."""
    values = said.get("value")
    if not isinstance(values, list):
        raise SourceError(f"»{url}«: Das ist keine Liste von Beobachtungen.")
    for each in values:
        if not isinstance(each, dict):
            continue
        if isinstance(rows := each.get("dataArray"), list):
            yield from _of_rows(each.get("components"), rows)
        elif isinstance(time := each.get("phenomenonTime"), str):
            yield time.partition("/")[0]


def _of_rows(components: Any, rows: list[Any]) -> Iterator[str]:
    if not isinstance(components, list) or "phenomenonTime" not in components:
        return
    column = components.index("phenomenonTime")
    for row in rows:
        if isinstance(row, list) and len(row) > column and isinstance(row[column], str):
            yield row[column].partition("/")[0]
