"""`[source.options]` of the kind `ngsi`, and the headers that follow from them."""

from typing import Literal, Self

from pydantic import Field, model_validator

from harvesters.sensors.options import SensorOptions

Form = Literal["ngsi-ld", "v2"]
_TENANT = r"^[A-Za-z0-9_.:-]{0,100}$"
_CONTEXT = r"^(https?://[^\s<>\"{}|\\^`]+)?$"


class NgsiOptions(SensorOptions):
    form: Form = Field(default="ngsi-ld", description="Sprache des Brokers: »ngsi-ld« oder »v2«")
    types: tuple[str, ...] = Field(default=(), description="nur Entitäten dieser Typen; ohne: alle, die der Broker nennt")
    exclude_types: tuple[str, ...] = Field(default=(), description="Entitäten dieser Typen nicht")
    context: str = Field(
        default="",
        pattern=_CONTEXT,
        max_length=1000,
        description="Adresse des @context, in dem der Broker die kurzen Namen versteht (NGSI-LD)",
    )
    tenant: str = Field(default="", pattern=_TENANT, description="Mandant: NGSILD-Tenant oder Fiware-Service")
    service_path: str = Field(default="", pattern=r"^(/[A-Za-z0-9_/#-]{0,200})?$", description="Fiware-ServicePath (nur v2), »/#«: alle")
    page_size: int = Field(default=100, ge=1, le=1000, description="Entitäten je Seite; erlaubt der Broker weniger, wird weniger gefragt")
    at_most: int = Field(default=20_000, ge=1, le=1_000_000, description="ein Typ mit mehr Entitäten wird nicht gelesen")

    @model_validator(mode="after")
    def _fit_the_form(self) -> Self:
        if self.form == "v2" and self.context:
            raise ValueError("context gibt es nur in NGSI-LD")
        if self.form == "ngsi-ld" and self.service_path:
            raise ValueError("service_path gibt es nur in NGSIv2")
        return self

    @property
    def headers(self) -> dict[str, str]:
        """What goes with each question. The context is named to the broker and never fetched by us."""
        if self.form == "v2":
            said = {"Fiware-Service": self.tenant, "Fiware-ServicePath": self.service_path}
        else:
            link = f'<{self.context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"' if self.context else ""
            said = {"NGSILD-Tenant": self.tenant, "Link": link}
        return {name: text for name, text in said.items() if text}
