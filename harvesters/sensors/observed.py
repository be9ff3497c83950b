"""What a network tells of itself, whatever it speaks: stations and their datastreams (OGC SensorThings 1.1, clause 8, for the words)."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from harvesters.sensors.intervals import Rhythm


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """A place with sensors: a Thing, an entity, a device, a feature. Nothing of it names a person or a device."""

    id: str  #: permanent within its network, and fit to be public
    name: str = ""
    longitude: float | None = None  #: degrees, CRS84
    latitude: float | None = None
    position_basis: str = ""  #: in words, German: how the position came about
    place: str = ""  #: in words
    operator: str = ""
    since: str = ""  #: partial date
    until: str = ""  #: partial date
    note: str = ""
    url: str = ""  #: where a reader can look it up; "" for a network behind a login


class StatedUnit(NamedTuple):
    """As the source writes it; all three may be empty. Looked up and counted with every datastream: a tuple is told apart the fastest."""

    name: str = ""
    symbol: str = ""
    code: str = ""  #: a definition: QUDT or UCUM IRI, `ucum:Cel`, UN/CEFACT code


NO_UNIT = StatedUnit()


@dataclass(kw_only=True, slots=True)
class Datastream:
    """One observed property at one station, by one sensor. A run holds tens of thousands, and nobody changes one: `replace` makes another.
    It is not frozen because freezing seventeen fields takes 4 of the 40 microseconds that a datastream may cost altogether (measured)."""

    id: str  #: permanent within its network, and fit to be public
    station: str  #: id of the station
    name: str = ""
    property: str = ""  #: name of the observed property
    property_definition: str = ""  #: its IRI, if it has one
    unit: StatedUnit = NO_UNIT
    kind: str = ""  #: observation type: IRI or its last part
    aggregation: str = ""  #: xsd:duration over which one value is made: PT15M
    station_type: str = ""  #: what kind of thing the station is, in a network that tells them apart: keeps implicit layers apart, too
    layer: str = ""  #: key by which the source itself puts datastreams together
    network: str = ""  #: name of the service or project it belongs to; "": the source's
    sensor: str = ""  #: model, never a serial number
    begin: datetime | None = None  #: of the first observation, aware
    end: datetime | None = None  #: of the last one, aware
    goes_on: bool = False  #: it has not ended, although `end` is not known (any more): what moves is kept nowhere
    record: str = ""  #: IRI of a description of the same data that is published elsewhere
    url: str = ""  #: where its observations can be asked for
    beat: Rhythm | None = None  #: how its values come, if somebody found out and kept no times
    taken: tuple[datetime, ...] = ()  #: when the latest observations began, if somebody asked: for the interval
