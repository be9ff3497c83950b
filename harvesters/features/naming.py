"""Which property of a feature says what of a station and its datastreams, as `[source.options]` states it."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field


class Constant(BaseModel):
    """The same for every feature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    constant: str = Field(min_length=1, max_length=500, description="gilt für alle")


#: A property by its name, or a constant.
Said = str | Constant
_NOTHING = Field(default="", description='Name der Eigenschaft, oder { constant = "…" }')


class StationNames(BaseModel):
    """`[source.options.station]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(default="", description="Eigenschaft mit der dauerhaften Kennung; leer: die Kennung des Features")
    name: Said = _NOTHING
    operator: Said = _NOTHING
    place: Said = _NOTHING
    since: Said = _NOTHING
    until: Said = _NOTHING
    note: Said = _NOTHING
    url: Said = _NOTHING
    longitude: str = Field(default="", description="Eigenschaft mit der Länge oder dem Rechtswert, wenn es keine Geometrie gibt")
    latitude: str = Field(default="", description="Eigenschaft mit der Breite oder dem Hochwert, wenn es keine Geometrie gibt")


class StreamNames(BaseModel):
    """`[[source.options.datastream]]`: one observed property of each feature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(
        default="", pattern=r"^([a-z0-9][a-z0-9-]{0,39})?$", description="unterscheidet mehrere Messgrößen eines Features; dauerhaft"
    )
    property: Said = Field(description='Messgröße: Name der Eigenschaft, oder { constant = "…" }')
    definition: Said = _NOTHING
    unit: Said = _NOTHING
    sensor: Said = _NOTHING
    aggregation: Said = _NOTHING
    url: Said = _NOTHING
    last: str = Field(
        default="", max_length=200, description="Eigenschaft mit dem Zeitpunkt der letzten Messung: nur für die Frische, sie bleibt nicht"
    )


def names_in(*models: BaseModel) -> Iterator[str]:
    """The properties that these name, in order."""
    for model in models:
        for field in type(model).model_fields:
            said = getattr(model, field)
            if field != "key" and isinstance(said, str) and said:
                yield said
