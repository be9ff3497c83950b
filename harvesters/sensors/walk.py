"""From what a network's registry says to data sets and rows: the same way for every kind."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from harvesters.sensors.rows import Rows, row_key
from harvesters.sensors.units import unit_of
from schemas.districts import Districts
from schemas.errors import MissingField, RecordError, SourceError
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
    rows: Rows


class SensorRecord(Record):
    """One datastream with its station. `read` takes or skips every field; it is pure. To which layer a datastream belongs is known only
    when all are."""

    def __init__(self, fields: Mapping[str, object], *, origin: str, read: Callable[["SensorRecord"], tuple[Station, Datastream]]) -> None:
        super().__init__(fields, origin=origin, tables=())
        self.stream_id = ""  #: told by `read` as soon as it is known: a datastream that is broken later does not seem to be gone
        self._read = read
        self.place: Place | None = None

    @cached_property
    def pair(self) -> tuple[Station, Datastream] | RecordError:
        try:
            return self._read(self)
        except RecordError as error:
            return error.with_traceback(None)  # which would hold this record, and all that its reading holds

    def let_go(self) -> tuple[str, ...]:
        """The source's own words, once they are read: a kind that holds on to its records need not hold them as well. Returns the names of
        fields that nobody took; they are still to be named."""
        left = self.unread
        self._fields = dict.fromkeys(left)
        return left

    def put(self, place: Place) -> None:
        self.place = place
        self.tables = (place.layer.declaration.name,)

    def mapped(self) -> Row:
        """Raises RecordError."""
        if isinstance(self.pair, RecordError):
            raise self.pair
        assert self.place is not None  # walked() puts every record that it hands on
        station, stream = self.pair
        return self.place.rows.made(stream, station, table=self.tables[0], origin=self.origin)


class Registered:
    """All datastreams of a network, read. Records are taken one by one and let go of: of tens of thousands, what makes rows is held once,
    in as few objects as can be, and what a source says of them not at all. One that is broken costs itself."""

    def __init__(self, records: Iterable[SensorRecord]) -> None:
        """Raises SourceError for a network without a single datastream."""
        self.streams: list[Datastream] = []
        self.broken: list[tuple[RecordError, str, str]] = []  #: its origin, and its id where that is known
        self.origin = ""  #: of the first record
        self._stations: list[Station] = []  # of each datastream, and so on
        self._origins: list[str] = []
        self._unread: dict[int, tuple[str, ...]] = {}  # number of a datastream -> fields that nobody took: still to be named
        for each in records:
            self.origin = self.origin or each.origin
            self._take(each)
        if not (self.streams or self.broken):
            raise SourceError("Das Messnetz nennt keine einzige Messreihe; nichts davon wird übernommen.")

    def _take(self, record: SensorRecord) -> None:
        found = record.pair
        if isinstance(found, RecordError):
            self.broken.append((found, record.origin, record.stream_id))
            return
        if unread := record.let_go():
            self._unread[len(self.streams)] = unread
        station, stream = found
        self.streams.append(stream)
        self._stations.append(station)
        self._origins.append(record.origin)

    def records(self, homes: Mapping[str, Place]) -> Iterator[SensorRecord]:
        """`homes`: id of a datastream -> its place."""
        for number, pair in enumerate(zip(self._stations, self.streams, strict=True)):
            record = SensorRecord(dict.fromkeys(self._unread.get(number, ())), origin=self._origins[number], read=_is_read)
            vars(record)["pair"] = pair  # is read already
            record.put(homes[pair[1].id])
            yield record

    def layers(self, network: Network, now: datetime, access: Callable[[Layer], str] | None = None) -> tuple[Layer, ...]:
        stations = {each.id: each for each in self._stations}
        return layers_of(network, self.streams, stations, now=now, access=access)

    def learn(self, beats: Mapping[str, Rhythm]) -> None:
        """How often values come, by the ids of datastreams that somebody asked after reading all."""
        for number, stream in enumerate(self.streams):
            if stream.id in beats:
                self.streams[number] = replace(stream, beat=beats[stream.id])


def walked(
    network: Network,
    records: Iterable[SensorRecord] | Registered,
    *,
    now: datetime,
    districts: Districts | None = None,
    metres: float = 0.0,
    access: Callable[[Layer], str] | None = None,
) -> Iterator[Found]:
    """What a kind yields once everything is read. `metres`: grid to which positions are rounded; `access`: where one layer alone can be
    asked for. One broken datastream costs itself: the others count, and it is not taken for gone. Raises SourceError for a network
    without a single datastream."""
    found = records if isinstance(records, Registered) else Registered(records)
    layers = found.layers(network, now, access)
    for layer in layers:
        yield layer.declaration
    yield from _broken(found, layers, network.prefix)
    yield from _remarks(found.streams, found.origin)
    yield from _freshness(layers, now)
    rows = Rows(prefix=network.prefix, now=now, districts=districts, metres=metres)
    homes: dict[str, Place] = {}
    for layer in layers:
        place = Place(layer=layer, prefix=network.prefix, rows=rows)
        homes.update((stream.id, place) for stream in layer.streams)
    yield from found.records(homes)


def _broken(found: Registered, layers: Sequence[Layer], prefix: str) -> Iterator[Unreadable]:
    """To which layer a broken datastream belongs is not known: its key is in doubt in all of them."""
    tables = tuple(each.declaration.name for each in layers)
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for error, origin, stream in found.broken:
        alike[_sentence(error), origin].append(stream)
    for (sentence, origin), streams in alike.items():
        many = "Eine Messreihe ist" if len(streams) == 1 else f"{len(streams)} Messreihen sind"
        finding = Finding(code="wrong-value", message=f"{many} nicht lesbar: {sentence}.", origin=origin)
        keys = frozenset(row_key(prefix, each) for each in streams) if all(streams) else frozenset()
        yield Unreadable(finding=finding, tables=tables, others_count=True, keys=keys)


def _sentence(error: RecordError) -> str:
    said = error.detail.rstrip(".")
    if not said.endswith("«"):
        return said
    return f"{said} fehlt" if isinstance(error, MissingField) else f"{said} hat keinen lesbaren Wert"


def _freshness(layers: Sequence[Layer], now: datetime) -> Iterator[Lately]:
    """A clock that runs ahead would make a feed look fresh for ever: what is dated after this run tells nothing."""
    latest = now + _CLOCKS
    for layer in layers:
        last = max((each.end for each in layer.streams if each.end and each.end <= latest), default=None)
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
