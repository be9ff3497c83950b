"""What a SensorThings server is asked (OGC 18-088, clause 9.3), in words that all servers understand.

Which fields: only those that are taken. Costs of the ways: reference/sensors/limits.md, section 1 (B nested, D flat).
"""

from dataclasses import dataclass
from urllib.parse import quote

#: What an address may hold as it is in a query; blanks, `&`, `#`, `+` and quotes of all kinds would end or change it.
_SAFE = "$(),;=/:'"

_LOCATION = "$select=id,name,location"
_PROPERTY = "$select=id,name,definition"
_STREAM = "id,name,unitOfMeasurement,observationType,observedArea,phenomenonTime,properties"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A list of entities. `path` is relative to the root."""

    path: str
    select: str
    expand: str = ""

    def address(self, home: str, top: int, skip: int = 0) -> str:
        # By id: without an order, entities move between pages while they are read. Servers differ in `@iot.id`; all know `id`.
        said = [("$select", self.select), ("$expand", self.expand), ("$count", "true"), ("$top", str(top)), ("$orderby", "id")]
        if skip:
            said.append(("$skip", str(skip)))
        return f"{home}{self.path}?{query(*((name, value) for name, value in said if value))}"


def query(*said: tuple[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in said)


#: B: everything of a Thing at once.
NESTED = Question(
    path="Things",
    select="id,name,properties",
    expand=f"Locations({_LOCATION}),Datastreams($select={_STREAM};$expand=Sensor($select=id,name),ObservedProperty({_PROPERTY}))",
)
#: D: sets on their own, which name each other by id.
THINGS = Question(path="Things", select="id,name,properties", expand="Locations($select=id)")
LOCATIONS = Question(path="Locations", select="id,name,location")
STREAMS = Question(path="Datastreams", select=_STREAM, expand="Thing($select=id),Sensor($select=id),ObservedProperty($select=id)")
SENSORS = Question(path="Sensors", select="id,name")
PROPERTIES = Question(path="ObservedProperties", select="id,name,definition")
#: How many Datastreams each one has: what the lists are held against.
COUNTS = Question(path="ObservedProperties", select="id,name,definition", expand="Datastreams($select=id;$count=true;$top=1)")
SENSOR_COUNTS = Question(path="Sensors", select="id", expand="Datastreams($select=id;$count=true;$top=1)")


def streams_of(literal: str) -> Question:
    """The Datastreams of one observed property, by themselves."""
    return Question(path=f"ObservedProperties({literal})/Datastreams", select="id")


def literal_of(identifier: object) -> str:
    """`7648`, `'9f2e…'`: as it stands in a path, and one name for each entity. Raises ValueError."""
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        return str(identifier)
    if isinstance(identifier, str) and 0 < len(identifier) <= 200:
        doubled = quote(identifier.replace("'", "''"), safe="'")
        return f"'{doubled}'"
    raise ValueError("@iot.id")
