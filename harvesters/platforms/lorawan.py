"""The register of a LoRaWAN network server, ChirpStack v4 or The Things Stack v3: devices that staff have opened, by what they measure.

The filter runs before the archive (`harvesters.lorawan.keeping`): an EUI, an address or a key never leaves it. The values themselves do not
lie in the register; they come by a way of their own.
"""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel

from harvesters.catalogues.intake import require_web
from harvesters.harvester import Found, Remark, SourceConfig
from harvesters.http.paging import web
from harvesters.lorawan import registers
from harvesters.lorawan.asking import ChirpStack, ThingsStack, chirpstack_list, things_stack_list
from harvesters.lorawan.keeping import Keeping
from harvesters.lorawan.options import LorawanOptions
from harvesters.lorawan.reading import Reading
from harvesters.lorawan.salt import salt_from
from harvesters.record import Record
from harvesters.sensors.options import network_of
from harvesters.sensors.walk import SensorRecord, walked
from schemas.errors import ConfigurationError, SourceError
from schemas.fetch import Fetch, Payload
from schemas.row import Finding, Quarantined, Row
from schemas.values import Text


class LorawanHarvester:
    """Harvester `lorawan`."""

    kind: ClassVar[str] = "lorawan"
    Options: ClassVar[type[BaseModel]] = LorawanOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options; ConfigurationError for a source that is no address in the web, has no
        credential, or one of which nobody says that it may only read, and for a salt that is missing or short."""
        self._options = LorawanOptions.model_validate(dict(source.options))
        require_web(source)
        _require_key(source, self._options)
        self._source = source
        self._salt = salt_from(self._options.salt_env)

    @property
    def token_header(self) -> str:
        """ChirpStack's REST proxy hands headers on under this name only."""
        return "Grpc-Metadata-Authorization" if self._options.server == "chirpstack" else "Authorization"

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        is_chirpstack = self._options.server == "chirpstack"
        server = ChirpStack(source, self._options) if is_chirpstack else ThingsStack(source, self._options)
        answer, applications = server.opened()
        keeping = Keeping(
            salt=self._salt,
            now=answer.fetched_at,
            device=registers.chirpstack if is_chirpstack else registers.things_stack,
            listed=chirpstack_list if is_chirpstack else things_stack_list,
            name_pattern=self._options.name_pattern,
            metres=self._options.coarsen_metres,
        )
        pages = [page for each in applications for page in server.devices(each, keeping)]
        yield from _unknown(pages, answer.url)
        yield from self._walked(pages, keeping)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, SensorRecord)  # records() yields no other
        yield record.mapped()

    def _walked(self, pages: list[tuple[Payload, dict[str, Any]]], keeping: Keeping) -> Iterator[Found]:
        """Raises SourceError for a register in which nobody has opened a device."""
        devices = {each["key"]: (each, page.url) for page, found in pages for each in found["devices"]}
        if not devices:
            count = sum(found["number"] for _, found in pages)
            raise SourceError(f"Von {count} Geräten trägt keines »publish = true«; nichts davon wird übernommen.")
        reading = Reading(now=keeping.now, sightings=keeping.sightings)
        records = [record for each, origin in devices.values() for record in reading.records(each, origin)]
        network = network_of(self._source, self._options, services=(), provenance=self._provenance())
        # Positions were coarsened before anything was kept.
        yield from keeping.sightings.told(walked(network, records, now=keeping.now, districts=self._source.districts))

    def _provenance(self) -> Text:
        return Text(
            de=f"Gelesen aus dem Geräteverzeichnis »{self._source.title}« (LoRaWAN); nur Geräte, die dafür freigegeben sind.",
            en=f"Read from the device register “{self._options.title_en or self._source.title}” (LoRaWAN); only devices opened for it.",
        )


def _require_key(source: SourceConfig, options: LorawanOptions) -> None:
    """Raises ConfigurationError."""
    if not (source.token_env or source.token_file):
        raise ConfigurationError(
            f"Quelle {source.name!r}: Für das Geräteverzeichnis fehlt ein Zugangsgeheimnis (token_env oder token_file)."
        )
    if options.server == "chirpstack" and not options.key_is_read_only:
        raise ConfigurationError(
            f"Quelle {source.name!r}: ChirpStack kann nicht gefragt werden, ob sein API-Schlüssel nur lesen darf. Bitte dort einen "
            "Schlüssel mit »read-only« für genau diesen Mandanten anlegen und mit key_is_read_only = true bestätigen."
        )


def _unknown(pages: list[tuple[Payload, dict[str, Any]]], origin: str) -> Iterator[Remark]:
    """Fields that this program does not know: their names, never what they hold."""
    for name in sorted({name for _, found in pages for name in found["unknown"]}):
        message = f"Das Feld »{name}« der Geräte ist unbekannt; es wird weder gelesen noch aufbewahrt."
        yield Remark(finding=Finding(code="unread-field", message=message, origin=origin, field=name))


HARVESTER = LorawanHarvester
