"""A SensorThings server (OGC 15-078r6 and 18-088): one data set for each layer of a network, with its datastreams and stations.

Read without logging in, so that only what is public anyway can come in; so a token is refused.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import BaseModel, Field

from catalog.plan import Part
from harvesters.harvester import Found, Parted, Remark, SourceConfig
from harvesters.http.paging import web
from harvesters.record import Record
from harvesters.sensors.options import SensorOptions, network_of, prefix_of
from harvesters.sensors.walk import Registered, SensorRecord, walked
from harvesters.sensorthings.keeping import Keeping
from harvesters.sensorthings.layer_links import address_of
from harvesters.sensorthings.links import Links
from harvesters.sensorthings.lists import Lists
from harvesters.sensorthings.mapping import Reading
from harvesters.sensorthings.multi import MULTI, SET, MultiKeeping, join
from harvesters.sensorthings.observations import SensorThingsObservations
from harvesters.sensorthings.reading import Registry, registry_of
from harvesters.sensorthings.root import Root, root_of
from harvesters.sensorthings.sampling import sampled
from schemas.declaration import Declaration
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch, WebFetch
from schemas.model import DataService
from schemas.row import Finding, Quarantined, Row
from schemas.values import FileFormat, Text

#: The service type, as INSPIRE's proposal for linking names it (reference/sensors/mapping.md, section 2).
_STA = "http://www.opengis.net/def/serviceType/ogc/sta"
_MOST_NAMES = 20


class SensorThingsOptions(SensorOptions):
    """`[source.options]`"""

    page_size: int = Field(default=100, ge=10, le=1000, description="Messstellen je Seite; der Server darf weniger liefern")
    sample: bool = Field(
        default=False,
        description="je Datensatz ohne aggregateDuration die letzten 100 Zeitpunkte einer Messreihe ansehen, für die Häufigkeit",
    )


class SensorThingsHarvester:
    """Harvester `sensorthings`."""

    kind: ClassVar[str] = "sensorthings"
    Options: ClassVar[type[BaseModel]] = SensorThingsOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no root in the web, or a token."""
        self._options = SensorThingsOptions.model_validate(dict(source.options))
        self._source = source
        if not source.is_remote or "?" in source.url:
            raise ConfigurationError(f"Quelle {source.name!r}: url ist die Wurzel der Schnittstelle, etwa https://sta.example/v1.1/.")
        if source.token_env or source.token_file:
            raise ConfigurationError(
                f"Quelle {source.name!r}: SensorThings wird ohne Anmeldung gelesen, damit nur Öffentliches hereinkommt; kein token_env."
            )

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """Raises SourceError."""
        source, options = web(fetch), self._options
        root = root_of(source)
        keeping = Keeping(root.now)
        links = Links(root.home, root.stated, follow_hosts=self._source.follow_hosts)
        registry = registry_of(Lists(source, root.home, links, keeping, size=options.page_size))
        if root.has_multi:
            others = MultiKeeping(root.now)
            join(registry, Lists(source, root.home, links, others, size=options.page_size), others, keeping.ends)
            keeping.unknown += others.unknown
        gives_multi = any(each.inside for each in registry.streams.values())
        reading = Reading(registry, keeping.ends, root.home)
        network = network_of(self._source, options, services=(self._service(root),), provenance=_provenance(self._source.title))
        registered = Registered(reading.records())
        if options.sample and (failed := sampled(registered, network, source, root)):
            registry.remarks.append(
                ("no-sample", f"Die Zeitpunkte von Messwerten sind nicht zu haben; die Häufigkeit bleibt offen. {failed}")
            )
        found = walked(
            network,
            registered,
            now=root.now,
            districts=self._source.districts,
            metres=options.coarsen_metres,
            access=lambda layer: address_of(layer, root.home),
        )
        yield from found if gives_multi else _expecting(found, network.prefix)
        yield from self._remarks(registry, reading, keeping, links, root.home)

    def observing(self, fetch: WebFetch) -> SensorThingsObservations:
        """For `harvesters.sampling.taking`. Raises SourceError."""
        root = root_of(fetch)
        return SensorThingsObservations(root=root, links=Links(root.home, root.stated, follow_hosts=self._source.follow_hosts))

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, SensorRecord)  # records() yields no other
        yield record.mapped()

    def _service(self, root: Root) -> DataService:
        title = self._source.title
        return DataService(
            name=f"{prefix_of(self._source, self._options)}-sta",
            title=Text(de=f"{title}: SensorThings API", en=f"{self._options.title_en or title}: SensorThings API"),
            description=Text(
                de="Messstellen, Messreihen und Messwerte nach OGC SensorThings, ohne Anmeldung.",
                en="Stations, datastreams and observations by OGC SensorThings, without login.",
            ),
            endpoint_url=root.home,
            endpoint_description=root.home,
            formats=(FileFormat.JSON,),
            shared=True,
            conforms_to=(_STA,),
        )

    def _remarks(self, registry: Registry, reading: Reading, keeping: Keeping, links: Links, home: str) -> Iterator[Remark]:
        said = [*registry.remarks, *reading.sentences()]
        if links.rewritten:
            said.append(
                ("internal-links", f"Der Server nennt in Verweisen »{links.rewritten}«; gefragt wurde immer die eingestellte Adresse.")
            )
        if names := sorted(keeping.unknown)[:_MOST_NAMES]:
            said.append(("unread-field", f"In »properties« steht auch {', '.join(names)}; das wird weder gelesen noch aufbewahrt."))
        for code, message in said:
            yield Remark(finding=Finding(code=code, message=message, origin=home))


def _provenance(title: str) -> Text:
    return Text(
        de=f"Verzeichnis aus der SensorThings-Schnittstelle »{title}«; Messwerte werden nicht übernommen.",
        en=f"List from the SensorThings service “{title}”; observations are not taken over.",
    )


def _expecting(found: Iterable[Found], prefix: str) -> Iterator[Found]:
    """A server that gives no MultiDatastream may have given some: a root may name the set today and not tomorrow, and layers hold both."""
    part = Part(title=SET, field="id", begins=f"{prefix}-{MULTI}")
    for each in found:
        yield each
        if isinstance(each, Declaration):
            yield Parted(table=each.table.name, parts=(part,))


HARVESTER = SensorThingsHarvester
