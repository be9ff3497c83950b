"""A context broker, NGSI-LD (Orion-LD, Stellio, Scorpio) or NGSIv2 (Orion): entities that measure, as stations and datastreams.

An entity is one present state, overwritten in place: of it only what stays is kept. A page that is missing makes the run fail, and a type
that is too large is not read at all: what is not seen is never taken for gone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel

from harvesters.catalogues.intake import require_web
from harvesters.harvester import Found, Remark, SourceConfig, Unreadable
from harvesters.http.paging import web
from harvesters.ngsi.asking import Broker, TooMany, base_of, layer_address
from harvesters.ngsi.keeping import MODELS, PERSONS, Keeping
from harvesters.ngsi.observations import NgsiObservations
from harvesters.ngsi.options import NgsiOptions
from harvesters.ngsi.reading import Reading
from harvesters.ngsi.values import local_name
from harvesters.record import Record
from harvesters.sensors.layers import Layer
from harvesters.sensors.options import network_of, prefix_of
from harvesters.sensors.walk import SensorRecord, walked
from schemas.errors import ConfigurationError, SourceError
from schemas.fetch import Fetch, WebFetch
from schemas.model import DataService
from schemas.row import Finding, Quarantined, Row
from schemas.values import FileFormat, Text

_NAMES = {"ngsi-ld": "NGSI-LD", "v2": "NGSIv2"}
_MOST_REMARKS = 50


class NgsiHarvester:
    """Harvester `ngsi`."""

    kind: ClassVar[str] = "ngsi"
    Options: ClassVar[type[BaseModel]] = NgsiOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web."""
        self._options = NgsiOptions.model_validate(dict(source.options))
        require_web(source)
        self._source = source

    def records(self, fetch: Fetch) -> Iterator[Found]:
        broker = Broker(web(fetch), self._options)
        answer, listed = broker.types()
        now = answer.fetched_at
        keeping = Keeping(now=now)
        reading = Reading(now=now, base=broker.base if self._is_public else "", sightings=keeping.sightings)
        seen = _Seen(origin=answer.url)
        records: list[SensorRecord] = []
        for kind in self._wanted(listed, answer.url):
            try:
                for page, content in list(broker.entities(kind, keeping)):
                    records += seen.read(kind, page.url, content, reading)
            except TooMany as error:
                yield _too_many(kind, error, answer.url)
        yield from seen.remarks(kinds=listed, has_context=bool(self._options.context))
        network = network_of(self._source, self._options, services=self._services(broker.base), provenance=self._provenance())
        found = walked(
            network,
            records,
            now=now,
            districts=self._source.districts,
            metres=self._options.coarsen_metres,
            access=self._access(broker.base) if self._is_public else None,
        )
        yield from keeping.sightings.told(found)

    def observing(self, fetch: WebFetch) -> NgsiObservations:
        """For `harvesters.sampling.taking`. Raises ConfigurationError where there is no history to ask for, or none for everybody."""
        if self._options.form != "ngsi-ld" or not self._is_public:
            raise ConfigurationError(
                f"Quelle {self._source.name!r}: Messwerte gibt nur ein Broker mit NGSI-LD her, den jeder fragen darf (ohne token_env)."
            )
        return NgsiObservations(base=base_of(fetch.list("")[0], self._options), options=self._options)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, SensorRecord)  # records() yields no other
        yield record.mapped()

    @property
    def _is_public(self) -> bool:
        """A broker that wants a secret is no interface for readers."""
        return not (self._source.token_env or self._source.token_file)

    def _wanted(self, listed: tuple[str, ...], address: str) -> list[str]:
        """Raises SourceError for a broker without types: a list that is empty says nothing."""
        if not listed:
            raise SourceError(f"»{address}«: Der Broker nennt keinen einzigen Typ; nichts davon wird übernommen.")
        only, never = set(self._options.types), set(self._options.exclude_types) | PERSONS | MODELS
        names = [(each, local_name(each)) for each in listed]
        return [each for each, local in names if (not only or {each, local} & only) and not {each, local} & never]

    def _services(self, base: str) -> tuple[DataService, ...]:
        if not self._is_public:
            return ()
        name = _NAMES[self._options.form]
        tenant = f" Mandant (Kopfzeile {next(iter(self._options.headers))}): {self._options.tenant}." if self._options.tenant else ""
        service = DataService(
            name=f"{prefix_of(self._source, self._options)}-ngsi",
            title=Text(de=f"{self._source.title}: {name}", en=f"{self._options.title_en or self._source.title}: {name}"),
            description=Text(de=f"Der jeweils letzte Stand jeder Messstelle.{tenant}", en="The latest state of each station."),
            endpoint_url=base,
            formats=(FileFormat.JSON,),
            shared=True,
            conforms_to=("https://uri.etsi.org/ngsi-ld/",) if self._options.form == "ngsi-ld" else (),
        )
        return (service,)

    def _access(self, base: str) -> Callable[[Layer], str]:
        """Where the entities of one layer are asked for, with its attributes alone."""

        def asked(layer: Layer) -> str:
            kinds = {each.station_type for each in layer.streams}
            return layer_address(base, kinds, {each.property_definition or each.property for each in layer.streams})

        return asked

    def _provenance(self) -> Text:
        name = _NAMES[self._options.form]
        return Text(
            de=f"Gelesen aus dem Kontext-Broker »{self._source.title}« ({name}).",
            en=f"Read from the context broker “{self._options.title_en or self._source.title}” ({name}).",
        )


class _Seen:
    """What a person is told about the entities of a run."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._known: set[tuple[str, str]] = set()
        self._unknown: Counter[tuple[str, str]] = Counter()
        self._stamped: Counter[str] = Counter()

    def read(self, kind: str, origin: str, page: dict[str, Any], reading: Reading) -> list[SensorRecord]:
        """Records of one page; a station that stood on an earlier page, too, counts once."""
        stamped = bool(page.get("stamped"))
        self._stamped[local_name(kind)] += page.get("stamped", 0)
        found: list[SensorRecord] = []
        for entity in page["entities"]:
            place = (str(entity.get("type")), str(entity.get("id")))
            if place in self._known and place[1]:
                continue
            self._known.add(place)
            self._unknown.update((local_name(kind), name) for name in entity.get("unknown", ()))
            found += reading.records(entity, origin, stamped=stamped)
        return found

    def remarks(self, *, kinds: tuple[str, ...], has_context: bool) -> Iterator[Remark]:
        for (kind, name), count in sorted(self._unknown.items())[:_MOST_REMARKS]:
            message = f"Das Attribut »{name}« (Typ {kind}, {count} Entitäten) ist unbekannt und wird nicht übernommen."
            yield self._remark("unread-field", message, name)
        for kind, count in sorted(self._stamped.items()):
            if count:
                message = (
                    f"Vom Typ »{kind}« gibt es {count} Entitäten mit einem Zeitpunkt in der Kennung: Ihre Zahl wächst ohne Ende. "
                    "Gelesen wird je Messstelle eine; besser löscht der Broker die alten, oder der Typ steht in exclude_types."
                )
                yield self._remark("growing-type", message)
        if not has_context and any("://" in each for each in kinds):
            message = "Der Broker nennt volle IRIs statt kurzer Namen; vermutlich fehlt die Option »context«."
            yield self._remark("unknown-context", message)

    def _remark(self, code: str, message: str, name: str = "") -> Remark:
        return Remark(finding=Finding(code=code, message=message, origin=self._origin, field=name))


def _too_many(kind: str, error: TooMany, origin: str) -> Unreadable:
    why = " Ihre Kennungen enthalten Zeitpunkte: Ihre Zahl wächst ohne Ende." if error.stamped else ""
    message = (
        f"Vom Typ »{local_name(kind)}« gibt es {error.count} Entitäten, mehr als at_most erlaubt; er wird nicht gelesen.{why} "
        "Soll er nie gelesen werden, gehört er in exclude_types."
    )
    return Unreadable(finding=Finding(code="too-many", message=message, origin=origin), others_count=True)


HARVESTER = NgsiHarvester
