"""Stations that a service lists as features: OGC API Features, WFS with GeoJSON, or a GeoJSON file.

Which property says what is stated in the options; what nobody names there is kept nowhere (reference: sensors/sources.md 5, crs.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from harvesters.features.addresses import api_of
from harvesters.features.keeping import kept
from harvesters.features.lately import Times
from harvesters.features.naming import StationNames, StreamNames, names_in
from harvesters.features.reading import Found as FoundFeature
from harvesters.features.reading import Listing, of_geojson, of_ogcapi, of_wfs
from harvesters.features.rows import TABLE, Reader, fields_of, row_of_station, without_future_end
from harvesters.harvester import Found, Remark, SourceConfig
from harvesters.http.paging import web
from harvesters.record import Record
from harvesters.sensors.observed import Datastream, Station
from harvesters.sensors.options import SensorOptions, network_of, prefix_of
from harvesters.sensors.walk import SensorRecord, walked
from schemas.crs import CRS84, UnknownCrs, crs_of
from schemas.declaration import declaration_of_table
from schemas.errors import ConfigurationError, SourceError
from schemas.fetch import Fetch, WebFetch
from schemas.model import DataService
from schemas.row import Finding, Quarantined, Row
from schemas.values import FileFormat, Text

Form = Literal["ogcapi", "wfs", "geojson"]
#: Easting first by its authority and by convention alike (reference: sensors/crs.md, section 3).
_ASKED = "urn:ogc:def:crs:EPSG::25832"
_CONFORMS = {
    "ogcapi": "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "wfs": "http://www.opengis.net/def/serviceType/ogc/wfs",
}
_WORDS = {"ogcapi": "OGC API Features", "wfs": "WFS"}


class FeaturesOptions(SensorOptions):
    """`[source.options]`"""

    form: Form = Field(description="»ogcapi«, »wfs« oder »geojson«")
    station: StationNames = Field(default_factory=StationNames, description="welche Eigenschaft was von der Station sagt")
    datastream: tuple[StreamNames, ...] = Field(min_length=1, max_length=50, description="die Messgrößen jedes Features")
    table: Literal["", "station"] = Field(default="", description="»station«: in die gemeinsame Tabelle der Messstellen")
    ignore: tuple[str, ...] = Field(default=(), description="Eigenschaften, die ohne Meldung weggelassen werden")
    crs: str = Field(default="", max_length=100, description="Koordinatensystem, in dem gefragt wird oder Zahlen ohne Angabe stehen")
    page_size: int = Field(default=1000, ge=1, le=10_000, description="Features je Seite")
    type_name: str = Field(default="", pattern=r"^[\w.:-]{0,200}$", description="WFS: Name der Objektart (typeNames)")
    output_format: str = Field(default="application/json", pattern=r"^[\w./+;= -]{1,100}$", description="WFS: Form der Antwort")
    sort_by: str = Field(default="", pattern=r"^[\w.:-]{0,100}$", description="WFS: Eigenschaft, nach der geblättert wird")


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What it takes to read one datastream of one feature."""

    reader: Reader
    found: FoundFeature

    def __call__(self, record: Record) -> tuple[Station, Datastream]:
        if isinstance(record, SensorRecord):
            record.stream_id = self.reader.stream_id(record)
        station, stream = self.reader.pair(record, self.found.axes)
        return without_future_end(station, self.found.at), stream


class StationRecord(Record):
    """A record for the common table, with the axes of its page."""

    def __init__(self, found: FoundFeature, reader: Reader) -> None:
        super().__init__(fields_of(found.feature, reader.names), origin=found.origin, tables=(TABLE,), row=found.number)
        self.reading = _Reading(reader=reader, found=found)


class FeaturesHarvester:
    """Harvester `features`."""

    kind: ClassVar[str] = "features"
    Options: ClassVar[type[BaseModel]] = FeaturesOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for those that do not fit together."""
        options = self._options = FeaturesOptions.model_validate(dict(source.options))
        if not source.is_remote:
            raise ConfigurationError(f"Quelle {source.name!r}: Ein Dienst mit Features hat eine Adresse mit http:// oder https://.")
        _require_fitting(source.name, options)
        self._source = source
        self._readers = tuple(Reader(station=options.station, stream=each, crs=options.crs or CRS84) for each in options.datastream)

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """Raises SourceError."""
        source = web(fetch)
        names = {each.last for each in self._options.datastream if each.last}
        times = Times(now=source.now, names=names, identity=self._options.station.id)
        listing = Listing(keep=partial(self._keep, times))
        features = list(self._features(source, source.list("")[0], listing))
        listing.require_complete()
        self._require_lasting(features)
        yield from self._unnamed(listing)
        readers = tuple(replace(each, times=times) for each in self._readers)
        yield from self._stations(features, readers) if self._options.table else times.sightings.told(self._network(features, readers))

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        if isinstance(record, SensorRecord):
            yield record.mapped()
            return
        assert isinstance(record, StationRecord)  # records() yields no other
        station, stream = record.reading(record)
        yield row_of_station(
            station,
            stream,
            prefix=prefix_of(self._source, self._options),
            source_title=self._source.title,
            origin=record.origin,
            metres=self._options.coarsen_metres,
            districts=self._source.districts,
        )

    def _stations(self, features: Iterable[FoundFeature], readers: Sequence[Reader]) -> Iterator[Found]:
        yield declaration_of_table(TABLE)
        for each in features:
            yield from (StationRecord(each, reader) for reader in readers)

    def _network(self, features: list[FoundFeature], readers: Sequence[Reader]) -> Iterator[Found]:
        records = [
            SensorRecord(fields_of(each.feature, reader.names), origin=each.origin, read=_Reading(reader=reader, found=each))
            for each in features
            for reader in readers
        ]
        network = network_of(self._source, self._options, services=self._services(), provenance=_PROVENANCE)
        yield from walked(network, records, now=features[0].at, districts=self._source.districts, metres=self._options.coarsen_metres)

    def _features(self, source: WebFetch, home: str, listing: Listing) -> Iterator[FoundFeature]:
        options = self._options
        if options.form == "ogcapi":
            return of_ogcapi(source, home, listing, page_size=options.page_size)
        if options.form == "geojson":
            return of_geojson(source, home, listing, crs=options.crs)
        return of_wfs(
            source,
            home,
            listing,
            type_name=options.type_name,
            output=options.output_format,
            crs=options.crs or _ASKED,
            sort_by=options.sort_by,
            page_size=options.page_size,
        )

    def _keep(self, times: Times, content: bytes, address: str) -> bytes:
        options = self._options
        named = frozenset(names_in(options.station, *options.datastream))
        return kept(content, address, named=named, ignored=frozenset(options.ignore), lists=options.form == "geojson", times=times)

    def _unnamed(self, listing: Listing) -> Iterator[Remark]:
        for name in sorted(listing.unnamed):
            message = f"Die Eigenschaft »{name}« nennt keine Option; sie wird nicht aufbewahrt und nicht übernommen."
            yield Remark(finding=Finding(code="unread-field", message=message, field=name))

    def _require_lasting(self, features: Iterable[FoundFeature]) -> None:
        """GeoServer makes up `fid-…` anew for each answer where a table has no key. Raises SourceError."""
        if not self._options.station.id and any(".fid-" in f".{each.feature.get('id')}" for each in features):
            raise SourceError(
                "Die Kennungen der Features wechseln mit jeder Antwort (fid-…); options.station.id muss eine dauerhafte nennen."
            )

    def _services(self) -> tuple[DataService, ...]:
        form = self._options.form
        if form == "geojson":
            return ()
        prefix, title = prefix_of(self._source, self._options), self._source.title
        service = DataService(
            name=f"{prefix}-{form}",
            title=Text(de=f"{title}: {_WORDS[form]}", en=f"{self._options.title_en or title}: {_WORDS[form]}"),
            description=Text(
                de="Die Stationen als Features, wie der Betreiber sie führt.", en="The stations as features, as their operator keeps them."
            ),
            endpoint_url=api_of(self._source.url) if form == "ogcapi" else self._source.url,
            formats=(FileFormat.GEOJSON,),
            shared=True,
            access_url=f"{self._source.url.rstrip('/')}/items?f=json" if form == "ogcapi" else "",
            conforms_to=(_CONFORMS[form],),
        )
        return (service,)


_PROVENANCE = Text(
    de="Aus der Liste der Stationen, die der Betreiber als Features veröffentlicht.",
    en="From the list of stations that the operator publishes as features.",
)


def _require_fitting(name: str, options: FeaturesOptions) -> None:
    """Raises ConfigurationError."""
    if options.form == "wfs" and not options.type_name:
        raise ConfigurationError(f"Quelle {name!r}: Ein WFS braucht options.type_name.")
    if options.form == "ogcapi" and options.crs:
        raise ConfigurationError(f"Quelle {name!r}: OGC API Features wird immer in CRS84 gefragt; options.crs ist hier ohne Sinn.")
    keys = [each.key for each in options.datastream]
    if len(set(keys)) < len(keys):
        raise ConfigurationError(f"Quelle {name!r}: Mehrere Messgrößen eines Features brauchen verschiedene key.")
    if options.crs:
        try:
            crs_of(options.crs)
        except UnknownCrs as error:
            raise ConfigurationError(f"Quelle {name!r}: {error}") from error


HARVESTER = FeaturesHarvester
