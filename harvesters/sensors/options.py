"""What a source of sensors can be told, whatever it speaks; each kind adds its own."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from harvesters.harvester import SourceConfig
from harvesters.keys import PREFIX
from harvesters.sensors.layers import SMALLEST, Network
from schemas.model import DataService
from schemas.values import FileFormat, Licence, Text

_WEB = r"^(https?://[^\s<>\"{}|\\^`]+)?$"
_BROKER = r"^(mqtts?://[^\s<>\"{}|\\^`@?#]+)?$"
_LICENCES = {each.iri: each for each in Licence}


def _known_licence(iri: str) -> str:
    if iri and iri not in _LICENCES:
        raise ValueError(f"»{iri}« ist keine der bekannten Lizenzen; es gibt {', '.join(sorted(_LICENCES))}")
    return iri


class SensorOptions(BaseModel):
    """`[source.options]` of all kinds of sensors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", pattern=PREFIX, description="Anfang aller Datensatznamen und Kennungen; sonst der Name der Quelle")
    title_en: str = Field(default="", max_length=200, description="Name des Messnetzes auf Englisch; sonst der deutsche")
    smallest_layer: int = Field(
        default=SMALLEST, ge=1, le=1000, description="eine Messgröße mit weniger Messreihen wird kein eigener Datensatz"
    )
    coarsen_metres: float = Field(
        default=0.0, ge=0, le=10_000, allow_inf_nan=False, description="Positionen auf ein Raster von so vielen Metern runden; 0: gar nicht"
    )
    licence: Annotated[str, AfterValidator(_known_licence)] = Field(default="", description="IRI der Lizenz; sonst die des Katalogs")
    attribution: str = Field(default="", max_length=500, description="Namensnennung, wenn die Lizenz eine verlangt")
    keywords: tuple[str, ...] = Field(default=(), description="Schlagwörter aller Datensätze des Messnetzes")
    landing_page: str = Field(default="", pattern=_WEB, max_length=2000, description="Webseite des Messnetzes")
    mqtt: str = Field(
        default="", pattern=_BROKER, max_length=500, description="Adresse des öffentlichen MQTT-Brokers, mqtt:// oder mqtts://"
    )


def network_of(source: SourceConfig, options: SensorOptions, *, services: tuple[DataService, ...], provenance: Text) -> Network:
    """`services`: the kind's own endpoint; the broker that the options name is added."""
    return Network(
        prefix=prefix_of(source, options),
        title=Text(de=source.title, en=options.title_en or source.title),
        services=(*services, *_broker(source, options)),
        licence=_LICENCES.get(options.licence),
        attribution=options.attribution,
        landing_page=options.landing_page,
        provenance=provenance,
        keywords=tuple(Text(de=each) for each in options.keywords),
        smallest=options.smallest_layer,
    )


def prefix_of(source: SourceConfig, options: SensorOptions) -> str:
    return options.prefix or source.name


def _broker(source: SourceConfig, options: SensorOptions) -> tuple[DataService, ...]:
    if not options.mqtt:
        return ()
    broker = DataService(
        name=f"{prefix_of(source, options)}-mqtt",
        title=Text(de=f"{source.title}: MQTT-Broker", en=f"{options.title_en or source.title}: MQTT broker"),
        description=Text(
            de="Neue Messwerte, sobald sie da sind, für Programme, die ein Thema abonnieren.",
            en="New values as they come, for programs that subscribe to a topic.",
        ),
        endpoint_url=options.mqtt,
        formats=(FileFormat.JSON,),
        shared=True,
    )
    return (broker,)
