"""From what a network's registry says to data sets and rows: the same way for every kind."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from catalog.plan import Lately
from harvesters.harvester import Found, Remark, Unreadable
from harvesters.record import Record
from harvesters.sensors.intervals import Rhythm
from harvesters.sensors.layers import Layer, Network, layers_of
from harvesters.sensors.observed import Datastream, Station
from harvesters.sensors.properties import observed
from harvesters.sensors.rows import coarsened, row_of
from harvesters.sensors.units import unit_of
from schemas.districts import Districts
from schemas.errors import RecordError, SourceError
from schemas.row import Finding, Row

_MOST_REMARKS = 50
#: By how much two clocks may differ.
_CLOCKS = timedelta(minutes=10)


def _is_read(record: "SensorRecord") -> tuple[Station, Datastream]:
    raise RuntimeError("a record is read once")


@dataclass(frozen=True, kw_only=True)
class Place:
    """What decides about a row beside its record."""

    layer: Layer
    prefix: str
    now: datetime
    districts: Districts | None
    metres: float


class SensorRecord(Record):
    """One datastream with its station. `read` takes or skips every field; it is pure. To which layer a datastream belongs is known only
    when all are."""

    def __init__(self, fields: Mapping[str, object], *, origin: str, read: Callable[["SensorRecord"], tuple[Station, Datastream]]) -> None:
        super().__init__(fields, origin=origin, tables=())
        self._read = read
        self.place: Place | None = None

    @cached_property
    def pair(self) -> tuple[Station, Datastream] | RecordError:
        try:
            found = self._read(self)
        except RecordError as error:
            return error
        self._release()
        return found

    def _release(self) -> None:
        """What is read makes a row; of tens of thousands of datastreams, the source's own words need not be held as well. What nobody took
        is still to be named."""
        self._fields = dict.fromkeys(self.unread)
        self._unread = set(self._fields)
        self._read = _is_read

    def learn(self, beat: Rhythm) -> None:
        """How often this datastream's values come, which somebody asked for after reading it."""
        if not isinstance(self.pair, RecordError):
            station, stream = self.pair
            self.__dict__["pair"] = station, replace(stream, beat=beat)

    def put(self, place: Place) -> None:
        self.place = place
        self.tables = (place.layer.declaration.name,)

    def mapped(self) -> Row:
        """Raises RecordError."""
        if isinstance(self.pair, RecordError):
            raise self.pair
        assert self.place is not None  # walked() puts every record that it hands on
        station, stream = self.pair
        place = self.place
        return row_of(
            stream,
            coarsened(station, place.metres),
            table=place.layer.declaration.name,
            prefix=place.prefix,
            origin=self.origin,
            now=place.now,
            districts=place.districts,
        )


def walked(
    network: Network,
    records: Sequence[SensorRecord],
    *,
    now: datetime,
    districts: Districts | None = None,
    metres: float = 0.0,
    access: Callable[[Layer], str] | None = None,
) -> Iterator[Found]:
    """What a kind yields once everything is read. `metres`: grid to which positions are rounded; `access`: where one layer alone can be
    asked for. One broken datastream costs itself: the others count, and nothing is taken for gone. Raises SourceError for a network
    without a single datastream."""
    if not records:
        raise SourceError("Das Messnetz nennt keine einzige Messreihe; nichts davon wird übernommen.")
    good = [(each, each.pair) for each in records if not isinstance(each.pair, RecordError)]
    pairs = [pair for _, pair in good if not isinstance(pair, RecordError)]
    stations = {station.id: station for station, _ in pairs}
    layers = layers_of(network, [stream for _, stream in pairs], stations, now=now, access=access)
    for layer in layers:
        yield layer.declaration
    yield from _broken(records, layers)
    yield from _remarks([stream for _, stream in pairs], records[0].origin)
    yield from _freshness(layers, now)
    homes: dict[str, Place] = {}
    for layer in layers:
        place = Place(layer=layer, prefix=network.prefix, now=now, districts=districts, metres=metres)
        homes.update((stream.id, place) for stream in layer.streams)
    for record, pair in good:
        if not isinstance(pair, RecordError):
            record.put(homes[pair[1].id])
            yield record


def _broken(records: Sequence[SensorRecord], layers: Sequence[Layer]) -> Iterator[Unreadable]:
    tables = tuple(each.declaration.name for each in layers)
    for each in records:
        if isinstance(each.pair, RecordError):
            finding = Finding(code="wrong-value", message=f"Eine Messreihe ist nicht lesbar: {each.pair}.", origin=each.origin)
            yield Unreadable(finding=finding, tables=tables, others_count=True)


def _freshness(layers: Sequence[Layer], now: datetime) -> Iterator[Lately]:
    """A clock that runs ahead would make a feed look fresh for ever: what is dated after this run tells nothing."""
    for layer in layers:
        last = max((each.end for each in layer.streams if each.end and each.end <= now + _CLOCKS), default=None)
        if last is not None:
            regular = layer.rhythm is not None and layer.rhythm.resolution
            yield Lately(table=layer.declaration.name, last=last, interval=layer.rhythm.seconds if layer.rhythm and regular else None)


def _remarks(streams: Sequence[Datastream], origin: str) -> Iterator[Remark]:
    """Units and properties that the tables do not know: reported, never guessed."""
    units: Counter[str] = Counter()
    for unit, count in Counter(each.unit for each in streams).items():
        if unit_of(unit) is None and (name := unit.symbol or unit.name or unit.code):
            units[name] += count
    properties: Counter[str] = Counter()
    for (name, definition), count in Counter((each.property, each.property_definition) for each in streams).items():
        if name and observed(name, definition) is None:
            properties[name] += count
    said = [("unknown-unit", f"Die Einheit »{name[:80]}« ist unbekannt", count) for name, count in sorted(units.items())]
    said += [("unknown-property", f"Die Messgröße »{name[:80]}« ist unbekannt", count) for name, count in sorted(properties.items())]
    for code, sentence, count in said[:_MOST_REMARKS]:
        message = f"{sentence} ({count} Messreihen); sie bleibt, wie sie geschrieben ist."
        yield Remark(finding=Finding(code=code, message=message, origin=origin))
