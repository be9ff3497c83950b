"""Taking the values of one source: its datastreams as its harvester reads them, layer by layer, onto the shelf."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from harvesters.harvester import SourceConfig
from harvesters.http.opening import Web, open_source
from harvesters.http.paging import web as web_of
from harvesters.registry import harvester_of
from harvesters.sampling.observation import Observing
from harvesters.sampling.shelf import Shelf
from harvesters.sampling.snapshot import Bounds, Report, snapshot
from harvesters.sensors.layers import Layer
from harvesters.sensors.observed import Datastream
from harvesters.sensors.walk import SensorRecord
from schemas.errors import ConfigurationError, RecordError
from schemas.fetch import Payload, WebFetch


@runtime_checkable
class Sampled(Protocol):
    """A kind of source whose values can be taken."""

    def observing(self, fetch: WebFetch) -> Observing:
        """Raises SourceError; ConfigurationError for a source of this kind that has none to give."""
        ...


@dataclass(kw_only=True)
class _Streams:
    """Of one layer."""

    layer: Layer
    prefix: str
    streams: list[Datastream] = field(default_factory=list)

    @property
    def interval(self) -> float | None:
        beat = self.layer.rhythm
        return beat.seconds if beat and beat.resolution else None


def take(source: SourceConfig, web: Web, shelf: Shelf, *, now: datetime, bounds: Bounds | None = None) -> Mapping[str, Report]:
    """By name of the layer's data set. What is asked is kept nowhere but on the shelf: a harvest keeps the registry, and values are no
    documents. Raises ConfigurationError for a kind that offers no values, SourceError when the registry cannot be read, Busy while
    somebody else takes values, UnreadableShelf, Unwritable."""
    harvester = harvester_of(source)
    if not isinstance(harvester, Sampled):
        raise ConfigurationError(f"Quelle {source.name!r}: Quellen der Art {source.kind!r} geben keine Messwerte her.")
    if source.personal_data:
        raise ConfigurationError(f"Quelle {source.name!r}: Von einer Quelle mit personal_data werden keine Messwerte gesammelt.")
    with shelf.alone(), open_source(source, web, keep_payload=_nowhere, clock=lambda: now) as fetch:
        observing = harvester.observing(web_of(fetch))
        layers: dict[str, _Streams] = {}
        for each in harvester.records(fetch):
            if isinstance(each, SensorRecord):
                _put(layers, each)
        return {
            name: snapshot(
                shelf,
                name,
                each.streams,
                observing,
                fetch,
                now=now,
                prefix=each.prefix,
                interval=each.interval,
                bounds=bounds,
            )
            for name, each in sorted(layers.items())
        }


def _put(layers: dict[str, _Streams], record: SensorRecord) -> None:
    pair, place = record.pair, record.place
    if isinstance(pair, RecordError) or place is None or not pair[1].url:
        return
    found = layers.setdefault(place.layer.declaration.name, _Streams(layer=place.layer, prefix=place.prefix))
    found.streams.append(pair[1])


def _nowhere(payload: Payload) -> None:
    pass
