"""Everything a server says of its Things and Datastreams, whole or not at all.

B asks for Things with everything in them; where that fails or comes out short, D asks for each set and joins them by id. Either is held
against how many Datastreams the server counts for each observed property. That finds lists that are cut off, and servers that put the
first Sensor and ObservedProperty of a page into all Datastreams of it (django-ogc-sensorthings 1.2.0 does, measured).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harvesters.http.faults import HttpError
from harvesters.sensorthings.keeping import Json
from harvesters.sensorthings.lists import Entity, Incomplete, Lists, TooMuch
from harvesters.sensorthings.questions import (
    COUNTS,
    LOCATIONS,
    NESTED,
    PROPERTIES,
    SENSOR_COUNTS,
    SENSORS,
    STREAMS,
    THINGS,
    Question,
    literal_of,
    streams_of,
)
from schemas.errors import NotRead, SourceError

_REFUSED = frozenset({400, 404, 405, 501})
_UNVERIFIED = ("unverified", "Der Server zählt die Messreihen nicht je Messgröße; ob alle da sind, ist nicht prüfbar.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """A Datastream; the entities it belongs to are shared."""

    literal: str
    thing: str  #: literal
    sensor: str  #: literal; "" for none, or when nobody can know
    property: str  #: literal
    fields: Json
    origin: str
    inside: str = ""  #: path of the MultiDatastream of which it is a part

    def path(self) -> str:
        return self.inside or f"Datastreams({self.literal})"


@dataclass
class Registry:
    """What was read."""

    things: dict[str, Json] = field(default_factory=dict)
    sensors: dict[str, Json] = field(default_factory=dict)
    properties: dict[str, Json] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    remarks: list[tuple[str, str]] = field(default_factory=list)  #: (code, German sentence)
    _said: dict[tuple[tuple[str, str], ...], Json] = field(default_factory=dict)
    misattributed: bool = False  #: which Sensor a Datastream has is not to be learned here

    def put(self, entity: Entity, thing: str) -> None:
        """A Datastream with what was expanded in it."""
        for name in ("unitOfMeasurement", "properties"):
            self._share(entity.fields, name)
        if self.things.get(thing, {}).get("Locations"):
            entity.fields.pop("observedArea", None)  # where it is, is said already
        sensor, what = entity.fields.pop("Sensor", None), entity.fields.pop("ObservedProperty", None)
        stream = Stream(
            literal=entity.literal,
            thing=thing,
            sensor=_shared(self.sensors, sensor),
            property=_shared(self.properties, what),
            fields=entity.fields,
            origin=entity.origin,
        )
        self.streams.setdefault(stream.literal, stream)

    def _share(self, fields: Json, name: str) -> None:
        """Tens of thousands of datastreams say the same few things: each is held once."""
        value = fields.get(name)
        if isinstance(value, dict):  # of texts alone: the filter lets nothing else through
            fields[name] = self._said.setdefault(tuple(value.items()), value)


def registry_of(lists: Lists) -> Registry:
    """Raises SourceError: a server that says less than it counts says nothing about what is gone."""
    try:
        found = _nested(lists)
    except (TooMuch, Incomplete) as error:
        return _flat(lists, error)
    try:
        return _checked(found, lists)
    except (TooMuch, Incomplete) as error:
        return _flat(lists, error)


def _nested(lists: Lists) -> Registry:
    found = Registry()
    try:
        for entity in lists.every(NESTED):
            _take_thing(found, entity, lists)
    except HttpError as error:
        if error.status not in _REFUSED:
            raise
        raise TooMuch(error.detail) from error
    return found


def _take_thing(found: Registry, entity: Entity, lists: Lists) -> None:
    thing = entity.fields
    inner = thing.pop("Datastreams", None)
    link = thing.pop("Datastreams@iot.nextLink", "")
    found.things[entity.literal] = thing
    if not isinstance(inner, list):
        raise TooMuch(f"»{entity.origin}«: Der Server liefert die Messreihen nicht mit.")
    for each in lists.entities({"value": inner}, entity.origin):
        found.put(each, entity.literal)
    if link:
        for each in lists.further(str(link), entity.origin, "Datastreams"):
            found.put(each, entity.literal)


def _flat(lists: Lists, reason: SourceError) -> Registry:
    """D. What fails here fails the run."""
    lists.reset()
    found = Registry()
    found.remarks.append(("flat-sets", f"Die Liste mit allem auf einmal gelingt nicht; jede Menge wurde einzeln gelesen. {reason.detail}"))
    try:
        places = {each.literal: each.fields for each in lists.every(LOCATIONS)}
        for each in lists.every(THINGS):
            near = each.fields.get("Locations")
            named = [_reference(one) for one in near] if isinstance(near, list) else []
            found.things[each.literal] = {**each.fields, "Locations": [places[one] for one in named if one in places]}
        found.sensors = {each.literal: each.fields for each in lists.every(SENSORS)}
        found.properties = {each.literal: each.fields for each in lists.every(PROPERTIES)}
        for each in lists.every(STREAMS):
            found.put(each, _reference(each.fields.pop("Thing", None)))
        stated = _stated(lists, COUNTS)
    except TooMuch as error:
        raise SourceError(error.detail) from error
    _require_attribution(found, lists, stated)
    return found


def _checked(found: Registry, lists: Lists) -> Registry:
    """Against what the server counts. Raises Incomplete; repairs what an expand got wrong from the properties' own lists."""
    stated = _stated(lists, COUNTS)
    if stated is None:
        found.remarks.append(_UNVERIFIED)
        return found
    counts, entities = stated
    _require_total(sum(counts.values()), found)
    if _differs(Counter(each.property for each in found.streams.values()), counts) or _alike(found.streams.values()):
        _attribute(found, lists, entities)
    if not found.misattributed and _sensors_differ(found, lists):
        _without_sensors(found)
    return found


def _require_total(stated: int, found: Registry) -> None:
    if stated != len(found.streams):
        raise Incomplete(f"Der Server zählt {stated} Messreihen, geliefert hat er {len(found.streams)}; nichts wird entfernt.")


def _require_attribution(found: Registry, lists: Lists, stated: tuple[Counter[str], dict[str, Json]] | None) -> None:
    """In D even the Thing comes from an expand: a server that gets one wrong gets all wrong."""
    if stated is None:
        found.remarks.append(_UNVERIFIED)
        return
    counts, _ = stated
    _require_total(sum(counts.values()), found)
    if _differs(Counter(each.property for each in found.streams.values()), counts) or _sensors_differ(found, lists):
        raise SourceError("Der Server ordnet Messreihen falschen Messgrößen oder Sensoren zu; nichts davon wird übernommen.")


def _stated(lists: Lists, question: Question) -> tuple[Counter[str], dict[str, Json]] | None:
    """How many Datastreams each entity has, and the entities; None from a server that does not say."""
    counts: Counter[str] = Counter()
    entities: dict[str, Json] = {}
    try:
        for each in lists.every(question):
            number = each.fields.get("Datastreams@iot.count")
            if not isinstance(number, int) or isinstance(number, bool):
                return None
            counts[each.literal] = number
            entities[each.literal] = each.fields
    except (HttpError, TooMuch, NotRead) as error:
        if isinstance(error, HttpError) and error.status not in _REFUSED:
            raise
        return None
    return counts, entities


def _differs(one: Counter[str], other: Counter[str]) -> bool:
    return +one != +other


def _alike(streams: Iterable[Stream]) -> bool:
    """Whether each page has one property for all: then numbers that agree prove nothing, the first ones may just have been as many."""
    pages: dict[str, set[str]] = {}
    sizes: Counter[str] = Counter()
    for each in streams:
        pages.setdefault(each.origin, set()).add(each.property)
        sizes[each.origin] += 1
    several = len({name for said in pages.values() for name in said}) > 1
    return several and max(sizes.values()) > 1 and all(len(said) == 1 for said in pages.values())


def _sensors_differ(found: Registry, lists: Lists) -> bool:
    """One page is enough: a server that errs errs on all of them."""
    if len(found.sensors) > 1_000:  # one for each device: an expand that repeats the first could not have named so many
        return False
    stated = _stated(lists, SENSOR_COUNTS)
    return stated is not None and _differs(Counter(each.sensor for each in found.streams.values()), stated[0])


def _attribute(found: Registry, lists: Lists, entities: Mapping[str, Json]) -> None:
    """By the lists of the properties themselves. Raises Incomplete."""
    found.properties = {literal: {name: each.get(name) for name in ("name", "definition")} for literal, each in entities.items()}
    homes = dict(_homes(lists, entities))
    if homes.keys() != found.streams.keys():
        raise Incomplete("Die Messreihen der einzelnen Messgrößen sind andere als die der Messstellen; nichts wird entfernt.")
    if any(homes[literal] != each.property for literal, each in found.streams.items()):
        found.streams = {literal: _of(each, homes[literal]) for literal, each in found.streams.items()}
        _without_sensors(found)


def _homes(lists: Lists, properties: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for literal in sorted(properties):
        for each in lists.every(streams_of(literal)):
            yield each.literal, literal


def _of(stream: Stream, what: str) -> Stream:
    return Stream(literal=stream.literal, thing=stream.thing, sensor="", property=what, fields=stream.fields, origin=stream.origin)


def _without_sensors(found: Registry) -> None:
    found.misattributed = True
    message = "Der Server gibt Messreihen einer Seite denselben Sensor; Messgrößen kommen aus deren eigenen Listen, Sensoren bleiben leer."
    found.remarks.append(("wrong-expand", message))


def _reference(entity: object) -> str:
    """Literal of an entity that is named inside another one; "" for none."""
    try:
        return literal_of(entity.get("@iot.id")) if isinstance(entity, dict) else ""
    except ValueError:
        return ""


def _shared(known: dict[str, Json], entity: object) -> str:
    """Once for all Datastreams that have it."""
    literal = _reference(entity)
    if literal and isinstance(entity, dict):
        known.setdefault(literal, entity)
    return literal
