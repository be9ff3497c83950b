"""MultiDatastreams (OGC 15-078r6 and 18-088, MultiDatastream extension): one series whose result is an array, a value for each of its
ObservedProperties in their order. Each of them is a datastream of its own here, so that it comes to the layer it belongs to.

One more list, and only where the root names the set."""

from collections.abc import Iterator, MutableMapping
from datetime import datetime
from typing import Any

from harvesters.sensorthings.keeping import Json, Keeping
from harvesters.sensorthings.lists import Entity, Lists
from harvesters.sensorthings.questions import Question, literal_of
from harvesters.sensorthings.reading import Registry, Stream

SET = "MultiDatastreams"
#: Before the ids of its series: they may look like those of Datastreams.
MULTI = "multi-"
_QUESTION = Question(
    path=SET,
    select="id,name,unitOfMeasurements,observedArea,phenomenonTime,properties",
    expand="Thing($select=id),Sensor($select=id,name),ObservedProperties($select=id,name,definition)",
)


class MultiKeeping(Keeping):
    """The filter of this list alone: its ids are other ones than those of Datastreams."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        takers = dict(self._takers)
        more = {"ObservedProperties": takers["ObservedProperty"], "unitOfMeasurements": takers["unitOfMeasurement"]}
        self._takers = (*self._takers, *more.items())


def join(registry: Registry, lists: Lists, keeping: MultiKeeping, ends: MutableMapping[str, datetime]) -> None:
    """Adds them to the registry, and to `ends` when their latest observation was. `lists` read with `keeping`. Raises SourceError: what is
    not seen is not gone."""
    uneven = 0
    for each in lists.every(_QUESTION):
        observed = each.fields.pop("ObservedProperties", None)
        properties = [one for one in observed if isinstance(one, dict)] if isinstance(observed, list) else []
        units = _units(each.fields.pop("unitOfMeasurements", None), len(properties))
        uneven += not units and bool(properties)
        for stream in _streams(registry, each, properties, units):
            registry.streams[stream.literal] = stream
            if each.literal in keeping.ends:
                ends[stream.literal] = keeping.ends[each.literal]
    if uneven:
        message = f"{uneven} MultiDatastreams nennen nicht so viele Einheiten wie Messgrößen; ihre Einheiten bleiben leer."
        registry.remarks.append(("multi-units", message))


def _units(said: object, count: int) -> list[Any]:
    """As many as there are properties, or none: which one belongs to which is told by their order alone."""
    return said if isinstance(said, list) and len(said) == count else []


def _streams(registry: Registry, multi: Entity, properties: list[Json], units: list[Any]) -> Iterator[Stream]:
    thing, sensor = multi.fields.pop("Thing", None), multi.fields.pop("Sensor", None)
    model, station = _shared(registry.sensors, sensor), _reference(thing)
    for number, what in enumerate(properties, start=1):
        literal = _shared(registry.properties, what)
        name = " · ".join(str(each) for each in (multi.fields.get("name"), what.get("name")) if each)
        yield Stream(
            literal=f"{SET}({multi.literal})/{number}",
            thing=station,
            sensor="" if registry.misattributed else model,
            property=literal,
            fields={
                **multi.fields,
                "@iot.id": f"{MULTI}{multi.fields['@iot.id']}-{number}",
                "name": name,
                "unitOfMeasurement": units[number - 1] if units else None,
            },
            origin=multi.origin,
            inside=f"{SET}({multi.literal})",
        )


def _shared(known: dict[str, Json], entity: object) -> str:
    literal = _reference(entity)
    if literal and isinstance(entity, dict):
        known.setdefault(literal, entity)
    return literal


def _reference(entity: object) -> str:
    try:
        return literal_of(entity.get("@iot.id")) if isinstance(entity, dict) else ""
    except ValueError:
        return ""
