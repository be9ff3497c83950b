"""`[source.options]` of the kind `events`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from harvesters.keys import PREFIX

Form = Literal["tribe", "icalendar", "jsonld"]
Mode = Literal["analog", "digital", "hybrid", "unknown"]


class EventsOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Form = Field(description="tribe (The Events Calendar), icalendar (Feed) oder jsonld (schema.org in Webseiten)")
    prefix: str = Field(default="", pattern=PREFIX, description="steht vor jeder Kennung; bleibt für immer; sonst der Name der Quelle")
    process_id: str = Field(default="", description="Kennung des Verfahrens, zu dem alle Termine gehören")
    project_id: str = Field(default="", description="Kennung des Projekts, zu dem alle Termine gehören")
    categories: tuple[str, ...] = Field(default=(), description="nur Termine mit einer dieser Kategorien")
    mode: Mode = Field(default="unknown", description="Form der Teilnahme, wo die Quelle nichts dazu sagt")
    modes: dict[str, Mode] = Field(default_factory=dict, description="Kategorie → Form der Teilnahme")
    places: dict[str, str] = Field(
        default_factory=dict,
        description="Ort, wie die Quelle ihn schreibt → Name des Ortes, etwa für ein Haus, das nur als Anschrift dasteht",
    )
    descriptions: bool = Field(default=False, description="Beschreibungen als Anmerkung übernehmen; sie nennen oft Namen")
    wall_clock: bool = Field(default=False, description="Uhrzeiten nehmen, wie sie dastehen: die Quelle nennt eine falsche Zeitzone")
    few: int = Field(default=5, ge=0, le=1000, description="bis zu so vielen freien Plätzen heißt es »wenige« (jsonld)")
    days_back: int = Field(default=366, ge=0, le=3660, description="wiederkehrende Termine so viele Tage zurück (icalendar)")
    days_ahead: int = Field(default=366, ge=1, le=1830, description="wiederkehrende Termine so viele Tage voraus (icalendar)")
    at_most_each: int = Field(
        default=1000, ge=1, le=5000, description="eine Reihe mit mehr Terminen im Zeitraum wird nicht gelesen (icalendar)"
    )
    feed_limit: int = Field(
        default=30, ge=0, description="hat der Feed genau so viele Einträge, ist er wohl abgeschnitten; 0: nie (icalendar)"
    )
    pages: tuple[str, ...] = Field(default=(), description="weitere Seiten, relativ zur Adresse der Quelle (jsonld)")
    links: str = Field(default="", description="CSS-Auswahl der Verweise auf einzelne Termine (jsonld), etwa »a.termin«")
    at_most_pages: int = Field(default=200, ge=1, le=5000, description="so viele Seiten werden höchstens gelesen (jsonld)")
    identity: Literal["address", "address-and-start"] = Field(
        default="address", description="woran ein Termin erkannt wird; »address-and-start«, wo viele dieselbe Adresse haben (jsonld)"
    )
