"""`[source.options]` of the kind `lorawan`."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from harvesters.sensors.options import SensorOptions

Server = Literal["chirpstack", "tts"]
_APPLICATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"kein Muster: {error.msg}") from None
    return text


def _applications(names: tuple[str, ...]) -> tuple[str, ...]:
    for each in names:
        if not _APPLICATION.fullmatch(each):
            raise ValueError(f"»{each}« ist keine Kennung einer Anwendung")
    return names


class LorawanOptions(SensorOptions):
    server: Server = Field(description="»chirpstack« (Version 4) oder »tts« (The Things Stack, Version 3)")
    salt_env: str = Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$",
        description="Umgebungsvariable mit dem geheimen Schlüssel, aus dem öffentliche Kennungen entstehen; einmal gesetzt, nie geändert",
    )
    applications: Annotated[tuple[str, ...], AfterValidator(_applications)] = Field(
        default=(), description="Kennungen der Anwendungen; bei ChirpStack ohne Angabe alle"
    )
    tenant: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,64}$", description="Kennung des Mandanten (nur ChirpStack)")
    name_pattern: Annotated[str, AfterValidator(_pattern)] = Field(
        default="", max_length=300, description="nur Namen von Geräten, die ganz diesem Muster entsprechen, sind öffentlich; ohne: keiner"
    )
    key_is_read_only: bool = Field(
        default=False, description="bestätigt, dass das Zugangsgeheimnis nur lesen darf (nur ChirpStack: dort kann niemand danach fragen)"
    )
    coarsen_metres: float = Field(
        default=100.0,
        ge=0,
        le=10_000,
        allow_inf_nan=False,
        description="Raster für Positionen, die nicht als öffentlich gekennzeichnet sind",
    )
    at_most: int = Field(default=20_000, ge=1, le=1_000_000, description="ein Verzeichnis mit mehr Geräten wird nicht gelesen")

    @model_validator(mode="after")
    def _fit_the_server(self) -> Self:
        if self.server == "tts" and not self.applications:
            raise ValueError("applications fehlt: The Things Stack nennt Geräte nur je Anwendung")
        if self.server == "tts" and self.tenant:
            raise ValueError("tenant gibt es nur bei ChirpStack")
        return self
